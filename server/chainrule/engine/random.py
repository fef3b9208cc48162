"""Randomness that depends on nothing but its key.

Every draw is made on the host from a counter-based generator keyed by (seed, purpose, module path, iteration).
So adding a layer does not change what another layer draws, and any iteration can be recomputed alone.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import count

from chainrule.engine.backend import host


def key_of(seed: int, purpose: str, path: str, iteration: int = 0) -> int:
    """The 128-bit key of a stream. Lengths are hashed too, so that ("ab", "c") is not ("a", "bc")."""
    digest = blake2b(digest_size=16, person=b"chainrule")
    for part in (str(int(seed)), purpose, path, str(int(iteration))):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return int.from_bytes(digest.digest(), "little")


def generator(seed: int, purpose: str, path: str, iteration: int = 0) -> host.random.Generator:
    """A generator (Philox-4x64-10, Salmon et al. 2011) for one purpose at one place.

    ``purpose`` is what the numbers are for (``"init"``, ``"dropout"``, ``"shuffle"``), ``path`` the module path.
    """
    return host.random.Generator(host.random.Philox(key=key_of(seed, purpose, path, iteration)))


class _Programs:
    """What a program draws that says no key: the n-th draw for a purpose since the seed was set."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.draws: dict[str, count[int]] = {}

    def next(self, purpose: str) -> host.random.Generator:
        return generator(self.seed, purpose, "", next(self.draws.setdefault(purpose, count())))


_programs = _Programs(0)


def manual_seed(seed: int) -> None:
    """Begin anew what a program draws without a key. The numbers are not those that PyTorch draws."""
    global _programs
    _programs = _Programs(int(seed))


def initial_seed() -> int:
    """The seed that was set; 0 at first."""
    return _programs.seed


def next_generator(purpose: str) -> host.random.Generator:
    """A generator for the next draw of a program, where no key is said."""
    return _programs.next(purpose)

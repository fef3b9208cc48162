"""Text for a small language model: a corpus of our own, its characters as numbers, and windows to learn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from unicodedata import normalize

from chainrule.data.arguments import count, share
from chainrule.engine.backend import HostArray, host

CORPORA = ("en", "vi")
"""Languages of the shipped rhymes: English and Vietnamese, in lower case, one verse after an empty line."""

MAX_CONTEXT = 1024
"""Characters in a window."""


@cache
def corpus(language: str = "en") -> str:
    """The rhymes in one language, in Unicode's composed form (NFC). Raises ValueError for another language."""
    if language not in CORPORA:
        raise ValueError(f"language must be one of {', '.join(CORPORA)}, not {language!r}")
    path = files("chainrule.data").joinpath("shipped", f"rhymes.{language}.txt")
    return normalize("NFC", path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Vocabulary:
    """The characters of a text and their numbers: the place in ``characters``, which is sorted."""

    characters: str

    def __post_init__(self) -> None:
        if not self.characters or "".join(sorted(set(self.characters))) != self.characters:
            raise ValueError("the characters of a vocabulary must be sorted, each once, and at least one")

    @classmethod
    def of(cls, text: str) -> Vocabulary:
        """All characters of a text. Raises ValueError for an empty one."""
        return cls("".join(sorted(set(text))))

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> HostArray:
        """(len(text),) int64. Raises ValueError for a character that is not in the vocabulary, and says where."""
        numbers = {character: i for i, character in enumerate(self.characters)}
        for place, character in enumerate(text):
            if character not in numbers:
                raise ValueError(f"{character!r} at {place} is not one of the {len(self)} characters known")
        return host.asarray([numbers[character] for character in text], dtype=host.int64)

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of numbers. Raises ValueError for a number that stands for no character."""
        numbers = [int(token) for token in tokens]
        for number in numbers:
            if not 0 <= number < len(self):
                raise ValueError(f"{number} is no token: there are {len(self)}, from 0")
        return "".join(self.characters[number] for number in numbers)


class Parts(NamedTuple):
    """A text in two: (k,) tokens to train on, and the (m,) after them, held out."""

    train: HostArray
    test: HostArray


class Windows(NamedTuple):
    """Pieces of a text, and for each of their characters the one that follows it: (n, context) int64 both."""

    context: HostArray
    following: HostArray


def cut(tokens: HostArray, test_fraction: float = 0.1) -> Parts:
    """Hold out the end of a text, round(len(tokens) · test_fraction) tokens, so that no window has a part in both."""
    share(test_fraction, "test_fraction")
    place = len(tokens) - int(len(tokens) * test_fraction + 0.5)
    return Parts(tokens[:place].copy(), tokens[place:].copy())


def windows(tokens: HostArray, context: int, stride: int = 1) -> Windows:
    """All windows that begin at 0, ``stride``, 2·``stride`` …; (k,) tokens give ⌈(k − context) / stride⌉ of them.

    Raises ValueError for a context out of range and for a text that is not longer than the context.
    """
    count(stride, "stride", least=1)
    return _at(tokens, host.arange(0, _starts(tokens, context), stride), context)


def draw_windows(rng: host.random.Generator, tokens: HostArray, n: int, context: int) -> Windows:
    """``n`` windows that begin anywhere, each place as likely as another. Errors as in :func:`windows`."""
    count(n)
    return _at(tokens, rng.integers(_starts(tokens, context), size=n), context)


def _starts(tokens: HostArray, context: int) -> int:
    count(context, "context", 1, MAX_CONTEXT)
    if tokens.ndim != 1 or len(tokens) <= context:
        raise ValueError(
            f"windows of {context} need a text of more than {context} tokens, not {tokens.shape}"
        )
    return len(tokens) - context


def _at(tokens: HostArray, starts: HostArray, context: int) -> Windows:
    places = starts[:, None] + host.arange(context)
    return Windows(tokens[places], tokens[places + 1])

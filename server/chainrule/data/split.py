"""Which samples are trained on, which are held out, and which make up the batch of an iteration."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from chainrule.data.arguments import MAX_SAMPLES, count, share
from chainrule.engine.backend import HostArray, host
from chainrule.engine.random import generator


class Split(NamedTuple):
    """Indices of samples, int64: ``train`` and ``test`` share none and hold all between them."""

    train: HostArray
    test: HostArray


def split(
    rng: host.random.Generator, n: int, test_fraction: float = 0.5, labels: HostArray | None = None
) -> Split:
    """Hold out round(n · test_fraction) of ``n`` samples, in a random order.

    With ``labels``, (n,) class indices, every class gives its share to within one sample. For the same key, what a
    smaller fraction holds out is held out by a larger one too.

    Raises ValueError for an ``n`` or a fraction out of range, and for labels of another shape.
    """
    count(n)
    share(test_fraction, "test_fraction")
    order = rng.permutation(n)
    if labels is not None:
        if labels.shape != (n,):
            raise ValueError(f"labels must have shape ({n},), not {labels.shape}")
        # The place of each sample in the queue of its class, from 0 to 1: by it the queues are merged.
        place = host.empty(n)
        for label in host.unique(labels):
            queue = order[labels[order] == label]
            place[queue] = (host.arange(len(queue)) + 0.5) / len(queue)
        order = order[host.argsort(place[order], kind="stable")]
    held_out = int(n * test_fraction + 0.5)
    return Split(order[held_out:].astype(host.int64), order[:held_out].astype(host.int64))


def iterations_per_epoch(n: int, size: int, least: int = 1) -> int:
    """How many batches of ``size`` go through ``n`` samples.

    The last may be smaller. What is left is no batch of its own where it is fewer than ``least``.
    """
    whole, left = divmod(count(n, least=1), count(size, "size", least=1))
    return max(1, whole + (left >= count(least, "least", 1)))


@lru_cache(maxsize=8)
def _order(seed: int, path: str, epoch: int, n: int) -> HostArray:
    """The order of an epoch: its batches follow each other, and to draw it takes longer than a small network's iteration."""
    order = generator(seed, "shuffle", path, epoch).permutation(n)
    order.flags.writeable = False
    return order


def batch(seed: int, path: str, iteration: int, n: int, size: int, least: int = 1) -> HostArray:
    """The samples of one iteration: int64 indices below ``n``, at most ``size`` of them.

    An epoch is a random order of all samples, keyed by (seed, "shuffle", path, epoch), and its last batch holds what
    is left; fewer than ``least`` join the batch before. So the batch of any iteration is known without those before.
    """
    count(iteration, "iteration", most=2**62)
    per_epoch = iterations_per_epoch(n, count(size, "size", 1, MAX_SAMPLES), least)
    epoch, turn = divmod(int(iteration), per_epoch)
    order = _order(int(seed), path, epoch, n)
    end = n if turn == per_epoch - 1 else (turn + 1) * size
    return order[turn * size : end].astype(host.int64)

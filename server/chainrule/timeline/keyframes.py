"""Keyframes: what iterations start from, kept evenly spaced within a byte budget."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from chainrule.timeline.branch import Line
from chainrule.trace import Carry

SMALL, STRIDE = 256, 16
"""Where a budget has room for more than ``SMALL`` keyframes, the first stand so many iterations apart: what is that
small is computed again in no time, and keeping it takes a tenth of the time of an iteration."""


class _Frames:
    """The keyframes of one branch: at every ``stride``-th iteration after its fork."""

    __slots__ = ("carries", "fork", "iterations", "stride")

    def __init__(self, fork: int, stride: int) -> None:
        self.fork = fork
        self.stride = stride
        self.iterations: list[int] = []
        self.carries: dict[int, Carry] = {}


class Keyframes:
    """Keyframes of all branches. Over budget, the branch with the most doubles its stride and drops every other one.

    What a branch starts from is kept by the branch itself, so that there is always one to recompute from.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.nbytes = 0
        self._frames: dict[int, _Frames] = {}

    def __len__(self) -> int:
        return sum(len(frames.iterations) for frames in self._frames.values())

    def add(self, line: Line, iteration: int, carry: Carry) -> None:
        """Keep what ``iteration`` of ``line`` starts from, if it falls on the stride."""
        frames = self._frames.get(line.id)
        if frames is None:
            stride = STRIDE if carry.nbytes * SMALL < self.budget else 1
            frames = self._frames[line.id] = _Frames(line.fork, stride)
        after = iteration - frames.fork
        if after % frames.stride or not after or iteration in frames.carries:
            return
        self._put(frames, iteration, carry)

    def put(self, line: Line, iteration: int, carry: Carry) -> None:
        """Keep what ``iteration`` of ``line`` starts from, wherever it falls."""
        self.add(line, iteration, carry)
        frames = self._frames[line.id]
        if iteration not in frames.carries and iteration > frames.fork:
            self._put(frames, iteration, carry)

    def _put(self, frames: _Frames, iteration: int, carry: Carry) -> None:
        frames.carries[iteration] = carry
        insort(frames.iterations, iteration)
        self.nbytes += carry.nbytes
        while self.nbytes > self.budget and self._thin():
            pass

    def nearest(self, line: Line, iteration: int) -> tuple[int, Carry]:
        """The latest keyframe of ``line`` at or before ``iteration``."""
        frames = self._frames.get(line.id)
        place = 0 if frames is None else bisect_right(frames.iterations, iteration)
        if frames is None or place == 0:
            return line.fork, line.enter(line.fork, line.start)
        found = frames.iterations[place - 1]
        return found, frames.carries[found]

    def between(self, line: Line, after: int, before: int) -> list[tuple[int, Carry]]:
        """The keyframes of ``line`` strictly between two iterations, in order."""
        frames = self._frames.get(line.id)
        if frames is None:
            return []
        low, high = bisect_right(frames.iterations, after), bisect_left(frames.iterations, before)
        return [(at, frames.carries[at]) for at in frames.iterations[low:high]]

    def drop(self, line: Line, iteration: int = 0) -> None:
        """Forget the keyframes of ``line`` from ``iteration`` on."""
        frames = self._frames.get(line.id)
        if frames is None:
            return
        self._keep(frames, [at for at in frames.iterations if at < iteration])
        if not frames.iterations:
            del self._frames[line.id]

    def _thin(self) -> bool:
        frames = max(self._frames.values(), key=lambda f: len(f.iterations), default=None)
        if frames is None or not frames.iterations:
            return False
        frames.stride *= 2
        self._keep(frames, [at for at in frames.iterations if (at - frames.fork) % frames.stride == 0])
        return True

    def _keep(self, frames: _Frames, iterations: list[int]) -> None:
        kept = {at: frames.carries[at] for at in iterations}
        self.nbytes -= sum(carry.nbytes for at, carry in frames.carries.items() if at not in kept)
        frames.iterations, frames.carries = iterations, kept

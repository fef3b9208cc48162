"""Where numbers that an iteration begins with come from: updates, edits and gradients of iterations before."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import Literal, NamedTuple

from chainrule.protocol.model import Cursor, Source
from chainrule.timeline import Line, Timeline
from chainrule.trace import Carry, Record, Regime

Index = tuple[int, ...]
Look = Callable[[Carry], float | None]
"""One number of what an iteration starts from; None where there is none."""


class Made(NamedTuple):
    """What made a number: the lesson, an edit, or an update. ``source`` is the number where it was made, if earlier."""

    by: Literal["initial", "edit", "update"]
    source: Source | None = None


class History:
    """The iterations of a branch, with those of its ancestors that it goes on from."""

    def __init__(self, timeline: Timeline, line: Line) -> None:
        self.timeline = timeline
        self.line = line

    # -- what made a number

    def parameter(self, name: str, index: Index, iteration: int) -> Made:
        """What made an element of a parameter that ``iteration`` starts from."""
        edited = self._last_edit(name, index, iteration)
        updated = self.last_update(name, iteration)
        if edited is not None and (updated is None or edited > updated.iteration):
            place = None if edited == iteration else self._place(edited, 0)
            return Made("edit", None if place is None else _value(name, index, place))
        return Made("initial") if updated is None else Made("update", _value(name, index, updated))

    def kept(self, name: str, symbol: str, index: Index, iteration: int) -> Source | None:
        """An intermediate of the last update of a parameter before ``iteration``."""
        place = self.last_update(name, iteration)
        if place is None:
            return None
        return Source(name=name, what="detail", index=list(index), symbol=symbol, place=place)

    def gradient(self, name: str, index: Index, iteration: int) -> Source | None:
        """A leaf's gradient as the iteration before left it."""
        if iteration == 0:
            return None
        layout = self.timeline.layout(self.line, iteration - 1)
        place = self._place(iteration - 1, layout.forward + layout.backward - 1)
        return Source(name=name, what="grad", index=list(index), place=place)

    def last_update(self, name: str, iteration: int) -> Cursor | None:
        """The step of the last update of a parameter before an iteration."""
        breaks = self.breaks()
        before = iteration - 1
        while before >= 0:
            trained = self._regime(before).trained
            if name in trained:
                layout = self.timeline.layout(self.line, before)
                return self._place(before, layout.forward + layout.backward + trained.index(name))
            # Nothing changes until the configuration does.
            before = max((at for at in breaks if at <= before), default=0) - 1
        return None

    def breaks(self) -> list[int]:
        """Iterations that may start from something else than the one before ended with, in order."""
        found = {max(0, effect) for effect, _ in self.line.journal}
        for owner, first, end in self.line.segments():
            found.add(first)
            found.update(at for at in owner.regimes if end is None or at < end)
        return sorted(found)

    def edited(self, name: str, index: Index, iteration: int) -> bool:
        """Whether an edit gave a leaf's element the value that an iteration starts from."""
        for effect, entry in self.line.journal:
            command = entry.command
            if effect == iteration and command["type"] == "edit" and command["name"] == name:
                given = command.get("index")
                if given is None or tuple(given) == index:
                    return True
        return False

    def _last_edit(self, name: str, index: Index, iteration: int) -> int | None:
        effects = {effect for effect, _ in self.line.journal if effect <= iteration}
        return max((at for at in effects if self.edited(name, index, at)), default=None)

    def _place(self, iteration: int, step: int) -> Cursor:
        return Cursor(branch=self.line.id, iteration=iteration, step=step)

    def _regime(self, iteration: int) -> Regime:
        return self.line.owner(iteration).regime(iteration)

    # -- looking into the past

    def record(self, iteration: int) -> Generator[None, None, Record]:
        """An iteration that has been computed; pauses where it has to be computed again."""
        return (yield from self.timeline.reach(self.line, iteration))

    def entered(
        self, iteration: int, look: Look, given: Callable[[int], bool]
    ) -> Generator[None, None, tuple[int, bool]]:
        """Since when a number with which ``iteration`` starts is not finite: the first iteration that starts so.

        With it, whether the number was given then; else the iteration before has made it so.

        What is not finite stays so until it is given anew: so within stretches without edits and changes of the
        configuration a search by halves finds the place, and the iterations next to it are looked at one by one.
        """
        breaks = self.breaks()
        high = iteration
        while True:
            if given(high) or high == 0:
                return high, True
            low = max((at for at in breaks if at < high), default=0)
            if _bad(look, (yield from self._start(low))):
                high = low
                continue
            return (yield from self._between(low, high, look)), False

    def _start(self, iteration: int) -> Generator[None, None, Carry]:
        owner = self.line.owner(iteration)
        if iteration == owner.fork:
            return owner.enter(iteration, owner.start)
        return (yield from self.record(iteration)).start

    def _between(self, low: int, high: int, look: Look) -> Generator[None, None, int]:
        """The first iteration after ``low``, which starts well, that does not; ``high`` does not."""
        frames = self.timeline.keyframes.between(self.line.owner(low), low, high)
        first, last = 0, len(frames)
        while first < last:
            middle = (first + last) // 2
            if _bad(look, frames[middle][1]):
                last = middle
            else:
                first = middle + 1
        at = frames[first - 1][0] if first > 0 else low
        while at < high:
            record = yield from self.record(at)
            at += 1
            if _bad(look, record.end):
                break
            yield
        return at


def _bad(look: Look, carry: Carry) -> bool:
    value = look(carry)
    return value is not None and not math.isfinite(value)


def _value(name: str, index: Index, place: Cursor) -> Source:
    return Source(name=name, what="value", index=list(index), place=place)

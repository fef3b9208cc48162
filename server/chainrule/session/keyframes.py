"""What spares a session repeated training when it is made again: what iterations start from, and what was measured.

It is never needed. Each branch carries what its numbers follow from; where that is not the same any more, or another
program wrote it, the branch is computed again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import platform
from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from chainrule import __version__
from chainrule.engine.backend import Array, host
from chainrule.protocol.whole import Effect, History, WholeBranch
from chainrule.session import whole
from chainrule.session.core import Core
from chainrule.session.packed import DamagedError, Packer, Unpacked
from chainrule.timeline import Line
from chainrule.trace import Carry, Layout, Regime
from chainrule.trace.carry import Shift, Slot

log = logging.getLogger(__name__)

PACKAGE = Path(__file__).parents[1]


@cache
def program() -> str:
    """A digest of the program and of what it computes with: bits are the same on one machine with one program only."""
    digest = hashlib.sha256(f"{__version__} {host.__version__} {platform.machine()}".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    digest.update(
        "".join(sorted({line for line in lines if line.startswith(("model name", "flags"))})).encode()
    )
    return digest.hexdigest()


def _root(core: Core) -> str:
    backend = core.backend
    told = core.initial_config.model_dump(mode="json")
    return json.dumps(
        [program(), backend.name, backend.place, core.lesson.slug, core.seed, told], sort_keys=True
    )


class Identities:
    """What the numbers of branches follow from, as digests."""

    def __init__(self, root: str, branches: Iterable[WholeBranch]) -> None:
        self._root = root
        self._branches = {branch.id: branch for branch in branches}
        self._journals: dict[int, list[Effect]] = {}
        self._entries: dict[int, str] = {}

    def of(self, branch: int, end: int) -> str:
        """That of the iterations of a branch up to ``end``."""
        digest = hashlib.sha256(self._root.encode())
        number: int | None = branch
        while number is not None:
            told = self._branches[number]
            regimes = [[at, fields] for at, fields in sorted(told.regimes.items()) if at <= end]
            journal = self._journal(number)
            effects = [
                self._entry(entry)
                for place, entry in enumerate(journal)
                if entry[0] <= end and (place >= told.journal.shared or entry[0] >= told.fork)
            ]
            parts = [told.parent is None, told.fork, told.config, regimes, effects]
            digest.update(json.dumps(parts, sort_keys=True).encode())
            number, end = told.parent, min(end, told.fork - 1)
        return digest.hexdigest()

    def _journal(self, branch: int) -> list[Effect]:
        found = self._journals.get(branch)
        if found is None:
            told = self._branches[branch]
            before = [] if told.parent is None else self._journal(told.parent)[: told.journal.shared]
            found = self._journals[branch] = [*before, *told.journal.own]
        return found

    def _entry(self, effect: Effect) -> str:
        at, entry = effect
        found = self._entries.get(id(entry))
        if found is None:
            found = self._entries[id(entry)] = json.dumps([at, entry.command], sort_keys=True)
        return found


# -- saved


def saved(core: Core, most: int) -> Callable[[], bytes]:
    """What spares repeated training, in about ``most`` bytes; they are made when what is returned is called."""
    identities = Identities(_root(core), whole.history(core).branches)
    packer, at, left = Packer(), core.position.iteration, most
    chosen: dict[Line, dict[int, Carry]] = {}
    for line in _by_use(core):
        frames = {}
        if line is core.line.owner(at) and line.fork < at <= line.tip:
            frames[at] = core.record.start
        size = sum(carry.nbytes for carry in (line.start, line.head, *frames.values()))
        size += 8 * sum(map(len, line.columns.values()))
        if line.fork <= line.tip and size <= left:
            left -= size
            chosen[line] = frames
    found = {line: core.timeline.keyframes.between(line, line.fork, line.tip + 1) for line in chosen}
    between = sum(carry.nbytes for frames in found.values() for _, carry in frames)
    stride = max(1, -(-between // max(1, left)))
    branches = []
    for line, frames in chosen.items():
        # The latest is nearest to where one is likely to go.
        frames.update(found[line][::-1][::stride])
        branches.append(
            {
                "id": line.id,
                "tip": line.tip,
                "identity": identities.of(line.id, line.tip),
                "start": _told(packer, core, line.start),
                "head": _told(packer, core, line.head),
                "frames": [[at, _told(packer, core, carry)] for at, carry in sorted(frames.items())],
                "layouts": line.layouts,
                "columns": {name: packer.add(host.array(column)) for name, column in line.columns.items()},
                "measured": {name: list(numbers.items()) for name, numbers in line.measured.items()},
            }
        )
    return partial(packer.pack, {"branches": branches})


def _by_use(core: Core) -> list[Line]:
    """The branches, those first that somebody is likely to look at."""
    first = core.line.lineage()[::-1]
    if core.companion is not None:
        first += core.companion.line.lineage()[::-1]
    newest = sorted(core.timeline.lines.values(), key=lambda line: line.id, reverse=True)
    return list(dict.fromkeys([*first, *newest]))


def _told(packer: Packer, core: Core, carry: Carry) -> dict[str, Any]:
    def of(arrays: Mapping[str, Array]) -> dict[str, int]:
        return {name: packer.add(array, core.backend) for name, array in arrays.items()}

    shifts = {name: target.delta for name, target in carry.interventions.items() if isinstance(target, Shift)}
    others = {name: target for name, target in carry.interventions.items() if name not in shifts}
    return {
        "values": of(carry.values),
        "grads": of(carry.grads),
        "slots": {name: [slot.updates, of(slot.state)] for name, slot in carry.slots.items()},
        "fixed": of(carry.fixed),
        "interventions": of(others),
        "shifts": of(shifts),
    }


# -- and taken


class Kept:
    """What was saved of a session that is being made again: by branch, where it is still right."""

    def __init__(self, core: Core, content: bytes, history: History) -> None:
        self._core = core
        self._identities = Identities(_root(core), history.branches)
        try:
            self._unpacked: Unpacked | None = Unpacked(content)
        except DamagedError:
            log.warning("saved keyframes are damaged, and not used")
            self._unpacked = None
            return
        self._branches: dict[int, Any] = {one["id"]: one for one in self._unpacked.head["branches"]}

    def tip(self, branch: int, tip: int) -> int | None:
        """Up to which iteration a branch that ends with ``tip`` need not be computed; None: nothing of it is known."""
        found = None if self._unpacked is None else self._branches.get(branch)
        if (
            found is None
            or found["tip"] > tip
            or found["identity"] != self._identities.of(branch, found["tip"])
        ):
            return None
        known: int = found["tip"]
        return known

    def start(self, branch: int, regime: Regime) -> Carry:
        """What the first iteration of a branch starts from, as it is before a configuration that holds from there."""
        return self._carry(self._branches[branch]["start"], regime)

    def fill(self, line: Line) -> None:
        """Give a branch what was saved of it."""
        assert self._unpacked is not None
        told, keyframes = self._branches[line.id], self._core.timeline.keyframes
        tip: int = told["tip"]
        line.refill(
            tip,
            self._carry(told["head"], line.regime(tip)),
            [(at, Layout(*layout)) for at, layout in told["layouts"]],
            {
                name: array("d", self._unpacked.array(place).tobytes())
                for name, place in told["columns"].items()
            },
            {name: dict(numbers) for name, numbers in told["measured"].items()},
        )
        for at, carry in told["frames"]:
            keyframes.put(line, at, self._carry(carry, line.regime(at)))

    def _carry(self, told: Mapping[str, Any], regime: Regime) -> Carry:
        unpacked, backend = self._unpacked, self._core.backend
        assert unpacked is not None

        def of(places: Mapping[str, int]) -> dict[str, Array]:
            return {name: backend.asarray(unpacked.array(place)) for name, place in places.items()}

        shifts = {name: Shift(delta) for name, delta in of(told["shifts"]).items()}
        return Carry(
            of(told["values"]),
            of(told["grads"]),
            {name: Slot(updates, of(state)) for name, (updates, state) in told["slots"].items()},
            of(told["fixed"]),
            regime,
            {**of(told["interventions"]), **shifts},
        )

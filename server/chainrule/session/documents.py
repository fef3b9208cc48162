"""What REST answers about a session, and what a connection is told first."""

from __future__ import annotations

from typing import Literal

from chainrule.errors import Refusal
from chainrule.protocol.model import NodeState, Phase, Tensor
from chainrule.protocol.rest import BranchesInfo, SessionInfo, StateInfo
from chainrule.protocol.server import Welcome
from chainrule.session import pytorch
from chainrule.session.beside import companion_info, companion_state, find
from chainrule.session.core import Core
from chainrule.session.view import metrics, nested, node_states
from chainrule.timeline import Line


def config_of(core: Core) -> dict[str, object]:
    """The configuration in force at the cursor, all fields."""
    return core.regime().config.model_dump(mode="json")


def phase(core: Core) -> Phase:
    """The phase of the cursor's step."""
    return core.record.step(core.position.step).phase


def parameters(core: Core) -> dict[str, NodeState]:
    """The parameters at the cursor, in order of registration."""
    named = core.record.by_name
    return node_states(
        core.view(), [named[name] for name in core.record.start.values if name in named], core.limits
    )


def info(core: Core, seq: int, *, brief: bool) -> SessionInfo:
    """The session in short; if ``brief``, without its parameters, of which there may be very many."""
    view = core.view()
    return SessionInfo(
        lesson=core.lesson.slug,
        config=config_of(core),
        initial_config=core.initial_config.model_dump(mode="json"),
        seed=core.seed,
        seq=seq,
        cursor=core.cursor(),
        phase=phase(core),
        parameters={} if brief else parameters(core),
        metrics=metrics(view),
        journal=[entry for _, entry in core.line.journal],
        companion=companion_info(core),
    )


def state(core: Core) -> StateInfo:
    """Value and gradient of every node, in tape order."""
    nodes = node_states(core.view(), core.record.nodes, core.limits)
    own = {name: nodes[name] for name in core.record.start.values if name in nodes}
    return StateInfo(
        cursor=core.cursor(), phase=phase(core), parameters=own, nodes=nodes, companion=companion_state(core)
    )


def branches(core: Core) -> BranchesInfo:
    """All branches, oldest first."""
    return BranchesInfo(
        branches=[line.model() for line in core.timeline.lines.values()],
        current=core.line.id,
        can_undo=bool(core.undo),
        companion=None if core.companion is None else core.companion.line.id,
    )


def tensor(core: Core, name: str, what: Literal["value", "grad"]) -> Tensor:
    """A whole tensor.

    Raises
    ------
    Refusal
        ``unknown_name``; ``withheld``: its next contribution waits for a guess.
    """
    view, _, prefix, own = find(core, name)
    node = view.record.find(own)
    if what == "grad" and node is view.waiting:
        raise withheld(name)
    array = view.value(node) if what == "value" else view.grad(node)
    data = None if array is None else node.backend.to_host([array])[0]
    dtype = node.backend.dtype_of(node.value).name
    return Tensor(
        name=f"{prefix}{node.name}",
        shape=list(node.shape),
        dtype="float64" if dtype == "float64" else "float32",
        data=nested(data),
    )


def withheld(name: str) -> Refusal:
    """The refusal to tell what is to be guessed."""
    return Refusal(
        "withheld",
        409,
        "This waits for your guess",
        f"The gradient of {name} is withheld until it has been guessed.",
        "Send a guess, or switch prediction off.",
    )


Columns = dict[str, list[float | None]]


def owned(line: Line, start: int, end: int) -> Columns:
    """Metrics of the iterations ``start`` … ``end`` − 1, which a branch owns itself."""
    found: Columns = {}
    for name, column in line.columns.items():
        if name not in line.measured:
            found[name] = list(column[start - line.fork : end - line.fork])
    for name, numbers in line.measured.items():
        found[name] = [numbers.get(iteration) for iteration in range(start, end)]
    return found


def columns(line: Line, start: int, end: int) -> Columns:
    """Metrics of iterations ``start`` … ``end`` − 1, over all the branches that hold them."""
    found: Columns = {}
    for owner, first, after in line.segments():
        low, high = max(start, first), min(end, owner.tip + 1 if after is None else after)
        if low < high:
            part = owned(owner, low, high)
            for name in [*found, *(name for name in part if name not in found)]:
                column = found.setdefault(name, [None] * (low - start))
                column.extend(part.get(name, [None] * (high - low)))
    return found


def welcome(core: Core, seq: int, playing: bool) -> Welcome:
    """The first message on a socket."""
    from chainrule.protocol import PROTOCOL_VERSION

    return Welcome(
        seq=seq,
        protocol=PROTOCOL_VERSION,
        lesson=core.lesson.slug,
        config=config_of(core),
        seed=core.seed,
        cursor=core.cursor(),
        branches=[line.model() for line in core.timeline.lines.values()],
        breakpoints=list(core.breakpoints),
        predict=core.prediction.on,
        playing=playing,
        can_undo=bool(core.undo),
        pytorch_installed=pytorch.installed(),
        companion=None if core.companion is None else core.companion.line.id,
    )

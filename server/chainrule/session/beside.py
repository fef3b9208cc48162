"""What is told of the run beside the current one, and what names mean that begin with a run's."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import quote

from chainrule.protocol.model import Source
from chainrule.protocol.rest import CompanionInfo, CompanionState
from chainrule.protocol.server import Companion, Explanation
from chainrule.session.build import changed_fields
from chainrule.session.core import Core
from chainrule.session.view import View, metrics, node_states, node_tensors
from chainrule.timeline import Line


class Found(NamedTuple):
    """What a name means: a node of a view, on a branch of the run that the name begins with (`adam/`), if it does."""

    view: View
    line: Line
    prefix: str
    name: str


def find(core: Core, name: str) -> Found:
    """The run that a name means. Without that of a run before it, it is the current one's."""
    run, slash, rest = name.partition("/")
    companion, beside = core.companion, core.view_beside()
    if slash and companion is not None and beside is not None:
        if run == companion.name:
            return Found(beside, companion.line, f"{run}/", rest)
        if run == companion.beside:
            return Found(core.view(), core.line, f"{run}/", rest)
    return Found(core.view(), core.line, "", name)


def companion_info(core: Core) -> CompanionInfo | None:
    """The companion in short."""
    companion, view = core.companion, core.view_beside()
    if companion is None or view is None:
        return None
    return CompanionInfo(
        name=companion.name,
        beside=companion.beside,
        cursor=view.cursor,
        phase=view.record.step(view.cursor.step).phase,
        config=core.regime(companion.line).config.model_dump(mode="json"),
        metrics=metrics(view),
        journal=[entry for _, entry in companion.line.journal],
    )


def companion_message(core: Core, seq: int, subscribed: Collection[str]) -> Companion | None:
    """The companion's numbers; in full those that are named as its own."""
    companion, view = core.companion, core.view_beside()
    if companion is None or view is None:
        return None
    record, prefix = view.record, f"{companion.name}/"
    own = [name.removeprefix(prefix) for name in subscribed if name.startswith(prefix)]
    nodes = [record.by_name[name] for name in sorted(own) if name in record.by_name]
    here, there = core.regime().config, core.regime(companion.line).config
    loss = view.value(record.root)
    return Companion.model_construct(
        type="companion",
        seq=seq,
        id=None,
        name=companion.name,
        beside=companion.beside,
        cursor=view.cursor,
        phase=record.step(view.cursor.step).phase,
        config=there.model_dump(mode="json"),
        differs=changed_fields(here, there),
        loss=None if loss is None else record.start.regime.backend.numbers([loss])[0],
        evaluation=None,
        runs=[],
        names=[str(node.name) for node in nodes],
        tensors=node_tensors(view, nodes, core.limits),
    )


def companion_state(core: Core) -> CompanionState | None:
    """Value and gradient of the companion's nodes."""
    companion, view = core.companion, core.view_beside()
    if companion is None or view is None:
        return None
    record, prefix = view.record, f"{companion.name}/"
    nodes = {f"{prefix}{name}": state for name, state in node_states(view, record.nodes, core.limits).items()}
    own = [f"{prefix}{name}" for name in record.start.values]
    return CompanionState(
        name=companion.name,
        cursor=view.cursor,
        phase=record.step(view.cursor.step).phase,
        parameters={name: nodes[name] for name in own if name in nodes},
        nodes=nodes,
    )


def prefixed(found: Explanation, prefix: str) -> Explanation:
    """An explanation whose names begin with the run that they belong to."""
    if not prefix:
        return found

    def named(source: Source | None) -> Source | None:
        return None if source is None else source.model_copy(update={"name": f"{prefix}{source.name}"})

    terms = [
        term.model_copy(
            update={
                "factors": [
                    factor.model_copy(update={"source": named(factor.source)}) for factor in term.factors
                ]
            }
        )
        for term in found.terms
    ]
    return found.model_copy(
        update={
            "name": f"{prefix}{found.name}",
            "path": found.path.replace("/tensors/", f"/tensors/{quote(prefix, safe='/')}", 1),
            "terms": terms,
            "began": named(found.began),
        }
    )

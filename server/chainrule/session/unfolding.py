"""The command that unfolds a unit, or a weight, into its scalar circuit."""

from __future__ import annotations

from chainrule.errors import Refusal
from chainrule.protocol.client import UnfoldCommand
from chainrule.protocol.model import Graph, Layer, Param
from chainrule.protocol.server import Unfolded
from chainrule.session.batch import no_row
from chainrule.session.core import Core
from chainrule.trace import Record
from chainrule.unfold import Column, Network, Shown, unfold


def unfolded(core: Core, command: UnfoldCommand) -> Unfolded:
    """A unit as its scalar circuit at the cursor.

    Raises
    ------
    Refusal
        ``no_unit``: the graph has no layers, or no such layer, unit or weight; ``invalid_index``: no such sample.
    """
    view = core.view()
    place = _place(view.graph, command)
    network = _network(view.record, view.graph)
    count = network.columns[place].output.shape[0]
    if command.row >= count:
        raise no_row(command.row, count)
    circuit = unfold(view.record, network, place, command.unit, command.row, command.source)
    shown = Shown(view.record, circuit, view.cursor, view.shown, view.graph.steps)
    parts = shown.parts()
    graph = shown.graph(parts)
    return Unfolded(
        cursor=view.cursor,
        layer=command.layer,
        unit=command.unit,
        source=command.source,
        row=command.row,
        count=count,
        graph=graph,
        frame=shown.frame(graph, view.withheld),
        cells=shown.cells(),
        parts=parts,
    )


def _place(graph: Graph, command: UnfoldCommand) -> int:
    """The layer that is meant, among those that compute something."""
    if not graph.layers:
        raise _no_unit(
            "This lesson's graph has no layers of units.",
            "Choose a lesson that trains a network.",
            reason="unit_network",
        )
    given, *layers = graph.layers
    names = [layer.name for layer in layers]
    if command.layer not in names:
        raise _no_unit(
            f"There is no layer {command.layer[:64]!r} that computes something: there are {', '.join(names)}.",
            "Choose one of these.",
            reason="unit_layer",
            layer=command.layer[:64],
            known=", ".join(names),
        )
    place = names.index(command.layer)
    before = given if place == 0 else layers[place - 1]
    _check(command.unit, layers[place])
    if command.source is not None:
        _check(command.source, before)
    return place


def _check(unit: int, layer: Layer) -> None:
    if unit >= layer.units:
        raise _no_unit(
            f"{layer.name} has the units 0 to {layer.units - 1}, not {unit}.",
            "Choose one of them.",
            reason="unit_index",
            layer=layer.name,
            unit=unit,
            last=layer.units - 1,
        )


def _no_unit(detail: str, hint: str, *, reason: str, **params: Param) -> Refusal:
    return Refusal(
        "no_unit", 422, "There is no such unit to unfold", detail, hint, reason=reason, params=params
    )


def _network(record: Record, graph: Graph) -> Network:
    nodes = record.nodes
    given, *layers = graph.layers
    columns = []
    for layer in layers:
        assert layer.weight is not None and layer.bias is not None and layer.summed is not None
        columns.append(
            Column(nodes[layer.weight], nodes[layer.bias], nodes[layer.summed], nodes[layer.output])
        )
    return Network(nodes[given.output], given.labels, columns)

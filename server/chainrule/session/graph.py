"""A recorded iteration → the graph: everything that stays the same while values change."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from weakref import WeakKeyDictionary

from chainrule.engine.plan import Plan
from chainrule.engine.tape import Node
from chainrule.protocol.model import (
    DetectorGrid,
    Graph,
    GraphEdge,
    GraphNode,
    GraphText,
    Layer,
    MapArea,
    Run,
    RunLayer,
    Step,
)
from chainrule.trace import Record, StepRef, is_delta, is_edit


class Graphs:
    """Graphs by record. Records of one structure share one graph, so that it is built and sent once."""

    def __init__(self) -> None:
        self._by_record: WeakKeyDictionary[Record, Graph] = WeakKeyDictionary()
        self._by_plan: WeakKeyDictionary[Plan, Graph] = WeakKeyDictionary()
        self._by_topology: dict[int, Graph] = {}

    def of(self, record: Record) -> Graph:
        """The graph of a record."""
        graph = self._by_record.get(record)
        if graph is None and record.plan is not None:
            graph = self._by_plan.get(record.plan)
        if graph is None:
            number = topology(record)
            graph = self._by_topology.get(number)
            if graph is None:
                if len(self._by_topology) >= 64:
                    self._by_topology.pop(next(iter(self._by_topology)))
                graph = self._by_topology[number] = build_graph(record, number)
            self._by_record[record] = graph
            if record.plan is not None:
                self._by_plan[record.plan] = graph
        return graph


def topology(record: Record) -> int:
    """A number for the structure, the same in every process; below 2⁵³, so that JavaScript holds it exactly.

    The size of a batch (the first axis of what is no parameter) is no part of it.
    """
    positions = record.positions
    digest = blake2b(digest_size=6)
    model = record.start.regime.model
    for node in record.nodes:
        shape = node.shape if node.kind in ("parameter", "constant") else (len(node.shape), *node.shape[1:])
        structure = (
            node.name,
            node.label,
            node.kind,
            None if node.op is None else node.op.name,
            [positions[child.index] for child in node.inputs],
            shape,
            node.requires_grad,
            record.expected(node) > 0,
            model.line_for("forward", node),
        )
        digest.update(repr(structure).encode())
    digest.update(repr((positions[record.root.index], record.layout, record.start.regime.dtype)).encode())
    digest.update(repr([u.node.name for u in record.updates]).encode())
    of_plane = record.start.regime.of_plane
    if of_plane is not None:
        digest.update(repr((of_plane.layer_names, of_plane.input_labels, of_plane.output_labels)).encode())
    if record.start.regime.of_runs is not None:
        digest.update(repr((_runs(record), _area(record))).encode())
    if record.start.regime.of_scenes is not None:
        digest.update(repr(_grid(record)).encode())
    of_text = record.start.regime.of_text
    if of_text is not None:
        digest.update(of_text.characters.encode())
    for line in model.listing:
        digest.update(f"{line.number} {line.code}\n".encode())
    return int.from_bytes(digest.digest()) + 1


def build_graph(record: Record, number: int) -> Graph:
    """Nodes in tape order, edges in order of (consumer, argument), steps in order of time."""
    labels = node_labels(record)
    verbs = list(labels)
    if record.root.op is not None and not is_edit(record.root):
        # The picture marks the loss; on the timeline it is the op that counts.
        verbs[record.positions[record.root.index]] = record.root.op.name
    edges, first_edge = _edges(record)
    nodes = [_node(record, node, labels[place]) for place, node in enumerate(record.nodes)]
    scopes: dict[str, None] = {}
    for node in record.nodes:
        parts = node.scope.split(".") if node.scope else []
        for depth in range(1, len(parts) + 1):
            scopes.setdefault(".".join(parts[:depth]))
    return Graph(
        topology=number,
        nodes=nodes,
        edges=edges,
        scopes=list(scopes),
        layers=_layers(record),
        runs=_runs(record),
        area=_area(record),
        grid=_grid(record),
        text=_text(record),
        steps=[_step(record, ref, verbs, first_edge) for ref in record.steps()],
        listing=list(record.start.regime.model.listing),
    )


def _layers(record: Record) -> list[Layer]:
    """The network of a model of the plane as layers, input first."""
    model = record.start.regime.of_plane
    if model is None:
        return []
    named, positions = record.by_name, record.positions
    given = named["x"]
    labels = list(model.input_labels)
    found = [Layer(name="x", kind="input", units=len(labels), labels=labels, output=positions[given.index])]
    for name in model.layer_names:
        own = [node for node in record.operations if node.scope == name]
        summed, output = own[0], own[-1]
        weight = named[f"{name}.weight"]
        last = name == model.layer_names[-1]
        bends = [node.op.name for node in own[1:] if node.op is not None and len(node.inputs) == 1]
        found.append(
            Layer(
                name=name,
                kind="output" if last else "hidden",
                units=weight.shape[0],
                labels=list(model.output_labels) if last else [],
                activation=bends[0] if bends else "",
                weight=positions[weight.index],
                bias=positions[named[f"{name}.bias"].index],
                summed=positions[summed.index],
                output=positions[output.index],
            )
        )
    return found


def _runs(record: Record) -> list[Run]:
    """The runs of a model that has several."""
    model, positions = record.start.regime.of_runs, record.positions
    last = {node.scope: node for node in record.operations}
    return [
        Run(
            name=run.name,
            title=run.title,
            parameters=[positions[record.find(name).index] for name in run.parameters],
            loss=positions[record.find(run.loss).index],
            layers=[
                RunLayer(
                    name=layer.scope,
                    output=positions[last[layer.scope].index],
                    weight=positions[record.find(layer.weight).index],
                    skip=layer.skip,
                )
                for layer in run.layers
            ],
        )
        for run in ([] if model is None else model.runs)
    ]


def _area(record: Record) -> MapArea | None:
    model = record.start.regime.of_map
    return None if model is None else MapArea(low=list(model.area.low), high=list(model.area.high))


def _grid(record: Record) -> DetectorGrid | None:
    model = record.start.regime.of_scenes
    if model is None:
        return None
    output = record.positions[record.find(model.output).index]
    return DetectorGrid(side=model.side, cells=model.cells, kinds=list(model.kinds), output=output)


def _text(record: Record) -> GraphText | None:
    model, positions = record.start.regime.of_text, record.positions
    if model is None:
        return None
    return GraphText(
        characters=list(model.characters),
        context=model.context,
        stages=[positions[record.find(name).index] for name in model.stages],
        attention=[positions[record.find(name).index] for name in model.attention],
        logits=positions[record.find(model.logits).index],
    )


def edge_index(record: Record) -> list[int]:
    """For each node, in tape order, the index of the edge to its first argument."""
    first, total = [], 0
    for node in record.nodes:
        first.append(total)
        total += len(node.inputs)
    return first


def node_labels(record: Record) -> list[str]:
    """What the picture prints on each node: a variable, a constant's number, or the op's name.

    Ops of one name in one scope are told apart by #k. An edited activation y is y′.
    """
    counts = Counter(
        (node.scope, node.op.name) for node in record.nodes if node.op is not None and not is_edit(node)
    )
    labels: list[str] = []
    for node in record.nodes:
        if is_edit(node):
            labels.append(f"{labels[record.positions[node.inputs[0].index]]}′")
        elif node.label:
            labels.append(node.label)
        elif node.op is None:
            labels.append(_number(record, node) if node.kind == "constant" else str(node.name))
        elif counts[node.scope, node.op.name] == 1:
            labels.append(node.op.name)
        else:
            labels.append(str(node.name).removeprefix(f"{node.scope}." if node.scope else ""))
    return labels


def _number(record: Record, node: Node) -> str:
    if node.shape:
        return str(node.name)
    return f"{node.backend.to_numpy(node.value).item():g}"


def _edges(record: Record) -> tuple[list[GraphEdge], list[int]]:
    positions = record.positions
    contributing = {(c.node.index, c.argument) for c in record.contributions}
    edges: list[GraphEdge] = []
    first = edge_index(record)
    for place, node in enumerate(record.nodes):
        for argument, child in enumerate(node.inputs):
            assert node.op is not None
            vjp = node.op.vjps[argument]
            carries = (node.index, argument) in contributing
            edges.append(
                GraphEdge(
                    index=len(edges),
                    source=positions[child.index],
                    target=place,
                    argument=argument,
                    carries_grad=carries,
                    form=None if vjp.form == "none" else vjp.form,
                    formula=vjp.formula,
                    reads=_reads(record, node, argument) if carries else [],
                )
            )
    return edges, first


def _reads(record: Record, node: Node, argument: int) -> list[int]:
    assert node.op is not None
    read = (node if at == "out" else node.inputs[at] for at in node.op.vjps[argument].pins(len(node.inputs)))
    return [record.positions[pinned.index] for pinned in read]


def _node(record: Record, node: Node, label: str) -> GraphNode:
    reads: dict[int, None] = {}
    if record.expected(node):
        for argument, child in enumerate(node.inputs):
            if child.requires_grad:
                reads.update(dict.fromkeys(_reads(record, node, argument)))
    return GraphNode(
        index=record.positions[node.index],
        name=str(node.name),
        label=label,
        kind=node.kind,
        op=None if node.op is None else node.op.name,
        glyph="" if node.op is None else node.op.glyph,
        scope=node.scope,
        shape=list(node.shape),
        dtype="float64" if node.backend.dtype_of(node.value).name == "float64" else "float32",
        requires_grad=node.requires_grad,
        expected=record.expected(node),
        reads=list(reads),
        formula="" if node.op is None else node.op.formula,
        loss=node is record.root,
        editable=node.kind != "constant" and node.draw is None and not is_delta(node),
    )


def _step(record: Record, ref: StepRef, labels: list[str], first_edge: list[int]) -> Step:
    node = None if ref.node is None else record.positions[ref.node.index]
    edge = None
    if ref.kind == "zero_grad":
        label = "zero"
    elif ref.kind == "load":
        label = "load"
    elif ref.kind == "seed":
        label = "seed"
    elif ref.contribution is not None and node is not None:
        edge = first_edge[node] + ref.contribution.argument
        label = f"{labels[node]} → {labels[record.positions[ref.contribution.target.index]]}"
    else:
        assert node is not None
        label = labels[node]
    line = record.start.regime.model.line_for(ref.kind, ref.node)
    return Step(index=ref.index, kind=ref.kind, phase=ref.phase, label=label, node=node, edge=edge, line=line)

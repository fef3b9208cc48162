"""What the network says of scenes, what it costs cell by cell, and how each term pulls on the parameters."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from chainrule.data.augment import Pictures
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.tape import Node
from chainrule.lessons.lesson import OfScenes
from chainrule.protocol.detection import Against, DetectionTerm, Pull, Traced
from chainrule.session.batch import totals
from chainrule.session.core import Core
from chainrule.session.detection.scenes import Shown
from chainrule.trace import run_forward


class Said(NamedTuple):
    """What a layer says, (n, channels, places, places), and the gradient of the loss by it; None where it has not come."""

    node: Node
    value: Array | None
    grad: Array | None


@dataclass(frozen=True, eq=False)
class Look:
    """What the network says of some scenes, as far as it has said it.

    Attributes
    ----------
    output
        (n, numbers, cells, cells), None where it has not been computed yet.
    cells
        By term (n, cells, cells): what each cell costs, without weights.
    slopes
        The gradient of the loss by the output, None before its first contribution.
    nodes
        By label, the nodes of the terms and of the parameters; empty where gradients may not be asked for.
    layers
        From the image on.
    """

    output: HostArray | None
    cells: Mapping[str, HostArray | None]
    slopes: HostArray | None
    nodes: Mapping[str, Node]
    backend: Backend
    layers: Sequence[Said] = ()

    @cached_property
    def root_gradients(self) -> dict[Node, Array]:
        """The gradient of the loss by every node."""
        with self.backend.quiet():
            return totals(self.nodes["loss"])


def at_cursor(core: Core, model: OfScenes) -> Look:
    """The batch, as far as the cursor has come."""
    record, view, backend = core.record, core.view(), core.backend

    def known(array: Array | None) -> HostArray | None:
        return None if array is None else backend.to_numpy(array)

    output = record.find(model.output)
    told = view.value(record.root) is not None and core.prediction.first_waiting(core.line, record) is None
    labels = [term.total for term in model.terms] + list(record.start.regime.trained)
    nodes = {label: record.find(label) for label in labels} | {"loss": record.root} if told else {}
    cells = {term.cells: known(view.value(record.find(term.cells))) for term in model.terms}
    layers = [record.find(label) for label in model.layers]
    said = [Said(node, view.value(node), view.grad(node)) for node in layers]
    return Look(known(view.value(output)), cells, known(view.grad(output)), nodes, backend, said)


def alone(core: Core, model: OfScenes, scenes: Pictures, share: float = 1.0) -> Look:
    """Scenes by themselves, through the network as it was when the iteration began.

    The slopes are multiplied by the ``share`` that the scene has in a loss.
    """
    record, backend = core.record, core.backend
    native = record.start.regime.native
    fed = {
        name: backend.asarray(value, native if value.dtype.kind == "f" else None)
        for name, value in model.fed(scenes).items()
    }
    with backend.quiet():
        tape, root = run_forward(record.start, record.iteration, fed)
    by_label = {node.label: node for node in tape.nodes if node.label}
    output = by_label[model.output]
    cells = {term.cells: backend.to_numpy(by_label[term.cells].value) for term in model.terms}
    if core.prediction.first_waiting(core.line, record) is not None:
        said = [Said(by_label[label], by_label[label].value, None) for label in model.layers]
        return Look(backend.to_numpy(output.value), cells, None, {}, backend, said)
    named = {str(node.name): node for node in tape.nodes}
    nodes = {term.total: by_label[term.total] for term in model.terms}
    nodes |= {name: named[name] for name in record.start.regime.trained} | {"loss": root}
    look = Look(backend.to_numpy(output.value), cells, None, nodes, backend)
    grads = look.root_gradients
    slopes = grads.get(output)
    said = [
        Said(by_label[label], by_label[label].value, grads.get(by_label[label])) for label in model.layers
    ]
    own = None if slopes is None else share * backend.to_numpy(slopes)
    return Look(look.output, cells, own, nodes, backend, said)


def as_far_as(look: Look, reached: Look) -> Look:
    """What is known of scenes by themselves once as much is known of the batch: so an original follows its steps."""

    def known(own: Array | None, other: Array | None) -> Array | None:
        return None if other is None else own

    return Look(
        output=known(look.output, reached.output),
        cells={label: known(own, reached.cells[label]) for label, own in look.cells.items()},
        slopes=known(look.slopes, reached.slopes),
        nodes=look.nodes if reached.nodes else {},
        backend=look.backend,
        layers=[
            Said(own.node, known(own.value, other.value), known(own.grad, other.grad))
            for own, other in zip(look.layers, reached.layers, strict=True)
        ],
    )


def measured_by(model: OfScenes, look: Look, row: int, shown: Shown, share: float) -> Look:
    """One of the scenes by itself, as far as it has come, beside other true boxes: what its cells then cost.

    The slopes are multiplied by the ``share`` that the scene has in the loss.
    """
    assert look.output is not None
    cells, slopes = model.costs(look.output[row : row + 1], shown.alone)
    known = {label: None if look.cells[label] is None else one for label, one in cells.items()}
    if look.slopes is None:
        return Look(None, known, None, {}, look.backend)
    # Numbers whose gradient has not come in any cell of any scene wait for it.
    came = (look.slopes != 0).any(axis=(0, 2, 3))[:, None, None]
    return Look(None, known, host.where(came, share * slopes, 0.0), {}, look.backend)


def terms(model: OfScenes, look: Look, row: int) -> list[DetectionTerm]:
    found = []
    for term in model.terms:
        cells = look.cells[term.cells]
        costs = None if cells is None else term.weight * cells[row].astype(host.float64)
        slopes: list[float] = []
        if look.slopes is not None:
            with host.errstate(all="ignore"):
                own = look.slopes[row, term.numbers].astype(host.float64)
                slopes = host.sqrt((own * own).sum(axis=0)).reshape(-1).tolist()
        found.append(
            DetectionTerm(
                name=term.name,
                node=term.cells,
                weight=term.weight,
                total=None if costs is None else float(costs.sum()),
                cells=[] if costs is None else costs.reshape(-1).tolist(),
                slopes=slopes,
            )
        )
    return found


def pulls(
    core: Core, model: OfScenes, look: Look, layer: str | None = None
) -> Generator[None, None, tuple[list[Pull], Traced | None]]:
    """How much each term of the loss pulls on each parameter, and on each weight of a layer."""
    if not look.nodes:
        return [], None
    backend, by_term = core.backend, []
    for term in model.terms:
        node = look.nodes[term.total]
        with backend.quiet():
            by_term.append((term.weight, totals(node) if node.requires_grad else {}))
        yield
    whole = look.root_gradients
    found = []
    for name in core.record.start.regime.trained:
        node = look.nodes[name]
        sizes = [weight * _length(backend, [grads.get(node)]) for weight, grads in by_term]
        found.append(Pull(name=name, sizes=sizes, whole=_length(backend, [whole.get(node)])))
    weights = None if layer is None else look.nodes.get(layer)
    if weights is None or len(weights.shape) != 4:
        return found, None
    traced = Traced(
        name=str(weights.name),
        rows=weights.shape[0],
        columns=weights.shape[1],
        terms=[_by_pair(backend, weights, weight, grads.get(weights)) for weight, grads in by_term],
    )
    return found, traced


def _by_pair(backend: Backend, node: Node, weight: float, grad: Array | None) -> list[float]:
    """For each output and input of a convolution the length of a gradient by the weights between them."""
    if grad is None:
        return [0.0] * (node.shape[0] * node.shape[1])
    with host.errstate(all="ignore"):
        own = backend.to_numpy(grad).astype(host.float64)
        lengths: list[float] = (weight * host.sqrt((own * own).sum(axis=(2, 3)))).reshape(-1).tolist()
    return lengths


def _length(backend: Backend, arrays: list[Array | None]) -> float:
    return float(host.sqrt(sum(float((one * one).sum()) for one in _flat(backend, arrays))))


def _flat(backend: Backend, arrays: list[Array | None]) -> list[HostArray]:
    return [backend.to_numpy(one).astype(host.float64).reshape(-1) for one in arrays if one is not None]


def against(core: Core, model: OfScenes, shown: Shown, *, in_batch: bool) -> Against:
    """The own gradient of a scene as it is trained on, beside that of its original; one of both is the scene that is shown."""
    gradients, cells = [], []
    plain, trained = model.scenes(core.record.iteration)
    for scenes in (plain, shown.scenes) if in_batch else (shown.scenes, trained):
        look = alone(core, model, Shown(scenes, shown.row).alone)
        own = [look.root_gradients.get(look.nodes[name]) for name in core.record.start.regime.trained]
        gradients.append(host.concatenate([host.zeros(0), *_flat(core.backend, own)]))
        cells.append(_by_cell(look, model))
    original, augmented = gradients
    with host.errstate(all="ignore"):
        lengths = [float(host.sqrt((one * one).sum())) for one in (augmented, original)]
        cosine = float((augmented * original).sum() / (lengths[0] * lengths[1]))
    return Against(
        augmented=lengths[0],
        original=lengths[1],
        cosine=cosine,
        augmented_cells=cells[1],
        original_cells=cells[0],
    )


def _by_cell(look: Look, model: OfScenes) -> list[float]:
    """The length of the loss's gradient by all the numbers of each cell of a scene by itself."""
    if look.slopes is None:
        return [0.0] * model.cells**2
    with host.errstate(all="ignore"):
        own = look.slopes[0].astype(host.float64)
        lengths: list[float] = host.sqrt((own * own).sum(axis=0)).reshape(-1).tolist()
    return lengths

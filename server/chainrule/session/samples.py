"""A sample's own gradient: the VJP of its own loss term through the batch's tape.

The loss of a batch is a mean (or a sum) over its samples, and penalties beside. The own term of a sample is its part of
that mean, not divided by the number of samples: the mean of all own gradients, and the penalties' gradient, is the
gradient of the batch. Where samples meet (batch norm), an own term reaches other rows too, and still they average.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.backward import walk
from chainrule.engine.tape import Node, apply, use_backend
from chainrule.engine.tensor import Tensor
from chainrule.errors import Refusal
from chainrule.protocol.client import ArrowsCommand, SampleCommand
from chainrule.protocol.model import Param
from chainrule.protocol.server import ArrowsResult, Reduction, SampleResult
from chainrule.session.checks import no_element, no_gradient
from chainrule.session.core import Core
from chainrule.session.documents import withheld
from chainrule.session.view import nested
from chainrule.trace import Record, run_forward

OVER_CLASSES = ("cross_entropy", "nll_loss")
"""Losses that give one number for each target: of one (samples, …) and not of the scores' shape."""

OVER_PAIRS = (
    "mse_loss",
    "l1_loss",
    "huber_loss",
    "smooth_l1_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
)
OVER_AXES = ("mean", "sum")


class Rows(NamedTuple):
    """Where a node has its samples: along ``axis``, ``each`` of them one after the other."""

    axis: int
    each: int


class Part(NamedTuple):
    """One number of the loss as the samples make it: ``scale`` · Σ over all of ``each``."""

    each: Node
    rows: Rows
    scale: float


@dataclass(frozen=True, eq=False)
class Batch:
    """An iteration as its samples make it.

    Attributes
    ----------
    count
        How many samples there are.
    rows
        By name, which nodes have samples, and where.
    parts, penalties
        What the loss is the sum of: numbers over samples; and nodes with a factor that no sample has a part in.
    """

    record: Record
    count: int
    rows: Mapping[str, Rows]
    parts: list[Part]
    penalties: list[tuple[Node, float]]
    reduction: Reduction

    def term(self, row: int, position: int | None = None) -> Tensor:
        """The own loss term of a sample, or of one position of it, as a node beside the tape."""
        terms = []
        for part in self.parts:
            axis, each = part.rows
            first, count = (row * each, each) if position is None else (row * each + position, 1)
            times = self.count * each // count if self.reduction == "mean" else 1
            key = (slice(None),) * axis + (slice(first, first + count),)
            terms.append(Tensor(part.each)[key].sum() * (part.scale * times))
        return _total(terms)

    def gradients(self, row: int, position: int | None = None) -> tuple[float, dict[Node, Array]]:
        """The own loss of a sample, or of one position of it, and its gradient by every node that it reaches."""
        backend = self.record.start.regime.backend
        with backend.quiet(), use_backend(backend):
            term = self.term(row, position)
            return backend.numbers([term.node.value])[0], totals(term.node)

    @cached_property
    def penalty(self) -> dict[Node, Array]:
        """The gradient of the penalties together."""
        backend = self.record.start.regime.backend
        terms = [Tensor(node) * scale for node, scale in self.penalties if node.requires_grad]
        if not terms:
            return {}
        with backend.quiet(), use_backend(backend):
            return totals(_total(terms).node)

    @cached_property
    def whole(self) -> dict[Node, Array]:
        """The gradient of the loss in this iteration, without what was left from those before."""
        with self.record.start.regime.backend.quiet():
            return totals(self.record.root)

    def own(self, name: str, array: Array, row: int) -> HostArray:
        """A sample's rows of a node's value or gradient; without the axis of the samples where it is one row."""
        axis, each = self.rows[name]
        found = self.record.start.regime.backend.to_numpy(array)
        taken: HostArray = host.take(found, range(row * each, (row + 1) * each), axis=axis)
        return taken[(slice(None),) * axis + (0,)] if each == 1 else taken


def totals(root: Node) -> dict[Node, Array]:
    """The gradients that a backward pass from one number gives to each node. The caller is in ``backend.quiet()``."""
    return {contribution.target: contribution.total for contribution in walk(root, None, None)}


def _total(terms: list[Tensor]) -> Tensor:
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return found


# -- how a batch is made of its samples


def batch_of(record: Record) -> Batch:
    """How the samples of an iteration make its loss.

    Raises
    ------
    Refusal
        ``no_samples``: what comes with the batch has no axis of samples, or the loss is neither a mean nor a sum over
        it.
    """
    count, rows = _sampled(record)
    parts: list[Part] = []
    penalties: list[tuple[Node, float]] = []
    reductions: list[Reduction] = []
    touched = _touched(record, rows)
    left: list[tuple[Node, float]] = [(record.root, 1.0)]
    while left:
        node, scale = left.pop()
        if node not in touched:
            penalties.append((node, scale))
            continue
        reduced = _reduced(node, scale, rows)
        if reduced is not None:
            reductions.append(reduced[0])
            parts.append(reduced[1])
        else:
            left.extend(_addends(node, scale, touched))
    if len(set(reductions)) > 1:
        raise _no_mean(record.root)
    return Batch(record, count, rows, parts, penalties, reductions[0])


def _sampled(record: Record) -> tuple[int, dict[str, Rows]]:
    """How many samples the batch has, and where each node has them.

    Found out by a forward pass with one sample more: what then is longer by one in a sample is the samples' axis.
    """
    regime = record.start.regime
    fed = [record.by_name[name] for name in regime.fed]
    counts = {node.shape[0] if node.shape else 0 for node in fed}
    count = counts.pop() if len(counts) == 1 else 0
    if count == 0:
        raise _no_samples(
            "What comes with the batch has no axis of samples.",
            "Choose a lesson that trains on batches.",
            reason="samples_axis",
        )
    backend = regime.backend
    longer = {
        str(node.name): backend.asarray(_one_more(backend.to_numpy(node.value)), node.value.dtype)
        for node in fed
    }
    plain = replace(record.start, interventions={})
    try:
        with backend.quiet():
            tape, _ = run_forward(plain, record.iteration, longer)
    except (ValueError, RuntimeError, IndexError) as error:
        raise _no_mean(record.root) from error
    rows = {}
    for node in record.nodes:
        name = str(node.name)
        # An edited activation is where it was before.
        other = tape.by_name.get(name.removesuffix(".edit").removesuffix(".delta"))
        found = None if other is None else _axis(node.shape, other.shape, count)
        if found is not None:
            rows[name] = found
    return count, rows


def _one_more(array: HostArray) -> HostArray:
    return host.concatenate([array, array[:1]])


def _axis(shape: tuple[int, ...], longer: tuple[int, ...], count: int) -> Rows | None:
    if len(shape) != len(longer):
        return None
    grown = [axis for axis, (a, b) in enumerate(zip(shape, longer, strict=True)) if a != b]
    if len(grown) != 1:
        return None
    size, more = shape[grown[0]], longer[grown[0]]
    return Rows(grown[0], size // count) if size * (count + 1) == more * count else None


def _touched(record: Record, rows: Mapping[str, Rows]) -> dict[Node, None]:
    """The nodes that depend on the samples."""
    found: dict[Node, None] = {}
    for node in record.nodes:
        if str(node.name) in rows or any(child in found for child in node.inputs):
            found[node] = None
    return found


def _reduced(node: Node, scale: float, rows: Mapping[str, Rows]) -> tuple[Reduction, Part] | None:
    """A node that brings the samples together: how, and what it is made of."""
    op, attrs = node.op, node.attrs
    if op is None or math.prod(node.shape) != 1 or str(node.name) in rows:
        return None
    source = node.inputs[0]
    reduction: Reduction
    if op.name in OVER_AXES:
        where, each, reduction = rows.get(str(source.name)), source, "mean" if op.name == "mean" else "sum"
        count = math.prod(source.shape)
    elif op.name in OVER_PAIRS or (op.name in OVER_CLASSES and len(node.inputs) == 2):
        if attrs["reduction"] == "none":
            return None
        reduction = "mean" if attrs["reduction"] == "mean" else "sum"
        paired = op.name in OVER_PAIRS
        where = rows.get(str((source if paired else node.inputs[1]).name))
        backend = node.backend
        with backend.quiet():
            each = apply(op, node.inputs, {**attrs, "reduction": "none"})
        count = math.prod(each.shape)
        if not paired:
            count = int((backend.to_numpy(node.inputs[1].value) != attrs["ignore_index"]).sum())
    else:
        return None
    if where is None:
        return None
    return reduction, Part(each, where, scale / max(1, count) if reduction == "mean" else scale)


def _addends(node: Node, scale: float, touched: Mapping[Node, None]) -> list[tuple[Node, float]]:
    """What a number is the sum of, each with its factor; a refusal where it is no sum of numbers."""
    op, inputs = node.op, node.inputs
    name = "" if op is None else op.name
    single = all(math.prod(child.shape) == 1 for child in inputs)
    if single and name == "add":
        return [(inputs[0], scale), (inputs[1], scale)]
    if single and name == "sub":
        return [(inputs[0], scale), (inputs[1], -scale)]
    if single and name == "neg":
        return [(inputs[0], -scale)]
    if single and name in ("mul", "div"):
        at = 0 if inputs[0] in touched or name == "div" else 1
        number = inputs[1 - at]
        if number not in touched and not number.requires_grad:
            factor = number.backend.numbers([number.value])[0]
            return [(inputs[at], scale * factor if name == "mul" else scale / factor)]
    raise _no_mean(node)


# -- the commands


def sample(core: Core, command: SampleCommand) -> SampleResult:
    """One sample's own values and gradient at the cursor.

    Raises
    ------
    Refusal
        ``no_samples``; ``not_computed``: the forward pass has not been reached; ``withheld``; ``invalid_index``.
    """
    found = asked(core)
    record = found.record
    if command.row >= found.count:
        raise no_row(command.row, found.count)
    loss, grads = found.gradients(command.row)
    most = core.limits.tensor_elements
    values: dict[str, Any] = {}
    deltas: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for node in record.nodes:
        name, grad = str(node.name), grads.get(node)
        if name in found.rows:
            if math.prod(node.shape) // found.count > most:
                continue
            values[name] = nested(host.asarray(found.own(name, node.value, command.row)))
            if grad is not None:
                deltas[name] = found.own(name, grad, command.row).tolist()
        elif node.kind == "parameter" and grad is not None and math.prod(node.shape) <= most:
            own[name] = node.backend.to_numpy(grad).tolist()
    return SampleResult(
        cursor=core.cursor(),
        row=command.row,
        count=found.count,
        reduction=found.reduction,
        loss=loss,
        values=values,
        deltas=deltas,
        grads=own,
    )


def arrows(core: Core, command: ArrowsCommand) -> Generator[None, None, ArrowsResult]:
    """Each sample's own gradient by two elements of a parameter, beside their mean and the gradient of the batch.

    Raises
    ------
    Refusal
        What :func:`sample` does; ``no_gradient``: it is no parameter; ``limit_check``: there are too many samples.
    """
    found = asked(core)
    node = found.record.find(command.name)
    whole = found.whole.get(node)
    if node.kind != "parameter" or whole is None:
        raise no_gradient(f"{command.name} is no parameter that is trained.")
    if found.count > core.limits.check_evaluations:
        raise Refusal(
            "limit_check",
            422,
            "The tensor is too large to be checked",
            f"{found.count} samples take as many backward passes; {core.limits.check_evaluations} are allowed.",
            "Make the batch smaller.",
            reason="passes_of_samples",
            params={"passes": found.count, "most": core.limits.check_evaluations},
        )
    backend = node.backend
    grad = backend.to_numpy(whole)
    places = _places(node, grad, command)

    def picked(array: Array | None) -> list[float]:
        taken = host.zeros(node.shape) if array is None else backend.to_numpy(array)
        return [float(taken[place]) for place in places]

    losses, each = [], []
    for row in range(found.count):
        loss, grads = found.gradients(row)
        losses.append(loss)
        each.append(picked(grads.get(node)))
        yield
    with host.errstate(all="ignore"):
        together = host.asarray(each, dtype=host.float64)
        together = together.mean(axis=0) if found.reduction == "mean" else together.sum(axis=0)
    return ArrowsResult(
        cursor=core.cursor(),
        name=str(node.name),
        first=list(places[0]),
        second=list(places[1]) if len(places) > 1 else None,
        reduction=found.reduction,
        losses=losses,
        samples=each,
        together=together.tolist(),
        penalty=picked(found.penalty.get(node)),
        batch=picked(grad),
    )


def asked(core: Core) -> Batch:
    """The batch at the cursor, if it may be told of."""
    record = core.record
    waiting = core.prediction.first_waiting(core.line, record)
    if waiting is not None:
        contribution = record.step(waiting).contribution
        raise withheld("" if contribution is None else str(contribution.target.name))
    found = core.batch
    if found is None or found.record is not record:
        found = core.batch = batch_of(record)
    if core.position.step < record.value_step(record.root):
        raise Refusal(
            "not_computed",
            409,
            "This has not been computed yet",
            "The forward pass of this iteration has not come to the loss.",
            "Step on to the loss, and ask again.",
        )
    return found


def no_row(row: int, count: int) -> Refusal:
    """The refusal of a row that a batch of ``count`` samples does not have."""
    return Refusal(
        "invalid_index",
        422,
        "No such element",
        f"The batch has the samples 0 to {count - 1}, not {row}.",
        "Choose one of them.",
        reason="samples_row",
        params={"row": row, "last": count - 1},
    )


def _places(node: Node, grad: HostArray, command: ArrowsCommand) -> list[tuple[int, ...]]:
    """The elements asked for; else those in which the gradient of the batch is largest."""
    given = [tuple(index) for index in (command.first, command.second) if index is not None]
    for index in given:
        if len(index) != len(node.shape) or any(k >= size for k, size in zip(index, node.shape, strict=True)):
            raise no_element(node, index)
    sizes = host.abs(host.nan_to_num(grad.astype(host.float64)))
    order = [
        tuple(map(int, host.unravel_index(k, node.shape)))
        for k in host.argsort(-sizes, axis=None, kind="stable")
    ]
    free = [place for place in order if place not in given]
    if command.first is None and given:
        return [*free[:1], *given][:2]
    return [*given, *free][:2]


def _no_samples(detail: str, hint: str, *, reason: str, **params: Param) -> Refusal:
    return Refusal(
        "no_samples", 422, "There are no samples to tell apart", detail, hint, reason=reason, params=params
    )


def _no_mean(node: Node) -> Refusal:
    return _no_samples(
        f"The loss is not a mean over samples: {node.name} brings them together in another way.",
        "Look at a loss that is a mean, or a sum, over the samples.",
        reason="samples_loss",
        node=str(node.name),
    )

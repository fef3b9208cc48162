"""A sample's own gradient: the VJP of its own loss term through the batch's tape.

The loss of a batch is a mean (or a sum) over its samples, and penalties beside. The own term of a sample is its part of
that mean, not divided by the number of samples: the mean of all own gradients, and the penalties' gradient, is the
gradient of the batch. Where samples meet (batch norm), an own term reaches other rows too, and still they average.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.backward import walk
from chainrule.engine.tape import Node, apply, use_backend
from chainrule.engine.tensor import Tensor
from chainrule.errors import Refusal
from chainrule.protocol.model import Own, Param
from chainrule.protocol.server import Reduction
from chainrule.session.term import OwnRecord
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
    """One number of the loss as the samples make it: ``scale`` · Σ over all of ``each`` / ``averaged``.

    ``averaged`` is 1 where they are added.
    """

    each: Node
    rows: Rows
    scale: float
    averaged: int


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
    _last: list[OwnRecord] = field(default_factory=list)
    """What was asked for last: one goes on from number to number of it."""

    def term(self, row: int, position: int | None = None) -> Tensor:
        """The own loss term of a sample, or of one position of it, as a node beside the tape."""
        terms = []
        for part in self.parts:
            axis, each = part.rows
            first, count = (row * each, each) if position is None else (row * each + position, 1)
            alone = count == 1 and len(part.each.shape) == 1
            key = first if alone else (slice(None),) * axis + (slice(first, first + count),)
            taken = Tensor(part.each)[key]
            times = self.count * each // count if self.reduction == "mean" else 1
            scale = part.scale * (times / part.averaged)
            found = taken if alone else taken.sum()
            terms.append(found if scale == 1.0 else found * scale)
        return _total(terms)

    def gradients(self, row: int, position: int | None = None) -> tuple[float, dict[Node, Array]]:
        """The own loss of a sample, or of one position of it, and its gradient by every node that it reaches."""
        backend = self.record.start.regime.backend
        with backend.quiet(), use_backend(backend):
            term = self.term(row, position)
            return backend.numbers([term.node.value])[0], totals(term.node)

    def own(self, of: Own) -> OwnRecord:
        """The iteration as the own loss of a sample, or of one position of it, sees it.

        Raises
        ------
        Refusal
            ``invalid_index``: there is no such sample, or no such position in it.
        """
        if of.row >= self.count:
            raise no_row(of.row, self.count)
        places = min((part.rows.each for part in self.parts), default=1)
        if of.position is not None and of.position >= places:
            raise no_position(of.position, places)
        if not self._last or self._last[0].of != of:
            backend = self.record.start.regime.backend
            with backend.quiet(), use_backend(backend):
                self._last[:] = [OwnRecord(self.record, self.term(of.row, of.position).node, of)]
        return self._last[0]

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

    def rows_of(self, name: str, array: Array, row: int) -> HostArray:
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
    return reduction, Part(each, where, scale, max(1, count) if reduction == "mean" else 1)


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


def no_position(position: int, count: int) -> Refusal:
    """The refusal of a place that a sample of ``count`` places does not have."""
    return Refusal(
        "invalid_index",
        422,
        "No such element",
        f"A window has the places 0 to {count - 1}, not {position}.",
        "Choose one of them.",
        reason="text_position",
        params={"position": position, "last": count - 1},
    )


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

"""Questions about samples: one by itself, and the arrows of all of them."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.protocol.client import ArrowsCommand, SampleCommand
from chainrule.protocol.model import Own
from chainrule.protocol.server import ArrowsResult, SampleResult
from chainrule.session.batch import Batch, batch_of
from chainrule.session.checks import no_element, no_gradient
from chainrule.session.core import Core
from chainrule.session.documents import withheld
from chainrule.session.view import View, nested
from chainrule.trace import Record


def sample(core: Core, command: SampleCommand) -> SampleResult:
    """One sample's own values and gradient at the cursor.

    Raises
    ------
    Refusal
        ``no_samples``; ``not_computed``: the forward pass has not been reached; ``withheld``; ``invalid_index``.
    """
    found = asked(core)
    record = found.record
    of = found.own(Own(row=command.row))
    loss, grads = record.start.regime.backend.numbers([of.root.value])[0], of.grads
    most = core.limits.tensor_elements
    values: dict[str, Any] = {}
    deltas: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for node in record.nodes:
        name, grad = str(node.name), grads.get(node)
        if name in found.rows:
            if math.prod(node.shape) // found.count > most:
                continue
            values[name] = nested(host.asarray(found.rows_of(name, node.value, command.row)))
            if grad is not None:
                deltas[name] = found.rows_of(name, grad, command.row).tolist()
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


def asked(core: Core, view: View | None = None) -> Batch:
    """The batch at the cursor (else of the view of another run), if it may be told of."""
    if view is not None and view.record is not core.record:
        if view.waiting is not None:
            raise withheld(str(view.waiting.name))
        _require_loss(view.record, view.shown)
        return batch_of(view.record)
    record = core.record
    waiting = core.prediction.first_waiting(core.line, record)
    if waiting is not None:
        contribution = record.step(waiting).contribution
        raise withheld("" if contribution is None else str(contribution.target.name))
    found = core.batch
    if found is None or found.record is not record:
        found = core.batch = batch_of(record)
    _require_loss(record, core.position.step)
    return found


def _require_loss(record: Record, step: int) -> None:
    if step < record.value_step(record.root):
        raise Refusal(
            "not_computed",
            409,
            "This has not been computed yet",
            "The forward pass of this iteration has not come to the loss.",
            "Step on to the loss, and ask again.",
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

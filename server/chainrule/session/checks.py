"""Other ways to the same number: central differences in float64, the loss over one leaf."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chainrule.engine.backend import Array, HostArray, get_backend, host
from chainrule.engine.gradcheck import EPSILON, TOLERANCE, has_kink, relative_error
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.protocol.client import GradcheckCommand, NudgeCommand, SweepCommand
from chainrule.protocol.server import GradcheckResult, NudgeResult, SweepResult
from chainrule.session.build import build_regime
from chainrule.session.core import Core
from chainrule.trace import Carry, Record, Shift, is_delta, is_edit, run_forward, run_iteration


def gradcheck(core: Core, command: GradcheckCommand) -> Generator[None, None, GradcheckResult]:
    """The gradient of a leaf or an activation beside central differences.

    Both are computed in float64, from the same numbers, draws and edits. The step is ε times the size of the
    element, or ε if that is below 1.

    Raises
    ------
    Refusal
        ``no_gradient``: a constant. ``limit_check``: too many elements.
    """
    record = core.record
    node, name = _varied(record, command.name)
    count = int(host.prod(node.shape))
    if 2 * count + 1 > core.limits.check_evaluations:
        raise limit_check(count, 2 * count + 1, core.limits.check_evaluations)
    exact = in_float64(core, record, name)
    analytic = yield from _analytic(exact, record.iteration, name)
    evaluate = _evaluator(exact, record.iteration, name)
    x = host.zeros(node.shape) if node.op is not None else _leaf_value(exact, record.iteration, name)
    # An activation is shifted, not replaced, so its own size only sets the step.
    size = host.asarray(node.backend.to_numpy(node.value), dtype=host.float64)
    numeric, right, left = host.empty(node.shape), host.empty(node.shape), host.empty(node.shape)
    with host.errstate(all="ignore"):
        middle = evaluate(x)
        scale = abs(middle)
        for place in host.ndindex(node.shape):
            yield
            h = EPSILON * max(1.0, abs(float(size[place]))) if host.isfinite(size[place]) else EPSILON
            old = float(x[place])
            x[place] = old + h
            above, up = evaluate(x), float(x[place]) - old
            x[place] = old - h
            below, down = evaluate(x), old - float(x[place])
            x[place] = old
            numeric[place] = host.float64(above - below) / (up + down)
            right[place] = host.float64(above - middle) / up
            left[place] = host.float64(middle - below) / down
            scale = max(scale, abs(above), abs(below))
        error = relative_error(analytic, numeric, scale)
        kink = has_kink(right, left, scale)
    return GradcheckResult(
        name=str(node.name),
        epsilon=EPSILON,
        analytic=analytic.tolist(),
        numeric=numeric.tolist(),
        max_relative_error=error,
        passed=bool(error <= TOLERANCE),
        kink=kink,
    )


def _varied(record: Record, asked: str) -> tuple[Node, str]:
    """A node by which one may differentiate, and the name of what is then changed."""
    node = record.find(asked)
    if node.kind == "constant" or not _floating(node):
        raise no_gradient(f"{asked} is a constant of the program.")
    # The edited value is what consumers use; a shift of either is the same.
    return node, str(node.inputs[0].name if is_edit(node) else node.name)


def _floating(node: Node) -> bool:
    return node.backend.dtype_of(node.value).is_floating_point


def nudge(core: Core, command: NudgeCommand) -> Generator[None, None, NudgeResult]:
    """The loss before and after one number of a leaf or an activation grows by ``h``, beside the gradient there.

    All of it in float64, from the same numbers, draws and edits.

    Raises
    ------
    Refusal
        ``no_gradient``: a constant; ``invalid_index``; ``no_nudge``: the number stays what it is.
    """
    record = core.record
    node, name = _varied(record, command.name)
    place = tuple(command.index)
    if len(place) != len(node.shape) or any(k >= size for k, size in zip(place, node.shape, strict=True)):
        raise no_element(node, place)
    exact = in_float64(core, record, name)
    analytic = yield from _analytic(exact, record.iteration, name)
    evaluate = _evaluator(exact, record.iteration, name)
    x = host.zeros(node.shape) if node.op is not None else _leaf_value(exact, record.iteration, name)
    value = float(node.backend.to_numpy(node.value)[place])
    loss = evaluate(x)
    yield
    before = float(x[place])
    x[place] = before + command.h
    h = float(x[place]) - before
    if h == 0:
        raise Refusal(
            "no_nudge",
            422,
            "The number stays what it is",
            f"{before} + {command.h} is {before}.",
            "Choose a larger step.",
        )
    nudged = evaluate(x)
    with host.errstate(all="ignore"):
        slope = float(host.float64(nudged - loss) / h)
    return NudgeResult(
        cursor=core.cursor(),
        name=str(node.name),
        index=list(place),
        h=h,
        value=value,
        loss=loss,
        nudged=nudged,
        slope=slope,
        gradient=float(analytic[place]),
    )


def in_float64(core: Core, record: Record, name: str) -> Carry:
    """What the iteration started from, in float64. Edited activations keep their δ, not their value."""
    start = record.start
    # A device without float64 is checked on the host: the question is the same.
    backend = core.backend if core.backend.has("float64") else get_backend()
    regime = build_regime(core.lesson, start.regime.config, core.seed, backend, core.limits, "float64")

    def widened(arrays: Mapping[str, Array]) -> dict[str, Array]:
        found = core.backend.to_host(list(arrays.values()))
        return {key: backend.asarray(one, "float64") for key, one in zip(arrays, found, strict=True)}

    return Carry(
        values=widened(start.values),
        grads={},
        slots={},
        fixed=widened(start.fixed),
        regime=replace(regime, model=_Tracking(regime.model, name)),
        interventions=_shifts(record),
    )


def _shifts(record: Record) -> dict[str, Any]:
    """The δ of each edited activation: what stays when something before it changes."""
    return {
        str(node.name).removesuffix(".delta"): Shift(
            host.asarray(node.backend.to_numpy(node.value), dtype=host.float64)
        )
        for node in record.nodes
        if is_delta(node)
    }


class _Tracking:
    """A model whose checked leaf requires a gradient, be it an input."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self.leaves = tuple(
            replace(spec, requires_grad=True) if spec.name == name else spec for spec in model.leaves
        )
        self.zero_grad = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def _analytic(exact: Carry, iteration: int, name: str) -> Generator[None, None, HostArray]:
    record = run_iteration(replace(exact, regime=replace(exact.regime, optimizer=None)), iteration)
    yield
    node = record.by_name[name]
    grad = record.grad_at(node, record.layout.total)
    if grad is None:
        return host.zeros(node.shape)
    found: HostArray = host.asarray(node.backend.to_numpy(grad), dtype=host.float64)
    return found


def _leaf_value(exact: Carry, iteration: int, name: str) -> HostArray:
    backend = exact.regime.backend
    value = exact.values.get(name, exact.fixed.get(name))
    if value is None:
        return host.array(exact.regime.model.batch(iteration)[name], dtype=host.float64)
    return host.array(backend.to_numpy(value), dtype=host.float64)


def _evaluator(exact: Carry, iteration: int, name: str) -> Callable[[HostArray], float]:
    """The loss as a function of a leaf's value, or of a shift of an activation."""
    backend = exact.regime.backend
    spec = exact.regime.leaves.get(name)
    before = exact.interventions.get(name)

    def loss(x: HostArray) -> float:
        if spec is None:
            moved = Shift(x if before is None else before.delta + x)
            carry = replace(exact, interventions={**exact.interventions, name: moved})
        else:
            carry = with_leaf(exact, name, backend.asarray(host.array(x), "float64"))
        return _loss(carry, iteration)

    return loss


def with_leaf(carry: Carry, name: str, value: Array) -> Carry:
    """The same with another value of a leaf."""
    if name in carry.values:
        return replace(carry, values={**carry.values, name: value})
    return replace(carry, fixed={**carry.fixed, name: value})


def _loss(carry: Carry, iteration: int) -> float:
    with carry.regime.backend.quiet():
        _, root = run_forward(carry, iteration)
    return float(root.backend.to_numpy(root.value).item())


def sweep(core: Core, command: SweepCommand) -> Generator[None, None, SweepResult]:
    """The loss of the cursor's iteration at even places of one scalar leaf.

    Raises
    ------
    Refusal
        ``not_scalar``: the node is no leaf with one number. ``invalid_range``.
    """
    record = core.record
    node = record.find(command.name)
    name = str(node.name)
    if node.op is not None or node.kind == "constant" or host.prod(node.shape) != 1:
        raise Refusal(
            "not_scalar",
            422,
            "Only a leaf with one number can be swept",
            f"{command.name} has shape {list(node.shape)} and is of kind {node.kind}.",
            "Choose a parameter, input or target with one number.",
        )
    if not (host.isfinite(command.low) and host.isfinite(command.high)):
        raise Refusal(
            "invalid_range",
            422,
            "The range is not finite",
            f"From {command.low} to {command.high}.",
            "Give finite numbers.",
        )
    with host.errstate(all="ignore"):
        xs = host.linspace(command.low, command.high, command.count).tolist()
    base = replace(record.start, interventions=_shifts(record))
    losses = []
    for x in xs:
        with core.backend.quiet():
            value = core.backend.asarray(host.full(node.shape, x), record.start.regime.dtype)
        losses.append(_loss(with_leaf(base, name, value), record.iteration))
        yield
    return SweepResult(name=name, cursor=core.cursor(), xs=xs, losses=losses)


def no_gradient(detail: str) -> Refusal:
    """The refusal to differentiate by something that has no gradient."""
    return Refusal(
        "no_gradient",
        422,
        "It has no gradient",
        detail,
        "Choose a parameter, an input or an activation.",
    )


def limit_check(count: int, passes: int, most: int) -> Refusal:
    """The refusal of a check that would take too many forward passes."""
    return Refusal(
        "limit_check",
        422,
        "The tensor is too large to be checked",
        f"{count} elements take {passes} forward passes; {most} are allowed.",
        "Check a smaller tensor, or explain one element.",
        reason="passes_of_check",
        params={"passes": passes, "most": most},
    )


def no_element(node: Node, index: Sequence[int]) -> Refusal:
    """The refusal of an index that a node does not have."""
    return Refusal(
        "invalid_index",
        422,
        "No such element",
        f"{node.name} has the shape {list(node.shape)}, so it has no {list(index)}.",
        "Give one index for each axis, from 0.",
        reason="no_element",
        params={"name": str(node.name), "shape": shown(node.shape), "index": shown(index)},
    )


def shown(numbers: Sequence[int]) -> str:
    """A shape or an index as it is printed: 4×2."""
    return f"[{'×'.join(map(str, numbers))}]"


def consumers_missing(record: Record, node: Node, step: int) -> list[str]:
    """Names of the consumers that have not contributed to a node's gradient yet, in order."""
    arrivals = record.arrivals.get(node.index)
    if arrivals is None:
        return []
    return [
        "seed" if contribution.argument < 0 else str(contribution.node.name)
        for at, contribution in zip(arrivals.steps, arrivals.contributions, strict=True)
        if at > step
    ]

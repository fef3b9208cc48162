"""The gradient twice: by finite differences, which take a forward pass for each number, and by one backward pass."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from chainrule.engine.backend import Array, HostArray, host
from chainrule.errors import Refusal
from chainrule.nn.runs import run_of
from chainrule.protocol.server import DifferencesResult, RunDifferences
from chainrule.session.checks import in_float64, limit_check, with_leaf
from chainrule.session.core import Core
from chainrule.trace import Carry, Record, run_forward, run_iteration

STEP = 1e-6
"""A parameter's step, times its size where that is above 1: about where cutting off and rounding are balanced in float64."""


def differences(core: Core) -> Generator[None, None, DifferencesResult]:
    """The gradients of the cursor's iteration by all parameters, both ways, in float64.

    Raises
    ------
    Refusal
        ``no_gradient``: nothing is trained. ``limit_check``: there are too many numbers.
    """
    record = core.record
    regime = record.start.regime
    names = [spec.name for spec in regime.model.leaves if spec.kind == "parameter" and spec.requires_grad]
    count = sum(int(host.prod(regime.leaves[name].value.shape)) for name in names)
    if not names:
        raise no_parameters()
    if count + 1 > core.limits.check_evaluations:
        raise limit_check(count, count + 1, core.limits.check_evaluations)
    exact = in_float64(core, record, names[0])
    whole = run_iteration(replace(exact, regime=replace(exact.regime, optimizer=None)), record.iteration)
    yield
    runs: dict[str, list[str]] = {}
    for name in names:
        runs.setdefault(run_of(name), []).append(name)
    found = []
    for run, own in runs.items():
        told = yield from _one(exact, record, whole, run, own)
        found.append(told)
    pairs = [pair for run in found for pair in zip(run.slopes, run.gradients, strict=True)]
    with host.errstate(all="ignore"):
        largest = float(host.max(host.abs(host.asarray([a - b for a, b in pairs]))))
    return DifferencesResult(cursor=core.cursor(), runs=found, backward_passes=1, largest=largest)


@dataclass
class _Passes:
    """Forward passes with other values of leaves, counted."""

    exact: Carry
    iteration: int
    loss: str
    count: int = 0

    def height(self, carry: Carry) -> float:
        """The loss of the run, or of all where there is only one."""
        self.count += 1
        with carry.regime.backend.quiet():
            tape, root = run_forward(carry, self.iteration)
        node = next((one for one in reversed(tape.nodes) if one.label == self.loss), root)
        return float(node.backend.to_numpy(node.value).item())


def _one(
    exact: Carry, record: Record, whole: Record, run: str, names: Sequence[str]
) -> Generator[None, None, RunDifferences]:
    model = record.start.regime.of_runs
    label = next((spec.loss for spec in ([] if model is None else model.runs) if spec.name == run), "loss")
    passes = _Passes(exact, record.iteration, label)
    backend = exact.regime.backend
    loss = passes.height(exact)
    nudged: list[float] = []
    steps: list[float] = []
    gradients: list[float] = []
    for name in names:
        value: HostArray = host.array(backend.to_numpy(exact.values[name]), dtype=host.float64)
        node = whole.by_name[name]
        grad: Array | None = whole.grad_at(node, whole.layout.total)
        slope = host.zeros(value.shape) if grad is None else host.asarray(backend.to_numpy(grad))
        for place in host.ndindex(value.shape):
            yield
            moved = value.copy()
            moved[place] += STEP * max(1.0, abs(float(value[place])))
            steps.append(float(moved[place] - value[place]))
            nudged.append(passes.height(with_leaf(exact, name, backend.asarray(moved, "float64"))))
            gradients.append(float(slope[place]))
    with host.errstate(all="ignore"):
        slopes = ((host.asarray(nudged) - loss) / host.asarray(steps)).tolist()
    return RunDifferences(
        name=run,
        parameters=list(names),
        loss=loss,
        nudged=nudged,
        steps=steps,
        slopes=slopes,
        gradients=gradients,
        passes=passes.count,
    )


def no_parameters() -> Refusal:
    """The refusal where nothing has a gradient."""
    return Refusal(
        "no_gradient",
        422,
        "It has no gradient",
        "The model has no parameters that are trained.",
        "Choose another lesson.",
    )

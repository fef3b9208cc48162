"""Several runs at the cursor: the arithmetic of each, and of those that walk on a map how they fare, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

from chainrule.engine.backend import Array, HostArray, host
from chainrule.errors import Refusal
from chainrule.lessons.lesson import OfMap, RunSpec
from chainrule.nn.optimizers import Optimizer
from chainrule.protocol.client import MapCommand
from chainrule.protocol.model import RunNumber, RunState, Verdict
from chainrule.protocol.server import MapResult
from chainrule.session.core import Core
from chainrule.session.sizes import layer_sizes, product
from chainrule.session.view import View
from chainrule.trace import ParameterUpdate, Record

NEAR = 0.005
"""As a part of the map's width: nearer to where the slope vanishes, a hiker is there."""

SHORT = 0.001
"""As a part of the map's width: with shorter steps a hiker crawls."""

TURNED = -0.3
"""The cosine between the gradients before and after a step, below which it went too far."""

LEVEL = 1e-4
"""As a part of the largest curvature: with less the ground is level. A valley may be thousands of times as long as wide."""

PROBE = 0.002
"""As a part of the map's width: how far apart gradients are that tell the curvature."""


def surface_map(core: Core, command: MapCommand) -> MapResult:
    """The surface over a part of the plane; only where it lies while a gradient of the iteration is to be guessed.

    Raises
    ------
    Refusal
        ``no_map``: the lesson has none. ``invalid_range``: the part is empty.
    """
    model = core.record.start.regime.of_map
    if model is None:
        raise Refusal(
            "no_map",
            422,
            "There is no map here",
            "The loss of this lesson is no surface over two parameters.",
            "Open the lesson map-and-hiker.",
        )
    low, high = command.low or list(model.area.low), command.high or list(model.area.high)
    if not all(a < b and math.isfinite(b - a) for a, b in zip(low, high, strict=True)):
        raise Refusal(
            "invalid_range",
            422,
            "The range is empty",
            f"From {low} to {high}.",
            "Give a corner below the other.",
        )
    # A gradient that is to be guessed could be read off the slopes around, and off how the contours run.
    hidden = core.prediction.first_waiting(core.line, core.record) is not None
    heights: HostArray = host.zeros(0)
    if not hidden:
        heights, _ = model.heights(_grid(low, high, command.count, 0.0))
    arrows = 0 if hidden else command.arrows
    field: HostArray = host.zeros((0, 2))
    if arrows:
        _, field = model.heights(_grid(low, high, arrows, 0.5))
    return MapResult(
        low=low,
        high=high,
        count=command.count,
        heights=heights.tolist(),
        arrows=arrows,
        field=field.tolist(),
    )


def _grid(low: list[float], high: list[float], count: int, inset: float) -> HostArray:
    """(count², 2) places, least y first; ``inset`` of a cell from the edge, or with 0 the edges included."""
    along = host.arange(count) / (count - 1) if inset == 0.0 else (host.arange(count) + inset) / count
    x, y = host.meshgrid(low[0] + along * (high[0] - low[0]), low[1] + along * (high[1] - low[1]))
    return host.stack([x.reshape(-1), y.reshape(-1)], axis=1)


def run_states(view: View) -> list[RunState]:
    """How each run is doing, as far as the cursor has come."""
    record = view.record
    model = record.start.regime.of_runs
    if model is None:
        return []
    sizes = layer_sizes(view, [run.layers for run in model.runs])
    first = record.layout.forward + record.layout.backward
    changes = {str(change.node.name): (first + k, change) for k, change in enumerate(record.updates)}
    walked = _walks(record)
    states = []
    for run, layers in zip(model.runs, sizes, strict=True):
        # All of a deep network's parameters go by one rate.
        names = run.parameters or tuple(layer.weight for layer in run.layers[:1])
        own = [changes[name] for name in names if name in changes]
        # A verdict speaks of the step, which must have been seen.
        walk = walked.get(run.name) if all(step <= view.shown for step, _ in own) else None
        states.append(
            RunState(
                name=run.name,
                rate=_rate(own),
                numbers=_numbers([change for step, change in own if step <= view.shown], len(own)),
                verdict=None if walk is None else walk.verdict,
                because={} if walk is None else walk.because,
                layers=layers,
                product=product(layers),
                norm=_norm(own) if view.shown >= first - 1 else None,
            )
        )
    return states


def _rate(own: list[tuple[int, ParameterUpdate]]) -> float:
    for _, change in own:
        if change.optimizer is not None:
            return change.optimizer.rate(max(1, change.slot.updates))
    return 0.0


def _norm(own: list[tuple[int, ParameterUpdate]]) -> float | None:
    """What a run's gradients are clipped by."""
    norms = [change.norm for _, change in own if change.norm is not None]
    return own[0][1].node.backend.numbers(norms[:1])[0] if norms else None


def _numbers(changes: list[ParameterUpdate], expected: int) -> list[RunNumber]:
    """The details of a run's updates side by side; none before all of them."""
    updates = [change.update for change in changes]
    if not updates or len(updates) < expected or any(update is None for update in updates):
        return []
    details = [update.details for update in updates if update is not None]
    if any(change.node.shape for change in changes):
        return []
    backend = changes[0].node.backend
    return [
        RunNumber(
            symbol=lines[0].symbol,
            formula=lines[0].formula,
            values=backend.numbers([backend.asarray(line.value) for line in lines]),
        )
        for lines in zip(*details, strict=True)
    ]


# -- walks


class Curvature(NamedTuple):
    """The eigenvalues of the Hessian at a place, the least first, and the gradient along their directions."""

    flat: float
    steep: float
    slopes: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Walk:
    """One step of a hiker: from where, along which gradient, to where, and what the ground is like."""

    optimizer: Optimizer
    rate: float
    width: float
    gradient: tuple[float, float]
    step: tuple[float, float]
    after: tuple[float, float]
    before_height: float
    after_height: float
    after_gradient: tuple[float, float]
    curvature: Curvature | None

    @cached_property
    def because(self) -> dict[str, float]:
        length = math.hypot(*self.step)
        found = {"gradient": math.hypot(*self.gradient), "step": length, "height": self.after_height}
        if length > 0:
            found["steps"] = self.width / length
        if self.curvature is not None:
            flat, steep, _ = self.curvature
            found |= {"steep": steep, "flat": flat, "distance": self._distance(self.curvature)}
            limit = _limit(self.optimizer)
            if limit is not None:
                found |= {"product": self.rate * steep, "limit": limit}
        return found

    @staticmethod
    def _distance(curvature: Curvature) -> float:
        """How far it is to where the slope would vanish, were the curvature the same all the way."""
        flat, steep, slopes = curvature
        parts = [
            0.0 if slope == 0 else abs(slope / bend) if bend else math.inf
            for slope, bend in zip(slopes, (flat, steep), strict=True)
        ]
        return math.hypot(*parts)

    @cached_property
    def verdict(self) -> Verdict:
        numbers = [*self.gradient, *self.step, *self.after, self.before_height, self.after_height]
        because = self.because
        if self.curvature is None or not all(map(math.isfinite, numbers)):
            return "diverges"
        flat, steep, _ = self.curvature
        level = max(abs(flat), abs(steep)) * LEVEL
        short = because["step"] < SHORT * self.width
        if because["distance"] < NEAR * self.width and short:
            return "arrived" if flat > level else "saddle" if flat < -level else "plateau"
        higher = self.after_height > self.before_height
        if higher and because.get("product", 0.0) > because.get("limit", math.inf):
            return "diverges"
        if self._turned() and not short:
            return "zigzags"
        return "crawls" if short else "walks"

    def _turned(self) -> bool:
        """Whether the slope after the step points the other way: it went too far."""
        (a, b), (c, d) = self.gradient, self.after_gradient
        size = math.hypot(a, b) * math.hypot(c, d)
        return size > 0 and (a * c + b * d) / size < TURNED


def _limit(optimizer: Optimizer) -> float | None:
    """What η times the curvature must stay below for steps to settle on a parabola.

    2 for gradient descent, 2(1 + μ) with momentum and 2(1 + μ)/(1 + 2μ) with Nesterov's: the largest for which the
    recursion's roots are inside the unit circle. None for rules that divide by the gradient's size.
    """
    if optimizer.name not in ("sgd", "momentum", "nesterov"):
        return None
    momentum: float = optimizer.hyper["momentum"]
    return 2 * (1 + momentum) / (1 + 2 * momentum if optimizer.hyper["nesterov"] else 1)


_found: WeakKeyDictionary[Record, dict[str, Walk]] = WeakKeyDictionary()


def _walks(record: Record) -> dict[str, Walk]:
    """The steps of a record's hikers by name; computed when somebody first looks."""
    walks = _found.get(record)
    if walks is None:
        model = record.start.regime.of_map
        walks = _found[record] = {} if model is None else _walked(record, model)
    return walks


def _walked(record: Record, model: OfMap) -> dict[str, Walk]:
    regime, backend = record.start.regime, record.start.regime.backend
    runs = [run for run in model.runs if regime.optimizer_of(run.parameters[0]) is not None]

    def places(values: Mapping[str, Array]) -> HostArray:
        arrays = [values[name] for run in runs for name in run.parameters]
        return host.asarray(backend.numbers(arrays), dtype=host.float64).reshape(-1, 2)

    before, after = places(record.start.values), places(record.end.values)
    width = max(b - a for a, b in zip(*model.area, strict=True))
    probes = host.asarray([(1, 0), (-1, 0), (0, 1), (0, -1)]) * PROBE * width
    with host.errstate(all="ignore"):
        asked = host.concatenate([before, after, (before[:, None, :] + probes).reshape(-1, 2)])
        heights, slopes = model.heights(asked)
    count = len(runs)
    around = slopes[2 * count :].reshape(count, 4, 2)
    found = {}
    for k, run in enumerate(runs):
        optimizer = regime.optimizer_of(run.parameters[0])
        assert optimizer is not None
        gradient = _grads(record, run)
        found[run.name] = Walk(
            optimizer=optimizer,
            rate=_rate([(0, change) for change in record.updates if change.node.name in run.parameters]),
            width=width,
            gradient=gradient,
            step=_pair(after[k] - before[k]),
            after=_pair(after[k]),
            before_height=float(heights[k]),
            after_height=float(heights[count + k]),
            after_gradient=_pair(slopes[count + k]),
            curvature=_curvature(around[k], 2 * PROBE * width, gradient),
        )
    return found


def _grads(record: Record, run: RunSpec) -> tuple[float, float]:
    """The gradient that the optimizer is given; 0 where there is none."""
    found = []
    for name in run.parameters:
        node = record.by_name[name]
        grad = record.grad_at(node, record.layout.total)
        found.append(0.0 if grad is None else node.backend.numbers([grad])[0])
    return found[0], found[1]


def _pair(array: HostArray) -> tuple[float, float]:
    return float(array[0]), float(array[1])


def _curvature(around: HostArray, apart: float, gradient: tuple[float, float]) -> Curvature | None:
    """From the gradients at the right, left, above and below; None where they are not finite."""
    if not host.isfinite(around).all() or not all(map(math.isfinite, gradient)):
        return None
    rows = host.stack([around[0] - around[1], around[2] - around[3]]).astype(host.float64) / apart
    bends, directions = host.linalg.eigh((rows + rows.T) / 2)
    slopes = directions.T @ host.asarray(gradient)
    return Curvature(float(bends[0]), float(bends[1]), _pair(slopes))

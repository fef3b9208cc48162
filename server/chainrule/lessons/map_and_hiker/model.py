"""The model: a copy of the surface for each hiker on one tape, under the hiker's name. The loss is the sum of theirs.

The gradient of a sum copies 1 to each of its parts, so that every hiker's gradient is that of its own loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.tape import Tape, state
from chainrule.engine.tensor import leaf
from chainrule.language.listing import LOOP, tensor_code
from chainrule.lessons.lesson import LeafSpec, LessonModel, MapArea, RunSpec, host_array
from chainrule.lessons.map_and_hiker.config import NAMES, Config
from chainrule.lessons.map_and_hiker.surfaces import SURFACES, Surface
from chainrule.lessons.options import build_optimizer
from chainrule.lessons.program import Listing, Program, RunsListing, optimizer_made
from chainrule.nn.runs import Runs

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor


@dataclass(frozen=True, eq=False)
class MapAndHiker(LessonModel[Config]):
    """The model of a configuration: each hiker has x and y, both of shape ()."""

    backend: Backend
    dtype: str
    evaluate_every: int = 1

    @property
    def surface(self) -> Surface:
        return SURFACES[self.config.surface]

    @property
    def watch(self) -> tuple[str, ...]:
        return tuple(name for run in self.runs for name in run.parameters)

    @property
    def runs(self) -> tuple[RunSpec, ...]:
        return tuple(
            RunSpec(name, NAMES[name], (f"{name}/x", f"{name}/y"), f"{name}/loss")
            for name in self.config.hikers
        )

    @property
    def area(self) -> MapArea:
        return MapArea(self.surface.low, self.surface.high)

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        given = {name: leaves[name] for name in self.surface.given}
        losses = [self._loss(run, leaves, given) for run in self.runs]
        total = reduce(lambda a, b: a + b, losses)
        if len(losses) > 1:
            total.node.label = "loss"
        return total

    def _loss(self, run: RunSpec, leaves: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> Tensor:
        """The loss of one hiker, in its scope."""
        x, y = (leaves[name] for name in run.parameters)
        for tensor in (x, y):
            tensor.node.scope = run.name

        def named(name: str, tensor: Tensor) -> Tensor:
            tensor.node.label = f"{run.name}/{name}"
            return tensor

        assert state.tape is not None
        with state.tape.scope(run.name):
            return self.surface.compute(x, y, given, named)

    def optimizer(self) -> Runs:
        optimizers = {name: build_optimizer(self.config.of(name)) for name in self.config.hikers}
        return Runs({name: one for name, one in optimizers.items() if one is not None})

    # -- the map

    def heights(self, places: HostArray) -> tuple[HostArray, HostArray]:
        with Tape(self.backend), self.backend.quiet():
            given = {name: leaf(value, dtype=self.dtype) for name, value in self.surface.given.items()}
            x, y = (
                leaf(self.backend.asarray(places[:, k : k + 1], self.dtype), requires_grad=True)
                for k in (0, 1)
            )
            heights = self.surface.compute(x, y, given, _unnamed)
            heights.sum().backward()
            slopes = [axis.grad.node.value for axis in (x, y) if axis.grad is not None]
            found = self.backend.to_host([heights.node.value, *slopes])
        return found[0].reshape(-1), host.concatenate(found[1:], axis=1)

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """The loss of each hiker: ``adam/loss``."""
        with Tape(self.backend):
            given = {name: leaf(value, dtype=self.dtype) for name, value in self.surface.given.items()}
            losses = []
            for run in self.runs:
                x, y = (leaf(values[name]) for name in run.parameters)
                losses.append(self.surface.compute(x, y, given, _unnamed).node.value)
        return dict(zip((run.loss for run in self.runs), self.backend.numbers(losses), strict=True))


def _unnamed(name: str, tensor: Tensor) -> Tensor:
    return tensor


def build(config: Config, seed: int, backend: Backend, dtype: str) -> MapAndHiker:
    """The model; nothing in it is random."""
    surface = SURFACES[config.surface]
    return MapAndHiker(
        config=config,
        backend=backend,
        dtype=dtype,
        leaves=(
            *(
                LeafSpec(f"{name}/{axis}", "parameter", host_array(start, dtype), requires_grad=True)
                for name in config.hikers
                for axis, start in (("x", config.x), ("y", config.y))
            ),
            *(
                LeafSpec(name, "target" if name == "target" else "input", host_array(value, dtype))
                for name, value in surface.given.items()
            ),
        ),
        lines=_listing(config, dtype),
    )


def _listing(config: Config, dtype: str) -> Listing:
    surface = SURFACES[config.surface]
    program = Program()
    program.add("from types import SimpleNamespace as Hiker", "", "import torch", "")
    for name, value in surface.given.items():
        program.steps["load"] = program.add(f"{name} = {tensor_code(value, dtype)}")
    for name in config.hikers:
        x, y = (tensor_code(start, dtype, requires_grad=True) for start in (config.x, config.y))
        program.add(
            f"{name} = Hiker(x={x}, y={y})",
            f"{name}.optimizer = {optimizer_made(config.of(name), f'[{name}.x, {name}.y]')}",
        )
    clear = "hiker.optimizer.zero_grad()"
    program.add(f"hikers = [{', '.join(config.hikers)}]", "", LOOP, "    for hiker in hikers:")
    program.steps["zero_grad"] = program.add(
        f"        {clear}" if config.zero_grad else f"        pass  # {clear}"
    )
    program.add("    for hiker in hikers:")
    own = {variable: f"hiker.{variable}" for variable in ("x", "y", *(v for v, _ in surface.code))}
    for variable, expression in surface.code:
        program.variables[variable] = program.add(f"        hiker.{variable} = {expression.format(**own)}")
    program.variables["total"] = program.add("    loss = sum(hiker.loss for hiker in hikers)")
    program.steps["seed"] = program.steps["backward"] = program.add("    loss.backward()")
    program.steps["update"] = program.add("    for hiker in hikers:", "        hiker.optimizer.step()")
    return program.listing(RunsListing)

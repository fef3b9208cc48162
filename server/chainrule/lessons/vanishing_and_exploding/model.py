"""The model: the same network in several columns on one tape, layer by layer. The loss is the sum of theirs.

The gradient of a sum copies 1 to each of its parts, so that every column's gradients are those of its own loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from chainrule.data.points import POINT_SETS
from chainrule.data.split import batch, iterations_per_epoch
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.random import generator
from chainrule.engine.tape import Tape, state
from chainrule.engine.tensor import leaf
from chainrule.lessons.lesson import LeafSpec, LessonModel, RunLayer, RunSpec
from chainrule.lessons.vanishing_and_exploding.config import TITLES, ColumnName, Config
from chainrule.lessons.vanishing_and_exploding.listing import write
from chainrule.lessons.vanishing_and_exploding.network import first_values, layer, layer_names
from chainrule.nn.losses import binary_cross_entropy_with_logits

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.optimizers import Optimizer

SAMPLES = 256
"""Points in all."""
UNIT = 3.0
"""What their coordinates are divided by: they are then about as large as 1."""
EVALUATE_EVERY = 10
"""Iterations from one measurement over all points to the next."""


@dataclass(frozen=True, eq=False)
class Columns(LessonModel[Config]):
    """The model of a configuration."""

    seed: int
    backend: Backend
    inputs: HostArray
    targets: HostArray
    evaluate_every: int = EVALUATE_EVERY

    @property
    def iterations_per_epoch(self) -> int:
        return iterations_per_epoch(len(self.inputs), self.config.batch_size, self.config.smallest_batch)

    @property
    def runs(self) -> tuple[RunSpec, ...]:
        return tuple(
            RunSpec(name, TITLES[name].en, (), f"{name}/loss", self._layers(name))
            for name in self.config.columns
        )

    def _layers(self, column: ColumnName) -> tuple[RunLayer, ...]:
        return tuple(
            RunLayer(f"{column}.{name}", f"{column}/{name}.weight", self.config.adds(column, k))
            for k, name in enumerate(layer_names(self.config), 1)
        )

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        config = self.config
        rows = batch(
            self.seed, "train", iteration, len(self.inputs), config.batch_size, config.smallest_batch
        )
        return {"x": self.inputs[rows], "y": self.targets[rows]}

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        losses = self._losses(leaves)
        total = reduce(lambda a, b: a + b, losses)
        if len(losses) > 1:
            total.node.label = "loss"
        return total

    def _losses(self, leaves: Mapping[str, Tensor]) -> list[Tensor]:
        """The loss of each column. Layer by layer: the backward pass comes to a layer in all columns at once."""
        return [loss for loss, _ in self._read(leaves)]

    def _read(self, leaves: Mapping[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
        """(loss, logits) of each column."""
        assert state.tape is not None
        now = dict.fromkeys(self.config.columns, leaves["x"])
        for k in range(1, self.config.depth + 2):
            for column, x in now.items():
                now[column] = layer(self.config, column, k, x, leaves)
        found = []
        for column, logits in now.items():
            with state.tape.within(column):
                loss = binary_cross_entropy_with_logits(logits, leaves["y"])
            loss.node.label = f"{column}/loss"
            found.append((loss, logits))
        return found

    def optimizer(self) -> Optimizer:
        """One for all: what it remembers is each parameter's own, and gradients are clipped by the norm of their run."""
        return self.config.build_optimizer()

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """Loss and accuracy of each column over all points: ``plain/loss``, ``plain/accuracy``."""
        with Tape(self.backend):
            leaves = self.given(values)
            given = {"x": self.inputs, "y": self.targets}
            leaves |= {name: leaf(self.backend.asarray(value)) for name, value in given.items()}
            read = self._read(leaves)
            losses = self.backend.numbers([loss.node.value for loss, _ in read])
            logits = self.backend.to_host([logits.node.value for _, logits in read])
        found = {}
        for column, loss, says in zip(self.config.columns, losses, logits, strict=True):
            found[f"{column}/loss"] = loss
            # NaN is of no class: it counts as wrong.
            right = ((says > 0) == (self.targets > 0.5)) & ~host.isnan(says)
            found[f"{column}/accuracy"] = float(right.mean())
        return found


def build(config: Config, seed: int, backend: Backend, dtype: str) -> Columns:
    """Draw the points and the first weights. Refuses what does not go together."""
    config.check()
    places, labels = POINT_SETS[config.data].draw(
        generator(seed, "data", config.data, 0), SAMPLES, 0.0, dtype
    )
    inputs = (places / UNIT).astype(dtype)
    targets = labels.reshape(-1, 1).astype(dtype)
    return Columns(
        config=config,
        seed=seed,
        backend=backend,
        inputs=inputs,
        targets=targets,
        leaves=(
            *(
                LeafSpec(name, "parameter", value, requires_grad=True)
                for name, value in first_values(config, seed, dtype)
            ),
            LeafSpec("x", "input", inputs[: config.batch_size]),
            LeafSpec("y", "target", targets[: config.batch_size]),
        ),
        lines=write(config, dtype),
    )

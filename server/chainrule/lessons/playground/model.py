"""The playground's model: batches of points, the network with its loss, and what is measured beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.data.features import features
from chainrule.data.points import POINT_SETS
from chainrule.data.split import batch, iterations_per_epoch, split
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.random import generator
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.lessons.lesson import LeafSpec
from chainrule.lessons.network import call, leaves_of
from chainrule.lessons.options import build_optimizer
from chainrule.lessons.playground.config import Config
from chainrule.lessons.playground.listing import Listing, write
from chainrule.lessons.playground.network import Perceptron, begin
from chainrule.nn import penalties
from chainrule.nn.losses import binary_cross_entropy_with_logits, huber_loss, mse_loss

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.nn.optimizers import Optimizer
    from chainrule.protocol.model import ListingLine, StepKind

LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "bce": binary_cross_entropy_with_logits,
    "mse": mse_loss,
    "huber": huber_loss,
}
EVALUATE_EVERY = 20
"""Iterations from one measurement of accuracy and of the held-out points to the next."""


@dataclass(frozen=True, eq=False)
class Data:
    """All points of a configuration: what is held out comes first.

    Attributes
    ----------
    points, inputs, targets
        (n, 2), (n, features) and (n, 1), in the session's dtype. Classes are 0 and 1 for cross-entropy, else −1 and 1.
    positive
        (n, 1): which points are of class 1; None where targets are numbers.
    held_out
        How many points are held out.
    """

    points: HostArray
    inputs: HostArray
    targets: HostArray
    positive: HostArray | None
    held_out: int


def draw(config: Config, seed: int, dtype: str) -> Data:
    """The points, which depend on nothing but the seed and the fields about data."""
    points = POINT_SETS[config.data].draw(
        generator(seed, "data", config.data, 0), config.samples, config.noise, dtype
    )
    labels = points.targets if config.classifies else None
    parts = split(generator(seed, "split", config.data, 0), config.samples, config.test_share, labels)
    order = host.concatenate([parts.test, parts.train])
    targets, positive = points.targets[order], None
    if config.classifies:
        positive = (targets == 1)[:, None]
        targets = host.where(positive, 1.0, 0.0 if config.loss == "bce" else -1.0).astype(dtype)
    inputs = points.inputs[order]
    return Data(
        inputs, host.ascontiguousarray(features(inputs, config.features)), targets, positive, len(parts.test)
    )


@dataclass(frozen=True, eq=False)
class Playground:
    """The model of a configuration."""

    config: Config
    seed: int
    backend: Backend
    network: Perceptron
    data: Data
    leaves: tuple[LeafSpec, ...]
    lines: Listing
    watch: tuple[str, ...] = ()
    loss_label: str = "loss"
    evaluate_every: int = EVALUATE_EVERY

    @property
    def zero_grad(self) -> bool:
        return self.config.zero_grad

    @property
    def listing(self) -> tuple[ListingLine, ...]:
        return self.lines.lines

    @property
    def trained_on(self) -> int:
        """How many points are trained on."""
        return len(self.data.inputs) - self.data.held_out

    @property
    def iterations_per_epoch(self) -> int:
        return iterations_per_epoch(self.trained_on, self.config.batch_size)

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        rows = batch(self.seed, "train", iteration, self.trained_on, self.config.batch_size)
        rows = rows + self.data.held_out
        return {"x": self.data.inputs[rows], "y": self.data.targets[rows]}

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        output = call(self.network, leaves, leaves["x"], seed=self.seed)
        loss = LOSSES[self.config.loss](output, leaves["y"])
        if self.config.l1 or self.config.l2:
            loss.node.label = "data_loss"
            weights = [leaves[f"{name}.weight"] for name in self.network.names]
            if self.config.l1:
                loss = loss + penalties.l1(weights, self.config.l1)
            if self.config.l2:
                loss = loss + penalties.l2(weights, self.config.l2)
        loss.node.label = "loss"
        return loss

    def optimizer(self) -> Optimizer | None:
        return build_optimizer(self.config)

    def line_for(self, kind: StepKind, node: Node | None) -> int | None:
        if kind == "forward":
            return None if node is None else self.lines.of(node)
        return self.lines.steps.get(kind)

    def outputs(self, values: Mapping[str, Array], inputs: HostArray) -> Tensor:
        """What a network with these parameters says to (n, features) inputs: (n, 1). Nothing is drawn or written."""
        with Tape(self.backend):
            leaves = {name: leaf(values[name], name=name, kind="parameter") for name in self.names}
            made: Tensor = call(self.network, leaves, leaf(self.backend.asarray(inputs)), seed=self.seed)
            return made

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in order of registration."""
        return tuple(spec.name for spec in self.leaves if spec.kind == "parameter")

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """Accuracy over all points trained on, and loss (without penalties) and accuracy over those held out."""
        data, found = self.data, {}
        at = data.held_out
        output = self.outputs(values, data.inputs)
        said = self.backend.to_numpy(output.node.value)
        if at:
            with Tape(self.backend):
                loss = LOSSES[self.config.loss](
                    leaf(output.node.value[:at, :]), leaf(self.backend.asarray(data.targets[:at]))
                )
                found["test_loss"] = self.backend.numbers([loss.node.value])[0]
        if data.positive is not None:
            right = ((said > 0) == data.positive) & ~host.isnan(said)
            found["accuracy"] = float(right[at:].mean())
            if at:
                found["test_accuracy"] = float(right[:at].mean())
        return found


def build(config: Config, seed: int, backend: Backend, dtype: str) -> Playground:
    """Draw the points and make the network. Refuses a loss that does not fit the data."""
    config.check()
    network = Perceptron(len(config.features), config.hidden, config.activation, dtype)
    begin(network, seed, config.initialisation)
    data = draw(config, seed, dtype)
    rows = slice(data.held_out, data.held_out + config.batch_size)
    return Playground(
        config=config,
        seed=seed,
        backend=backend,
        network=network,
        data=data,
        leaves=(
            *leaves_of(network),
            LeafSpec("x", "input", data.inputs[rows]),
            LeafSpec("y", "target", data.targets[rows]),
        ),
        lines=write(config, network.names, dtype),
    )

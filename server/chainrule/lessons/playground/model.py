"""The playground's model: batches of points, the network with its loss, and what is measured beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chainrule.data.features import FEATURES, features
from chainrule.data.points import POINT_SETS
from chainrule.data.split import batch, iterations_per_epoch, split
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.random import generator
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.lessons.lesson import LeafSpec, PlanePoints
from chainrule.lessons.network import call, leaves_of
from chainrule.lessons.options import build_optimizer
from chainrule.lessons.playground.config import Config
from chainrule.lessons.playground.listing import Listing, write
from chainrule.lessons.playground.network import Perceptron, begin
from chainrule.nn import penalties
from chainrule.nn.losses import binary_cross_entropy_with_logits, huber_loss, mse_loss
from chainrule.protocol.model import Evaluation, Scores

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
    points
        All of them, as people see them.
    inputs, targets
        (n, features) and (n, 1), in the session's dtype. Classes are 0 and 1 for cross-entropy, else −1 and 1.
    positive
        (n, 1): which points are of class 1; None where targets are numbers.
    """

    points: PlanePoints
    inputs: HostArray
    targets: HostArray
    positive: HostArray | None

    @property
    def held_out(self) -> int:
        """How many points are held out."""
        return self.points.held_out


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
    shown = PlanePoints(
        inputs=inputs,
        targets=points.targets[order].reshape(-1),
        classes=2 if config.classifies else 0,
        held_out=len(parts.test),
    )
    return Data(shown, host.ascontiguousarray(features(inputs, config.features)), targets, positive)


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
        rows = self.rows(iteration)
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

    def activations(self, values: Mapping[str, Array], inputs: HostArray) -> list[Node]:
        """What each layer of a network with these parameters passes on for (n, features) inputs, the inputs first.

        Nothing is drawn or written.
        """
        with Tape(self.backend) as tape:
            leaves = {name: leaf(values[name], name=name, kind="parameter") for name in self.names}
            given = leaf(self.backend.asarray(inputs))
            call(self.network, leaves, given, seed=self.seed)
            last = {node.scope: node for node in tape.nodes if node.op is not None}
            return [given.node, *(last[name] for name in self.layer_names)]

    def outputs(self, values: Mapping[str, Array], inputs: HostArray) -> Tensor:
        """What a network with these parameters passes on for (n, features) inputs: (n, 1)."""
        return Tensor(self.activations(values, inputs)[-1])

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in order of registration."""
        return tuple(spec.name for spec in self.leaves if spec.kind == "parameter")

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """Accuracy over all points trained on, and loss (without penalties) and accuracy over those held out."""
        found = self.scores(values)
        told = {"accuracy": found.train.accuracy}
        if found.test is not None:
            told |= {"test_loss": found.test.loss, "test_accuracy": found.test.accuracy}
        return {name: number for name, number in told.items() if number is not None}

    # -- over the plane

    @property
    def points(self) -> PlanePoints:
        return self.data.points

    @property
    def layer_names(self) -> Sequence[str]:
        return self.network.names

    @property
    def input_labels(self) -> Sequence[str]:
        return [FEATURES[name].text for name in self.config.features]

    @property
    def output_labels(self) -> Sequence[str]:
        return ()

    @property
    def says(self) -> Literal["probability", "number", "probabilities"]:
        return "probability" if self.config.loss == "bce" else "number"

    def rows(self, iteration: int) -> HostArray:
        rows = batch(self.seed, "train", iteration, self.trained_on, self.config.batch_size)
        return rows + self.data.held_out

    def units(self, values: Mapping[str, Array], points: HostArray) -> list[HostArray]:
        inputs = features(points.astype(self.data.inputs.dtype), self.config.features)
        return self.backend.to_host([node.value for node in self.activations(values, inputs)])

    def predictions(self, output: HostArray) -> HostArray:
        if self.says == "number":
            return output
        with host.errstate(over="ignore"):
            return 1.0 / (1.0 + host.exp(-output))

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        output = self.outputs(values, self.data.inputs).node.value
        at = self.data.held_out
        return Evaluation(
            train=self._scores(output, slice(at, None)),
            test=self._scores(output, slice(None, at)) if at else None,
        )

    def _scores(self, output: Array, part: slice) -> Scores:
        """Of some of all points, given the network's output for all."""
        data = self.data
        with Tape(self.backend):
            loss = LOSSES[self.config.loss](
                leaf(output[part, :]), leaf(self.backend.asarray(data.targets[part]))
            )
        accuracy, confusion = None, []
        if data.positive is not None:
            said = self.backend.to_numpy(output)[part]
            right = data.positive[part]
            # NaN is on neither side: it counts as wrong for either class.
            chosen = host.where(host.isnan(said), ~right, said > 0)
            confusion = [[int((chosen[right == a] == b).sum()) for b in (False, True)] for a in (False, True)]
            accuracy = float((chosen == right).mean())
        return Scores(
            count=len(data.targets[part]),
            loss=self.backend.numbers([loss.node.value])[0],
            accuracy=accuracy,
            confusion=confusion,
        )


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

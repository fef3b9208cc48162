"""The playground's model: batches of points, the network with its loss, and what is measured beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from chainrule.data.features import FEATURES, features
from chainrule.data.split import batch, iterations_per_epoch
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.repeat import Repeat
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.lessons.lesson import LeafSpec, LessonModel, PlanePoints
from chainrule.lessons.network import begin, call, leaves_of
from chainrule.lessons.playground.config import Config
from chainrule.lessons.playground.data import Data, draw
from chainrule.lessons.playground.listing import write
from chainrule.lessons.playground.network import Perceptron
from chainrule.lessons.scores import confusion, metrics_of
from chainrule.nn import penalties
from chainrule.nn.losses import binary_cross_entropy_with_logits, cross_entropy, huber_loss, l1_loss, mse_loss
from chainrule.protocol.model import Evaluation, Scores

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.nn.optimizers import Optimizer

LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "bce": binary_cross_entropy_with_logits,
    "ce": cross_entropy,
    "mse": mse_loss,
    "huber": huber_loss,
    "mae": l1_loss,
}
EVALUATE_EVERY = 20
"""Iterations from one measurement of accuracy and of the held-out points to the next."""


@dataclass(frozen=True, eq=False)
class Playground(LessonModel[Config]):
    """The model of a configuration."""

    seed: int
    backend: Backend
    network: Perceptron
    data: Data
    evaluate_every: int = EVALUATE_EVERY
    repeats: dict[tuple[object, ...], Repeat] = field(default_factory=dict, repr=False)

    @property
    def trained_on(self) -> int:
        """How many points are trained on."""
        return len(self.data.inputs) - self.data.held_out

    @property
    def examples(self) -> HostArray:
        """The inputs of all points that are trained on: (n, features)."""
        return self.data.inputs[self.data.held_out :]

    @property
    def iterations_per_epoch(self) -> int:
        return iterations_per_epoch(self.trained_on, self.config.batch_size, self.config.smallest_batch)

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

    def optimizer(self) -> Optimizer:
        return self.config.build_optimizer()

    def activations(self, values: Mapping[str, Array], inputs: HostArray) -> list[Node]:
        """What each layer of a network with these parameters passes on for (n, features) inputs, the inputs first.

        In evaluation mode: nothing is drawn or written.
        """
        x = self.backend.asarray(inputs)
        key = ("layers", *x.shape)
        repeat = self.repeats.get(key)
        if repeat is None:
            with Tape(self.backend) as tape:
                first, given = leaf(x), self.given(values)
                call(self.network, given, first, False, seed=self.seed)
            repeat = self.repeats[key] = Repeat(
                tape.nodes, [first.node, *(given[name].node for name in self.carried)]
            )
        nodes = repeat([x, *(values[name] for name in self.carried)])
        last = {node.scope: node for node in nodes if node.op is not None}
        return [nodes[0], *(last[name] for name in self.layer_names)]

    def outputs(self, values: Mapping[str, Array], inputs: HostArray) -> Tensor:
        """What a network with these parameters passes on for (n, features) inputs: (n, outputs)."""
        return Tensor(self.activations(values, inputs)[-1])

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """Accuracy over all points trained on, and loss (without penalties) and accuracy over those held out."""
        return metrics_of(self.scores(values))

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
        return [str(k) for k in range(self.config.outputs)] if self.config.outputs > 1 else ()

    @property
    def says(self) -> Literal["probability", "number", "probabilities"]:
        if self.config.loss == "ce":
            return "probabilities"
        return "probability" if self.config.loss == "bce" else "number"

    def rows(self, iteration: int) -> HostArray:
        config = self.config
        rows = batch(self.seed, "train", iteration, self.trained_on, config.batch_size, config.smallest_batch)
        return rows + self.data.held_out

    def units(self, values: Mapping[str, Array], points: HostArray) -> list[HostArray]:
        inputs = features(points.astype(self.data.inputs.dtype), self.config.features)
        return self.backend.to_host([node.value for node in self.activations(values, inputs)])

    def predictions(self, output: HostArray) -> HostArray:
        if self.says == "number":
            return output
        with host.errstate(over="ignore", invalid="ignore"):
            if self.says == "probability":
                return 1.0 / (1.0 + host.exp(-output))
            odds: HostArray = host.exp(output - output.max(axis=1, keepdims=True))
            odds /= odds.sum(axis=1, keepdims=True)
            return odds

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        return self.judged(self.answers(values))

    def answers(self, values: Mapping[str, Array]) -> Tensor:
        return self.outputs(values, self.data.inputs)

    def judged(self, answers: Tensor) -> Evaluation:
        output = answers.node.value
        at = self.data.held_out
        chosen = None if self.data.labels is None else self._chosen(self.backend.to_numpy(output))
        return Evaluation(
            train=self._scores(output, chosen, slice(at, None)),
            test=self._scores(output, chosen, slice(None, at)) if at else None,
        )

    def _scores(self, output: Array, chosen: HostArray | None, part: slice) -> Scores:
        """Of some of all points, given the network's output for all, and the classes that it takes them for."""
        data = self.data
        accuracy: float | None = None
        counts: list[list[int]] = []
        if data.labels is not None and chosen is not None:
            accuracy, counts = confusion(chosen[part], data.labels[part], self.config.classes)
        loss = self._loss(output[part, :], self.backend.asarray(data.targets[part]))
        return Scores(
            count=len(data.targets[part]),
            loss=self.backend.numbers([loss])[0],
            accuracy=accuracy,
            confusion=counts,
        )

    def _loss(self, output: Array, targets: Array) -> Array:
        """Without penalties."""
        key = ("loss", *output.shape)
        repeat = self.repeats.get(key)
        if repeat is None:
            with Tape(self.backend) as tape:
                given = leaf(output), leaf(targets)
                LOSSES[self.config.loss](*given)
            repeat = self.repeats[key] = Repeat(tape.nodes, [tensor.node for tensor in given])
        return repeat.value([output, targets])

    def _chosen(self, output: HostArray) -> HostArray:
        """The class that the network takes each point for: (n,), −1 where that is NaN."""
        chosen = output.argmax(axis=1) if output.shape[1] > 1 else (output[:, 0] > 0).astype(int)
        return host.where(host.isnan(output).any(axis=1), -1, chosen)


def build(config: Config, seed: int, backend: Backend, dtype: str) -> Playground:
    """Draw the points and make the network. Refuses what does not go together."""
    config.check()
    network = Perceptron(config, dtype)
    begin(network, seed, config.initialisation, config.initial)
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
        lines=write(config, dtype),
    )

"""The lesson's model: batches of digits, the network with its loss, and what is measured beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.data.digits import Digits, digits
from chainrule.data.split import batch, iterations_per_epoch
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.random import generator
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.lessons.convolution.config import CLASSES, Config
from chainrule.lessons.convolution.listing import write
from chainrule.lessons.convolution.network import Reader
from chainrule.lessons.lesson import LeafSpec, LessonModel
from chainrule.lessons.network import begin, call, leaves_of
from chainrule.lessons.scores import confusion, metrics_of
from chainrule.nn.losses import cross_entropy
from chainrule.protocol.model import Evaluation, Scores

if TYPE_CHECKING:
    from chainrule.nn.optimizers import Optimizer

EVALUATE_EVERY = 20
"""Iterations from one measurement of accuracy and of the held-out digits to the next."""


@dataclass(frozen=True, eq=False)
class Convolution(LessonModel[Config]):
    """The model of a configuration."""

    seed: int
    backend: Backend
    network: Reader
    train: Digits
    test: Digits
    evaluate_every: int = EVALUATE_EVERY

    @property
    def examples(self) -> HostArray:
        """All images that are trained on: (1437, 1, 8, 8)."""
        return self.train.images

    @property
    def iterations_per_epoch(self) -> int:
        return iterations_per_epoch(len(self.train.labels), self.config.batch_size)

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        rows = batch(self.seed, "train", iteration, len(self.train.labels), self.config.batch_size)
        images = self.train.images[rows]
        if self.config.shift:
            images = shifted(images, generator(self.seed, "shift", "train", iteration), self.config.shift)
        return {"x": images, "y": self.train.labels[rows]}

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        loss = cross_entropy(call(self.network, leaves, leaves["x"], seed=self.seed), leaves["y"])
        loss.node.label = "loss"
        return loss

    def optimizer(self) -> Optimizer:
        return self.config.build_optimizer()

    def outputs(self, values: Mapping[str, Array], inputs: HostArray) -> Tensor:
        """What a network with these parameters says to (n, 1, 8, 8) images: (n, 10) logits."""
        with Tape(self.backend):
            return self.read(values, leaf(self.backend.asarray(inputs)))

    @property
    def held_out(self) -> tuple[HostArray, HostArray]:
        return self.test

    def read(self, values: Mapping[str, Array], images: Tensor) -> Tensor:
        """(n, 1, 8, 8) images → (n, 10) logits, on the active tape; the parameters take no gradient."""
        found: Tensor = call(self.network, self.given(values), images, seed=self.seed)
        return found

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """Accuracy over all digits trained on, and loss and accuracy over those held out."""
        return metrics_of(self.scores(values))

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        """How it does on the digits trained on, and on those held out."""
        return Evaluation(train=self._scores(values, self.train), test=self._scores(values, self.test))

    def _scores(self, values: Mapping[str, Array], part: Digits) -> Scores:
        logits = self.outputs(values, part.images).node.value
        with Tape(self.backend):
            loss = cross_entropy(leaf(logits), leaf(self.backend.asarray(part.labels)))
        says = self.backend.to_numpy(logits)
        # NaN is of no class: it counts as wrong, whichever would have been right.
        chosen = host.where(host.isnan(says).any(axis=1), -1, says.argmax(axis=1))
        accuracy, counts = confusion(chosen, part.labels, CLASSES)
        return Scores(
            count=len(part.labels),
            loss=self.backend.numbers([loss.node.value])[0],
            accuracy=accuracy,
            confusion=counts,
        )


def shifted(images: HostArray, rng: host.random.Generator, share: float) -> HostArray:
    """(n, 1, 8, 8) images, of which along each axis this share may move by one pixel; what comes in is empty."""
    n, _, side, _ = images.shape
    room = host.zeros((n, side + 2, side + 2), images.dtype)
    room[:, 1:-1, 1:-1] = images[:, 0]
    moves = rng.integers(-1, 2, (2, n)) * (rng.random((2, n)) < share) + 1
    rows, columns = moves[:, :, None] + host.arange(side)
    moved: HostArray = room[host.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return moved[:, None]


def build(config: Config, seed: int, backend: Backend, dtype: str) -> Convolution:
    """Make the network. Refuses what does not go together."""
    config.check()
    network = Reader(config, dtype)
    begin(network, seed, config.initialisation)
    train, test = digits("train", dtype), digits("test", dtype)
    return Convolution(
        config=config,
        seed=seed,
        backend=backend,
        network=network,
        train=train,
        test=test,
        leaves=(
            *leaves_of(network),
            LeafSpec("x", "input", train.images[: config.batch_size]),
            LeafSpec("y", "target", train.labels[: config.batch_size]),
        ),
        lines=write(config, dtype),
    )

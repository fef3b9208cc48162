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
from chainrule.lessons.convolution.listing import Listing, write
from chainrule.lessons.convolution.network import Reader, begin
from chainrule.lessons.lesson import LeafSpec
from chainrule.lessons.network import call, leaves_of
from chainrule.nn.losses import cross_entropy
from chainrule.protocol.model import Evaluation, Scores

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.nn.optimizers import Optimizer
    from chainrule.protocol.model import ListingLine, StepKind

EVALUATE_EVERY = 20
"""Iterations from one measurement of accuracy and of the held-out digits to the next."""


@dataclass(frozen=True, eq=False)
class Convolution:
    """The model of a configuration."""

    config: Config
    seed: int
    backend: Backend
    network: Reader
    train: Digits
    test: Digits
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

    def line_for(self, kind: StepKind, node: Node | None) -> int | None:
        if kind == "forward":
            return None if node is None else self.lines.of(node)
        return self.lines.steps.get(kind)

    def outputs(self, values: Mapping[str, Array], inputs: HostArray) -> Tensor:
        """What a network with these parameters says to (n, 1, 8, 8) images: (n, 10) logits."""
        with Tape(self.backend):
            return self.read(values, leaf(self.backend.asarray(inputs)))

    @property
    def held_out(self) -> tuple[HostArray, HostArray]:
        return self.test

    def read(self, values: Mapping[str, Array], images: Tensor) -> Tensor:
        """(n, 1, 8, 8) images → (n, 10) logits, on the active tape; the parameters take no gradient."""
        given = {
            spec.name: leaf(values[spec.name], name=spec.name, kind=spec.kind)
            for spec in self.leaves
            if spec.kind == "parameter"
        }
        found: Tensor = call(self.network, given, images, seed=self.seed)
        return found

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """Accuracy over all digits trained on, and loss and accuracy over those held out."""
        found = self.scores(values)
        test = found.test
        told = {"accuracy": found.train.accuracy}
        if test is not None:
            told |= {"test_loss": test.loss, "test_accuracy": test.accuracy}
        return {name: number for name, number in told.items() if number is not None}

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        """How it does on the digits trained on, and on those held out."""
        return Evaluation(train=self._scores(values, self.train), test=self._scores(values, self.test))

    def _scores(self, values: Mapping[str, Array], part: Digits) -> Scores:
        logits = self.outputs(values, part.images).node.value
        with Tape(self.backend):
            loss = cross_entropy(leaf(logits), leaf(self.backend.asarray(part.labels)))
        says = self.backend.to_numpy(logits)
        # NaN is of no class: it counts as wrong, whichever would have been right.
        odd = host.isnan(says).any(axis=1)
        chosen = host.where(odd, (part.labels + 1) % CLASSES, says.argmax(axis=1))
        counts = host.zeros((CLASSES, CLASSES), dtype=int)
        host.add.at(counts, (part.labels, chosen), 1)
        return Scores(
            count=len(part.labels),
            loss=self.backend.numbers([loss.node.value])[0],
            accuracy=float((chosen == part.labels).mean()),
            confusion=counts.tolist(),
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

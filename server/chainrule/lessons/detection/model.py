"""The lesson's model: batches of scenes, the network with its loss, and how well it finds what is there."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chainrule.data.augment import Pictures
from chainrule.data.split import batch, iterations_per_epoch
from chainrule.detection.precision import Truth, mean_in_parts, through
from chainrule.detection.reading import Read, said
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.lessons.detection.config import CELLS, HELD_OUT, KINDS, MEASURED, SIDE, Config
from chainrule.lessons.detection.listing import write
from chainrule.lessons.detection.losses import Targets, mismatch, total
from chainrule.lessons.detection.network import Detector, begin
from chainrule.lessons.detection.reading import read
from chainrule.lessons.detection.scenes import Part, assign, both, pictures
from chainrule.lessons.lesson import LeafSpec, LessonModel, LossTerm
from chainrule.lessons.network import call, leaves_of
from chainrule.lessons.program import Listing
from chainrule.protocol.model import Evaluation, Scores, Text

if TYPE_CHECKING:
    from chainrule.nn.optimizers import Optimizer

EVALUATE_EVERY = 100
"""Iterations from one measurement of mAP to the next."""

DRAWN = 8
"""Images that are drawn, or read, in one go."""

AT_ONCE = 32
"""Images that go through the network together when it is measured."""

TARGETS = ("true", "has", "kind")

LAYERS = ("a1", "a2", "a3", "a4", "a5", "z")


@dataclass(frozen=True, eq=False)
class Detection(LessonModel[Config]):
    """The model of a configuration."""

    seed: int
    backend: Backend
    dtype: str
    network: Detector
    evaluate_every: int = EVALUATE_EVERY

    kinds: tuple[Text, ...] = KINDS
    side: int = SIDE
    cells: int = CELLS
    output: str = "z"
    layers: tuple[str, ...] = LAYERS

    @property
    def iterations_per_epoch(self) -> int:
        return iterations_per_epoch(self.config.scenes, self.config.batch_size)

    @property
    def terms(self) -> tuple[LossTerm, ...]:
        """What the loss is the sum of, and which of a cell's numbers each reads."""
        config = self.config
        return (
            LossTerm("box", "box_cells", "box_loss", config.box_weight, slice(0, 4)),
            LossTerm(
                "objectness", "objectness_cells", "objectness_loss", config.objectness_weight, slice(4, 5)
            ),
            LossTerm("class", "class_cells", "class_loss", config.class_weight, slice(5, None)),
        )

    @property
    def suppress_above(self) -> float:
        return self.config.nms

    @property
    def measured(self) -> Mapping[Part, int]:
        """On how many scenes of each part it is measured."""
        return {"train": min(MEASURED, self.config.scenes), "test": HELD_OUT}

    def scenes(self, iteration: int) -> tuple[Pictures, Pictures]:
        """The scenes of an iteration's batch, as they are and as they are trained on."""
        rows = batch(self.seed, "train", iteration, self.config.scenes, self.config.batch_size)
        return both(
            tuple(int(row) for row in rows), tuple(self.config.augment), self.seed, iteration, self.dtype
        )

    def prepare(self, iteration: int) -> Generator[None, None, None]:
        """Draw the scenes of an iteration's batch."""
        for row in batch(self.seed, "train", iteration, self.config.scenes, self.config.batch_size):
            pictures("train", [row], self.dtype)
            yield

    def part(self, name: Part) -> Pictures:
        """The scenes on which it is measured."""
        return pictures(name, range(self.measured[name]), self.dtype)

    def fed(self, scenes: Pictures) -> dict[str, HostArray]:
        """The inputs and targets of some scenes."""
        true, has, kind, _ = assign(scenes, self.dtype)
        return {"x": scenes.images, "true": true, "has": has, "kind": kind}

    def assigned(self, scenes: Pictures) -> HostArray:
        """(n, cells, cells): which of its scene's boxes each cell is to say; −1 for none."""
        return assign(scenes, self.dtype).which

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        return self.fed(self.scenes(iteration)[1])

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        z = call(self.network, leaves, leaves["x"], seed=self.seed)
        return total(z, Targets(*(leaves[name] for name in TARGETS)), self.config)

    def optimizer(self) -> Optimizer:
        return self.config.build_optimizer()

    def read(self, z: HostArray) -> Read:
        """What (n, 7, cells, cells) scores say."""
        return read(z)

    def costs(self, z: HostArray, scenes: Pictures) -> tuple[dict[str, HostArray], HostArray]:
        """What (n, 7, cells, cells) scores cost beside n scenes; see :class:`chainrule.lessons.lesson.OfScenes`."""
        with Tape(self.backend) as tape, self.backend.quiet():
            fed = self.fed(scenes)
            scores = leaf(self.backend.asarray(z, self.dtype), requires_grad=True)
            # The loss is a mean over the scenes.
            own = len(z) * total(
                scores, Targets(*(leaf(self.backend.asarray(fed[name])) for name in TARGETS)), self.config
            )
            own.backward()
            assert scores.grad is not None
        named = {node.label: node for node in tape.nodes if node.label}
        cells = {term.cells: self.backend.to_numpy(named[term.cells].value) for term in self.terms}
        return cells, self.backend.to_numpy(scores.grad.node.value)

    def cost(self, boxes: HostArray, true: HostArray) -> tuple[HostArray, HostArray]:
        """The box loss of (m, 4) boxes in pixels against one true box, (m,), and its gradients by the edges, (m, 4)."""
        cell = SIDE / CELLS
        with Tape(self.backend), self.backend.quiet():
            edges = leaf(self.backend.asarray(boxes / cell, self.dtype), requires_grad=True)
            target = leaf(
                self.backend.asarray(host.broadcast_to(true / cell, boxes.shape).copy(), self.dtype)
            )
            each = mismatch(edges[:, 0:2], edges[:, 2:4], target, self.config.box_loss)
            each.sum().backward()
            assert edges.grad is not None
            return (
                self.backend.to_numpy(each.node.value),
                self.backend.to_numpy(edges.grad.node.value) / cell,
            )

    def scores_of(self, values: Mapping[str, Array], images: HostArray) -> HostArray:
        """What the network says to (n, 3, side, side) images: (n, 7, cells, cells)."""
        found = []
        for start in range(0, len(images), AT_ONCE):
            with Tape(self.backend):
                x = leaf(self.backend.asarray(images[start : start + AT_ONCE]))
                z = call(self.network, self.given(values), x, seed=self.seed)
                found.append(self.backend.to_numpy(z.node.value))
        return host.concatenate(found)

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """MAP over the scenes held out, and at an overlap of 0.5 over as many that are trained on."""
        return through(self.evaluate_in_parts(values))

    def evaluate_in_parts(self, values: Mapping[str, Array]) -> Generator[None, None, dict[str, float]]:
        """:meth:`evaluate`; pauses in between."""
        found = yield from self.scores_in_parts(values)
        told = {"train_map50": found.train.map50}
        if found.test is not None:
            told |= {
                "test_loss": found.test.loss,
                "map50": found.test.map50,
                "map50_95": found.test.map50_95,
            }
            told |= {
                f"test_{term.total}": number
                for term, number in zip(self.terms, found.test.terms, strict=True)
            }
        return {name: number for name, number in told.items() if number is not None}

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        """How it does on some scenes that are trained on, without augmentation, and on those held out."""
        return through(self.scores_in_parts(values))

    def scores_in_parts(self, values: Mapping[str, Array]) -> Generator[None, None, Evaluation]:
        """:meth:`scores`; pauses in between."""
        train = yield from self._scores(values, "train")
        test = yield from self._scores(values, "test")
        return Evaluation(train=train, test=test)

    def _scores(self, values: Mapping[str, Array], part: Part) -> Generator[None, None, Scores]:
        for number in range(self.measured[part]):
            if number % DRAWN == 0:
                yield
            pictures(part, [number], self.dtype)
        scenes = self.part(part)
        assert scenes.boxes is not None
        assert scenes.classes is not None
        said_to = []
        for start in range(0, len(scenes.images), AT_ONCE):
            with self.backend.quiet():
                said_to.append(self.scores_of(values, scenes.images[start : start + AT_ONCE]))
            yield
        z = host.concatenate(said_to)
        found = self.read(z)
        detections = []
        for k in range(len(z)):
            detections.append(said(found, k, self.config.nms).detections)
            if k % DRAWN == 0:
                yield
        truth = [Truth(*one) for one in zip(scenes.boxes, scenes.classes, strict=True)]
        mean = yield from mean_in_parts(detections, truth, len(KINDS))
        with Tape(self.backend) as tape, self.backend.quiet():
            fed = self.fed(scenes)
            targets = Targets(*(leaf(self.backend.asarray(fed[name])) for name in TARGETS))
            loss = total(leaf(self.backend.asarray(z)), targets, self.config)
        named = {node.label: node.value for node in tape.nodes}
        terms = self.backend.numbers([named[term.total] for term in self.terms])
        return Scores(
            count=len(z),
            loss=self.backend.numbers([loss.node.value])[0],
            accuracy=None,
            confusion=[],
            map50=mean.map50,
            map50_95=mean.map50_95,
            terms=[term.weight * number for term, number in zip(self.terms, terms, strict=True)],
        )


def _places(model: Detection) -> dict[str, str]:
    """For each node of the tape without a variable, that which it is computed for: the next one."""
    with Tape(model.backend) as tape, model.backend.quiet():
        leaves = {spec.name: leaf(spec.value, name=spec.name, kind=spec.kind) for spec in model.leaves}
        model.forward(leaves)
    found: dict[str, str] = {}
    variable = ""
    for node in reversed(list(tape.nodes)):
        variable = node.label or variable if node.op is not None else variable
        if node.op is not None and not node.label:
            found[str(node.name)] = variable
    return found


def build(config: Config, seed: int, backend: Backend, dtype: str) -> Detection:
    """Make the network. Refuses what does not go together."""
    config.check()
    network = Detector(config, dtype)
    begin(network, seed, config.initialisation)
    blank = Pictures(
        host.zeros((1, 3, SIDE, SIDE), dtype=dtype),
        (host.zeros((0, 4), "float32"),),
        (host.zeros(0, "int64"),),
    )
    assigned = assign(blank, dtype)
    leaves = (
        *leaves_of(network),
        LeafSpec("x", "input", blank.images),
        LeafSpec("true", "target", assigned.true),
        LeafSpec("has", "target", assigned.has),
        LeafSpec("kind", "target", assigned.kind),
    )
    made = Detection(config, leaves, Listing((), {}, {}, {}), seed, backend, dtype, network)
    return replace(made, lines=write(config, dtype, _places(made)))

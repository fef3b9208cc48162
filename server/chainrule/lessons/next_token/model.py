"""The lesson's model: windows of a text, the network with its loss, and what is measured and asked beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from chainrule.data.text import Parts, Vocabulary, Windows, corpus, cut, draw_windows, windows
from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.random import generator
from chainrule.engine.repeat import Repeat
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.lessons.lesson import LeafSpec, LessonModel
from chainrule.lessons.network import call, called, leaves_of
from chainrule.lessons.next_token.config import Config
from chainrule.lessons.next_token.listing import write
from chainrule.lessons.next_token.network import Writer
from chainrule.lessons.scores import metrics_of
from chainrule.nn import init
from chainrule.nn.losses import cross_entropy
from chainrule.protocol.model import Evaluation, Scores

if TYPE_CHECKING:
    from chainrule.nn.optimizers import Optimizer

EVALUATE_EVERY = 20
"""Iterations from one measurement of losses and accuracies to the next."""

HELD_OUT = 0.1
"""Part of the text, at its end, that is not trained on."""


@dataclass(frozen=True, eq=False)
class NextToken(LessonModel[Config]):
    """The model of a configuration."""

    seed: int
    backend: Backend
    network: Writer
    vocabulary: Vocabulary
    text: Parts
    evaluate_every: int = EVALUATE_EVERY

    @property
    def context(self) -> int:
        """Characters in a window."""
        return self.config.context

    @property
    def characters(self) -> str:
        return self.vocabulary.characters

    @property
    def stages(self) -> tuple[str, ...]:
        """The embeddings, and what each block passes on."""
        last = "add#1" if self.config.residual else "down.linear#0"
        embedded = "position.add#0" if self.config.position else "token.embedding#0"
        return (embedded, *(f"{block}.{last}" for block in self._blocks))

    @property
    def attention(self) -> tuple[str, ...]:
        return tuple(f"{block}.attention.softmax#0" for block in self._blocks)

    @property
    def logits(self) -> str:
        return "output.linear#0"

    @property
    def _blocks(self) -> tuple[str, ...]:
        return tuple(f"block{k + 1}" for k in range(int(self.config.blocks)))

    @property
    def iterations_per_epoch(self) -> int:
        """After so many batches as many characters have been read as there are."""
        return max(1, len(self.text.train) // (self.config.batch_size * self.context))

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        rng = generator(self.seed, "windows", "train", iteration)
        drawn = draw_windows(rng, self.text.train, self.config.batch_size, self.context)
        return {"x": drawn.context, "y": drawn.following}

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        logits: Tensor = call(self.network, leaves, leaves["x"], seed=self.seed)
        each, targets = called("each", logits.flatten(0, 1)), called("targets", leaves["y"].flatten())
        loss = cross_entropy(each, targets)
        loss.node.label = "loss"
        return loss

    def optimizer(self) -> Optimizer:
        return self.config.build_optimizer()

    def follow(self, values: Mapping[str, Array], tokens: HostArray) -> HostArray:
        """(n, places) tokens, of which there are at most ``context`` → (n, places, vocabulary) logits of what follows each."""
        repeat = self._repeats.get(tokens.shape)
        if repeat is None:
            repeat = self._repeats[tokens.shape] = self._repeat(values, tokens)
        given = self.backend.asarray(tokens), *(values[name] for name in self.carried)
        return self.backend.to_numpy(repeat.value(given))

    @cached_property
    def _repeats(self) -> dict[tuple[int, ...], Repeat]:
        """By the shape of the tokens: a text is written character by character, each with one forward pass."""
        return {}

    def _repeat(self, values: Mapping[str, Array], tokens: HostArray) -> Repeat:
        with Tape(self.backend) as tape, self.backend.quiet():
            x, given = leaf(self.backend.asarray(tokens), name="x"), self.given(values)
            call(self.network, given, x, seed=self.seed)
        return Repeat(tape.nodes, [x.node, *(given[name].node for name in self.carried)])

    def evaluate(self, values: Mapping[str, Array]) -> dict[str, float]:
        """Accuracy over some of the text trained on, and loss and accuracy over the text held out."""
        return metrics_of(self.scores(values))

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        """How it does on some of the text trained on, and on all that is held out."""
        train, test = self._parts
        return Evaluation(train=self._scores(values, train), test=self._scores(values, test))

    @cached_property
    def _parts(self) -> tuple[Windows, Windows]:
        """Windows that share no character: of the text held out all, and of that trained on as many, evenly spread."""
        train, test = (windows(part, self.context, self.context) for part in self.text)
        some = host.linspace(0, len(train.context) - 1, min(len(test.context), len(train.context))).astype(
            int
        )
        return Windows(train.context[some], train.following[some]), test

    def _scores(self, values: Mapping[str, Array], part: Windows) -> Scores:
        says = self.follow(values, part.context).reshape(-1, len(self.vocabulary))
        right = part.following.reshape(-1)
        with Tape(self.backend), self.backend.quiet():
            loss = cross_entropy(leaf(self.backend.asarray(says)), leaf(self.backend.asarray(right)))
        # NaN is no character: it counts as wrong.
        wrong = host.isnan(says).any(axis=1)
        return Scores(
            count=len(right),
            loss=self.backend.numbers([loss.node.value])[0],
            accuracy=float(((says.argmax(axis=1) == right) & ~wrong).mean()),
            confusion=[],
        )


def build(config: Config, seed: int, backend: Backend, dtype: str) -> NextToken:
    """Make the network. Refuses what does not go together."""
    config.check()
    text = corpus(config.language)
    vocabulary = Vocabulary.of(text)
    network = Writer(config, len(vocabulary), dtype)
    init.initialise(network, seed)
    parts = cut(vocabulary.encode(text), HELD_OUT)
    shape = (config.batch_size, config.context)
    return NextToken(
        config=config,
        seed=seed,
        backend=backend,
        network=network,
        vocabulary=vocabulary,
        text=parts,
        leaves=(
            *leaves_of(network),
            LeafSpec("x", "input", host.zeros(shape, dtype=host.int64)),
            LeafSpec("y", "target", host.zeros(shape, dtype=host.int64)),
        ),
        lines=write(config, len(vocabulary), dtype),
    )

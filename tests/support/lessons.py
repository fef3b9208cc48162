"""Lessons of the tests: matrices with a new batch each iteration, a long chain, and one that is all variety."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from chainrule.engine.backend import Backend, HostArray, host
from chainrule.engine.functions.creation import tensor
from chainrule.engine.functions.softmax import softmax
from chainrule.engine.random import generator
from chainrule.engine.tape import Node
from chainrule.engine.tensor import Tensor
from chainrule.lessons.lesson import KindFloat, LeafSpec, Lesson, LessonConfig, text
from chainrule.lessons.options import OptimizerConfig, build_optimizer, optimizer_fields
from chainrule.nn.functional import cross_entropy, l1_loss, mse_loss, smooth_l1_loss
from chainrule.nn.optimizers import Optimizer
from chainrule.protocol.model import ConfigField, ListingLine, StepKind


@dataclass(frozen=True, eq=False)
class TestModel:
    """A model from parts."""

    __test__ = False

    config: Any
    leaves: tuple[LeafSpec, ...]
    batch_of: Callable[[int], Mapping[str, HostArray]]
    compute: Callable[[Mapping[str, Tensor]], Tensor]
    iterations_per_epoch: int = 1
    watch: tuple[str, ...] = ()
    listing: tuple[ListingLine, ...] = ()
    loss_label: str = "loss"

    @property
    def zero_grad(self) -> bool:
        return bool(self.config.zero_grad)

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        return self.batch_of(iteration)

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        return self.compute(leaves)

    def optimizer(self) -> Optimizer | None:
        return build_optimizer(self.config)

    def line_for(self, kind: StepKind, node: Node | None) -> int | None:
        return None


class MatrixConfig(OptimizerConfig):
    lr: KindFloat = 0.05
    rows: Annotated[int, Field(ge=1, le=9)] = 4


def build_matrix(config: MatrixConfig, seed: int, backend: Backend, dtype: str) -> TestModel:
    """loss = mean((X·W + b − Y)²) + 0.01·sum(b·b); X and Y are drawn for each iteration."""

    def drawn(purpose: str, shape: tuple[int, ...], iteration: int = 0) -> HostArray:
        return host.asarray(generator(seed, purpose, "test", iteration).standard_normal(shape), dtype=dtype)

    def batch(iteration: int) -> dict[str, HostArray]:
        return {
            "X": drawn("X", (config.rows, 3), iteration),
            "Y": drawn("Y", (config.rows, 2), iteration),
        }

    def forward(leaves: Mapping[str, Tensor]) -> Tensor:
        error = leaves["X"] @ leaves["W"] + leaves["b"] - leaves["Y"]
        return (error**2).mean() + (leaves["b"] * leaves["b"]).sum() * 0.01

    first = batch(0)
    return TestModel(
        config=config,
        leaves=(
            LeafSpec("W", "parameter", drawn("W", (3, 2)), requires_grad=True),
            LeafSpec("b", "parameter", drawn("b", (2,)), requires_grad=True),
            LeafSpec("X", "input", first["X"]),
            LeafSpec("Y", "target", first["Y"]),
        ),
        batch_of=batch,
        compute=forward,
        iterations_per_epoch=3,
    )


class ChainConfig(OptimizerConfig):
    length: int = 10_000


def build_chain(config: ChainConfig, seed: int, backend: Backend, dtype: str) -> TestModel:
    """w is multiplied by 1.0001 again and again."""

    def forward(leaves: Mapping[str, Tensor]) -> Tensor:
        value = leaves["w"]
        for _ in range(config.length):
            value = value * leaves["c"]
        return value

    return TestModel(
        config=config,
        leaves=(
            LeafSpec("w", "parameter", host.asarray(1.0, dtype=dtype), requires_grad=True),
            LeafSpec("c", "input", host.asarray(1.0001, dtype=dtype)),
        ),
        batch_of=lambda iteration: {"c": host.asarray(1.0001, dtype=dtype)},
        compute=forward,
        watch=("w",),
    )


class LossesConfig(OptimizerConfig):
    lr: KindFloat = 0.05
    kind: str = "l1"


SAMPLES, TOKENS = 5, 4


def build_losses(config: LossesConfig, seed: int, backend: Backend, dtype: str) -> TestModel:
    """Five samples, and a loss of X·W that is a mean over them in one way or another, or in none."""

    def drawn(name: str, shape: tuple[int, ...]) -> HostArray:
        return host.asarray(generator(seed, name, "test", 0).standard_normal(shape), dtype=dtype)

    def classes(name: str, shape: tuple[int, ...]) -> HostArray:
        return (drawn(name, shape) > 0).astype(host.int64)

    batch = {"X": drawn("X", (SAMPLES, 3)), "Y": drawn("Y", (SAMPLES, 2)), "C": classes("C", (SAMPLES,))}
    if config.kind == "ignored":
        batch["C"][1] = -100
    if config.kind == "tokens":
        batch["X"], batch["C"] = drawn("X", (SAMPLES, TOKENS, 3)), classes("C", (SAMPLES, TOKENS))

    def forward(leaves: Mapping[str, Tensor]) -> Tensor:
        x, y, c, w = (leaves[name] for name in "XYCW")
        penalty = 0.1 * (w * w).sum()
        if config.kind == "tokens":
            return cross_entropy(x.reshape(-1, 3) @ w, c.reshape(-1))
        found = x @ w
        match config.kind:
            case "l1":
                return l1_loss(found, y) + penalty
            case "smooth":
                return penalty + smooth_l1_loss(found, y)
            case "sum":
                return mse_loss(found, y, reduction="sum") + penalty
            case "probabilities" | "ignored":
                return cross_entropy(found, c) + penalty
            case "soft":
                return cross_entropy(found, softmax(y, 1))
            case "scaled":
                return -((-(found - y).abs()).mean() * 0.5) / 4.0 - penalty + ((found - y) ** 2).mean()
            case "weighted":
                return cross_entropy(found, c, weight=tensor([1.0, 2.0], dtype=found.dtype))
            case "squared":
                mean: Tensor = ((found - y) ** 2).mean()
                squared: Tensor = mean**2.0
                return squared
            case _:
                largest: Tensor = (found - y).max()
                return largest

    return TestModel(
        config=config,
        leaves=(
            LeafSpec("W", "parameter", drawn("W", (3, 2)), requires_grad=True),
            LeafSpec("X", "input", batch["X"]),
            LeafSpec("Y", "target", batch["Y"]),
            LeafSpec("C", "target", batch["C"]),
        ),
        batch_of=lambda iteration: batch,
        compute=forward,
    )


OPTIMIZERS = ("none", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")


def lesson(
    slug: str, config: type[LessonConfig], build: Callable[[Any, int, Backend, str], TestModel], *rebuild: str
) -> Lesson[Any]:
    fields = tuple(
        ConfigField(name=name, title=text(name, name), applies="rebuild", control="number")
        for name in rebuild
    )
    return Lesson(
        slug=slug,
        order=99,
        title=text(slug, slug),
        summary=text(slug, slug),
        outcome=text(slug, slug),
        Config=config,
        fields=(*optimizer_fields(OPTIMIZERS), *fields),
        presets=(),
        plot=None,
        beats=lambda config: [],
        build=build,
    )


TEST_LESSONS = {
    "test-matrix": lesson("test-matrix", MatrixConfig, build_matrix, "rows"),
    "test-chain": lesson("test-chain", ChainConfig, build_chain, "length"),
    "test-losses": lesson("test-losses", LossesConfig, build_losses),
}

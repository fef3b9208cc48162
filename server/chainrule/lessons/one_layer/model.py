"""The model: z = x W + b, softmax, cross-entropy; the loss in steps or as one op."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from chainrule.engine.backend import Backend, HostArray
from chainrule.language.arithmetic import Nested
from chainrule.language.listing import LOOP, number_lines, tensor_code
from chainrule.lessons.lesson import KindFloat, LeafSpec, host_array
from chainrule.lessons.options import OptimizerConfig, TrainingOptimizer, build_optimizer, optimizer_code
from chainrule.nn.functional import softmax
from chainrule.nn.losses import cross_entropy

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.optimizers import Optimizer
    from chainrule.protocol.model import ListingLine, StepKind

Form = Literal["steps", "fused"]

SAMPLES: Nested = [[1.0, 2.0], [2.0, -1.0], [-1.0, 1.0]]
CLASSES = [1, 0, 2]
WEIGHTS = [[0.5, -0.4, 0.1], [-0.3, 0.6, 0.2]]
BIASES: list[Nested] = [0.2, 0.0, -0.1]


class Config(OptimizerConfig):
    """How the loss is computed, and what the first weights are multiplied with."""

    form: Form = "steps"
    scale: Annotated[KindFloat, Field(ge=-1000, le=1000)] = 1.0
    optimizer: TrainingOptimizer = "sgd"
    lr: Annotated[KindFloat, Field(ge=0)] = 0.5

    @property
    def weights(self) -> list[Nested]:
        return [[self.scale * weight for weight in row] for row in WEIGHTS]

    @property
    def one_hot(self) -> list[Nested]:
        return [[float(k == right) for k in range(len(BIASES))] for right in CLASSES]


@dataclass(frozen=True, eq=False)
class OneLayer:
    """The model of a configuration: x (3, 2), W (2, 3), b (3,), y (3, 3) with a one for the right class or (3,)."""

    config: Config
    leaves: tuple[LeafSpec, ...]
    listing: tuple[ListingLine, ...]
    lines: Mapping[str, int]
    iterations_per_epoch: int = 1
    watch: tuple[str, ...] = ()
    loss_label: str = "loss"

    @property
    def zero_grad(self) -> bool:
        return self.config.zero_grad

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        return {leaf.name: leaf.value for leaf in self.leaves if leaf.kind != "parameter"}

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        s = _named("s", leaves["x"] @ leaves["W"])
        z = _named("z", s + leaves["b"])
        if self.config.form == "fused":
            return _named("loss", cross_entropy(z, leaves["y"]))
        p = _named("p", softmax(z, 1))
        picked = _named("picked", leaves["y"] * _named("logp", p.log()))
        losses = _named("losses", -_named("right", picked.sum(1)))
        return _named("loss", losses.mean())

    def optimizer(self) -> Optimizer | None:
        return build_optimizer(self.config)

    def line_for(self, kind: StepKind, node: Node | None) -> int | None:
        return self.lines.get(str(node.label) if kind == "forward" and node is not None else kind)


def _named(label: str, tensor: Tensor) -> Tensor:
    tensor.node.label = label
    return tensor


def build(config: Config, seed: int, backend: Backend, dtype: str) -> OneLayer:
    """The model; nothing in it is random."""
    y = host_array(CLASSES, "int64") if config.form == "fused" else host_array(config.one_hot, dtype)
    listing, lines = _listing(config, dtype)
    return OneLayer(
        config=config,
        leaves=(
            LeafSpec("W", "parameter", host_array(config.weights, dtype), requires_grad=True),
            LeafSpec("b", "parameter", host_array(BIASES, dtype), requires_grad=True),
            LeafSpec("x", "input", host_array(SAMPLES, dtype)),
            LeafSpec("y", "target", y),
        ),
        listing=listing,
        lines=lines,
    )


def _listing(config: Config, dtype: str) -> tuple[tuple[ListingLine, ...], dict[str, int]]:
    fused = config.form == "fused"
    code = [
        "import torch",
        "from torch.nn import functional as F",
        "",
        f"x = {tensor_code(SAMPLES, dtype)}",
        f"y = torch.tensor({CLASSES})" if fused else f"y = {tensor_code(config.one_hot, dtype)}",
        f"W = {tensor_code(config.weights, dtype, requires_grad=True)}",
        f"b = {tensor_code(BIASES, dtype, requires_grad=True)}",
        f"optimizer = torch.optim.{(optimizer_code(config) or '').format('[W, b]')}",
        "",
        LOOP,
        "    optimizer.zero_grad()" if config.zero_grad else "    # optimizer.zero_grad()",
    ]
    lines = {"load": 4, "zero_grad": len(code)}
    statements = {"s": "x @ W", "z": "s + b"}
    if fused:
        statements["loss"] = "F.cross_entropy(z, y)"
    else:
        statements |= {
            "p": "F.softmax(z, dim=1)",
            "logp": "p.log()",
            "picked": "y * logp",
            "right": "picked.sum(dim=1)",
            "losses": "-right",
            "loss": "losses.mean()",
        }
    for variable, expression in statements.items():
        code.append(f"    {variable} = {expression}")
        lines[variable] = len(code)
    for kinds, line in ((("seed", "backward"), "    loss.backward()"), (("update",), "    optimizer.step()")):
        code.append(line)
        lines |= dict.fromkeys(kinds, len(code))
    return number_lines(code), lines

"""The network: convolution, activation and pooling, twice; then a linear layer."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.engine.backend.dtypes import DTYPES
from chainrule.engine.tensor import Tensor
from chainrule.lessons.convolution.config import CLASSES, SIDE, Config
from chainrule.lessons.network import ACTIVATIONS, called
from chainrule.nn.images import avg_pool2d, max_pool2d
from chainrule.nn.layers import Conv2d, Linear
from chainrule.nn.module import Module

POOLINGS: dict[str, tuple[Callable[[Tensor, int], Tensor], str]] = {
    "max": (max_pool2d, "F.max_pool2d({}, 2)"),
    "average": (avg_pool2d, "F.avg_pool2d({}, 2)"),
}
"""Each with the call that PyTorch has for it."""


class Filters(Conv2d):
    """convolution → activation → pooling, all in the layer's scope; each node is named like its variable."""

    def __init__(
        self, inputs: int, outputs: int, reach: int, number: int, config: Config, dtype: str
    ) -> None:
        super().__init__(inputs, outputs, reach, padding=reach // 2, dtype=DTYPES[dtype])
        self.number = number
        self.activation, self.pooling = ACTIVATIONS[config.activation][0], POOLINGS[config.pooling][0]

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        x = called(f"z{self.number}", super().forward(input))
        if self.activation is not None:
            x = called(f"a{self.number}", self.activation(x))
        return called(f"p{self.number}", self.pooling(x, 2))


class Reader(Module):
    """(n, 1, 8, 8) images → (n, 10) logits, through ``conv1``, ``conv2`` and ``output``."""

    def __init__(self, config: Config, dtype: str) -> None:
        super().__init__()
        left = config.filters2 * (SIDE // 4) ** 2
        self.conv1 = Filters(1, config.filters1, config.reach, 1, config, dtype)
        self.conv2 = Filters(config.filters1, config.filters2, 3, 2, config, dtype)
        self.output = Linear(left, CLASSES, dtype=DTYPES[dtype])

    def forward(self, x: Tensor) -> Tensor:
        p = self.conv2(self.conv1(x))
        return called("z", self.output(called("f", p.flatten(1))))

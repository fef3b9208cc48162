"""The multilayer perceptron of the playground, and what its layers begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chainrule.engine.backend.dtypes import DTYPES
from chainrule.engine.functions import activation, elementwise
from chainrule.engine.tape import state
from chainrule.engine.tensor import Tensor
from chainrule.nn import init
from chainrule.nn.init import Generator
from chainrule.nn.layers import Linear
from chainrule.nn.module import Module

ACTIVATIONS: dict[str, tuple[Callable[[Tensor], Tensor] | None, str]] = {
    "tanh": (elementwise.tanh, "torch.tanh({})"),
    "relu": (elementwise.relu, "torch.relu({})"),
    "leaky_relu": (activation.leaky_relu, "F.leaky_relu({})"),
    "sigmoid": (elementwise.sigmoid, "torch.sigmoid({})"),
    "silu": (activation.silu, "F.silu({})"),
    "gelu": (activation.gelu, "F.gelu({})"),
    "linear": (None, "{}"),
}
"""Each with the call that PyTorch has for it."""

LARGE = 12.0
"""Standard deviation of weights that begin too large."""


class Layer(Linear):
    """A linear layer and its activation. On a tape both are in the layer's scope, named like the listing's variables."""

    def __init__(self, inputs: int, outputs: int, activation: str, suffix: str, dtype: str) -> None:
        super().__init__(inputs, outputs, dtype=DTYPES[dtype])
        self.activation = activation
        self.suffix = suffix

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        summed = super().forward(input)
        rule = ACTIVATIONS[self.activation][0]
        on_tape = state.tape is not None
        if on_tape:
            summed.node.label = f"z{self.suffix}"
        if rule is None:
            return summed
        active = rule(summed)
        if on_tape:
            active.node.label = f"a{self.suffix}"
        return active


class Perceptron(Module):
    """Layers ``hidden1``, ``hidden2``, … and ``output``: (n, features) → (n, 1)."""

    def __init__(self, features: int, hidden: Sequence[int], activation: str, dtype: str) -> None:
        super().__init__()
        widths = [features, *hidden]
        self.names = [*(f"hidden{k}" for k in range(1, len(widths))), "output"]
        for k, name in enumerate(self.names, 1):
            last = name == "output"
            self.add_module(
                name,
                Layer(
                    widths[k - 1],
                    1 if last else widths[k],
                    "linear" if last else activation,
                    "" if last else str(k),
                    dtype,
                ),
            )

    def forward(self, x: Tensor) -> Tensor:
        for name in self.names:
            x = self._modules[name](x)  # type: ignore[misc]
        return x


def begin(network: Module, seed: int, initialisation: str) -> None:
    """First values that depend on nothing but the seed, the layer's name and its shape."""

    def rule(module: Module, generator: Generator) -> None:
        if not isinstance(module, Linear) or module.bias is None:
            return
        if initialisation == "default":
            module.reset_parameters(generator)
            return
        init.zeros_(module.bias)
        if initialisation == "xavier":
            init.xavier_uniform_(module.weight, generator=generator)
        elif initialisation == "he":
            init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
        elif initialisation == "normal":
            init.normal_(module.weight, generator=generator)
        elif initialisation == "large":
            init.normal_(module.weight, 0.0, LARGE, generator)
        else:
            init.zeros_(module.weight)

    init.initialise(network, seed, rule)

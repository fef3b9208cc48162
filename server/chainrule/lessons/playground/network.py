"""The multilayer perceptron of the playground, and what its layers begin with."""

from __future__ import annotations

from chainrule.engine.backend.dtypes import DTYPES
from chainrule.engine.tape import state
from chainrule.engine.tensor import Tensor
from chainrule.lessons.network import ACTIVATIONS, called
from chainrule.lessons.playground.config import Config
from chainrule.nn.functional import dropout
from chainrule.nn.layers import BatchNorm1d, Linear
from chainrule.nn.module import Module
from chainrule.nn.normalisation import batch_norm


class Layer(Linear):
    """linear → batch norm → activation → dropout → + input. What is off is left out.

    On a tape all of it is in the layer's scope, the last node there being what the layer passes on; each node is
    named like its variable in the listing.

    Attributes
    ----------
    skip
        Whether the input is added, which is as wide as the output.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        dtype: str,
        *,
        suffix: str = "",
        activation: str = "linear",
        dropped: float = 0.0,
        skip: bool = False,
    ) -> None:
        super().__init__(inputs, outputs, dtype=DTYPES[dtype])
        self.suffix, self.activation, self.dropped, self.skip = suffix, activation, dropped, skip

    def forward(self, input: Tensor, norm: BatchNorm1d | None = None, training: bool = True) -> Tensor:  # noqa: A002
        x = self._called("z", super().forward(input))
        if norm is not None:
            # Not called as a module: its nodes belong to the scope of this layer.
            x = batch_norm(
                x, norm.running_mean, norm.running_var, norm.weight, norm.bias, training, norm.momentum or 0.0, norm.eps
            )  # fmt: skip
            self._called("n", x)
        rule = ACTIVATIONS[self.activation][0]
        if rule is not None:
            x = self._called("a", rule(x))
        if training and self.dropped:
            x = self._called("d", dropout(x, self.dropped))
            if state.tape is not None:
                x.node.inputs[1].label = f"m{self.suffix}"
        return self._called("h", x + input) if self.skip else x

    def _called(self, variable: str, value: Tensor) -> Tensor:
        return called(f"{variable}{self.suffix}", value)


class Perceptron(Module):
    """Layers ``hidden1``, ``hidden2``, … and ``output``: (n, features) → (n, outputs).

    With batch norm there are ``norm1``, ``norm2``, … beside the hidden layers, in whose scopes they compute.
    """

    def __init__(self, config: Config, dtype: str) -> None:
        super().__init__()
        widths = config.widths
        self.names = [*(f"hidden{k}" for k in range(1, len(widths) - 1)), "output"]
        skips = config.skips
        for k, name in enumerate(self.names):
            inputs, outputs = widths[k], widths[k + 1]
            if name == "output":
                self.add_module(name, Layer(inputs, outputs, dtype))
                continue
            layer = Layer(
                inputs,
                outputs,
                dtype,
                suffix=str(k + 1),
                activation=config.activations[k],
                dropped=config.dropout,
                skip=skips[k],
            )
            self.add_module(name, layer)
            if config.batch_norm:
                self.add_module(f"norm{k + 1}", BatchNorm1d(outputs, dtype=DTYPES[dtype]))

    def forward(self, x: Tensor, training: bool = True) -> Tensor:
        """In evaluation (not ``training``) statistics are those that were kept, and nothing is dropped or written."""
        modules = self._modules
        for k, name in enumerate(self.names, 1):
            norm = modules.get(f"norm{k}")
            if norm is not None and state.tape is not None:
                for tensor in (*norm._parameters.values(), *norm._buffers.values()):
                    if tensor is not None:
                        tensor.node.scope = name
            x = modules[name](x, norm, training)  # type: ignore[misc]
        return x

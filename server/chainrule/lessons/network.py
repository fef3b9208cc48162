"""What networks of lessons are made of, and what a lesson's model says of them: leaves, and the forward pass with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chainrule.engine.functions import activation, elementwise
from chainrule.engine.tape import state
from chainrule.lessons.lesson import LeafSpec
from chainrule.nn import init
from chainrule.nn.binding import bound
from chainrule.nn.layers import Conv2d, Linear

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.init import Generator
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


def called(variable: str, value: Tensor) -> Tensor:
    """The tensor, its node on a tape named like its variable in the listing."""
    if state.tape is not None:
        value.node.label = variable
    return value


def begin(network: Module, seed: int, initialisation: str, draw: int = 0) -> None:
    """First values of linear layers and convolutions; nothing but the seed, the layer's name, its shape and the draw counts."""

    def rule(module: Module, generator: Generator) -> None:
        if not isinstance(module, Conv2d | Linear) or module.bias is None:
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

    init.initialise(network, seed, rule, draw)


def leaves_of(module: Module) -> tuple[LeafSpec, ...]:
    """Parameters and buffers with their values of now, in order of registration, named by module path.

    Buffers of integers are left out: they count batches, which a timeline does by itself.
    """
    own = {name: "parameter" for name, _ in module.named_parameters()}
    found = []
    seen: set[int] = set()
    for path, part in module.named_modules():
        for name, tensor in (*part._parameters.items(), *part._buffers.items()):
            full = f"{path}.{name}" if path else name
            if tensor is None or id(tensor) in seen or not tensor.dtype.is_floating_point:
                continue
            seen.add(id(tensor))
            value = tensor.detach().numpy()
            if full in own:
                found.append(LeafSpec(full, "parameter", value, tensor.requires_grad))
            else:
                found.append(LeafSpec(full, "buffer", value))
    return tuple(found)


def call(module: Module, leaves: Mapping[str, Tensor], *inputs: Any, seed: int) -> Any:
    """The module's forward pass with its parameters and buffers taken from ``leaves``.

    On the active tape buffers are written and masks drawn, these by ``seed``. Other leaves are not looked at. The
    module is as before afterwards.
    """
    named = module.named_tensors()
    given = {name: leaves[name] for name, _ in named if name in leaves}
    if state.tape is not None:
        state.tape.seed = seed
        for name, tensor in given.items():
            tensor.node.scope = name.rpartition(".")[0]
    with bound(module, given, named):
        return module(*inputs)

"""From a module to what a lesson's model says: its leaves, and its forward pass with other values of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chainrule.engine.tape import state
from chainrule.lessons.lesson import LeafSpec
from chainrule.nn.binding import bound

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.module import Module


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

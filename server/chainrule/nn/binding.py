"""A module's forward pass with other parameters and buffers than its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from chainrule.engine.tensor import Tensor
from chainrule.nn.module import Module, quoted


@contextmanager
def bound(
    module: Module, tensors: Mapping[str, Tensor], named: Sequence[tuple[str, Tensor]] | None = None
) -> Iterator[None]:
    """Inside, the module computes with these tensors in place of its parameters and buffers of those names.

    A parameter that is used in two places is named once. What is not given stays. Afterwards all is as before.
    ``named``: what ``named_tensors`` gives, where the caller has asked already.

    Raises
    ------
    RuntimeError
        The module has nothing of that name, or of another shape.
    """
    own_names = dict(module.named_tensors() if named is None else named)
    instead = {id(tensor): tensors[name] for name, tensor in own_names.items() if name in tensors}
    unknown = [name for name in tensors if name not in own_names]
    if unknown:
        raise RuntimeError(f"Unexpected key(s): {quoted(unknown)}")
    for name, tensor in own_names.items():
        if name in tensors and tensors[name].shape != tensor.shape:
            raise RuntimeError(
                f"{name}: shape {list(tensors[name].shape)} was given for {list(tensor.shape)}"
            )
    undo: list[tuple[Module, dict[str, Tensor | None], str, Tensor]] = []
    try:
        for part in module.modules():
            for registry in (part._parameters, part._buffers):
                for name, own in registry.items():
                    if own is not None and id(own) in instead:
                        undo.append((part, registry, name, own))
                        registry[name] = part.__dict__[name] = instead[id(own)]
        yield
    finally:
        for part, registry, name, own in undo:
            registry[name] = part.__dict__[name] = own


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Mapping[str, Tensor],
    args: Any = (),
    kwargs: Mapping[str, Any] | None = None,
) -> Any:
    """PyTorch's ``torch.func.functional_call``: the forward pass with these parameters and buffers (:func:`bound`)."""
    given = args if isinstance(args, tuple) else (args,)
    with bound(module, parameter_and_buffer_dicts):
        return module(*given, **(kwargs or {}))

"""Parameter: a tensor that an optimizer changes."""

from __future__ import annotations

from typing import Any

from chainrule.engine.functions.creation import tensor
from chainrule.engine.tape import Node
from chainrule.engine.tensor import Tensor


class Parameter(Tensor):
    """A leaf that a module finds when it is set as its attribute. Arithmetic with it gives plain tensors.

    ``data`` is a tensor, or what a tensor is made of. It is on no tape before it is used.

    Raises
    ------
    RuntimeError
        The type is not floating point.
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        given = (data if isinstance(data, Tensor) else tensor(data))._node
        super().__init__(Node(given.value, given.backend, False, kind="parameter"))
        if requires_grad:
            self.requires_grad_()

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

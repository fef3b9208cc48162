"""What functions of tensors share: what they take, and how they become methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.dispatch import as_scalar
from chainrule.engine.op import OPS
from chainrule.engine.operators import Operand, binary
from chainrule.engine.tensor import Tensor

Axis = int | tuple[int, ...] | list[int] | None


def operand(x: Operand, function: str) -> Any:
    """A tensor's node, or a number."""
    node = x._node if isinstance(x, Tensor) else as_scalar(x)
    if node is None:
        raise TypeError(f"{function}(): expected a Tensor, not {type(x).__name__}")
    return node


def one_tensor(x: Any, function: str) -> Tensor:
    if not isinstance(x, Tensor):
        raise TypeError(f"{function}(): argument 'input' must be Tensor, not {type(x).__name__}")
    return x


def unary(name: str) -> Callable[[Tensor], Tensor]:
    op = OPS[name]

    def function(x: Tensor) -> Tensor:
        return Tensor(dispatch.unary(op, (x if type(x) is Tensor else one_tensor(x, name))._node))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{op.torch}``, element by element."
    return function


def two(name: str) -> Callable[[Operand, Operand], Tensor]:
    op = OPS[name]

    def function(a: Operand, b: Operand) -> Tensor:
        if not isinstance(a, Tensor) and not isinstance(b, Tensor):
            raise TypeError(f"{name}(): at least one argument must be a Tensor")
        return Tensor(dispatch.binary(op, operand(a, name), operand(b, name)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{op.torch}``, with broadcasting."
    return function


def two_tensors(name: str) -> Callable[[Tensor, Tensor], Tensor]:
    def function(a: Tensor, b: Tensor) -> Tensor:
        return binary(OPS[name], one_tensor(a, name), one_tensor(b, name))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{name}``; both arguments are tensors."
    return function


def with_sizes(function: Callable[[Tensor, Any], Tensor]) -> Callable[..., Tensor]:
    """The method: sizes may be given one by one or as a list."""

    def method(x: Tensor, *sizes: Any) -> Tensor:
        return function(x, sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes)

    method.__name__ = function.__name__
    return method


def methods(**functions: Callable[..., Any]) -> None:
    """Make functions of a tensor methods too, under these names."""
    for name, function in functions.items():
        setattr(Tensor, name, function)


def in_place(**functions: Callable[..., Tensor]) -> None:
    """Make methods of functions that write into their tensor: ``exp`` becomes ``Tensor.exp_``."""
    for name, function in functions.items():
        setattr(Tensor, f"{name}_", writing(function, f"{name}_"))


def writing(function: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    """The function that writes its result into its first argument."""

    def method(x: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
        return one_tensor(x, name).become(function(x, *arguments, **keywords))

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"``{name[:-1]}`` in place: PyTorch's ``{name}``."
    return method

"""PyTorch's functions on tensors. The simple ones are also methods of :class:`Tensor`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, DTYPES, INT64, DType, host
from chainrule.engine.dispatch import as_scalar
from chainrule.engine.op import OPS
from chainrule.engine.operators import Operand, binary
from chainrule.engine.tape import Kind, apply
from chainrule.engine.tensor import Tensor, leaf

Axis = int | tuple[int, ...] | list[int] | None


def tensor(data: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A leaf with a copy of a number, nested lists or a NumPy array.

    Python floats become the default type (float32), integers int64, NumPy arrays keep theirs.

    Raises
    ------
    ValueError
        Nested lists of unequal lengths.
    TypeError
        Something that is not numbers.
    RuntimeError
        ``requires_grad`` for integers or booleans.
    """
    if isinstance(data, Tensor):
        array = data._host()
    else:
        if isinstance(data, (list, tuple)):
            data = _plain(data)
        array = host.array(data)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"a tensor is made of numbers, not of {array.dtype}")
    if dtype is None:
        if array.dtype.kind == "f":
            given = isinstance(data, (Tensor, host.ndarray, host.generic))
            dtype = DTYPES.get(array.dtype.name) if given else None
            dtype = dtype or dispatch.get_default_dtype()
            if not array.size and not given:
                dtype = dispatch.get_default_dtype()
        else:
            dtype = BOOL if array.dtype.kind == "b" else INT64
    return leaf(
        array, kind="parameter" if requires_grad else "input", requires_grad=requires_grad, dtype=dtype
    )


def _plain(data: Any) -> Any:
    """Nested lists with one-element tensors replaced by their numbers."""
    if isinstance(data, (list, tuple)):
        return [_plain(part) for part in data]
    return data.tolist() if isinstance(data, Tensor) else data


def _full(shape: tuple[Any, ...], value: float, dtype: DType | None, requires_grad: bool) -> Tensor:
    sizes = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    kind: Kind = "parameter" if requires_grad else "input"
    dtype = dtype or dispatch.get_default_dtype()
    return leaf(host.full(sizes, value), kind=kind, requires_grad=requires_grad, dtype=dtype)


def zeros(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return _full(shape, 0.0, dtype, requires_grad)


def ones(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return _full(shape, 1.0, dtype, requires_grad)


def full(shape: Any, value: float, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return _full((tuple(shape),), value, dtype, requires_grad)


def zeros_like(x: Tensor, *, requires_grad: bool = False) -> Tensor:
    return _full((x.shape,), 0.0, x.dtype, requires_grad)


def ones_like(x: Tensor, *, requires_grad: bool = False) -> Tensor:
    return _full((x.shape,), 1.0, x.dtype, requires_grad)


def is_tensor(x: object) -> bool:
    return isinstance(x, Tensor)


def _operand(x: Operand, function: str) -> Any:
    operand = x._node if isinstance(x, Tensor) else as_scalar(x)
    if operand is None:
        raise TypeError(f"{function}(): expected a Tensor, not {type(x).__name__}")
    return operand


def _tensor(x: Any, function: str) -> Tensor:
    if not isinstance(x, Tensor):
        raise TypeError(f"{function}(): argument 'input' must be Tensor, not {type(x).__name__}")
    return x


def _unary(name: str) -> Callable[[Tensor], Tensor]:
    op = OPS[name]

    def function(x: Tensor) -> Tensor:
        return Tensor(dispatch.unary(op, (x if type(x) is Tensor else _tensor(x, name))._node))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{op.torch}``, element by element."
    return function


def _two(name: str) -> Callable[[Operand, Operand], Tensor]:
    op = OPS[name]

    def function(a: Operand, b: Operand) -> Tensor:
        if not isinstance(a, Tensor) and not isinstance(b, Tensor):
            raise TypeError(f"{name}(): at least one argument must be a Tensor")
        return Tensor(dispatch.binary(op, _operand(a, name), _operand(b, name)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{op.torch}``, with broadcasting."
    return function


neg, exp, log, sqrt = _unary("neg"), _unary("exp"), _unary("log"), _unary("sqrt")
abs = absolute = _unary("abs")  # noqa: A001
sin, cos, tanh, sigmoid, relu = (
    _unary("sin"),
    _unary("cos"),
    _unary("tanh"),
    _unary("sigmoid"),
    _unary("relu"),
)
add, sub, mul, div = _two("add"), _two("sub"), _two("mul"), _two("div")
pow = _two("pow")  # noqa: A001


def _tensors(name: str) -> Callable[[Tensor, Tensor], Tensor]:
    def function(a: Tensor, b: Tensor) -> Tensor:
        return binary(OPS[name], _tensor(a, name), _tensor(b, name))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{name}``; both arguments are tensors."
    return function


maximum, minimum, matmul = _tensors("maximum"), _tensors("minimum"), _tensors("matmul")


def sum(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:  # noqa: A001
    """The sum over axes, or over all."""
    node = _tensor(x, "sum")._node
    if dispatch.dtype_of(node) is BOOL:
        node = dispatch.cast(node, INT64)
    return Tensor(apply(OPS["sum"], (node,), {"axis": dispatch.axes(dim, x.ndim), "keepdims": keepdim}))


def mean(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """The mean over axes, or over all. Refuses integers, as PyTorch does."""
    node = _tensor(x, "mean")._node
    if not x.dtype.is_floating_point:
        raise RuntimeError(f"mean(): the input dtype must be floating point, not {x.dtype.name}")
    return Tensor(apply(OPS["mean"], (node,), {"axis": dispatch.axes(dim, x.ndim), "keepdims": keepdim}))


def reshape(x: Tensor, shape: Any) -> Tensor:
    """The same elements in another shape; one size may be −1.

    Raises
    ------
    RuntimeError
        The sizes do not multiply to the number of elements.
    """
    sizes = [shape] if isinstance(shape, int) else list(shape)
    known = 1
    for size in sizes:
        known *= size if size != -1 else 1
    if sizes.count(-1) == 1 and known and x.numel() % known == 0:
        sizes[sizes.index(-1)] = x.numel() // known
        known = x.numel()
    if known != x.numel() or min(sizes, default=0) < 0:
        raise RuntimeError(f"shape '{shape}' is invalid for input of size {x.numel()}")
    return Tensor(apply(OPS["reshape"], (x._node,), {"shape": tuple(sizes)}))


def permute(x: Tensor, dims: Any) -> Tensor:
    """The axes in another order."""
    order = tuple(dims)
    if len(order) != x.ndim or dispatch.axes(order, x.ndim) not in (tuple(range(x.ndim)), None):
        raise RuntimeError(f"permute(): {list(order)} is no order of the axes of shape {list(x.shape)}")
    return Tensor(apply(OPS["permute"], (x._node,), {"dims": tuple(d % x.ndim for d in order)}))


def _spread(function: Callable[[Tensor, Any], Tensor]) -> Callable[..., Tensor]:
    """The method: sizes may be given one by one or as a list."""

    def method(x: Tensor, *sizes: Any) -> Tensor:
        return function(x, sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes)

    method.__name__ = function.__name__
    return method


def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two axes exchanged."""
    for dim in (dim0, dim1):
        dispatch.axes(dim, x.ndim)
    order = list(range(x.ndim))
    if order:
        order[dim0], order[dim1] = order[dim1], order[dim0]
    return permute(x, order)


def _transposed(x: Tensor) -> Tensor:
    return permute(x, list(reversed(range(x.ndim))))


# Methods, under PyTorch's names.
for _name, _function in {
    "neg": neg, "exp": exp, "log": log, "sqrt": sqrt, "abs": abs, "sin": sin, "cos": cos, "tanh": tanh,
    "sigmoid": sigmoid, "relu": relu, "add": add, "sub": sub, "mul": mul, "div": div, "pow": pow,
    "maximum": maximum, "minimum": minimum, "matmul": matmul, "mm": matmul, "sum": sum, "mean": mean,
    "reshape": _spread(reshape), "view": _spread(reshape), "permute": _spread(permute), "transpose": transpose,
}.items():  # fmt: skip
    setattr(Tensor, _name, _function)
Tensor.T = property(_transposed)  # type: ignore[assignment]

"""The operators of :class:`Tensor`, in a class of their own because there are many.

What is neither a tensor nor a number is refused by Python itself (NotImplemented).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from chainrule.engine import dispatch
from chainrule.engine.dispatch import as_scalar
from chainrule.engine.op import OPS, Op
from chainrule.engine.tape import Node

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor

Operand = Any
"""A tensor, or a number."""

ADD, SUB, MUL, DIV, POW = (OPS[name] for name in ("add", "sub", "mul", "div", "pow"))
MATMUL, NEG, ABS = (OPS[name] for name in ("matmul", "neg", "abs"))


def binary(op: Op, left: Operand, right: Operand) -> Tensor:
    """A tensor; NotImplemented where an operand is neither a tensor nor a number."""
    a = left._node if isinstance(left, Operators) else as_scalar(left)
    b = right._node if isinstance(right, Operators) else as_scalar(right)
    if a is None or b is None:
        return NotImplemented  # type: ignore[no-any-return]
    return Operators._tensor(dispatch.binary(op, a, b))


class Operators:
    """Arithmetic, comparisons and the functions that are methods too. The class below it holds ``_node``."""

    __slots__ = ("_node",)
    _tensor: ClassVar[type[Tensor]]
    """What results are, those of arithmetic with a parameter included."""
    __array_ufunc__ = None  # so that a NumPy array beside an operator does not take the tensor apart
    __hash__ = object.__hash__

    def __init__(self, node: Node) -> None:
        self._node = node

    def _wrap(self, node: Node) -> Tensor:
        return self._tensor(node)

    # Bound by functions.py, which has them as functions too.
    neg: Callable[[], Tensor]
    exp: Callable[[], Tensor]
    log: Callable[[], Tensor]
    sqrt: Callable[[], Tensor]
    abs: Callable[[], Tensor]
    sin: Callable[[], Tensor]
    cos: Callable[[], Tensor]
    tanh: Callable[[], Tensor]
    sigmoid: Callable[[], Tensor]
    relu: Callable[[], Tensor]
    add: Callable[[Operand], Tensor]
    sub: Callable[[Operand], Tensor]
    mul: Callable[[Operand], Tensor]
    div: Callable[[Operand], Tensor]
    pow: Callable[[Operand], Tensor]
    maximum: Callable[[Tensor], Tensor]
    minimum: Callable[[Tensor], Tensor]
    matmul: Callable[[Tensor], Tensor]
    mm: Callable[[Tensor], Tensor]
    sum: Callable[..., Tensor]
    mean: Callable[..., Tensor]
    tan: Callable[..., Tensor]
    sinh: Callable[..., Tensor]
    cosh: Callable[..., Tensor]
    asin: Callable[..., Tensor]
    acos: Callable[..., Tensor]
    atan: Callable[..., Tensor]
    erf: Callable[..., Tensor]
    rsqrt: Callable[..., Tensor]
    reciprocal: Callable[..., Tensor]
    log1p: Callable[..., Tensor]
    expm1: Callable[..., Tensor]
    log2: Callable[..., Tensor]
    log10: Callable[..., Tensor]
    floor: Callable[..., Tensor]
    ceil: Callable[..., Tensor]
    trunc: Callable[..., Tensor]
    round: Callable[..., Tensor]
    square: Callable[..., Tensor]
    sign: Callable[..., Tensor]
    atan2: Callable[..., Tensor]
    remainder: Callable[..., Tensor]
    fmod: Callable[..., Tensor]
    logaddexp: Callable[..., Tensor]
    clamp: Callable[..., Tensor]
    clip: Callable[..., Tensor]
    clamp_min: Callable[..., Tensor]
    clamp_max: Callable[..., Tensor]
    where: Callable[..., Tensor]
    amax: Callable[..., Tensor]
    amin: Callable[..., Tensor]
    argmax: Callable[..., Tensor]
    argmin: Callable[..., Tensor]
    all: Callable[..., Tensor]
    any: Callable[..., Tensor]
    var: Callable[..., Tensor]
    std: Callable[..., Tensor]
    logsumexp: Callable[..., Tensor]
    prod: Callable[..., Tensor]
    cumsum: Callable[..., Tensor]
    norm: Callable[..., Tensor]
    max: Callable[..., Any]
    min: Callable[..., Any]
    exp_: Callable[..., Tensor]
    log_: Callable[..., Tensor]
    sqrt_: Callable[..., Tensor]
    relu_: Callable[..., Tensor]
    sigmoid_: Callable[..., Tensor]
    tanh_: Callable[..., Tensor]
    clamp_: Callable[..., Tensor]
    clip_: Callable[..., Tensor]
    floor_: Callable[..., Tensor]
    round_: Callable[..., Tensor]
    pow_: Callable[..., Tensor]
    remainder_: Callable[..., Tensor]
    neg_: Callable[..., Tensor]
    abs_: Callable[..., Tensor]
    __mod__: Callable[[Operand], Tensor]
    __rmod__: Callable[[Operand], Tensor]
    reshape: Callable[..., Tensor]
    view: Callable[..., Tensor]
    permute: Callable[..., Tensor]
    transpose: Callable[[int, int], Tensor]
    swapaxes: Callable[..., Tensor]
    swapdims: Callable[..., Tensor]
    movedim: Callable[..., Tensor]
    moveaxis: Callable[..., Tensor]
    t: Callable[..., Tensor]
    flatten: Callable[..., Tensor]
    unflatten: Callable[..., Tensor]
    ravel: Callable[..., Tensor]
    squeeze: Callable[..., Tensor]
    unsqueeze: Callable[..., Tensor]
    reshape_as: Callable[..., Tensor]
    view_as: Callable[..., Tensor]
    expand: Callable[..., Tensor]
    expand_as: Callable[..., Tensor]
    broadcast_to: Callable[..., Tensor]
    repeat: Callable[..., Tensor]
    tile: Callable[..., Tensor]
    repeat_interleave: Callable[..., Tensor]
    flip: Callable[..., Tensor]
    roll: Callable[..., Tensor]
    contiguous: Callable[..., Tensor]
    narrow: Callable[..., Tensor]
    select: Callable[..., Tensor]
    index_select: Callable[..., Tensor]
    gather: Callable[..., Tensor]
    masked_fill: Callable[..., Tensor]
    take_along_dim: Callable[..., Tensor]
    tril: Callable[..., Tensor]
    triu: Callable[..., Tensor]
    bmm: Callable[..., Tensor]
    mv: Callable[..., Tensor]
    dot: Callable[..., Tensor]
    outer: Callable[..., Tensor]
    addmm: Callable[..., Tensor]
    addmv: Callable[..., Tensor]
    baddbmm: Callable[..., Tensor]
    diagonal: Callable[..., Tensor]
    trace: Callable[..., Tensor]
    masked_select: Callable[..., Tensor]
    isnan: Callable[..., Tensor]
    isinf: Callable[..., Tensor]
    isfinite: Callable[..., Tensor]
    long: Callable[..., Tensor]
    bool: Callable[..., Tensor]
    type_as: Callable[..., Tensor]
    unbind: Callable[..., tuple[Tensor, ...]]
    split: Callable[..., tuple[Tensor, ...]]
    chunk: Callable[..., tuple[Tensor, ...]]
    T: Tensor
    mT: Tensor  # noqa: N815  (PyTorch's name)
    if TYPE_CHECKING:

        def __getitem__(self, key: Any) -> Tensor: ...

        def __setitem__(self, key: Any, value: Any) -> None: ...

        def __iter__(self) -> Iterator[Tensor]: ...

    # Arithmetic. What is not a tensor or a number is refused by Python itself (NotImplemented).

    def __add__(self, other: Operand) -> Tensor:
        return binary(ADD, self, other)

    def __radd__(self, other: Operand) -> Tensor:
        return binary(ADD, other, self)

    def __sub__(self, other: Operand) -> Tensor:
        return binary(SUB, self, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return binary(SUB, other, self)

    def __mul__(self, other: Operand) -> Tensor:
        return binary(MUL, self, other)

    def __rmul__(self, other: Operand) -> Tensor:
        return binary(MUL, other, self)

    def __truediv__(self, other: Operand) -> Tensor:
        return binary(DIV, self, other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return binary(DIV, other, self)

    def __pow__(self, other: Operand) -> Tensor:
        return binary(POW, self, other)

    def __rpow__(self, other: Operand) -> Tensor:
        return binary(POW, other, self)

    def __matmul__(self, other: Operand) -> Tensor:
        return binary(MATMUL, self, other) if isinstance(other, Operators) else NotImplemented

    def __neg__(self) -> Tensor:
        return self._wrap(dispatch.unary(NEG, self._node))

    def __abs__(self) -> Tensor:
        return self._wrap(dispatch.unary(ABS, self._node))

    # Comparisons give booleans, and no gradient passes.

    def __eq__(self, other: object) -> Any:
        return self._compare("equal", other)

    def __ne__(self, other: object) -> Any:
        return self._compare("not_equal", other)

    def __lt__(self, other: Operand) -> Any:
        return self._compare("less", other)

    def __le__(self, other: Operand) -> Any:
        return self._compare("less_equal", other)

    def __gt__(self, other: Operand) -> Any:
        return self._compare("greater", other)

    def __ge__(self, other: Operand) -> Any:
        return self._compare("greater_equal", other)

    def _compare(self, name: str, other: object) -> Any:
        number = as_scalar(other)
        if number is None and not isinstance(other, Operators):
            return NotImplemented
        right = other._node if isinstance(other, Operators) else number
        assert right is not None
        return self._wrap(dispatch.binary(OPS[name], self._node, right))

"""PyTorch's functions that act element by element."""

from __future__ import annotations

from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, INT64
from chainrule.engine.dispatch import Scalar
from chainrule.engine.functions.arguments import (
    in_place,
    methods,
    one_tensor,
    operand,
    two,
    two_tensors,
    unary,
    writing,
)
from chainrule.engine.op import OPS
from chainrule.engine.operators import Operand
from chainrule.engine.tape import Node, apply
from chainrule.engine.tensor import Tensor

neg, exp, log, sqrt = unary("neg"), unary("exp"), unary("log"), unary("sqrt")
abs = absolute = unary("abs")  # noqa: A001
sin, cos, tanh, sigmoid, relu = unary("sin"), unary("cos"), unary("tanh"), unary("sigmoid"), unary("relu")
tan, sinh, cosh = unary("tan"), unary("sinh"), unary("cosh")
asin = arcsin = unary("asin")
acos = arccos = unary("acos")
atan = arctan = unary("atan")
erf, rsqrt, reciprocal = unary("erf"), unary("rsqrt"), unary("reciprocal")
log1p, expm1, log2, log10 = unary("log1p"), unary("expm1"), unary("log2"), unary("log10")
floor, ceil = unary("floor"), unary("ceil")
trunc = fix = unary("trunc")

add, sub, mul, div = two("add"), two("sub"), two("mul"), two("div")
pow = two("pow")  # noqa: A001
maximum, minimum = two_tensors("maximum"), two_tensors("minimum")
atan2 = arctan2 = two_tensors("atan2")

_round, _square, _sign = unary("round"), unary("square"), unary("sign")
_remainder, _fmod, _logaddexp = two("remainder"), two("fmod"), two_tensors("logaddexp")


def round(input: Tensor, *, decimals: int = 0) -> Tensor:  # noqa: A001, A002
    """To the nearest whole number; halves go to the even one. Only ``decimals=0`` is supported."""
    if decimals:
        raise NotImplementedError("round(): decimals other than 0 are not supported")
    return _round(input)


def square(input: Tensor) -> Tensor:  # noqa: A002
    """Every element times itself."""
    if one_tensor(input, "square").dtype is BOOL:
        input = input.to(INT64)  # noqa: A001
    return _square(input)


def sign(input: Tensor) -> Tensor:  # noqa: A002
    """−1, 0 or 1; 0 for NaN, as in PyTorch."""
    if one_tensor(input, "sign").dtype is BOOL:
        return input
    return _sign(input)


def _refuse_zero(name: str, a: Operand, b: Operand) -> None:
    """Integers have no remainder by zero; floating-point numbers have: NaN."""
    operands = [operand(x, name) for x in (a, b)]
    if dispatch.promoted(*operands).is_floating_point:
        return
    divisor = b._node.value if isinstance(b, Tensor) else b
    if bool((divisor == 0).any() if isinstance(b, Tensor) else divisor == 0):
        raise RuntimeError("ZeroDivisionError")


def remainder(input: Operand, other: Operand) -> Tensor:  # noqa: A002
    """What is left of a division, with the sign of the divisor: ``a % b``.

    Raises
    ------
    RuntimeError
        Integers are divided by zero.
    """
    if isinstance(input, Tensor) or isinstance(other, Tensor):
        _refuse_zero("remainder", input, other)
    return _remainder(input, other)


def fmod(input: Tensor, other: Operand) -> Tensor:  # noqa: A002
    """What is left of a division, with the sign of the dividend. Raises what :func:`remainder` does."""
    _refuse_zero("fmod", one_tensor(input, "fmod"), other)
    return _fmod(input, other)


def logaddexp(input: Tensor, other: Tensor) -> Tensor:  # noqa: A002
    """ln(eᵃ + eᵇ), without overflow."""
    for x in (input, other):
        if not one_tensor(x, "logaddexp").dtype.is_floating_point:
            raise NotImplementedError(f"logaddexp(): not implemented for {x.dtype.name}")
    return _logaddexp(input, other)


def _bound(name: str, value: Any) -> Scalar | None:
    number = dispatch.as_scalar(value)
    if value is not None and number is None:
        what = "a tensor" if isinstance(value, Tensor) else f"of type {type(value).__name__}"
        raise TypeError(f"{name}(): bounds are numbers or None, not {what}: use maximum and minimum")
    return number


def clamp(input: Tensor, min: Scalar | None = None, max: Scalar | None = None) -> Tensor:  # noqa: A002
    """Values held between two numbers, either of which may be None.

    Raises
    ------
    RuntimeError
        Neither bound is given.
    TypeError
        A bound is not a number: use :func:`maximum` and :func:`minimum` for tensors.
    """
    node = one_tensor(input, "clamp")._node
    low, high = _bound("clamp", min), _bound("clamp", max)
    given = [x for x in (low, high) if x is not None]
    if not given:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    node = dispatch.cast(node, dispatch.promoted(node, *given))
    return Tensor(apply(OPS["clip"], (node,), {"min": low, "max": high}))


clip = clamp


def clamp_min(input: Tensor, min: Scalar) -> Tensor:  # noqa: A002
    """:func:`clamp` from below."""
    return clamp(input, min=min)


def clamp_max(input: Tensor, max: Scalar) -> Tensor:  # noqa: A002
    """:func:`clamp` from above."""
    return clamp(input, max=max)


def where(condition: Tensor, input: Operand, other: Operand) -> Tensor:  # noqa: A002
    """``input`` where the condition holds, else ``other``; the three broadcast.

    Raises
    ------
    RuntimeError
        The condition is not made of booleans, or shapes do not broadcast.
    """
    mask = one_tensor(condition, "where")
    if mask.dtype is not BOOL:
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {mask.dtype.name}"
        )
    a, b = operand(input, "where"), operand(other, "where")
    dtype = dispatch.promoted(a, b)
    nodes = (dispatch.cast(x, dtype) if isinstance(x, Node) else dispatch.constant(x, dtype) for x in (a, b))
    return Tensor(apply(OPS["where"], (mask._node, *nodes)))


relu_, clamp_, clip_ = writing(relu, "relu_"), writing(clamp, "clamp_"), writing(clamp, "clip_")

methods(
    neg=neg, exp=exp, log=log, sqrt=sqrt, abs=abs, sin=sin, cos=cos, tanh=tanh, sigmoid=sigmoid, relu=relu,
    tan=tan, sinh=sinh, cosh=cosh, asin=asin, acos=acos, atan=atan, arcsin=asin, arccos=acos, arctan=atan,
    erf=erf, rsqrt=rsqrt, reciprocal=reciprocal, log1p=log1p, expm1=expm1, log2=log2, log10=log10,
    floor=floor, ceil=ceil, trunc=trunc, fix=trunc, round=round, square=square, sign=sign, absolute=abs,
    add=add, sub=sub, mul=mul, div=div, pow=pow, maximum=maximum, minimum=minimum, atan2=atan2,
    arctan2=atan2, remainder=remainder, fmod=fmod, logaddexp=logaddexp, clamp=clamp, clip=clamp,
    clamp_min=clamp_min, clamp_max=clamp_max, where=lambda x, condition, other: where(condition, x, other),
    __mod__=remainder, __rmod__=lambda x, other: remainder(other, x),
)  # fmt: skip
in_place(
    neg=neg, exp=exp, log=log, sqrt=sqrt, abs=abs, sin=sin, cos=cos, tanh=tanh, sigmoid=sigmoid, relu=relu,
    tan=tan, sinh=sinh, cosh=cosh, asin=asin, acos=acos, atan=atan, erf=erf, rsqrt=rsqrt,
    reciprocal=reciprocal, log1p=log1p, expm1=expm1, log2=log2, log10=log10, floor=floor, ceil=ceil,
    trunc=trunc, round=round, square=square, sign=sign, pow=pow, atan2=atan2, remainder=remainder, fmod=fmod,
    clamp=clamp, clip=clamp, clamp_min=clamp_min, clamp_max=clamp_max,
)  # fmt: skip

"""PyTorch's functions that act element by element."""

from __future__ import annotations

from chainrule.engine.functions.arguments import methods, two, two_tensors, unary

neg, exp, log, sqrt = unary("neg"), unary("exp"), unary("log"), unary("sqrt")
abs = absolute = unary("abs")  # noqa: A001
sin, cos, tanh, sigmoid, relu = unary("sin"), unary("cos"), unary("tanh"), unary("sigmoid"), unary("relu")
add, sub, mul, div = two("add"), two("sub"), two("mul"), two("div")
pow = two("pow")  # noqa: A001
maximum, minimum = two_tensors("maximum"), two_tensors("minimum")

methods(
    neg=neg, exp=exp, log=log, sqrt=sqrt, abs=abs, sin=sin, cos=cos, tanh=tanh, sigmoid=sigmoid, relu=relu,
    add=add, sub=sub, mul=mul, div=div, pow=pow, maximum=maximum, minimum=minimum,
)  # fmt: skip

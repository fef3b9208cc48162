"""Ops that act element by element, with broadcasting. Conventions at kinks and ties are PyTorch's."""

from chainrule.engine.ops.elementwise import (
    activation,
    arithmetic,
    bounds,
    choice,
    division,
    error_function,
    exponential,
    extremes,
    hyperbolic,
    logarithm,
    rounding,
    smooth,
    trigonometric,
)
from chainrule.engine.ops.elementwise.binding import keep_where

__all__ = [
    "activation",
    "arithmetic",
    "bounds",
    "choice",
    "division",
    "error_function",
    "exponential",
    "extremes",
    "hyperbolic",
    "keep_where",
    "logarithm",
    "rounding",
    "smooth",
    "trigonometric",
]

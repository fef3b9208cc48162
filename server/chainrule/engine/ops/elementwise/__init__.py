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
    gaussian,
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
    "gaussian",
    "hyperbolic",
    "keep_where",
    "logarithm",
    "rounding",
    "smooth",
    "trigonometric",
]

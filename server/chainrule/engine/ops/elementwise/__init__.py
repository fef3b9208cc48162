"""Ops that act element by element, with broadcasting. Conventions at kinks and ties are PyTorch's."""

from chainrule.engine.ops.elementwise import activation, arithmetic, exponential, extremes, trigonometric
from chainrule.engine.ops.elementwise.binding import keep_where

__all__ = ["activation", "arithmetic", "exponential", "extremes", "keep_where", "trigonometric"]

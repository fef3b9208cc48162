"""Ops that put elements elsewhere, or change their type, and compute nothing."""

from chainrule.engine.ops.shape import copies, filling, indexing, joining, moves
from chainrule.engine.ops.shape.moves import cast, permute, reshape

__all__ = ["cast", "copies", "filling", "indexing", "joining", "moves", "permute", "reshape"]

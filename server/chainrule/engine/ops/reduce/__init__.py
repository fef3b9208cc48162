"""Ops that make few numbers of many."""

from chainrule.engine.ops.reduce import totals

__all__ = ["totals"]

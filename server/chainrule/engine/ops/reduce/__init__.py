"""Ops that make few numbers of many."""

from chainrule.engine.ops.reduce import extremes, products, sizes, totals, truth, variance

__all__ = ["extremes", "products", "sizes", "totals", "truth", "variance"]

"""All ops. Importing this package fills the registry; a new module of ops is listed here."""

from chainrule.engine.ops import comparison, convolution, elementwise, linalg, loss, pooling, reduce, shape

__all__ = ["comparison", "convolution", "elementwise", "linalg", "loss", "pooling", "reduce", "shape"]

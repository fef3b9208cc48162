"""All ops. Importing this package fills the registry; a new module of ops is listed here."""

from chainrule.engine.ops import elementwise, linalg, loss, reduce, shape

__all__ = ["elementwise", "linalg", "loss", "reduce", "shape"]

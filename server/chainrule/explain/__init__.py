"""Any number → the numbers that made it."""

from chainrule.explain.explain import explain

__all__ = ["explain"]

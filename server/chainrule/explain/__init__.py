"""Any number → the numbers that made it, and where one that is not finite began."""

from chainrule.explain.began import began
from chainrule.explain.explain import explain
from chainrule.explain.history import History

__all__ = ["History", "began", "explain"]

"""The safe interpreter of what people type: Python's syntax, read against a whitelist, never executed."""

from chainrule.language.instructions import Constant, Instruction, Leaf, Program, Result
from chainrule.language.limits import Limits
from chainrule.language.program import parse

__all__ = ["Constant", "Instruction", "Leaf", "Limits", "Program", "Result", "parse"]

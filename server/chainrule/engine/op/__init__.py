"""The record of an op, and the registry that tests, pictures and lessons read.

An op is one record: how it computes, one VJP per argument, what each looks like in LaTeX, what each reads, and
samples. To add an op, write one with :func:`primitive`; its tests are generated from the registry.

Symbols in formulas: ``a``, ``b``, ``c``… the arguments, ``z`` the value, ``g`` the gradient of ``z``, ``n`` a count.
"""

from chainrule.engine.op.record import (
    ARGUMENTS,
    FIXED,
    NO_ATTRS,
    OPS,
    Apply,
    Bind,
    Bound,
    Call,
    Form,
    Forward,
    Inputs,
    Into,
    Local,
    Op,
    Read,
    Repeated,
    Sample,
    ShapeError,
    Vjp,
    VjpTerms,
    Writer,
    primitive,
)
from chainrule.engine.op.rules import elementwise, passed, routing
from chainrule.engine.op.sums import number, ones_of, rows_summed, sum_rows, unbroadcast
from chainrule.engine.terms import Attrs, Index, constant

__all__ = [
    "ARGUMENTS",
    "FIXED",
    "NO_ATTRS",
    "OPS",
    "Apply",
    "Attrs",
    "Bind",
    "Bound",
    "Call",
    "Form",
    "Forward",
    "Index",
    "Inputs",
    "Into",
    "Local",
    "Op",
    "Read",
    "Repeated",
    "Sample",
    "ShapeError",
    "Vjp",
    "VjpTerms",
    "Writer",
    "constant",
    "elementwise",
    "number",
    "ones_of",
    "passed",
    "primitive",
    "routing",
    "rows_summed",
    "sum_rows",
    "unbroadcast",
]

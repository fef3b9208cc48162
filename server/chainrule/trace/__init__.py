"""Runs one iteration and records it: the tape, the contributions and the updates.

What is recorded is what was computed, by reference: no copies and no step objects. Where a step falls, what a node's
gradient was at some step, which steps touch a node: all of that is looked up in lazily built indexes.
"""

from chainrule.trace.carry import Carry, Regime, Shift, Slot, initial_carry
from chainrule.trace.computed import Layout, ParameterUpdate
from chainrule.trace.record import (
    Arrivals,
    Record,
    StepRef,
    is_delta,
    is_edit,
    unknown_name,
)
from chainrule.trace.run import run_forward, run_in_parts, run_iteration, takes_long

__all__ = [
    "Arrivals",
    "Carry",
    "Layout",
    "ParameterUpdate",
    "Record",
    "Regime",
    "Shift",
    "Slot",
    "StepRef",
    "initial_carry",
    "is_delta",
    "is_edit",
    "run_forward",
    "run_in_parts",
    "run_iteration",
    "takes_long",
    "unknown_name",
]

"""The timeline: branches, keyframes, exact recomputation, and the places where a cursor may stand."""

from chainrule.timeline.branch import Line, with_regime
from chainrule.timeline.stops import START, Position
from chainrule.timeline.store import Timeline

__all__ = ["START", "Line", "Position", "Timeline", "with_regime"]

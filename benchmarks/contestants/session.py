"""Training in a session's timeline. The argument says whether every iteration's record is kept, or none."""

from __future__ import annotations

import sys
from collections import deque
from typing import Any

import chainrule
from benchmarks.contestants import LEARNING_RATE, Case, Iterate, serve
from chainrule.engine.backend import get_backend
from chainrule.lessons.lesson import LeafSpec, LessonConfig
from chainrule.limits import Limits
from chainrule.nn.optimizers import make_optimizer
from chainrule.timeline.store import Timeline
from chainrule.trace import Regime

sys.argv[1:], KEPT = ["chainrule"], sys.argv[1] == "recorded"

from benchmarks.contestants import eager  # noqa: E402  (its argument says which library it is about)

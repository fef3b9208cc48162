"""What a process counts of its sessions: commands and how they ended, and how long steps take."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from chainrule.protocol import ServerMessage
from chainrule.protocol.server import ErrorMessage

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the histogram of steps, in seconds."""

Outcome = Literal["done", "refused", "failed"]


class Figures(BaseModel):
    """The figures of one process that holds sessions.

    Attributes
    ----------
    process
        Its number.
    cpu
        Processor time in seconds.
    resident
        Bytes of memory; 0 where the system does not say.
    commands
        Type, outcome, how many.
    steps
        How many steps took up to each of ``BOUNDS`` and no less, and at the end those that took longer.
    """

    process: int
    cpu: float
    resident: int
    sessions: int
    followers: int
    commands: list[tuple[str, Outcome, int]]
    steps: list[int]
    step_seconds: float


class Tally:
    """Counts."""

    def __init__(self) -> None:
        self._commands: Counter[tuple[str, Outcome]] = Counter()
        self._steps = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def count(self, command: str, outcome: Outcome, begun: float) -> None:
        """A command that came in at ``begun`` (``time.monotonic``) has been answered."""
        self._commands[command, outcome] += 1
        if command == "step":
            seconds = time.monotonic() - begun
            self._steps[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    def figures(self, *, sessions: int, followers: int) -> Figures:
        """All that has been counted."""
        return Figures(
            process=os.getpid(),
            cpu=time.process_time(),
            resident=resident_bytes(),
            sessions=sessions,
            followers=followers,
            commands=[(*key, count) for key, count in sorted(self._commands.items())],
            steps=self._steps,
            step_seconds=self._seconds,
        )


def resident_bytes() -> int:
    """Memory that the process has; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def give_back() -> None:
    """Give memory that was freed back to the system, where the C library can."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def outcome_of(messages: Iterable[ServerMessage]) -> Outcome:
    """How a command ended."""
    statuses = [message.status for message in messages if isinstance(message, ErrorMessage)]
    return "done" if not statuses else "failed" if statuses[-1] >= 500 else "refused"

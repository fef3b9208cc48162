"""Training updates per second, as multiples of PyTorch's, and of other Python engines' on perceptrons.

All run in turn, a short stretch each, again and again and each time in another order, so that what else the machine does
meets all of them alike, and so does what the one before has left in the caches. Processor time is measured; a ratio is
that of the medians. Each process computes on one thread.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from benchmarks.contestants import CASES
from benchmarks.table import Row

ROOT = Path(__file__).parents[1]
ROUNDS = 15
STRETCH = 0.05
"""Seconds that one stretch is meant to take."""

US, OURS_EAGER, SESSION = "PyTorch, eager", "chainrule, eager", "chainrule, session"
CONTESTANTS: dict[str, tuple[str, ...]] = {
    US: ("eager", "torch"),
    OURS_EAGER: ("eager", "chainrule"),
    SESSION: ("session", "recorded"),
    "chainrule, session, nothing kept": ("session", "dropped"),
    "HIPS autograd": ("hips",),
    "tinygrad": ("tiny",),
    "micrograd": ("micro",),
}


class Contestant:
    """A process that trains on demand."""

    def __init__(self, name: str, module: str, *options: str) -> None:
        self.name = name
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        # The installation has the folders of PyTorch and of the peers beside it (`make bench` puts them there).
        folders = [str(ROOT), *(str(ROOT / ".venv" / folder) for folder in ("torch", "peers"))]
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.contestants.{module}", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **threads, "PYTHONPATH": os.pathsep.join(folders)},
        )
        self.gone: str | None = None

    def seconds(self, case: str, iterations: int) -> float | None:
        """How long some iterations took, in processor time; None where it cannot do the case, or has ended."""
        if self.gone is not None:
            return None
        try:
            _pipe(self._process.stdin).write(json.dumps({"case": case, "iterations": iterations}) + "\n")
            _pipe(self._process.stdin).flush()
            line = _pipe(self._process.stdout).readline()
        except BrokenPipeError:
            line = ""
        if not line:
            said = _pipe(self._process.stderr).read().strip().splitlines()
            self.gone = said[-1] if said else "it ended without a word"
            return None
        answer: float | None = json.loads(line)
        return answer

    def end(self) -> None:
        """Let it go."""
        self._process.terminate()
        self._process.wait(20)


def _pipe(pipe: IO[str] | None) -> IO[Any]:
    assert pipe is not None
    return pipe


def measure(address: str) -> Iterator[Row]:
    """Rows of ratios; the service at ``address`` is left alone."""
    contestants = [Contestant(name, *how) for name, how in CONTESTANTS.items()]
    try:
        for case in CASES:
            yield from _case(case, contestants)
    finally:
        for contestant in contestants:
            contestant.end()
            if contestant.gone is not None:
                sys.stderr.write(f"{contestant.name} is left out: {contestant.gone}\n")


def _case(case: str, contestants: list[Contestant]) -> Iterator[Row]:
    stretches: dict[str, int] = {}
    for contestant in contestants:
        # What it takes, once it is warm; some compile in their first iterations.
        if contestant.seconds(case, 2) is None:
            continue
        each = (contestant.seconds(case, 3) or 0.0) / 3
        stretches[contestant.name] = max(1, min(2000, round(STRETCH / max(each, 1e-6))))
    taken: dict[str, list[float]] = {name: [] for name in stretches}
    chance = random.Random(7)
    for _ in range(ROUNDS):
        for contestant in chance.sample(contestants, len(contestants)):
            count = stretches.get(contestant.name)
            if count is not None:
                taken[contestant.name].append((contestant.seconds(case, count) or 0.0) / count)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, seconds in medians.items():
        yield Row(f"{case}: {name}", "updates/s", 1 / seconds, count=ROUNDS)
    for name in (OURS_EAGER, SESSION):
        for other in medians:
            if name in medians and not other.startswith("chainrule"):
                yield Row(
                    f"{case}: {name} against {other}", "×", medians[other] / medians[name], count=ROUNDS
                )
    kept, dropped = medians.get(SESSION), medians.get(f"{SESSION}, nothing kept")
    if kept and dropped:
        yield Row(f"{case}: recording costs", "×", kept / dropped, count=ROUNDS)

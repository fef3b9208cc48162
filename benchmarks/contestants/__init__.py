"""Those that are compared: each runs in a process of its own and is told what to train, and how often.

A contestant reads a line of JSON (``{"case": …, "iterations": n}``) and answers with a line: the seconds of processor
time that n training iterations took, or ``null`` where it has no such model.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

Iterate = Callable[[], object]


class Case(NamedTuple):
    """What is trained: ``sizes`` of the layers of a perceptron (tanh between them), or the name of a network."""

    network: str | tuple[int, ...]
    batch: int


CASES: dict[str, Case] = {
    "2-4-2-1, batch 10": Case((2, 4, 2, 1), 10),
    "2-8×6-1, batch 10": Case((2, 8, 8, 8, 8, 8, 8, 1), 10),
    "2-8×6-1, batch 250": Case((2, 8, 8, 8, 8, 8, 8, 1), 250),
    "2-64-64-1, batch 32": Case((2, 64, 64, 1), 32),
    "LeNet, batch 32": Case("lenet", 32),
    "transformer, batch 16": Case("transformer", 16),
}
"""All cases. The transformer has 2 layers of width 64 with 4 heads, a context of 32 and a vocabulary of 65."""

LEARNING_RATE = 0.01
VOCABULARY, WIDTH, HEADS, CONTEXT, LAYERS = 65, 64, 4, 32, 2


def serve(make: Callable[[Case], Iterate | None]) -> None:
    """Answer until the input ends. ``make`` gives what runs one iteration of a case; None: it cannot."""
    made: dict[str, Iterate | None] = {}
    for line in sys.stdin:
        request = json.loads(line)
        case, count = request["case"], int(request["iterations"])
        if case not in made:
            made[case] = make(CASES[case])
        iterate = made[case]
        seconds = None
        if iterate is not None:
            begun = time.process_time()
            for _ in range(count):
                iterate()
            seconds = time.process_time() - begun
        sys.stdout.write(json.dumps(seconds) + "\n")
        sys.stdout.flush()

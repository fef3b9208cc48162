"""What recorded iterations of a session take in memory, and the bytes of the arrays that they consist of.

Prints a line of JSON: for each case both numbers.
"""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from typing import Any

sys.argv[1:] = ["recorded"]

from benchmarks.contestants import CASES, Case  # noqa: E402
from benchmarks.contestants.session import Network  # noqa: E402
from chainrule.engine.backend import get_backend, host  # noqa: E402
from chainrule.lessons.lesson import LessonConfig  # noqa: E402
from chainrule.limits import Limits  # noqa: E402
from chainrule.timeline.store import Timeline  # noqa: E402
from chainrule.trace import Record, Regime  # noqa: E402

ITERATIONS = 80


def taken(case: Case) -> tuple[int, int]:
    """What a timeline gives back when it forgets all iterations that are at hand, and the bytes of their arrays.

    Keyframes are no part of it. What stays because the next iteration starts from it is added.
    """
    model: Any = Network(case)
    regime = Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32")
    # What is made once per topology, and outlasts all records, is made before.
    trained(regime, 4)
    tracemalloc.start()
    timeline = trained(regime, ITERATIONS)
    line = timeline.lines[0]
    before, count = held(), len(timeline.records.held(line.id))
    timeline.evict()
    after = held()
    tracemalloc.stop()
    stays = sum(array.nbytes for part in (line.head.values, line.head.grads) for array in part.values())
    for _ in timeline.extend(line, ITERATIONS):
        pass
    record = timeline.peek(line, ITERATIONS)
    assert record is not None
    return before - after + stays, count * arrays(record)


def held() -> int:
    """Bytes in use, without what Python itself keeps of objects that are gone, for those to come."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def trained(regime: Regime, iterations: int) -> Timeline:
    """A timeline with so many iterations, each of which was asked for."""
    timeline = Timeline(Limits(keyframe_bytes=1))
    line = timeline.root(regime, "benchmark", [])
    for iteration in range(1, iterations):
        for _ in timeline.extend(line, iteration):
            pass
    return timeline


def arrays(record: Record) -> int:
    """Bytes of the values, contributions, gradients and updated parameters of an iteration; those of two arrays count once."""
    found = [node.value for node in record.nodes if node.op is not None] + [*record.end.values.values()]
    for contribution in record.contributions:
        found += [contribution.value, contribution.total]
    bounds = host.lib.array_utils.byte_bounds
    total, passed = 0, 0
    for begin, end in sorted(map(bounds, found)):
        total += max(0, end - max(begin, passed))
        passed = max(passed, end)
    return total


if __name__ == "__main__":
    print(json.dumps({name: taken(case) for name, case in CASES.items()}))

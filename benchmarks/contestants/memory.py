"""What recorded iterations of a session take in memory, and the bytes of the arrays that they consist of.

Prints a line of JSON: for each case both numbers.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from typing import Any

sys.argv[1:] = ["recorded"]

from benchmarks.contestants import CASES, Case  # noqa: E402
from benchmarks.contestants.session import Network  # noqa: E402
from chainrule.engine.backend import get_backend  # noqa: E402
from chainrule.lessons.lesson import LessonConfig  # noqa: E402
from chainrule.trace import Record, Regime, initial_carry, run_iteration  # noqa: E402

COUNT = 12


def taken(case: Case) -> tuple[int, int]:
    """Bytes in all, and of the arrays alone, of some iterations that are recorded one after another."""
    model: Any = Network(case)
    carry = initial_carry(Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32"))
    for iteration in range(8):
        carry = run_iteration(carry, iteration).end
    kept: list[Record] = []
    tracemalloc.start()
    for iteration in range(8, 8 + COUNT):
        kept.append(run_iteration(carry, iteration))
        carry = kept[-1].end
    total = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return total, sum(arrays(record) for record in kept)


def arrays(record: Record) -> int:
    """Bytes of the values, contributions, gradients and updated parameters of an iteration. A view takes none."""
    found = [node.value for node in record.nodes if node.op is not None] + [*record.end.values.values()]
    for contribution in record.contributions:
        found += [contribution.value, contribution.total]
    return sum({id(owner): owner.nbytes for owner in map(_owner, found)}.values())


def _owner(array: Any) -> Any:
    while array.base is not None:
        array = array.base
    return array


if __name__ == "__main__":
    print(json.dumps({name: taken(case) for name, case in CASES.items()}))

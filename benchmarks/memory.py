"""What a recorded iteration takes in memory, as a multiple of the bytes of its arrays."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row

ROOT = Path(__file__).parents[1]


def measure(address: str) -> Iterator[Row]:
    """Rows for all networks that are trained; the service at ``address`` is left alone."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.contestants.memory"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    for case, (total, arrays) in json.loads(done.stdout).items():
        yield Row(f"{case}: memory of a recorded iteration", "× its arrays", total / arrays)

"""Runs the benchmarks and prints a table: ``python -m benchmarks [NAME …]``."""

from __future__ import annotations

import importlib
import pkgutil
import platform
import sys
from collections.abc import Sequence
from types import ModuleType

import benchmarks
from benchmarks.running import service
from benchmarks.table import Row, table


def modules() -> dict[str, ModuleType]:
    """All modules of the package that measure something."""
    names = [
        found.name for found in pkgutil.iter_modules(benchmarks.__path__) if not found.name.startswith("_")
    ]
    found = {name: importlib.import_module(f"benchmarks.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, "measure")}


def main(names: Sequence[str]) -> int:
    """Measure, print; return the exit status."""
    known = modules()
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(known)}\n")
        return 1
    rows: list[Row] = []
    with service() as (address, _):
        for name in names or known:
            sys.stderr.write(f"measuring {name} …\n")
            rows.extend(known[name].measure(address))
    sys.stdout.write(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}\n"
    )
    sys.stdout.write(table(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Rows of figures, and how they are printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line: a figure, or the median and the 95th percentile of several."""

    name: str
    unit: str
    p50: float
    p95: float | None = None
    count: int = 1


def summary(name: str, unit: str, samples: Sequence[float]) -> Row:
    """The row of some samples."""
    return Row(name, unit, percentile(samples, 50), percentile(samples, 95), len(samples))


def percentile(samples: Sequence[float], p: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(p / 100 * len(ordered)) - 1)]


def table(rows: Iterable[Row]) -> str:
    """Rows as text in columns."""
    cells = [("benchmark", "p50", "p95", "unit", "n")]
    cells += [(row.name, _figure(row.p50), _figure(row.p95), row.unit, str(row.count)) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    return "\n".join(
        f"{name:<{widths[0]}}  {p50:>{widths[1]}}  {p95:>{widths[2]}}  {unit:<{widths[3]}}  {n:>{widths[4]}}"
        for name, p50, p95, unit, n in cells
    )


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"

"""Sample arguments that many records share."""

from __future__ import annotations

from chainrule.engine.op import Sample

NAN, INF = float("nan"), float("inf")

PAIRS = (
    Sample(([[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]], [[1.5, 0.25, -2.0], [-1.0, 2.5, 0.8]])),
    Sample(([[0.5, -1.25, 2.0]], [[1.5], [-0.25]])),
    Sample(([[0.5, -1.25], [2.0, 0.3]], 1.75)),
)
PAIR_EDGES = (Sample(([0.0, 1.0, NAN, INF, -INF, INF, 0.0], [0.0, NAN, 1.0, 2.0, INF, INF, INF])),)
ONES = (Sample(([[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]],)), Sample((-0.375,)))
POSITIVE = (Sample(([[0.5, 1.25, 2.0], [3.5, 0.75, 0.01]],)), Sample((2.375,)))
ONE_EDGES = (Sample(([0.0, -0.0, NAN, INF, -INF, 200.0, -200.0],)),)


def with_attrs(attrs: dict[str, object], samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """The same calls with attributes."""
    return tuple(Sample(sample.inputs, attrs) for sample in samples)

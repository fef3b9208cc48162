"""What a session says that PyTorch says, against what it says itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from chainrule.lessons import LESSONS
from chainrule.protocol.server import PytorchResult
from support.lessons import TEST_LESSONS
from support.sessions import make, send, the


@pytest.fixture(autouse=True, scope="module")
def test_lessons() -> Iterator[None]:
    LESSONS.update(TEST_LESSONS)
    yield
    for slug in TEST_LESSONS:
        LESSONS.pop(slug, None)


CASES: list[tuple[str, dict[str, Any]]] = [
    ("one-weight", {}),
    ("one-weight", {"zero_grad": False, "dtype": "float64"}),
    ("test-matrix", {}),
    ("test-matrix", {"zero_grad": False, "dtype": "float64"}),
    ("one-layer", {}),
    ("one-layer", {"form": "fused", "scale": -3.0}),
    ("map-and-hiker", {"surface": "rosenbrock"}),
    ("map-and-hiker", {"surface": "network", "hikers": ["nesterov", "adamw"], "zero_grad": False}),
    ("playground", {"batch_size": 4, "l1": 0.01}),
    ("vanishing-and-exploding", {"depth": 3, "width": 3, "batch_size": 4, "skips": [3]}),
    ("vanishing-and-exploding", {"depth": 3, "width": 1, "batch_size": 1, "columns": ["plain"]}),
    ("convolution", {"batch_size": 3, "filters1": 2, "filters2": 3}),
    ("detection", {"batch_size": 3, "filters": 2, "scenes": 8}),
    ("next-token", {"batch_size": 2, "context": 4, "width": "8", "blocks": "1"}),
    *[("circuit", {"preset": p}) for p in ("add-mul", "sigmoid-neuron", "fan-out", "max", "log-sum-exp")],
    (
        "circuit",
        {"preset": "custom", "code": "W = [[1, 2], [3, 4]]\nx = [1, -1]\nf = mean(relu(W @ x)) + sum(x * x)"},
    ),
]


@pytest.mark.parametrize(("lesson", "config"), CASES)
def test_every_value_and_gradient(lesson: str, config: dict[str, Any]) -> None:
    session = make(lesson, **config)
    send(session, "seek", iteration=2)
    steps = session.graph().steps
    send(session, "seek", iteration=2, step=max(s.index for s in steps if s.phase == "backward"))
    for node in session.graph().nodes:
        for what, ours in (
            ("value", session.tensor(node.name, "value")),
            ("grad", session.tensor(node.name, "grad")),
        ):
            theirs = the(PytorchResult, send(session, "pytorch", name=node.name, what=what))
            assert theirs.installed
            assert (theirs.value is None) == (ours.data is None), (node.name, what)
            if ours.data is not None:
                np.testing.assert_allclose(
                    np.asarray(theirs.value), np.asarray(ours.data), rtol=1e-5, atol=1e-6
                )

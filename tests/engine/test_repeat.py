"""A forward pass that is run again says what tracing would, to the last bit, and remembers nothing of before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from chainrule.engine.backend import get_backend
from chainrule.engine.functions.elementwise import relu, tanh
from chainrule.engine.repeat import Repeat
from chainrule.engine.tape import Node, Tape
from chainrule.engine.tensor import leaf
from chainrule.nn.functional import linear
from support.records import same

BACKENDS = ["numpy", "array-api-strict"]


def traced(backend: Any, arrays: Sequence[Any]) -> tuple[list[Node], list[Node]]:
    """Two layers and a constant: the tape, and the leaves."""
    with Tape(backend) as tape:
        x, weight, bias = (leaf(array) for array in arrays)
        relu(linear(tanh(linear(x, weight, bias) * 0.3), weight, bias))
        return tape.nodes, [x.node, weight.node, bias.node]


def drawn(backend: Any, seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    shapes = ((40, 5), (5, 5), (5,))
    return [backend.asarray(rng.normal(size=shape).astype(np.float32)) for shape in shapes]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_bits(backend: str) -> None:
    here = get_backend(backend)
    repeat = Repeat(*traced(here, drawn(here, 0)))
    for seed in (1, 2, 0):
        arrays = drawn(here, seed)
        again, (expected, _) = repeat(arrays), traced(here, arrays)
        for a, b in zip(again, expected, strict=True):
            same(a.value, b.value)
            assert (a.name, a.scope, a.op, a.index) == (b.name, b.scope, b.op, b.index)
            assert [one.name for one in a.inputs] == [one.name for one in b.inputs]
        same(repeat.value(arrays), expected[-1].value)


def test_what_was_traced_is_let_go_of() -> None:
    here = get_backend("numpy")
    nodes, given = traced(here, drawn(here, 0))
    Repeat(nodes, given)
    assert all(node.value is None for node in nodes)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as torch
from chainrule.engine.backward import backward, expected_contributions, local_derivative
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf


def edges(root: Tensor, **options: object) -> list[tuple[str | None, int, str | None, float]]:
    return [
        (c.node.name, c.argument, c.target.name, c.value.item())
        for c in backward(root.node, **options)  # type: ignore[arg-type]
    ]


def test_one_weight_edge_by_edge() -> None:
    with Tape():
        w = leaf(2.0, name="w", requires_grad=True)
        x = leaf(3.0, name="x")
        loss = (w * x - 10.0) ** 2
    assert edges(loss) == [
        ("pow#0", -1, "pow#0", 1.0),
        ("pow#0", 0, "sub#0", -8.0),
        ("sub#0", 0, "mul#0", -8.0),
        ("mul#0", 0, "w", -24.0),
    ]


def test_adding_twice_gives_four_over_two_edges_each() -> None:
    with Tape():
        a = leaf(1.0, name="a", requires_grad=True)
        b = a + a
        c = b + b
    passed = list(backward(c.node))
    assert [(p.node.name, p.argument, p.target.name) for p in passed] == [
        ("add#1", -1, "add#1"),
        ("add#1", 0, "add#0"),
        ("add#1", 1, "add#0"),
        ("add#0", 0, "a"),
        ("add#0", 1, "a"),
    ]
    assert [(p.before if p.before is None else p.before.item(), p.total.item()) for p in passed[1:]] == [
        (None, 1.0), (1.0, 2.0), (None, 2.0), (2.0, 4.0),
    ]  # fmt: skip
    assert passed[-1].upstream.item() == 2.0


def test_a_square_has_two_edges() -> None:
    with Tape():
        x = leaf(3.0, name="x", requires_grad=True)
        y = x * x
    assert edges(y) == [("mul#0", -1, "mul#0", 1.0), ("mul#0", 0, "x", 3.0), ("mul#0", 1, "x", 3.0)]
    assert expected_contributions(y.node) == {y.node: 0, x.node: 2}


def test_a_node_fires_only_after_all_its_consumers() -> None:
    with Tape():
        x = leaf(2.0, name="x", requires_grad=True)
        q = torch.exp(x)
        late = torch.sin(q)
        torch.cos(q)  # not on the way to the root
        root = (q + late) * q
    waiting = expected_contributions(root.node)
    assert waiting[q.node] == 3
    arrived = 0
    for c in backward(root.node):
        if c.target is q.node:
            arrived += 1
        if c.node is q.node:
            assert arrived == 3
    assert "cos#0" not in {c.node.name for c in backward(root.node)}


@given(
    st.lists(
        st.tuples(st.sampled_from("+*-"), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25
    )
)
def test_any_graph_is_walked_in_reverse_order_of_the_tape(program: list[tuple[str, int, int]]) -> None:
    with Tape() as tape:
        values = [leaf(0.5, requires_grad=True, dtype="float64"), leaf(2.0, dtype="float64")]
        for sign, i, j in program:
            a, b = values[i % len(values)], values[j % len(values)]
            values.append(a + b if sign == "+" else a * b if sign == "*" else a - b)
    root = values[-1].node
    if not root.requires_grad:
        assert root not in [c.target for c in backward(root)][1:]
        return
    passed = list(backward(root))[1:]
    assert [(-c.node.index, c.argument) for c in passed] == sorted(
        (-c.node.index, c.argument) for c in passed
    )
    expected = expected_contributions(root)
    counts = {node: sum(c.target is node for c in passed) for node in expected}
    assert counts == expected
    assert all(c.node in tape for c in passed)
    for c in passed:
        local = local_derivative(c.node, c.argument)
        assert local is not None
        np.testing.assert_array_equal(c.upstream * local, c.value)
        np.testing.assert_array_equal(c.total, c.value if c.before is None else c.before + c.value)


def test_the_generator_computes_nothing_before_it_is_asked() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    walk = backward((x * x).node)
    assert next(walk).argument == -1
    assert next(walk).total.item() == 2.0
    walk.close()


def test_what_leaves_have_accumulated_before_is_continued() -> None:
    with Tape():
        w = leaf(2.0, name="w", requires_grad=True)
        y = w * 3.0 + w
    grads = {w.node.index: np.float32(10.0), y.node.inputs[0].index: np.float32(99.0)}
    passed = list(backward(y.node, grads=grads))
    totals = {(c.node.name, c.argument): c.total.item() for c in passed if c.target is w.node}
    assert totals == {("add#0", 1): 11.0, ("mul#0", 0): 14.0}
    inner = next(c for c in passed if c.target.name == "mul#0")
    assert inner.before is None, "only leaves accumulate"
    assert grads[w.node.index] == 10.0


def test_a_seed_chooses_the_direction() -> None:
    x = leaf([1.0, 2.0], requires_grad=True)
    y = x * x
    with pytest.raises(RuntimeError, match=r"only for scalar outputs, not for shape \(2,\)"):
        next(backward(y.node))
    assert [c.value.tolist() for c in backward(y.node, np.array([1, 10], np.float32))] == [
        [1, 10],
        [1, 20],
        [1, 20],
    ]


def test_a_root_that_is_a_leaf_receives_the_seed() -> None:
    x = leaf(5.0, requires_grad=True)
    (only,) = backward(x.node)
    assert (only.argument, only.total.item(), only.target) == (-1, 1.0, x.node)
    (again,) = backward(x.node, grads={x.node.index: np.float32(2.0)})
    assert (again.before, again.total.item()) == (2.0, 3.0)


def test_totals_are_new_arrays() -> None:
    x = leaf([1.0, 2.0], requires_grad=True)
    totals = [
        c.total for c in backward(((x + x) + x).node, np.array([1, 1], np.float32)) if c.target is x.node
    ]
    assert [total.tolist() for total in totals] == [[1, 1], [2, 2], [3, 3]]

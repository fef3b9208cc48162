"""Composites: one op, or the primitives inside it. Both say the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.engine.backend import Backend, get_backend
from chainrule.engine.backward import Contribution, backward
from chainrule.engine.op import OPS
from chainrule.engine.plan import Plan
from chainrule.engine.tape import Node, Tape, apply
from chainrule.engine.tensor import leaf
from chainrule.nn import functional
from support.calls import Call, calls, leaves, seed_like

COMPOSITES = [name for name, op in OPS.items() if op.inside is not None]
CALLS = [pytest.param(call, id=call.name) for call in calls() if call.op.inside is not None]
BACKENDS = [
    pytest.param(get_backend(), id="numpy"),
    pytest.param(get_backend("array-api-strict", "device1"), id="strict"),
]


def run(call: Call, backend: Backend, opened: bool) -> tuple[Tape, Node, list[Any]]:
    """The tape, the value's node, and the gradients of the arguments that have one."""
    with Tape(backend, opened={call.op.name} if opened else ()) as tape:
        inputs = leaves(call, backend, "float64")
        node = apply(call.op, inputs, call.sample.attrs)
        upstream = backend.asarray(seed_like(backend.to_numpy(node.value)))
        totals = {c.target: c.total for c in backward(node, upstream)}
    return tape, node, [backend.to_numpy(totals[x]) for x in inputs if x.requires_grad]


def same(actual: Any, expected: Any) -> None:
    """Relative to the largest element: a sum of terms is as precise as its terms are."""
    assert actual.shape == expected.shape
    largest = float(np.max(np.abs(expected), initial=0.0))
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12 * largest)


def test_these_can_be_opened() -> None:
    assert {"softmax", "log_softmax", "layer_norm", "batch_norm", "linear", "mse_loss", "cross_entropy"} <= {
        *COMPOSITES
    }


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("call", CALLS)
def test_opened_and_closed_agree(call: Call, backend: Backend) -> None:
    _, closed, gradients = run(call, backend, opened=False)
    tape, opened, inner = run(call, backend, opened=True)
    assert closed.op is call.op
    assert all(node.op is not call.op for node in tape.nodes)
    same(backend.to_numpy(opened.value), backend.to_numpy(closed.value))
    for actual, expected in zip(inner, gradients, strict=True):
        same(actual, expected)


@pytest.mark.parametrize("call", CALLS)
def test_what_is_inside_stands_in_a_scope_that_is_called_like_the_closed_node(call: Call) -> None:
    closed, node, _ = run(call, get_backend(), opened=False)
    opened, _, _ = run(call, get_backend(), opened=True)
    assert node.name == f"{call.op.name}#0"
    count = len(node.inputs)
    assert [x.name for x in opened.nodes[:count]] == [x.name for x in closed.nodes[:count]]
    inner = opened.nodes[count:]
    assert len(inner) > 1
    for one in inner:
        assert one.scope == node.name
        assert one.name is not None
        assert one.name.startswith(f"{node.name}.")


def test_composites_inside_composites_open_too() -> None:
    with Tape(opened=True) as tape:
        scores = leaf([[0.5, -1.25, 2.0]], requires_grad=True, name="scores")
        functional.cross_entropy(scores, leaf(np.array([2]), name="target"))
    scopes = {node.scope for node in tape.nodes}
    assert {"", "cross_entropy#0", "cross_entropy#0.log_softmax#0"} == scopes


def test_attention_is_one_node_or_a_scope_of_that_name() -> None:
    def run(opened: set[str], **how: Any) -> Tape:
        with Tape(opened=opened) as tape:
            q, k, v = (leaf(np.ones((2, 3, 4)), name=name) for name in "qkv")
            functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            functional.scaled_dot_product_attention(q, k, v, **how)
        return tape

    closed = run(set())
    assert [node.name for node in closed.nodes[3:]] == ["attention#0", "attention#1"]
    opened = run({"attention"})
    assert {node.scope for node in opened.nodes[3:]} == {"attention#0", "attention#1"}
    assert "attention#0.softmax#0" in opened.by_name
    assert {node.scope for node in run({"attention#1"}).nodes[3:]} == {"", "attention#1"}
    # With dropout there is always something to see inside.
    assert "attention#1.dropout#0" in run(set(), dropout_p=0.5).by_name


@pytest.mark.parametrize("opened", [False, True])
def test_a_query_that_may_look_at_nothing_gets_nothing(opened: bool) -> None:
    rows = np.random.default_rng(0).normal(size=(3, 2, 2))
    with Tape(opened={"attention"} if opened else ()):
        q, k, v = (leaf(x, requires_grad=True) for x in rows)
        mask = leaf(np.array([[False, False], [True, True]]))
        out = functional.scaled_dot_product_attention(q, k, v, mask)
        out.sum().backward()
    value = out.detach().numpy()
    assert not value[0].any()
    assert value[1].all()
    assert q.grad is not None
    assert not q.grad.numpy()[0].any()
    assert q.grad.numpy()[1].all()
    assert all(x.grad is not None and np.isfinite(x.grad.numpy()).all() for x in (k, v))


@pytest.mark.parametrize("opened", [False, True])
def test_a_plan_of_attention_gives_the_same_bits(opened: bool) -> None:
    def traced(seed: int) -> tuple[Tape, Node, list[Contribution]]:
        draw = np.random.default_rng(seed)
        with Tape(opened={"attention"} if opened else ()) as tape:
            q, k, v = (leaf(draw.normal(size=(2, 3, 5, 4)), requires_grad=True) for _ in range(3))
            mask = leaf(draw.normal(size=(5, 5)), requires_grad=True)
            first = functional.scaled_dot_product_attention(q, k, v, mask)
            out = functional.scaled_dot_product_attention(first, k, first, is_causal=True)
            root = (out * out).sum().node
            return tape, root, list(backward(root))

    tape, root, contributions = traced(0)
    plan = Plan(tape.nodes, root, contributions, {})
    for seed in (1, 2, 2, 0):
        tape, _, contributions = traced(seed)
        work = plan.run([node.value for node in tape.nodes if node.op is None])
        nodes = plan.tape(work)
        for mine, wanted in zip(nodes, tape.nodes, strict=True):
            assert mine.value.tobytes() == wanted.value.tobytes()
        for own, other in zip(plan.contributions(work, nodes), contributions, strict=True):
            assert own.value.tobytes() == other.value.tobytes()
            assert own.total.tobytes() == other.total.tobytes()

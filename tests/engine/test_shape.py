"""Elements that move: which keys and shapes are refused, what stays a view, and where gradients add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.backend import HostArray, get_backend
from chainrule.engine.backward import backward, contribution_terms
from chainrule.engine.plan import Plan
from chainrule.engine.tape import Tape


def test_an_element_that_is_taken_twice_gets_both_gradients() -> None:
    table = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
    rows = torch.nn.functional.embedding(torch.tensor([2, 0, 2]), table)
    (rows * torch.tensor([[1.0], [10.0], [100.0]])).sum().backward()
    assert table.grad is not None
    assert table.grad.tolist() == [[10.0, 10.0], [0.0, 0.0], [101.0, 101.0]]


def test_terms_say_which_places_an_element_went_to() -> None:
    with Tape():
        table = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        rows = torch.nn.functional.embedding(torch.tensor([1, 0, 1]), table)
    g = np.arange(6.0).reshape(3, 2)
    terms = contribution_terms(rows.node, 0, g, (1, 0))
    assert [term.factors[0].source for term in terms] == [("upstream", (0, 0)), ("upstream", (2, 0))]
    assert sum(term.value for term in terms) == 0.0 + 4.0


def test_moves_share_memory_with_what_they_move() -> None:
    x = torch.ones(4, 6)
    for moved in (x.reshape(2, 12), x.T, x[1:, ::2], x[0], x.unsqueeze(1), x.expand(3, 4, 6)):
        assert np.shares_memory(moved.node.value, x.node.value)


def test_a_plan_runs_indices_with_the_same_bits() -> None:
    rng = np.random.default_rng(0)
    with Tape() as tape:
        table = torch.tensor(rng.standard_normal((7, 4)), requires_grad=True)
        x = torch.nn.functional.embedding(torch.tensor(rng.integers(0, 7, (3, 5))), table)
        x = torch.cat([x, x.flip(1)], -1)[..., 1::2].transpose(1, 2)
        x = torch.stack([x, x.roll(1, 2)]).masked_fill(torch.ones(4, 5).bool().tril(-1), 0.5)
        loss = torch.einsum("sbij,sbkj->", x, x)
    contributions = list(backward(loss.node))
    plan = Plan(tape.nodes, loss.node, contributions, {})
    work = plan.run([node.value for node in plan.leaves])
    nodes = plan.tape(work)
    pairs: list[tuple[HostArray, HostArray]] = [
        *zip((n.value for n in tape.nodes), (n.value for n in nodes), strict=True),
        *zip(
            (c.total for c in contributions), (c.total for c in plan.contributions(work, nodes)), strict=True
        ),
    ]
    assert len(pairs) > 20
    for traced, planned in pairs:
        assert planned.tobytes() == traced.tobytes()


def test_repeated_indices_add_in_their_order() -> None:
    rng = np.random.default_rng(0)
    index, rows = rng.integers(-5, 5, 40), rng.standard_normal((40, 3)).astype(np.float32)
    one_by_one = np.zeros((5, 3), np.float32)
    for i, row in zip(index, rows, strict=True):
        one_by_one[i] += row
    added = get_backend().scatter_add(np.zeros((5, 3), np.float32), index, rows)
    assert added.tobytes() == one_by_one.tobytes()
    with pytest.raises(IndexError):
        get_backend().scatter_add(np.zeros((5, 3), np.float32), np.array([5]), rows[:1])


X = torch.ones(2, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: X[2], IndexError, "index 2 is out of bounds for dimension 0 with size 2"),
        (lambda: X[0, 0, 0], IndexError, "too many indices for tensor of dimension 2"),
        (lambda: X[::-1], ValueError, "step must be greater than zero"),
        (lambda: X[torch.tensor([3])], IndexError, r"index 3 .* axis of size 2; shapes \(2, 3\) and \(1,\)"),
        (lambda: X[torch.tensor([0.5])], IndexError, "must be int64 or bool, not float32"),
        (lambda: X[torch.ones(3).bool()], IndexError, r"mask \[3\].*tensor \[2, 3\]"),
        (lambda: torch.cat([X, torch.ones(3, 2)]), RuntimeError, r"shapes \[2, 3\] and \[3, 2\]"),
        (lambda: torch.stack([X, X.T]), RuntimeError, r"\[2, 3\] at entry 0 and \[3, 2\] at entry 1"),
        (lambda: X.expand(4, 3), RuntimeError, r"\(4\) must match the existing size \(2\).*\[2, 3\]"),
        (lambda: X.split([1, 1], 1), RuntimeError, "sum exactly to 3"),
        (lambda: torch.bmm(X, X), RuntimeError, r"3-D.*\[2, 3\] and \[2, 3\]"),
        (lambda: torch.mm(X, X), RuntimeError, r"shapes \(2, 3\) and \(2, 3\) cannot be multiplied"),
        (lambda: torch.einsum("ij,jk", X, X), RuntimeError, r"size 2 for operand 1 of shape \[2, 3\]"),
        (lambda: torch.nn.functional.linear(X, X.T), RuntimeError, r"\(2, 3\) and weight of shape \(3, 2\)"),
        (lambda: X.masked_fill(X, 0.0), RuntimeError, "boolean masks"),
        (lambda: X.gather(1, torch.tensor([0])), RuntimeError, r"shapes \[1\] and \[2, 3\]"),
        (lambda: torch.nn.functional.embedding(torch.tensor([2]), X), IndexError, "index 2 is out of bounds"),
        (lambda: torch.nn.functional.pad(X, (1, 1, 1)), RuntimeError, "divisible by 2"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_shapes(
    call: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


def test_parts_are_not_written_into() -> None:
    x = torch.ones(2, 3)
    with pytest.raises(TypeError, match=r"shape \[2, 3\].*torch\.where"):
        x[0] = 2.0


def test_a_recorded_shape_depends_on_no_value() -> None:
    x = torch.tensor([1.0, -1.0])
    assert x[x > 0].tolist() == [1.0]
    with Tape():
        y = torch.tensor([1.0, -1.0])
        with pytest.raises(RuntimeError, match="depends on values"):
            y[y > 0]
        with pytest.raises(RuntimeError, match="num_classes"):
            torch.nn.functional.one_hot(torch.tensor([1]))

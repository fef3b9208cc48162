"""−1/p through the softmax Jacobian becomes p − y, and the fused loss gets there in one step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.engine.backend import get_backend
from chainrule.engine.backward import Contribution, backward, contribution_terms, value_terms
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.engine.terms import Source
from chainrule.nn import functional

SCORES = np.array([[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]])
TARGET = np.array([2, 1])
P = np.exp(SCORES) / np.exp(SCORES).sum(axis=1, keepdims=True)
Y = np.eye(3)[TARGET]


def traced(loss: Any) -> dict[str, Contribution]:
    """What each op contributes to its first argument, by the op's name."""
    with Tape():
        scores = leaf(SCORES, requires_grad=True, name="scores")
        root = loss(scores, leaf(TARGET, name="target")).node
    return {c.node.op.name: c for c in list(backward(root))[1:] if c.node.op is not None}


def in_steps(scores: Tensor, target: Tensor) -> Tensor:
    return functional.nll_loss(chainrule.log(functional.softmax(scores, 1)), target)


def test_minus_one_over_p_meets_the_jacobian_and_collapses_to_p_minus_y() -> None:
    steps = traced(in_steps)
    np.testing.assert_array_equal(steps["nll_loss"].value, -Y / 2)
    np.testing.assert_allclose(steps["log"].value, -Y / P / 2, rtol=1e-14)
    np.testing.assert_allclose(steps["softmax"].value, (P - Y) / 2, rtol=1e-14)
    fused = traced(functional.cross_entropy)
    assert list(fused) == ["cross_entropy"]
    np.testing.assert_allclose(fused["cross_entropy"].value, steps["softmax"].value, rtol=1e-14)


def test_an_element_through_the_softmax_is_one_row_of_its_jacobian() -> None:
    c = traced(in_steps)["softmax"]
    terms = contribution_terms(c.node, 0, c.upstream, (0, 2))
    assert [[factor.label for factor in term.factors] for term in terms] == [
        ["g", "-{z}_i {z}_j"],
        ["g", "-{z}_i {z}_j"],
        ["g", "{z}_i (1 - {z}_i)"],
    ]
    p = P[0]
    assert [term.factors[1].value for term in terms] == pytest.approx(
        [-p[2] * p[0], -p[2] * p[1], p[2] * (1 - p[2])]
    )
    assert terms[0].factors[0].source == Source("upstream", (0, 0))
    assert terms[0].factors[1].sources == (Source("out", (0, 2)), Source("out", (0, 0)))
    # Only the right class is reached by −1/p; the others pass on nothing.
    assert [term.value for term in terms] == pytest.approx([0.0, 0.0, (p[2] - 1.0) / 2])


def test_an_element_of_the_fused_loss_is_p_or_p_minus_one() -> None:
    c = traced(functional.cross_entropy)["cross_entropy"]
    right, wrong = (contribution_terms(c.node, 0, c.upstream, (0, k))[0] for k in (2, 0))
    assert [factor.label for factor in right.factors] == ["g", r"\frac{1}{n}", "(p - 1)"]
    assert [factor.label for factor in wrong.factors] == ["g", r"\frac{1}{n}", "p"]
    assert [factor.value for factor in right.factors] == pytest.approx([1.0, 0.5, P[0, 2] - 1.0])
    assert right.factors[2].source == Source(0, (0, 2))
    assert Source(1, (0,)) in right.factors[2].sources
    losses = value_terms(c.node)
    assert [term.factors[1].label for term in losses] == [r"-\log p_{b}", r"-\log p_{b}"]
    assert [term.factors[1].value for term in losses] == pytest.approx([-np.log(P[0, 2]), -np.log(P[1, 1])])


def test_what_was_looked_up_for_the_loss_is_not_used_for_other_scores() -> None:
    """The exponentials are kept for the VJP that mostly follows; they belong to one array."""
    first, second = (leaf(SCORES * k, requires_grad=True) for k in (1.0, 2.0))
    losses = [functional.cross_entropy(x, leaf(TARGET)) for x in (first, second)]
    for loss in losses:
        loss.backward()
    for x in (first, second):
        alone = leaf(x.detach().numpy(), requires_grad=True)
        functional.cross_entropy(alone, leaf(TARGET)).backward()
        assert x.grad is not None
        assert alone.grad is not None
        np.testing.assert_array_equal(x.grad.numpy(), alone.grad.numpy())


def test_two_layers_that_normalise_the_same_numbers_differ_in_what_they_add() -> None:
    x = leaf(SCORES, requires_grad=True)
    for eps in (1e-5, 0.5, 1e-5):
        alone = leaf(SCORES, requires_grad=True)
        ours, theirs = (functional.layer_norm(a, 3, eps=eps) for a in (x, alone))
        np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())
        expected = (SCORES - SCORES.mean(1, keepdims=True)) / np.sqrt(SCORES.var(1, keepdims=True) + eps)
        np.testing.assert_allclose(ours.detach().numpy(), expected, rtol=1e-12)


def test_dropout_keeps_about_the_share_that_it_says_and_the_mean() -> None:
    x = chainrule.ones(200, 200)
    kept = functional.dropout(x, 0.25).numpy()
    assert {*np.unique(kept)} == {np.float32(0.0), np.float32(4.0 / 3.0)}
    assert np.mean(kept > 0) == pytest.approx(0.75, abs=0.01)
    assert functional.dropout(x, 0.25, training=False) is x
    assert not functional.dropout(x, 1.0).numpy().any()


def test_dropouts_mask_is_a_leaf_of_its_own_that_is_drawn_anew_in_each_iteration() -> None:
    def mask(iteration: int, layers: int) -> Any:
        with Tape(get_backend()) as tape:
            tape.iteration = iteration
            x = leaf(np.ones((8, 8)), name="x")
            for k in range(layers):
                with tape.scope(f"layer{k}"):
                    functional.dropout(x, 0.5)
        node = tape.by_name["layer0.mask#0"]
        assert node.draw is not None
        np.testing.assert_array_equal(node.draw(iteration), node.value)
        return node.value

    np.testing.assert_array_equal(mask(3, 1), mask(3, 2))
    assert (mask(3, 1) != mask(4, 1)).any()

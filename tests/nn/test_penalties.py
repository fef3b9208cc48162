"""Penalties are terms of the loss; weight decay belongs to the optimizer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor
from chainrule.nn import penalties

VALUES = [[1.5, -2.0, 0.0], [0.25, 3.0, -0.5]]


def weights() -> list[Tensor]:
    return [torch.tensor(VALUES, requires_grad=True), torch.tensor([4.0, -1.0], requires_grad=True)]


CASES: dict[str, tuple[Any, Any, Any]] = {
    "l1": (penalties.l1, lambda w: 0.5 * np.abs(w).sum(), lambda w: 0.5 * np.sign(w)),
    "l2": (penalties.l2, lambda w: 0.25 * (w * w).sum(), lambda w: 0.5 * w),
}
"""With strength ½: the penalty, its value and its gradient."""


@pytest.mark.parametrize("case", CASES)
def test_values_and_gradients(case: str) -> None:
    penalty, total, slope = CASES[case]
    ws = weights()
    loss = penalty(ws, 0.5)
    assert loss.item() == pytest.approx(sum(total(w.detach().numpy()) for w in ws))
    loss.backward()
    for w in ws:
        assert w.grad is not None
        np.testing.assert_allclose(w.grad.numpy(), slope(w.detach().numpy()))
    with pytest.raises(ValueError, match="at least one parameter"):
        penalty([], 1.0)


@pytest.mark.parametrize(("optimizer", "same"), [("SGD", True), ("Adam", True), ("AdamW", False)])
def test_l2_does_what_weight_decay_does_where_that_goes_through_the_gradient(
    optimizer: str, same: bool
) -> None:
    ends = []
    for decay in (0.0, 0.3):
        w = torch.tensor(VALUES, dtype=torch.float64, requires_grad=True)
        made = getattr(torch.optim, optimizer)([w], lr=0.05, weight_decay=decay)
        for _ in range(10):
            made.zero_grad()
            loss = (w * w * w).sum()
            if not decay:
                loss = loss + penalties.l2([w], 0.3)
            loss.backward()
            made.step()
        ends.append(w.detach().numpy())
    assert np.allclose(ends[0], ends[1], rtol=1e-10) == same


def test_on_a_tape_each_is_in_a_scope_of_its_own() -> None:
    with Tape() as tape:
        penalties.l1(weights(), 0.1) + penalties.l1(weights(), 0.2)
    scopes = {node.scope for node in tape.nodes if node.op is not None}
    assert scopes == {"", "l1#0", "l1#1"}

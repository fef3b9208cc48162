"""PyTorch as an array library below the engine: nothing but its arrays is used."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule
from chainrule.engine.backend import get_backend
from chainrule.engine.backward import contribution_terms, value_terms
from chainrule.engine.tape import use_backend
from support.calls import Call, calls, evaluate

TORCH = get_backend("torch", "cpu")
ALL = [pytest.param(call, id=call.name) for call in calls(edges=True)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("call", ALL)
def test_agrees_with_numpy(call: Call, dtype: str) -> None:
    ours, theirs = evaluate(call, get_backend(), dtype), evaluate(call, TORCH, dtype)
    tolerance = 2e-6 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(theirs.value, ours.value, rtol=tolerance, atol=tolerance)
    for a, b in zip(theirs.grads, ours.grads, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("call", ALL)
def test_terms(call: Call) -> None:
    result = evaluate(call, TORCH)
    index = (0,) * result.value.ndim
    assert len(value_terms(result.node, index)) > 0
    for c, grad in zip(result.contributions, result.grads, strict=True):
        assert len(contribution_terms(c.node, c.argument, result.upstream, (0,) * grad.ndim)) > 0


def test_scatter_add() -> None:
    array = TORCH.asarray([[1.0], [2.0]], "float64")
    result = TORCH.scatter_add(
        array, TORCH.asarray([0, 0], "int64"), TORCH.asarray([[1.0], [5.0]], "float64")
    )
    assert TORCH.to_numpy(result).tolist() == [[7.0], [2.0]]
    assert TORCH.to_numpy(array).tolist() == [[1.0], [2.0]]


def test_training() -> None:
    with use_backend(TORCH):
        w = chainrule.tensor([2.0], requires_grad=True)
        optimizer = chainrule.optim.Adam([w], lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            ((w * 3.0 - 10.0) ** 2).backward()
            optimizer.step()
    assert w.item() == pytest.approx(2.2997, abs=1e-3)
    assert not w.node.value.requires_grad

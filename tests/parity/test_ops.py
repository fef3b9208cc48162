"""Every op of the registry against PyTorch's, at every sample of its record."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from chainrule.engine.backend import get_backend
from support.calls import NAMES, Call, calls, each, evaluate, floating, passes, seed_like


def pytorchs(call: Call, dtype: str, g: Any = None) -> tuple[Any, list[Any]]:
    inputs = [
        torch.tensor(
            x, dtype=getattr(torch, dtype) if floating(x) else None, requires_grad=passes(call.op, k)
        )
        for k, x in enumerate(call.sample.inputs)
    ]
    names = NAMES[: len(inputs)]
    text = call.op.call(names, call.sample.attrs)
    value = eval(text, {"torch": torch, **dict(zip(names, inputs, strict=True))})
    if call.op.differentiable:
        value.backward(torch.from_numpy(seed_like(value.detach().numpy()) if g is None else g))
    return value.detach().numpy(), [
        x.grad.numpy() for x in inputs if call.op.differentiable and x.requires_grad
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each(calls(edges=True))
def test_value_and_gradients(call: Call, dtype: str) -> None:
    ours = evaluate(call, get_backend(), dtype)
    value, grads = pytorchs(call, dtype)
    tolerance = 2e-6 if "float32" in (dtype, call.sample.attrs.get("dtype")) else 1e-13
    assert ours.value.dtype == value.dtype
    np.testing.assert_allclose(ours.value, value, rtol=tolerance, atol=tolerance)
    for grad, expected in zip(ours.grads, grads, strict=True):
        assert grad.dtype == expected.dtype
        np.testing.assert_allclose(grad, expected, rtol=tolerance, atol=tolerance)


@each(call for call in calls(edges=True) if call.op.differentiable)
def test_not_a_number_in_the_upstream_gradient(call: Call) -> None:
    ours = evaluate(call, get_backend())
    for bad in (float("nan"), float("inf"), 0.0):
        g = np.full_like(ours.value, bad)
        again = evaluate(call, get_backend(), g=g)
        _, grads = pytorchs(call, "float64", g)
        for grad, expected in zip(again.grads, grads, strict=True):
            np.testing.assert_allclose(grad, expected, rtol=1e-12)

"""The op that the page about the engine adds as an example is PyTorch's."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from chainrule.engine.backend import get_backend
from chainrule.engine.op import OPS
from support.calls import Call, evaluate, seed_like

PAGE = (Path(__file__).parents[2] / "docs" / "engine.md").read_text()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_worked_example(dtype: str) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    tolerance = 2e-6 if dtype == "float32" else 1e-13
    try:
        exec(compile(code, "docs/engine.md", "exec"), {})
        op = OPS["log_sigmoid"]
        for sample in (*op.samples, *op.edges):
            ours = evaluate(Call(op, sample, False, "log_sigmoid"), get_backend(), dtype)
            x = torch.tensor(sample.inputs[0], dtype=getattr(torch, dtype), requires_grad=True)
            value = eval(op.call(["x"], sample.attrs), {"torch": torch, "x": x})
            value.backward(torch.from_numpy(seed_like(value.detach().numpy())))
            np.testing.assert_allclose(ours.value, value.detach().numpy(), rtol=tolerance, atol=tolerance)
            assert x.grad is not None
            np.testing.assert_allclose(ours.grads[0], x.grad.numpy(), rtol=tolerance, atol=tolerance)
    finally:
        OPS.pop("log_sigmoid", None)

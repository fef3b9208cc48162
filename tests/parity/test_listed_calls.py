"""What the page says that PyTorch gives for a node: every op of the registry, by the expression in its record."""

from __future__ import annotations

import numpy as np
import torch

from chainrule.engine.backend import get_backend
from chainrule.session.pytorch import _call
from support.calls import Call, calls, each, evaluate


@each(calls(edges=True))
def test_the_recorded_call_runs_in_pytorch(call: Call) -> None:
    ours = evaluate(call, get_backend())
    given = [torch.tensor(child.value) for child in ours.node.inputs]
    there = _call(torch, ours.node, given)
    np.testing.assert_allclose(ours.value, there.numpy(), rtol=2e-6, atol=1e-12)

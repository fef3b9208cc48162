from __future__ import annotations

import numpy as np
import pytest
import torch

import chainrule
from chainrule.nn.optimizers import make_optimizer
from support.optimizer_cases import CASES, GRADIENTS, STEPS, VALUE


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_100_updates(case: str, dtype: str) -> None:
    parameter = torch.tensor(VALUE, dtype=getattr(torch, dtype), requires_grad=True)
    theirs = getattr(torch.optim, CASES[case]["torch"])([parameter], **CASES[case]["hyper"])
    mine = chainrule.tensor(VALUE, dtype=getattr(chainrule, dtype), requires_grad=True)
    facade = getattr(chainrule.optim, CASES[case]["torch"])([mine], **CASES[case]["hyper"])
    pure = make_optimizer(case.partition("-")[0], **CASES[case]["hyper"])
    value, state = np.array(VALUE, dtype), dict[str, np.ndarray]()
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    for t, gradient in enumerate(GRADIENTS[:STEPS], start=1):
        parameter.grad = torch.tensor(gradient, dtype=parameter.dtype)
        mine.grad = chainrule.tensor(gradient, dtype=mine.dtype)
        theirs.step()
        facade.step()
        value, state, *_ = pure.update(value, np.array(gradient, dtype), state, t)
        np.testing.assert_allclose(value, parameter.detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(mine.detach().numpy(), value)


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"])
def test_defaults(name: str) -> None:
    theirs = getattr(torch.optim, name)([torch.zeros(1, requires_grad=True)]).defaults
    ours = getattr(chainrule.optim, name)([chainrule.zeros(1, requires_grad=True)]).defaults
    assert {key: theirs[key] for key in ours} == ours

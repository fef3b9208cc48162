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


@pytest.mark.parametrize("case", ["momentum", "adagrad", "rmsprop-all", "adam-amsgrad"])
def test_an_optimizer_goes_on_from_the_state_of_pytorchs(case: str) -> None:
    name, hyper = CASES[case]["torch"], CASES[case]["hyper"]
    parameter = torch.tensor(VALUE, dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.optim, name)([parameter], **hyper)

    def update(optimizer: object, tensor: object, t: int) -> None:
        library = torch if isinstance(tensor, torch.Tensor) else chainrule
        tensor.grad = library.tensor(GRADIENTS[t], dtype=library.float64)  # type: ignore[attr-defined]
        optimizer.step()  # type: ignore[attr-defined]

    for t in range(5):
        update(theirs, parameter, t)
    mine = chainrule.tensor(parameter.detach().numpy(), requires_grad=True)
    first = getattr(chainrule.optim, name)([mine], lr=1.0)
    state = theirs.state_dict()
    as_arrays = {
        place: {key: value.numpy() for key, value in kept.items() if value is not None}
        for place, kept in state["state"].items()
    }
    first.load_state_dict({**state, "state": as_arrays})
    assert first.param_groups[0]["lr"] == hyper["lr"]
    for t in range(5, 10):
        update(theirs, parameter, t)
        update(first, mine, t)
    np.testing.assert_allclose(mine.detach().numpy(), parameter.detach().numpy(), rtol=1e-12)
    again = chainrule.tensor(mine.detach().numpy(), requires_grad=True)
    second = getattr(chainrule.optim, name)([again])
    second.load_state_dict(first.state_dict())
    for t in range(10, 15):
        update(first, mine, t)
        update(second, again, t)
    np.testing.assert_array_equal(mine.detach().numpy(), again.detach().numpy())
    for optimizer, tensor in ((first, chainrule.zeros(1)), (theirs, torch.zeros(1))):
        other = tensor.clone().requires_grad_()
        two = type(optimizer)([tensor.requires_grad_(), other], lr=0.1)
        with pytest.raises(ValueError, match="doesn't match the size of optimizer's group"):
            two.load_state_dict(optimizer.state_dict())

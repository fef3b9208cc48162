"""Learning rates over 100 steps, clipping and whole updates under a schedule, beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import chainrule
from chainrule.nn import schedules
from chainrule.nn.optimizers import Clipping, make_optimizer
from support.optimizer_cases import GRADIENTS, STEPS, VALUE


def factor(t: int) -> float:
    return 1.0 / (1.0 + 0.1 * t)


CASES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "step": ("StepLR", {"step_size": 7, "gamma": 0.5}, schedules.step(7, 0.5)),
    "exponential": ("ExponentialLR", {"gamma": 0.97}, schedules.exponential(0.97)),
    "cosine": ("CosineAnnealingLR", {"T_max": 30, "eta_min": 0.01}, schedules.cosine(30, 0.01)),
    "linear": ("LinearLR", {"start_factor": 0.1, "total_iters": 20}, schedules.linear(0.1, 1.0, 20)),
    "lambda": ("LambdaLR", {"lr_lambda": factor}, lambda lr, t: lr * factor(t)),
    "one-cycle": ("OneCycleLR", {"max_lr": 0.3, "total_steps": 101}, schedules.one_cycle(0.3, 101)),
    "one-cycle-three": (
        "OneCycleLR",
        {"max_lr": 0.3, "total_steps": 101, "three_phase": True, "pct_start": 0.25, "div_factor": 10.0},
        schedules.one_cycle(0.3, 101, 0.25, "cos", 10.0, 1e4, True),
    ),
    "one-cycle-linear": (
        "OneCycleLR",
        {"max_lr": 0.3, "epochs": 10, "steps_per_epoch": 11, "anneal_strategy": "linear"},
        schedules.one_cycle(0.3, 110, anneal_strategy="linear"),
    ),
}


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("case", CASES)
def test_100_steps(case: str, optimizer: str) -> None:
    name, options, schedule = CASES[case]
    runs = []
    for t in (chainrule, torch):
        parameter = t.tensor(VALUE, dtype=t.float64, requires_grad=True)
        hyper = {"momentum": 0.9} if optimizer == "SGD" else {}
        made = getattr(t.optim, optimizer)([parameter], lr=0.2, **hyper)
        runs.append((t, parameter, made, getattr(t.optim.lr_scheduler, name)(made, **options)))
    for step in range(STEPS):
        rates, momenta = [], []
        for t, parameter, made, scheduler in runs:
            group = made.param_groups[0]
            rates.append(group["lr"])
            momenta.append(group["betas"][0] if optimizer == "Adam" else group["momentum"])
            parameter.grad = t.tensor(GRADIENTS[step], dtype=t.float64)
            made.step()
            scheduler.step()
        assert scheduler.get_last_lr() == [group["lr"]]
        np.testing.assert_allclose(rates[0], rates[1], rtol=1e-10, atol=1e-15, err_msg=f"step {step}")
        np.testing.assert_allclose(schedule(0.2, step), rates[1], rtol=1e-10, atol=1e-15)
        np.testing.assert_allclose(momenta[0], momenta[1], rtol=1e-10)
    mine, theirs = (parameter.detach().numpy() for _, parameter, _, _ in runs)
    np.testing.assert_allclose(mine, theirs, rtol=1e-10)


def test_warm_up_and_then_a_cosine() -> None:
    rates = []
    for t in (chainrule, torch):
        optimizer = t.optim.SGD([t.zeros(1, requires_grad=True)], lr=0.2)
        kinds = t.optim.lr_scheduler
        parts = [kinds.LinearLR(optimizer, 1 / 6, 1.0, 5), kinds.CosineAnnealingLR(optimizer, 95)]
        scheduler = kinds.SequentialLR(optimizer, parts, [5])
        found = []
        for _ in range(STEPS):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        rates.append(found)
    np.testing.assert_allclose(rates[0], rates[1], rtol=1e-10, atol=1e-15)
    pure = schedules.warmup_cosine(5, 100)
    np.testing.assert_allclose([pure(0.2, t) for t in range(STEPS)], rates[1], rtol=1e-10, atol=1e-15)


def test_groups_have_rates_of_their_own() -> None:
    found = []
    for t in (chainrule, torch):
        groups = [{"params": [t.zeros(1, requires_grad=True)], "lr": lr} for lr in (0.1, 0.5)]
        optimizer = t.optim.SGD(groups, lr=1.0)
        scheduler = t.optim.lr_scheduler.LambdaLR(optimizer, [factor, lambda _: 1.0])
        optimizer.step()
        scheduler.step()
        found.append(scheduler.get_last_lr())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("OneCycleLR", {"max_lr": 0.1}),
        ("OneCycleLR", {"max_lr": 0.1, "total_steps": 10, "pct_start": 1.5}),
        ("OneCycleLR", {"max_lr": 0.1, "total_steps": 10, "anneal_strategy": "no"}),
        ("LinearLR", {"start_factor": 0.0}),
        ("LinearLR", {"end_factor": 2.0}),
        ("LambdaLR", {"lr_lambda": [factor, factor]}),
    ],
)
def test_refusals(name: str, options: dict[str, Any]) -> None:
    texts = []
    for t in (chainrule, torch):
        optimizer = t.optim.SGD([t.zeros(1, requires_grad=True)], lr=0.1)
        with pytest.raises(ValueError) as refused:  # noqa: PT011  (the texts are compared)
            getattr(t.optim.lr_scheduler, name)(optimizer, **options)
        texts.append(str(refused.value))
    assert texts[0] == texts[1]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("order", [2.0, 1.0, 3.0, float("inf")])
@pytest.mark.parametrize("bound", [0.5, 100.0])
def test_clipping_by_norm_and_value(bound: float, order: float, dtype: str) -> None:
    rng = np.random.default_rng(0)
    grads = [rng.normal(0, 2, shape).astype(dtype) for shape in ((3, 4), (), (5,))]
    found = []
    for t in (chainrule, torch):
        parameters = [t.nn.Parameter(t.zeros(grad.shape, dtype=getattr(t, dtype))) for grad in grads]
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter.grad = t.tensor(grad)
        spare = t.nn.Parameter(t.zeros(2))
        norm = t.nn.utils.clip_grad_norm_([*parameters, spare], bound, order)
        after = [parameter.grad.numpy().copy() for parameter in parameters]
        t.nn.utils.clip_grad_value_(parameters, 0.2)
        found.append(([np.asarray(norm.item())], after, [parameter.grad.numpy() for parameter in parameters]))
    for mine, theirs in zip(*found, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5 if dtype == "float32" else 1e-12)


def test_norms_that_are_not_finite() -> None:
    for t in (chainrule, torch):
        p, q = (t.nn.Parameter(t.zeros(2)) for _ in range(2))
        p.grad, q.grad = t.tensor([float("inf"), 1.0]), t.tensor([2.0, 3.0])
        with pytest.raises(
            RuntimeError, match=r"The total norm of order 2\.0 for gradients from `parameters` is non"
        ):
            t.nn.utils.clip_grad_norm_([p, q], 1.0, error_if_nonfinite=True)
        assert q.grad.tolist() == [2.0, 3.0]
        t.nn.utils.clip_grad_norm_([p, q], 1.0)
        assert np.isnan(p.grad.numpy()[0])
        assert q.grad.tolist() == [0.0, 0.0]


def test_100_updates_of_a_session_that_clips_and_has_a_schedule() -> None:
    """The optimizer of a lesson, beside PyTorch's clipping, optimizer and scheduler."""
    pure = make_optimizer("adamw", 0.1, clip=Clipping(0.8, 1.0), schedule=schedules.cosine(100))
    values = [np.array(VALUE), np.array(VALUE[:2])]
    states: list[Any] = [{}, {}]
    parameters = [torch.tensor(value, requires_grad=True) for value in values]
    theirs = torch.optim.AdamW(parameters, lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, 100)
    for t, gradient in enumerate(GRADIENTS, start=1):
        grads = [np.array(gradient), np.array(gradient[2:])]
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter.grad = torch.tensor(grad)
        torch.nn.utils.clip_grad_value_(parameters, 0.8)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        theirs.step()
        scheduler.step()
        norm = pure.norm(grads, chainrule.engine.backend.get_backend())
        for k in (0, 1):
            values[k], states[k], *_ = pure.update(values[k], grads[k], states[k], t, None, norm)
            np.testing.assert_allclose(values[k], parameters[k].detach().numpy(), rtol=1e-10, atol=1e-14)

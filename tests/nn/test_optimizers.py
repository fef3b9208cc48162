from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.engine.backend import Backend, get_backend
from chainrule.nn.optimizers import NEW, OPTIMIZERS, SYMBOLS, make_optimizer
from support.optimizer_cases import CASES, GRADIENTS, STEPS, VALUE

REFERENCE = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text())["updates"]
BACKENDS = [get_backend(), get_backend("array-api-strict", "device1")]


def run(case: str, backend: Backend, dtype: str = "float64") -> list[Any]:
    optimizer = make_optimizer(case.partition("-")[0], **CASES[case]["hyper"])
    value = backend.asarray(VALUE, dtype)
    state: dict[str, Any] = {}
    values = []
    for t in range(1, STEPS + 1):
        grad = backend.asarray(GRADIENTS[t - 1], dtype)
        value, state, *_ = optimizer.update(value, grad, state, t, backend)
        values.append(backend.to_numpy(value))
    return values


@pytest.mark.parametrize("backend", BACKENDS, ids=["numpy", "strict"])
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_pytorch_over_100_updates(case: str, backend: Backend) -> None:
    values = run(case, backend)
    for t, expected in zip((1, 2, 10, STEPS), REFERENCE[case], strict=True):
        np.testing.assert_allclose(values[t - 1], expected, rtol=1e-12, atol=1e-14)


def test_every_optimizer_has_a_reference() -> None:
    assert sorted(REFERENCE) == sorted(CASES)
    assert {case.partition("-")[0] for case in CASES} == set(OPTIMIZERS)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("shape", [(), (2, 2)])
def test_an_update_is_pure_and_tells_the_way(case: str, shape: tuple[int, ...]) -> None:
    optimizer = make_optimizer(case.partition("-")[0], **CASES[case]["hyper"])
    value, grad = np.full(shape, 2.0, np.float32), np.full(shape, -3.0, np.float32)
    state: dict[str, Any] = {}
    for t in (1, 2, 3):
        for array in (value, grad, *state.values()):
            array.flags.writeable = False
        first = optimizer.update(value, grad, state, t)
        again = optimizer.update(value, grad, state, t)
        assert [d.value.tolist() for d in first.details] == [d.value.tolist() for d in again.details]
        assert first.details[0].value is grad
        assert first.details[0].symbol == "g"
        assert first.details[-1].symbol == NEW
        assert first.details[-1].value is first.value
        for array in (*first.state.values(), *(detail.value for detail in first.details)):
            assert isinstance(array, np.ndarray)
            assert (array.shape, array.dtype) == (shape, np.float32)
        for detail in first.details:
            assert detail.formula.count("{") == detail.formula.count("}")
        value, state = first.value, first.state


def test_adams_way_on_one_weight() -> None:
    update = make_optimizer("adam", lr=0.1).update(np.float64(2.0), np.float64(-24.0), {}, 1)
    way = {detail.symbol: float(detail.value) for detail in update.details}
    assert way == pytest.approx(
        {"g": -24.0, "m": -2.4, "v": 0.576, r"\hat m": -24.0, r"\hat v": 576.0, "u": -1.0, NEW: 2.1}
    )


def test_the_way_of_sgd() -> None:
    update = make_optimizer("sgd", lr=0.01).update(np.float64(2.0), np.float64(-24.0), {}, 1)
    assert [detail.symbol for detail in update.details] == ["g", NEW]
    assert float(update.value) == 2.24
    assert update.state == {}
    held = make_optimizer("sgd", lr=0.01, weight_decay=0.5).update(np.float64(2.0), np.float64(-24.0), {}, 1)
    assert [float(d.value) for d in held.details] == [-24.0, -23.0, 2.23]


def test_defaults_are_filled_in() -> None:
    assert make_optimizer("nesterov").hyper == {
        "lr": 1e-3, "momentum": 0.9, "dampening": 0.0, "weight_decay": 0.0, "nesterov": True,
    }  # fmt: skip
    assert make_optimizer("adamw").hyper["weight_decay"] == 1e-2
    for recipe in OPTIMIZERS.values():
        assert all(control in recipe.defaults for control in recipe.controls)
    assert "lr" in SYMBOLS


@pytest.mark.parametrize(
    ("name", "hyper", "kind", "message"),
    [
        ("lion", {}, ValueError, "unknown optimizer 'lion': choose one of sgd, momentum"),
        ("sgd", {"lr": -1.0}, ValueError, "Invalid lr value: -1.0"),
        ("sgd", {"lr": float("nan")}, ValueError, "Invalid lr value: nan"),
        ("sgd", {"betas": (0.9, 0.9)}, TypeError, "sgd has no hyperparameter 'betas': it has lr, momentum"),
        ("adam", {"betas": (0.9, 1.0)}, ValueError, "beta parameter at index 1: 1.0"),
        ("nesterov", {"momentum": 0.0}, ValueError, "Nesterov momentum requires"),
        ("rmsprop", {"eps": -1e-8}, ValueError, "Invalid eps value"),
    ],
)
def test_refusals(name: str, hyper: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make_optimizer(name, **hyper)


def test_not_a_number_and_infinity_pass_through_quietly() -> None:
    value, grad = np.ones(2, np.float32), np.array([np.inf, np.nan], np.float32)
    assert np.isnan(make_optimizer("adam").update(value, grad, {}, 1).value).all()

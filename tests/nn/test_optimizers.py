from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.engine.backend import Backend, get_backend
from chainrule.nn import schedules
from chainrule.nn.optimizers import NEW, OPTIMIZERS, SYMBOLS, Clipping, make_optimizer
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
    in_pytorch = {name for name, recipe in OPTIMIZERS.items() if recipe.torch is not None}
    assert {case.partition("-")[0] for case in CASES} == in_pytorch
    assert set(OPTIMIZERS) - in_pytorch == {"lion"}
    for case in CASES:
        assert CASES[case]["torch"] == OPTIMIZERS[case.partition("-")[0]].torch


@pytest.mark.parametrize("backend", BACKENDS, ids=["numpy", "strict"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.3])
def test_lion_is_that_of_the_paper(weight_decay: float, backend: Backend) -> None:
    optimizer = make_optimizer("lion", 0.01, betas=(0.8, 0.95), weight_decay=weight_decay)
    value, state = backend.asarray(VALUE, "float64"), dict[str, Any]()
    theta, m = list(VALUE), [0.0] * len(VALUE)
    for t, gradient in enumerate(GRADIENTS, start=1):
        value, state, *_ = optimizer.update(value, backend.asarray(gradient, "float64"), state, t, backend)
        for k, g in enumerate(gradient):
            mixed = 0.8 * m[k] + 0.2 * g
            sign = (mixed > 0) - (mixed < 0)
            theta[k] -= 0.01 * (sign + weight_decay * theta[k])
            m[k] = 0.95 * m[k] + 0.05 * g
        np.testing.assert_allclose(backend.to_numpy(value), theta, rtol=1e-12, atol=1e-14)


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
        ("lamb", {}, ValueError, "unknown optimizer 'lamb': choose one of sgd, momentum"),
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


GIVEN = np.array([3.0, -4.0, 0.0, 12.0])


def test_gradients_are_clipped_by_value_and_by_norm_before_all_else() -> None:
    def way(clip: Clipping, norm: Any = None, **hyper: Any) -> Any:
        return make_optimizer("sgd", 1.0, clip=clip, **hyper).update(np.ones(4), GIVEN, {}, 1, None, norm)

    by_value = way(Clipping(value=3.5))
    assert [detail.value.tolist() for detail in by_value.details] == [
        GIVEN.tolist(), [3.0, -3.5, 0.0, 3.5], [-2.0, 4.5, 1.0, -2.5],
    ]  # fmt: skip
    assert by_value.known[r"\nu"] == 3.5
    by_norm = way(Clipping(norm=6.5))
    assert by_norm.known["N"] == 13.0
    assert by_norm.known[r"\kappa"] == 6.5
    np.testing.assert_allclose(by_norm.details[1].value, GIVEN / 2, rtol=1e-6)
    assert [detail.symbol for detail in by_norm.details] == ["g", "g", NEW]
    # The norm of all parameters together is what counts, where there are others.
    np.testing.assert_allclose(way(Clipping(norm=6.5), np.array(26.0)).details[1].value, GIVEN / 4, rtol=1e-6)
    small = way(Clipping(norm=20.0), weight_decay=0.5)
    assert small.details[1].value.tolist() == GIVEN.tolist()
    assert small.details[2].value.tolist() == (GIVEN + 0.5).tolist()
    for wrong in (Clipping(value=0.0), Clipping(norm=-1.0)):
        with pytest.raises(ValueError, match="Invalid bound of gradients"):
            make_optimizer("sgd", clip=wrong)


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_nobody_looks_at_has_the_same_bits(name: str, shape: tuple[int, ...]) -> None:
    for clip in (None, Clipping(value=0.4), Clipping(norm=0.3), Clipping(0.4, 0.3)):
        for schedule in (None, schedules.warmup_cosine(3, 10)):
            optimizer = make_optimizer(name, 0.1, clip=clip, schedule=schedule)
            backend = get_backend()
            value = other = np.full(shape, 1.5, np.float32)
            state: Any = {}
            same: Any = {}
            for t in range(1, 9):
                grad = np.full(shape, np.sin(t), np.float32)
                norm = optimizer.norm([grad, grad], backend)
                update = optimizer.update(value, grad, state, t, backend, norm)
                other, same = optimizer.bind(other, backend)(other, grad, same, t, norm)
                value, state = update.value, update.state
                assert (value == other).all()
                assert update.known[SYMBOLS["lr"]] == optimizer.rate(t)
                assert state.keys() == same.keys()
                assert all((state[key] == same[key]).all() for key in state)


def test_a_schedule_is_a_function_of_the_updates_before() -> None:
    optimizer = make_optimizer("sgd", 0.1, schedule=schedules.step(2, 0.5))
    rates = [optimizer.update(np.ones(()), np.ones(()), {}, t).known[SYMBOLS["lr"]] for t in range(1, 6)]
    assert rates == [0.1, 0.1, 0.05, 0.05, 0.025]
    assert optimizer.hyper["lr"] == 0.1

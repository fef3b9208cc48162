"""Every op on the array libraries that are on this machine: nothing but their arrays is used."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.engine.backend import Backend, Unavailable, get_backend, host
from chainrule.engine.backward import contribution_terms, value_terms
from chainrule.engine.tape import use_backend
from chainrule.engine.terms import Term
from support.calls import Call, calls, each, evaluate, floating
from support.devices import ABSENT, PRESENT, label

BACKENDS = [pytest.param(backend, id=label(backend)) for backend in PRESENT]
EXACT = [pytest.param(backend, id=label(backend)) for backend in PRESENT if backend.has("float64")]
TORCH = get_backend("torch", "cpu")


@pytest.mark.parametrize(("name", "why"), ABSENT, ids=[name for name, _ in ABSENT])
def test_on_other_devices(name: str, why: str) -> None:
    pytest.skip(f"{name} is not on this machine: {why}")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("backend", BACKENDS)
@each(calls(edges=True))
def test_agrees_with_numpy(call: Call, backend: Backend, dtype: str) -> None:
    if not backend.has(dtype):
        pytest.skip(f"{backend.place} has no {dtype}")
    ours, theirs = evaluate(call, get_backend(), dtype), evaluate(call, backend, dtype)
    # Sums are taken in another order, in float32 of a few hundred numbers.
    tolerance = 5e-6 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(theirs.value, ours.value, rtol=tolerance, atol=tolerance)
    assert theirs.value.dtype == ours.value.dtype
    for a, b in zip(theirs.grads, ours.grads, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("backend", EXACT)
@each(calls(edges=True))
def test_terms_are_those_on_numpy(call: Call, backend: Backend) -> None:
    ours, theirs = evaluate(call, get_backend()), evaluate(call, backend)
    for index in islice(product(*map(range, ours.value.shape)), 12):
        same_terms(value_terms(theirs.node, index), value_terms(ours.node, index))
    for c, d in zip(theirs.contributions, ours.contributions, strict=True):
        for index in islice(product(*map(range, d.value.shape)), 12):
            same_terms(
                contribution_terms(c.node, c.argument, theirs.upstream, index),
                contribution_terms(d.node, d.argument, ours.upstream, index),
            )


def same_terms(theirs: list[Term], ours: list[Term]) -> None:
    assert [[(f.label, f.sources) for f in t.factors] for t in theirs] == [
        [(f.label, f.sources) for f in t.factors] for t in ours
    ]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(
            [f.value for t in theirs for f in t.factors],
            [f.value for t in ours for f in t.factors],
            rtol=1e-12,
            atol=1e-13,
        )


@pytest.mark.parametrize("backend", BACKENDS)
@each(calls(edges=True))
def test_bound_to_its_shapes_an_op_gives_the_same_bits(call: Call, backend: Backend) -> None:
    result = evaluate(call, backend, "float32")
    node, xp = result.node, backend.xp
    values = tuple(child.value for child in node.inputs)
    with backend.quiet():
        again = call.op.bind(xp, values, node.attrs)(*values)
        assert backend.to_numpy(again).tobytes() == result.value.tobytes()
        for c, grad in zip(result.contributions, result.grads, strict=True):
            vjp = call.op.vjps[c.argument]
            bound = vjp.bind(xp, node.value, values, node.attrs)
            if bound is not None:
                read = [node.value if k == "out" else values[k] for k in vjp.pins(len(values))]
                found = backend.to_numpy(bound(result.upstream, *read))
                assert found.dtype == grad.dtype
                assert found.tobytes() == grad.tobytes()


@pytest.mark.parametrize("backend", BACKENDS)
@each(calls(edges=True))
def test_nothing_is_changed_in_place(call: Call, backend: Backend) -> None:
    result = evaluate(call, backend, "float32")
    assert backend.to_numpy(result.node.value).tobytes() == result.value.tobytes()
    for child, given in zip(result.node.inputs, call.sample.inputs, strict=True):
        before = host.asarray(given)
        before = before.astype("float32") if floating(given) else before
        assert backend.to_numpy(child.value).tobytes() == before.tobytes()


# -- the backend itself


@pytest.mark.parametrize("backend", BACKENDS)
def test_scatter_add(backend: Backend) -> None:
    array = backend.asarray([[1.0], [2.0]], "float32")
    index = backend.asarray([0, 0], "int64")
    result = backend.scatter_add(array, index, backend.asarray([[1.0], [5.0]], "float32"))
    assert backend.to_numpy(result).tolist() == [[7.0], [2.0]]
    assert backend.to_numpy(array).tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_repeated_indices_give_the_same_bits_each_time(backend: Backend) -> None:
    rng = np.random.default_rng(1)
    array = backend.asarray(rng.normal(size=(5, 3)).astype("float32"))
    index = backend.asarray(rng.integers(0, 5, 4000))
    values = backend.asarray(
        (rng.normal(size=(4000, 3)) * 10.0 ** rng.integers(-4, 4, (4000, 1))).astype("float32")
    )
    first, *others = (backend.to_numpy(backend.scatter_add(array, index, values)).tobytes() for _ in range(5))
    assert all(other == first for other in others)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "given",
    [
        np.arange(6.0, dtype="float32").reshape(2, 3)[:, ::-1],
        np.broadcast_to(np.float32(2.0), (2, 2)),
        np.arange(4, dtype="float32").reshape(2, 2).T,
        np.float32(3.0),
        np.zeros((0, 2), "float32"),
        np.array([True, False]),
        np.array([3, -1]),
    ],
    ids=["reversed", "read-only", "transposed", "scalar", "empty", "bool", "int64"],
)
def test_arrays_of_the_host_arrive_as_they_are(backend: Backend, given: Any) -> None:
    back = backend.to_numpy(backend.asarray(given))
    assert back.dtype == given.dtype
    assert back.tolist() == given.tolist()


@pytest.mark.parametrize("backend", BACKENDS)
def test_numbers_beyond_a_type_are_infinite(backend: Backend) -> None:
    assert backend.to_numpy(backend.asarray(1e60, "float32")) == np.inf
    assert backend.to_numpy(backend.asarray([-1e60], "float32")) == -np.inf


@pytest.mark.parametrize("backend", BACKENDS)
def test_which_arrays_are_finite(backend: Backend) -> None:
    given = [[1.0, 2.0], [np.nan], [np.inf, 1.0], [], 3.0]
    arrays = [backend.asarray(x, "float32") for x in given]
    flags = [backend.asarray([True]), backend.asarray([7], "int64")]
    assert backend.finite([*arrays, *flags]) == [True, False, False, True, True, True, True]
    assert backend.finite([]) == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_errors_of_the_library_are_our_refusals(backend: Backend) -> None:
    with use_backend(backend):
        a = chainrule.ones(2, 3)
        with pytest.raises(RuntimeError, match=r"matmul: shapes \(2, 3\) and \(2, 3\) cannot be multiplied"):
            a @ a
        with pytest.raises(RuntimeError, match=r"add: shapes \(2, 3\) and \(4,\) do not broadcast"):
            a + chainrule.ones(4)
        with pytest.raises(RuntimeError, match=r"Mismatch in shape: gradient has a shape of \[2\]"):
            chainrule.ones(2, requires_grad=True).sum().backward(chainrule.ones(2))


def test_a_device_that_is_not_there_is_refused_in_one_line() -> None:
    for device in ("cuda:99", "99", "abacus", "meta", "cpu:1", "", "cuda:", "CUDA"):
        with pytest.raises(
            Unavailable, match=rf"^PyTorch 2\.13\S*.* has no device '{device}': there is cpu"
        ) as caught:
            get_backend("torch", device)
        assert "\n" not in str(caught.value)


def test_a_backend_is_made_once() -> None:
    assert get_backend("torch") is get_backend("torch", "cpu") is TORCH
    assert (TORCH.place, TORCH.far) == ("cpu", False)


@pytest.mark.parametrize("backend", BACKENDS)
def test_training(backend: Backend) -> None:
    with use_backend(backend):
        w = chainrule.tensor([2.0], requires_grad=True)
        optimizer = chainrule.optim.Adam([w], lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            ((w * 3.0 - 10.0) ** 2).backward()
            optimizer.step()
    assert w.item() == pytest.approx(2.2997, abs=1e-3)
    assert type(w.node.value) is backend.array_type

"""Generated from the registry: an op cannot be added without all of this."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import chainrule
from chainrule.engine.backend import Backend, get_backend, host
from chainrule.engine.backward import contribution_terms, convention, local_derivative, value_terms
from chainrule.engine.gradcheck import check
from chainrule.engine.op import (
    ARGUMENTS,
    FIXED,
    NO_ATTRS,
    OPS,
    Op,
    Repeated,
    Sample,
    Vjp,
    Writer,
    elementwise,
    primitive,
    unbroadcast,
)
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor, leaf
from support.calls import NAMES, Call, calls, each, evaluate, floating, leaves, passes

REFERENCE = json.loads((Path(__file__).parent / "reference" / "ops.json").read_text())

BACKENDS = [
    pytest.param(get_backend(), id="numpy"),
    pytest.param(get_backend("array-api-strict", "device1"), id="strict"),
]


@each(call for call in calls() if call.op.differentiable)
def test_vjps_match_central_differences(call: Call) -> None:
    free = [k for k in range(len(call.sample.inputs)) if passes(call.op, k)]
    fixed = leaves(call, get_backend(), "float64")

    def f(*x: Tensor) -> Tensor:
        given = dict(zip(free, x, strict=True))
        nodes = tuple(given[k].node if k in given else node for k, node in enumerate(fixed))
        return Tensor(apply(call.op, nodes, call.sample.attrs))

    result = check(f, [call.sample.inputs[k] for k in free])
    assert not result.kink, "a smooth sample stands on a kink"
    assert result.passed, f"{call.op.name}: relative error {result.max_relative_error:.1e}"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each(calls(edges=True))
def test_agrees_with_pytorchs_reference_values(call: Call, dtype: str, backend: Backend) -> None:
    entry = REFERENCE["calls"].get(f"{call.name}-{dtype}")
    assert entry is not None, "run scripts/make_reference.py: this call has no reference value"
    result = evaluate(call, backend, dtype)
    tolerance = 2e-6 if "float32" in (dtype, call.sample.attrs.get("dtype")) else 1e-13
    assert str(result.value.dtype) == entry["dtype"]
    close(result.value, entry["value"], tolerance)
    assert len(result.grads) == len(entry["grads"])
    for grad, expected in zip(result.grads, entry["grads"], strict=True):
        assert str(grad.dtype) == dtype
        close(grad, expected, tolerance)


def close(actual: Any, expected: Any, tolerance: float) -> None:
    wanted = host.array(expected, dtype=host.float64)
    assert actual.shape == wanted.shape
    host.testing.assert_allclose(actual.astype(host.float64), wanted, rtol=tolerance, atol=tolerance)


def test_the_reference_holds_no_calls_that_are_gone() -> None:
    names = {f"{call.name}-{dtype}" for call in calls(edges=True) for dtype in ("float32", "float64")}
    assert set(REFERENCE["calls"]) == names
    assert REFERENCE["torch"].startswith("2.13.")


@pytest.mark.parametrize("backend", BACKENDS)
@each(calls(edges=True))
def test_terms_sum_to_every_element_of_value_and_contributions(call: Call, backend: Backend) -> None:
    result = evaluate(call, backend)
    for index in indices(result.value.shape):
        total_is(value_terms(result.node, index), result.value[index])
    for c, grad in zip(result.contributions, result.grads, strict=True):
        for index in indices(grad.shape):
            total_is(contribution_terms(c.node, c.argument, result.upstream, index), grad[index])


def indices(shape: tuple[int, ...]) -> Any:
    return product(*(range(size) for size in shape))


def total_is(terms: list[Any], expected: float) -> None:
    with host.errstate(all="ignore"):
        total = host.float64(0.0)
        for term in terms:
            total = total + term.value
    assert total == pytest.approx(float(expected), rel=1e-6, abs=1e-12, nan_ok=True)


@each(calls(edges=True))
def test_factors_of_one_source_that_is_read_as_it_is_are_that_element(call: Call) -> None:
    result = evaluate(call, get_backend())
    arrays = {k: child.value for k, child in enumerate(result.node.inputs)}
    for c, grad in zip(result.contributions, result.grads, strict=True):
        for index in indices(grad.shape):
            for term in contribution_terms(c.node, c.argument, result.upstream, index):
                for factor in term.factors:
                    if factor.label not in (*ARGUMENTS[: len(arrays)], "g"):
                        continue
                    assert factor.source is not None
                    of, place = factor.source
                    array = result.upstream if of == "upstream" else arrays[of]  # type: ignore[index]
                    assert factor.value == pytest.approx(float(array[place]), nan_ok=True)
    for index in indices(result.value.shape):
        for term in value_terms(result.node, index):
            for factor in term.factors:
                if factor.label in ARGUMENTS[: len(arrays)]:
                    assert factor.source is not None
                    of, place = factor.source
                    assert factor.label == ARGUMENTS[int(of)]
                    assert factor.value == pytest.approx(float(arrays[int(of)][place]), nan_ok=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each(calls(edges=True))
def test_upstream_times_local_is_the_contribution_to_the_last_digit(call: Call, dtype: str) -> None:
    result = evaluate(call, get_backend(), dtype)
    for c in result.contributions:
        form = call.op.vjps[c.argument].form
        local = local_derivative(c.node, c.argument)
        if form not in ("elementwise", "routing") or local is None:
            assert local is None or form == "spread"
            continue
        assert local.shape == result.value.shape
        assert local.dtype == result.value.dtype
        with host.errstate(all="ignore"):
            product_ = unbroadcast(host, result.upstream * local, c.value.shape)
        finite = host.isfinite(product_)
        assert (product_ == c.value)[finite].all()


@each(calls(edges=True))
def test_backends_agree_to_the_last_digit(call: Call) -> None:
    ours = evaluate(call, get_backend())
    strict = evaluate(call, get_backend("array-api-strict", "device1"))
    host.testing.assert_array_equal(ours.value, strict.value)
    for a, b in zip(ours.grads, strict.grads, strict=True):
        host.testing.assert_array_equal(a, b)
    assert all(str(c.value.device) == "array_api_strict.Device('device1')" for c in strict.contributions)


@each(calls(edges=True))
def test_nothing_is_changed_in_place(call: Call) -> None:
    backend = get_backend()
    g = host.ones_like(evaluate(call, backend).value)
    g.flags.writeable = False
    inputs = leaves(call, backend, "float64")
    for leaf_ in inputs:
        leaf_.value.flags.writeable = False
    node = apply(call.op, inputs, call.sample.attrs)
    node.value.flags.writeable = False
    for k in range(len(inputs)):
        if passes(call.op, k):
            with backend.quiet():
                call.op.vjps[k].apply(host, g, node.value, [n.value for n in inputs], node.attrs)
            local_derivative(node, k)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each(calls(edges=True))
def test_bound_to_its_shapes_an_op_gives_the_same_bits(call: Call, dtype: str) -> None:
    result = evaluate(call, get_backend(), dtype)
    node = result.node
    values = tuple(child.value for child in node.inputs)
    bound_gives(call.op.bind(host, values, node.attrs), values, node.value)
    for c in result.contributions:
        vjp = call.op.vjps[c.argument]
        bound = vjp.bind(host, node.value, values, node.attrs)
        if bound is not None:
            read = [node.value if k == "out" else values[k] for k in vjp.reads]
            bound_gives(bound, (result.upstream, *read), c.value)


def bound_gives(bound: Any, arrays: tuple[Any, ...], expected: Any) -> None:
    """By itself, and where it is given its memory: there as often as it is run, whatever stood there before."""
    with host.errstate(all="ignore"):
        same_bits(host.asarray(bound(*arrays)), expected)
    if not isinstance(bound, Writer) or not all(a.flags.c_contiguous for a in (*arrays, expected)):
        return
    for writeable in (True, False):
        given = [host.array(array) for array in arrays]
        for array in given:
            array.flags.writeable = writeable
        out = host.full(expected.shape, 7.0, expected.dtype)
        with host.errstate(all="ignore"):
            calls = bound.into(out, *given)
            for _ in range(2):
                for one in calls:
                    one()
                same_bits(out, expected)
                if writeable:
                    # The arrays hold other numbers in between, and then these again.
                    for array in given:
                        array[...] = 0.25
                    for one in calls:
                        one()
                    for array, again in zip(given, arrays, strict=True):
                        array[...] = again
    if bound.slope is not None:
        g, array = arrays
        with host.errstate(all="ignore"):
            for one in bound.slope(out, array):
                one()
            same_bits(host.asarray(g * out), expected)


def test_some_ops_write_into_memory_that_they_are_given() -> None:
    call = next(call for call in calls() if call.op.name == "linear")
    node = evaluate(call, get_backend()).node
    values = tuple(child.value for child in node.inputs)
    assert isinstance(call.op.bind(host, values, node.attrs), Writer)


def same_bits(actual: Any, expected: Any) -> None:
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    assert actual.tobytes() == expected.tobytes()


@each(calls())
def test_the_python_expression_computes_the_same(call: Call) -> None:
    names = NAMES[: len(call.sample.inputs)]
    tensors = {
        name: chainrule.tensor(x, dtype=chainrule.float64 if floating(x) else None)
        for name, x in zip(names, call.sample.inputs, strict=True)
    }
    text = call.op.call(names, call.sample.attrs)
    value = eval(text, {"torch": chainrule, **tensors})
    host.testing.assert_array_equal(value.numpy(), evaluate(call, get_backend()).value)


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in OPS.values()])
def test_records_are_complete(op: Op) -> None:
    assert op.glyph
    assert op.torch
    assert re.fullmatch(r"z = .+", op.formula)
    assert op.samples
    if not isinstance(op.vjps, Repeated):
        for sample in op.samples:
            assert len(op.vjps) - op.optional <= len(sample.inputs) <= len(op.vjps)
    shown = [op.vjps[k] for k in range(len(op.vjps))]
    for text in (op.formula, *(vjp.formula for vjp in shown)):
        assert text.count("{") == text.count("}")
        assert not re.search(r"[\x00-\x1f]", text), "an escape that was meant as LaTeX"
    for vjp in shown:
        assert (vjp.convention is None) == (vjp.at_kink is None)
        if not isinstance(op.vjps, Repeated):
            assert all(read == "out" or read < len(op.vjps) for read in vjp.reads)
        if vjp.form == "routing" and vjp.local is not None and FIXED not in op.vjps:
            assert vjp.convention, "a mask has a tie or a kink, unless another argument is the mask"


@pytest.mark.parametrize(
    ("name", "inputs", "argument", "code"),
    [
        ("relu", (0.0,), 0, "relu_zero"),
        ("abs", (0.0,), 0, "abs_zero"),
        ("sqrt", (0.0,), 0, "sqrt_zero"),
        ("maximum", (1.5, 1.5), 0, "max_tie"),
        ("maximum", (1.5, 1.5), 1, "max_tie"),
        ("minimum", (1.5, 1.5), 1, "min_tie"),
        ("pow", (0.0, 0.0), 0, "pow_exponent_zero"),
        ("pow", (0.0, 2.0), 1, "pow_base_zero"),
        ("relu", (0.1,), 0, None),
        ("maximum", (1.5, 1.0), 0, None),
        ("mul", (0.0, 0.0), 0, None),
        ("pow", (0.0, 2.0), 0, None),
    ],
)
def test_conventions_are_named_where_they_decide(
    name: str, inputs: tuple[float, ...], argument: int, code: str | None
) -> None:
    node = apply(OPS[name], tuple(leaf(x, requires_grad=True).node for x in inputs))
    assert convention(node, argument) == code


def test_a_stopped_gradient_shows_no_product_with_nan() -> None:
    node = apply(OPS["relu"], (leaf(-1.0, requires_grad=True).node,))
    terms = contribution_terms(node, 0, host.float32("nan"))
    assert [factor.value for factor in terms[0].factors] == [0.0]


WRONG: list[tuple[str, Vjp]] = [
    ("a wrong factor", elementwise(0, lambda xp, out, x, attrs: 2.001 * x[1], "b", reads=(1,))),
    ("the wrong argument", elementwise(0, lambda xp, out, x, attrs: x[0], "b", reads=(0,))),
    ("a wrong sign", elementwise(0, lambda xp, out, x, attrs: -x[1], "b", reads=(1,))),
    ("a constant", elementwise(0, 1.0, "b")),
]


@pytest.mark.parametrize("planted", [pytest.param(vjp, id=name) for name, vjp in WRONG])
def test_the_numeric_check_finds_a_planted_wrong_vjp(planted: Vjp) -> None:
    right = OPS["mul"]
    wrong = Op(
        "wrong",
        right.forward,
        glyph="×",
        formula=right.formula,
        vjps=(planted, right.vjps[1]),
        torch="mul",
        python="{0} * {1}",
        samples=right.samples,
    )
    for sample in right.samples:
        result = check(lambda a, b: Tensor(apply(wrong, (a.node, b.node))), sample.inputs)
        assert not result.passed
        assert check(lambda a, b: a * b, sample.inputs).passed


def test_an_op_is_registered_once() -> None:
    with pytest.raises(ValueError, match="an op named 'add' exists already"):
        primitive("add")(lambda xp, inputs, attrs: inputs[0])
    assert all(op.name == name for name, op in OPS.items())


def test_the_issue_of_ops_is_there() -> None:
    wanted = (
        "add sub mul div neg pow exp log sqrt abs sin cos tanh sigmoid relu maximum minimum sum mean matmul"
    )
    assert [name for name in wanted.split() if name not in OPS] == []
    assert Sample((1.0,)).attrs is NO_ATTRS

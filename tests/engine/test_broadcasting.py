"""Random shapes: what broadcasting copies forwards is summed backwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from chainrule.engine.backend import get_backend
from chainrule.engine.backward import backward, contribution_terms, value_terms
from chainrule.engine.gradcheck import relative_error
from chainrule.engine.op import NO_ATTRS, OPS, Op
from chainrule.engine.tape import Node, apply, use_backend
from chainrule.engine.tensor import leaf
from chainrule.engine.terms import broadcast_index, positions

STRICT = get_backend("array-api-strict", "device1")
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "atan2": np.arctan2,
    "logaddexp": np.logaddexp,
    "remainder": np.remainder,
    "fmod": np.fmod,
}
PAIRS = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)
PRODUCTS = hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=3)


NO_BROADCASTING = {
    "matmul",
    "mse_loss",
    "l1_loss",
    "huber_loss",
    "smooth_l1_loss",
    "binary_cross_entropy",
    "dropout",
    "embedding",
    "gather",
    "index_select",
    "masked_fill",
}
"""Ops of two arguments that do not work element by element."""


def test_all_ops_of_two_arguments_are_here() -> None:
    assert {*BINARY, *NO_BROADCASTING} == {
        name for name, op in OPS.items() if len(op.vjps) == 2 and op.differentiable
    }


def drawn(seed: int, shape: tuple[int, ...]) -> Any:
    return np.random.default_rng(seed).uniform(0.5, 2.0, shape)


def grads_of(op: Op, arrays: list[Any], attrs: Any = NO_ATTRS) -> tuple[Node, list[Any], Any]:
    nodes = tuple(leaf(x, requires_grad=True).node for x in arrays)
    node = apply(op, nodes, attrs)
    g = drawn(99, node.value.shape)
    return node, [c.value for c in list(backward(node, node.backend.asarray(g)))[1:]], g


@pytest.mark.parametrize("name", BINARY)
@given(shapes=PAIRS, seed=st.integers(0, 2**32 - 1))
def test_elementwise(name: str, shapes: hnp.BroadcastableShapes, seed: int) -> None:
    arrays = [drawn(seed + k, shape) for k, shape in enumerate(shapes.input_shapes)]
    node, grads, g = grads_of(OPS[name], arrays)
    assert node.value.shape == shapes.result_shape
    np.testing.assert_array_equal(node.value, BINARY[name](*arrays))
    # The same op on copies made by hand, whose gradients are then summed by hand.
    _, full, _ = grads_of(OPS[name], [np.array(np.broadcast_to(x, shapes.result_shape)) for x in arrays])
    for grad, array, whole in zip(grads, arrays, full, strict=True):
        assert grad.shape == array.shape
        expected = np.zeros(array.shape)
        for place in np.ndindex(shapes.result_shape):
            expected[broadcast_index(place, array.shape)] += whole[place]
        np.testing.assert_allclose(grad, expected, rtol=1e-12)
    terms_hold(node, grads, g)


def terms_hold(node: Node, grads: list[Any], g: Any) -> None:
    for index in np.ndindex(node.value.shape):
        assert sum(t.value for t in value_terms(node, index)) == pytest.approx(node.value[index], rel=1e-9)
    for argument, grad in enumerate(grads):
        for index in np.ndindex(grad.shape):
            terms = contribution_terms(node, argument, g, index)
            assert sum(t.value for t in terms) == pytest.approx(grad[index], rel=1e-9)


@given(shapes=PRODUCTS, seed=st.integers(0, 2**32 - 1))
def test_matmul(shapes: hnp.BroadcastableShapes, seed: int) -> None:
    a, b = (drawn(seed + k, shape) for k, shape in enumerate(shapes.input_shapes))
    op = OPS["matmul"]
    node, grads, g = grads_of(op, [a, b])
    assert node.value.shape == shapes.result_shape
    np.testing.assert_allclose(node.value, np.matmul(a, b), rtol=1e-12)
    terms_hold(node, grads, g)
    # Linear in each argument: ⟨g, (a + da) b − a b⟩ = ⟨grad, da⟩ exactly, but for rounding.
    for k, (x, grad) in enumerate(zip((a, b), grads, strict=True)):
        assert grad.shape == x.shape
        change = drawn(seed + 7, x.shape)
        moved = np.matmul(change, b) if k == 0 else np.matmul(a, change)
        assert relative_error((g * moved).sum(), (grad * change).sum()) < 1e-9
    with use_backend(STRICT):
        strict, strict_grads, _ = grads_of(op, [STRICT.asarray(a), STRICT.asarray(b)])
    np.testing.assert_allclose(STRICT.to_numpy(strict.value), node.value, rtol=1e-12)
    for ours, theirs in zip(grads, strict_grads, strict=True):
        np.testing.assert_allclose(STRICT.to_numpy(theirs), ours, rtol=1e-12)


@pytest.mark.parametrize("name", ["sum", "mean"])
@given(data=st.data(), shape=hnp.array_shapes(min_dims=0, max_dims=4, max_side=3), keepdims=st.booleans())
def test_reductions(name: str, data: st.DataObject, shape: tuple[int, ...], keepdims: bool) -> None:
    axes = st.lists(st.sampled_from(range(len(shape))), min_size=1, unique=True) if shape else st.nothing()
    axis = data.draw(st.none() | axes.map(lambda chosen: tuple(sorted(chosen))))
    array = drawn(5, shape)
    node, grads, g = grads_of(OPS[name], [array], {"axis": axis, "keepdims": keepdims})
    np.testing.assert_array_equal(node.value, getattr(np, name)(array, axis=axis, keepdims=keepdims))
    assert grads[0].shape == shape
    assert grads[0].flags.writeable
    terms_hold(node, grads, g)


@given(shapes=PAIRS)
def test_positions_are_the_inverse_of_broadcasting(shapes: hnp.BroadcastableShapes) -> None:
    out = shapes.result_shape
    for shape in shapes.input_shapes:
        for index in np.ndindex(shape):
            assert list(positions(index, shape, out)) == [
                place for place in np.ndindex(out) if broadcast_index(place, shape) == index
            ]


@pytest.mark.parametrize(
    ("op", "shapes", "message"),
    [
        ("add", ((2, 3), (4,)), r"shapes \(2, 3\) and \(4,\) do not broadcast.*\(3\).*\(4\).*dimension 1"),
        ("mul", ((2,), (3,)), r"tensor a \(2\) must match the size of tensor b \(3\).* dimension 0"),
        (
            "matmul",
            ((2, 3), (4,)),
            r"shapes \(2, 3\) and \(4,\) cannot be multiplied: 3 columns against 4 rows",
        ),
        ("matmul", ((2, 3), (2, 2)), r"3 columns against 2 rows"),
        ("matmul", ((), (2,)), r"at least 1 dimension, but their shapes are \(\) and \(2,\)"),
        ("matmul", ((2, 2, 3), (3, 3, 1)), r"stacks of matrices of shapes .* do not broadcast"),
    ],
)
@pytest.mark.parametrize("backend", [get_backend(), STRICT], ids=["numpy", "strict"])
def test_shapes_that_do_not_fit_are_named(
    backend: Any, op: str, shapes: tuple[tuple[int, ...], ...], message: str
) -> None:
    with use_backend(backend):
        nodes = tuple(leaf(np.ones(shape)).node for shape in shapes)
        with pytest.raises(RuntimeError, match=message):
            apply(OPS[op], nodes)

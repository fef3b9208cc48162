"""Convolution and pooling of any shape, on both ways of computing them, against PyTorch's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from chainrule.engine.backend import get_backend
from chainrule.engine.tape import use_backend
from chainrule.engine.windows import windows_of
from support.examples import examples

BACKENDS = [get_backend(), get_backend("array-api-strict", "device1")]
KINDS = st.sampled_from(["float32", "float64"])
SMALL = st.integers(1, 3)
PAIRS = st.tuples(SMALL, SMALL)


def one(library: Any, name: str, arrays: list[Any], attrs: dict[str, Any], g: Any = None) -> Any:
    """Value and gradients, or the error."""
    leaves = [library.tensor(array, requires_grad=True) for array in arrays]
    try:
        value = getattr(library.nn.functional, name)(*leaves, **attrs)
    except RuntimeError as error:
        return error
    value.backward(
        library.tensor(np.ones(tuple(value.shape), arrays[0].dtype) if g is None else g(value.shape))
    )
    return [value.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


def agree(name: str, arrays: list[Any], attrs: dict[str, Any]) -> None:
    """The same numbers, or both refuse."""

    def g(shape: Any) -> Any:
        return np.random.default_rng(1).standard_normal(tuple(shape)).astype(arrays[0].dtype)

    with warnings.catch_warnings():
        # padding="same" with an even kernel pads on one side only, which PyTorch does by a copy and says so.
        warnings.filterwarnings("ignore", "Using padding='same'")
        theirs = one(torch, name, arrays, attrs, g)
    for backend in BACKENDS:
        with use_backend(backend):
            ours = one(chainrule, name, arrays, attrs, g)
        if isinstance(theirs, Exception) or isinstance(ours, Exception):
            assert isinstance(theirs, Exception), (ours, attrs)
            assert isinstance(ours, Exception), (theirs, attrs)
            continue
        tolerance = 1e-5 if arrays[0].dtype == np.float32 else 1e-10
        for actual, expected in zip(ours, theirs, strict=True):
            assert actual.shape == expected.shape
            assert actual.dtype == expected.dtype
            size = np.abs(expected).max(initial=1.0)
            np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * size)


def images(draw: Any, channels: int, low: int = 0) -> tuple[int, ...]:
    batch = draw(st.sampled_from([(), (1,), (2,), (3,), (0,)] if not low else [(), (1,), (3,)]))
    return (*batch, channels, draw(st.integers(1, 8)), draw(st.integers(1, 8)))


def numbers(draw: Any, shape: tuple[int, ...], kind: str, ties: bool = False) -> Any:
    array = np.random.default_rng(draw(st.integers(0, 9))).standard_normal(shape)
    return (np.round(array * 2) / 2 if ties else array).astype(kind)


@given(st.data())
@examples(150)
def test_conv2d(data: st.DataObject) -> None:
    draw = data.draw
    kind, groups, kernel = draw(KINDS), draw(SMALL), draw(PAIRS)
    own, outputs = draw(st.integers(1, 2)), groups * draw(SMALL)
    x = numbers(draw, images(draw, own * groups), kind)
    w = numbers(draw, (outputs, own, *kernel), kind)
    arrays = [x, w, numbers(draw, (outputs,), kind)][: draw(st.integers(2, 3))]
    padding = draw(
        st.one_of(st.integers(0, 2), st.tuples(st.integers(0, 3), st.integers(0, 3)), st.just("valid"))
    )
    attrs = {"stride": draw(PAIRS), "padding": padding, "dilation": draw(PAIRS), "groups": groups}
    if draw(st.booleans()):
        attrs |= {"padding": "same", "stride": 1}
    agree("conv2d", arrays, attrs)


@given(st.data())
@examples(60)
def test_conv1d(data: st.DataObject) -> None:
    draw = data.draw
    kind, groups = draw(KINDS), draw(st.integers(1, 2))
    shape = (*draw(st.sampled_from([(), (2,)])), 2 * groups, draw(st.integers(1, 9)))
    arrays = [numbers(draw, shape, kind), numbers(draw, (groups, 2, draw(SMALL)), kind)]
    padding = draw(st.sampled_from([0, 1, 2, "same", "valid"]))
    stride = 1 if padding == "same" else draw(SMALL)
    agree("conv1d", arrays, {"stride": stride, "padding": padding, "dilation": draw(SMALL), "groups": groups})


@given(st.data())
@examples(150)
def test_max_pool2d_with_ties(data: st.DataObject) -> None:
    draw = data.draw
    kernel = draw(PAIRS)
    attrs: dict[str, Any] = {
        "kernel_size": kernel,
        "stride": draw(st.one_of(st.none(), PAIRS)),
        "padding": (draw(st.integers(0, kernel[0] // 2)), draw(st.integers(0, kernel[1] // 2))),
        "dilation": draw(PAIRS),
        "ceil_mode": draw(st.booleans()),
    }
    x = numbers(draw, images(draw, draw(SMALL), low=1), draw(KINDS), ties=True)
    for axis in windows_of(x.shape, kernel, attrs | {"stride": attrs["stride"] or kernel}):
        if not all(axis.cells(o) for o in range(axis.count)):
            return  # a window of padding alone: PyTorch writes beyond its arrays
    agree("max_pool2d", [x], attrs)


@given(st.data())
@examples(100)
def test_avg_pool2d(data: st.DataObject) -> None:
    draw = data.draw
    kernel = draw(PAIRS)
    attrs = {
        "kernel_size": kernel,
        "stride": draw(st.one_of(st.none(), PAIRS)),
        "padding": (draw(st.integers(0, kernel[0] // 2)), draw(st.integers(0, kernel[1] // 2))),
        "ceil_mode": draw(st.booleans()),
        "count_include_pad": draw(st.booleans()),
        "divisor_override": draw(st.sampled_from([None, None, 3])),
    }
    agree("avg_pool2d", [numbers(draw, images(draw, 2, low=1), draw(KINDS))], attrs)


@pytest.mark.parametrize("size", [1, (1, 1), (2, 3), (None, 3), (4, None)])
def test_adaptive_avg_pool2d(size: Any) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 6))
    agree("adaptive_avg_pool2d", [x], {"output_size": size})


@pytest.mark.parametrize("shape", [(8, 6, 20, 20), (1, 3, 33, 17), (32, 1, 28, 28)])
def test_networks_of_ordinary_size(shape: tuple[int, ...]) -> None:
    """Sizes at which the quick ways are taken: conv, relu, pooling, twice."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.standard_normal(shape).astype("float32"),
        *(
            rng.standard_normal(s).astype("float32") / 4
            for s in ((8, shape[1], 5, 5), (8,), (4, 8, 3, 3), (4,))
        ),
    ]

    def loss(library: Any) -> Any:
        leaves = [library.tensor(array, requires_grad=True) for array in arrays]
        x, w1, b1, w2, b2 = leaves
        f = library.nn.functional
        h = f.max_pool2d(library.relu(f.conv2d(x, w1, b1, padding=2)), 2)
        h = f.avg_pool2d(library.relu(f.conv2d(h, w2, b2, stride=(1, 2))), 2)
        (h * h).sum().backward()
        return [h.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]

    for ours, theirs in zip(loss(chainrule), loss(torch), strict=True):
        assert np.abs(ours - theirs).max() <= 1e-5 * np.abs(theirs).max()

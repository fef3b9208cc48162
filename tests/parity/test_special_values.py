"""NaN and infinity in random graphs of ops of any shape, run here and by PyTorch."""

from __future__ import annotations

from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from chainrule.engine.backward import backward
from chainrule.engine.op import FIXED, OPS, Op
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import Tensor, leaf
from support.examples import examples

SHAPES: list[tuple[int, ...]] = [(), (1,), (3,), (2, 3), (2, 1), (3, 2)]
SPECIAL = st.sampled_from([0.0, 1.0, -1.0, 2.0, float("nan"), float("inf"), float("-inf")])
NUMBERS = [2.0, 2.5, -1.0, 3, 0]
"""Not ½: PyTorch takes a square root for that exponent, whose slopes at −0 and −∞ are −∞ and NaN. IEEE 754's power
gives ∞ and 0, and so does PyTorch where the exponent is a tensor."""
WITH_NUMBERS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}


ANY_SHAPE = [
    op
    for op in OPS.values()
    if op.name in ("sum", "mean", "reshape", "permute")
    or (len(op.vjps) <= 2 and FIXED not in list(islice(op.vjps, 2)) and not any(s.attrs for s in op.samples))
]
"""Ops of one or two arguments of any shape that broadcasts; attributes of the others are none of a graph's business."""


class Step(NamedTuple):
    """An op on earlier values, the second of which may be a plain number."""

    op: Op
    first: int
    second: int | None
    number: float | None
    attrs: dict[str, Any]


@st.composite
def programs(draw: st.DrawFn, elements: st.SearchStrategy[float]) -> tuple[list[Any], list[Step]]:
    """Leaves and steps, such that the shapes fit."""
    arrays = []
    for shape in draw(st.lists(st.sampled_from(SHAPES), min_size=2, max_size=4)):
        count = int(np.prod(shape, dtype=int))
        arrays.append(np.array(draw(st.lists(elements, min_size=count, max_size=count))).reshape(shape))
    shapes = [array.shape for array in arrays]
    steps = []
    for _ in range(draw(st.integers(1, 12))):
        op = draw(st.sampled_from(ANY_SHAPE))
        first = draw(st.integers(0, len(shapes) - 1))
        rank = len(shapes[first])
        attrs: dict[str, Any] = {}
        second = number = None
        if op.name in ("sum", "mean"):
            axes = [None, *((axis,) for axis in range(rank))]
            attrs = {"axis": draw(st.sampled_from(axes)), "keepdims": draw(st.booleans())}
        elif op.name == "reshape":
            attrs = {"shape": (int(np.prod(shapes[first], dtype=int)),)}
        elif op.name == "permute":
            attrs = {"dims": tuple(draw(st.permutations(range(rank))))}
        elif len(op.vjps) == 2:
            others = [
                k for k, shape in enumerate(shapes) if result_shape(op, [shapes[first], shape]) is not None
            ]
            if op.name in WITH_NUMBERS and (not others or draw(st.booleans())):
                number = draw(st.sampled_from(NUMBERS))
            elif others:
                second = draw(st.sampled_from(others))
            else:
                continue
        used = [shapes[first], *([()] if number is not None else [] if second is None else [shapes[second]])]
        shape_ = result_shape(op, used, attrs)
        assert shape_ is not None
        shapes.append(shape_)
        steps.append(Step(op, first, second, number, attrs))
    return arrays, steps


def result_shape(
    op: Op, shapes: list[tuple[int, ...]], attrs: dict[str, Any] | None = None
) -> tuple[int, ...] | None:
    try:
        return np.shape(op.forward(np, [np.ones(shape) for shape in shapes], attrs or {}))
    except ValueError:
        return None


def on_both(arrays: list[Any], steps: list[Step], tolerance: float) -> None:
    """Compare every value, then the gradient of every leaf.

    Each of PyTorch's values is replaced by ours once they were found to agree, so that both stand on the same side of
    every kink, and rounding is not amplified from op to op.
    """
    with Tape():
        ours = [leaf(x, requires_grad=True) for x in arrays]
        inputs = list(ours)
        theirs = [torch.tensor(x, requires_grad=True) for x in arrays]
        leaves = list(theirs)
        for op, first, second, number, attrs in steps:
            names = {"x": ours[first]}
            names_there = {"x": theirs[first]}
            if number is not None:
                text = f"x {WITH_NUMBERS[op.name]} {number!r}"
            else:
                text = op.call(("x", "y")[: len(op.vjps)], attrs)
                if second is not None:
                    names["y"], names_there["y"] = ours[second], theirs[second]
            value = eval(text, {"torch": chainrule, **names})
            expected = eval(text, {"torch": torch, **names_there})
            there = expected.detach().numpy()
            np.testing.assert_allclose(value.node.value, there, rtol=tolerance, atol=1e-300, err_msg=text)
            assert value.node.op is op
            expected.data = torch.from_numpy(value.node.value.copy())
            ours.append(value)
            theirs.append(expected)
        loss = sum_of_all(ours[len(inputs) :])
    sum_there(theirs[len(leaves) :]).backward()
    grads = {c.target: c.total for c in backward(loss.node)}
    for x, y in zip(inputs, leaves, strict=True):
        grad = grads.get(x.node)
        if y.grad is None:
            assert grad is None
            continue
        assert grad is not None
        there = y.grad.numpy()
        assert grad.shape == there.shape
        finite = np.isfinite(there)
        np.testing.assert_array_equal(np.isnan(grad), np.isnan(there))
        np.testing.assert_array_equal(grad[~finite], there[~finite])
        # Terms of both signs may cancel: measured against the largest, not against what is left of them.
        scale = max(1.0, max((abs(c[np.isfinite(c)]).max(initial=0.0) for c in grads.values()), default=1.0))
        np.testing.assert_allclose(grad[finite], there[finite], rtol=1e-9, atol=1e-12 * scale)


def sum_of_all(values: list[Tensor]) -> Tensor:
    total = values[0].sum()
    for value in values[1:]:
        total = total + value.sum()
    return total


def sum_there(values: list[Any]) -> Any:
    total = values[0].sum()
    for value in values[1:]:
        total = total + value.sum()
    return total


@examples(400)
@given(programs(SPECIAL))
def test_not_a_number_and_infinity_spread_as_in_pytorch(program: tuple[list[Any], list[Step]]) -> None:
    arrays, steps = program
    if steps:
        on_both(arrays, steps, tolerance=1e-12)

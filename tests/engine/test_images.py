"""Convolution and pooling beyond the samples of their records."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

import chainrule
from chainrule.engine.backend import get_backend, host
from chainrule.engine.backward import backward, contribution_terms, convention, gradients, value_terms
from chainrule.engine.plan import Plan
from chainrule.engine.tape import Node, Tape
from chainrule.engine.tensor import Tensor
from chainrule.engine.windows import Axis, windows_of

F = chainrule.nn.functional
NUMPY = get_backend()


def axis(size: int, kernel: int, stride: int, dilation: int, padding: int, ceil: bool) -> Axis:
    attrs = {
        "stride": (stride, 1),
        "dilation": (dilation, 1),
        "padding": (padding, 0),
        "ceil_mode": ceil,
    }
    return windows_of((size, 1), (kernel, 1), attrs).rows


def test_spans_and_places_say_the_same() -> None:
    cases = product(range(1, 8), range(1, 4), range(1, 4), (1, 2), (0, 1, 2), (False, True))
    for size, kernel, stride, dilation, padding, ceil in cases:
        rows = axis(size, kernel, stride, dilation, padding, ceil)
        if rows.count < 1:
            continue
        cells = [(o, k, rows.place(o, k)) for o in range(rows.count) for k in range(kernel)]
        for k, (windows, places) in enumerate(rows.spans):
            pairs = zip(range(rows.count)[windows], range(size)[places], strict=True)
            assert list(pairs) == [(o, place) for o, cell, place in cells if cell == k and place is not None]
        for place in range(size):
            assert rows.over(place) == [(o, k) for o, k, at in cells if at == place]
        assert rows.inside == all(place is not None for _, _, place in cells)
        assert not rows.apart or all(len(rows.over(place)) <= 1 for place in range(size))


def laid_out(array: Any, order: tuple[int, ...]) -> Any:
    """The same array with its axes in another order in memory."""
    back = tuple(order.index(k) for k in range(array.ndim))
    return host.ascontiguousarray(array.transpose(order)).transpose(back)


def test_the_order_in_memory_changes_no_bit() -> None:
    rng = host.random.default_rng(0)
    x = rng.standard_normal((3, 2, 9, 8)).astype("float32")
    w, b = rng.standard_normal((4, 2, 3, 3)).astype("float32"), rng.standard_normal(4).astype("float32")
    g = rng.standard_normal((3, 4, 5, 4)).astype("float32")
    found = []
    for order in ((0, 1, 2, 3), (2, 1, 3, 0), (0, 2, 3, 1)):
        leaves = [Node(array, NUMPY, True, kind="parameter") for array in (laid_out(x, order), w, b)]
        image, kernels, bias = (Tensor(node) for node in leaves)
        value = F.max_pool2d(F.conv2d(image, kernels, bias, padding=1), 2, ceil_mode=True)
        grads = gradients(value.node, laid_out(g, order), False)
        averages = F.avg_pool2d(image, 3, 2, 1)
        found.append([value.node.value, averages.node.value, *(grads[leaf] for leaf in leaves)])
    for others in found[1:]:
        for ours, first in zip(others, found[0], strict=True):
            assert ours.tobytes() == first.tobytes()


def network(x: Tensor, w: Tensor, b: Tensor, v: Tensor) -> Tensor:
    h = F.max_pool2d(chainrule.relu(F.conv2d(x, w, b, padding=2)), 2)
    h = F.avg_pool2d(chainrule.relu(F.conv2d(h, v, stride=2, groups=2)), 2, 1)
    return (h * h).mean()


def parameters(seed: int) -> list[Tensor]:
    rng = host.random.default_rng(seed)
    shapes = ((16, 1, 12, 12), (6, 1, 5, 5), (6,), (4, 3, 2, 2))
    return [chainrule.tensor(rng.standard_normal(s).astype("float32"), requires_grad=True) for s in shapes]


def test_recorded_planned_and_eager_give_the_same_bits() -> None:
    first, others = parameters(1), parameters(2)
    with Tape() as tape:
        root = network(*first).node
        contributions = list(backward(root))
    plan = Plan(tape.nodes, root, contributions, {})
    workspace = plan.run([leaf.value for leaf in (tensor.node for tensor in others)])
    loss = network(*others)
    loss.backward()
    assert workspace[plan.root].tobytes() == loss.detach().numpy().tobytes()
    for mine, theirs in zip(first, others, strict=True):
        total = workspace[plan.totals[mine.node.index]]
        assert theirs.grad is not None
        assert total.tobytes() == theirs.grad.numpy().tobytes()


def test_a_weight_is_everywhere_and_padding_is_named_where_it_matters() -> None:
    x = chainrule.tensor([[[1.0, 2.0], [3.0, 4.0]]], requires_grad=True)
    w = chainrule.tensor([[[[2.0, float("inf")]]]], requires_grad=True)
    node = F.conv2d(x, w, padding=(0, 1)).node
    assert node.shape == (1, 2, 3)
    assert [len(value_terms(node, (0, 0, place))) for place in range(3)] == [1, 2, 2]
    assert [factor.label for factor in value_terms(node, (0, 0, 2))[1].factors] == ["0", "b"]
    g = host.ones(node.shape, "float32")
    # Every place in which the weight was used, and no padding.
    used = [term.factors[0].sources[0].place for term in contribution_terms(node, 1, g, (0, 0, 0, 0))]
    assert used == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]


def test_the_first_maximum_gets_the_gradient_and_the_inspector_says_so() -> None:
    x = chainrule.tensor([[[1.0, 3.0, 0.0], [3.0, 3.0, 1.0]]], requires_grad=True)
    out = F.max_pool2d(x, (2, 1), 1)
    tied = F.max_pool2d(x, 2, 1)
    assert [convention(out.node, 0, (0, 0, place)) for place in range(3)] == [None, "max_pool_tie", None]
    (term,) = value_terms(tied.node, (0, 0, 0))
    assert [source.place for source in term.factors[0].sources] == [
        (0, 0, 1),
        (0, 0, 0),
        (0, 1, 0),
        (0, 1, 1),
    ]
    tied.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]]


def test_a_window_of_padding_alone_is_minus_infinity() -> None:
    x = chainrule.tensor([[[1.0, 3.0]]], requires_grad=True)
    out = F.max_pool2d(x, (2, 1), padding=(1, 0), dilation=(2, 1))
    assert out.tolist() == [[[-float("inf")] * 2]]
    assert [term.value for term in value_terms(out.node, (0, 0, 0))] == [-float("inf")]


def test_integers_are_pooled_too() -> None:
    x = chainrule.tensor([[[-5, -7], [-6, -8]]])
    assert F.max_pool2d(x, 2, 1, padding=1).tolist() == [[[-5, -5, -7], [-5, -5, -7], [-6, -6, -8]]]
    with pytest.raises(RuntimeError, match="must be floating point, not int64"):
        F.avg_pool2d(x, 2)
    with pytest.raises(NotImplementedError, match="booleans"):
        F.max_pool2d(x > 0, 2)


def test_an_empty_batch() -> None:
    x, w, b = (chainrule.zeros(*shape, requires_grad=True) for shape in ((0, 2, 5, 5), (3, 2, 3, 3), (3,)))
    out = F.avg_pool2d(F.max_pool2d(F.conv2d(x, w, b), 2), 1)
    assert out.shape == (0, 3, 1, 1)
    out.sum().backward()
    assert [tensor.grad is not None and tensor.grad.shape for tensor in (x, w, b)] == [
        x.shape,
        w.shape,
        b.shape,
    ]


X, W = chainrule.zeros(2, 3, 5, 5), chainrule.zeros(4, 3, 3, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: F.conv2d(X, chainrule.zeros(4, 2, 3, 3)), "to have 2 channels, but got 3 channels instead"),
        (lambda: F.conv2d(X, chainrule.zeros(4, 3, 3)), "weight to have 4 dimensions"),
        (lambda: F.conv2d(chainrule.zeros(3, 5), W), r"input to conv2d, but got input of size: \[3, 5\]"),
        (lambda: F.conv2d(X, chainrule.zeros(4, 3, 7, 3)), r"\(5 x 5\). Kernel size: \(7 x 3\)"),
        (lambda: F.conv2d(X, W, chainrule.zeros(3)), r"with 4 elements, but got bias of size \[3\]"),
        (lambda: F.conv2d(X, W, stride=0), "non-positive stride"),
        (lambda: F.conv2d(X, W, padding=-1), "negative padding"),
        (lambda: F.conv2d(X, W, dilation=0), "non-positive dilation"),
        (lambda: F.conv2d(X, W, groups=0), "non-positive groups"),
        (
            lambda: F.conv2d(X, W, groups=3),
            r"divisible by 3 at dimension 0, but got weight of size \[4, 3, 3, 3\]",
        ),
        (lambda: F.conv2d(X, chainrule.zeros(1, 1, 3, 3), groups=3), "at least 3 at dimension 0"),
        (lambda: F.conv2d(X, W, padding="same", stride=2), "not supported for strided convolutions"),
        (lambda: F.conv2d(X, W, padding="sam"), "Invalid padding string: 'sam'"),
        (lambda: F.conv2d(X, W, stride=(1, 2, 3)), "a tuple of two ints"),
        (
            lambda: F.conv2d(X, chainrule.zeros(4, 3, 3, 3, dtype=chainrule.float64)),
            r"Input type \(float32\)",
        ),
        (lambda: F.conv1d(X, W), "input to conv1d"),
        (lambda: F.max_pool2d(X, 2, padding=2), "at most half of effective kernel size, but got pad=2"),
        (lambda: F.max_pool2d(X, 6), r"Calculated output size: \(3x0x0\)"),
        (lambda: F.max_pool2d(chainrule.zeros(5, 5), 2), r"but got: \[5, 5\]"),
        (lambda: F.max_pool2d(X, 2, stride=0), "stride should not be zero"),
        (lambda: F.max_pool2d(X, 2, dilation=0), "dilation should be greater than zero"),
        (lambda: F.avg_pool2d(X, 2, padding=-1), "pad must be non-negative"),
        (lambda: F.avg_pool2d(X, 2, divisor_override=0), "divisor must be not zero"),
        (lambda: F.adaptive_avg_pool2d(X, (1, 2, 3)), "output_size must be 2"),
        (lambda: F.adaptive_avg_pool2d(X, 2), "5 × 5 do not divide into 2 × 2 windows"),
    ],
)
def test_what_pytorch_refuses_is_refused(call: Any, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        call()

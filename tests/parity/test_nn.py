"""Modules beside PyTorch's: the same state, the same inputs, the same values, gradients and printed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from support.examples import examples
from support.modules import LAYERS, cnn, mlp, transformer

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


def close(mine: Any, theirs: Any, tolerance: float) -> None:
    """Within a tolerance relative to the largest number."""
    mine, theirs = mine.detach().numpy(), theirs.detach().numpy()
    assert mine.shape == theirs.shape
    scale = max(1.0, float(np.nanmax(np.abs(theirs), initial=0.0)))
    np.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance * scale)


def exchange(mine: Any, theirs: Any, dtype: str, rng: np.random.Generator) -> None:
    """Random values for all that PyTorch's module keeps, and the same for the other."""
    theirs.to(getattr(torch, dtype))
    state = {
        key: torch.from_numpy(np.abs(rng.normal(1.0, 0.4, value.shape)).astype(dtype))
        if "var" in key
        else torch.from_numpy(rng.normal(0.0, 0.6, value.shape).astype(dtype))
        if value.dtype.is_floating_point
        else value
        for key, value in theirs.state_dict().items()
    }
    theirs.load_state_dict(state)
    mine.to(getattr(chainrule, dtype))
    found = mine.load_state_dict({key: value.numpy() for key, value in state.items()})
    assert repr(found) == "<All keys matched successfully>"


def compared(
    mine: Any, theirs: Any, outs: tuple[Any, Any], inputs: list[tuple[Any, Any]], tolerance: float
) -> None:
    """Outputs, the gradients of inputs and parameters under a seed of our own, and what buffers hold."""
    a, b = outs
    close(a, b, tolerance)
    seed = np.cos(np.arange(b.numel())).reshape(b.shape).astype(b.detach().numpy().dtype)
    a.backward(chainrule.tensor(seed))
    b.backward(torch.from_numpy(seed))
    for x, y in inputs:
        close(x.grad, y.grad, tolerance)
    for (name, p), (other, q) in zip(mine.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == other
        assert (p.grad is None) == (q.grad is None), name
        if q.grad is not None:
            close(p.grad, q.grad, tolerance)
    for (name, p), (other, q) in zip(mine.named_buffers(), theirs.named_buffers(), strict=True):
        assert name == other
        close(p, q, tolerance)


def pair(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> tuple[Any, Any]:
    values = rng.normal(0.0, 1.0, shape).astype(dtype)
    return chainrule.tensor(values, requires_grad=True), torch.from_numpy(values).requires_grad_()


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str, dtype: str, training: bool) -> None:
    for k, shape in enumerate(LAYERS[name].shapes):
        rng = np.random.default_rng(k)
        mine, theirs = LAYERS[name].make(chainrule), LAYERS[name].make(torch)
        assert repr(mine) == repr(theirs)
        assert list(mine.state_dict()) == list(theirs.state_dict())
        exchange(mine, theirs, dtype, rng)
        if not name.endswith("-eval"):
            mine.train(training)
            theirs.train(training)
        for _ in range(2):
            x, y = pair(rng, shape, dtype)
            mine.zero_grad()
            theirs.zero_grad()
            compared(mine, theirs, (mine(x), theirs(y)), [(x, y)], TOLERANCE[dtype])


@examples(60)
@given(st.data())
def test_layers_of_any_size(data: st.DataObject) -> None:
    draw = data.draw
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    batch, width = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    channels, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size, kernel = draw(st.integers(4, 7)), draw(st.integers(1, 3))
    stride, padding = draw(st.integers(1, 2)), draw(st.integers(0, 1))
    kind, args, shape = draw(
        st.sampled_from([
            ("Linear", (width, channels), (batch, width)),
            ("LayerNorm", (width + 1,), (batch, width + 1)),
            ("BatchNorm1d", (width,), (batch + 1, width)),
            ("BatchNorm2d", (channels,), (batch, channels, size, kernel + 1)),
            ("Conv2d", (channels * groups, 2 * groups, kernel, stride, padding, 1, groups),
             (batch, channels * groups, size, size + 1)),
            ("MaxPool2d", (kernel + 1, stride, padding), (batch, channels, size, size)),
            ("AvgPool2d", (kernel + 1, stride, padding), (batch, channels, size, size)),
            ("Embedding", (width, channels), (batch,)),
        ])
    )  # fmt: skip
    mine, theirs = getattr(chainrule.nn, kind)(*args), getattr(torch.nn, kind)(*args)
    exchange(mine, theirs, "float64", rng)
    if kind == "Embedding":
        index = rng.integers(0, width, shape)
        compared(mine, theirs, (mine(chainrule.tensor(index)), theirs(torch.from_numpy(index))), [], 1e-10)
        return
    x, y = pair(rng, shape, "float64")
    compared(mine, theirs, (mine(x), theirs(y)), [(x, y)], 1e-10)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("padding", [None, 0, -1])
def test_embedding(padding: int | None, dtype: str) -> None:
    rng = np.random.default_rng(0)
    mine, theirs = (t.nn.Embedding(5, 3, padding_idx=padding) for t in (chainrule, torch))
    assert repr(mine) == repr(theirs)
    assert mine.weight.tolist()[0] == [0.0] * 3 or padding != 0
    exchange(mine, theirs, dtype, rng)
    index = np.array([[0, 4, 4], [2, 0, 4]])
    outs = mine(chainrule.tensor(index)), theirs(torch.from_numpy(index))
    compared(mine, theirs, outs, [], TOLERANCE[dtype])


def masks(length: int, size: int, n: int, heads: int) -> dict[str, dict[str, Any]]:
    causal = np.triu(np.ones((length, size), bool), 1)
    padding = np.zeros((n, size), bool)
    padding[0, -1] = True
    numbers = np.linspace(-1.0, 1.0, n * heads * length * size).reshape(n * heads, length, size)
    return {
        "none": {},
        "causal": {"attn_mask": causal},
        "padding": {"key_padding_mask": padding},
        "both": {"attn_mask": causal, "key_padding_mask": padding},
        "numbers": {"attn_mask": numbers},
    }


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("mask", ["none", "causal", "padding", "both", "numbers"])
@pytest.mark.parametrize("own", [True, False], ids=["self", "cross"])
@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"bias": False}])
def test_attention(options: dict[str, Any], own: bool, mask: str, need_weights: bool) -> None:
    n, length, size, width, heads = 2, 4, 4 if own else 5, 6, 3
    for dtype in ("float32", "float64"):
        rng = np.random.default_rng(1)
        mine, theirs = (t.nn.MultiheadAttention(width, heads, **options) for t in (chainrule, torch))
        assert repr(mine) == repr(theirs)
        exchange(mine, theirs, dtype, rng)
        first = options.get("batch_first")
        shapes = [(n, length, width)] if own else [(n, length, width), (n, size, width), (n, size, width)]
        pairs = [pair(rng, shape if first else (shape[1], shape[0], shape[2]), dtype) for shape in shapes]
        inputs = [p for p, _ in pairs] * (3 if own else 1), [q for _, q in pairs] * (3 if own else 1)
        given = {
            k: v if v.dtype == bool else v.astype(dtype)
            for k, v in masks(length, size, n, heads)[mask].items()
        }
        if mask == "both":
            given = {k: np.where(v, -np.inf, 0.0).astype(dtype) for k, v in given.items()}
        a, w = mine(
            *inputs[0], need_weights=need_weights, **{k: chainrule.tensor(v) for k, v in given.items()}
        )
        b, v = theirs(
            *inputs[1], need_weights=need_weights, **{k: torch.from_numpy(m) for k, m in given.items()}
        )
        assert (w is None) == (v is None) == (not need_weights)
        if w is not None:
            close(w, v, TOLERANCE[dtype])
        compared(mine, theirs, (a, b), pairs, TOLERANCE[dtype])


def test_attention_without_a_batch_and_weights_of_each_head() -> None:
    rng = np.random.default_rng(2)
    mine, theirs = chainrule.nn.MultiheadAttention(6, 2), torch.nn.MultiheadAttention(6, 2)
    exchange(mine, theirs, "float64", rng)
    x, y = pair(rng, (4, 6), "float64")
    a, w = mine(x, x, x, average_attn_weights=False)
    b, v = theirs(y, y, y, average_attn_weights=False)
    close(w, v, 1e-10)
    compared(mine, theirs, (a, b), [(x, y)], 1e-10)
    for module, t in ((mine, x), (theirs, y)):
        with pytest.raises(RuntimeError, match="Need attn_mask if specifying the is_causal hint"):
            module(t, t, t, is_causal=True)


LOSSES: list[tuple[str, dict[str, Any]]] = [
    ("MSELoss", {}), ("MSELoss", {"reduction": "sum"}), ("L1Loss", {}), ("L1Loss", {"reduction": "none"}),
    ("HuberLoss", {"delta": 0.5}), ("SmoothL1Loss", {"beta": 0.7}), ("BCEWithLogitsLoss", {}),
    ("BCEWithLogitsLoss", {"pos_weight": [1.0, 2.0, 0.5]}), ("BCELoss", {"reduction": "sum"}),
    ("CrossEntropyLoss", {}), ("CrossEntropyLoss", {"label_smoothing": 0.1, "weight": [1.0, 2.0, 0.5]}),
    ("CrossEntropyLoss", {"ignore_index": 1, "reduction": "sum"}), ("NLLLoss", {"weight": [1.0, 2.0, 0.5]}),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "options"), LOSSES)
def test_losses(name: str, options: dict[str, Any], dtype: str) -> None:
    rng = np.random.default_rng(3)

    def made(t: Any) -> Any:
        given = {
            key: t.tensor(value, dtype=getattr(t, dtype)) if isinstance(value, list) else value
            for key, value in options.items()
        }
        return getattr(t.nn, name)(**given)

    mine, theirs = made(chainrule), made(torch)
    assert repr(mine) == repr(theirs)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    x, y = pair(rng, (4, 3), dtype)
    target: Any = rng.random((4, 3)).astype(dtype)
    if name in ("CrossEntropyLoss", "NLLLoss"):
        target = rng.integers(0, 3, 4)
    a, b = (chainrule.sigmoid(x), torch.sigmoid(y)) if name == "BCELoss" else (x, y)
    outs = mine(a, chainrule.tensor(target)), theirs(b, torch.from_numpy(target))
    compared(mine, theirs, outs, [(x, y)], TOLERANCE[dtype])


def data(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    if kind == "mlp":
        return rng.normal(size=(10, 2)), rng.normal(size=(10, 1))
    if kind == "cnn":
        return rng.normal(size=(6, 1, 8, 8)), rng.integers(0, 3, 6)
    return rng.integers(0, 11, (4, 6)), rng.integers(0, 11, 24)


@pytest.mark.parametrize(
    ("optimizer", "hyper"),
    [
        ("SGD", {"lr": 0.05, "momentum": 0.9}),
        ("Adam", {"lr": 0.01}),
        ("AdamW", {"lr": 0.01, "amsgrad": True}),
    ],
)
@pytest.mark.parametrize("kind", ["mlp", "cnn", "transformer"])
def test_20_steps_of_training_side_by_side(kind: str, optimizer: str, hyper: dict[str, Any]) -> None:
    make = {"mlp": mlp, "cnn": cnn, "transformer": transformer}[kind]
    rng = np.random.default_rng(4)
    torch.set_default_dtype(torch.float64)
    chainrule.set_default_dtype(chainrule.float64)
    try:
        theirs = make(torch)
        mine = make(chainrule)
        mine.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
        loss = "MSELoss" if kind == "mlp" else "CrossEntropyLoss"
        runs = []
        for t, net in ((chainrule, mine), (torch, theirs)):
            runs.append(
                (t, net, getattr(t.optim, optimizer)(net.parameters(), **hyper), getattr(t.nn, loss)())
            )
        for step in range(20):
            x, y = data(kind, rng)
            losses = []
            for t, net, update, compare in runs:
                update.zero_grad()
                value = compare(net(t.tensor(x)), t.tensor(y))
                value.backward()
                norm = t.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                update.step()
                losses.append((value.item(), float(norm)))
            np.testing.assert_allclose(losses[0], losses[1], rtol=1e-8, err_msg=f"step {step}")
        ours = mine.state_dict()
        for key, value in theirs.state_dict().items():
            np.testing.assert_allclose(ours[key].numpy(), value.numpy(), rtol=1e-8, atol=1e-8, err_msg=key)
    finally:
        torch.set_default_dtype(torch.float32)
        chainrule.set_default_dtype(chainrule.float32)


@pytest.mark.parametrize("make", [mlp, cnn, transformer])
def test_networks_are_printed_as_in_pytorch(make: Any) -> None:
    assert repr(make(chainrule)) == repr(make(torch))


def test_refusals_of_a_state_are_pytorchs() -> None:
    texts = []
    for t in (chainrule, torch):
        net = t.nn.Sequential(t.nn.Linear(2, 3), t.nn.BatchNorm1d(3))
        with pytest.raises(RuntimeError) as refused:
            net.load_state_dict(
                {"0.weight": t.zeros(2, 2), "0.bias": t.zeros(3), "2.bias": t.zeros(1), "x": t.zeros(1)}
            )
        texts.append(str(refused.value))
    assert texts[0] == texts[1]

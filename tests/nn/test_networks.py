"""Small networks: they learn, on any array library alike, and a tape of them says what eager training computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.backend import get_backend
from chainrule.engine.tape import Tape, use_backend
from chainrule.nn import init
from support.modules import cnn, mlp, transformer

nn = torch.nn
KINDS = {"mlp": mlp, "cnn": cnn, "transformer": transformer}


def data(kind: str) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(0)
    if kind == "mlp":
        return rng.normal(size=(10, 2)).astype("f4"), rng.normal(size=(10, 1)).astype("f4"), nn.MSELoss()
    if kind == "cnn":
        return rng.normal(size=(6, 1, 8, 8)).astype("f4"), rng.integers(0, 3, 6), nn.CrossEntropyLoss()
    return rng.integers(0, 11, (4, 6)), rng.integers(0, 11, 24), nn.CrossEntropyLoss()


def losses(kind: str, backend: Any, steps: int) -> list[float]:
    x, y, compare = data(kind)
    with use_backend(backend):
        net = KINDS[kind](torch)
        init.initialise(net, 3)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
        found = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = compare(net(torch.tensor(x)), torch.tensor(y))
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            found.append(loss.item())
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_it_learns_and_another_array_library_gives_the_same(kind: str) -> None:
    mine = losses(kind, get_backend(), 40)
    assert mine[-1] < 0.5 * mine[0]
    strict = losses(kind, get_backend("array-api-strict", "device1"), 5)
    np.testing.assert_allclose(mine[:5], strict, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_tape_says_what_is_computed_without_one(kind: str) -> None:
    x, y, compare = data(kind)
    net = KINDS[kind](torch)
    init.initialise(net, 3)
    net.eval()
    eager = compare(net(torch.tensor(x)), torch.tensor(y))
    with Tape() as tape:
        recorded = compare(net(torch.tensor(x)), torch.tensor(y))
    assert recorded.item() == eager.item()
    names = {name for name, _ in net.named_parameters()}
    assert names <= tape.by_name.keys()
    paths = {path for path, _ in net.named_modules()}
    for node in tape.nodes:
        path = node.scope
        while path not in paths:
            path, _, part = path.rpartition(".")
            # What is below a module is a composite of several nodes.
            assert "#" in part, node


def test_opened_composites_inside_modules_give_the_same() -> None:
    x, y, compare = data("transformer")
    net = transformer(torch).double()
    init.initialise(net, 3)
    grads = []
    for opened in ((), True):
        net.zero_grad()
        with Tape(opened=opened):
            compare(net(torch.tensor(x)), torch.tensor(y)).backward()
        grads.append([parameter.grad.numpy() for parameter in net.parameters()])
    for closed, inside in zip(*grads, strict=True):
        np.testing.assert_allclose(closed, inside, rtol=1e-9, atol=1e-12)

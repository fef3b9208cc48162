"""The lessons' listings under PyTorch itself: the same numbers as on the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from chainrule.lessons.circuit.examples import EXAMPLES
from support.lesson_runs import last_step, listing_text, record_of, regime, run_listing

CASES: list[tuple[str, dict[str, Any]]] = [
    *(
        ("one-weight", {"optimizer": name, "dtype": dtype})
        for name in ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
        for dtype in ("float32", "float64")
    ),
    ("one-weight", {"lr": "1/18"}),
    ("one-weight", {"lr": 0.12, "zero_grad": False}),
    *(("circuit", {"preset": preset}) for preset in EXAMPLES),
    *(("circuit", {"preset": preset, "optimizer": "adam", "lr": 0.1}) for preset in EXAMPLES),
    (
        "circuit",
        {
            "code": "W = [[1, 2], [3, 4]]\nx = [1, -2]\ny = W @ x + 0.5\n"
            "f = mean(relu(y) ** 2) + sum(max(x, 0)) - pi * e ** 2 * min(1, mean(x)) + sigmoid(1) + tanh(sum(x))"
        },
    ),
    (
        "circuit",
        {"code": "x = 1/3\nx = x * 2\nx = 5\ny = max(x, 0, 2 * x) - min(x, 1e-3)\nabs(y).sqrt() * 1_000"},
    ),
    ("circuit", {"code": "x = 1/0\nf = x * 2 ** -3"}),
    ("circuit", {"code": "x = 0\nf = x ** 0 + relu(x) + abs(x) + max(x, 0) + sqrt(x)"}),
]


@pytest.mark.parametrize(("slug", "config"), CASES, ids=str)
def test_the_listing_gives_the_same_numbers_under_pytorch(slug: str, config: dict[str, Any]) -> None:
    loops = slug == "one-weight" or "optimizer" in config
    record = record_of(slug, 19 if loops else 0, **config)
    variables = run_listing(listing_text(slug, **config), torch)
    model = regime(slug, **config).model
    tolerance = 1e-12 if config.get("dtype") == "float64" else 2e-5
    root = record.root.value
    np.testing.assert_allclose(root, variables[model.loss_label].item(), rtol=tolerance, atol=tolerance)
    for leaf in model.leaves:
        node, tensor = record.find(leaf.name), variables[leaf.name]
        value, grad = record.value_at(node, last_step(record)), record.grad_at(node, last_step(record))
        assert value is not None
        np.testing.assert_allclose(value, tensor.tolist(), rtol=tolerance, atol=tolerance)
        assert (grad is None) == (tensor.grad is None)
        if grad is not None:
            np.testing.assert_allclose(grad, tensor.grad.tolist(), rtol=tolerance, atol=tolerance)

"""What is ours, or told better than by PyTorch; what is the same is in test_torch_scripts.py."""

from __future__ import annotations

import subprocess
import sys
import weakref
from typing import Any

import numpy as np
import pytest

import chainrule as torch
from chainrule import tensor
from chainrule.engine.backend import get_backend
from chainrule.engine.display import tensor_text
from chainrule.engine.tape import use_backend
from chainrule.engine.tensor import leaf


def test_the_program_of_one_weight() -> None:
    w = tensor([2.0], requires_grad=True)
    x = tensor([3.0])
    loss = (w * x - 10.0) ** 2
    loss.backward()
    assert w.grad is not None
    assert w.grad.item() == -24.0


def test_importing_the_package_is_light() -> None:
    code = (
        "import sys, chainrule as torch\n"
        "print([m for m in ('fastapi', 'pydantic', 'uvicorn', 'array_api_compat', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    for name in torch.__all__:
        assert hasattr(torch, name), name


@pytest.mark.parametrize(
    ("run", "kind", "message"),
    [
        (lambda: tensor(2.0).backward(create_graph=True), NotImplementedError, "gradients of gradients"),
        (lambda: tensor([1], requires_grad=True), RuntimeError, "floating point dtype.*not int64.*2.0"),
        (lambda: tensor([2.0, 1.0]).item(), RuntimeError, "2 elements cannot be converted"),
        (lambda: tensor(1.0) * {}, TypeError, "unsupported operand"),
        (lambda: np.ones(2) * tensor([1.0, 2.0]), TypeError, "unsupported operand"),
        (lambda: tensor("a"), TypeError, "made of numbers"),
        (lambda: torch.maximum(tensor(1.0), 2), TypeError, "must be Tensor, not int"),  # type: ignore[arg-type]
        (lambda: torch.add(1, 2), TypeError, "at least one argument must be a Tensor"),
        (lambda: torch.mul(tensor(1.0), "a"), TypeError, "expected a Tensor, not str"),
        (lambda: torch.permute(torch.ones(2, 3), (0, 0)), RuntimeError, "appears multiple times"),
        (lambda: torch.ones(2, 3).permute(0), RuntimeError, "no order of the axes"),
        (lambda: leaf(np.ones(2, np.int8)), TypeError, "not int8"),
        (lambda: leaf(1.0, dtype="float16"), TypeError, "unknown dtype 'float16'"),
        (lambda: get_backend("jax"), ValueError, "unknown backend 'jax': choose numpy"),
        (lambda: torch.set_default_dtype(torch.int64), TypeError, "only floating-point"),
        (lambda: tensor(1.0).retain_grad(), RuntimeError, "requires_grad=False"),
        (lambda: setattr(tensor(1.0), "grad", 3.0), TypeError, "expected to be a Tensor or None"),
        (lambda: setattr(tensor(1.0), "data", tensor(1)), RuntimeError, "int64 for a tensor of type float32"),
        (lambda: torch.optim.SGD([3.0]), TypeError, "can only optimize Tensors"),
        (lambda: torch.optim.SGD([tensor(1.0)] * 2), ValueError, "more than one parameter group"),
        (lambda: torch.optim.Adam([tensor(1.0)], betas=(1.0, 0.5)), ValueError, "beta parameter at index 0"),
    ],
)  # fmt: skip
def test_refusals_say_what_is_wrong(run: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        run()


def test_a_tensor_copies_and_a_leaf_does_not() -> None:
    array = np.array([1.0, 2.0])
    assert tensor(array).node.value is not array
    assert leaf(array).node.value is array
    assert tensor(array).dtype is torch.float64
    assert tensor(array.tolist()).dtype is torch.float32
    assert tensor(np.float64(1.0)).dtype is torch.float64
    assert tensor([tensor(1.5), tensor(2.5)]).tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    "make",
    [
        lambda: leaf(1e60),
        lambda: tensor(1e60),
        lambda: tensor([1.0]) * 1e60,
        lambda: torch.full((2,), 1e60),
        lambda: torch.zeros(1).fill_(1e60),
        lambda: tensor(1e60, dtype=torch.float64).float(),
    ],
)
def test_a_number_too_large_for_its_type_is_infinity_without_a_word(make: Any) -> None:
    assert np.isposinf(make().numpy()).all()


def test_the_default_type_can_be_set() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert tensor(1.0).dtype is torch.float64
        assert repr(tensor(1.0)) == "tensor(1.)"
        assert repr(tensor(1.0, dtype=torch.float32)) == "tensor(1., dtype=chainrule.float32)"
        assert leaf(1.0).dtype is torch.get_default_dtype()
    finally:
        torch.set_default_dtype(torch.float32)


def test_an_update_replaces_the_array_and_changes_none() -> None:
    w = tensor([2.0], requires_grad=True)
    before = w.node.value
    optimizer = torch.optim.SGD([w], lr=0.5)
    (w * w).backward()
    optimizer.step()
    assert before.tolist() == [2.0]
    assert w.tolist() == [0.0]
    with torch.no_grad():
        w += 1.0
    w.data = tensor([7.0])
    assert before.tolist() == [2.0]
    assert w.requires_grad


def test_constants_carry_the_number_as_it_is_written() -> None:
    x = tensor(1.0, requires_grad=True)
    assert [(x * c).node.inputs[1].label for c in (10.0, 10, 0.5, 1e-5, -2.0, True)] == [
        "10", "10", "0.5", "1e-05", "-2", "True",
    ]  # fmt: skip
    assert (x * np.float32(0.5)).node.inputs[1].label == "0.5"


def test_a_gradient_goes_to_its_tensor_while_it_lives() -> None:
    x = tensor(2.0, requires_grad=True)
    y = x * x
    gone = weakref.ref(x)
    del x
    assert gone() is None
    y.backward()


def test_scripts_run_on_another_backend() -> None:
    with use_backend(get_backend("array-api-strict", "device1")):
        w = tensor([2.0, 1.0], requires_grad=True)
        loss = ((w * 3.0 - 10.0) ** 2).mean() + (w > 1.5).sum() * 0.0
        loss.backward()
        assert w.grad is not None
        assert w.grad.tolist() == [-12.0, -21.0]
        optimizer = torch.optim.Adam([w], lr=0.1)
        optimizer.step()
        assert w.tolist() == pytest.approx([2.1, 1.1])
        assert str(w.node.value.device) == "array_api_strict.Device('device1')"


def test_long_tensors_are_shortened() -> None:
    text = tensor_text(np.arange(2000.0), ["note"])
    assert (
        text == "tensor([0.0000e+00, 1.0000e+00, 2.0000e+00, ..., 1.9970e+03, 1.9980e+03, 1.9990e+03], note)"
    )
    assert tensor_text(np.zeros((50, 50)), []).count("...") == 7

"""First values: their distributions, and that they depend on nothing but their key."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.random import generator
from chainrule.nn import init

nn = torch.nn
SHAPES = [(200, 300), (40, 30, 5, 5)]


def uniform(array: Any, bound: float) -> None:
    """No element outside, mean 0, the standard deviation of a uniform distribution, both ends reached."""
    flat = array.numpy().ravel().astype(float)
    error = bound / math.sqrt(flat.size)
    assert np.abs(flat).max() <= bound * (1 + 1e-6)
    assert flat.max() > 0.999 * bound
    assert flat.min() < -0.999 * bound
    assert abs(flat.mean()) < 4 * error
    assert abs(flat.std() - bound / math.sqrt(3)) < 4 * error


def normal(array: Any, mean: float, std: float) -> None:
    flat = array.numpy().ravel().astype(float)
    error = std / math.sqrt(flat.size)
    assert abs(flat.mean() - mean) < 4 * error
    assert abs(flat.std() - std) < 4 * error
    inside = np.abs(flat - mean) < std
    assert abs(inside.mean() - 0.6827) < 0.01


def filled(name: str, shape: tuple[int, ...], **options: Any) -> Any:
    return getattr(init, name)(torch.zeros(*shape), generator=generator(1, "test", name), **options)


@pytest.mark.parametrize("shape", SHAPES)
def test_distributions(shape: tuple[int, ...]) -> None:
    rest = math.prod(shape[2:])
    fan_in, fan_out = shape[1] * rest, shape[0] * rest
    uniform(filled("uniform_", shape, a=-2.0, b=2.0), 2.0)
    normal(filled("normal_", shape, mean=0.5, std=0.1), 0.5, 0.1)
    uniform(filled("xavier_uniform_", shape, gain=2.0), 2.0 * math.sqrt(6.0 / (fan_in + fan_out)))
    normal(filled("xavier_normal_", shape), 0.0, math.sqrt(2.0 / (fan_in + fan_out)))
    uniform(filled("kaiming_uniform_", shape, nonlinearity="relu"), math.sqrt(6.0 / fan_in))
    uniform(filled("kaiming_uniform_", shape, a=math.sqrt(5)), 1.0 / math.sqrt(fan_in))
    normal(filled("kaiming_normal_", shape, mode="fan_out"), 0.0, math.sqrt(2.0 / fan_out))
    normal(filled("kaiming_normal_", shape, nonlinearity="tanh"), 0.0, 5.0 / 3.0 / math.sqrt(fan_in))


def test_a_truncated_normal_distribution() -> None:
    flat = filled("trunc_normal_", (300, 300), std=1.0, a=-1.0, b=2.0).numpy().ravel()
    assert flat.min() >= -1.0
    assert flat.max() <= 2.0

    def phi(x: float) -> float:
        return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    inside = 0.5 * (math.erf(2 / math.sqrt(2)) + math.erf(1 / math.sqrt(2)))
    assert abs(flat.mean() - (phi(1) - phi(2)) / inside) < 0.01
    with pytest.raises(ValueError, match="nothing between"):
        init.trunc_normal_(torch.zeros(2), a=1.0, b=1.0)
    with pytest.raises(ValueError, match="4 standard deviations"):
        init.trunc_normal_(torch.zeros(2), std=0.1, a=1.0, b=2.0)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (4, 2, 3)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    matrix = filled("orthogonal_", shape, gain=2.0).numpy().reshape(shape[0], -1).astype(float)
    small = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(small, 4.0 * np.eye(len(small)), atol=1e-5)


def test_plain_values() -> None:
    tensor = torch.zeros(2, 3)
    assert init.ones_(tensor) is tensor
    assert tensor.tolist() == [[1.0] * 3] * 2
    assert init.constant_(tensor, 0.5).tolist() == [[0.5] * 3] * 2
    assert init.zeros_(tensor).tolist() == [[0.0] * 3] * 2
    assert init.eye_(tensor).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    parameter = nn.Parameter(torch.zeros(2, dtype=torch.float64))
    init.ones_(parameter)
    assert parameter.requires_grad
    assert parameter.dtype is torch.float64
    (parameter * 2.0).sum().backward()
    assert parameter.grad is not None
    assert parameter.grad.tolist() == [2.0, 2.0]


def test_refusals() -> None:
    for name in ("xavier_uniform_", "kaiming_normal_"):
        with pytest.raises(ValueError, match="fewer than 2 dimensions"):
            filled(name, (3,))
    with pytest.raises(
        ValueError, match=r"Mode both not supported, please use one of \['fan_in', 'fan_out'\]"
    ):
        filled("kaiming_uniform_", (2, 2), mode="both")
    with pytest.raises(ValueError, match="Unsupported nonlinearity swish"):
        init.calculate_gain("swish")
    with pytest.raises(ValueError, match="negative_slope True not a valid number"):
        init.calculate_gain("leaky_relu", True)
    with pytest.raises(ValueError, match="2 or more dimensions"):
        filled("orthogonal_", (3,))
    with pytest.raises(ValueError, match="2 dimensions"):
        init.eye_(torch.zeros(3))


def values(net: Any) -> dict[str, list[float]]:
    return {name: tensor.tolist() for name, tensor in net.named_parameters()}


def test_a_layers_first_values_depend_on_seed_and_path_alone() -> None:
    small = nn.Sequential({"a": nn.Linear(3, 4), "b": nn.Linear(4, 2)})
    large = nn.Sequential({"new": nn.Linear(3, 3), "a": nn.Linear(3, 4), "b": nn.Linear(4, 2, bias=False)})
    for net in (small, large):
        init.initialise(net, 5)
    first, second = values(small), values(large)
    assert first["a.weight"] == second["a.weight"]
    assert first["a.bias"] == second["a.bias"]
    assert first["b.weight"] == second["b.weight"]
    init.initialise(small, 6)
    assert values(small)["a.weight"] != first["a.weight"]
    init.initialise(small, 5)
    assert values(small) == first
    init.initialise(small.double(), 5)
    np.testing.assert_allclose(values(small)["a.weight"], first["a.weight"], rtol=1e-6)
    assert values(small)["a.weight"] != first["a.weight"], "as many digits as the type has"


def test_defaults_are_pytorchs_distributions() -> None:
    net = nn.ModuleDict({
        "linear": nn.Linear(100, 200), "conv": nn.Conv2d(20, 50, 5), "embedding": nn.Embedding(300, 100, 2),
        "norm": nn.BatchNorm1d(3), "attention": nn.MultiheadAttention(64, 4),
    })  # fmt: skip
    init.initialise(net, 1)
    found = {name: tensor.detach() for name, tensor in net.named_parameters()}
    uniform(found["linear.weight"], 0.1)
    assert abs(found["linear.bias"].numpy()).max() <= 0.1
    uniform(found["conv.weight"], 1.0 / math.sqrt(500))
    assert found["embedding.weight"].tolist()[2] == [0.0] * 100
    normal(torch.tensor(np.delete(found["embedding.weight"].numpy(), 2, 0)), 0.0, 1.0)
    assert found["norm.weight"].tolist() == [1.0] * 3
    uniform(found["attention.in_proj_weight"], math.sqrt(6.0 / (64 * 4)))
    assert not found["attention.in_proj_bias"].numpy().any()
    uniform(found["attention.out_proj.weight"], 1.0 / 8.0)
    assert not found["attention.out_proj.bias"].numpy().any()


def test_a_rule_may_do_otherwise() -> None:
    def rule(module: nn.Module, source: Any) -> None:
        init.reset(module, source)
        if isinstance(module, nn.Linear):
            init.zeros_(module.weight)

    net = nn.Sequential(nn.Linear(2, 3))
    init.initialise(net, 1, rule)
    assert not net[0].weight.detach().numpy().any()
    assert net[0].bias.detach().numpy().any()


def test_a_program_without_keys_repeats_itself_after_manual_seed() -> None:
    found = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Dropout(0.5))
        kept = [net(torch.ones(8, 4)).tolist() for _ in range(2)]
        assert kept[0] != kept[1], "each call has a mask of its own"
        assert net[0].weight.tolist() != net[1].weight.tolist()
        found.append((values(net), kept))
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert torch.initial_seed() == 4

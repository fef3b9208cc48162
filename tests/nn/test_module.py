from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import leaf
from chainrule.nn.binding import bound, functional_call
from chainrule.nn.module import Module

nn = torch.nn


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


class Net(nn.Module):
    mean: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(4))
        self.block1 = Block()
        self.head = nn.Sequential(nn.Linear(4, 2), nn.Tanh())
        self.register_buffer("mean", torch.zeros(2))
        self.register_buffer("passing", torch.zeros(2), persistent=False)
        self.note = "not a part"

    def forward(self, x: Any) -> Any:
        return self.head(self.block1(x * self.scale)) - self.mean


def test_names_are_paths_in_order_of_registration() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == [
        "scale", "block1.conv.weight", "block1.conv.bias", "block1.layers.0.weight", "block1.layers.0.bias",
        "block1.layers.1.weight", "block1.layers.1.bias", "head.0.weight", "head.0.bias",
    ]  # fmt: skip
    assert [name for name, _ in net.named_buffers()] == ["mean", "passing"]
    assert [name for name, _ in net.named_modules()][:4] == ["", "block1", "block1.conv", "block1.layers"]
    assert [name for name, _ in net.named_children()] == ["block1", "head"]
    assert list(net.state_dict())[:2] == ["scale", "mean"]
    assert "passing" not in net.state_dict()
    assert net.get_submodule("block1.layers.1") is net.block1.layers[1]
    assert net.get_parameter("head.0.bias") is net.head[0].bias


def test_on_a_tape_nodes_are_in_the_scope_of_their_module() -> None:
    net = Net()
    with Tape() as tape:
        net(leaf([[1.0, 2.0, 3.0, 4.0]], name="x"))
    scopes = {node.name: node.scope for node in tape.nodes if node.op is not None}
    assert scopes["mul#0"] == ""
    assert scopes["block1.layers.0.linear#0"] == "block1.layers.0"
    assert scopes["block1.layers.1.linear#0"] == "block1.layers.1"
    assert scopes["head.1.tanh#0"] == "head.1"
    assert scopes["sub#0"] == ""
    assert {"scale", "block1.layers.0.weight", "head.0.bias", "mean"} <= tape.by_name.keys()


def test_a_module_called_twice_counts_on() -> None:
    shared = nn.Linear(3, 3)
    net = nn.Sequential(shared, nn.Tanh(), shared)
    with Tape() as tape:
        net(leaf([[1.0, 2.0, 3.0]], name="x"))
    assert [node.name for node in tape.nodes if node.op is not None] == [
        "0.linear#0", "1.tanh#0", "0.linear#1",
    ]  # fmt: skip
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias"]
    assert list(net.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_two_networks_on_one_tape_stand_in_the_scopes_that_one_gives_them() -> None:
    net = nn.Sequential(nn.Linear(3, 3))
    with Tape() as tape:
        x = leaf([[1.0, 2.0, 3.0]], name="x")
        with tape.scope("first"):
            x = net(x)
        nn.Sequential(nn.Linear(3, 1))(x)
    assert [node.name for node in tape.nodes if node.op is not None] == ["first.0.linear#0", "0.linear#0"]
    assert {"first.0.weight", "0.weight"} <= tape.by_name.keys()


def test_a_functional_call_leaves_the_module_as_it_was() -> None:
    net = nn.Linear(2, 1)
    own, before = net.weight, net.weight.tolist()
    other = torch.tensor([[1.0, -1.0]], requires_grad=True)
    x = torch.tensor([[3.0, 5.0]])
    y = functional_call(net, {"weight": other, "bias": torch.zeros(1)}, (x,))
    assert y.tolist() == [[-2.0]]
    assert net.weight is own
    assert dict(net.named_parameters())["weight"] is own
    assert net.weight.tolist() == before
    y.sum().backward()
    assert other.grad is not None
    assert own.grad is None
    with pytest.raises(RuntimeError, match=r'Unexpected key\(s\): "nothing"'):
        functional_call(net, {"nothing": other}, (x,))
    with pytest.raises(RuntimeError, match=r"bias: shape \[2\] was given for \[1\]"):
        functional_call(net, {"bias": torch.zeros(2)}, (x,))
    with pytest.raises(ValueError, match="stop"), bound(net, {"weight": other}):
        raise ValueError("stop")
    assert net.weight is own


def test_what_is_used_twice_is_bound_twice() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
            self.b.weight = self.a.weight

        def forward(self, x: Any) -> Any:
            return self.b(self.a(x))

    net = Tied()
    assert [name for name, _ in net.named_parameters()] == ["a.weight"]
    x = torch.tensor([[1.0, 2.0]])
    y = functional_call(net, {"a.weight": torch.tensor([[2.0, 0.0], [0.0, 2.0]])}, (x,))
    assert y.tolist() == [[4.0, 8.0]]
    assert net.b.weight is net.a.weight


def test_arithmetic_with_a_parameter_gives_tensors() -> None:
    p = nn.Parameter([1.0, 2.0])
    for result in (p + 1.0, 1.0 - p, p * p, -p, abs(p), p > 1.0, p.sum()):
        assert type(result) is torch.Tensor
    assert repr(p).startswith("Parameter containing:\ntensor([1., 2.]")
    assert p.is_leaf
    assert p.requires_grad
    assert not nn.Parameter(torch.zeros(1), requires_grad=False).requires_grad
    with pytest.raises(RuntimeError, match="floating point"):
        nn.Parameter(torch.tensor([1, 2]))


def test_attributes() -> None:
    net = Net()
    with pytest.raises(TypeError, match="cannot assign 'Tensor' as parameter 'scale'"):
        setattr(net, "scale", torch.ones(4))  # noqa: B010  (mypy would refuse it too)
    with pytest.raises(TypeError, match="cannot assign 'int' as child module 'head'"):
        setattr(net, "head", 3)  # noqa: B010
    with pytest.raises(TypeError, match="cannot assign 'float' as buffer 'mean'"):
        setattr(net, "mean", 1.0)  # noqa: B010
    net.mean = torch.ones(2)
    assert net.state_dict()["mean"].tolist() == [1.0, 1.0]
    setattr(net, "scale", None)  # noqa: B010
    assert "scale" not in dict(net.named_parameters())
    net.scale = nn.Parameter(torch.ones(4))
    assert "scale" in dict(net.named_parameters())
    del net.head
    assert not hasattr(net, "head")
    assert "head.0.bias" not in net.state_dict()
    for name, message in (("a.b", 'contain "."'), ("", "empty string"), ("forward", "already exists")):
        with pytest.raises(KeyError, match=message):
            net.register_parameter(name, nn.Parameter(torch.ones(1)))

    class Hasty(nn.Module):
        def __init__(self) -> None:
            self.weight = nn.Parameter(torch.ones(1))

    with pytest.raises(AttributeError, match=r"cannot assign parameters before Module.__init__\(\) call"):
        Hasty()
    with pytest.raises(NotImplementedError, match=r'\[Module\] is missing the required "forward" function'):
        Module()(1)


def test_state_dict_goes_out_and_in() -> None:
    first, second = Net(), Net()
    kept = first.state_dict()
    assert repr(second.load_state_dict(kept)) == "<All keys matched successfully>"
    for name, tensor in second.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), kept[name].numpy())
    with torch.no_grad():
        first.scale.add_(1.0)
    assert kept["scale"].tolist() == [1.0] * 4, "a state_dict keeps the values of its moment"
    partly = {"scale": torch.zeros(4), "more": torch.zeros(1)}
    with pytest.raises(RuntimeError) as refused:
        second.load_state_dict(partly)
    text = str(refused.value)
    assert text.startswith(
        'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "mean", "block1'
    )
    assert '\n\tUnexpected key(s) in state_dict: "more". ' in text
    found = second.load_state_dict(partly, strict=False)
    assert found.unexpected_keys == ["more"]
    assert found.missing_keys[0] == "mean"
    assert second.scale.tolist() == [0.0] * 4
    with pytest.raises(
        RuntimeError, match=r"size mismatch for scale: copying a param with shape torch.Size\(\[3\]\)"
    ):
        second.load_state_dict({**kept, "scale": torch.zeros(3)})


def test_switches_reach_every_module() -> None:
    net = Net()
    assert net.training
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.train()
    assert all(module.training for module in net.modules())
    net.requires_grad_(False)
    assert not any(parameter.requires_grad for parameter in net.parameters())
    net.requires_grad_()
    seen: list[str] = []
    net.apply(lambda module: seen.append(type(module).__name__))
    assert seen == [
        "Conv2d",
        "Linear",
        "Linear",
        "ModuleList",
        "Block",
        "Linear",
        "Tanh",
        "Sequential",
        "Net",
    ]
    assert {parameter.dtype for parameter in net.double().parameters()} == {torch.float64}
    assert net.mean.dtype is torch.float64
    net(torch.ones(1, 4, dtype=torch.float64)).sum().backward()
    assert net.scale.grad is not None
    net.zero_grad()
    assert net.scale.grad is None


def test_containers() -> None:
    net = nn.Sequential({"first": nn.Linear(2, 3), "act": nn.Tanh()})
    assert list(dict(net.named_parameters())) == ["first.weight", "first.bias"]
    plain = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    assert len(plain) == 3
    assert isinstance(plain[-1], nn.Linear)
    assert isinstance(plain[:2], nn.Sequential)
    plain[1] = nn.ReLU()
    assert [type(module).__name__ for module in plain] == ["Linear", "ReLU", "Linear"]
    with pytest.raises(IndexError, match="index 3 is out of range"):
        plain[3]
    listed = nn.ModuleList([nn.Tanh()]).append(nn.ReLU())
    listed.insert(0, nn.Identity())
    assert [type(module).__name__ for module in listed] == ["Identity", "Tanh", "ReLU"]
    named = nn.ModuleDict({"a": nn.Tanh()})
    named["b"] = nn.ReLU()
    assert list(named) == ["a", "b"]
    assert "b" in named
    residual = nn.Residual(nn.Linear(2, 2))
    x = torch.tensor([[1.0, 2.0]])
    np.testing.assert_array_equal(residual(x).tolist(), (x + residual.body(x)).tolist())
    shortcut = nn.Linear(2, 3, bias=False)
    around = nn.Residual(nn.Linear(2, 3), shortcut)
    assert [name for name, _ in around.named_parameters()] == ["body.weight", "body.bias", "shortcut.weight"]
    np.testing.assert_array_equal(around(x).tolist(), (shortcut(x) + around.body(x)).tolist())


def test_a_call_of_ones_own_is_made_in_a_sequence_too() -> None:
    class Loud(nn.Tanh):
        calls = 0

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            return super().__call__(*args, **kwargs)

    class Louder(Loud):
        pass

    loud = [Loud(), Louder()]
    nn.Sequential(nn.Linear(2, 2), *loud)(torch.ones(1, 2))
    assert [module.calls for module in loud] == [1, 1]
    assert nn.Tanh.calls_forward
    assert not Louder.calls_forward


def test_a_parameter_is_on_no_tape_before_it_is_used() -> None:
    with Tape() as tape:
        net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
        assert not tape.nodes
        net(leaf([[1.0, 2.0]], name="x"))
    assert [node.name for node in tape.nodes] == [
        "x", "0.weight", "0.bias", "0.linear#0", "1.weight", "1.bias", "1.linear#0",
    ]  # fmt: skip


def test_a_shape_that_does_not_fit_is_refused_with_the_shapes_and_the_module() -> None:
    net = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Linear(5, 1))
    )
    for scoped, place in ((True, "linear in 1.1"), (False, "linear")):
        with pytest.raises(RuntimeError) as refused, Tape() if scoped else nullcontext():
            net(torch.zeros(2, 3))
        assert str(refused.value) == (
            f"{place}: shapes (2, 4) and (1, 5) and (1,) cannot be multiplied: 4 features against 5"
        )


class Images(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Conv2d(3, 4, 3))
        self.loss = torch.nn.CrossEntropyLoss()

    def forward(self, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        loss: torch.Tensor = self.loss(self.features(x).flatten(1), target)
        return loss


@pytest.mark.parametrize(
    ("x", "target", "said", "place"),
    [
        ((2, 5, 8, 8), (2,), "expected input[2, 5, 8, 8] to have 3 channels", "features.1"),
        ((2, 3, 2, 2), (2,), "Kernel size can't be greater than actual input size", "features.1"),
        ((2, 3, 8, 8), (3,), "Expected input batch_size (2) to match target batch_size (3)", "loss"),
    ],
)
def test_what_a_layer_refuses_by_itself_is_said_with_the_module(
    x: tuple[int, ...], target: tuple[int, ...], said: str, place: str
) -> None:
    net, given = Images(), (torch.zeros(*x), torch.zeros(*target, dtype=torch.long))
    with pytest.raises((RuntimeError, ValueError)) as plain:
        net(*given)
    assert said in str(plain.value)
    with pytest.raises(type(plain.value)) as placed, Tape():
        net(*given)
    assert str(placed.value) == f"{plain.value} (in {place})"

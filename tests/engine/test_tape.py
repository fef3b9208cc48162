from __future__ import annotations

import gc
import threading
import warnings
import weakref

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.backend import be_quiet, get_backend
from chainrule.engine.backward import backward
from chainrule.engine.tape import Tape, current_backend, use_backend
from chainrule.engine.tensor import Tensor, leaf


def one_weight(tape: Tape) -> Tensor:
    with tape:
        w = leaf(2.0, name="w", kind="parameter", requires_grad=True)
        x = leaf(3.0, name="x")
        return (w * x - 10.0) ** 2


def test_nodes_are_named_in_order() -> None:
    tape = Tape()
    loss = one_weight(tape)
    assert [node.name for node in tape.nodes] == [
        "w", "x", "mul#0", "constant#0", "sub#0", "constant#1", "pow#0",
    ]  # fmt: skip
    assert [node.index for node in tape.nodes] == list(range(7))
    assert [node.label for node in tape.nodes] == [None, None, None, "10", None, "2", None]
    assert [node.kind for node in tape.nodes] == [
        "parameter", "input", "op", "constant", "op", "constant", "op",
    ]  # fmt: skip
    assert tape.by_name["pow#0"] is loss.node
    assert loss.item() == 16.0
    assert loss.node.inputs == (tape.by_name["sub#0"], tape.by_name["constant#1"])


def test_scopes_nest_and_count_by_themselves() -> None:
    with Tape() as tape:
        x = leaf(1.0, name="x")
        x + 1
        with tape.scope("block1"):
            y = x + 1
            with tape.scope("conv"):
                y * y
                y * y
            x + 2
        x + 3
    names = [node.name for node in tape.nodes if node.op]
    assert names == [
        "add#0", "block1.add#0", "block1.conv.mul#0", "block1.conv.mul#1", "block1.add#1", "add#1",
    ]  # fmt: skip
    assert tape.by_name["block1.conv.mul#1"].scope == "block1.conv"
    assert tape.by_name["block1.constant#0"].label == "1"


def test_lines_are_recorded() -> None:
    with Tape() as tape:
        tape.line = 3
        x = leaf(1.0, name="x")
        tape.line = 4
        y = -x
    assert (x.node.line, y.node.line) == (3, 4)


def test_leaves_from_elsewhere_are_admitted_when_first_used() -> None:
    w = leaf(2.0, name="w", requires_grad=True)
    anonymous = torch.tensor(3.0)
    for _ in range(2):
        with Tape() as tape:
            product = w * anonymous
            product + w
        assert [node.name for node in tape.nodes] == ["w", "input#0", "mul#0", "add#0"]
        assert all(node in tape for node in tape.nodes)
    gradients = [c.value.item() for c in backward(product.node)]
    assert gradients == [1.0, 3.0]


def test_a_name_is_given_once() -> None:
    with Tape():
        leaf(1.0, name="w")
        with pytest.raises(ValueError, match="already has a node named 'w'"):
            leaf(2.0, name="w")


def test_an_older_tape_goes_backward_after_its_leaf_was_used_on_a_newer_one() -> None:
    w = leaf(2.0, name="w", requires_grad=True)
    with Tape():
        first = w * w * w
    with Tape():
        x = leaf(1.0)
        for _ in range(20):
            x = x + 1
        x * w
    totals = [c.total.item() for c in backward(first.node) if c.target is w.node]
    assert totals == [4.0, 8.0, 12.0]


def test_an_intervention_replaces_a_value_for_all_that_follows() -> None:
    tape = Tape(interventions={"mul#0": 7.5})
    loss = one_weight(tape)
    assert [node.name for node in tape.nodes][2:5] == ["mul#0", "mul#0.delta", "mul#0.edit"]
    delta = tape.by_name["mul#0.delta"]
    assert (delta.value.item(), delta.label, delta.kind, delta.requires_grad) == (1.5, "δ", "constant", False)
    assert tape.by_name["mul#0"].value.item() == 6.0
    assert tape.by_name["mul#0.edit"].value.item() == 7.5
    assert loss.item() == 6.25
    # Other nodes keep their names, and the gradient still reaches the weight.
    assert tape.by_name["sub#0"].inputs[0].name == "mul#0.edit"
    assert "add#0" not in tape.by_name
    by_edge = {c.target.name: c.total.item() for c in backward(loss.node)}
    assert by_edge["w"] == 2 * (7.5 - 10) * 3


@pytest.mark.parametrize("target", [0.1, 1e8 + 1, float("nan"), [[1.0], [2.0]]])
def test_an_intervention_gives_exactly_what_was_asked_for(target: float | list[list[float]]) -> None:
    with Tape(interventions={"div#0": target}) as tape:
        x = leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], name="x")
        y = x / leaf(0.0)
    np.testing.assert_array_equal(y.node.value, np.broadcast_to(np.array(target, np.float32), (2, 3)))
    assert y.node is tape.by_name["div#0.edit"]


def test_a_tape_is_quiet_and_ends_its_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        be_quiet()
        with Tape():
            x = leaf(0.0)
            y = x / x
        assert np.isnan(y.item())
        assert torch.log(torch.tensor(0.0)).item() == -np.inf
        with pytest.raises(RuntimeWarning):
            np.log(np.float32(0.0))
        for _ in backward(torch.log(leaf(0.0, requires_grad=True)).node):
            with pytest.raises(RuntimeWarning):
                np.log(np.float32(0.0))


def test_tapes_nest_and_restore() -> None:
    strict = get_backend("array-api-strict")
    with Tape() as outer:
        leaf(1.0)
        with Tape(strict) as inner:
            assert current_backend() is strict
            leaf(2.0)
        leaf(3.0)
    assert current_backend() is get_backend()
    assert (len(outer.nodes), len(inner.nodes)) == (2, 1)


def test_threads_do_not_see_each_others_tapes() -> None:
    seen = []
    with Tape() as tape:
        thread = threading.Thread(target=lambda: seen.append(leaf(1.0).node.name))
        thread.start()
        thread.join()
    assert seen == [None]
    assert tape.nodes == []


def test_outside_a_tape_nodes_are_garbage_collected() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    y = torch.exp(x)
    inner = weakref.ref(y.node)
    z = y * y
    del y
    assert inner() is not None
    del z
    assert inner() is None


def test_backward_releases_what_it_kept() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    y = torch.exp(x)
    inner = weakref.ref(y.node)
    z = y * y
    del y
    z.backward()
    assert inner() is None
    assert z.item() == pytest.approx(np.exp(4.0))


def test_without_gradients_nothing_is_kept() -> None:
    x = torch.tensor(2.0)
    y = torch.exp(x)
    assert y.node.inputs == ()
    assert y.is_leaf


@pytest.mark.parametrize("recorded", [False, True])
def test_a_chain_of_10000_ops(recorded: bool) -> None:
    def run() -> None:
        x = leaf(1.0, requires_grad=True, dtype="float64")
        y = x
        for _ in range(5000):
            y = y * 1.0001 + x
        count = sum(1 for _ in backward(y.node))
        assert count == 1 + 5000 + 2 * 5000
        y.backward()
        assert x.grad is not None
        assert x.grad.item() == pytest.approx(y.item(), rel=1e-9)
        last = weakref.ref(x.node)
        del x, y
        gc.collect()
        if not recorded:
            assert last() is None

    if recorded:
        with Tape() as tape:
            run()
        assert len(tape.nodes) == 15_001
        del tape
    else:
        run()


def test_a_long_chain_is_freed_without_recursion() -> None:
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = -y
    del y


def test_leaves_are_made_on_the_backend_in_use() -> None:
    strict = get_backend("array-api-strict", "device1")
    with use_backend(strict):
        x = leaf([1.0, 2.0], requires_grad=True)
        y = (x * x).sum()
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 4.0]
    assert str(y.node.value.device) == "array_api_strict.Device('device1')"

"""A unit unfolded for one sample: its numbers are the engine's, they add up, and nothing is told too early."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule.protocol.model import UnfoldedPart
from chainrule.protocol.server import SampleResult, Unfolded
from chainrule.session import Limits, Session
from support.sessions import fingerprint, grad, make, refused, send, tensors, the, value

NETWORKS: list[dict[str, Any]] = [
    {},
    {"loss": "mse", "activation": "relu"},
    {"data": "plane", "hidden": []},
    {"loss": "ce", "l1": 0.01, "l2": 0.1},
    {"batch_norm": True, "l2": 0.05},
    # As many samples as units: which axis is which is not to be told from the sizes.
    {"batch_norm": True, "hidden": [4, 4], "batch_size": 4, "residual": True},
    {"dropout": 0.4, "residual": True, "hidden": [3, 3]},
    {"loss": "ce", "batch_norm": True, "batch_size": 7},
    {"batch_size": 1, "loss": "huber"},
    {"zero_grad": False, "optimizer": "adam"},
    {"features": ["x", "y", "xy"], "hidden": [30, 2], "loss": "mae"},
]


def at_the_end(iteration: int = 1, **config: Any) -> Session:
    """A session at the end of the backward pass of an iteration."""
    session = make("playground", **config)
    send(session, "seek", iteration=iteration)
    send(session, "step", unit="phase", count=2)
    return session


def unfold(session: Session, layer: str, unit: int = 0, **more: Any) -> Unfolded:
    return the(Unfolded, send(session, "unfold", layer=layer, unit=unit, **more))


def layers(session: Session) -> list[str]:
    return [layer.name for layer in session.graph().layers[1:]]


def numbers(found: Unfolded, what: str) -> dict[int, float]:
    return {index: float(data) for index, data in tensors(found.frame, what).items()}


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-13)


# -- it adds up


@pytest.mark.parametrize("config", NETWORKS, ids=str)
def test_every_gradient_is_the_sum_of_what_its_wires_bring(config: dict[str, Any]) -> None:
    session = at_the_end(**config, dtype="float64")
    for layer in layers(session):
        found = unfold(session, layer, row=session.core.record.find("x").shape[0] - 1)
        grads, brought = numbers(found, "grad"), numbers(found, "contribution")
        for node, cell in zip(found.graph.nodes, found.cells, strict=True):
            wires = [edge for edge in found.graph.edges if edge.source == node.index and edge.carries_grad]
            assert node.expected == len(wires) == found.frame.arrived[node.index]
            if not wires or cell.role == "loss":
                continue
            stale = 0.0
            if cell.role == "parameter" and cell.name is not None:
                old = session.core.record.stale_grad(session.core.record.by_name[cell.name])
                stale = 0.0 if old is None else float(old[tuple(cell.place or ())])
            close(math.fsum(brought[edge.index] for edge in wires) + stale, grads[node.index])


@pytest.mark.parametrize("config", NETWORKS, ids=str)
def test_upstream_times_local_is_what_a_wire_brings(config: dict[str, Any]) -> None:
    session = at_the_end(**config, dtype="float64")
    for layer in layers(session):
        found = unfold(session, layer)
        grads, brought, local = (numbers(found, what) for what in ("grad", "contribution", "local"))
        assert local
        for edge in found.graph.edges:
            if edge.index in local:
                close(grads[edge.target] * local[edge.index], brought[edge.index])
            elif edge.carries_grad:
                # Only where no single number is the slope: samples meet, or others are gathered.
                cell = found.cells[edge.target]
                assert cell.mixed or cell.role in ("samples", "units", "penalty")


@pytest.mark.parametrize("config", NETWORKS, ids=str)
def test_products_and_sums_are_what_goes_into_them(config: dict[str, Any]) -> None:
    session = at_the_end(**config, dtype="float64")
    for layer in layers(session):
        found = unfold(session, layer)
        values = numbers(found, "value")
        for node in found.graph.nodes:
            sources = [edge.source for edge in found.graph.edges if edge.target == node.index]
            role = found.cells[node.index].role
            if role == "product":
                close(math.prod(values[k] for k in sources), values[node.index])
            elif node.op == "sum" and role == "sum" and node.glyph == "+":
                close(math.fsum(values[k] for k in sources), values[node.index])


@pytest.mark.parametrize("config", NETWORKS, ids=str)
def test_the_shares_of_all_samples_are_the_gradient_of_the_batch(config: dict[str, Any]) -> None:
    session = at_the_end(**config, dtype="float64")
    record = session.core.record
    for layer in layers(session):
        shown: list[list[float]] = []
        for row in range(record.find("x").shape[0]):
            found = unfold(session, layer, row=row)
            brought = numbers(found, "contribution")
            for node, cell in zip(found.graph.nodes, found.cells, strict=True):
                if cell.role != "parameter":
                    continue
                assert cell.shares is not None
                assert cell.name is not None
                assert len(cell.shares) == found.count
                into = {found.cells[e.target].role: e for e in found.graph.edges if e.source == node.index}
                penalty = brought[into["penalty"].index] if "penalty" in into else 0.0
                stale = record.stale_grad(record.by_name[cell.name])
                left = 0.0 if stale is None else float(stale[tuple(cell.place or ())])
                whole = np.asarray(grad(session, cell.name))[tuple(cell.place or ())]
                close(math.fsum(map(float, cell.shares)) + penalty + left, whole)
                (own,) = (edge for role, edge in into.items() if role not in ("penalty", "samples"))
                close(brought[own.index], cell.shares[row])
                if found.count > 1:
                    others = math.fsum(float(s) for k, s in enumerate(cell.shares) if k != row)
                    close(brought[into["samples"].index], others)
            shown.append([float(s) for cell in found.cells for s in cell.shares or ()])
        # Whoever is looked at: the shares are the same.
        close(shown, [shown[0]] * len(shown))


def test_a_share_is_the_own_gradient_over_the_number_of_samples() -> None:
    session = at_the_end(dtype="float64")
    for row in (0, 7):
        own = the(SampleResult, send(session, "sample", row=row))
        found = unfold(session, "hidden2", 1, row=row)
        for cell in found.cells:
            if cell.role == "parameter" and cell.name is not None:
                close(
                    float((cell.shares or ())[row]) * found.count,
                    np.asarray(own.grads[cell.name])[tuple(cell.place or ())],
                )


def test_elements_are_those_of_the_tape_to_the_last_bit() -> None:
    session = at_the_end(hidden=[3], l2=0.1)
    found = unfold(session, "hidden1", 2, row=4)
    values, grads = numbers(found, "value"), numbers(found, "grad")
    named = 0
    for k, cell in enumerate(found.cells):
        if cell.name is None:
            continue
        named += 1
        place = tuple(cell.place or ())
        assert values[k] == np.asarray(value(session, cell.name))[place]
        # The weight that another unit reads it with has its gradient there.
        whole = None if cell.role == "outgoing" else grad(session, cell.name)
        assert grads.get(k) == (None if whole is None else np.asarray(whole)[place])
    assert named == 9


def test_each_reader_passes_its_gradient_back_through_the_weight_that_it_reads_with() -> None:
    session = at_the_end(hidden=[3, 4], dtype="float64")
    found = unfold(session, "hidden1", 1, row=2)
    values, grads, brought = (numbers(found, what) for what in ("value", "grad", "contribution"))
    outputs = {node.name: node.index for node in found.graph.nodes}
    own = outputs["hidden1.tanh#0[2, 1]"]
    back: list[float] = []
    for k, cell in enumerate(found.cells):
        if cell.role != "outgoing":
            continue
        assert (cell.name, cell.place) == ("hidden2.weight", [len(back), 1])
        (product,) = [edge.target for edge in found.graph.edges if edge.source == k]
        (reader,) = [edge.target for edge in found.graph.edges if edge.source == product]
        (way,) = [edge.index for edge in found.graph.edges if (edge.source, edge.target) == (own, product)]
        assert (found.cells[reader].role, found.cells[reader].unit) == ("consumer", len(back))
        close(values[product], values[k] * values[own])
        close(brought[way], values[k] * grads[reader])
        back.append(brought[way])
    assert len(back) == 4
    close(math.fsum(back), grads[own])


# -- as far as the cursor has come


@pytest.mark.parametrize("config", [{}, {"batch_norm": True, "l2": 0.1, "dropout": 0.2}], ids=str)
def test_nothing_is_told_before_its_step(config: dict[str, Any]) -> None:
    session = make("playground", **config)
    send(session, "seek", iteration=1)
    total = session.core.record.layout.total
    for layer in ("hidden1", "output"):
        told: set[tuple[str, int]] = set()
        topologies, parts = set(), dict[int, list[UnfoldedPart]]()
        for step in range(total):
            send(session, "seek", iteration=1, step=step)
            found = unfold(session, layer, row=3)
            topologies.add(found.graph.topology)
            parts = {}
            for part in found.parts:
                parts.setdefault(part.step, []).append(part)
            now: set[tuple[str, int]] = {
                (t.what, t.index)
                for t in found.frame.tensors
                if t.what in ("value", "grad", "contribution", "local")
            }
            assert told <= now
            kind = session.core.record.step(step).kind
            new = now - told
            here = parts.get(step, [])
            if kind == "forward":
                # Others' sums that are no one number come with none.
                assert {index for what, index in new} <= {part.node for part in here}
                assert {what for what, _ in new} <= {"value"}
            elif kind == "backward":
                brings = {part.edge for part in here}
                assert {i for what, i in new if what == "contribution"} <= brings
                gains = {edge.source for edge in found.graph.edges if edge.index in brings}
                gains |= {part.node for part in here if part.edge is None}
                assert {i for what, i in new if what == "grad"} <= gains
                assert not any(what == "value" for what, _ in new)
            elif kind == "update":
                assert not new
            told = now
        assert len(topologies) == 1
        assert {"value", "grad", "contribution", "local"} == {what for what, _ in told}
        assert sum(len(one) for one in parts.values()) > 10


def test_an_update_changes_the_weights() -> None:
    session = make("playground", optimizer="sgd", lr=0.5)
    record = session.core.record
    step = record.layout.forward + record.layout.backward
    send(session, "seek", iteration=0, step=step)
    assert record.step(step).update is not None
    found = unfold(session, "hidden1", 1)
    before, after, used = (numbers(found, what) for what in ("before", "after", "detail"))
    grads, values = numbers(found, "grad"), numbers(found, "value")
    assert len(before) == 2
    for k, x in before.items():
        assert found.cells[k].name == "hidden1.weight"
        assert used[k] == grads[k]
        assert after[k] == values[k] == np.float32(x) - np.float32(0.5) * np.float32(grads[k])


def test_what_waits_for_a_guess_is_not_in_it() -> None:
    session = make("playground", batch_size=1, hidden=[1], features=["x"])
    send(session, "predict", on=True)
    send(session, "step", unit="phase", count=2)
    assert session.core.withheld()
    waiting = session.core.view().waiting
    assert waiting is not None
    found = unfold(session, "output")
    assert found.frame.withheld
    grads = numbers(found, "grad")
    assert not [k for k in grads if found.cells[k].name == waiting.name]
    brings = [part.edge for part in found.parts if part.step == session.cursor.step]
    assert brings
    assert not set(brings) & set(numbers(found, "contribution"))
    assert all(cell.shares is None for cell in found.cells)


# -- what is unfolded, and what is not


def test_a_weight_alone() -> None:
    session = at_the_end(hidden=[4, 2], dtype="float64")
    whole, one = unfold(session, "hidden2", 1, row=2), unfold(session, "hidden2", 1, row=2, source=3)
    weights = [cell.place for cell in one.cells if cell.name == "hidden2.weight"]
    assert weights == [[1, 3]]
    (rest,) = (k for k, cell in enumerate(one.cells) if cell.role == "inputs")
    assert one.cells[rest].count == 3
    products = [numbers(whole, "value")[k] for k, cell in enumerate(whole.cells) if cell.role == "product"]
    close(numbers(one, "value")[rest], math.fsum(products[:3]))
    assert [n.name for n in one.graph.nodes if n.name in {m.name for m in whole.graph.nodes}]


def test_the_statistics_of_a_batch_are_one_cell() -> None:
    session = at_the_end(batch_norm=True, batch_size=5, dtype="float64")
    found = unfold(session, "hidden1", 1, row=2)
    (k,) = (k for k, cell in enumerate(found.cells) if cell.mixed)
    assert found.graph.nodes[k].op == "batch_norm"
    sources = [edge for edge in found.graph.edges if edge.target == k]
    assert [found.cells[edge.source].role for edge in sources] == ["sum", "samples"]
    assert found.cells[sources[1].source].count == 4
    assert sources[1].source not in numbers(found, "value")
    # What comes back comes by way of all samples: all of the gradient, by no single slope.
    z = grad(session, "hidden1.linear#0")[2][1]
    close(numbers(found, "contribution")[sources[0].index], z)
    assert sources[0].index not in numbers(found, "local")
    assert not any(cell.mixed for cell in unfold(at_the_end(dropout=0.2), "hidden1").cells)


def test_a_wide_layer_is_gathered() -> None:
    session = at_the_end(hidden=[60, 40], dtype="float64")
    found = unfold(session, "hidden2", 5)
    roles = [cell.role for cell in found.cells]
    # And the one by which its only reader reads it.
    assert roles.count("product") == 23 + 1
    assert found.cells[roles.index("inputs")].count == 37
    found = unfold(session, "hidden1", 5)
    assert [cell.role for cell in found.cells].count("consumer") == 8
    units = [cell for cell in found.cells if cell.role == "units"]
    assert [cell.count for cell in units] == [32]


def test_an_edited_activation_is_what_it_was_edited_to() -> None:
    session = at_the_end(hidden=[3], batch_size=4)
    send(session, "edit", name="hidden1.tanh#0", index=[1, 2], value=5.0)
    found = unfold(session, "hidden1", 2, row=1)
    values = numbers(found, "value")
    edited = [
        values[k] for k, node in enumerate(found.graph.nodes) if node.name == "hidden1.tanh#0.edit[1, 2]"
    ]
    assert edited == [5.0]


def test_nothing_is_changed_by_it() -> None:
    session = at_the_end(batch_norm=True)
    before = fingerprint(session)
    unfold(session, "hidden1", 3, row=4)
    assert fingerprint(session) == before


def test_numbers_that_are_not_finite_are_told_as_such() -> None:
    session = at_the_end(hidden=[3], batch_size=4)
    send(session, "edit", name="hidden1.weight", index=[2, 1], value="Infinity")
    found = unfold(session, "hidden1", 2)
    assert set(found.frame.non_finite) >= {
        k for k, node in enumerate(found.graph.nodes) if node.name == "hidden1.weight[2, 1]"
    }
    assert not all(math.isfinite(x) for x in numbers(found, "value").values())
    send(session, "edit", name="hidden1.weight", index=[2, 1], value=1e38)
    send(session, "edit", name="x", index=[0, 1], value=1e38)
    assert unfold(session, "hidden1", 2).frame.non_finite


# -- refusals


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"layer": "x", "unit": 0}, "unit_layer"),
        ({"layer": "nothing", "unit": 0}, "unit_layer"),
        ({"layer": "hidden2", "unit": 2}, "unit_index"),
        ({"layer": "hidden1", "unit": 0, "source": 2}, "unit_index"),
        ({"layer": "hidden1", "unit": 0, "row": 10}, "samples_row"),
    ],
    ids=str,
)
def test_what_is_not_there_is_refused(asked: dict[str, Any], reason: str) -> None:
    session = make("playground")
    error = refused(send(session, "unfold", **asked))
    assert (error.status, error.reason) == (422, reason)


@pytest.mark.parametrize("lesson", ["one-weight", "circuit"])
def test_where_there_are_no_layers_it_is_refused(lesson: str) -> None:
    error = refused(send(make(lesson), "unfold", layer="w", unit=0))
    assert (error.code, error.reason) == ("no_unit", "unit_network")


def test_before_the_batch_there_is_nothing_but_weights() -> None:
    found = unfold(make("playground", Limits(answer_seconds=60.0)), "hidden1")
    assert {found.cells[k].role for k in numbers(found, "value")} == {"parameter", "outgoing"}
    assert not numbers(found, "grad")

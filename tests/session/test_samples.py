"""A sample's own gradient: all of them average into the batch's, whatever the loss, and nothing is told too early."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.engine.backend import host
from chainrule.protocol.server import ArrowsResult, SampleResult
from chainrule.session import Limits, Session
from chainrule.session.batch import batch_of
from support.sessions import fingerprint, grad, make, place, refused, send, the, value

NETWORKS: list[dict[str, Any]] = [
    {},
    {"loss": "mse"},
    {"loss": "huber"},
    {"data": "plane"},
    {"loss": "ce"},
    {"loss": "mae", "data": "plane"},
    {"l1": 0.01, "l2": 0.1},
    {"batch_norm": True, "l2": 0.05},
    # As many samples as units: which axis is which is not to be told from the sizes.
    {"batch_norm": True, "hidden": [10, 10], "batch_size": 10},
    {"dropout": 0.4, "residual": True, "hidden": [3, 3]},
    {"loss": "ce", "batch_norm": True, "batch_size": 7, "activation": "relu"},
    {"batch_size": 1},
    {"zero_grad": False},
]


def at_the_loss(lesson: str = "playground", iteration: int = 2, **config: Any) -> Session:
    """A session at the end of the forward pass of an iteration."""
    session = make(lesson, **config)
    send(session, "seek", iteration=iteration)
    send(session, "step", unit="phase")
    return session


def sample(session: Session, row: int) -> SampleResult:
    return the(SampleResult, send(session, "sample", row=row))


def arrows(session: Session, name: str, **index: Any) -> ArrowsResult:
    return the(ArrowsResult, send(session, "arrows", name=name, **index))


def close(found: Any, expected: Any, dtype: str = "float64") -> None:
    rel, least = (1e-12, 1e-14) if dtype == "float64" else (2e-4, 2e-6)
    np.testing.assert_allclose(found, expected, rtol=rel, atol=least)


# -- they average into one


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("config", NETWORKS, ids=str)
def test_the_mean_of_all_own_gradients_is_the_gradient_of_the_batch(
    config: dict[str, Any], dtype: str
) -> None:
    session = at_the_loss(**config, dtype=dtype)
    batch = batch_of(session.core.record)
    own = [sample(session, row) for row in range(batch.count)]
    assert {one.count for one in own} == {batch.count}
    assert {one.reduction for one in own} == {"mean"}
    record = session.core.record
    loss = float(record.find("data_loss" if "l2" in config else "loss").value)
    close(np.mean([one.loss for one in own]), loss, dtype)
    send(session, "step", unit="phase")
    for name in record.start.values:
        if name not in own[0].grads:
            assert name not in record.by_name or not record.by_name[name].requires_grad
            continue
        mean = np.mean([one.grads[name] for one in own], axis=0)
        penalty = batch.penalty.get(record.by_name[name], 0.0)
        whole = grad(session, name)
        stale = record.stale_grad(record.by_name[name])
        close(mean + penalty + (0.0 if stale is None else stale), whole, dtype)
        assert penalty is 0.0 or config.get("l2") is not None  # noqa: F632


def test_a_sum_is_told_from_a_mean() -> None:
    session = at_the_loss("test-losses", kind="sum")
    own = [sample(session, row) for row in range(5)]
    assert {one.reduction for one in own} == {"sum"}
    penalty = 0.1 * float((session.core.record.find("W").value ** 2).sum())
    assert sum(one.loss for one in own) + penalty == pytest.approx(float(session.core.record.loss), rel=1e-5)
    told = arrows(session, "W")
    close(told.together, np.sum(told.samples, axis=0), "float32")
    close(np.add(told.together, told.penalty), told.batch, "float32")


@pytest.mark.parametrize("kind", ["l1", "smooth", "probabilities", "soft", "ignored", "scaled", "tokens"])
def test_losses_of_all_kinds_and_what_is_done_with_them(kind: str) -> None:
    session = at_the_loss("test-losses", kind=kind, dtype="float64")
    batch = batch_of(session.core.record)
    assert batch.count == 5
    for node, whole in batch.whole.items():
        if node.kind == "parameter":
            own = [batch.gradients(row)[1][node] for row in range(5)]
            close(np.mean(own, axis=0) + batch.penalty.get(node, 0.0), whole)
    losses = [batch.gradients(row)[0] for row in range(5)]
    penalty = sum(float(node.value) * scale for node, scale in batch.penalties)
    close(np.mean(losses) + penalty, float(session.core.record.loss))


def test_an_own_gradient_is_that_of_a_batch_of_one() -> None:
    """Where samples do not meet, it is what the network would learn from this sample alone."""
    session = at_the_loss(dtype="float64", batch_size=6)
    model: Any = session.core.record.start.regime.model
    told = sample(session, 4)
    for name in ("hidden1.weight", "hidden2.bias", "output.weight"):
        nudged = []
        for h in (1e-6, -1e-6):
            values = dict(session.core.record.start.values)
            moved = values[name].copy()
            moved.flat[0] += h
            values[name] = moved
            x, y = model.batch(2)["x"][4:5], model.batch(2)["y"][4:5]
            score = model.outputs(values, x).item()
            nudged.append(float(np.log1p(np.exp(score))) - y.item() * score)
        slope = (nudged[0] - nudged[1]) / 2e-6
        assert np.asarray(told.grads[name]).flat[0] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_its_own_values_are_its_rows() -> None:
    session = at_the_loss(hidden=[3], batch_size=4)
    told = sample(session, 2)
    for name in ("x", "y", "hidden1.linear#0", "hidden1.tanh#0", "output.linear#0"):
        assert told.values[name] == value(session, name)[2]
    assert set(told.deltas) == {"hidden1.linear#0", "hidden1.tanh#0", "output.linear#0"}
    assert set(told.grads) == {"hidden1.weight", "hidden1.bias", "output.weight", "output.bias"}
    # ∂(own term)/∂z of the output is σ(z) − y: not divided by the number of samples.
    score, target = told.values["output.linear#0"][0], told.values["y"][0]
    assert told.deltas["output.linear#0"][0] == pytest.approx(1 / (1 + np.exp(-score)) - target, rel=1e-5)


def test_where_samples_meet_an_own_term_reaches_other_rows() -> None:
    session = at_the_loss(batch_norm=True, dtype="float64")
    record = session.core.record
    batch = batch_of(record)
    _, grads = batch.gradients(0)
    delta = grads[record.find("hidden1.linear#0")]
    assert (abs(delta[1:]) > 0).any()
    close(sample(session, 0).deltas["hidden1.linear#0"], delta[0])


def test_an_edited_activation_is_what_it_was_edited_to() -> None:
    session = at_the_loss(hidden=[3], batch_size=4, dtype="float64")
    send(session, "edit", name="hidden1.tanh#0", index=[1, 2], value=5.0)
    batch = batch_of(session.core.record)
    told = sample(session, 1)
    assert told.values["hidden1.tanh#0.edit"][2] == 5.0
    assert told.values["hidden1.tanh#0"][2] != 5.0
    for node, whole in batch.whole.items():
        if node.kind == "parameter":
            close(np.mean([batch.gradients(row)[1][node] for row in range(4)], axis=0), whole)


def test_an_edited_point_of_the_batch_counts() -> None:
    session = at_the_loss(batch_size=4)
    send(session, "edit", name="x", index=[3, 0], value=2.5)
    assert sample(session, 3).values["x"][0] == 2.5


# -- arrows


def test_arrows_are_the_own_gradients_of_two_elements() -> None:
    session = at_the_loss(l2=0.1, dtype="float64")
    told = arrows(session, "hidden1.weight", first=[3, 1], second=[0, 0])
    assert (told.first, told.second) == ([3, 1], [0, 0])
    for row, arrow in enumerate(told.samples):
        one = sample(session, row)
        assert arrow == [one.grads["hidden1.weight"][3][1], one.grads["hidden1.weight"][0][0]]
        assert told.losses[row] == one.loss
    close(told.together, np.mean(told.samples, axis=0))
    close(np.add(told.together, told.penalty), told.batch)
    assert told.penalty == pytest.approx(
        [0.1 * value(session, "hidden1.weight")[i][j] for i, j in ([3, 1], [0, 0])]
    )
    send(session, "step", unit="phase")
    assert told.batch == [grad(session, "hidden1.weight")[3][1], grad(session, "hidden1.weight")[0][0]]


def test_without_a_choice_they_are_the_two_largest() -> None:
    session = at_the_loss()
    told = arrows(session, "hidden2.weight")
    send(session, "step", unit="phase")
    sizes = abs(host.asarray(grad(session, "hidden2.weight")))
    order = sorted(np.ndindex(*sizes.shape), key=lambda place: -sizes[place])
    assert [tuple(told.first), tuple(told.second or ())] == order[:2]
    other = arrows(session, "hidden2.weight", second=list(order[0]))
    assert [tuple(other.first), tuple(other.second or ())] == [order[1], order[0]]
    again = arrows(session, "hidden2.weight", first=told.first)
    assert (again.samples, again.second) == (told.samples, told.second)


def test_of_one_element_there_is_one() -> None:
    told = arrows(at_the_loss(), "output.bias")
    assert (told.first, told.second) == ([0], None)
    assert {len(arrow) for arrow in (*told.samples, told.together, told.penalty, told.batch)} == {1}


# -- refusals


@pytest.mark.parametrize(
    ("lesson", "config", "reason"),
    [
        ("one-weight", {}, "samples_axis"),
        ("circuit", {}, "samples_axis"),
        ("test-losses", {"kind": "weighted"}, "samples_loss"),
        ("test-losses", {"kind": "squared"}, "samples_loss"),
        ("test-losses", {"kind": "largest"}, "samples_loss"),
    ],
    ids=str,
)
def test_where_there_are_no_samples_it_is_refused(lesson: str, config: dict[str, Any], reason: str) -> None:
    session = at_the_loss(lesson, iteration=0, **config)
    before = fingerprint(session)
    for command in ({"type": "sample", "row": 0}, {"type": "arrows", "name": "w"}):
        error = refused(send(session, **command))
        assert (error.code, error.reason) == ("no_samples", reason)
    assert fingerprint(session) == before


def test_before_the_loss_is_computed_it_is_refused() -> None:
    session = at_the_loss()
    send(session, "step", count=-1)
    assert refused(send(session, "sample", row=0)).code == "not_computed"
    assert refused(send(session, "arrows", name="output.bias")).code == "not_computed"
    send(session, "step")
    assert sample(session, 0).row == 0


def test_wrong_rows_and_elements_are_refused() -> None:
    session = at_the_loss(batch_size=4)
    assert refused(send(session, "sample", row=4)).reason == "samples_row"
    places: list[dict[str, Any]] = [{"first": [9, 0]}, {"second": [0]}, {"first": []}]
    for wrong in places:
        assert refused(send(session, "arrows", name="hidden1.weight", **wrong)).reason == "no_element"
    assert refused(send(session, "arrows", name="x")).code == "no_gradient"
    assert refused(send(session, "arrows", name="nothing")).code == "unknown_name"


def test_what_waits_for_a_guess_is_not_told_by_a_sample() -> None:
    session = make("playground")
    send(session, "predict", on=True)
    send(session, "step", unit="phase")
    assert place(session) == (0, session.core.record.layout.forward - 1)
    for command in (
        {"type": "sample", "row": 0},
        {"type": "arrows", "name": "hidden1.weight"},
        {"type": "nudge", "name": "hidden1.weight", "index": [0, 0], "h": 0.01},
    ):
        assert refused(send(session, **command)).code == "withheld"
    send(session, "step", unit="phase")
    while session.core.withheld():
        contribution = session.core.record.step(session.cursor.step).contribution
        assert contribution is not None
        send(session, "guess", value=str(contribution.value.item()))
        send(session, "step", unit="phase")
    assert sample(session, 0).count == 10


def test_a_large_batch_is_answered_in_slices() -> None:
    session = make("playground", Limits(answer_seconds=0.0), samples=2000, test_share=0.0, batch_size=1000)
    send(session, "step", unit="phase")
    told = arrows(session, "hidden1.weight")
    assert len(told.samples) == 1000
    close(told.together, told.batch, "float32")

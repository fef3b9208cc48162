"""Sizes of layers: what they are, when they are known, and how they are told."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.protocol.model import RunState
from chainrule.protocol.server import Companion, Frame
from chainrule.session import Session
from chainrule.session.runs import run_states
from chainrule.session.sizes import rms
from support.sessions import make, send, the

SLUG = "vanishing-and-exploding"


def states(session: Session) -> dict[str, RunState]:
    return {state.name: state for state in run_states(session.core.view())}


def test_a_size_is_the_root_of_the_mean_square_whatever_the_numbers() -> None:
    arrays = np.array([[3.0, -4.0], [1e200, 1e200], [1e-200, 0.0], [0.0, 0.0], [1.0, np.inf], [1.0, np.nan]])
    found = rms(arrays)
    assert found[:3] == pytest.approx([math.sqrt(12.5), 1e200, 1e-200 / math.sqrt(2)])
    assert found[3] == 0.0
    assert found[4] == math.inf
    assert math.isnan(found[5])
    assert rms(np.full((1, 2, 2), 3e38, np.float32))[0] == pytest.approx(3e38)


def test_what_the_cursor_has_not_reached_has_no_size() -> None:
    session = make(SLUG, depth=3, width=2, batch_size=4)
    assert all(layer.activation is None for layer in states(session)["plain"].layers)
    known = []
    total = session.core.record.layout.total
    for step in range(total):
        send(session, "seek", iteration=0, step=step)
        layers = states(session)["both"].layers
        known.append(
            (
                sum(layer.activation is not None for layer in layers),
                sum(layer.complete for layer in layers),
                sum(layer.weight_grad is not None for layer in layers),
            )
        )
        # From the first layer to the last, and back.
        order = [layer.activation is not None for layer in layers]
        assert order == sorted(order, reverse=True)
        order = [layer.complete for layer in layers]
        assert order == sorted(order)
    assert known == sorted(known)
    assert known[-1] == (4, 4, 4)


def test_sizes_and_gains_are_those_of_the_tensors() -> None:
    session = make(SLUG, depth=3, width=2, batch_size=4, skips=[2])
    send(session, "step", unit="phase", count=2)
    record = session.core.record

    def size(name: str, what: str) -> float:
        node = record.find(name)
        array = node.value if what == "value" else record.grad_at(node, session.cursor.step)
        return float(np.sqrt(np.mean(np.square(np.asarray(array, dtype=np.float64)))))

    plain = states(session)["plain"]
    outputs = ["plain/a1", "plain/h2", "plain/a3", "plain/z"]
    for layer, output, weight in zip(
        plain.layers, outputs, ("layer1", "layer2", "layer3", "output"), strict=True
    ):
        assert layer.activation == pytest.approx(size(output, "value"), rel=1e-12)
        assert layer.grad == pytest.approx(size(output, "grad"), rel=1e-12)
        assert layer.weight_grad == pytest.approx(size(f"plain/{weight}.weight", "grad"), rel=1e-12)
    gains = [layer.gain for layer in plain.layers]
    assert gains[0] is None
    assert gains[1] == pytest.approx(size("plain/a1", "grad") / size("plain/h2", "grad"), rel=1e-12)
    assert plain.product == pytest.approx(math.prod(gain for gain in gains if gain is not None), rel=1e-12)
    assert plain.rate == 0.01
    run = session.graph().runs[0]
    assert [layer.skip for layer in run.layers] == [False, True, False, False]
    assert [session.graph().nodes[layer.output].label for layer in run.layers] == outputs


def test_where_all_gradients_are_zero_there_is_no_gain() -> None:
    session = make(SLUG, depth=3, width=2, batch_size=4, scale=0)
    send(session, "step", unit="phase", count=2)
    layers = states(session)["plain"].layers
    assert [layer.grad for layer in layers[:3]] == [0.0, 0.0, 0.0]
    assert [layer.gain for layer in layers] == [None, None, None, 0.0]


def test_the_run_beside_tells_its_sizes_too() -> None:
    session = make(SLUG, depth=4, width=2, batch_size=4)
    send(session, "step", unit="phase", count=2)
    before = states(session)["plain"]
    send(session, "configure", config={"skips": [3]})
    send(session, "compare", branch=0)
    viewer = session.viewer()
    send(session, "subscribe", viewer, pictures=["runs"])
    send(session, "step", unit="phase", count=-1)
    send(session, "step", unit="phase", count=1)
    pulled = viewer.pull(session)
    beside, here = the(Companion, pulled), the(Frame, pulled)
    assert beside.runs[0] == before
    first, now = before.layers[0].grad, here.runs[0].layers[0].grad
    assert first is not None
    assert now is not None
    assert now > 1.5 * first


def test_the_norm_that_clips_is_told_with_the_last_gradient() -> None:
    session = make(SLUG, depth=3, width=2, batch_size=4, clip="norm", clip_norm=0.01)
    send(session, "step", unit="phase", count=2)
    record = session.core.record
    for column in ("plain", "batchnorm", "residual", "both"):
        total = 0.0
        for name in record.start.values:
            if name.startswith(f"{column}/"):
                grad = record.grad_at(record.find(name), session.cursor.step)
                total += float(np.square(np.asarray(grad, dtype=np.float64)).sum())
        assert states(session)[column].norm == pytest.approx(math.sqrt(total), rel=1e-5)
    send(session, "step", count=-1)
    assert states(session)["plain"].norm is None
    loose = make(SLUG, depth=3, width=2, batch_size=4)
    send(loose, "step", unit="phase", count=3)
    assert states(loose)["plain"].norm is None


def test_what_is_to_be_guessed_has_no_size() -> None:
    session, open_one = (make(SLUG, depth=2, width=1, batch_size=2, columns=["plain"]) for _ in range(2))
    send(session, "predict", on=True)
    while not session.core.view().withheld:
        send(session, "step")
    at = session.cursor
    send(open_one, "seek", iteration=at.iteration, step=at.step - 1)
    assert states(session) == states(open_one)
    while states(open_one) == states(session):
        send(open_one, "step")
    assert open_one.cursor.step >= at.step

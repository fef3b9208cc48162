"""What a filter answers to, against maps made one by one and against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.data.digits import digits
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import leaf
from chainrule.protocol.server import FilterResult
from chainrule.session import Session
from support.sessions import make, refused, send, the

SIDE = 8


@pytest.fixture
def session() -> Session:
    trained = make("convolution")
    send(trained, "seek", iteration=60, step=0)
    return trained


def asked(session: Session, **fields: Any) -> FilterResult:
    return the(FilterResult, send(session, "filter", **fields))


def kernel(session: Session, layer: str) -> tuple[np.ndarray, np.ndarray]:
    values = session.core.record.start.values
    return np.asarray(values[f"{layer}.weight"]), np.asarray(values[f"{layer}.bias"])


def by_hand(image: np.ndarray, weight: np.ndarray, bias: float) -> np.ndarray:
    """(8, 8) ⋆ (3, 3) with a border of zeros, cell by cell."""
    wide = np.pad(image, 1)
    return np.array(
        [[(wide[r : r + 3, c : c + 3] * weight).sum() + bias for c in range(SIDE)] for r in range(SIDE)]
    )


def test_the_strongest_of_all_held_out_images_come_first(session: Session) -> None:
    weight, bias = kernel(session, "conv1")
    images, labels = digits("test", "float32")
    found = asked(session, name="z1", channel=2, most=5)
    maps = np.array([by_hand(image[0], weight[2, 0], bias[2]) for image in images])
    order = np.argsort(-maps.reshape(len(images), -1).max(axis=1), kind="stable")[:5]
    assert (found.count, found.channels) == (len(images), len(weight))
    for one, k in zip(found.best, order, strict=True):
        assert one.response == pytest.approx(maps[k].max(), rel=1e-5)
        assert one.label == labels[one.image]
        assert maps[one.image][tuple(one.place)] == pytest.approx(one.response, rel=1e-5)
        np.testing.assert_array_equal(one.pixels, images[one.image].reshape(-1))
    responses = [one.response for one in found.best]
    assert responses == sorted(responses, reverse=True)


def test_the_image_grows_along_the_gradient_to_the_kernels_own_pattern(session: Session) -> None:
    weight, bias = kernel(session, "conv1")
    found = asked(session, name="z1", channel=0, steps=120)
    responses = [one.response for one in found.excited]
    # It is there before all steps are taken: no image of the data excites it as much.
    assert found.excited[0].step == 0
    assert found.excited[-1].step < 120
    assert responses == sorted(responses)
    assert responses[-1] > found.best[0].response
    last = np.reshape(found.excited[-1].pixels, (SIDE, SIDE))
    middle = last[3:6, 3:6]
    # A pixel in the window ends white where its weight is positive, and black where it is negative.
    np.testing.assert_array_equal(middle, (weight[0, 0] > 0).astype(float))
    assert responses[-1] == pytest.approx(float((middle * weight[0, 0]).sum() + bias[0]), rel=1e-4)
    # What the window does not reach stays as it began.
    first = np.reshape(found.excited[0].pixels, (SIDE, SIDE))
    outside = np.ones((SIDE, SIDE), dtype=bool)
    outside[3:6, 3:6] = False
    np.testing.assert_array_equal(last[outside], first[outside])


def test_a_filter_of_the_second_layer_is_excited_too_and_the_weights_stay(session: Session) -> None:
    before = {name: np.array(value) for name, value in session.core.record.start.values.items()}
    found = asked(session, name="z2", channel=1)
    assert found.excited[-1].response > max(0.0, found.excited[0].response)
    again = asked(session, name="z2", channel=1)
    assert again == found
    for name, value in session.core.record.start.values.items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    ("seed", "config"),
    [
        (7, {}),
        (1, {}),
        (2, {"activation": "tanh"}),
        (4, {"kernel": "5x5", "pooling": "average", "activation": "leaky_relu", "filters2": 8}),
    ],
    ids=str,
)
def test_every_filter_is_excited_more_than_by_any_image_of_the_data(
    seed: int, config: dict[str, Any]
) -> None:
    trained = make("convolution", seed=seed, **config)
    send(trained, "seek", iteration=150, step=0)
    held_out, drawn = digits("test", "float32")[0], digits("train", "float32")[0]
    for label in ("z1", "z2"):
        of_data = maps(trained, label, np.concatenate([held_out, drawn]))
        for channel in range(of_data.shape[1]):
            found = asked(trained, name=label, channel=channel, most=1)
            end = np.reshape(found.excited[-1].pixels, (1, 1, SIDE, SIDE)).astype("float32")
            assert 0 <= end.min() <= end.max() <= 1
            place = tuple(found.excited_place)
            # What it is said to answer it does answer, there, and nowhere in the data more.
            said = found.excited[-1].response
            assert maps(trained, label, end)[0, channel][place] == pytest.approx(said, rel=1e-4, abs=1e-5)
            best = float(of_data[:, channel].max())
            if label == "z1":
                # A linear one answers most to white where its weights are positive; an image of the data may be there.
                weights, biases = kernel(trained, "conv1")
                most = float(np.maximum(weights[channel], 0).sum() + biases[channel])
                assert said == pytest.approx(most, rel=1e-4, abs=1e-5), channel
                assert said > best or said == pytest.approx(best, rel=1e-6)
            else:
                assert said > best, channel
            responses = [one.response for one in found.excited]
            assert responses == sorted(responses)


def maps(session: Session, label: str, images: np.ndarray) -> np.ndarray:
    """(n, channels, rows, columns) of a map, from the network itself."""
    record = session.core.record
    model: Any = record.start.regime.model
    with Tape(record.start.regime.backend) as tape:
        model.read(record.start.values, leaf(images))
    (node,) = (node for node in tape.nodes if node.label == label)
    return np.asarray(node.value)


def test_a_filter_of_zeros_answers_to_nothing() -> None:
    still = make("convolution", initialisation="zeros")
    found = asked(still, name="z1")
    assert [one.step for one in found.excited] == [0]
    assert {one.response for one in found.best} == {0.0}


def test_what_is_no_filter_is_refused(session: Session) -> None:
    for other, name in ((make("one-weight"), "w"), (session, "conv1.weight"), (session, "z")):
        assert refused(send(other, "filter", name=name)).code == "no_filters"
    answer = refused(send(session, "filter", name="z1", channel=999))
    assert (answer.code, answer.reason) == ("invalid_index", "filter_channel")

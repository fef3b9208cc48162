"""What a network says over the plane: thumbnails, surface, scores, and the points themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.protocol.client import CLIENT_MESSAGE
from chainrule.protocol.frames import decode_frame, encode_frame
from chainrule.protocol.model import FrameTensor
from chainrule.protocol.server import Dataset, Frame, ServerMessage
from chainrule.session import Session
from chainrule.session.pictures import SURFACE, THUMBNAIL, Pictures, carried_at, grid, pictures_of
from chainrule.session.viewer import Viewer

ALL = ["units", "surface", "evaluation"]


def do(session: Session, viewer: Viewer | None = None, **command: Any) -> list[ServerMessage]:
    found = session.handle(CLIENT_MESSAGE.validate_python(command), viewer)
    while session.busy:
        found.extend(session.advance(1.0))
    return found


def looking(pictures: list[str] = ALL, **config: Any) -> tuple[Session, Viewer]:
    session = Session("playground", config)
    viewer = session.viewer()
    do(session, viewer, type="subscribe", names=None, pictures=pictures)
    return session, viewer


def pull(session: Session, viewer: Viewer) -> Frame:
    viewer.ack(10**9)
    (frame,) = (message for message in viewer.pull(session) if isinstance(message, Frame))
    return frame


def maps_of(frame: Frame) -> dict[int, FrameTensor]:
    return {tensor.index: tensor for tensor in frame.tensors if tensor.what == "map"}


def network(session: Session, frame: Frame, points: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """The same forward pass in a few lines of NumPy, from the parameters in a frame."""
    graph = session.graph()
    values = {t.index: np.asarray(t.data) for t in frame.tensors if t.what == "value"}
    layers = [points.astype(np.float32)]
    for layer in graph.layers[1:]:
        assert layer.weight is not None and layer.bias is not None
        z = layers[-1] @ values[layer.weight].T + values[layer.bias]
        layers.append(np.tanh(z) if layer.activation == "tanh" else z)
    return layers


def test_maps_and_surface_are_the_network_over_the_plane() -> None:
    session, viewer = looking()
    do(session, viewer, type="seek", iteration=40, step=3)
    frame = pull(session, viewer)
    expected = network(session, frame, grid(-6.0, 6.0, THUMBNAIL))
    maps = [tensor for tensor in frame.tensors if tensor.what == "map"]
    assert [one.index for one in maps] == [0, 1, 2, 3]
    for one in maps:
        assert one.scale is not None
        levels = np.asarray(one.data).astype(np.float64)
        scale = np.asarray(one.scale)
        assert levels.shape == (len(scale), THUMBNAIL, THUMBNAIL)
        told = levels.reshape(len(scale), -1).T * scale / 127.0
        assert np.abs(told - expected[one.index]).max() <= scale.max() / 254.0 + 1e-5
        assert np.abs(levels).max() == 127
    (surface,) = (tensor for tensor in frame.tensors if tensor.what == "surface")
    logits = network(session, frame, grid(-6.0, 6.0, SURFACE))[-1]
    told = np.asarray(surface.data).reshape(-1)
    np.testing.assert_allclose(told, 1.0 / (1.0 + np.exp(-logits[:, 0])), rtol=1e-4, atol=1e-6)


def test_the_first_row_has_the_least_y() -> None:
    session, viewer = looking(features=["y"], hidden=[])
    frame = pull(session, viewer)
    (inputs,) = (tensor for tensor in frame.tensors if tensor.what == "map" and tensor.index == 0)
    levels = np.asarray(inputs.data)[0]
    assert (levels[0] == -127).all() and (levels[-1] == 127).all()


def test_thumbnails_come_only_when_they_have_changed() -> None:
    session, viewer = looking()
    assert {t.index for t in pull(session, viewer).tensors if t.what == "map"} == {0, 1, 2, 3}
    do(session, viewer, type="step", unit="phase", count=2)
    assert not [t for t in pull(session, viewer).tensors if t.what == "map"]
    # Updates go through the parameters in order: the first changes all layers but the input.
    do(session, viewer, type="step", count=1)
    assert {t.index for t in pull(session, viewer).tensors if t.what == "map"} == {1, 2, 3}
    do(session, viewer, type="step", count=4)
    assert {t.index for t in pull(session, viewer).tensors if t.what == "map"} <= {1, 2, 3}
    other = session.viewer()
    do(session, other, type="subscribe", names=None, pictures=["units"])
    assert {t.index for t in pull(session, other).tensors if t.what == "map"} == {0, 1, 2, 3}


def test_of_a_layer_only_those_units_come_that_have_changed() -> None:
    session, viewer = looking()
    first = maps_of(pull(session, viewer))
    # One weight of the first hidden layer: one unit of it changes, and all that reads it.
    weight = np.asarray(session.core.record.start.values["hidden1.weight"]).copy()
    weight[2, 0] += 1
    do(session, viewer, type="edit", name="hidden1.weight", value=weight.tolist())
    second = maps_of(pull(session, viewer))
    assert {index: one.units for index, one in second.items()} == {1: [2], 2: None, 3: None}
    assert second[1].shape == [1, 16, 16]
    other = session.viewer()
    do(session, other, type="subscribe", names=None, pictures=["units"])
    whole = maps_of(pull(session, other))[1]
    merged = np.asarray(first[1].data).copy()
    merged[second[1].units] = np.asarray(second[1].data)
    np.testing.assert_array_equal(merged, np.asarray(whole.data))
    assert second[1].scale == whole.scale


def test_units_that_say_the_same_are_not_sent_while_it_trains() -> None:
    """Where a unit is dead its thumbnail is as it was, whatever its neighbours learn."""
    session, viewer = looking()
    do(session, viewer, type="configure", config={"activation": "relu", "hidden": [4]})
    bias = [-1000.0, 0.0, 0.5, -1000.0]
    do(session, viewer, type="edit", name="hidden1.bias", value=bias)
    pull(session, viewer)
    do(session, viewer, type="step", unit="iteration", count=5)
    units = maps_of(pull(session, viewer))[1].units
    assert units is not None
    assert set(units) <= {1, 2}


def test_where_only_the_scale_has_changed_no_thumbnail_is_sent() -> None:
    """With one weight alone a unit says the same in another size."""
    session, viewer = looking()
    do(session, viewer, type="configure", config={"activation": "linear", "hidden": [1], "features": ["x"]})
    do(session, viewer, type="edit", name="hidden1.bias", value=[0.0])
    do(session, viewer, type="edit", name="hidden1.weight", value=[[1.0]])
    pull(session, viewer)
    do(session, viewer, type="edit", name="hidden1.weight", value=[[2.0]])
    changed = maps_of(pull(session, viewer))[1]
    assert (changed.units, changed.shape, changed.scale) == ([], [0, 16, 16], [12.0])
    frame = session.frame(viewer).model_copy(update={"tensors": [changed]})
    (again,) = decode_frame(encode_frame(frame)).tensors
    assert (again.units, again.shape, np.asarray(again.data).size) == ([], [0, 16, 16], 0)


def test_all_thumbnails_come_again_with_another_network_and_for_who_asks_again() -> None:
    session, viewer = looking()
    pull(session, viewer)
    do(session, viewer, type="configure", config={"hidden": [3]})
    do(session, viewer, type="step", unit="iteration", count=1)
    assert {t.index for t in pull(session, viewer).tensors if t.what == "map"} == {0, 1, 2}
    do(session, viewer, type="subscribe", names=None, pictures=["units"])
    assert {t.index for t in pull(session, viewer).tensors if t.what == "map"} == {0, 1, 2}


def test_who_comes_back_subscribes_with_the_same_command() -> None:
    session = Session("playground")
    for viewer in (session.viewer(), session.viewer()):
        do(session, viewer, type="subscribe", id="a-1", names=None, pictures=["surface"])
        assert [t for t in pull(session, viewer).tensors if t.what == "surface"]


def test_what_is_not_subscribed_to_is_not_sent() -> None:
    session, viewer = looking([])
    frame = pull(session, viewer)
    assert frame.evaluation is None
    assert not [t for t in frame.tensors if t.what in ("map", "surface")]


def test_scores_count_every_point_once_and_agree_with_the_metrics() -> None:
    session, viewer = looking()
    do(session, viewer, type="seek", iteration=40, step=0)
    frame = pull(session, viewer)
    assert frame.evaluation is not None and frame.evaluation.test is not None
    columns = session.columns(40, 41)
    for scores, name in ((frame.evaluation.train, "accuracy"), (frame.evaluation.test, "test_accuracy")):
        assert np.sum(scores.confusion) == scores.count == 150
        assert scores.accuracy == np.trace(scores.confusion) / scores.count == columns[name][0]
    assert frame.evaluation.test.loss == columns["test_loss"][0]


@pytest.mark.parametrize("data", ["plane", "multi-gauss"])
def test_numbers_have_no_classes(data: str) -> None:
    session, viewer = looking(data=data)
    messages = viewer.pull(session)
    (points,) = (message for message in messages if isinstance(message, Dataset))
    assert points.classes == 0 and points.says == "number"
    (frame,) = (message for message in messages if isinstance(message, Frame))
    assert frame.evaluation is not None
    assert frame.evaluation.train.accuracy is None and frame.evaluation.train.confusion == []


def test_the_points_are_told_once_and_again_when_they_change() -> None:
    session, viewer = looking()
    first = [message for message in viewer.pull(session) if isinstance(message, Dataset)]
    assert [len(message.inputs) for message in first] == [300]
    assert first[0].held_out == 150 and set(first[0].targets) == {0.0, 1.0}
    viewer.ack(10**9)
    do(session, viewer, type="configure", config={"lr": 0.1})
    do(session, viewer, type="step", unit="iteration", count=2)
    assert not [message for message in viewer.pull(session) if isinstance(message, Dataset)]
    do(session, viewer, type="configure", config={"noise": 0.4, "data": "gauss"})
    do(session, viewer, type="step", unit="iteration", count=2)
    viewer.ack(10**9)
    again = [message for message in viewer.pull(session) if isinstance(message, Dataset)]
    assert len(again) == 1 and again[0].inputs != first[0].inputs


def test_a_frame_says_which_points_it_is_about() -> None:
    session, viewer = looking()
    assert pull(session, viewer).batch == []
    do(session, viewer, type="step", count=1)
    frame = pull(session, viewer)
    assert len(frame.batch) == 10 and min(frame.batch) >= 150
    points = next(m for m in session.news("dataset") if isinstance(m, Dataset))
    x = next(t for t in frame.tensors if t.what == "value" and t.index == session.graph().layers[0].output)
    np.testing.assert_allclose(np.asarray(x.data), [points.inputs[row] for row in frame.batch], rtol=1e-6)


def test_numbers_that_are_none_are_marked() -> None:
    session, viewer = looking()
    do(session, viewer, type="edit", name="hidden1.weight", index=[0, 0], value="NaN")
    maps = {t.index: np.asarray(t.data) for t in pull(session, viewer).tensors if t.what == "map"}
    assert (maps[1][0] == -128).all() and (maps[1][1] != -128).all()
    assert (maps[3] == -128).all()


def test_pictures_travel_in_binary_frames() -> None:
    session, viewer = looking()
    frame = pull(session, viewer)
    again = decode_frame(encode_frame(frame))
    for one, other in zip(frame.tensors, again.tensors, strict=True):
        assert (one.what, one.index, one.dtype, one.shape) == (
            other.what,
            other.index,
            other.dtype,
            other.shape,
        )
        np.testing.assert_array_equal(np.asarray(one.data), np.asarray(other.data))
    assert again.evaluation == frame.evaluation


def test_layers_name_their_nodes() -> None:
    graph = Session("playground", {"features": ["x", "sin_y"], "hidden": [3]}).graph()
    names = [node.name for node in graph.nodes]
    first, hidden, output = graph.layers
    assert (first.kind, first.labels, names[first.output]) == ("input", ["x", "sin y"], "x")
    assert (hidden.kind, hidden.units, hidden.activation) == ("hidden", 3, "tanh")
    assert hidden.weight is not None and names[hidden.weight] == "hidden1.weight"
    assert hidden.summed is not None and graph.nodes[hidden.summed].op == "linear"
    assert graph.nodes[hidden.output].op == "tanh"
    assert (output.kind, output.units, output.activation) == ("output", 1, "")
    assert output.summed == output.output
    assert Session("one-weight").graph().layers == []


def test_units_are_dead_or_saturated_over_all_points_that_are_trained_on() -> None:
    session, viewer = looking(activation="sigmoid", initialisation="large", hidden=[8, 8, 8])
    frame = pull(session, viewer)
    assert frame.evaluation is not None
    points = next(m for m in session.news("dataset") if isinstance(m, Dataset))
    trained_on = np.asarray(points.inputs)[points.held_out :]
    # By the formula: the slope of a sigmoid is a (1 − a), here in float64.
    values = {t.index: np.asarray(t.data, dtype=np.float64) for t in frame.tensors if t.what == "value"}
    layer, found = trained_on, frame.evaluation.health
    assert found[0].units == 0 and len(found) == 5
    flat = 0
    for shape, told in zip(session.graph().layers[1:-1], found[1:], strict=False):
        assert shape.weight is not None and shape.bias is not None
        layer = 1.0 / (1.0 + np.exp(-(layer @ values[shape.weight].T + values[shape.bias])))
        share = (layer * (1.0 - layer) < 1e-3).mean(axis=0)
        saturated = [int(k) for k in np.flatnonzero(share >= 0.95)]
        assert told.units == 8 and sorted({*told.dead, *told.saturated}) == saturated
        assert not {*told.dead} & {*told.saturated}
        flat += len(saturated)
    assert 0 < flat < 24, "a network where all or none are proves little"
    assert (found[-1].units, found[-1].dead, found[-1].saturated) == (0, [], [])


def test_a_unit_that_is_dead_here_is_the_one_at_which_one_stops() -> None:
    session, viewer = looking(activation="relu", lr=3.0)
    do(session, viewer, type="breakpoint", action="add", condition={"kind": "dead"})
    do(session, viewer, type="step", unit="iteration", count=300)
    moved = session.cursor
    assert 0 < moved.iteration < 300
    after = pull(session, viewer)
    assert after.evaluation is not None
    assert [layer.dead for layer in after.evaluation.health] != [[], [], [], []]
    do(session, viewer, type="seek", iteration=moved.iteration, step=0)
    before = pull(session, viewer)
    assert before.evaluation is not None
    assert [layer.dead for layer in before.evaluation.health] != [
        layer.dead for layer in after.evaluation.health
    ]


def test_what_bends_nothing_is_neither() -> None:
    configs: list[dict[str, Any]] = [
        {"activation": "linear"},
        {"hidden": []},
        {"data": "plane", "activation": "linear"},
    ]
    for config in configs:
        session, viewer = looking(**config)
        frame = pull(session, viewer)
        assert frame.evaluation is not None
        assert all(
            (layer.units, layer.dead, layer.saturated) == (0, [], []) for layer in frame.evaluation.health
        )


def test_what_is_carried_at_the_end_is_what_its_steps_say() -> None:
    session, _ = looking(batch_norm=True)
    do(session, type="step", unit="iteration", count=5)
    record, view = session.core.record, session.core.view()
    found = carried_at(view)
    assert list(found) == list(record.start.values)
    for name, array in found.items():
        node = record.by_name.get(name)
        expected = (
            view.value(node) if node is not None and node.kind == "parameter" else record.end.values[name]
        )
        assert np.asarray(array).tobytes() == np.asarray(expected).tobytes()
    assert any(np.asarray(found[name] != before).any() for name, before in record.start.values.items())


@pytest.mark.parametrize("spoiled", [None, "NaN", "Infinity"])
def test_all_thumbnails_at_once_are_those_of_each_layer(spoiled: str | None) -> None:
    session, viewer = looking(hidden=[5, 3])
    if spoiled is not None:
        do(session, viewer, type="edit", name="hidden2.weight", index=[1, 0], value=spoiled)
    pictures = pictures_of(session.core.view())
    assert isinstance(pictures, Pictures)
    layers = pictures.model.units(pictures.values, grid(-6.0, 6.0, THUMBNAIL))
    found = maps_of(pull(session, viewer))
    for index, layer in enumerate(layers):
        columns = layer.T.reshape(-1, THUMBNAIL, THUMBNAIL)
        known = np.isfinite(columns)
        scales = np.abs(np.where(known, columns, 0.0)).max(axis=(1, 2))
        with np.errstate(all="ignore"):
            levels = np.rint(columns / np.where(scales > 0, scales, 1.0)[:, None, None] * 127.0)
        assert found[index].scale == pytest.approx(scales.tolist(), rel=1e-5)
        away = np.abs(np.where(known, levels, -128) - np.asarray(found[index].data).astype(int))
        # Another number of places in one pass may round otherwise.
        assert away.max() <= 1 and ((away == 0) | known).all()

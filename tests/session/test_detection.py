"""A detector that is asked: what its cells say and cost adds up, a dragged box ends where it is held, curves make mAP."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from chainrule.detection.boxes import overlap
from chainrule.protocol.server import DetectResult, PrecisionResult, SceneResult
from chainrule.session import Session
from chainrule.session.summary import summarise
from support.sessions import make, refused, send

SMALL: dict[str, Any] = {"filters": 4, "batch_size": 3, "scenes": 8}


def asked(session: Session, kind: type[Any], command: str, **fields: Any) -> Any:
    messages = send(session, command, **fields)
    found = [message for message in messages if isinstance(message, kind)]
    assert len(found) == 1, list(messages)
    return found[0]


def detect(session: Session, **fields: Any) -> DetectResult:
    found: DetectResult = asked(session, DetectResult, "detect", **fields)
    return found


@pytest.fixture(scope="module")
def trained() -> Session:
    return make("detection", lr=0.01, schedule="constant", **SMALL)


@pytest.fixture
def session(trained: Session) -> Session:
    """After some training, at the end of a backward pass, wherever the test before has gone."""
    send(trained, "seek", iteration=40, step=0)
    send(trained, "step", unit="phase", count=2)
    return trained


def test_each_term_is_the_sum_of_its_cells_and_slopes_are_those_of_the_gradient(session: Session) -> None:
    record = session.core.record
    found = detect(session, row=1)
    losses = [np.asarray(record.find(f"{name}_cells").value)[1] for name in ("box", "objectness", "class")]
    slopes = np.asarray(session.core.view().grad(record.find("z")))[1]
    parts = (slice(0, 4), slice(4, 5), slice(5, 7))
    for term, cells, part in zip(found.terms, losses, parts, strict=True):
        np.testing.assert_allclose(term.cells, term.weight * cells.reshape(-1), rtol=1e-6)
        assert term.total == pytest.approx(sum(term.cells))
        expected = np.sqrt((slopes[part].astype(np.float64) ** 2).sum(axis=0)).reshape(-1)
        np.testing.assert_allclose(term.slopes, expected, rtol=1e-6)
        assert sum(term.slopes) > 0


def test_what_is_suppressed_overlaps_what_suppressed_it_and_what_is_kept_does_not(session: Session) -> None:
    found = detect(session, row=0, threshold=0.3).found
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
    kept = [k for k, one in enumerate(found) if one.counted and one.by is None]
    gone = [k for k, one in enumerate(found) if one.by is not None]
    assert kept
    assert gone
    boxes = np.array([one.box for one in found], dtype=float)
    iou = overlap(boxes, boxes).iou
    for k in gone:
        by = found[k].by
        assert by in kept
        assert found[by].kind == found[k].kind
        assert found[k].overlap == pytest.approx(iou[k, by])
        assert iou[k, by] > 0.3
    for a in kept:
        assert all(found[b].kind != found[a].kind or iou[a, b] <= 0.3 for b in kept if b < a)
        rivals = [iou[a, b] for b in kept if b < a and found[b].kind == found[a].kind]
        assert found[a].overlap == pytest.approx(max(rivals, default=0.0))
    assert not any(one.right for k, one in enumerate(found) if k not in kept)
    # Nothing is suppressed above an overlap of 1.
    assert all(one.by is None for one in detect(session, row=0, threshold=1.0).found)


def test_a_box_overlaps_the_true_one_as_is_told(session: Session) -> None:
    found = detect(session, row=2)
    true = np.array([one.box for one in found.true], dtype=float)
    for one in found.found:
        assert one.pair is not None
        assert one.true is not None
        there = overlap(np.array([one.box], dtype=float), true)
        assert one.pair.iou == pytest.approx(there.iou[0, one.true])
        assert float(one.pair.iou) == pytest.approx(float(one.pair.intersection) / float(one.pair.union))


def test_a_dragged_box_costs_at_first_what_its_cell_costs_and_nothing_on_the_true_box(
    session: Session,
) -> None:
    plain = detect(session, row=1)
    goal = next(one for one in plain.true if one.assigned)
    place = {"row": goal.row, "column": goal.column}
    found = detect(session, row=1, moved={**place, "box": goal.box}).dragged
    assert found is not None
    assert plain.true[found.true or 0] == goal
    term = plain.terms[0]
    cost = float(term.cells[8 * goal.row + goal.column]) / float(term.weight)
    # Cut to the image, a box may have changed a little.
    assert found.losses[0] == pytest.approx(cost, rel=0.2)
    assert found.loss == found.losses[-1] == pytest.approx(0.0, abs=1e-5)
    assert found.ious[-1] == pytest.approx(1.0)
    assert found.scene[0] == plain.map50
    assert len(found.losses) == len(found.scene) == len(found.batch)
    # The loss slides; mAP knows few levels.
    assert len({round(float(x), 6) for x in found.losses}) > 20
    assert len(set(found.scene)) < 8


def test_the_slopes_of_a_dragged_box_are_those_of_its_loss(session: Session) -> None:
    goal = next(one for one in detect(session, row=1).true if one.assigned)
    x1, y1, x2, y2 = (float(edge) for edge in goal.box)
    held = [x1 + 1.3, y1 + 1.1, x2 + 1.7, y2 + 0.7]

    def at(box: list[float]) -> Any:
        return detect(session, row=1, moved={"row": goal.row, "column": goal.column, "box": box}).dragged

    here = at(held)
    for edge in range(4):
        more = [x + 0.05 * (k == edge) for k, x in enumerate(held)]
        if max(more) < 64:
            assert (at(more).loss - here.loss) / 0.05 == pytest.approx(here.slopes[edge], abs=3e-3)


@pytest.mark.parametrize("picture", ["original", "held_out"])
def test_other_pictures_go_through_the_network_as_it_was_when_the_iteration_began(
    session: Session, picture: str
) -> None:
    shown: SceneResult = asked(session, SceneResult, "scene", picture=picture, row=1)
    pixels = np.frombuffer(base64.b64decode(shown.pixels), np.uint8).reshape(3, 64, 64)
    found = detect(session, picture=picture, row=1, pulls=True)
    record = session.core.record
    model: Any = record.start.regime.model
    z = model.scores_of(record.start.values, pixels[None].astype(np.float32) / 255)
    told = model.read(z)
    for one in found.found[:10]:
        np.testing.assert_allclose(one.box, told.boxes[0, one.row * 8 + one.column], atol=0.02)
        assert one.objectness == pytest.approx(told.objectness[0, one.row * 8 + one.column], abs=1e-3)
    assert found.true == shown.true
    assert all(len(term.slopes) == 64 for term in found.terms)
    assert [pull.name for pull in found.pulls] == list(record.start.regime.trained)
    if picture == "held_out":
        goal = found.true[0]
        moved = {"row": goal.row, "column": goal.column, "box": goal.box}
        dragged = detect(session, picture=picture, row=1, moved=moved).dragged
        assert dragged is not None
        assert dragged.scene[0] == found.map50


def test_pulls_of_the_terms_are_gradients_of_the_terms(session: Session) -> None:
    pulls = {pull.name: pull for pull in detect(session, row=0, pulls=True).pulls}
    record, view = session.core.record, session.core.view()
    for name, pull in pulls.items():
        grad = np.asarray(view.grad(record.find(name)), dtype=np.float64)
        assert pull.whole == pytest.approx(np.sqrt((grad**2).sum()), rel=1e-5)
        assert float(pull.whole) <= sum(map(float, pull.sizes)) * 1.000001
    # The head has rows of its own for each term: there they are at right angles.
    head = pulls["head.bias"]
    assert float(head.whole) ** 2 == pytest.approx(sum(float(x) ** 2 for x in head.sizes), rel=1e-5)


def test_the_terms_are_traced_to_the_weights_of_a_layer(session: Session) -> None:
    found = detect(session, row=0, pulls=True, layer="conv4.weight")
    assert found.traced is not None
    terms = np.array(found.traced.terms)
    assert terms.shape == (3, found.traced.rows * found.traced.columns)
    pull = next(one for one in found.pulls if one.name == "conv4.weight")
    np.testing.assert_allclose(np.sqrt((terms**2).sum(axis=1)), pull.sizes, rtol=1e-9)
    # The rows of the head belong to one term each, so there each is the whole gradient or nothing.
    head = detect(session, row=0, pulls=True, layer="head.weight").traced
    assert head is not None
    own = np.array(head.terms).reshape(3, head.rows, head.columns)
    grad = session.core.view().grad(session.core.record.find("head.weight"))
    whole = np.abs(np.asarray(grad, np.float64))[:, :, 0, 0]
    for term, rows in enumerate((slice(0, 4), slice(4, 5), slice(5, 7))):
        np.testing.assert_allclose(own[term, rows], whole[rows], rtol=1e-4, atol=1e-9)
        assert own[term].sum() == pytest.approx(own[term, rows].sum())
    assert detect(session, row=0, pulls=True, layer="head.bias").traced is None


def test_augmentation_changes_the_gradient_and_without_it_nothing_does(session: Session) -> None:
    found = detect(session, row=0, compare=True).against
    assert found is not None
    assert -1 < float(found.cosine) < 0.9999
    assert len(found.augmented_cells) == len(found.original_cells) == 64
    assert found.augmented_cells != found.original_cells
    still = make("detection", augment=[], **SMALL)
    send(still, "step", unit="phase")
    same = detect(still, row=0, compare=True).against
    assert same is not None
    assert same.augmented == same.original
    assert same.cosine == pytest.approx(1.0)
    assert same.augmented_cells == same.original_cells
    send(still, "step", unit="phase")
    now, before = detect(still, row=1), detect(still, row=1, picture="original")
    for term, was in zip(now.terms, before.terms, strict=True):
        np.testing.assert_allclose(term.slopes, was.slopes, rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(term.cells, was.cells, rtol=1e-4, atol=1e-7)


def test_curves_make_the_metrics(session: Session) -> None:
    send(session, "seek", iteration=100, step=0)
    metrics = session.info().metrics
    told = [metrics[f"test_{name}_loss"] for name in ("box", "objectness", "class")]
    assert sum(float(x or 0.0) for x in told) == pytest.approx(metrics["test_loss"], rel=1e-5)
    found: PrecisionResult = asked(session, PrecisionResult, "precision")
    assert found.mean == pytest.approx(metrics["map50"])
    for drawn in found.curves:
        assert drawn.average == pytest.approx(np.mean([float(x) for x in drawn.envelope]))
        hits = 0
        for k, point in enumerate(drawn.points, 1):
            hits += point.right
            assert point.precision == pytest.approx(hits / k)
            assert point.recall == pytest.approx(hits / drawn.count)
    thresholds = np.linspace(0.5, 0.95, 10)
    means = [asked(session, PrecisionResult, "precision", iou=float(t)).mean for t in thresholds]
    assert np.mean(means) == pytest.approx(metrics["map50_95"])
    assert asked(session, PrecisionResult, "precision", part="train").mean == pytest.approx(
        metrics["train_map50"]
    )


def test_nothing_is_said_before_it_is_computed() -> None:
    session = make("detection", **SMALL)
    assert refused(send(session, "scene")).code == "not_computed"
    assert refused(send(session, "detect")).code == "not_computed"
    send(session, "step")
    found = detect(session)
    assert found.true
    assert not found.found
    assert all(term.total is None and not term.cells and not term.slopes for term in found.terms)
    assert detect(session, picture="held_out").found


def test_an_original_follows_the_steps_of_the_batch() -> None:
    """Beside the picture that it became nothing is told of it that is not told of that."""
    stepped = make("detection", batch_size=2)
    layout = stepped.core.record.layout
    last = layout.forward + layout.backward - 1
    held_out = detect(stepped, picture="held_out", maps=True)
    assert held_out.found
    seen = []
    for step in range(1, last + 1, 3):
        send(stepped, "seek", iteration=0, step=step)
        batch, original = (
            detect(stepped, picture=picture, maps=True, compare=True) for picture in ("batch", "original")
        )
        assert bool(original.found) == bool(batch.found)
        assert (original.against is None) == (batch.against is None)
        for one, other in zip(original.terms, batch.terms, strict=True):
            assert (one.total is None) == (other.total is None)
            assert bool(one.slopes) == bool(other.slopes)
        for own, beside in zip(original.layers, batch.layers, strict=True):
            assert bool(own.value) == bool(beside.value)
            assert bool(own.grad) == bool(beside.grad)
        seen.append((bool(original.found), bool(original.terms[0].slopes), original.against is not None))
        # What is held out is whole at every step.
        assert detect(stepped, picture="held_out", maps=True).found == held_out.found
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == ((False, False, False), (True, True, True))


def test_answers_that_are_withheld_are_not_told() -> None:
    session = make("detection", **SMALL)
    send(session, "predict", on=True)
    send(session, "step", unit="phase")
    goal = detect(session).true[0]
    moved = {"row": goal.row, "column": goal.column, "box": goal.box}
    for picture in ("batch", "original", "held_out"):
        found = detect(session, picture=picture, pulls=True, compare=True, moved=moved)
        assert not found.pulls
        assert found.against is None
        assert not any(term.slopes for term in found.terms)
        assert found.dragged is not None
        assert not found.dragged.slopes


def test_what_is_not_there_is_refused(session: Session) -> None:
    box = [0.0, 0.0, 1.0, 1.0]
    moved = {"row": 8, "column": 0, "box": box}
    answer = refused(send(session, "detect", picture="held_out", moved=moved))
    assert (answer.code, answer.reason) == ("invalid_index", "detector_cell")
    for command in ("scene", "detect", "precision"):
        assert refused(send(make("one-weight"), command)).code == "no_detector"


def after_backward(session: Session) -> None:
    record = session.core.record
    send(session, "seek", iteration=40, step=record.first_backward + record.layout.backward - 1)


@pytest.mark.parametrize("picture", ["batch", "original", "held_out"])
def test_a_true_box_that_is_dragged_moves_the_target_and_all_that_follows_from_it(
    session: Session, picture: str
) -> None:
    after_backward(session)
    plain = detect(session, picture=picture, row=1)
    index = next(k for k, one in enumerate(plain.true) if one.assigned)
    true = plain.true[index]
    x1, y1, x2, y2 = (float(edge) for edge in true.box)
    # Where it stands, nothing changes.
    there = detect(session, picture=picture, row=1, target={"index": index, "box": true.box})
    assert there.true == plain.true
    for now, before in zip(there.terms, plain.terms, strict=True):
        np.testing.assert_allclose(now.cells, before.cells, rtol=2e-4, atol=1e-6)
        np.testing.assert_allclose(now.slopes, before.slopes, rtol=2e-3, atol=1e-6)
    # Two cells to the side another cell owns it. It is made narrower: within a box that is said, it moves at no cost.
    by = 16.0 if x2 < 47 else -16.0
    moved = {"index": index, "box": [x1 + by, y1, x1 + by + 0.6 * (x2 - x1), y2]}
    found = detect(session, picture=picture, row=1, target=moved)
    assert found.true[index].column != true.column
    assert [one for k, one in enumerate(found.true) if k != index and one.assigned]
    drag = found.dragged
    assert drag is not None
    assert drag.of == "true"
    assert drag.true == index
    assert drag.box == pytest.approx(moved["box"])
    assert drag.losses[0] == pytest.approx(sum(float(term.total or 0) for term in plain.terms), rel=1e-4)
    assert (
        drag.loss == drag.losses[-1] == pytest.approx(sum(float(t.total or 0) for t in found.terms), rel=1e-4)
    )
    assert drag.scene[0] == plain.map50
    assert drag.scene[-1] == found.map50
    # The loss slides; mAP knows few levels.
    assert len({round(float(x), 6) for x in drag.losses}) > 15
    assert len(set(drag.scene)) < 8
    for one in found.found:
        if one.true == index:
            there_now = overlap(np.array([one.box], dtype=float), np.array([moved["box"]]))
            assert one.pair is not None
            assert one.pair.iou == pytest.approx(there_now.iou[0, 0], abs=1e-5)
    # Of a true box that is not there, none is moved.
    assert detect(session, picture=picture, row=1, target={"index": 99, "box": true.box}).dragged is None


@pytest.mark.parametrize("picture", ["batch", "original", "held_out"])
def test_what_a_true_box_costs_pulls_from_where_it_is_held(session: Session, picture: str) -> None:
    asking = {"picture": picture, "row": 1, "pulls": True, "compare": picture != "held_out"}
    plain = detect(session, **asking)
    true = plain.true[0]
    there = detect(session, **asking, target={"index": 0, "box": true.box})
    moved = [float(edge) + by for edge, by in zip(true.box, (3, -2, 3, -2), strict=True)]
    found = detect(session, **asking, target={"index": 0, "box": moved})
    for one, same, other in zip(plain.pulls, there.pulls, found.pulls, strict=True):
        np.testing.assert_allclose(same.sizes, one.sizes, rtol=1e-5, atol=1e-7)
        assert other.sizes[0] != pytest.approx(one.sizes[0], rel=1e-4)
    if picture != "held_out":
        assert plain.against is not None
        assert there.against is not None
        assert found.against is not None
        own, beside = ("augmented", "original") if picture == "batch" else ("original", "augmented")
        assert getattr(there.against, own) == pytest.approx(getattr(plain.against, own), rel=1e-4)
        assert getattr(found.against, own) != pytest.approx(getattr(plain.against, own), rel=1e-4)
        assert getattr(found.against, beside) == getattr(plain.against, beside)


def test_what_has_not_come_does_not_come_with_another_target(session: Session) -> None:
    made = make("detection", **SMALL)
    send(made, "seek", iteration=0, step=12)
    true = detect(made, row=0).true[0]
    target = {"index": 0, "box": [float(edge) + 1 for edge in true.box]}
    at_scores = detect(made, row=0, target=target)
    assert at_scores.dragged is not None
    assert all(term.cells == [] and term.slopes == [] for term in at_scores.terms)
    # The gradient by the classes comes first.
    send(made, "seek", iteration=0, step=81)
    box, thing, kind = (np.asarray(term.slopes).sum() for term in detect(made, row=0, target=target).terms)
    assert (box, thing) == (0, 0)
    assert kind > 0


def test_maps_of_layers_are_sizes_over_channels_and_come_one_by_one(session: Session) -> None:
    after_backward(session)
    record = session.core.record
    found = detect(session, row=1, maps=True).layers
    assert [one.scope for one in found] == ["conv1", "conv2", "conv3", "conv4", "conv5", "head"]
    assert [one.side for one in found] == [16, 16, 8, 8, 8, 8]
    for one, label in zip(found, ("a1", "a2", "a3", "a4", "a5", "z"), strict=True):
        node = record.find(label)
        for told, whole in ((one.value, node.value), (one.grad, session.core.view().grad(node))):
            own = np.asarray(whole, dtype=np.float64)[1]
            each = own.shape[-1] // one.side
            blocks = own.reshape(len(own), one.side, each, one.side, each)
            size = np.sqrt((blocks**2).mean(axis=(0, 2, 4))).reshape(-1)
            np.testing.assert_allclose(told, size, rtol=1e-5)
    assert detect(session, row=1).layers == []
    made = make("detection", **SMALL)
    send(made, "seek", iteration=0, step=4)
    early = detect(made, row=0, maps=True).layers
    assert [len(one.value) > 0 for one in early] == [True, False, False, False, False, False]
    assert not any(one.grad for one in early)


def test_some_weights_come_with_a_scene_that_is_in_no_frame(session: Session) -> None:
    after_backward(session)
    for one in detect(session, picture="held_out", row=1, maps=True).layers:
        for told, name in ((one.weight, "weight"), (one.bias, "bias")):
            whole = np.asarray(session.core.record.start.values[f"{one.scope}.{name}"])
            few = summarise(whole).thumbnail
            assert len(few[0]) == min(16, whole.shape[-1])
            np.testing.assert_allclose(np.asarray(told, dtype=np.float64), few, rtol=1e-5)
    assert not any(one.weight or one.bias for one in detect(session, row=1, maps=True).layers)

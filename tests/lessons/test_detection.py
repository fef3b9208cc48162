"""Detection: its losses are PyTorch's, its cells own what lies in them, its program does the same, and what it says adds up."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.data.augment import Pictures
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.detection.config import CELL, CELLS, SIDE
from chainrule.lessons.detection.model import Detection
from chainrule.lessons.detection.reading import read
from chainrule.lessons.detection.scenes import assign
from chainrule.protocol.server import DetectResult
from chainrule.trace import Carry, initial_carry, run_iteration
from support.lesson_runs import last_step, record_of, records, regime, run_listing
from support.sessions import make, send, the

SMALL: dict[str, Any] = {"filters": 2, "batch_size": 3, "scenes": 8}
BY_ID = {preset.id: preset.config for preset in LESSONS["detection"].presets}
NAMES = ("x", "true", "has", "kind")


def trained(iterations: int, **config: Any) -> tuple[Detection, Carry]:
    made = regime("detection", **config)
    carry = initial_carry(made)
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration).end
    model: Any = made.model
    return model, carry


@pytest.mark.parametrize("config", [{}, {"box_loss": "iou"}, {"box_loss": "l1", "augment": []}], ids=str)
@pytest.mark.parametrize("name", ["head.weight", "head.bias", "conv5.bias", "conv1.weight"])
def test_gradients_are_those_of_central_differences(name: str, config: dict[str, Any]) -> None:
    session = make("detection", **SMALL, **config)
    send(session, "step", unit="phase", count=2)
    found: Any = send(session, "gradcheck", name=name)[0]
    assert found.passed or found.kink


def test_each_box_belongs_to_the_cell_of_its_middle_and_of_two_the_smaller_has_it() -> None:
    boxes = np.array([[0, 0, 30, 20], [17, 9, 21, 13], [16, 8, 24, 16], [56, 56, 64, 64]], dtype=np.float32)
    kinds = np.array([0, 1, 0, 1])
    found = assign(Pictures(np.zeros((1, 3, SIDE, SIDE)), (boxes,), (kinds,)), "float64")
    assert {(int(r), int(c)): int(found.which[0, r, c]) for r, c in np.argwhere(found.has[0])} == {
        (1, 1): 0,
        (1, 2): 1,
        (7, 7): 3,
    }
    assert (found.which[0][found.has[0] == 0] == -1).all()
    assert (found.kind[0] >= 0).sum() == 3
    np.testing.assert_allclose(found.true[0, :, 1, 2], [17 / 8 - 2, 9 / 8 - 1, 21 / 8 - 2, 13 / 8 - 1])
    # Where there is nothing the cell itself stands, so that no union is empty.
    assert found.true[0, :, 4, 4].tolist() == [0, 0, 1, 1]


def test_what_a_cell_is_to_say_is_read_as_the_true_box() -> None:
    model: Any = regime("detection").model
    scenes = model.part("test")
    found = assign(scenes, "float64")
    low, high = found.true[:, :2], found.true[:, 2:]
    z = np.zeros((len(low), 7, CELLS, CELLS))
    middle = np.clip((low + high) / 2, 1e-9, 1 - 1e-9)
    z[:, 0:2], z[:, 2:4] = np.log(middle / (1 - middle)), np.log(high - low)
    z[:, 4] = np.where(found.has > 0, 40.0, -40.0)
    for kind in range(2):
        z[:, 5 + kind] = np.where(found.kind == kind, 40.0, 0.0)
    told = read(z)
    for i, (boxes, kinds) in enumerate(zip(scenes.boxes, scenes.classes, strict=True)):
        which = found.which[i].reshape(-1)
        for cell in np.flatnonzero(which >= 0):
            np.testing.assert_allclose(told.boxes[i, cell], boxes[which[cell]], atol=1e-5)
            assert told.classes[i, cell] == kinds[which[cell]]
            assert told.confidence[i, cell] == pytest.approx(1.0)
        assert (told.confidence[i][which < 0] < 1e-9).all()


def test_numbers_that_are_not_finite_say_nothing_for_sure() -> None:
    z = np.full((1, 7, CELLS, CELLS), np.nan)
    z[:, 2:4] = np.inf
    told = read(z)
    assert np.isfinite(told.boxes).all()
    assert not told.confidence.any()


def test_a_cell_that_owns_nothing_pays_for_objectness_alone() -> None:
    record = record_of("detection", **SMALL)
    has = np.asarray(record.find("has").value)
    for name in ("box_cells", "class_cells"):
        cells = np.asarray(record.find(name).value)
        assert not cells[has == 0].any()
        assert (cells[has == 1] > 0).all()
    assert (np.asarray(record.find("objectness_cells").value) > 0).all()
    slopes = record.grad_at(record.find("z"), last_step(record))
    assert slopes is not None
    slopes = np.moveaxis(np.asarray(slopes), 1, -1)
    assert not slopes[has == 0][:, [0, 1, 2, 3, 5, 6]].any()
    assert slopes[has == 0][:, 4].all()
    assert slopes[has == 1][:, 2:].all(axis=1).any()
    assert slopes[has == 1][:, 4:].all()


def test_the_loss_is_the_weighted_sum_of_its_cells() -> None:
    weights: dict[str, Any] = {"box_weight": 3.0, "objectness_weight": 0.5, "class_weight": 2.0}
    record = record_of("detection", dtype="float64", **weights, **SMALL)
    cells = [np.asarray(record.find(f"{name}_cells").value) for name in ("box", "objectness", "class")]
    by_scene = sum(w * c.sum(axis=(1, 2)) for w, c in zip(weights.values(), cells, strict=True))
    assert record.number == pytest.approx(float(np.mean(by_scene)), rel=1e-12)


@pytest.mark.parametrize(
    "config", [{}, {"box_loss": "iou", "clip": "norm"}, {"box_loss": "l1", "box_weight": 0.5}], ids=str
)
def test_the_listing_does_the_same(config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    config = {**SMALL, **config}
    *_, last = records("detection", 4, **config)
    model: Any = last.start.regime.model
    data: Any = ModuleType("scenes")
    data.first_values = {
        spec.name: chainrule.tensor(spec.value) for spec in model.leaves if spec.kind == "parameter"
    }
    data.batches = [tuple(chainrule.tensor(model.batch(k)[name]) for name in NAMES) for k in range(4)]
    monkeypatch.setitem(sys.modules, "scenes", data)
    variables = run_listing("\n".join(line.code for line in model.listing), chainrule)
    assert float(variables["loss"]) == pytest.approx(last.number, rel=1e-5)
    for name, tensor in variables["network"].state_dict().items():
        np.testing.assert_allclose(
            np.array(tensor.tolist()), np.asarray(last.end.values[name]), rtol=1e-3, atol=1e-5
        )


@pytest.mark.parametrize("box_loss", ["giou", "iou", "l1"])
def test_each_step_has_the_line_that_computes_it(box_loss: str) -> None:
    record = record_of("detection", box_loss=box_loss, **SMALL)
    model = record.start.regime.model
    code = {line.number: line.code.strip() for line in model.listing}
    for step in record.steps():
        number = model.line_for(step.kind, step.node)
        assert number is not None
        if step.kind == "forward":
            assert step.node is not None
            line = code[number]
            assert line.startswith(f"{step.node.label} = ") or not step.node.label
            called = {"slice": "[:, ", "minimum": "minimum", "maximum": "maximum", "sum": ".sum("}
            assert called.get(step.node.op.name if step.node.op else "", "") in line


def test_batches_are_changed_anew_and_the_same_each_time() -> None:
    model: Any = regime("detection", **SMALL).model
    plain, now = model.scenes(5)
    np.testing.assert_array_equal(now.images, model.scenes(5)[1].images)
    assert any((a != b).any() for a, b in zip(plain.images, now.images, strict=True))
    still: Any = regime("detection", **{**SMALL, "augment": []}).model
    np.testing.assert_array_equal(still.batch(5)["x"], plain.images)


def test_changes_are_applied_in_one_order() -> None:
    config = LESSONS["detection"].Config
    assert config(augment=["scale", "flip", "flip"]) == config(augment="flip, scale")


def test_the_cost_of_a_box_is_that_of_the_loss_and_slopes_towards_the_true_one() -> None:
    model: Any = regime("detection", box_loss="iou").model
    true = np.array([16.0, 16.0, 32.0, 24.0])
    boxes = np.array([[16.0, 16.0, 32.0, 24.0], [18.0, 17.0, 34.0, 26.0], [40.0, 40.0, 48.0, 48.0]])
    costs, slopes = model.cost(boxes, true)
    np.testing.assert_allclose(costs, [0.0, 1 - 98 / 174, 1.0], atol=1e-6)
    h = 1e-2
    for edge in range(4):
        moved = boxes[1:2].copy()
        moved[0, edge] += h
        rise = (model.cost(moved, true)[0][0] - costs[1]) / h
        assert rise == pytest.approx(slopes[1, edge], abs=2e-3)
    assert not slopes[2].any()
    apart: Any = regime("detection", box_loss="giou").model
    assert apart.cost(boxes, true)[1][2].any()
    assert SIDE == CELL * CELLS


def test_the_shipped_network_finds_most_of_what_it_has_never_seen() -> None:
    made = regime("detection", **BY_ID["trained"])
    model: Any = made.model
    with made.backend.quiet():
        found = model.evaluate(initial_carry(made).values)
    assert found["map50"] > 0.62
    assert found["map50_95"] > 0.28
    # Augmentation keeps what it has seen from being found much better.
    assert found["train_map50"] < found["map50"] + 0.06


def test_where_nothing_is_suppressed_doubles_are_kept_and_the_score_hardly_falls() -> None:
    scores, wrong = [], []
    for name in ("trained", "no-suppression"):
        session = make("detection", **BY_ID[name])
        model: Any = session.core.record.start.regime.model
        scores.append(model.evaluate(session.core.record.start.values))
        lists = [
            the(DetectResult, send(session, "detect", picture="held_out", row=row)).found for row in range(8)
        ]
        wrong.append(sum(one.counted and one.by is None and not one.right for said in lists for one in said))
    (kept, all_kept), (few, many) = scores, wrong
    assert many > few
    assert kept["map50"] - 0.05 < all_kept["map50"] < kept["map50"]
    assert all_kept["test_loss"] == kept["test_loss"]


def test_trained_weights_go_with_as_many_filters_as_they_have() -> None:
    with pytest.raises(Refusal) as refused:
        regime("detection", initialisation="trained", filters=8)
    assert refused.value.reason == "config_trained_filters"


def test_few_scenes_are_learnt_by_heart() -> None:
    model, carry = trained(350, **{**BY_ID["few-scenes"], "filters": 12})
    with carry.regime.backend.quiet():
        found = model.evaluate(carry.values)
    assert found["train_map50"] > 0.8
    assert found["map50"] < 0.5


def test_what_fails_fails_as_its_sentence_says() -> None:
    model, carry = trained(8, **BY_ID["rate-too-high"])
    with carry.regime.backend.quiet():
        z = model.scores_of(carry.values, model.part("test").images[:2])
    assert np.isnan(z).all()
    silent = record_of("detection", 0, **{**BY_ID["no-objectness"], **SMALL})
    slopes = np.asarray(silent.grad_at(silent.find("z"), last_step(silent)))
    assert not slopes[:, 4].any()
    assert slopes[:, 0].any()

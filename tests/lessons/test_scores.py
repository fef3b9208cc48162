"""Metrics and counts of classes."""

from __future__ import annotations

from chainrule.engine.backend import host
from chainrule.lessons.scores import confusion, metrics_of
from chainrule.protocol.model import Evaluation, Scores


def scores(loss: float, accuracy: float | None) -> Scores:
    return Scores(count=2, loss=loss, accuracy=accuracy, confusion=[])


def test_what_is_chosen_is_counted_by_what_is_right() -> None:
    chosen, right = host.array([0, 2, 1, 1]), host.array([0, 2, 2, 1])
    assert confusion(chosen, right, 3) == (0.75, [[1, 0, 0], [0, 1, 0], [0, 1, 1]])


def test_a_class_that_is_none_is_wrong_whichever_is_right() -> None:
    accuracy, counts = confusion(host.array([-1, -1, 2]), host.array([0, 2, 2]), 3)
    assert accuracy == 1 / 3
    assert counts == [[0, 1, 0], [0, 0, 0], [1, 0, 1]]


def test_metrics_are_what_is_known() -> None:
    found = Evaluation(train=scores(1.0, 0.5), test=scores(2.0, 0.25))
    assert metrics_of(found) == {"accuracy": 0.5, "test_loss": 2.0, "test_accuracy": 0.25}
    assert metrics_of(Evaluation(train=scores(1.0, None), test=None)) == {}

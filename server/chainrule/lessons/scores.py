"""How well a model does, as metrics and as counts of classes."""

from __future__ import annotations

from chainrule.engine.backend import HostArray, host
from chainrule.protocol.model import Evaluation


def metrics_of(found: Evaluation) -> dict[str, float]:
    """Accuracy on what is trained on; loss and accuracy on what is held out. What is not known is left out."""
    told = {"accuracy": found.train.accuracy}
    if found.test is not None:
        told |= {"test_loss": found.test.loss, "test_accuracy": found.test.accuracy}
    return {name: number for name, number in told.items() if number is not None}


def confusion(chosen: HostArray, right: HostArray, classes: int) -> tuple[float, list[list[int]]]:
    """From (n,) classes chosen, −1 for none, and those that are right: the accuracy, and how often each was taken for which.

    None counts as wrong: as the class after the right one.
    """
    chosen = host.where(chosen < 0, (right + 1) % classes, chosen)
    counts = host.bincount(right * classes + chosen, minlength=classes**2).reshape(classes, classes)
    return host.count_nonzero(chosen == right) / len(right), counts.tolist()

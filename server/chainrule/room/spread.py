"""How a class's answers are spread: equal ones together, and nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from chainrule.protocol.room import QuestionKind, RoomVerdict, SpreadBin
from chainrule.room.reading import Answer, verdict

MOST = 6
"""Different numbers that are told apart; all others are one bin."""


def spread(
    kind: QuestionKind, choices: int, answers: Collection[Answer], correct: float | None
) -> list[SpreadBin]:
    """Bins of answers. Signs and choices have all their bins, in order; numbers the most frequent ones, most first.

    ``correct`` is there once it may be told. Equal numbers may be typed with more digits or fewer: of a bin the best
    verdict counts.
    """
    counts = Counter(answer.label for answer in answers)
    verdicts: dict[str, RoomVerdict] = {}
    if correct is not None:
        for answer in answers:
            found = verdict(kind, answer, correct)
            verdicts[answer.label] = min(found, verdicts.get(answer.label, found), key=_ORDER.index)
    if kind == "number":
        labels = [label for label, _ in counts.most_common(MOST)]
    elif kind == "sign":
        labels = ["negative", "zero", "positive"]
    else:
        labels = [str(k) for k in range(choices)]
    bins = []
    for label in labels:
        told = verdicts.get(label)
        if told is None and correct is not None and kind != "number":
            told = verdict(kind, Answer(label, label), correct)
        bins.append(SpreadBin(label=label, count=counts[label], verdict=told))
    others = sum(counts.values()) - sum(one.count for one in bins)
    if others:
        bins.append(SpreadBin(label=None, count=others, verdict=None))
    return bins


_ORDER: list[RoomVerdict] = ["right", "exact", "close", "sign", "wrong"]

from __future__ import annotations

from chainrule.room.reading import read_answer
from chainrule.room.spread import MOST, spread


def test_equal_numbers_are_counted_together_the_most_frequent_first() -> None:
    answers = [read_answer("number", 0, text) for text in ("24", "-24", "−24,0", "-24.0", "7")]
    bins = spread("number", 0, answers, None)
    assert [(one.label, one.count, one.verdict) for one in bins] == [
        ("-24", 3, None),
        ("24", 1, None),
        ("7", 1, None),
    ]
    assert [one.verdict for one in spread("number", 0, answers, -24.0)] == ["exact", "wrong", "wrong"]


def test_of_many_different_numbers_the_rest_is_one_bin() -> None:
    answers = [read_answer("number", 0, str(k)) for k in range(MOST + 3)]
    bins = spread("number", 0, answers, 1.0)
    assert len(bins) == MOST + 1
    assert (bins[-1].label, bins[-1].count, bins[-1].verdict) == (None, 3, None)


def test_signs_and_choices_have_all_their_bins_in_order_and_verdicts_without_answers() -> None:
    signs = spread("sign", 0, [read_answer("sign", 0, "+")], -2.0)
    assert [(one.label, one.count, one.verdict) for one in signs] == [
        ("negative", 0, "right"),
        ("zero", 0, "wrong"),
        ("positive", 1, "wrong"),
    ]
    assert [one.label for one in spread("choice", 4, [], None)] == ["0", "1", "2", "3"]

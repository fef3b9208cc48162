from __future__ import annotations

import math

import pytest

from chainrule.errors import Refusal
from chainrule.protocol.room import QuestionKind, RoomVerdict
from chainrule.room.reading import Answer, plain, read_answer, sign_of, verdict


@pytest.mark.parametrize(
    ("text", "label"), [("−24", "-24"), ("-24,0", "-24"), ("1/3", repr(1 / 3)), (" 0 ", "0"), ("-0", "0")]
)
def test_numbers_that_are_the_same_have_one_label(text: str, label: str) -> None:
    assert read_answer("number", 0, text) == Answer(text.strip(), label)


@pytest.mark.parametrize(
    ("text", "label"), [("+", "positive"), ("Minus", "negative"), ("âm", "negative"), ("0", "zero")]
)
def test_signs_are_read_in_words_of_both_languages(text: str, label: str) -> None:
    assert read_answer("sign", 0, text).label == label


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("number", "=2+2", "invalid_guess"),
        ("sign", "up", "invalid_answer"),
        ("choice", "3", "invalid_answer"),
        ("choice", "-1", "invalid_answer"),
        ("choice", "²", "invalid_answer"),
    ],
)
def test_what_is_no_answer_is_refused(kind: QuestionKind, text: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_answer(kind, 3, text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("kind", "text", "correct", "expected"),
    [
        ("number", "-24", -24.0, "exact"),
        ("number", "-20", -24.0, "sign"),
        ("number", "24", -24.0, "wrong"),
        ("sign", "minus", -0.5, "right"),
        ("sign", "minus", 0.0, "wrong"),
        ("sign", "zero", math.nan, "wrong"),
        ("choice", "01", 1.0, "right"),
        ("choice", "0", 1.0, "wrong"),
    ],
)
def test_how_good_an_answer_is(kind: QuestionKind, text: str, correct: float, expected: RoomVerdict) -> None:
    assert verdict(kind, read_answer(kind, 3, text), correct) == expected


def test_signs_and_labels() -> None:
    assert [sign_of(x) for x in (2.0, -0.0, -3.0, math.nan)] == ["positive", "zero", "negative", None]
    assert [plain(x) for x in (-0.0, 3.0, 0.1, 1e20)] == ["0", "3", "0.1", "1e+20"]

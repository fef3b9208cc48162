"""Answers as people write them, and how good they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chainrule.errors import Refusal
from chainrule.guesses import judge, readings
from chainrule.protocol.room import QuestionKind, RoomVerdict

SIGNS = {
    "positive": ("positive", "pos", "plus", "+", "＋", "dương", "duong", "1", "+1"),
    "negative": ("negative", "neg", "minus", "-", "−", "–", "âm", "am", "-1", "−1"),
    "zero": ("zero", "0", "không", "khong"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was typed, and as it was read: what is the same is counted together."""

    text: str
    label: str


def read_answer(kind: QuestionKind, choices: int, text: str) -> Answer:
    """Read an answer.

    Raises
    ------
    Refusal
        ``invalid_guess``: it is no number; ``invalid_answer``: no sign or no choice that there is.
    """
    text = text.strip()
    if kind == "number":
        # Of several readings ('1,000') the first stands for all.
        return Answer(text, plain(readings(text)[0]))
    if kind == "sign":
        word = text.lower()
        for sign, words in SIGNS.items():
            if word in words:
                return Answer(text, sign)
        raise _invalid("This is no sign.", "Answer positive, negative or zero.")
    if text.isascii() and text.isdecimal() and int(text) < choices:
        return Answer(text, str(int(text)))
    raise _invalid("There is no such choice.", f"Answer the number of a choice, from 0 to {choices - 1}.")


def verdict(kind: QuestionKind, answer: Answer, correct: float) -> RoomVerdict:
    """How good an answer is."""
    if kind == "number":
        return judge(answer.text, correct).verdict
    if kind == "sign":
        return "right" if answer.label == sign_of(correct) else "wrong"
    return "right" if answer.label == str(int(correct)) else "wrong"


def sign_of(number: float) -> str | None:
    """The sign of a number; NaN has none."""
    if math.isnan(number):
        return None
    return "positive" if number > 0 else "negative" if number < 0 else "zero"


def plain(number: float) -> str:
    """A number as a label: the shortest text that means it, with ASCII signs."""
    number += 0.0  # −0 is 0
    return str(int(number)) if number == int(number) and abs(number) < 1e16 else repr(number)


def _invalid(detail: str, hint: str) -> Refusal:
    return Refusal("invalid_answer", 422, "This cannot be an answer to the question", detail, hint)

"""What a room refuses."""

from __future__ import annotations

from chainrule.errors import Refusal


def presenter_only(detail: str) -> Refusal:
    """The refusal of what only the presenter may do."""
    return Refusal(
        "room_presenter_only",
        403,
        "Only the presenter does this",
        detail,
        "Explore in a session of your own: POST /api/rooms/{code}/copy.",
    )


def wrong_pin() -> Refusal:
    """The refusal of a pin."""
    return Refusal(
        "wrong_pin",
        403,
        "This number does not hand the room over",
        "It is another one, has been used, is more than five minutes old, or was mistyped too often.",
        "Ask the presenter for a new one.",
    )


def wrong_secret() -> Refusal:
    """The refusal of a secret."""
    return Refusal(
        "room_wrong_secret",
        403,
        "The secret is not this room's",
        "It is another room's, or the room has been handed over.",
        "Ask the presenter to hand the room over to you.",
    )


def no_question(detail: str) -> Refusal:
    """The refusal of what needs a question."""
    return Refusal("no_question", 409, "No question is open", detail, "Wait for the next one.")


def invalid_question(detail: str) -> Refusal:
    """The refusal of a question that cannot be asked."""
    return Refusal(
        "invalid_question",
        422,
        "This cannot be asked",
        detail,
        "Ask about a number or its sign, or give two choices or more.",
    )


def long_question(most: int) -> Refusal:
    """The refusal of a question's text."""
    return Refusal(
        "limit_question",
        422,
        "The question is too long",
        f"Questions may have {most} characters.",
        "Ask a shorter one.",
    )


def many_questions(count: int) -> Refusal:
    """The refusal of one question more."""
    return Refusal(
        "limit_room_questions",
        429,
        "This room has had too many questions",
        f"There have been {count}, the limit.",
        "Open another room.",
    )

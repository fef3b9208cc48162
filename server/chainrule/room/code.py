"""Codes of rooms: short enough to be read from a wall and said aloud."""

from __future__ import annotations

import secrets
from collections.abc import Container

from chainrule.errors import Refusal
from chainrule.protocol.room import ALPHABET, CODE_LENGTH


def make_code(taken: Container[str]) -> str:
    """A code that no room has."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if code not in taken:
            return code


def read_code(text: str) -> str:
    """A code as people write it: in any case, with dashes and spaces.

    Raises
    ------
    Refusal
        ``unknown_room``: it cannot be one.
    """
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    if len(plain) != CODE_LENGTH or not set(plain) <= set(ALPHABET):
        raise unknown_room()
    return plain


def unknown_room() -> Refusal:
    """The refusal of a code that no room has."""
    return Refusal(
        "unknown_room",
        404,
        "There is no room with this code",
        "It was never opened, its presenter has ended it, or nobody was in it for a long time.",
        "Compare the code with the one on the presenter's screen.",
    )

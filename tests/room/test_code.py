from __future__ import annotations

import pytest

from chainrule.errors import Refusal
from chainrule.protocol.room import ALPHABET, CODE_LENGTH
from chainrule.room.code import make_code, read_code


def test_a_code_is_short_and_one_that_no_room_has() -> None:
    seen: list[str] = []

    class Taken:
        """Has each code the first time that it is asked about."""

        def __contains__(self, code: object) -> bool:
            seen.append(str(code))
            return len(seen) < 3

    code = make_code(Taken())
    assert code == seen[2]
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)


@pytest.mark.parametrize("written", ["abc-def", "ABC DEF", " aBcDeF ", "a-b-c-d-e-f"])
def test_a_code_is_read_as_people_write_it(written: str) -> None:
    assert read_code(written) == "ABCDEF"


@pytest.mark.parametrize("written", ["", "ABCDE", "ABCDEFG", "ABCDE0", "ABCDÉF", "💥" * 6])
def test_what_cannot_be_a_code_is_refused_as_one_that_no_room_has(written: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_code(written)
    assert (refusal.value.code, refusal.value.status) == ("unknown_room", 404)

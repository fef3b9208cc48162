from __future__ import annotations

import json

import pytest

from chainrule.host.records import SMALL, copied, packed, unpacked, whole
from chainrule.journal import Entry
from support.sessions import make, moved


def test_what_is_written_of_a_session_with_many_edits_is_little() -> None:
    session, written, said = make(), 0, 0
    for k in range(200):
        moved(session, "edit", name="w", value=2.0 + k / 8)
        recipe = session.whole().model_dump_json().encode()
        kept = packed(recipe)
        assert unpacked(kept) == recipe
        written, said = written + len(kept), said + len(recipe)
    assert written < said / 8


@pytest.mark.parametrize("length", [10, 3 * SMALL])
def test_a_recipe_is_read_as_it_was_written_and_as_it_was_written_once(length: int) -> None:
    told = {"lesson": "one-weight", "seed": 7, "answered": ["x" * length], "playing": {"unit": "step"}}
    recipe = json.dumps(told).encode()
    for kept in (recipe, packed(recipe)):
        assert json.loads(whole(Entry("", 0.0, kept, b""))) == told
        assert json.loads(whole(Entry("", 0.0, kept, b'{"seed": 8}'))) == {**told, "seed": 8}
        assert json.loads(copied(Entry("", 0.0, kept, b""))) == {**told, "answered": [], "playing": None}
    assert (len(packed(recipe)) < len(recipe)) == (length > SMALL)

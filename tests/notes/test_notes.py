"""Each lesson has a teacher's notes: for each of its beats, in about ten minutes, with numbers that are the engine's."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.notes import notes_of
from support.lesson_runs import grad, record_of, value


@pytest.mark.parametrize("slug", LESSONS)
def test_each_beat_has_a_note_and_all_take_ten_minutes(slug: str) -> None:
    notes = notes_of(slug)
    assert [note.id for note in notes.beats] == [beat.id for beat in LESSONS[slug].info().beats]
    assert sum(note.minutes for note in notes.beats) == pytest.approx(10)
    assert any(note.ask for note in notes.beats)
    for note in notes.beats:
        assert (note.ask is None) == (note.answer is None), note.id
        for text in (note.say, note.ask, note.answer, note.stumble, notes.plan):
            assert text is None or (text.en.strip() and text.vi.strip() and text.en != text.vi), note.id


@pytest.mark.parametrize("slug", LESSONS)
def test_the_numbers_that_are_named_are_the_engines(slug: str) -> None:
    record = None
    for note in notes_of(slug).beats:
        if note.check is None:
            continue
        record = record or record_of(slug)
        found = grad if note.check.what == "grad" else value
        assert found(record, note.check.node) == note.check.value, note.id


def test_there_are_no_notes_of_what_is_no_lesson() -> None:
    with pytest.raises(Refusal, match="no-such"):
        notes_of("no-such")
    for path in ("../lessons/one_weight", "", "__init__"):
        with pytest.raises(Refusal):
            notes_of(path)


def test_there_is_no_file_of_notes_without_a_lesson() -> None:
    found = {file.name for file in files("chainrule.notes").iterdir() if file.name.endswith(".json")}
    assert found == {f"{slug}.json" for slug in LESSONS}
    for name in found:
        assert json.loads((files("chainrule.notes") / name).read_text(encoding="utf-8"))

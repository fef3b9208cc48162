from __future__ import annotations

import json
from typing import Any

import pytest

from chainrule.errors import Refusal
from chainrule.host.lecture import MOST_STEPS, lecture, lines, place_of, places
from chainrule.lessons import LESSONS
from chainrule.limits import Limits
from chainrule.protocol.model import Cursor, JournalEntry
from chainrule.session import Session
from support.lesson_runs import anchored, record_of


def recorded(lesson: str, config: dict[str, Any], seed: int = 7) -> dict[str, Any]:
    head, *others = map(json.loads, lines(lesson, config, seed))
    return {
        **head,
        "messages": [one for one in others if "type" in one],
        "answers": {one["asked"]: one["answer"] for one in others if "asked" in one},
    }


def test_a_short_lesson_is_recorded_step_by_step_with_the_numbers_behind_its_beats() -> None:
    found = recorded("one-weight", {"lr": 0.05})
    frames = [one for one in found["messages"] if one["type"] == "frame"]
    assert [(one["cursor"]["iteration"], one["cursor"]["step"]) for one in frames] == [
        (k // 10, k % 10) for k in range(len(frames))
    ]
    assert len(frames) >= 20
    assert (found["config"]["lr"], found["seed"], found["whole"]) == (0.05, 7, True)
    told = {tuple(map(str, json.loads(key))) for key in found["answers"] if key != "sweep"}
    # ∂L/∂w where it has arrived, and what the product passes on to w.
    assert any(key[2:4] == ("w", "grad") for key in told)
    answer = found["answers"][json.dumps([0, 8, "w", "grad", [], None, None, None], separators=(",", ":"))]
    assert (answer["type"], answer["value"]) == ("explanation", -24.0)
    # And so on, down to what was put in: each number that an answer names has an answer.
    for key, answer in found["answers"].items():
        if key != "sweep":
            for term in answer["terms"]:
                for factor in term["factors"]:
                    if (source := factor["source"]) is not None:
                        parts = ("name", "what", "index", "argument", "symbol")
                        there = source["place"] and list(source["place"].values())
                        of = [*json.loads(key)[:2], *[source[part] for part in parts], there]
                        assert json.dumps(of, ensure_ascii=False, separators=(",", ":")) in found["answers"]
    curve = found["answers"]["sweep"]
    assert min(curve["xs"]) < 2.0 < max(curve["xs"])


@pytest.mark.parametrize("slug", ["playground", "next-token"])
def test_of_a_long_lesson_the_places_of_the_beats_are_recorded_each_with_all_of_its_pictures(
    slug: str,
) -> None:
    session = Session(slug)
    beats = [place_of(beat, session.graph()) for beat in LESSONS[slug].info().beats]
    wanted = places([beat for beat in beats if beat is not None], len(session.graph().steps))
    found = recorded(slug, {})
    frames = [one for one in found["messages"] if one["type"] == "frame"]
    assert found["whole"] == (slug == "playground")
    assert [(one["cursor"]["iteration"], one["cursor"]["step"]) for one in frames] == wanted
    if slug == "playground":
        for frame in frames:
            assert len([one for one in frame["tensors"] if one["what"] == "map"]) == 4
    else:
        assert len(wanted) < MOST_STEPS
        assert any(one["what"] == "own_value" for one in frames[-1]["tensors"])


@pytest.mark.parametrize("slug", ["one-weight", "one-layer", "playground", "convolution"])
def test_a_beat_stands_where_its_anchor_means(slug: str) -> None:
    graph, record = Session(slug).graph(), record_of(slug)
    for beat in LESSONS[slug].info().beats:
        place = place_of(beat, graph)
        assert (place is None) == (beat.anchor is None)
        if place is not None and beat.anchor is not None:
            assert place == (beat.anchor.iteration, anchored(record, beat).index)


def test_what_is_wrong_is_refused() -> None:
    with pytest.raises(Refusal):
        list(lines("no-such-lesson", {}, 7))
    with pytest.raises(Refusal):
        list(lines("one-weight", {"lr": "fast"}, 7))


def test_others_have_their_turns_while_it_is_made_and_it_is_the_same() -> None:
    found = list(lecture(Session("playground", limits=Limits(answer_seconds=0.0), wait=False), 0.0))
    assert None in found
    assert [line for line in found if line is not None] == list(lines("playground", {}, 7))


def test_what_a_session_was_told_is_recorded_too() -> None:
    told = [
        JournalEntry(
            cursor=Cursor(branch=0, iteration=1, step=0), command={"type": "edit", "name": "w", "value": 5.0}
        )
    ]
    made = Session("one-weight", journal=told, wait=False)
    frames = [one for line in lecture(made, 1.0) if line and (one := json.loads(line)).get("type") == "frame"]
    at = {(one["cursor"]["iteration"], one["cursor"]["step"]): one for one in frames}
    (w,) = (
        one["index"]
        for one in json.loads(Session("one-weight").graph().model_dump_json())["nodes"]
        if one["name"] == "w"
    )

    def value(frame: dict[str, Any]) -> Any:
        return next(one["data"] for one in frame["tensors"] if (one["what"], one["index"]) == ("value", w))

    assert (value(at[0, 5]), value(at[1, 5])) == (2.0, 5.0)

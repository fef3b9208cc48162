"""Explanations lead from iteration to iteration, to what was given; NaN and infinity to where they began."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from chainrule.protocol.model import Cursor, Source
from chainrule.protocol.server import Explanation
from chainrule.session import Limits, Session
from support.sessions import SMALL, make, moved, refused, send, the

PARABOLA = "w = 2\nloss = (w * 3 - 10) ** 2"
OPTIMIZERS = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]


def explain(session: Session, name: str, what: str = "value", **fields: Any) -> Explanation:
    return the(Explanation, send(session, "explain", name=name, what=what, **fields))


def follow(session: Session, source: Source) -> Explanation:
    return the(Explanation, send(session, "explain", **source.model_dump(exclude_none=True)))


def sources(found: Explanation) -> list[tuple[float, Source]]:
    return [
        (factor.value, factor.source)
        for term in found.terms
        for factor in term.factors
        if factor.source is not None
    ]


def run(iteration: int, step: int = 0, limits: Limits | None = None, **config: Any) -> Session:
    session = make(limits=limits, **config)
    moved(session, "seek", iteration=iteration, step=step)
    return session


@pytest.mark.parametrize("limits", [None, SMALL], ids=["roomy", "small"])
@pytest.mark.parametrize("zero_grad", [True, False])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_all_that_made_a_weight_is_found(optimizer: str, zero_grad: bool, limits: Limits | None) -> None:
    session = run(6, 9, limits, optimizer=optimizer, zero_grad=zero_grad)
    found = explain(session, "w")
    queue, seen, ends = [found], set(), set()
    while queue:
        found = queue.pop()
        assert found.value is not None
        following = sources(found)
        if not following:
            ends.add((found.name, found.cursor.iteration))
        for value, source in following:
            place = source.place or found.cursor
            key = (source.name, source.what, source.argument, source.symbol, place.iteration, place.step)
            if key in seen:
                continue
            seen.add(key)
            reached = follow(session, source)
            assert reached.cursor == place
            # The factor of a function (2·sub) is computed from its number; all others are the number.
            if source.what != "value" or source.name == "w":
                assert reached.value == value
            queue.append(reached)
    assert {iteration for name, iteration in ends if name == "w"} == {0}
    updates = {key[4] for key in seen if key[:2] == ("w", "value") and key[5] == 9}
    assert updates == set(range(6))
    details = {(key[3], key[4]) for key in seen if key[1] == "detail"}
    if optimizer == "adam":
        assert {("m", k) for k in range(7)} <= details
    assert {key[4] for key in seen if key[1] == "grad"} == set(range(7))


def test_a_weight_before_its_update_was_made_by_the_last_one() -> None:
    session = run(3, 4)
    found = explain(session, "w")
    ((value, source),) = sources(found)
    assert found.terms[0].label == "update"
    assert source == Source(name="w", what="value", index=[], place=Cursor(branch=0, iteration=2, step=9))
    made = follow(session, source)
    assert (made.cursor, made.value) == (source.place, value)
    assert made.terms[0].label == "before"
    first = explain(session, "w", place={"branch": 0, "iteration": 0, "step": 0})
    assert [(term.label, term.value) for term in first.terms] == [("initial", 2.0)]
    assert sources(first) == []


def test_an_edit_is_where_a_weight_comes_from() -> None:
    session = run(3, 2)
    send(session, "edit", name="w", value=5.0)
    here = explain(session, "w")
    assert (here.value, here.terms[0].label, sources(here)) == (5.0, "edit", [])
    moved(session, "seek", iteration=4, step=2)
    assert follow(session, sources(explain(session, "w"))[0][1]).terms[0].value == 5.0
    # Another variable edited in the same iteration changes nothing of it; before the edit, the updates made w.
    moved(session, "seek", iteration=3, step=2)
    send(session, "edit", name="x", value=1.0)
    assert explain(session, "w").terms[0].label == "edit"
    past = explain(session, "w", place={"branch": session.cursor.branch, "iteration": 2, "step": 0})
    assert past.terms[0].label == "update"


def test_without_updates_an_edit_long_ago_is_found() -> None:
    session = make("circuit", preset="custom", code=PARABOLA)
    moved(session, "seek", iteration=2, step=0)
    send(session, "edit", name="w", value=5.0)
    moved(session, "seek", iteration=9, step=3)
    ((value, source),) = sources(explain(session, "w"))
    assert (value, source.place) == (5.0, Cursor(branch=1, iteration=2, step=0))
    assert follow(session, source).terms[0].label == "edit"


def test_a_new_optimizer_keeps_nothing() -> None:
    session = run(2, 9, optimizer="adam")
    send(session, "configure", config={"optimizer": "momentum"})
    moved(session, "seek", iteration=4, step=9)
    kept = explain(session, "w", "detail", symbol="v")
    (previous,) = (source for _, source in sources(kept) if source.what == "detail")
    assert previous.place == Cursor(branch=0, iteration=3, step=9)
    assert [source.what for _, source in sources(follow(session, previous))] == ["grad"]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"branch": 0, "iteration": 3, "step": 3}, "place_not_reached"),
        ({"branch": 0, "iteration": 2, "step": 10}, "place_not_reached"),
        ({"branch": 7, "iteration": 0, "step": 0}, "unknown_branch"),
    ],
)
def test_places_beyond_the_cursor_are_refused(place: dict[str, int], code: str) -> None:
    session = run(3, 2)
    assert refused(send(session, "explain", name="w", what="value", place=place)).code == code


def test_a_place_on_another_branch_is_refused() -> None:
    session = run(3, 2)
    send(session, "edit", name="w", value=5.0)
    elsewhere = {"branch": 0, "iteration": 3, "step": 0}
    assert refused(send(session, "explain", name="w", place=elsewhere)).code == "place_not_reached"
    shared = {"branch": 0, "iteration": 2, "step": 9}
    assert explain(session, "w", place=shared).value is not None


def test_symbols_that_an_update_does_not_have_are_refused() -> None:
    error = refused(send(run(0, 9), "explain", name="w", what="detail", symbol="m"))
    assert (error.code, error.hint) == ("invalid_index", r"Symbols of it: g, \theta'.")
    assert refused(send(run(0, 9), "explain", name="x", what="detail", symbol="g")).code == "invalid_index"
    assert explain(run(0, 8), "w", "detail", symbol="g").value is None


def test_a_withheld_gradient_is_not_told_by_its_place() -> None:
    session = make()
    send(session, "predict", on=True)
    moved(session, "seek", iteration=0, step=9)
    assert session.core.withheld()
    cursor = session.cursor
    node = session.core.record.step(cursor.step).contribution
    assert node is not None
    asked: dict[str, Any] = {"name": str(node.target.name), "what": "grad"}
    assert refused(send(session, "explain", **asked)).code == "withheld"
    assert refused(send(session, "explain", **asked, place=cursor.model_dump())).code == "withheld"
    later = {**cursor.model_dump(), "step": cursor.step + 1}
    assert refused(send(session, "explain", **asked, place=later)).code == "place_not_reached"


# -- NaN and infinity


def bad(found: Explanation) -> bool:
    return found.value is not None and not math.isfinite(found.value)


def first_bad_weight(**config: Any) -> int:
    """By looking at every iteration: the first whose update makes w NaN or infinite."""
    session = make(**config)
    for iteration in itertools.count():
        moved(session, "seek", iteration=iteration, step=9)
        if not math.isfinite(session.tensor("w", "value").data):  # type: ignore[arg-type]
            return iteration
    raise AssertionError


@pytest.mark.parametrize("limits", [None, SMALL], ids=["roomy", "small"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
def test_a_weight_that_is_nan_leads_to_where_it_began(optimizer: str, limits: Limits | None) -> None:
    config: dict[str, Any] = {"lr": 5.0, "optimizer": optimizer}
    first = first_bad_weight(**config)
    session = run(first + 300, 8, limits, **config)
    found = explain(session, "w", "grad")
    assert bad(found)
    assert found.began is not None
    assert found.began.place is not None
    began = follow(session, found.began)
    assert bad(began)
    assert found.began.place.iteration == first
    # It is the beginning: all that it was made of is finite, and it leads to itself.
    assert sources(began)
    for _, source in sources(began):
        assert not bad(follow(session, source))
    assert began.began == found.began
    # One can go there, and sees the same number.
    place = found.began.place
    moved(session, "seek", **place.model_dump())
    there = explain(session, found.began.name, found.began.what, symbol=found.began.symbol)
    assert repr((there.value, there.rule)) == repr((began.value, began.rule))


def test_an_edit_to_nan_is_where_it_began() -> None:
    session = run(3, 2)
    send(session, "edit", name="w", value="NaN")
    place = Cursor(branch=1, iteration=3, step=0)
    moved(session, "seek", iteration=40, step=8)
    assert explain(session, "w", "grad").began == Source(name="w", what="value", index=[], place=place)
    # Given a number again, and NaN again later: the last time counts.
    moved(session, "seek", iteration=20, step=0)
    send(session, "edit", name="w", value=1.0)
    assert explain(session, "w").began is None
    moved(session, "seek", iteration=25, step=0)
    send(session, "edit", name="w", value="Infinity")
    moved(session, "seek", iteration=30, step=0)
    began = explain(session, "w").began
    assert began is not None
    assert began.place == Cursor(branch=session.cursor.branch, iteration=25, step=0)


def test_an_input_that_is_infinite_is_where_it_began() -> None:
    session = run(2, 0)
    send(session, "edit", name="x", value="Infinity")
    moved(session, "seek", iteration=2, step=8)
    began = explain(session, "w", "grad").began
    assert began == Source(name="x", what="value", index=[], place=Cursor(branch=1, iteration=2, step=1))


def test_a_gradient_carried_over_leads_to_the_iteration_that_made_it() -> None:
    session = make("circuit", preset="custom", code=PARABOLA, zero_grad=False)
    moved(session, "seek", iteration=2, step=0)
    send(session, "edit", name="w", value="Infinity")
    moved(session, "seek", iteration=3, step=0)
    send(session, "edit", name="w", value=2.0)
    moved(session, "seek", iteration=12, step=0)
    found = explain(session, "w", "grad")
    assert bad(found)
    assert found.began is not None
    assert (found.began.name, found.began.place) == ("w", Cursor(branch=2, iteration=2, step=0))


@pytest.mark.parametrize(
    ("code", "name", "origin"),
    [
        ("x = 0\nf = 1 / x * 2 + 3", "f", "div#0"),
        ("x = -1\ny = 2\nf = log(x) * y", "f", "log#0"),
        ("x = 1000\ny = exp(x)\nf = y - y", "f", "exp#0"),
        ("x = -1\nf = max(log(x), 1) + 1", "f", "log#0"),
        ("x = [1, -1, 2]\nf = sum(sqrt(x) * 2)", "f", "sqrt#0"),
    ],
)
def test_within_an_iteration_the_operation_is_named(code: str, name: str, origin: str) -> None:
    session = make("circuit", preset="custom", code=code)
    moved(session, "step", unit="iteration", count=1)
    found = explain(session, name)
    assert found.began is not None
    assert found.began.name == origin
    assert (found.began.index == [1]) is ("sqrt" in code)


def test_a_sum_that_overflows_begins_in_the_sum() -> None:
    session = make("circuit", preset="custom", code="x = 2e38\nf = x + x")
    moved(session, "step", unit="iteration", count=1)
    found = explain(session, "f")
    assert found.value == math.inf
    assert found.began is not None
    assert found.began.name == "add#0"


def test_finite_numbers_began_nowhere() -> None:
    assert explain(run(3, 9), "w").began is None


def test_a_search_of_long_ago_makes_way_for_steps() -> None:
    session = make(limits=Limits(keyframe_bytes=6_000, record_bytes=1, answer_seconds=0.0), lr=5.0)
    moved(session, "seek", iteration=3000, step=8)
    asked = session.handle(explain_command("w"))
    assert asked[0].type == "progress"
    stepped = the_one(send(session, "step", id="s"), "moved")
    assert stepped.id == "s"
    found = []
    while session.busy:
        found += [message for message in session.advance(0.01) if message.type == "explanation"]
    assert [message.id for message in found] == ["q"]
    assert isinstance(found[0], Explanation)
    assert found[0].began is not None


def explain_command(name: str) -> Any:
    from chainrule.protocol import CLIENT_MESSAGE

    return CLIENT_MESSAGE.validate_python({"type": "explain", "id": "q", "name": name, "what": "grad"})


def the_one(messages: Any, type: str) -> Any:  # noqa: A002
    (found,) = [message for message in messages if message.type == type]
    return found

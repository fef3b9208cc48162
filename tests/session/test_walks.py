"""Any walk, any order, any memory: the same bits."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.protocol.server import Moved
from chainrule.session import Limits, Session, Viewer
from support.examples import examples
from support.sessions import SMALL, evict, fingerprint, make, place, send, the, value

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "one-weight": ("one-weight", {}),
    "piling up": ("one-weight", {"zero_grad": False, "optimizer": "adam", "lr": 0.1}),
    "matrix": ("test-matrix", {"optimizer": "momentum"}),
    "matrix in float64": ("test-matrix", {"optimizer": "adamw", "dtype": "float64", "zero_grad": False}),
    "circuit": ("circuit", {}),
    "one layer": ("one-layer", {"optimizer": "adam"}),
    "map and hiker": ("map-and-hiker", {}),
    "playground": ("playground", {"batch_size": 40, "l2": 0.01}),
    "columns": ("vanishing-and-exploding", {"depth": 3, "width": 2, "batch_size": 4, "clip": "norm"}),
    "convolution": ("convolution", {"batch_size": 4, "filters1": 2, "filters2": 2}),
    "detection": ("detection", {"batch_size": 1, "filters": 1, "scenes": 4, "box_loss": "l1"}),
    "next token": (
        "next-token",
        {"language": "vi", "batch_size": 64, "context": 6, "width": "8", "blocks": "1", "norm": False},
    ),
}


LARGE = ("columns", "convolution", "detection", "next token")
"""Cases whose states take long to compare: fewer iterations, and fewer walks."""


def iterations(case: str) -> int:
    return 5 if case in LARGE else 12


@cache
def straight(case: str) -> dict[tuple[int, int], str]:
    """All states, one step after the other, with memory for all. A viewer that pulls nothing spares the frames."""
    lesson, config = CASES[case]
    session, viewer = make(lesson, **config), Viewer()
    found = {}
    while session.cursor.iteration < iterations(case):
        found[place(session)] = fingerprint(session)
        send(session, "step", viewer)
    return found


MOVES = st.one_of(
    st.tuples(st.just("step"), st.sampled_from(["step", "phase", "iteration", "epoch"]), st.integers(-7, 7)),
    st.tuples(st.just("seek"), st.integers(0, 11), st.floats(0, 1, exclude_max=True)),
    st.tuples(st.just("evict"), st.none(), st.none()),
)


@pytest.mark.parametrize("case", [case for case in CASES if case not in LARGE])
@examples(25)
@given(moves=st.lists(MOVES, max_size=25), small=st.booleans())
def test_any_walk_sees_the_same_bits(case: str, moves: list[Any], small: bool) -> None:
    walk(case, moves, small)


@pytest.mark.parametrize("case", LARGE)
@examples(10)
@given(moves=st.lists(MOVES, max_size=15), small=st.booleans())
def test_any_walk_through_a_large_graph_sees_the_same_bits(case: str, moves: list[Any], small: bool) -> None:
    walk(case, moves, small)


def walk(case: str, moves: list[Any], small: bool) -> None:
    lesson, config = CASES[case]
    expected = straight(case)
    end = iterations(case)
    steps = {i: 1 + max(s for j, s in expected if j == i) for i, _ in expected}
    session, viewer = make(lesson, SMALL if small else None, **config), Viewer()
    for kind, a, b in moves:
        if kind == "evict":
            evict(session)
        elif kind == "seek":
            a %= end
            step = int(b * steps[a])
            assert the(Moved, send(session, "seek", viewer, iteration=a, step=step)).reached is None
        else:
            send(session, "step", viewer, unit=a, count=b)
        if session.cursor.iteration >= end:
            send(session, "seek", viewer, iteration=end - 1)
        assert fingerprint(session) == expected[place(session)]


def test_steps_are_counted_and_come_back() -> None:
    session = make()
    forwards = [fingerprint(session)]
    for _ in range(25):
        send(session, "step")
        forwards.append(fingerprint(session))
    assert place(session) == (2, 5)
    for expected in forwards[-2::-1]:
        send(session, "step", count=-1)
        assert fingerprint(session) == expected
    assert place(session) == (0, 0)


def test_unrecorded_training_does_the_same_arithmetic() -> None:
    recorded, flat = make("test-matrix", optimizer="adam"), make("test-matrix", SMALL, optimizer="adam")
    for _ in range(300):
        send(recorded, "step", unit="iteration")
    send(flat, "step", unit="iteration", count=300)
    assert fingerprint(recorded) == fingerprint(flat)


def test_keyframes_are_thinned_within_their_budget() -> None:
    session = make("one-weight", Limits(keyframe_bytes=20_000, record_bytes=1, answer_seconds=60))
    send(session, "seek", iteration=700)
    keyframes = session.core.timeline.keyframes
    assert 5 < len(keyframes) < 60
    assert keyframes.nbytes <= 20_000
    kept = sorted(keyframes._frames[0].iterations)
    assert len({b - a for a, b in pairwise(kept)}) == 1, "evenly spaced"
    seen = fingerprint(session)
    send(session, "seek", iteration=333, step=4)
    send(session, "seek", iteration=700)
    assert fingerprint(session) == seen


def test_only_iterations_near_the_cursor_are_recorded() -> None:
    session = make("one-weight")
    send(session, "seek", iteration=500)
    recorded = session.core.timeline.records.held(0)
    assert recorded <= {0, *range(480, 501)}
    assert 499 in recorded


@pytest.mark.parametrize("backend", ["array-api-strict"])
def test_another_backend_gives_the_same(backend: str) -> None:
    session = Session("test-matrix", {}, 7, backend=backend)
    other = make("test-matrix")
    for each in (session, other):
        send(each, "step", unit="iteration", count=3)
    for a, b in zip(value(session, "W"), value(other, "W"), strict=True):
        assert a == pytest.approx(b, rel=1e-5)

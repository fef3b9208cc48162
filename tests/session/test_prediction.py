from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import Refusal
from chainrule.guesses import judge, readings
from chainrule.protocol import ServerMessage
from chainrule.protocol.model import Cursor
from chainrule.protocol.server import Fired, Frame, Metrics, Playback, Prediction
from chainrule.session import Session, Viewer
from support.examples import examples
from support.sessions import grad, make, moved, place, refused, send, tensors, the, value


def numbers(messages: list[ServerMessage]) -> list[float]:
    """Every number in messages, as a reader of the wire would find them."""
    found: list[float] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(float(value))

    for message in messages:
        walk(json.loads(message.model_dump_json(exclude={"seq"})))
    return found


def everything(session: Session) -> list[ServerMessage]:
    """All that a curious student can ask for without guessing."""
    found: list[ServerMessage] = []
    viewer = Viewer()
    found.extend(viewer.pull(session))
    for name in ("w", "x", "mul#0", "sub#0", "pow#0"):
        for what in ("value", "grad", "contribution"):
            found.extend(send(session, "explain", name=name, what=what))
        found.extend(send(session, "explain", name=name, what="contribution", argument=0))
        found.extend(send(session, "gradcheck", name=name))
        found.extend(send(session, "pytorch", name=name))
        found.extend(send(session, "fire", name=name))
    return found


def documents(session: Session) -> list[float]:
    found: list[float] = []
    for document in (session.info(), session.state(), session.graph(), session.branches(), session.recipe()):
        found.extend(numbers([document]))  # type: ignore[list-item]
    return found


def at_the_weight() -> Session:
    """One weight, at the step that would show −24; −8 has been guessed twice."""
    session = make()
    send(session, "predict", on=True)
    for guess in ("-8", "-8"):
        assert moved(session, "step", unit="phase", count=3).reached == "withheld"
        assert the(Prediction, send(session, "guess", value=guess)).verdict == "exact"
    assert moved(session, "step").reached == "withheld"
    assert place(session) == (0, 8)
    return session


def test_the_next_gradient_waits_for_a_guess() -> None:
    session = make()
    assert the(Prediction, send(session, "predict", on=True)).on
    answers = send(session, "step", unit="phase", count=2)
    assert moved(session, "step").reached == "withheld", "and does not get past it"
    assert place(session) == (0, 6)
    frame = the(Frame, answers)
    assert frame.withheld
    assert frame.step.label == "pow → sub"
    assert frame.arrived == [0, 0, 0, 0, 0, 0, 1], "the seed is not withheld"
    assert frame.update == []
    for what in ("contribution", "local", "upstream", "before", "after"):
        assert tensors(frame, what) == {}
    assert tensors(frame, "grad") == {6: 1.0}
    answers = send(session, "guess", value="−8")
    verdict = the(Prediction, answers)
    assert (verdict.guess, verdict.actual, verdict.verdict) == (-8.0, -8.0, "exact")
    frame = the(Frame, answers)
    assert not frame.withheld
    assert tensors(frame, "contribution") == {4: -8.0}
    assert place(session) == (0, 6)


def test_a_withheld_gradient_is_nowhere() -> None:
    session = at_the_weight()
    secret = {-24.0, 24.0, 576.0}
    new = float.fromhex("0x1.1eb852p+1")
    assert not secret & set(numbers(everything(session)) + documents(session))
    assert new not in documents(session)
    state = session.state()
    assert state.nodes["w"].grad is None
    assert state.nodes["w"].withheld
    assert not state.nodes["mul#0"].withheld
    assert refused(send(session, "explain", name="w")).code == "withheld"
    assert refused(send(session, "explain", name="mul#0", what="contribution", argument=0)).code == "withheld"
    assert refused(send(session, "gradcheck", name="w")).code == "withheld"
    assert refused(send(session, "gradcheck", name="x")).code == "withheld"
    assert refused(send(session, "pytorch", name="w")).code == "withheld"
    with pytest.raises(Exception, match="withheld"):
        session.tensor("w", "grad")
    fired = the(Fired, send(session, "fire", name="w"))
    assert (fired.fired, fired.arrived, fired.missing) == (False, 0, ["mul#0"])
    # The slope of the curve is the gradient.
    assert refused(send(session, "sweep", name="w", low=0, high=4)).code == "withheld"
    send(session, "guess", value="1")
    assert grad(session, "w") == -24.0
    assert -24.0 in numbers(everything(session))


@pytest.mark.parametrize(
    "command",
    [
        {"type": "step"},
        {"type": "step", "unit": "phase"},
        {"type": "step", "unit": "iteration"},
        {"type": "step", "unit": "epoch", "count": 40},
        {"type": "seek", "iteration": 0, "step": 9},
        {"type": "seek", "iteration": 1, "step": 0},
        {"type": "seek", "iteration": 3, "step": 2},
        {"type": "seek", "iteration": 9, "branch": 0},
    ],
)
@pytest.mark.parametrize("visited", [False, True])
@pytest.mark.parametrize("stop", [False, True])
def test_no_way_leads_beyond(command: dict[str, Any], visited: bool, stop: bool) -> None:
    session = make()
    if visited:
        send(session, "seek", iteration=12)
        send(session, "seek", iteration=0, step=7)
    else:
        send(session, "seek", iteration=0, step=7)
    if stop:
        send(session, "breakpoint", condition={"kind": "grad", "name": "w", "relation": ">", "threshold": 23})
        send(session, "breakpoint", condition={"kind": "step", "step_kind": "update"})
    send(session, "predict", on=True)
    assert moved(session, **command).reached == "withheld"
    assert place(session) == (0, 8)
    assert moved(session, **command).reached == "withheld"
    assert -24.0 not in numbers(everything(session)) + documents(session)


def test_metrics_of_later_iterations_are_taken_back() -> None:
    session = make()
    viewer = Viewer()
    send(session, "seek", iteration=12)
    send(session, "seek", iteration=1, step=4)
    assert len(the(Metrics, viewer.pull(session)).columns["loss"]) == 13
    send(session, "predict", on=True)
    for seq in list(viewer._flying):
        viewer.ack(seq)
    metrics = the(Metrics, viewer.pull(session))
    assert (metrics.start, metrics.columns["loss"]) == (2, [])
    late = Viewer()
    assert len(the(Metrics, late.pull(session)).columns["w"]) == 2


def test_playing_stops_at_it() -> None:
    session = make()
    send(session, "predict", on=True)
    viewer = Viewer()
    viewer.pull(session)
    send(session, "play", viewer, unit="iteration", rate=None)
    while session.busy:
        session.advance(0.01)
    assert place(session) == (0, 6)
    for seq in list(viewer._flying):
        viewer.ack(seq)
    found = viewer.pull(session)
    assert not the(Playback, found).playing
    assert the(Frame, found).withheld


def test_what_was_revealed_is_not_asked_again() -> None:
    session = at_the_weight()
    send(session, "guess", value="-24")
    send(session, "seek", iteration=0, step=0)
    assert moved(session, "step", unit="phase", count=2).reached is None
    assert place(session) == (0, 8)
    assert moved(session, "step", unit="iteration", count=3).reached == "withheld"
    assert place(session) == (1, 6)


def test_a_new_branch_asks_anew() -> None:
    session = at_the_weight()
    send(session, "guess", value="-24")
    assert moved(session, "edit", name="w", value=3.0).reached == "withheld"
    assert place(session) == (0, 6)
    assert grad(session, "pow#0") == 1.0
    assert moved(session, "undo").reached is None
    assert (place(session), grad(session, "w")) == ((0, 8), -24.0)


def test_dragging_under_prediction_reveals_nothing() -> None:
    session = at_the_weight()
    for k in range(4):
        answers = send(session, "edit", name="w", value=3.0 + k, coalesce=True)
        assert the(Frame, answers).withheld
        assert place(session) == (0, 6)


def test_what_stands_before_the_cursor_counts_as_revealed() -> None:
    session = make()
    send(session, "seek", iteration=2, step=7)
    send(session, "predict", on=True)
    assert not the(Frame, send(session, "step", count=-1)).withheld
    assert moved(session, "seek", iteration=0, step=8).reached is None
    assert grad(session, "w") == -24.0
    assert moved(session, "seek", iteration=3, step=0).reached == "withheld"
    assert place(session) == (2, 8)


def test_switching_off_reveals() -> None:
    session = at_the_weight()
    frame = the(Frame, send(session, "predict", on=False))
    assert not frame.withheld
    assert tensors(frame, "contribution")[0] == -24.0
    assert moved(session, "step").reached is None


def test_other_commands_go_on_under_prediction() -> None:
    session = at_the_weight()
    send(session, "configure", config={"lr": 0.1})
    assert place(session) == (0, 8)
    assert value(session, "w") == 2.0
    assert moved(session, "configure", config={"x": 4.0}).reached == "withheld"
    assert place(session) == (0, 6)


def test_tensors_are_not_withheld_but_scalars_among_them_are() -> None:
    session = make("test-matrix")
    send(session, "predict", on=True)
    asked = 0
    while session.cursor.iteration < 2:
        if moved(session, "step", unit="iteration").reached == "withheld":
            asked += 1
            send(session, "guess", value="1")
    graph = session.graph()
    edges = [graph.edges[step.edge] for step in graph.steps if step.edge is not None]
    scalars = [edge for edge in edges if graph.nodes[edge.source].shape == []]
    assert 0 < len(scalars) < len(edges)
    assert asked == 2 * len(scalars) + 1, "all of two iterations, and the first of the third"


def test_one_number_in_a_matrix_is_guessed_too() -> None:
    session = make("circuit", code="W = [[2]]\nf = sum(W * 3)")
    send(session, "predict", on=True)
    for arrived in (0, 1):
        assert moved(session, "step", unit="phase", count=2).reached == "withheld"
        states = session.state().nodes
        assert [states["mul#0"].grad, states["W"].grad] == [[[1.0]], None] if arrived else [None, None]
        assert the(Prediction, send(session, "guess", value="2")).actual == (3.0 if arrived else 1.0)
    assert grad(session, "W") == [[3.0]]


def test_nothing_to_guess() -> None:
    session = make()
    assert refused(send(session, "guess", value="1")).code == "nothing_to_guess"
    send(session, "predict", on=True)
    assert refused(send(session, "guess", value="1")).code == "nothing_to_guess"
    send(session, "step", unit="phase", count=2)
    before = session.revision
    assert refused(send(session, "guess", value="about eight")).code == "invalid_guess"
    assert session.revision == before
    send(session, "guess", value="1")
    assert refused(send(session, "guess", value="1")).code == "nothing_to_guess"


MOVES = st.one_of(
    st.tuples(st.just("step"), st.sampled_from(["step", "phase", "iteration"]), st.integers(-3, 5)),
    st.tuples(st.just("seek"), st.integers(0, 5), st.integers(0, 9)),
    st.tuples(st.just("branch"), st.integers(0, 3), st.integers(0, 4)),
    st.tuples(st.just("edit"), st.sampled_from(["w", "x"]), st.integers(1, 9)),
    st.tuples(st.just("configure"), st.just("lr"), st.sampled_from([0.01, 0.02])),
    st.tuples(st.just("undo"), st.none(), st.none()),
    st.tuples(st.just("guess"), st.none(), st.none()),
)


@examples(80)
@given(st.lists(MOVES, max_size=30))
def test_no_walk_gets_past_an_unguessed_gradient(moves: list[Any]) -> None:
    """By bookkeeping of its own: what the walk has guessed, per branch that owns the iteration."""
    session = make()
    send(session, "predict", on=True)
    guessed: set[tuple[int, int, int]] = set()
    for kind, a, b in moves:
        if kind == "step":
            send(session, "step", unit=a, count=b)
        elif kind == "seek":
            send(session, "seek", iteration=a, step=b)
        elif kind == "branch":
            send(session, "seek", branch=a, iteration=b, step=9)
        elif kind == "edit":
            send(session, "edit", name=a, value=b)
        elif kind == "configure":
            send(session, "configure", config={a: b})
        elif kind == "undo":
            before = {line.id: line for line in session.core.timeline.lines.values()}
            send(session, "undo")
            for line in session.core.timeline.lines.values():
                if line.id not in before:
                    # A branch that was split off takes its iterations with it.
                    assert line.parent is not None
                    guessed |= {
                        (line.id, i, s) for o, i, s in guessed if o == line.parent.id and i >= line.fork
                    }
        elif session.core.withheld():
            core = session.core
            guessed.add((core.line.owner(core.position.iteration).id, *core.position))
            send(session, "guess", value="1")
        core = session.core
        iteration, step = core.position
        shown = step - session.frame().withheld
        for i in range(iteration + 1):
            last = 9 if i < iteration else shown
            owner = core.line.owner(i).id
            for s in (6, 7, 8):
                assert s > last or (owner, i, s) in guessed


# -- guesses


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("−24", -24.0),
        ("-24,0", -24.0),
        ("1/3", 1 / 3),
        ("2e-3", 0.002),
        (" -24 ", -24.0),
        ("1 000", 1000.0),
        ("+5", 5.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("= −8", -8.0),
        ("−1/2", -0.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("2·10^-3", 0.002),
        ("1 / 4", 0.25),
        ("1.000.000", 1e6),
    ],
)
def test_guesses_are_read_kindly(text: str, number: float) -> None:
    assert pytest.approx(number) in readings(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eight",
        "1/2/3",
        "--4",
        "0x10",
        "1e",
        "__import__('os')",
        "1..2",
        "e5",
        "-",
        "10**999999999",
        "nan",
        "NaN",
        "inf",
        "−∞",
        "1e400",
        "-1e400",
        "1/0",
        "0/0",
        "1e400/1e400",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="cannot be read"):
        readings(text)


@given(st.text(max_size=64))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = readings(text)
    except Refusal as refusal:
        code = refusal.code
    else:
        code = "invalid_guess" if found else "nothing"
    assert code == "invalid_guess"


@pytest.mark.parametrize(
    ("guess", "actual", "verdict"),
    [
        ("-24", -24.0, "exact"),
        ("-24.01", -24.0, "exact"),
        ("0.33", 1 / 3, "exact"),
        ("-23", -24.0, "close"),
        ("-8", -24.0, "sign"),
        ("24", -24.0, "wrong"),
        ("0", -24.0, "wrong"),
        ("0", 0.0, "exact"),
        ("1", 0.0, "wrong"),
        ("1,000", 1.0, "exact"),
        ("1,000", 1000.0, "exact"),
        ("3", math.nan, "wrong"),
        ("12", math.inf, "sign"),
    ],
)
def test_verdicts(guess: str, actual: float, verdict: str) -> None:
    assert judge(guess, actual).verdict == verdict


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "1/0", "∞"])
def test_what_is_no_number_reveals_nothing(text: str) -> None:
    session = make()
    send(session, "predict", on=True)
    send(session, "step", unit="phase", count=2)
    before = session.state()
    assert session.frame().withheld
    answer = refused(send(session, "guess", value=text))
    assert (answer.code, answer.status) == ("invalid_guess", 422)
    assert session.frame().withheld
    assert session.state() == before


def test_a_session_made_again_withholds_the_same() -> None:
    session = make()
    send(session, "predict", on=True)
    send(session, "step", unit="phase", count=2)
    send(session, "guess", value="1")
    send(session, "breakpoint", condition={"kind": "non_finite"})
    send(session, "step", count=-3)
    recipe = session.recipe()
    again = Session(**dict(recipe))
    assert again.recipe() == recipe
    assert again.welcome().predict
    for _ in range(5):
        assert again.cursor == session.cursor
        assert again.state() == session.state()
        assert again.frame().withheld == session.frame().withheld
        send(session, "step")
        send(again, "step")
    assert again.frame().withheld
    assert again.recipe() == session.recipe()
    send(again, "breakpoint", condition={"kind": "non_finite"})
    assert [known.id for known in again.core.breakpoints] == [1, 2]


def test_what_waits_for_a_guess_is_told_to_who_would_make_the_session_again() -> None:
    session = make()

    def tells(kind: str, **fields: Any) -> bool:
        before = session.journal_revision
        send(session, kind, **fields)
        return session.journal_revision > before

    assert not tells("step")
    assert tells("predict", on=True)
    assert tells("seek", iteration=0, step=9)
    assert not tells("step")
    assert tells("guess", value="2")
    assert tells("predict", on=False)
    assert tells("breakpoint", condition={"kind": "non_finite"})


def test_a_session_may_begin_with_prediction() -> None:
    session = Session("one-weight", {}, 7, predict=True, cursor=Cursor(branch=0, iteration=0, step=7))
    assert session.frame().withheld
    assert session.state().nodes["mul#0"].grad is None
    assert session.state().nodes["sub#0"].grad == -8.0

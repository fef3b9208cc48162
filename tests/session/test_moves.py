from __future__ import annotations

from typing import Any

import pytest

from chainrule.protocol.server import Branches, Frame, GraphMessage, Moved
from chainrule.session import Limits
from support.sessions import grad, make, moved, place, refused, send, tensors, the, value


def test_a_session_opens_at_the_beginning_with_nothing_reached() -> None:
    session = make()
    assert place(session) == (0, 0)
    info = session.info()
    assert info.phase == "forward"
    assert info.metrics == {"loss": None}
    state = session.state()
    assert state.nodes["w"].value == 2.0, "a parameter has its value from the start"
    assert state.nodes["x"].value is None
    assert state.nodes["target"].value is None
    assert state.nodes["mul#0"].value is None
    assert all(node.grad is None for node in state.nodes.values())
    send(session, "step")
    state = session.state()
    assert state.nodes["x"].value == 3.0
    assert state.nodes["target"].value == 10.0
    assert state.nodes["mul#0"].value is None


def test_the_steps_of_one_weight() -> None:
    steps = make().graph().steps
    assert [(step.kind, step.phase, step.label) for step in steps] == [
        ("zero_grad", "forward", "zero"),
        ("load", "forward", "load"),
        ("forward", "forward", "mul"),
        ("forward", "forward", "sub"),
        ("forward", "forward", "pow"),
        ("seed", "backward", "seed"),
        ("backward", "backward", "pow → sub"),
        ("backward", "backward", "sub → mul"),
        ("backward", "backward", "mul → w"),
        ("update", "update", "w"),
    ]


def test_two_phases_show_the_gradient() -> None:
    session = make()
    answers = send(session, "step", unit="phase", count=2)
    assert place(session) == (0, 8)
    frame = the(Frame, answers)
    assert tensors(frame, "contribution")[0] == -24.0
    assert tensors(frame, "upstream") == {3: -8.0}
    assert tensors(frame, "local") == {0: 3.0}
    assert tensors(frame, "before") == {}
    assert tensors(frame, "after") == {0: -24.0}
    assert grad(session, "w") == -24.0
    assert value(session, "w") == 2.0


def test_one_iteration_shows_the_gradient_and_the_new_weight() -> None:
    session = make()
    frame = the(Frame, send(session, "step", unit="iteration"))
    assert place(session) == (0, 9)
    assert grad(session, "w") == -24.0
    assert value(session, "w") == pytest.approx(2.24)
    assert tensors(frame, "before")[0] == 2.0
    assert tensors(frame, "after")[0] == pytest.approx(2.24)
    assert [detail.index for detail in frame.update] == sorted(tensors(frame, "detail"))
    send(session, "step")
    assert place(session) == (1, 0)
    assert grad(session, "w") is None, "zero_grad"
    assert value(session, "mul#0") is None


@pytest.mark.parametrize(
    ("start", "unit", "count", "end", "reached"),
    [
        ((0, 0), "step", 1, (0, 1), None),
        ((0, 9), "step", 1, (1, 0), None),
        ((1, 0), "step", -1, (0, 9), None),
        ((0, 0), "phase", 1, (0, 4), None),
        ((0, 4), "phase", 1, (0, 8), None),
        ((0, 0), "phase", 4, (1, 4), None),
        ((0, 5), "phase", -1, (0, 4), None),
        ((0, 4), "phase", -1, (0, 0), None),
        ((1, 0), "phase", -1, (0, 9), None),
        ((0, 9), "iteration", 1, (1, 9), None),
        ((1, 3), "iteration", -1, (0, 9), None),
        ((0, 3), "iteration", -1, (0, 0), None),
        ((0, 3), "iteration", -2, (0, 0), "start"),
        ((0, 0), "step", -1, (0, 0), "start"),
        ((0, 0), "phase", -3, (0, 0), "start"),
        ((0, 7), "step", 0, (0, 7), None),
        ((0, 0), "epoch", 2, (1, 9), None),
        ((4, 9), "step", 1, (4, 9), "end"),
        ((4, 2), "step", 7, (4, 9), None),
        ((4, 2), "step", 8, (4, 9), "end"),
        ((0, 0), "iteration", 1000, (4, 9), "end"),
        ((2, 4), "epoch", 3, (4, 9), None),
        ((2, 4), "phase", 9, (4, 9), "end"),
    ],
)
def test_stops(
    start: tuple[int, int], unit: str, count: int, end: tuple[int, int], reached: str | None
) -> None:
    session = make(limits=Limits(max_iterations=5))
    send(session, "seek", iteration=start[0], step=start[1])
    answer = moved(session, "step", unit=unit, count=count)
    assert place(session) == end
    assert answer.reached == reached
    assert (answer.cursor.iteration, answer.cursor.step) == end


def test_epochs_of_several_iterations() -> None:
    session = make("test-matrix")
    last = len(session.graph().steps) - 1
    send(session, "step", unit="epoch")
    assert place(session) == (2, last)
    send(session, "step", unit="epoch", count=2)
    assert place(session) == (8, last)
    send(session, "step", unit="epoch", count=-1)
    assert place(session) == (5, last)
    send(session, "step", unit="epoch", count=-2)
    assert place(session) == (0, 0)


def test_without_an_optimizer_the_update_phase_is_empty_and_no_stop() -> None:
    session = make("circuit")
    steps = session.graph().steps
    assert {step.phase for step in steps} == {"forward", "backward"}
    send(session, "step", unit="phase", count=2)
    assert place(session) == (0, len(steps) - 1)
    send(session, "step", unit="phase")
    assert session.cursor.iteration == 1
    assert steps[session.cursor.step].phase == "forward"


def test_gradients_pile_up_where_zero_grad_is_off() -> None:
    session = make(zero_grad=False)
    assert session.graph().steps[0].kind == "zero_grad", "the step is there, and does nothing"
    send(session, "step", unit="iteration")
    assert grad(session, "w") == -24.0
    send(session, "step")
    assert place(session) == (1, 0)
    assert grad(session, "w") == -24.0
    assert grad(session, "mul#0") is None, "an activation's gradient belongs to its iteration"
    frame = the(Frame, send(session, "seek", iteration=1, step=8))
    added = tensors(frame, "contribution")[0]
    assert tensors(frame, "before")[0] == -24.0
    assert grad(session, "w") == pytest.approx(-24.0 + added)


def test_gradients_are_cleared_when_zero_grad_is_switched_on_again() -> None:
    session = make(zero_grad=False)
    send(session, "step", unit="iteration")
    send(session, "configure", config={"zero_grad": True})
    send(session, "step")
    assert grad(session, "w") is None


def test_gradients_that_were_to_be_cleared_stay_when_it_is_switched_off() -> None:
    session = make()
    send(session, "step", unit="iteration")
    send(session, "configure", config={"zero_grad": False})
    send(session, "step")
    assert grad(session, "w") == -24.0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"iteration": 0, "step": 10}, "seek_out_of_range"),
        ({"iteration": 3, "step": 99}, "seek_out_of_range"),
        ({"iteration": 10**9}, "seek_out_of_range"),
        ({"iteration": 0, "branch": 5}, "unknown_branch"),
        ({"iteration": 900_000}, "limit_iterations"),
    ],
)
def test_a_refused_seek_changes_nothing(fields: dict[str, Any], code: str) -> None:
    session = make()
    send(session, "step", count=4)
    before = session.info(), session.branches(), session.revision
    assert refused(send(session, "seek", **fields)).code == code
    assert (session.info(), session.branches(), session.revision) == before


def test_too_many_iterations_for_a_command_are_refused() -> None:
    session = make(limits=Limits(max_iterations_per_command=50, answer_seconds=60))
    for unit, count in (("iteration", 60), ("epoch", 1000), ("phase", 900), ("step", 1000)):
        assert refused(send(session, "step", unit=unit, count=count)).code == "limit_iterations"
        assert session.branches().branches[0].tip == 0
    assert moved(session, "step", unit="iteration", count=50).reached is None


def test_what_is_far_too_much_is_refused_before_it_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make(limits=Limits(max_iterations_per_command=50, answer_seconds=60))
    send(session, "seek", iteration=40)
    monkeypatch.setattr(session.core.timeline, "extend", lambda *_: pytest.fail("computed"))
    for unit, count in (("iteration", 100), ("epoch", 100), ("phase", 900), ("step", 3000)):
        assert refused(send(session, "step", unit=unit, count=count)).code == "limit_iterations"
    send(session, "seek", iteration=0)
    assert moved(session, "step", unit="phase", count=110).reached is None


def test_the_graph_comes_along_only_when_it_is_another() -> None:
    session = make()
    assert not [m for m in send(session, "step") if isinstance(m, GraphMessage)]
    graph = the(GraphMessage, send(session, "edit", name="mul#0", value=1.0)).graph
    assert {node.name for node in graph.nodes} >= {"mul#0", "mul#0.delta", "mul#0.edit"}
    answers = send(session, "seek", iteration=1)
    assert the(GraphMessage, answers).graph.topology != graph.topology


def test_a_repeated_id_changes_nothing() -> None:
    session = make()
    first = send(session, "step", id="a")
    again = send(session, "step", id="a")
    assert place(session) == (0, 1)
    assert the(Moved, first) == the(Moved, again)
    assert {message.id for message in first} == {"a"}
    send(session, "step", id="b")
    assert place(session) == (0, 2)


def test_commands_are_remembered_within_bounds() -> None:
    session = make(limits=Limits(max_answers=3, answer_seconds=60))
    for k in range(10):
        send(session, "step", id=str(k))
    assert len(session._commands._answers._found) == 3
    send(session, "step", id="9")
    assert place(session) == (1, 0)


def test_long_answers_are_remembered_within_bounds() -> None:
    session = make()
    for k in range(300):
        send(session, "edit", name="w", value=k, id=str(k))
    told = sum(
        len(message.branches)
        for messages, _ in session._commands._answers._found.values()
        for message in messages
        if isinstance(message, Branches)
    )
    assert told < 10_000
    for k in range(50):
        send(session, "explain", name="w", id=f"e{k}")
    assert "299" in {messages[0].id for messages, _ in session._commands._answers._found.values()}


def test_names_of_nodes() -> None:
    session = make()
    send(session, "step", unit="phase")
    assert session.tensor("mul", "value").name == "mul#0"
    assert session.tensor("loss", "value").name == "pow#0"
    with pytest.raises(Exception, match="no 'nothing'"):
        session.tensor("nothing", "value")

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.protocol.server import Branches, Configured, Frame
from chainrule.session import Limits, Session
from support.examples import examples
from support.sessions import SMALL, fingerprint, grad, make, moved, place, refused, send, tensors, the, value


def line(session: Session) -> tuple[int, int | None, int, str]:
    branch = session.core.line.model()
    return branch.id, branch.parent, branch.fork_iteration, branch.cause


def test_editing_a_parameter_forks_and_keeps_the_step() -> None:
    session = make()
    send(session, "step", unit="phase", count=2)
    answers = send(session, "edit", name="w", value=3.0)
    assert place(session) == (0, 8)
    assert line(session) == (1, 0, 0, "edit w")
    assert grad(session, "w") == -6.0
    assert tensors(the(Frame, answers), "contribution")[0] == -6.0
    assert the(Branches, answers).current == 1
    send(session, "seek", iteration=0, step=8, branch=0)
    assert grad(session, "w") == -24.0, "the old branch is as it was"


def test_a_parameter_is_edited_at_the_start_of_its_iteration() -> None:
    session = make()
    send(session, "seek", iteration=2, step=9)
    send(session, "edit", name="w", value=3.0)
    assert place(session) == (2, 9)
    assert value(session, "w") == pytest.approx(3.0 + 0.01 * 6.0)
    send(session, "seek", iteration=2, step=0)
    assert value(session, "w") == 3.0
    send(session, "step", count=-1)
    assert place(session) == (1, 9)
    assert session.core.line.owner(1).id == 0, "shared with the parent"


def test_an_input_keeps_its_value_on_the_new_branch() -> None:
    session = make()
    send(session, "seek", iteration=1, step=3)
    send(session, "edit", name="x", value=5.0)
    for iteration in (1, 2, 7):
        send(session, "seek", iteration=iteration, step=1)
        assert value(session, "x") == 5.0
    send(session, "seek", iteration=0, step=1)
    assert value(session, "x") == 3.0


def test_editing_an_activation_adds_a_delta_for_that_iteration() -> None:
    session = make()
    send(session, "step", unit="phase", count=2)
    send(session, "edit", name="mul#0", value=7.0)
    assert place(session) == (0, 10), "still at the last step of the backward phase"
    assert value(session, "mul#0") == 6.0
    assert value(session, "mul#0.delta") == 1.0
    assert value(session, "mul#0.edit") == 7.0
    assert value(session, "pow#0") == 9.0
    send(session, "step", unit="phase", count=1)
    assert grad(session, "w") == -18.0
    send(session, "edit", name="mul#0", value=9.0)
    assert value(session, "mul#0.delta") == 3.0, "edited again: replaced"
    send(session, "edit", name="mul#0.edit", value=10.0)
    assert value(session, "mul#0.delta") == 4.0
    send(session, "seek", iteration=1, step=9)
    assert "mul#0.edit" not in session.state().nodes


def test_a_delta_is_known_only_when_the_activation_is() -> None:
    session = make()
    send(session, "edit", name="mul#0", value=7.0)
    steps = [s.label for s in session.graph().steps]
    send(session, "step")
    assert value(session, "mul#0.delta") is None
    send(session, "step")
    assert value(session, "mul#0.delta") == 1.0
    assert value(session, "mul#0.edit") is None
    assert steps[2:4] == ["mul", "mul′"]


def test_the_step_is_clamped_where_there_are_fewer() -> None:
    session = make()
    send(session, "edit", name="mul#0", value=7.0)
    send(session, "step", unit="iteration")
    assert place(session) == (0, 11)
    send(session, "undo")
    assert place(session) == (0, 0)
    send(session, "configure", config={"w": 3.0})
    assert place(session) == (0, 0)
    send(session, "seek", iteration=0, step=9)
    send(session, "edit", name="mul#0", value=7.0)
    assert place(session) == (0, 11), "still at the last step"


def test_dragging_makes_one_branch_and_one_undo() -> None:
    session = make()
    send(session, "step", count=4)
    send(session, "edit", name="x", value=4.0)
    for k in range(20):
        answers = send(session, "edit", name="w", value=2.0 + k / 10, coalesce=True)
    branches = the(Branches, answers).branches
    assert [branch.cause for branch in branches] == ["start", "edit x", "edit w"]
    assert branches[2].parent == 1
    assert value(session, "w") == pytest.approx(3.9)
    assert value(session, "x") == 4.0
    assert len(session.info().journal) == 2
    send(session, "undo")
    assert (value(session, "w"), value(session, "x")) == (2.0, 4.0)
    send(session, "undo")
    assert value(session, "x") == 3.0
    assert refused(send(session, "undo")).code == "nothing_to_undo"


def test_coalescing_is_for_the_same_thing_only() -> None:
    session = make("test-matrix")
    send(session, "edit", name="W", value=1.0, index=[0, 0], coalesce=True)
    send(session, "edit", name="W", value=2.0, index=[0, 1], coalesce=True)
    send(session, "edit", name="W", value=3.0, index=[0, 1], coalesce=True)
    assert value(session, "W")[0] == [1.0, 3.0]
    assert [entry.command["value"] for entry in session.info().journal] == [1.0, 3.0]
    send(session, "step", unit="iteration")
    send(session, "step")
    send(session, "edit", name="W", value=4.0, index=[0, 1], coalesce=True)
    assert len(session.info().journal) == 3


def test_what_leaves_no_trace_leaves_the_journal() -> None:
    session = make(optimizer="momentum")
    for k in range(30):
        send(session, "configure", config={"lr": 0.02 + k / 1000, "momentum": 0.5})
        send(session, "edit", name="w", value=k)
        send(session, "edit", name="mul", value=k)
    assert sorted(entry.command["type"] for entry in session.info().journal) == ["configure", "edit", "edit"]
    again = Session("one-weight", session.recipe().config, journal=session.info().journal)
    for session_ in (session, again):
        send(session_, "seek", iteration=3)
    assert session.state().nodes == again.state().nodes
    assert session.info().config == again.info().config
    for _ in range(89):
        send(session, "undo")
    assert [entry.command["config"] for entry in session.info().journal] == [{"lr": 0.02, "momentum": 0.5}]


def test_elements_of_an_activation_are_replayed_in_order() -> None:
    session = make("test-matrix")
    name = next(node.name for node in session.graph().nodes if node.kind == "op" and node.shape)
    rank = len(session.tensor(name, "value").shape)
    send(session, "seek", iteration=0, step=5)
    for value_, index in ((1.0, [0] * rank), (2.0, [1] + [0] * (rank - 1)), (3.0, [0] * rank)):
        send(session, "edit", name=name, value=value_, index=index)
        send(session, "edit", name="W", value=[[value_] * 3] * 2)
    again = Session("test-matrix", {}, journal=session.info().journal, cursor=session.cursor)
    assert session.state().nodes == again.state().nodes


def test_a_journal_is_never_longer_than_one_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.session.edits.MAX_JOURNAL", 5)
    session = make()
    for k in range(5):
        send(session, "seek", iteration=k)
        send(session, "configure", config={"lr": 0.02 + k / 100})
    before = session.info()
    send(session, "seek", iteration=5)
    assert refused(send(session, "configure", config={"lr": 0.5})).code == "limit_journal"
    assert refused(send(session, "edit", name="w", value=1)).code == "limit_journal"
    assert session.info().journal == before.journal
    assert len(session.recipe().journal) == 5


def test_an_element_of_an_activation() -> None:
    session = make("test-matrix")
    send(session, "step", unit="phase")
    before = value(session, "matmul#0")
    send(session, "edit", name="matmul#0", value=5.0, index=[1, 0])
    send(session, "edit", name="matmul#0", value=6.0, index=[2, 1])
    edited = value(session, "matmul#0.edit")
    for i, row in enumerate(before):
        for j, number in enumerate(row):
            assert edited[i][j] == {(1, 0): 5.0, (2, 1): 6.0}.get((i, j), number)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "nothing", "value": 1.0},
        {"name": "constant#0", "value": 1.0},
        {"name": "b", "value": 1.0},
        {"name": "b", "value": [1.0, 2.0, 3.0]},
        {"name": "b", "value": [[1.0, 2.0]]},
        {"name": "W", "value": [[1.0, 2.0], [3.0], [4.0, 5.0]]},
        {"name": "W", "value": 1.0, "index": [3, 0]},
        {"name": "W", "value": 1.0, "index": [0]},
        {"name": "W", "value": [1.0, 2.0], "index": [0, 0]},
    ],
)
def test_what_cannot_be_edited_changes_nothing(fields: dict[str, Any]) -> None:
    session = make("test-matrix")
    send(session, "step", unit="phase")
    before = session.info(), session.branches()
    assert refused(send(session, "edit", **fields)).code in ("edit_refused", "unknown_name")
    assert (session.info(), session.branches()) == before


def test_non_finite_values_are_values() -> None:
    session = make()
    send(session, "step", unit="phase")
    frame = the(Frame, send(session, "edit", name="w", value="NaN"))
    assert frame.non_finite[0] == 0, "first cause first"
    assert refused(send(session, "edit", name="w", value=1.0, index=[0])).code == "edit_refused"
    frame = the(Frame, send(session, "edit", name="w", value=1e300))
    assert value(session, "w") == float("inf")


# -- configure


def test_configure_at_the_tip_appends() -> None:
    session = make()
    send(session, "step", unit="iteration")
    answers = send(session, "configure", config={"lr": 0.1})
    configured = the(Configured, answers)
    assert configured.config["lr"] == 0.1
    assert configured.from_iteration == 1
    assert len(session.branches().branches) == 1
    send(session, "seek", iteration=1, step=9)
    w = 2.24
    assert value(session, "w") == pytest.approx(w - 0.1 * 2 * 3 * (3 * w - 10), rel=1e-5)
    assert session.info().config["lr"] == 0.1
    send(session, "seek", iteration=0, step=0)
    assert session.info().config["lr"] == 0.1, "what was set here holds from the next iteration"
    send(session, "seek", iteration=4)
    send(session, "configure", config={"lr": 0.2})
    assert the(Configured, send(session, "seek", iteration=3)).config["lr"] == 0.1
    configured = the(Configured, send(session, "seek", iteration=5))
    assert (configured.config["lr"], configured.from_iteration) == (0.2, 5)


def test_an_edit_keeps_the_configuration_that_was_just_set() -> None:
    session = make()
    send(session, "step", unit="iteration", count=2)
    send(session, "configure", config={"lr": 0.1})
    answers = send(session, "edit", name="w", value=1.0)
    assert session.info().config["lr"] == 0.1
    assert the(Branches, answers).branches[1].fork_iteration == 1
    send(session, "edit", name="w", value=2.0, coalesce=True)
    assert len(session.branches().branches) == 2
    send(session, "seek", iteration=2, step=8)
    before, g = value(session, "w"), grad(session, "w")
    send(session, "step")
    assert value(session, "w") == pytest.approx(before - 0.1 * g, rel=1e-5)


def test_what_was_set_at_a_place_is_still_set_when_one_comes_back() -> None:
    session = make()
    send(session, "step", unit="iteration", count=2)
    send(session, "configure", config={"lr": 0.1})
    send(session, "seek", iteration=4)
    send(session, "seek", iteration=1, step=9)
    send(session, "configure", config={"optimizer": "momentum"})
    assert session.info().config["lr"] == 0.1
    assert line(session)[2:] == (2, "configure optimizer")


def test_configure_behind_the_tip_forks() -> None:
    session = make()
    send(session, "seek", iteration=5)
    send(session, "seek", iteration=2, step=4)
    send(session, "configure", config={"lr": 0.1})
    assert place(session) == (2, 4)
    assert line(session) == (1, 0, 3, "configure lr")
    send(session, "configure", config={"lr": 0.05})
    assert len(session.branches().branches) == 2, "nothing was computed with the first one: it is replaced"
    send(session, "seek", iteration=3, step=9)
    before, g = 0.0, grad(session, "w")
    after = value(session, "w")
    send(session, "seek", iteration=3, step=0)
    before = value(session, "w")
    assert after == pytest.approx(before - 0.05 * g, rel=1e-6)
    send(session, "seek", iteration=5, branch=0)
    assert session.info().config["lr"] == 0.01


def test_a_rebuild_starts_anew_and_keeps_the_place() -> None:
    session = make()
    send(session, "seek", iteration=3, step=4)
    answers = send(session, "configure", config={"w": 3.0})
    assert place(session) == (3, 4)
    assert line(session) == (1, None, 0, "configure w")
    assert the(Configured, answers).from_iteration == 0
    other = make(w=3.0)
    send(other, "seek", iteration=3, step=4)
    assert fingerprint(session) == fingerprint(other)


def test_the_optimizers_state_goes_with_its_kind() -> None:
    session = make(optimizer="momentum")
    send(session, "step", unit="iteration", count=3)
    send(session, "configure", config={"lr": 0.001})
    send(session, "step")
    assert session.core.record.start.slots["w"].updates == 3
    send(session, "configure", config={"optimizer": "adam"})
    send(session, "configure", config={"optimizer": "momentum"})
    send(session, "seek", iteration=4, step=9)
    assert session.core.record.start.slots["w"].updates == 4, "never ran with the other kind"
    send(session, "configure", config={"optimizer": "adam"})
    send(session, "step")
    assert not session.core.record.start.slots


@pytest.mark.parametrize(
    "config",
    [{"nothing": 1}, {"lr": "many"}, {"lr": None}, {"optimizer": "magic"}, {"lr": 0.1, "dtype": "float16"}],
)
def test_a_refused_configuration_changes_nothing(config: dict[str, Any]) -> None:
    session = make()
    send(session, "step", unit="iteration")
    before = session.info(), session.branches()
    assert refused(send(session, "configure", config=config)).code == "invalid_config"
    assert (session.info(), session.branches()) == before


def test_configuring_what_is_so_already_is_no_change() -> None:
    session = make()
    send(session, "configure", config={"lr": 0.01})
    assert not session.branches().can_undo
    assert session.info().journal == []


# -- undo


def test_undo_returns_to_branch_configuration_and_cursor() -> None:
    session = make()
    send(session, "step", unit="iteration")
    states = [(fingerprint(session), session.cursor)]

    def change(kind: str, **fields: Any) -> None:
        send(session, kind, **fields)
        states.append((fingerprint(session), session.cursor))

    change("edit", name="w", value=3.0)
    change("edit", name="x", value=1.0)
    change("edit", name="mul#0", value=1.0)
    change("configure", config={"lr": 0.1})
    change("configure", config={"optimizer": "adam"})
    change("configure", config={"target": 4.0})
    for expected in states[-2::-1]:
        send(session, "undo")
        assert (fingerprint(session), session.cursor) == expected
    assert refused(send(session, "undo")).code == "nothing_to_undo"


def test_undoing_an_appended_configuration_keeps_what_was_computed_as_a_branch() -> None:
    session = make()
    send(session, "seek", iteration=3, step=9)
    send(session, "configure", config={"lr": 0.1})
    send(session, "seek", iteration=6, step=9)
    seen = fingerprint(session)
    send(session, "edit", name="x", value=1.0)
    edited = fingerprint(session)
    send(session, "undo")
    send(session, "undo")
    assert place(session) == (3, 9)
    assert session.info().config["lr"] == 0.01
    assert session.info().journal == []
    branches = {branch.id: branch for branch in session.branches().branches}
    assert branches[0].tip == 3
    kept = next(branch for branch in branches.values() if branch.cause == "configure lr")
    assert (kept.parent, kept.fork_iteration, kept.tip) == (0, 4, 6)
    send(session, "seek", iteration=6, step=9, branch=kept.id)
    assert fingerprint(session) == seen
    send(session, "seek", iteration=6, step=9, branch=1)
    assert fingerprint(session) == edited
    send(session, "seek", iteration=6, step=9, branch=0)
    plain = make()
    send(plain, "seek", iteration=6, step=9)
    assert fingerprint(session) == fingerprint(plain)


# -- the journal

COMMANDS = st.one_of(
    st.tuples(st.just("seek"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("step"), st.sampled_from(["step", "phase", "iteration"]), st.integers(-3, 3)),
    st.tuples(st.just("edit"), st.sampled_from(["W", "b", "X", "matmul#0", "mul#0"]), st.integers(-4, 4)),
    st.tuples(st.just("drag"), st.sampled_from(["W", "b", "matmul#0"]), st.integers(-4, 4)),
    st.tuples(
        st.just("configure"),
        st.sampled_from(["lr", "optimizer", "zero_grad", "rows", "dtype"]),
        st.integers(0, 2),
    ),
    st.tuples(st.just("undo"), st.none(), st.none()),
)
CHOICES: dict[str, list[Any]] = {
    "lr": [0.05, 0.1, 0.2],
    "optimizer": ["sgd", "momentum", "adam"],
    "zero_grad": [True, False, True],
    "rows": [4, 3, 5],
    "dtype": ["float32", "float64", "float32"],
}


def play(session: Session, commands: list[Any]) -> None:
    for kind, a, b in commands:
        if kind == "seek":
            send(session, "seek", iteration=a, step=b)
        elif kind == "step":
            send(session, "step", unit=a, count=b)
        elif kind in ("edit", "drag"):
            index = [0] if a == "b" else [0, 1]
            if a == "mul#0":
                index = [1]
            send(session, "edit", name=a, value=b / 4, index=index, coalesce=kind == "drag")
        elif kind == "configure":
            send(session, "configure", config={a: CHOICES[a][b]})
        else:
            send(session, "undo")


@examples(60)
@given(st.lists(COMMANDS, max_size=20))
def test_the_journal_makes_the_same_session(commands: list[Any]) -> None:
    session = make("test-matrix")
    play(session, commands)
    recipe = session.recipe()
    again = Session(
        recipe.lesson, recipe.config, recipe.seed, limits=SMALL, journal=recipe.journal, cursor=recipe.cursor
    )
    assert fingerprint(again) == fingerprint(session)
    assert again.info().config == session.info().config
    assert [e.command for e in again.info().journal] == [e.command for e in session.info().journal]
    for each in (session, again):
        send(each, "step", unit="iteration", count=3)
    assert fingerprint(again) == fingerprint(session)


def test_a_rebuild_takes_the_whole_configuration_with_it() -> None:
    session = make("test-matrix")
    send(session, "step", unit="iteration", count=3)
    send(session, "configure", config={"lr": 0.3})
    send(session, "configure", config={"rows": 2})
    send(session, "configure", config={"rows": 4})
    assert session.info().config["lr"] == 0.3
    recipe = session.recipe()
    again = Session(recipe.lesson, recipe.config, recipe.seed, journal=recipe.journal, cursor=recipe.cursor)
    assert fingerprint(again) == fingerprint(session)
    send(session, "configure", config={"lr": 0.05, "rows": 3})
    send(session, "configure", config={"rows": 4})
    assert session.info().journal == [], "as it began"


@examples(40)
@given(st.lists(COMMANDS, max_size=15), st.integers(0, 8))
def test_little_memory_changes_nothing(commands: list[Any], iteration: int) -> None:
    large, small = make("test-matrix"), make("test-matrix", SMALL)
    for session in (large, small):
        play(session, commands)
        send(session, "seek", iteration=iteration)
    assert fingerprint(large) == fingerprint(small)
    assert large.branches() == small.branches()


@examples(40)
@given(st.lists(COMMANDS, max_size=15))
def test_everything_can_be_undone(commands: list[Any]) -> None:
    session = make("test-matrix")
    play(session, commands)
    while session.branches().can_undo:
        send(session, "undo")
    assert session.cursor.branch == 0
    assert session.info().journal == []
    fresh = make("test-matrix")
    for each in (session, fresh):
        send(each, "seek", iteration=4, step=3)
    assert fingerprint(session) == fingerprint(fresh)


@pytest.mark.parametrize(
    "command",
    [{"type": "undo"}, {"type": "edit"}, {"type": "step"}, {}, {"type": "edit", "name": "q", "value": 1}],
)
def test_a_journal_that_cannot_be_replayed_is_refused(command: dict[str, Any]) -> None:
    entry = {"cursor": {"branch": 0, "iteration": 0, "step": 0}, "command": command}
    with pytest.raises(Exception, match=r"journal|no 'q'"):
        Session("one-weight", {}, 7, journal=[_entry(entry)])


def _entry(fields: dict[str, Any]) -> Any:
    from chainrule.protocol.model import JournalEntry

    return JournalEntry.model_validate(fields)


def test_a_journal_cannot_take_forever() -> None:
    session = make()
    send(session, "seek", iteration=40)
    send(session, "edit", name="w", value=1.0)
    entry = session.info().journal[0]
    limits = Limits(max_iterations_per_command=100)
    assert Session("one-weight", {}, 7, limits=limits, journal=[entry]).info().journal
    with pytest.raises(Exception, match="iterations"):
        Session("one-weight", {}, 7, limits=Limits(max_iterations_per_command=30), journal=[entry])


def test_branches_are_limited_and_the_oldest_unused_goes_first() -> None:
    session = make(limits=Limits(max_branches=4, max_undo=2, answer_seconds=60))
    for k in range(10):
        send(session, "seek", iteration=0, branch=0)
        moved(session, "edit", name="w", value=float(k))
    assert len(session.branches().branches) == 4
    assert session.branches().branches[0].id == 0
    deep = make(limits=Limits(max_branches=3, answer_seconds=60))
    for _ in range(2):
        moved(deep, "edit", name="w", value=1.0)
    assert refused(send(deep, "edit", name="w", value=1.0)).code == "limit_branches"


def test_editing_an_activation_keeps_what_the_cursor_shows() -> None:
    """At the step that computed it one sees the edited value; what had reached it has now reached y'."""
    changed = {"mul": "mul′", "sub → mul": "sub → mul′"}
    for step in range(10):
        session = make()
        before = the(Frame, send(session, "seek", iteration=0, step=step)).step.label
        after = the(Frame, send(session, "edit", name="mul#0", value=9.0)).step.label
        assert after == changed.get(before, before)
        again = the(Frame, send(session, "edit", name="mul#0", value=8.0))
        assert again.step.label == after, "edited again, nothing is put in"
        send(session, "undo")
        send(session, "undo")
        assert place(session) == (0, step)

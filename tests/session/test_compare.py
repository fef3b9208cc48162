"""Two runs side by side: one seed, one timeline; the companion goes wherever the cursor goes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.host import encode
from chainrule.protocol.frames import decode, encode_frame
from chainrule.protocol.server import Branches, Companion, Explanation, Frame, Metrics, Moved
from chainrule.session import Limits, Session
from chainrule.session.companion import aligned, names
from chainrule.trace import Layout
from support.examples import examples
from support.sessions import evict, fingerprint, grad, make, moved, place, refused, send, the, value

SGD_AND_ADAM: dict[str, Any] = {"optimizer": "adam", "lr": 0.01}


def beside(session: Session) -> Companion:
    found = session.companion()
    assert found is not None
    return found


def same(session: Session, alone: Session) -> None:
    """The companion is, to the last bit, what a session of its own comes to at the same place."""
    companion = session.info().companion
    assert companion is not None
    moved(alone, "seek", iteration=companion.cursor.iteration, step=companion.cursor.step)
    nodes = session.state().companion
    assert nodes is not None
    there = {name.removeprefix(f"{companion.name}/"): state for name, state in nodes.nodes.items()}
    assert there == alone.state().nodes
    assert companion.metrics == alone.info().metrics


def again(session: Session) -> Session:
    """The session that is made from what the first one says of itself."""
    recipe = type(session.recipe()).model_validate_json(session.recipe().model_dump_json())
    return Session(
        recipe.lesson,
        recipe.config,
        recipe.seed,
        journal=recipe.journal,
        cursor=recipe.cursor,
        predict=recipe.predict,
        revealed=recipe.revealed,
        companion=recipe.companion,
        limits=session.limits,
    )


def told(session: Session) -> tuple[Any, ...]:
    """All that one can see of both runs; branches may have other numbers."""
    companion, state = session.info().companion, session.state().companion
    if companion is None or state is None:
        return fingerprint(session), None, None
    cursor = companion.cursor.model_copy(update={"branch": 0})
    # Where a new beginning was asked for is no part of it.
    commands = [entry.command for entry in companion.journal]
    short = companion.model_copy(update={"cursor": cursor, "journal": []})
    return fingerprint(session), short, commands, state.nodes


def test_the_same_seed_and_the_same_iterations() -> None:
    session = make("playground")
    send(session, "seek", iteration=7, step=25)
    answers = send(session, "compare", config=SGD_AND_ADAM)
    branches = the(Branches, answers)
    assert branches.companion == branches.branches[-1].id != branches.current == 0
    assert the(Companion, answers).seq == the(Frame, answers).seq == session.revision
    assert place(session) == (7, 25)
    found = beside(session)
    assert (found.name, found.beside, found.differs) == ("adam", "sgd", ["optimizer", "lr"])
    alone = make("playground", **SGD_AND_ADAM)
    same(session, alone)
    assert value(session, "adam/hidden1.weight") == value(alone, "hidden1.weight")
    send(session, "seek", iteration=0)
    assert value(session, "adam/hidden1.weight") == value(session, "hidden1.weight"), "from the same start"
    moves: list[dict[str, Any]] = [
        {"type": "step", "unit": "iteration", "count": 3},
        {"type": "step", "unit": "phase", "count": -2},
        {"type": "step", "count": -5},
        {"type": "seek", "iteration": 40, "step": 13},
        {"type": "seek", "iteration": 3, "step": 3},
    ]
    for move in moves:
        send(session, **move)
        assert beside(session).cursor.iteration == session.cursor.iteration
        assert beside(session).cursor.step == session.cursor.step, "they have the same steps"
        same(session, alone)


def test_another_topology_is_aligned_by_ends_of_phases() -> None:
    session = make("playground")
    send(session, "compare", config={"batch_norm": True})
    found = beside(session)
    assert (found.name, found.beside) == ("batch_norm", "no_batch_norm")
    alone = make("playground", batch_norm=True)
    moved(session, "seek", iteration=5, step=0)
    forward, backward, update = session.core.record.layout
    assert session.core.beside is not None
    there = session.core.beside.layout
    assert there != (forward, backward, update)
    for step in range(forward + backward + update):
        moved(session, "seek", iteration=5, step=step)
        cursor = beside(session).cursor
        ends = {forward - 1: there.forward - 1, forward + backward - 1: there.forward + there.backward - 1}
        last = max((at for at in ends if at <= step), default=None)
        wanted = 0 if last is None else ends[last]
        assert cursor.step == (wanted if step < forward + backward + update - 1 else there.total - 1)
    same(session, alone)
    assert "batch_norm/norm1.weight" in session.state().companion.parameters  # type: ignore[union-attr]


@pytest.mark.parametrize(("step", "wanted"), [(0, 0), (2, 0), (3, 5), (4, 5), (6, 8), (7, 8), (8, 8), (9, 8)])
def test_alignment(step: int, wanted: int) -> None:
    assert aligned(step, Layout(4, 3, 3), Layout(6, 3, 0)) == wanted
    assert aligned(step, Layout(4, 3, 3), Layout(4, 3, 3)) == step


def test_playing_takes_it_along() -> None:
    session = make("playground")
    send(session, "compare", config=SGD_AND_ADAM)
    send(session, "play", unit="iteration", rate=None)
    while session.cursor.iteration < 30:
        session.advance(0.005)
    send(session, "pause")
    assert beside(session).cursor.iteration == session.cursor.iteration
    same(session, make("playground", **SGD_AND_ADAM))


def test_what_was_edited_at_the_start_is_shared_where_the_other_has_it() -> None:
    session = make("playground")
    send(session, "edit", name="hidden1.weight", index=[0, 1], value=3.5)
    send(session, "seek", iteration=0, step=5)
    send(session, "edit", name="tanh#0", index=[0, 0], value=0.25)
    send(session, "seek", iteration=4)
    send(session, "edit", name="hidden1.bias", index=[0], value=-9.0)
    send(session, "compare", config={"activation": "relu", "batch_norm": True, "hidden": [3]})
    assert beside(session).name == "hidden=3"
    send(session, "seek", iteration=0)
    weight = np.asarray(value(session, "hidden=3/hidden1.weight"))
    assert weight[0, 1] == 3.5
    alone = make("playground", activation="relu", batch_norm=True, hidden=[3])
    send(alone, "edit", name="hidden1.weight", index=[0, 1], value=3.5)
    send(session, "seek", iteration=6)
    same(session, alone)
    made_again = again(session)
    assert told(made_again) == told(session)
    send(made_again, "undo")
    assert made_again.companion() is None, "what was made again can be undone as well"


def test_to_go_to_the_companion_swaps_the_two() -> None:
    session = make("playground")
    send(session, "compare", config=SGD_AND_ADAM)
    send(session, "seek", iteration=9, step=25)
    before = session.state()
    there = beside(session).cursor
    answers = send(session, "seek", branch=there.branch, iteration=there.iteration, step=there.step)
    assert the(Branches, answers).current == there.branch
    assert the(Branches, answers).companion == 0
    found = beside(session)
    assert (found.name, found.beside, found.cursor) == ("sgd", "adam", before.cursor)
    assert session.info().config["optimizer"] == "adam"
    state = session.state()
    assert state.companion is not None
    assert {name.removeprefix("sgd/"): node for name, node in state.companion.nodes.items()} == before.nodes
    assert value(session, "adam/output.bias") == value(session, "output.bias")
    send(session, "seek", branch=0, iteration=9, step=25)
    assert session.state() == before


def test_undo_returns_to_no_companion_and_to_the_one_before() -> None:
    session = make("playground")
    start = told(session)
    send(session, "compare", config=SGD_AND_ADAM)
    first = told(session)
    send(session, "compare", config={"hidden": [8]})
    assert beside(session).name == "hidden=8"
    send(session, "edit", name="output.bias", index=[0], value=1.0)
    assert beside(session).name == "hidden=8", "a fork keeps it"
    send(session, "undo")
    assert beside(session).name == "hidden=8"
    send(session, "undo")
    assert told(session) == first
    send(session, "compare")
    assert session.companion() is None
    assert the(Branches, send(session, "undo")).companion is not None
    assert told(session) == first
    send(session, "undo")
    assert told(session) == start
    assert send(session, "compare")[0].type == "moved", "nothing to end, nothing to undo"
    assert refused(send(session, "undo")).code == "nothing_to_undo"


def test_a_branch_may_be_picked() -> None:
    session = make()
    send(session, "seek", iteration=5)
    send(session, "edit", name="w", value=1.0)
    send(session, "compare", branch=0)
    found = beside(session)
    assert (found.name, found.beside, found.differs) == ("branch-0", "branch-1", [])
    assert value(session, "branch-0/w") != value(session, "w") == 1.0
    send(session, "seek", iteration=2)
    assert value(session, "branch-0/w") == value(session, "w"), "before the fork they are one"
    send(session, "configure", config={"lr": 0.02})
    send(session, "compare", branch=1, name="fast")
    assert value(session, "fast/w") == value(session, "w")
    assert told(again(session)) == told(session)


def test_refusals_change_nothing() -> None:
    session = make("playground", limits=Limits(max_iterations_per_command=20, answer_seconds=60.0))
    send(session, "seek", iteration=15)
    send(session, "seek", iteration=30)
    cases: list[tuple[dict[str, Any], str, str | None]] = [
        ({"config": {}}, "compare_refused", "compare_same"),
        ({"config": {"optimizer": "sgd"}}, "compare_refused", "compare_same"),
        ({"config": {"optimizer": "magic"}}, "invalid_config", "config_not_a_choice"),
        ({"config": {"loss": "mse", "data": "plane", "batch_size": 0}}, "invalid_config", None),
        ({"branch": 0}, "compare_refused", "compare_itself"),
        ({"branch": 7}, "unknown_branch", None),
        ({"config": {"optimizer": "adam"}}, "limit_iterations", "iterations_of_command"),
    ]
    before = told(session), session.branches(), session.revision
    for fields, code, reason in cases:
        error = refused(send(session, "compare", **fields))
        assert error.code == code
        if reason is not None:
            assert error.reason == reason
        assert (told(session), session.branches(), session.revision) == before


def test_names_with_a_run_before_them_mean_that_run() -> None:
    session = make("playground")
    send(session, "compare", config=SGD_AND_ADAM)
    send(session, "seek", iteration=3, step=25)
    alone = make("playground", **SGD_AND_ADAM)
    send(alone, "seek", iteration=3, step=25)
    theirs = session.tensor("adam/output.weight", "grad")
    assert theirs.name == "adam/output.weight"
    assert theirs.data == grad(alone, "output.weight")
    assert session.tensor("sgd/output.weight", "grad").data == grad(session, "output.weight")
    for name in ("rmsprop/output.weight", "adam/nothing", "adam/"):
        error = refused(send(session, "explain", name=name))
        assert error.code == "unknown_name"
    # All the way down: every number that made it is one of the same run, and can be asked for.
    waiting: list[dict[str, Any]] = [{"name": "adam/output.weight", "what": "value", "index": [0, 0]}]
    seen = 0
    while waiting and seen < 200:
        question = waiting.pop(0)
        found = the(Explanation, send(session, "explain", **question))
        own = {**question, "name": question["name"].removeprefix("adam/")}
        if question.get("place"):
            own["place"] = {**question["place"], "branch": 0}
        other = the(Explanation, send(alone, "explain", **own))
        assert (found.value, found.rule) == (other.value, other.rule)
        assert found.name == f"adam/{other.name}"
        assert found.path == other.path.replace("/tensors/", "/tensors/adam/")
        seen += 1
        for term in found.terms:
            for factor in term.factors:
                if factor.source is not None:
                    assert factor.source.name.startswith("adam/")
                    waiting.append(factor.source.model_dump(exclude_none=True))
    assert seen == 200


def test_its_numbers_come_with_the_frame_and_only_those_asked_for() -> None:
    session = make("playground")
    viewer = session.viewer()
    send(session, "compare", viewer, config=SGD_AND_ADAM)
    found = viewer.pull(session)
    assert [m.type for m in found][-2:] == ["companion", "frame"]
    assert the(Companion, found).tensors == []
    assert the(Companion, found).evaluation is None
    metrics = {m.branch: m for m in found if isinstance(m, Metrics)}
    assert set(metrics) == {0, session.branches().companion}
    send(
        session,
        "subscribe",
        viewer,
        names=["adam/output.weight", "adam/nothing", "output.bias"],
        pictures=["units", "surface", "evaluation"],
    )
    viewer.ack(session.revision)
    send(session, "seek", viewer, iteration=12, step=25)
    found = viewer.pull(session)
    companion, frame = the(Companion, found), the(Frame, found)
    assert companion.seq == frame.seq
    assert companion.cursor.iteration == frame.cursor.iteration == 12
    assert companion.names == ["output.weight"]
    assert [(t.what, t.index) for t in companion.tensors] == [("value", 0), ("grad", 0), ("surface", 0)]
    assert companion.tensors[0].data.tolist() == value(session, "adam/output.weight")  # type: ignore[union-attr]
    assert companion.evaluation is not None
    assert frame.evaluation is not None
    assert companion.evaluation != frame.evaluation
    received = decode(encode_frame(companion))
    assert isinstance(received, Companion)
    assert np.array_equal(received.tensors[2].data, companion.tensors[2].data)  # type: ignore[arg-type]
    assert encode.wire(companion) == encode_frame(companion)
    assert '"type":"companion"' in encode.text(companion)
    # A slow viewer skips both, and ends on both of the latest.
    for k in range(5):
        send(session, "seek", viewer, iteration=13 + k)
        latest = viewer.pull(session)
    assert latest == []
    viewer.ack(session.revision)
    latest = viewer.pull(session)
    assert the(Companion, latest).cursor.iteration == the(Frame, latest).cursor.iteration == 17


def test_a_withheld_gradient_is_not_told_by_the_other_run() -> None:
    session = make()
    send(session, "compare", config={"lr": 0.02})
    send(session, "predict", on=True)
    moved(session, "seek", iteration=0, step=9)
    assert session.core.withheld()
    here = place(session)
    assert beside(session).cursor.step == here[1] - 1
    state = session.state().companion
    assert state is not None
    waiting = session.core.view().waiting
    assert waiting is not None
    assert state.nodes[f"{beside(session).name}/{waiting.name}"].grad is None
    name = beside(session).name
    answer = the(Explanation, send(session, "explain", name=f"{name}/{waiting.name}", what="grad"))
    assert answer.value is None


def test_a_long_way_can_be_cancelled() -> None:
    session = make(limits=Limits(answer_seconds=0.0, max_iterations_per_command=5_000))
    send(session, "compare", config={"lr": 0.02})
    session.handle(command("seek", id="far", iteration=4_000))
    for _ in range(20):
        session.advance(0.002)
    assert session.job is not None
    session.handle(command("cancel"))
    answers = session.advance(0.0)
    cancelled = the(Moved, [m for m in answers if m.id == "far"])
    assert cancelled.reached == "cancelled"
    assert beside(session).cursor.iteration == session.cursor.iteration
    same(session, make(lr=0.02))


def command(kind: str, **fields: Any) -> Any:
    from chainrule.protocol import CLIENT_MESSAGE

    return CLIENT_MESSAGE.validate_python({"type": kind, **fields})


def test_names() -> None:
    config = make("playground").core.regime().config

    def of(**changes: Any) -> tuple[str, str]:
        there = config.merged(changes)
        return names(config, there, [*changes])

    assert of(lr=0.05) == ("lr=0.3", "lr=0.05")
    assert of(batch_norm=True) == ("no_batch_norm", "batch_norm")
    assert of(lr=0.01, optimizer="rmsprop") == ("sgd", "rmsprop")
    assert of(hidden=[8, 8]) == ("hidden=4-2", "hidden=8-8")
    assert of(features=["x", "sin_x"]) == ("features=x-y", "features=x-sin_x")
    assert names(config, config, []) == ("", "")


STEPS = st.one_of(
    st.tuples(
        st.just("compare"),
        st.sampled_from([{"config": {"lr": 0.02}}, {"config": {"optimizer": "adam"}}, {"branch": 0}, {}]),
    ),
    st.tuples(
        st.just("seek"), st.fixed_dictionaries({"iteration": st.integers(0, 8), "step": st.integers(0, 9)})
    ),
    st.tuples(
        st.just("seek"), st.fixed_dictionaries({"iteration": st.integers(0, 4), "branch": st.integers(0, 5)})
    ),
    st.tuples(st.just("edit"), st.fixed_dictionaries({"name": st.just("w"), "value": st.integers(-3, 3)})),
    st.tuples(
        st.just("configure"), st.sampled_from([{"config": {"lr": 0.05}}, {"config": {"dtype": "float64"}}])
    ),
    st.tuples(st.just("undo"), st.just({})),
)


@examples(80)
@given(st.lists(STEPS, max_size=12))
def test_whatever_led_there_the_recipe_makes_both_runs_again(steps: list[tuple[str, dict[str, Any]]]) -> None:
    session = make(limits=Limits(max_branches=5, keyframe_bytes=6_000, record_bytes=1, answer_seconds=60.0))
    for kind, fields in steps:
        send(session, kind, **fields)
        companion = session.core.companion
        if companion is not None:
            assert companion.line is not session.core.line
            assert companion.line.id in session.core.timeline.lines
            assert session.core.beside is not None
            assert session.core.beside.iteration == session.cursor.iteration
    before = told(session)
    evict(session)
    assert told(session) == before
    assert told(again(session)) == before

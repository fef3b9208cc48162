from __future__ import annotations

from typing import Any

import pytest

from chainrule.protocol.server import (
    Explanation,
    Fired,
    Frame,
    GradcheckResult,
    NudgeResult,
    PytorchResult,
    SweepResult,
)
from chainrule.session import Limits
from chainrule.session.pytorch import installed
from support.sessions import fingerprint, grad, make, moved, place, refused, send, the, value


def check(session: Any, name: str) -> GradcheckResult:
    return the(GradcheckResult, send(session, "gradcheck", name=name))


def test_one_weight_against_central_differences() -> None:
    session = make()
    for name, expected in [("w", -24.0), ("x", -16.0), ("target", 8.0), ("mul#0", -8.0), ("loss", 1.0)]:
        result = check(session, name)
        assert result.analytic == pytest.approx(expected, rel=1e-12)
        assert result.numeric == pytest.approx(expected, rel=1e-6)
        assert result.passed
        assert not result.kink
    assert refused(send(session, "gradcheck", name="constant#0")).code == "no_gradient"


def test_matrices_with_the_same_draws_and_edits() -> None:
    session = make("test-matrix")
    send(session, "seek", iteration=2)
    send(session, "step", unit="phase", count=2)
    for _ in range(2):
        for name in ("W", "b", "X", "matmul#0", "add#0", "mean#0"):
            result = check(session, name)
            assert result.passed, name
            assert result.max_relative_error < 1e-6
        for name in ("W", "b", "matmul#0"):
            rows = zip(_flat(check(session, name).analytic), _flat(grad(session, name)), strict=True)
            for ours, theirs in rows:
                assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5), "float32 against float64"
        send(session, "edit", name="matmul#0", value=3.0, index=[1, 1])
        send(session, "edit", name="b", value=0.25, index=[1])
        send(session, "step", unit="phase")


def test_an_edited_activation_keeps_its_delta_when_something_before_it_moves() -> None:
    session = make()
    send(session, "edit", name="mul#0", value=7.0)
    result = check(session, "w")
    assert result.analytic == pytest.approx(-18.0)
    assert result.passed
    assert check(session, "mul#0").passed
    assert check(session, "mul#0.edit").analytic == pytest.approx(-6.0)
    losses = the(SweepResult, send(session, "sweep", name="w", low=1.0, high=3.0, count=3)).losses
    assert losses == pytest.approx([(w * 3 + 1 - 10) ** 2 for w in (1, 2, 3)])


def test_a_kink_is_said_to_be_one() -> None:
    session = make("circuit", preset="custom", code="x = 0.0\nf = abs(x) * 2")
    result = check(session, "x")
    assert result.kink
    session = make("circuit", preset="custom", code="x = 0.5\nf = abs(x) * 2")
    assert not check(session, "x").kink


def test_a_check_leaves_the_session_alone() -> None:
    session = make("test-matrix")
    send(session, "step", unit="phase", count=2)
    before = session.frame()
    check(session, "W")
    send(session, "sweep", name="mean#0", low=0, high=1)
    assert session.frame() is before


def test_checks_are_limited() -> None:
    session = make("test-matrix", Limits(check_evaluations=10))
    assert refused(send(session, "gradcheck", name="W")).code == "limit_check"
    assert check(session, "b").passed


def test_sweeping_the_parabola() -> None:
    session = make()
    result = the(SweepResult, send(session, "sweep", name="w", low=0.0, high=4.0, count=5))
    assert result.xs == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert result.losses == [100.0, 49.0, 16.0, 1.0, 4.0]
    assert refused(send(session, "sweep", name="mul#0", low=0, high=1)).code == "not_scalar"
    assert refused(send(make("test-matrix"), "sweep", name="W", low=0, high=1)).code == "not_scalar"
    assert refused(send(session, "sweep", name="w", low=0, high=float("nan"))).code == "invalid_range"


def nudged(session: Any, name: str, h: float, *index: int) -> NudgeResult:
    return the(NudgeResult, send(session, "nudge", name=name, index=list(index), h=h))


def test_a_nudge_of_one_weight() -> None:
    session = make()
    told = nudged(session, "w", 0.5)
    assert (told.value, told.loss, told.h, told.nudged) == (2.0, 16.0, 0.5, 6.25)
    assert (told.slope, told.gradient) == ((6.25 - 16) / 0.5, -24.0)
    assert told.cursor == session.cursor
    for k in range(1, 7):
        for h in (10.0**-k, -(10.0**-k)):
            told = nudged(session, "w", h)
            # Of a parabola the difference is exactly (slope + h·9): the nearer, the smaller the step.
            assert told.slope == pytest.approx(-24 + 9 * h, abs=1e-7 / abs(h) * 1e-6)


def test_a_nudge_of_one_cell_uses_the_batch_and_the_draws_of_the_iteration() -> None:
    session = make("playground", dropout=0.4, batch_norm=True, l2=0.1)
    send(session, "seek", iteration=3, step=2)
    before = fingerprint(session)
    told = nudged(session, "hidden1.weight", 1e-5, 2, 1)
    assert fingerprint(session) == before
    assert told.slope == pytest.approx(told.gradient, rel=1e-3, abs=1e-6)
    assert nudged(session, "hidden1.weight", 1e-5, 2, 1) == told
    send(session, "step", unit="phase", count=2)
    assert value(session, "loss") == pytest.approx(told.loss, rel=1e-5)
    assert grad(session, "hidden1.weight")[2][1] == pytest.approx(told.gradient, rel=1e-3, abs=1e-6)
    told = nudged(session, "hidden1.tanh#0", 1e-5, 4, 0)
    assert told.slope == pytest.approx(told.gradient, rel=1e-3, abs=1e-6)


def test_what_cannot_be_nudged_is_refused() -> None:
    session = make("playground")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"name": "hidden1.weight", "index": [0], "h": 0.1}, "invalid_index"),
        ({"name": "hidden1.weight", "index": [4, 0], "h": 0.1}, "invalid_index"),
        ({"name": "hidden1.weight", "index": [0, 0], "h": 0.0}, "no_nudge"),
        ({"name": "hidden1.weight", "index": [0, 0], "h": 1e-30}, "no_nudge"),
        ({"name": "nothing", "h": 0.1}, "unknown_name"),
    ]
    for command, code in cases:
        assert refused(send(session, "nudge", **command)).code == code
    assert refused(send(make(), "nudge", name="constant#0", h=0.1)).code == "no_gradient"
    classes = make("test-losses", kind="probabilities")
    assert refused(send(classes, "nudge", name="C", index=[0], h=0.1)).code == "no_gradient"


def test_a_nudge_tells_nothing_that_waits_for_a_guess() -> None:
    session = make()
    send(session, "predict", on=True)
    assert refused(send(session, "nudge", name="w", h=0.1)).code == "withheld"


def test_firing_needs_all_contributions() -> None:
    session = make("circuit", preset="fan-out")
    graph = session.graph()
    shared = next(node for node in graph.nodes if node.expected > 1)
    answer = the(Fired, send(session, "fire", name=shared.name))
    assert not answer.fired
    assert (answer.arrived, answer.expected, len(answer.missing)) == (0, shared.expected, shared.expected)
    edges = [e for e in graph.edges if e.source == shared.index and e.carries_grad]
    steps = sorted(s.index for s in graph.steps if s.edge in {e.index for e in edges})
    before = session.revision
    send(session, "seek", iteration=0, step=steps[0])
    answer = the(Fired, send(session, "fire", name=shared.name))
    assert (answer.fired, answer.arrived) == (False, 1)
    last = next(e for e in edges if e.index == graph.steps[steps[-1]].edge)
    assert answer.missing[-1] == graph.nodes[last.target].name
    send(session, "seek", iteration=0, step=steps[-1])
    answer = the(Fired, send(session, "fire", name=shared.name))
    assert (answer.fired, answer.missing) == (True, [])
    assert session.revision == before + 2


def test_explaining_is_at_the_cursor() -> None:
    session = make()
    assert the(Explanation, send(session, "explain", name="w")).value is None
    send(session, "step", unit="phase", count=2)
    assert the(Explanation, send(session, "explain", name="w", id="why")).value == -24.0
    contribution = the(Explanation, send(session, "explain", name="mul#0", what="contribution", argument=0))
    assert contribution.value == -24.0
    assert refused(send(session, "explain", name="q")).code == "unknown_name"


def test_pytorch_says_the_same_where_it_is_installed() -> None:
    session = make()
    result = the(PytorchResult, send(session, "pytorch", name="w"))
    assert result.code == "w.grad.item()"
    assert result.installed == installed()
    assert result.value == (-24.0 if installed() else None)


# -- a long chain


def test_a_chain_of_ten_thousand_ops() -> None:
    session = make("test-chain")
    graph = session.graph()
    assert len(graph.nodes) == 10_002
    assert len(graph.steps) == 2 + 10_000 + 1 + 10_000 + 1
    frame = the(Frame, send(session, "seek", iteration=0, step=15_000))
    assert sum(frame.arrived) == 15_000 - 10_002 + 1
    assert len(frame.tensors) < 5_000
    here = graph.steps[15_000].node
    assert {t.index for t in frame.tensors if t.what == "upstream"} == {here}
    assert {graph.nodes[t.index].name for t in frame.tensors if t.what == "value"} > {"w", "mul#9999"}
    send(session, "step", unit="iteration")
    assert place(session) == (0, 20_003)
    assert grad(session, "w") == pytest.approx(1.0001**10_000, rel=1e-2)
    assert check(session, "w").passed
    viewer = session.viewer()
    send(session, "subscribe", viewer, names=["mul#17"])
    frame = the(Frame, viewer.pull(session))
    assert 17 + 2 in {t.index for t in frame.tensors if t.what == "grad"}


def test_graphs_and_parameters_are_limited() -> None:
    with pytest.raises(Exception, match="nodes"):
        make("test-chain", Limits(max_nodes=500))
    with pytest.raises(Exception, match="parameters"):
        make("test-matrix", Limits(max_parameters=7))
    session = make("test-chain", Limits(max_nodes=500, answer_seconds=60), length=10)
    before = session.branches()
    assert refused(send(session, "configure", config={"length": 600})).code == "limit_nodes"
    assert session.branches() == before
    assert moved(session, "step").reached is None
    assert value(session, "w") == 1.0


def _flat(data: Any) -> list[float]:
    return [x for each in data for x in _flat(each)] if isinstance(data, list) else [data]

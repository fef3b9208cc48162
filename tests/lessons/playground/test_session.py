"""The playground in a session: what goes on, what begins anew."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.protocol.server import Configured
from chainrule.session import Session
from support.sessions import fingerprint, make, place, refused, send, the


class TestInASession:
    @pytest.fixture
    def session(self) -> Any:
        return make("playground")

    def test_metrics_come_at_their_turn_and_are_the_same_on_every_visit(self, session: Any) -> None:
        send(session, "step", unit="iteration", count=45)
        columns = session.columns(0, 46)
        assert {name for name in columns if name != "loss"} == {"test_loss", "accuracy", "test_accuracy"}
        for name in ("test_loss", "accuracy", "test_accuracy"):
            assert [k for k, number in enumerate(columns[name]) if number is not None] == [0, 20, 40]
        at_40 = columns["test_loss"][40]
        send(session, "seek", iteration=40, step=3)
        assert session.info().metrics["test_loss"] == at_40
        send(session, "edit", name="output.bias", value=[3.0])
        assert session.columns(0, 41)["test_loss"][40] != at_40
        assert session.columns(0, 41)["test_loss"][:40] == columns["test_loss"][:40]
        send(session, "undo")
        assert session.columns(0, 46) == columns

    def test_back_through_an_update_and_forward_again(self, session: Any) -> None:
        send(session, "step", unit="iteration", count=20)
        here = fingerprint(session)
        send(session, "step", unit="step", count=-8)
        assert session.core.record.step(session.cursor.step).kind == "backward"
        send(session, "step", unit="step", count=8)
        assert fingerprint(session) == here

    @pytest.mark.parametrize(
        "change",
        [
            {"data": "plane"},
            {"batch_size": 7},
            {"activation": "relu"},
            {"l2": 0.01},
            {"noise": 0.3, "test_share": 0.0},
            {"lr": 0.01},
            {"residual": True, "dropout": 0.2},
            {"activation": ["silu", "relu"]},
            {"optimizer": "adamw", "lr": 0.01},
            {"schedule": "one_cycle", "schedule_length": 40},
            {"clip": "norm"},
            {"data": "drawn"},
            {"loss": "mse"},
        ],
        ids=str,
    )
    def test_what_need_not_reset_goes_on_with_its_weights(self, session: Any, change: dict[str, Any]) -> None:
        send(session, "step", unit="iteration", count=25)
        weights = session.core.record.end.values
        send(session, "configure", config=change)
        send(session, "step", unit="iteration", count=1)
        assert session.cursor.iteration == 25
        start = session.core.record.start.values
        assert all((start[name] == weights[name]).all() for name in weights)
        send(session, "step", unit="iteration", count=20)
        assert session.columns(0, session.cursor.iteration + 1)["loss"][-1] is not None

    def test_an_edited_batch_gives_way_to_one_of_another_shape(self, session: Any) -> None:
        send(session, "edit", name="x", index=[0, 0], value=2.5)
        send(session, "step", unit="iteration", count=3)
        assert float(session.core.record.find("x").value[0, 0]) == 2.5
        send(session, "configure", config={"batch_size": 7})
        send(session, "step", unit="iteration", count=2)
        assert session.core.record.find("x").value.shape == (7, 2)

    def test_wrong_losses_are_refused_and_nothing_changes(self, session: Any) -> None:
        send(session, "configure", config={"data": "plane"})
        before = fingerprint(session)
        assert refused(send(session, "configure", config={"loss": "bce"})).code == "invalid_config"
        assert fingerprint(session) == before

    @pytest.mark.parametrize(
        "change",
        [
            {"hidden": [4, 4]},
            {"batch_norm": True},
            {"features": ["x", "xy"]},
            {"initial": 1},
            {"loss": "ce"},
            {"data": "drawn", "points": [[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 0]]},
        ],
        ids=str,
    )
    def test_what_has_to_begins_anew_and_says_so(self, session: Any, change: dict[str, Any]) -> None:
        send(session, "step", unit="iteration", count=25)
        send(session, "configure", config={"lr": 0.1})
        before = fingerprint(session)
        told = the(Configured, send(session, "configure", config=change))
        assert told.from_iteration == 0
        assert session.cursor.iteration == 24
        assert session.core.line.parent is None
        fresh = make("playground", lr=0.1, **change)
        send(fresh, "seek", iteration=24, step=session.cursor.step)
        assert fingerprint(fresh) == fingerprint(session)
        send(session, "undo")
        assert fingerprint(session) == before

    def test_what_was_drawn_comes_back_from_what_makes_the_session(self, session: Any) -> None:
        points = [[0.5, 1.0, 0], [-2.0, 3.0, 1], [4.0, -1.25, 2], [1.0, 1.0, 1], [0.0, 0.0, 2]]
        send(session, "step", unit="iteration", count=5)
        send(session, "configure", config={"data": "drawn", "points": points})
        send(session, "step", unit="iteration", count=5)
        send(session, "configure", config={"points": [*points, [5.0, 5.0, 2]]})
        send(session, "step", unit="iteration", count=5)
        recipe = session.recipe()
        again = Session(
            recipe.lesson, recipe.config, recipe.seed, journal=recipe.journal, cursor=recipe.cursor
        )
        assert fingerprint(again) == fingerprint(session)

    def test_points_that_are_wrong_change_nothing(self, session: Any) -> None:
        send(session, "configure", config={"data": "drawn"})
        before = fingerprint(session)
        for points in ([], [[0, 0, 1]], [[9, 9, 0]], [[0, 0]], None):
            assert refused(send(session, "configure", config={"points": points})).code == "invalid_config"
        assert fingerprint(session) == before


class TestRestart:
    @pytest.fixture
    def session(self) -> Any:
        return make("playground")

    def test_it_goes_to_the_start_with_the_same_weights_and_what_is_set_now(self, session: Any) -> None:
        start = fingerprint(session)
        send(session, "step", unit="iteration", count=10)
        send(session, "edit", name="output.bias", value=[3.0])
        send(session, "configure", config={"lr": 0.05})
        send(session, "step", unit="iteration", count=10)
        there = fingerprint(session)
        send(session, "configure", config={}, restart=True)
        assert place(session) == (0, 0)
        assert session.core.record.start.regime.config.lr == 0.05
        fresh = make("playground", lr=0.05)
        assert fingerprint(session) == fingerprint(fresh)
        for one in (session, fresh):
            send(one, "seek", iteration=15, step=7)
        assert fingerprint(session) == fingerprint(fresh)
        recipe = session.recipe()
        again = Session(
            recipe.lesson, recipe.config, recipe.seed, journal=recipe.journal, cursor=recipe.cursor
        )
        assert fingerprint(again) == fingerprint(session)
        send(session, "undo")
        assert fingerprint(session) == there
        send(session, "undo")
        send(session, "undo")
        send(session, "seek", iteration=0, step=0)
        assert fingerprint(session) == start

    def test_where_nothing_was_changed_it_is_a_move_on_the_same_branch(self, session: Any) -> None:
        send(session, "step", unit="iteration", count=10)
        send(session, "configure", config={}, restart=True)
        assert place(session) == (0, 0)
        assert session.cursor.branch == 0
        send(session, "configure", config={"hidden": [3]})
        branch = session.cursor.branch
        send(session, "step", unit="iteration", count=3)
        send(session, "configure", config={}, restart=True)
        assert (session.cursor.branch, place(session)) == (branch, (0, 0))

    def test_a_new_initialisation_is_a_restart_with_another_draw(self, session: Any) -> None:
        weights = session.core.record.start.values
        send(session, "step", unit="iteration", count=3000)
        send(session, "configure", config={"initial": 1}, restart=True)
        assert place(session) == (0, 0)
        other = session.core.record.start.values
        assert all((weights[name] != other[name]).any() for name in weights)
        send(session, "configure", config={"initial": 0}, restart=True)
        assert all((weights[name] == session.core.record.start.values[name]).all() for name in weights)

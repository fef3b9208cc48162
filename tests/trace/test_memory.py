"""An iteration that does not fit into memory is refused, and nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chainrule.engine.backend import host
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.lesson import LeafSpec
from support.lessons import MatrixConfig, TestModel, lesson
from support.sessions import fingerprint, make, refused, send


class SizeConfig(MatrixConfig):
    rows: int = 1


def build(config: SizeConfig, *_: object) -> TestModel:
    return TestModel(
        config=config,
        leaves=(LeafSpec("w", "parameter", host.asarray(1.0, "float32"), requires_grad=True),),
        batch_of=lambda iteration: {},
        compute=lambda leaves: (leaves["w"].broadcast_to((config.rows, config.rows)) * 2.0).sum(),
    )


@pytest.fixture(autouse=True)
def a_lesson_of_any_size() -> Iterator[None]:
    LESSONS["test-size"] = lesson("test-size", SizeConfig, build, "rows")
    yield
    del LESSONS["test-size"]


def test_a_session_that_does_not_fit_is_not_made() -> None:
    with pytest.raises(Refusal) as caught:
        make("test-size", rows=2**24)
    assert (caught.value.code, caught.value.status) == ("limit_memory", 422)
    assert caught.value.detail == "The arrays of an iteration do not fit into the memory of cpu."


def test_a_change_that_does_not_fit_changes_nothing() -> None:
    session = make("test-size", rows=3)
    send(session, "step", unit="iteration", count=2)
    before = fingerprint(session)
    assert refused(send(session, "configure", config={"rows": 2**24})).code == "limit_memory"
    assert fingerprint(session) == before

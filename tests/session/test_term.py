"""The gradient of one sample's own loss, explained: number by number, down to the seed."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from chainrule.protocol.model import Own
from chainrule.protocol.server import Explanation, SampleResult, TokenResult
from chainrule.session import Session
from chainrule.trace.computed import Traced
from support.sessions import make, refused, send, the

TEXT: dict[str, Any] = {"batch_size": 3, "context": 5, "width": "8", "dtype": "float64"}
TOKEN: dict[str, Any] = {"row": 1, "position": 3}


def at_the_end(lesson: str = "next-token", **config: Any) -> Session:
    session = make(lesson, **config)
    send(session, "step", unit="phase", count=2)
    return session


def explained(session: Session, name: str, own: dict[str, int], **more: Any) -> Explanation:
    return the(Explanation, send(session, "explain", name=name, own=own, **more))


def assert_sums(found: Explanation, epsilon: float) -> None:
    assert found.value is not None
    assert found.terms, found
    total = math.fsum(float(term.value) for term in found.terms)
    largest = max(abs(float(found.value)), *(abs(float(term.value)) for term in found.terms))
    assert abs(total - float(found.value)) <= 1.5e-45 + epsilon * largest * len(found.terms), found


def assert_walks_to_the_seed(session: Session, first: Explanation, epsilon: float, most: int = 150) -> int:
    """Every term of the number sums, and every factor leads to its number, on and on; how many reached the seed."""

    own: dict[str, Any] = {"own": None if first.own is None else first.own.model_dump()}

    @cache
    def asked(name: str, what: str, index: tuple[int, ...], argument: int | None) -> Explanation:
        more: dict[str, Any] = {"what": what, "index": list(index), "argument": argument, **own}
        return the(Explanation, send(session, "explain", name=name, **more))

    waiting, seen, seeds = [first], set[Any](), 0
    while waiting and len(seen) < most:
        found = waiting.pop()
        if found.what in ("grad", "contribution"):
            assert found.own == first.own
            assert_sums(found, epsilon)
        for term in found.terms:
            assert float(term.value) == pytest.approx(math.prod(float(one.value) for one in term.factors))
            seeds += term.label == "seed"
            for factor in term.factors:
                source = factor.source
                if source is None or source.what not in ("grad", "contribution"):
                    continue
                assert source.own == first.own
                key = (source.name, source.what, tuple(source.index), source.argument)
                if key in seen:
                    continue
                seen.add(key)
                led = asked(*key)
                assert led.value == factor.value
                waiting.append(led)
    return seeds


@pytest.mark.parametrize(("dtype", "traced"), [("float32", True), ("float64", True), ("float32", False)])
def test_each_cell_of_one_token_s_gradient_is_made_of_its_terms(dtype: str, traced: bool) -> None:
    session = make("next-token", **{**TEXT, "dtype": dtype})
    if not traced:
        send(session, "step", unit="iteration", count=3)
    send(session, "step", unit="phase", count=2)
    record = session.core.record
    assert isinstance(record.computed, Traced) == traced
    told = the(TokenResult, send(session, "token", **TOKEN))
    epsilon = 1e-6 if dtype == "float32" else 1e-14
    for stage in told.stages:
        each = np.asarray(stage.grads)
        for place in np.ndindex(each.shape):
            found = explained(session, str(record.nodes[stage.node].name), TOKEN, index=[1, *place])
            # To the last digit the number that the picture shows, and not that of the batch.
            assert found.value == each[place]
            assert_sums(found, epsilon)
    for attended in told.attention:
        for node, grads in ((attended.node, attended.weights), (attended.source, attended.scores)):
            each = np.asarray(grads)
            for place in np.ndindex(each.shape):
                found = explained(session, str(record.nodes[node].name), TOKEN, index=[1, *place])
                assert found.value == each[place]
                assert_sums(found, epsilon)


def test_it_is_walked_edge_by_edge_to_the_seed() -> None:
    session = at_the_end(**TEXT)
    first = explained(session, "output.linear#0", TOKEN, index=[1, 3, 2])
    assert assert_walks_to_the_seed(session, first, 1e-14) == 1
    assert r"\partial{\ell}" in first.formula
    # From an embedding it is a long way through attention: to some depth.
    deep = explained(session, "position.add#0", TOKEN, index=[1, 0, 4])
    assert deep.value != 0
    assert_walks_to_the_seed(session, deep, 1e-14)


def test_what_a_token_s_loss_is_made_of() -> None:
    session = at_the_end(**TEXT)
    told = the(TokenResult, send(session, "token", **TOKEN))
    assert session.core.batch is not None
    root = session.core.batch.own(Own.model_validate(TOKEN)).root
    found = explained(session, str(root.name), TOKEN, what="value")
    assert found.value == told.loss
    assert_sums(found, 1e-14)
    seed = explained(session, str(root.name), TOKEN)
    assert (seed.value, [term.label for term in seed.terms]) == (1.0, ["seed"])


def test_values_are_those_of_the_batch() -> None:
    session = at_the_end(**TEXT)
    alone = explained(session, "output.linear#0", TOKEN, what="value", index=[1, 3, 2])
    of_all = the(Explanation, send(session, "explain", name="output.linear#0", what="value", index=[1, 3, 2]))
    assert (alone.value, alone.terms) == (of_all.value, of_all.terms)


def test_it_is_told_as_the_backward_pass_of_the_batch_comes_to_it() -> None:
    session = make("next-token", **TEXT)
    send(session, "step", unit="phase")
    record = session.core.record
    for step in range(session.cursor.step, record.layout.forward + record.layout.backward, 3):
        send(session, "seek", iteration=0, step=step)
        told = the(TokenResult, send(session, "token", **TOKEN))
        for stage in told.stages:
            node = record.nodes[stage.node]
            found = explained(session, str(node.name), TOKEN, index=[1, 2, 0])
            if stage.grads is not None:
                assert found.value == stage.grads[2][0]
            assert (found.value is None) == (record.arrived(node, step) == 0)


def test_parameters_and_samples_too() -> None:
    """A sample of the playground: the gradient of its own loss by a weight."""
    session = at_the_end("playground", dtype="float64")
    told = the(SampleResult, send(session, "sample", row=2))
    for name, grads in told.grads.items():
        each = np.asarray(grads)
        for place in np.ndindex(each.shape):
            found = explained(session, name, {"row": 2}, index=list(place))
            assert found.value == each[place]
            assert_sums(found, 1e-13)
    first = explained(session, next(iter(told.grads)), {"row": 2}, index=[0, 0])
    assert_walks_to_the_seed(session, first, 1e-13)


@pytest.mark.parametrize("lesson", ["one-layer", "playground", "convolution", "detection"])
def test_the_own_gradients_of_all_samples_average_to_that_of_the_batch(lesson: str) -> None:
    config: dict[str, Any] = {} if lesson == "one-layer" else {"batch_size": 4}
    session = at_the_end(lesson, **config)
    record = session.core.record
    count = the(SampleResult, send(session, "sample", row=0)).count
    name = next(node.name for node in record.nodes if node.kind == "parameter" and node.requires_grad)
    node = record.find(str(name))
    index = [0] * len(node.shape)
    each = [explained(session, str(name), {"row": row}, index=index).value for row in range(count)]
    whole = the(Explanation, send(session, "explain", name=name, index=index)).value
    assert np.mean([float(one or 0) for one in each]) == pytest.approx(float(whole or 0), rel=1e-4, abs=1e-7)


def test_the_python_line_gives_the_own_gradient() -> None:
    session = at_the_end("one-layer")
    found = explained(session, "W", {"row": 1}, index=[0, 1])
    assert found.python.startswith("torch.autograd.grad(own, W)[0][0, 1]  # own = ")
    assert found.path == "/commands"


def test_refusals() -> None:
    session = at_the_end(**TEXT)
    ask: dict[str, Any] = {"name": "output.linear#0", "index": [0, 0, 0]}
    assert refused(send(session, "explain", **ask, own={"row": 3})).reason == "samples_row"
    said = refused(send(session, "explain", **ask, own={"row": 0, "position": 5}))
    assert (said.reason, said.params["last"]) == ("text_position", 4)
    early = make("next-token", **TEXT)
    assert refused(send(early, "explain", **ask, own=TOKEN)).code == "not_computed"
    assert refused(send(make(), "explain", name="w", own={"row": 0})).code == "no_samples"


def test_an_earlier_place_is_explained_there() -> None:
    session = at_the_end(**TEXT)
    index = [1, 0, 4]
    before = explained(session, "position.add#0", TOKEN, index=index)
    here = session.cursor
    send(session, "step", unit="iteration", count=2)
    again = explained(session, "position.add#0", TOKEN, index=index, place=here.model_dump())
    assert again.value == before.value
    assert all(f.source is None or f.source.place == here for term in again.terms for f in term.factors)

"""One token's loss traced back, and what the network writes: against the engine itself, and refused where it cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.engine.tape import Tape
from chainrule.engine.tensor import leaf
from chainrule.lessons.network import call
from chainrule.nn.losses import cross_entropy
from chainrule.protocol.server import SampleResult, TokenResult, Written
from chainrule.session import Session
from support.sessions import make, refused, send, the

SMALL: dict[str, Any] = {"batch_size": 3, "context": 5, "width": "8", "dtype": "float64"}


def at_the_end(**config: Any) -> Session:
    session = make("next-token", **{**SMALL, **config})
    send(session, "step", unit="phase", count=2)
    return session


def token(session: Session, row: int = 1, position: int = 3) -> TokenResult:
    return the(TokenResult, send(session, "token", row=row, position=position))


def test_the_gradient_is_that_of_this_term_alone() -> None:
    """The same from a tape of one window on which nothing else is."""
    session = at_the_end()
    found = token(session)
    record = session.core.record
    model: Any = record.start.regime.model
    x, y = (np.asarray(record.find(name).value)[1:2] for name in "xy")
    embedded = np.asarray(record.find("position.add#0").value)[1:2]
    with Tape(record.start.regime.backend):
        values = {
            spec.name: leaf(record.start.values[spec.name], name=spec.name, kind="parameter")
            for spec in model.leaves
            if spec.kind == "parameter"
        }
        logits = call(model.network, values, leaf(x), seed=7)
    with Tape(record.start.regime.backend) as tape:
        given = leaf(embedded, requires_grad=True)
        rest = _after_embedding(model.network, values, given)
        loss = cross_entropy(rest[0, 3:4], leaf(y[0, 3:4]))
        loss.backward()
    assert tape is not None
    np.testing.assert_allclose(np.asarray(rest.node.value), np.asarray(logits.node.value), rtol=1e-12)
    assert given.grad is not None
    grads = np.asarray(given.grad.node.value)[0]
    assert found.loss == pytest.approx(float(loss.item()))
    stage = found.stages[0]
    np.testing.assert_allclose(np.asarray(stage.grads), grads, rtol=1e-9, atol=1e-15)
    sizes = np.linalg.norm(grads, axis=1)
    np.testing.assert_allclose(np.asarray(stage.sizes), sizes, rtol=1e-9)
    np.testing.assert_allclose(np.asarray(stage.shares), sizes / sizes.sum(), rtol=1e-9)
    np.testing.assert_allclose(np.asarray(stage.dots), (grads * embedded[0]).sum(axis=1), rtol=1e-9)


def _after_embedding(network: Any, values: Any, x: Any) -> Any:
    from chainrule.nn.binding import bound

    given = {name: values[name] for name, _ in network.named_tensors() if name in values}
    with bound(network, given):
        return network.output(network.norm(network.block2(network.block1(x))))


def test_the_terms_of_all_tokens_are_the_loss_and_its_gradient() -> None:
    session = at_the_end()
    record = session.core.record
    each = [[token(session, row, position) for position in range(5)] for row in range(3)]
    losses = np.array([[one.loss for one in row] for row in each])
    assert float(np.asarray(record.root.value)) == pytest.approx(losses.mean())
    grads = np.array([[one.stages[0].grads for one in row] for row in each]).mean(axis=1)
    whole = np.asarray(record.grad_at(record.find("position.add#0"), session.cursor.step))
    np.testing.assert_allclose(grads / 3, whole, rtol=1e-9, atol=1e-15)


def test_the_attention_of_one_token_adds_up_to_that_of_the_batch() -> None:
    session = at_the_end()
    record, step = session.core.record, session.cursor.step
    each = [[token(session, row, position) for position in range(5)] for row in range(3)]
    for block in range(len(each[0][0].attention)):
        for what in ("weights", "scores"):
            grads = np.array([[getattr(one.attention[block], what) for one in row] for row in each])
            told = each[0][0].attention[block]
            node = record.nodes[told.node if what == "weights" else told.source]
            whole = np.asarray(record.grad_at(node, step))
            np.testing.assert_allclose(grads.mean(axis=1) / 3, whole, rtol=1e-7, atol=1e-14)
    # The last block is read at the token's own place alone.
    last = np.array(each[0][2].attention[-1].scores)
    assert np.abs(last[:, 2]).max() > 0
    assert np.abs(np.delete(last, 2, axis=1)).max() == 0


def test_no_gradient_reaches_what_comes_later() -> None:
    found = token(at_the_end(), position=2)
    for stage in found.stages:
        assert stage.sizes is not None
        assert stage.sizes[3:] == [0.0, 0.0]
    assert found.stages[0].sizes is not None
    assert all(float(x) > 0 for x in found.stages[0].sizes[:3])
    # What the last block passes on is read at its own place alone.
    last = found.stages[-1].sizes
    assert last is not None
    assert [float(x) > 0 for x in last] == [False, False, True, False, False]


def test_gradients_are_told_as_the_backward_pass_comes_to_them() -> None:
    session = make("next-token", **SMALL)
    send(session, "step", unit="phase")
    assert session.core.record.step(session.cursor.step).node is session.core.record.root
    record, known = session.core.record, []
    for step in range(session.cursor.step, record.layout.forward + record.layout.backward):
        send(session, "seek", iteration=0, step=step)
        found = token(session)
        stages = found.stages
        for stage in stages:
            node = record.nodes[stage.node]
            complete = record.arrived(node, step) == record.expected(node)
            assert (stage.sizes is not None) == (stage.grads is not None) == complete
        for one in found.attention:
            for grads, place in ((one.weights, one.node), (one.scores, one.source)):
                node = record.nodes[place]
                assert (grads is not None) == (record.arrived(node, step) == record.expected(node))
        known.append(sum(stage.sizes is not None for stage in stages))
    assert known == sorted(known)
    assert (known[0], known[-1]) == (0, 3)


def test_probabilities_are_those_of_the_scores() -> None:
    session = at_the_end()
    found = token(session, 2, 4)
    record = session.core.record
    z = np.asarray(record.find("output.linear#0").value)[2, 4]
    p = np.exp(z) / np.exp(z).sum()
    np.testing.assert_allclose(found.probabilities, p, rtol=1e-9)
    assert found.loss == pytest.approx(-np.log(p[found.target]))


def test_a_text_goes_on_as_the_weights_at_the_cursor_have_it() -> None:
    session = make("next-token", **SMALL)
    send(session, "seek", iteration=30)
    model: Any = session.core.record.start.regime.model
    found = the(Written, send(session, "write", text="The Cat", length=12, temperature=0))
    assert found.text == "the cat"
    assert found.seen == "e cat"
    # By hand: always the likeliest.
    window = "the cat"
    values = session.core.record.start.values
    for _ in range(12):
        z = model.follow(values, model.vocabulary.encode(window[-5:])[None])[0, -1]
        window += model.vocabulary.characters[int(z.argmax())]
    assert found.text + found.continued == window
    assert sum(float(p) for p in found.probabilities) == pytest.approx(1)
    assert sorted(map(float, found.tempered))[-2:] == [0.0, 1.0]


def test_what_is_drawn_is_the_same_each_time_and_differs_by_draw() -> None:
    def drawn(**more: Any) -> str:
        session = make("next-token", **SMALL)
        send(session, "seek", iteration=10)
        return the(Written, send(session, "write", text="a", length=40, **more)).continued

    assert drawn() == drawn()
    assert drawn() != drawn(draw=1)
    assert len(drawn()) == 40
    # The first part does not depend on how much is asked for.
    session = make("next-token", **SMALL)
    send(session, "seek", iteration=10)
    assert drawn().startswith(the(Written, send(session, "write", text="a", length=7)).continued)


def test_writing_changes_nothing() -> None:
    session = at_the_end()
    before = (session.revision, session.cursor)
    send(session, "write", text="", length=3)
    token(session)
    assert (session.revision, session.cursor) == before


def test_after_an_update_it_writes_with_the_new_weights() -> None:
    session = at_the_end()
    before = the(Written, send(session, "write", text="the")).probabilities
    send(session, "step", unit="phase")
    assert the(Written, send(session, "write", text="the")).probabilities != before


def test_of_scores_that_are_not_finite_nothing_is_drawn() -> None:
    session = at_the_end()
    send(session, "edit", name="output.bias", value=float("inf"), index=[0])
    found = the(Written, send(session, "write", text="a", length=5))
    assert found.continued == ""


def test_refusals_say_what_and_where() -> None:
    session = at_the_end()
    said = refused(send(session, "write", text="the π"))
    assert (said.code, said.reason) == ("unknown_character", "text_character")
    assert said.params == {"character": "π", "place": 5, "known": 31}
    said = refused(send(session, "token", row=0, position=5))
    assert (said.reason, said.params["last"]) == ("text_position", 4)
    assert refused(send(session, "token", row=3, position=0)).reason == "samples_row"
    early = make("next-token", **SMALL)
    assert refused(send(early, "token", row=0, position=0)).code == "not_computed"
    for asked in ({"type": "token", "row": 0, "position": 0}, {"type": "write", "text": "a"}):
        kind = asked.pop("type")
        assert refused(send(make(), str(kind), **asked)).code == "no_text"


def test_what_is_true_or_false_is_told_in_numbers() -> None:
    session = at_the_end()
    mask = next(node for node in session.graph().nodes if node.kind == "constant" and node.shape == [5, 5])
    assert session.tensor(mask.name, "value").data == np.triu(np.ones((5, 5)), 1).tolist()
    state = session.state().nodes[mask.name]
    assert state.value == session.tensor(mask.name, "value").data
    found = the(SampleResult, send(session, "sample", row=1))
    assert np.shape(found.values["x"]) == (5,)

"""Text: one token's own loss traced back to those before it, and what the network would write."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from unicodedata import normalize

from chainrule.data.text import Vocabulary
from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.random import generator
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.lessons.lesson import OfText
from chainrule.protocol.client import TokenCommand, WriteCommand
from chainrule.protocol.model import Own
from chainrule.protocol.server import TokenAttention, TokenResult, TokenStage, Written
from chainrule.session.batch import no_position, no_row
from chainrule.session.core import Core
from chainrule.session.pictures import carried_at
from chainrule.session.samples import asked
from chainrule.session.view import View

BEGINNING = "\n"
"""What stands for no text: before every line there is the end of another."""


def token(core: Core, command: TokenCommand) -> TokenResult:
    """One token of the batch at the cursor by itself.

    Raises
    ------
    Refusal
        ``no_text``: the lesson reads none; what a question about a sample raises; ``invalid_index``: no such place.
    """
    model, view = _model(core), core.view()
    found = asked(core)
    record = found.record
    row, position = command.row, command.position
    if row >= found.count:
        raise no_row(row, found.count)
    if position >= model.context:
        raise no_position(position, model.context)
    own = found.own(Own(row=row, position=position))
    loss, grads = record.start.regime.backend.numbers([own.root.value])[0], own.grads
    backend = record.start.regime.backend
    logits = backend.to_numpy(record.find(model.logits).value)[row, position]
    return TokenResult(
        cursor=view.cursor,
        row=row,
        position=position,
        count=found.count,
        reduction=found.reduction,
        target=int(backend.to_numpy(record.find("y").value)[row, position]),
        loss=loss,
        probabilities=_probabilities(logits).tolist(),
        stages=[_stage(view, node, grads.get(node), row) for node in map(record.find, model.stages)],
        attention=[_attention(view, node, grads, row) for node in map(record.find, model.attention)],
    )


def _attention(view: View, node: Node, grads: Mapping[Node, Array], row: int) -> TokenAttention:
    (scores,) = node.inputs

    def own(which: Node) -> list[Any] | None:
        if view.record.arrived(which, view.shown) < view.record.expected(which):
            return None
        grad = grads.get(which)
        found = host.zeros(which.shape[1:]) if grad is None else which.backend.to_numpy(grad)[row]
        told: list[Any] = found.tolist()
        return told

    places = view.record.positions
    return TokenAttention(
        node=places[node.index], source=places[scores.index], weights=own(node), scores=own(scores)
    )


def _stage(view: View, node: Node, grad: Array | None, row: int) -> TokenStage:
    place = view.record.positions[node.index]
    if view.record.arrived(node, view.shown) < view.record.expected(node):
        return TokenStage(node=place, grads=None, sizes=None, shares=None, dots=None)
    # Where the loss does not depend on the node at all, there is no array.
    own = host.zeros(node.shape[1:]) if grad is None else node.backend.to_numpy(grad)[row]
    with host.errstate(all="ignore"):
        wide = own.astype(host.float64)
        sizes = host.sqrt((wide * wide).sum(axis=-1))
        total = sizes.sum()
        dots = (wide * node.backend.to_numpy(node.value)[row]).sum(axis=-1)
        return TokenStage(
            node=place,
            grads=own.tolist(),
            sizes=sizes.tolist(),
            shares=(sizes / (1.0 if total == 0 else total)).tolist(),
            dots=dots.tolist(),
        )


def write(core: Core, command: WriteCommand) -> Generator[None, None, Written]:
    """What follows a text, with the parameters at the cursor. Pauses after each character drawn.

    Raises
    ------
    Refusal
        ``no_text``: the lesson writes none; ``unknown_character``: the network has never seen it.
    """
    model, view = _model(core), core.view()
    values = carried_at(view)
    vocabulary = Vocabulary(model.characters)
    text = normalize("NFC", command.text).lower()
    _require_known(vocabulary, text)
    seen = (text or BEGINNING)[-model.context :]
    first = scores = _scores(model, vocabulary, values, seen)
    window, drawn = seen, ""
    for k in range(command.length):
        chosen = _draw(scores, command, core.seed, k)
        if chosen is None:
            break
        drawn += model.characters[chosen]
        window = (window + model.characters[chosen])[-model.context :]
        if k + 1 < command.length:
            yield
            scores = _scores(model, vocabulary, values, window)
    return Written(
        cursor=view.cursor,
        text=text,
        seen=seen,
        probabilities=_probabilities(first).tolist(),
        tempered=_tempered(first, command.temperature).tolist(),
        continued=drawn,
    )


def _scores(model: OfText, vocabulary: Vocabulary, values: dict[str, Array], window: str) -> HostArray:
    """(characters,) of what follows the window."""
    found: HostArray = model.follow(values, vocabulary.encode(window)[None])[0, -1]
    return found


def _draw(scores: HostArray, command: WriteCommand, seed: int, k: int) -> int | None:
    """The k-th character; None where the scores are not finite.

    What is drawn at a place is one number from 0 to 1, whatever the network says: so a text changes with the
    parameters alone.
    """
    chances = _tempered(scores, command.temperature)
    if not host.isfinite(chances).all():
        return None
    lot = generator(seed, "write", str(command.draw), k).random()
    return min(int(host.searchsorted(chances.cumsum(), lot, side="right")), len(chances) - 1)


def _probabilities(scores: HostArray) -> HostArray:
    """softmax, in float64."""
    with host.errstate(all="ignore"):
        raised = host.exp(scores.astype(host.float64) - scores.max())
        found: HostArray = raised / raised.sum()
        return found


def _tempered(scores: HostArray, temperature: float) -> HostArray:
    if temperature > 0:
        return _probabilities(scores.astype(host.float64) / temperature)
    if not host.isfinite(scores).all():
        return host.full(len(scores), host.nan)
    likeliest = host.zeros(len(scores))
    likeliest[int(scores.argmax())] = 1.0
    return likeliest


def _model(core: Core) -> OfText:
    model = core.record.start.regime.of_text
    if model is None:
        raise Refusal(
            "no_text",
            422,
            "This lesson has no text",
            "Its network neither reads nor writes.",
            "Choose the lesson next-token.",
        )
    return model


def _require_known(vocabulary: Vocabulary, text: str) -> None:
    for place, character in enumerate(text):
        if character not in vocabulary.characters:
            raise Refusal(
                "unknown_character",
                422,
                "A character that the network has never seen",
                f"{character!r}, character {place + 1} of the text, is not one of the {len(vocabulary)} that it knows.",
                "Leave it out, or write another in its place.",
                reason="text_character",
                params={"character": character, "place": place + 1, "known": len(vocabulary)},
            )

"""What a filter answers to: the images with the strongest response, and one made to excite it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from itertools import product

from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.backward import gradients
from chainrule.engine.random import generator
from chainrule.engine.tape import Node, Tape
from chainrule.engine.tensor import Tensor, leaf
from chainrule.errors import Refusal
from chainrule.lessons.lesson import OfImages
from chainrule.protocol.client import FilterCommand
from chainrule.protocol.server import AnsweredImage, ExcitedImage, FilterResult
from chainrule.session.core import Core
from chainrule.session.pictures import carried_at

Place = tuple[int, int]
"""Row and column of a map."""

KEPT = 13
"""Images that are told of the way from noise to the one that excites, both ends included."""

RATE = 0.04
"""How far the pixel with the largest slope moves in a step, of those that can; all others in proportion."""

GREY, NOISE = 0.5, 0.05
"""What one begins with: grey, and the spread of the noise in it."""

DIGITS = 4
"""So many of the images with the strongest responses are begun with too."""

SAME = 1e-6
"""Ends that differ by less, relatively, are as good: that of the earlier start is taken."""


def answers_to(core: Core, command: FilterCommand) -> Generator[None, None, FilterResult]:
    """What the channel of a feature map answers to, with the parameters at the cursor.

    Raises
    ------
    Refusal
        ``no_filters``: the lesson has no images, or the node is no map of them. ``invalid_index``: no such channel.
    """
    regime = core.record.start.regime
    model, node = regime.of_images, core.record.find(command.name)
    if model is None or node.op is None or len(node.shape) != 4 or not node.label:
        raise Refusal(
            "no_filters",
            422,
            "It has no filters",
            f"{command.name!r} is no feature map of images.",
            "Choose a convolution of the lesson convolution.",
        )
    channels = node.shape[1]
    if command.channel >= channels:
        raise Refusal(
            "invalid_index",
            422,
            "No such element",
            f"There are the channels 0 to {channels - 1}, not {command.channel}.",
            "Choose one of them.",
            reason="filter_channel",
            params={"channel": command.channel, "last": channels - 1},
        )
    yield
    view = core.view()
    asked = _Asked(model, carried_at(view), node, command.channel)
    images, labels = model.held_out
    with regime.backend.quiet():
        response = asked.maps(images)
    flat = response.reshape(len(images), -1)
    # What is no number excites nothing.
    strongest = host.where(host.isnan(flat), -host.inf, flat).max(axis=1)
    order = host.argsort(-strongest, kind="stable")[: command.most]
    best = []
    for k in order:
        place = int(flat[k].argmax())
        best.append(
            AnsweredImage(
                image=int(k),
                label=int(labels[k]),
                response=float(flat[k, place]),
                place=[place // node.shape[3], place % node.shape[3]],
                pixels=images[k].reshape(-1).tolist(),
            )
        )
    strong = host.argsort(-strongest, kind="stable")[:DIGITS]
    begun = [(images[k], divmod(int(flat[k].argmax()), node.shape[3])) for k in strong]
    where, excited = yield from _excite(asked, _starts(asked, node, images, begun, core.seed), command.steps)
    return FilterResult(
        cursor=view.cursor,
        name=node.name or command.name,
        channel=command.channel,
        channels=channels,
        count=len(images),
        rows=images.shape[2],
        columns=images.shape[3],
        best=best,
        excited_place=list(where),
        excited=excited,
    )


class _Asked:
    """One channel of a map of the network with certain parameters."""

    def __init__(self, model: OfImages, values: Mapping[str, Array], node: Node, channel: int) -> None:
        self.model, self.values, self.channel = model, values, channel
        self.label, self.backend = node.label or "", node.backend

    def _read(self, images: Tensor) -> Node:
        with Tape(self.backend) as tape:
            self.model.read(self.values, images)
        return next(node for node in tape.nodes if node.label == self.label)

    def maps(self, images: HostArray) -> HostArray:
        """(n, rows, columns): its response at each place."""
        found: HostArray = self.backend.to_numpy(self._read(leaf(self.backend.asarray(images))).value)[
            :, self.channel
        ]
        return found

    def slope(self, images: HostArray, places: Sequence[Place]) -> tuple[HostArray, HostArray]:
        """(n,) the response to each of the images at its own place of the map, and its gradient by the image."""
        given = leaf(self.backend.asarray(images), requires_grad=True)
        node = self._read(given)
        rows, columns = zip(*places, strict=True)
        each = (range(len(images)), [self.channel] * len(images), rows, columns)
        one = host.zeros(node.shape, images.dtype)
        one[each] = 1.0
        response: HostArray = self.backend.to_numpy(node.value)[each]
        grad = gradients(node, self.backend.asarray(one), release=True).get(given.node)
        return response, host.zeros_like(images) if grad is None else self.backend.to_numpy(grad)


def _starts(
    asked: _Asked, node: Node, images: HostArray, begun: Sequence[tuple[HostArray, Place]], seed: int
) -> tuple[HostArray, list[Place]]:
    """Images to begin with, and for each the place of the map that is to answer.

    Noise for every place, the middle first: at the edge a filter meets the border, and may answer to that. Then the
    best images of the data: the ascent ends on a peak, and that of one start may be lower than where another begins.
    """
    noise = generator(seed, "excite", asked.label, asked.channel).standard_normal((1, *images.shape[1:]))
    grey: HostArray = host.clip(GREY + NOISE * noise, 0.0, 1.0).astype(images.dtype)
    middle = (node.shape[2] // 2, node.shape[3] // 2)

    def away(place: Place) -> int:
        return max(abs(place[0] - middle[0]), abs(place[1] - middle[1]))

    places = sorted(product(range(node.shape[2]), range(node.shape[3])), key=away)
    first = [host.repeat(grey, len(places), axis=0), *[image[None] for image, _ in begun]]
    return host.concatenate(first), [*places, *[place for _, place in begun]]


def _excite(
    asked: _Asked, starts: tuple[HostArray, list[Place]], steps: int
) -> Generator[None, None, tuple[Place, list[ExcitedImage]]]:
    """Gradient ascent on the images, the weights left as they are: x ← clip(x + rate · g / max|g|, 0, 1).

    The largest slope is that of the pixels that are not yet as black or as white as it wants them: else those with
    small slopes would hardly ever get there. A step after which the response is not larger is not taken: the next goes
    half as far. Of all starts the way to the strongest response is told, with its place.
    """
    images, places = starts
    rates = host.full((len(images), 1, 1, 1), RATE)
    kept = {round(k * steps / (KEPT - 1)) for k in range(KEPT)}
    with asked.backend.quiet():
        response, grad = asked.slope(images, places)
    told = [(0, response, images)]
    for step in range(1, steps + 1):
        yield
        free = host.where(grad > 0, images < 1.0, images > 0.0)
        largest = host.abs(host.where(free, grad, 0.0)).max(axis=(1, 2, 3), keepdims=True)
        moving = host.isfinite(largest) & (largest > 0.0) & (rates > RATE * SAME)
        if not moving.any():
            # They no longer answer to the image, or not with numbers, or no better: further steps would change nothing.
            told.append((step - 1, response, images))
            break
        ahead = rates * grad / host.where(moving, largest, 1.0)
        tried = host.where(moving, host.clip(images + ahead, 0.0, 1.0), images).astype(images.dtype)
        with asked.backend.quiet():
            reached, slope = asked.slope(tried, places)
        better = (reached > response)[:, None, None, None]
        rates = host.where(moving & ~better, rates / 2, rates)
        images, grad = host.where(better, tried, images), host.where(better, slope, grad)
        response = host.where(better[:, 0, 0, 0], reached, response)
        if step in kept or step == steps:
            told.append((step, response, images))
    best = _strongest(response)
    way = [(at, all_[best], image[best]) for at, all_, image in told]
    moved = [k for k in range(len(way)) if k == 0 or not host.array_equal(way[k][2], way[k - 1][2])]
    return places[best], [
        ExcitedImage(step=at, response=float(reached), pixels=image.reshape(-1).tolist())
        for at, reached, image in (way[k] for k in moved)
    ]


def _strongest(response: HostArray) -> int:
    """The first of the starts whose end is as good as the best."""
    known = host.where(host.isnan(response), -host.inf, response)
    best = float(known.max())
    return int((known >= best - SAME * abs(best)).argmax()) if host.isfinite(best) else int(known.argmax())

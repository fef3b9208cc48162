"""What a filter answers to: the images with the strongest response, and one made to excite it."""

from __future__ import annotations

from collections.abc import Generator, Mapping

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

KEPT = 13
"""Images that are told of the way from noise to the one that excites, both ends included."""

RATE = 0.04
"""How far the pixel with the largest slope moves in a step, of those that can; all others in proportion."""

GREY, NOISE = 0.5, 0.05
"""What one begins with: grey, and the spread of the noise in it."""


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
    excited = yield from _excite(asked, images, core.seed, command.steps)
    return FilterResult(
        cursor=view.cursor,
        name=node.name or command.name,
        channel=command.channel,
        channels=channels,
        count=len(images),
        rows=images.shape[2],
        columns=images.shape[3],
        best=best,
        excited=excited,
    )


class _Asked:
    """One channel of a map of the network with certain parameters."""

    def __init__(self, model: OfImages, values: Mapping[str, Array], node: Node, channel: int) -> None:
        self.model, self.values, self.channel = model, values, channel
        self.label, self.backend = node.label or "", node.backend
        self.middle = (node.shape[2] // 2, node.shape[3] // 2)

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

    def slope(self, image: HostArray) -> tuple[float, HostArray]:
        """The response in the middle of the map for one (1, channels, rows, columns) image, and its gradient by the image."""
        given = leaf(self.backend.asarray(image), requires_grad=True)
        node = self._read(given)
        one = host.zeros(node.shape, image.dtype)
        one[(0, self.channel, *self.middle)] = 1.0
        response = float(self.backend.to_numpy(node.value)[(0, self.channel, *self.middle)])
        grad = gradients(node, self.backend.asarray(one), release=True).get(given.node)
        return response, host.zeros_like(image) if grad is None else self.backend.to_numpy(grad)


def _excite(
    asked: _Asked, like: HostArray, seed: int, steps: int
) -> Generator[None, None, list[ExcitedImage]]:
    """Gradient ascent on the image, the weights left as they are: x ← clip(x + rate · g / max|g|, 0, 1).

    The largest slope is that of the pixels that are not yet as black or as white as it wants them: else those with
    small slopes would hardly ever get there.
    """
    noise = generator(seed, "excite", asked.label, asked.channel).standard_normal((1, *like.shape[1:]))
    image: HostArray = host.clip(GREY + NOISE * noise, 0.0, 1.0).astype(like.dtype)
    kept = {round(k * steps / (KEPT - 1)) for k in range(KEPT)}
    found = []
    for step in range(steps + 1):
        yield
        with asked.backend.quiet():
            response, grad = asked.slope(image)
        free = host.where(grad > 0, image < 1.0, image > 0.0)
        largest = float(host.max(host.abs(host.where(free, grad, 0.0))))
        through = not host.isfinite(largest) or largest == 0.0
        if through or step in kept:
            found.append(ExcitedImage(step=step, response=response, pixels=image.reshape(-1).tolist()))
        if through:
            # It no longer answers to the image, or not with numbers, or no better: further steps would change nothing.
            break
        image = host.clip(image + RATE * grad / largest, 0.0, 1.0).astype(like.dtype)
    return found

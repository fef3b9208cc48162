"""What is answered to questions about maps, images, scenes and texts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chainrule.protocol.detection import (
    Against,
    CellBox,
    DetectionTerm,
    Dragged,
    LayerMap,
    PrecisionCurve,
    Pull,
    ScenePicture,
    Traced,
    TrueBox,
)
from chainrule.protocol.model import Cursor, Part
from chainrule.protocol.numbers import Data, Number
from chainrule.protocol.server.answer import Reduction
from chainrule.protocol.server.message import Message


class MapResult(Message):
    """The surface over a part of the plane. Row 0 has the least y, and comes first; in a row the least x."""

    type: Literal["map_result"] = "map_result"
    low: list[float]
    high: list[float]
    count: int
    heights: list[Number] = Field(
        description="(count²,); empty where they would tell what is to be guessed: contours stand across a gradient."
    )
    arrows: int = Field(
        description="Gradients along each axis; 0 where they would tell what is to be guessed."
    )
    field: list[list[Number]] = Field(description="(arrows², 2): the gradient in the middle of each cell.")


class SceneResult(Message):
    """One scene, its pixels in 8 bits as base64, channel by channel, row by row; and what is in it."""

    type: Literal["scene_result"] = "scene_result"
    cursor: Cursor
    picture: ScenePicture
    row: int
    count: int = Field(description="How many scenes there are beside it.")
    side: int
    pixels: str = Field(description="(3, side, side), 0 to 255.")
    true: list[TrueBox]
    thumbnail: int = Field(description="Pixels of a thumbnail along each axis.")
    thumbnails: list[str] = Field(
        description="Of each scene (3, thumbnail, thumbnail), 0 to 255: means over blocks of pixels."
    )


class DetectResult(Message):
    """What the cells say of a scene: all of them, from the most confident down; empty where nothing is said yet."""

    type: Literal["detect_result"] = "detect_result"
    cursor: Cursor
    picture: ScenePicture
    row: int
    count: int
    threshold: Number
    true: list[TrueBox]
    found: list[CellBox]
    terms: list[DetectionTerm]
    map50: Number | None = Field(description="mAP at an IoU of 0.5 of this scene alone.")
    layers: list[LayerMap] = Field(default_factory=list, description="Where ``maps`` were asked for.")
    dragged: Dragged | None = None
    against: Against | None = None
    pulls: list[Pull] = Field(default_factory=list)
    traced: Traced | None = Field(None, description="Of the layer that was asked for.")


class PrecisionResult(Message):
    """Precision–recall curves, one for each kind, and what they make: means over the kinds that are there."""

    type: Literal["precision_result"] = "precision_result"
    cursor: Cursor
    part: Literal["train", "test"]
    iou: Number
    scenes: int
    curves: list[PrecisionCurve]
    mean: Number | None = Field(description="mAP at this IoU.")


class AnsweredImage(Part):
    """An image that a filter answers to."""

    image: int = Field(description="Which of the held-out ones.")
    label: int
    response: Number = Field(description="The largest on its map.")
    place: list[int] = Field(description="Where on the map: row and column.")
    pixels: list[Number] = Field(description="(channels, rows, columns), 0 to 1.")


class ExcitedImage(Part):
    """An image on the way to one that excites a filter."""

    step: int
    response: Number = Field(description="At the place that answers most.")
    pixels: list[Number] = Field(description="(channels, rows, columns), 0 to 1.")


class FilterResult(Message):
    """What a filter answers to: the strongest responses first, and the way to an image that excites it."""

    type: Literal["filter_result"] = "filter_result"
    cursor: Cursor
    name: str
    channel: int
    channels: int
    count: int = Field(description="Of how many images the best are told.")
    rows: int
    columns: int
    best: list[AnsweredImage]
    excited_place: list[int] = Field(description="Row and column of the map whose response it is.")
    excited: list[ExcitedImage] = Field(
        description="The way to the image that excites it most: from noise, or from one of the best. It ends early "
        "where the filter no longer answers to the image."
    )


class UsesResult(Message):
    """Where a filter's weight was used. Of the places, row by row, and of the images: each in its order."""

    type: Literal["uses_result"] = "uses_result"
    cursor: Cursor
    name: str
    index: list[int]
    row: int
    node: str = Field(description="The convolution.")
    source: str = Field(description="Its images: the node whose pixels the weight met.")
    rows: int
    columns: int
    pixels: list[Number | None] = Field(
        description="That the weight met at each place; null: it hung over the edge."
    )
    slopes: list[Number] = Field(description="The gradient of the map's pixel there.")
    products: list[Number] = Field(description="Of the two.")
    sums: list[Number] = Field(description="Of the products up to and with each place.")
    shares: list[Number] = Field(description="Of each image of the batch: the sum of its products.")
    total: Number = Field(description="The sum of the shares: what the convolution adds to the gradient.")


class TokenStage(Part):
    """How the own loss of one token depends on what is known at each place, at one node.

    All but ``node`` is null until all that is to come there in the backward pass of the batch has come.
    """

    node: int = Field(description="Of shape (windows, places, width).")
    grads: Data | None = Field(description="(places, width): the gradient of the own loss.")
    sizes: list[Number] | None = Field(description="The norm of the gradient at each place.")
    shares: list[Number] | None = Field(description="The same, divided by their sum.")
    dots: list[Number] | None = Field(
        description="gradient · value at each place: how the loss would change, to first order, were what is there larger by "
        "a factor."
    )


class TokenAttention(Part):
    """How the own loss of one token depends on the attention of a block, head by head.

    Null until all that is to come there in the backward pass of the batch has come.
    """

    node: int = Field(description="Of shape (windows, heads, places, places): the weights.")
    weights: Data | None = Field(description="(heads, places, places): the gradient by the weights.")
    scores: Data | None = Field(description="And by the scores that softmax makes them of.")
    source: int = Field(description="The node of the scores.")


class TokenResult(Message):
    """One token by itself. The first stage is the embeddings."""

    type: Literal["token_result"] = "token_result"
    cursor: Cursor
    row: int
    position: int
    count: int = Field(description="How many windows the batch has.")
    reduction: Reduction
    target: int = Field(description="The character that follows.")
    loss: Number = Field(description="Its own loss term.")
    probabilities: list[Number] = Field(description="Of each character to be the next.")
    stages: list[TokenStage]
    attention: list[TokenAttention] = Field(description="Of each block.")


class Written(Message):
    """What follows a text."""

    type: Literal["written"] = "written"
    cursor: Cursor
    text: str = Field(description="As it was read: in lower case.")
    seen: str = Field(description="What the network saw of it.")
    probabilities: list[Number] = Field(description="Of each character to be the next.")
    tempered: list[Number] = Field(description="The same at the temperature: what is drawn from.")
    continued: str = Field(description="The characters drawn.")

"""What is told of a detector: what its cells say of a scene, what each costs, and how precise it is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chainrule.protocol.model import Part
from chainrule.protocol.numbers import Number

ScenePicture = Literal["batch", "original", "held_out"]
"""A scene of the batch as it is trained on, the same before augmentation, or one that is not trained on."""


class TrueBox(Part):
    """Something that is in a scene."""

    box: list[Number] = Field(description="x1, y1, x2, y2 in pixels.")
    kind: int = Field(description="Its place among the graph's kinds.")
    row: int = Field(description="The cell that its middle lies in.")
    column: int
    assigned: bool = Field(
        description="Whether that cell is to say it: not where a smaller one lies there too."
    )


class Pair(Part):
    """How two boxes overlap."""

    intersection: Number = Field(description="Square pixels.")
    union: Number
    iou: Number


class CellBox(Part):
    """What one cell says: a box, whether something is there, and what."""

    row: int
    column: int
    box: list[Number] = Field(description="x1, y1, x2, y2 in pixels, cut to the image.")
    objectness: Number
    kinds: list[Number] = Field(description="How probable each kind is, if something is there.")
    kind: int
    confidence: Number = Field(description="Objectness times the probability of the kind.")
    counted: bool = Field(description="Whether it is said at all: its confidence is large enough.")
    by: int | None = Field(
        description="Its suppressor, as a place in this list; null: it is kept, or not counted."
    )
    rival: int | None = Field(
        description="The kept box of its kind, more confident, that it overlaps most; where it is suppressed, by that one."
    )
    overlap: Number = Field(description="IoU with that one; 0: there is none.")
    true: int | None = Field(
        description="The true box that it overlaps most, of those of its kind if there are any; null: there is none."
    )
    pair: Pair | None = Field(description="How it overlaps that one.")
    right: bool = Field(description="Whether it claims a true box of its kind at an IoU of 0.5.")


class DetectionTerm(Part):
    """A term of the loss, cell by cell, row by row."""

    name: Literal["box", "objectness", "class"]
    node: str = Field(description="The node that holds a number for each cell.")
    weight: Number = Field(description="What the term is multiplied by in the loss.")
    total: Number | None = Field(description="The sum of the cells, times the weight; null: not reached yet.")
    cells: list[Number] = Field(description="What each cell costs, times the weight; empty: not reached yet.")
    slopes: list[Number] = Field(
        description="The length of the loss's gradient by the numbers of each cell that the term reads; empty: not reached "
        "yet. Of a batch the loss is the mean over its scenes, and an original counts as one of them."
    )


class Pull(Part):
    """How much each term pulls on a parameter: lengths of the gradients of the terms, in their order."""

    name: str
    sizes: list[Number]
    whole: Number = Field(description="That of the loss: gradients that disagree cancel.")


class Traced(Part):
    """A layer's weights as each term pulls on them: for each output and input of the layer one number."""

    name: str
    rows: int = Field(description="Outputs.")
    columns: int = Field(description="Inputs.")
    terms: list[list[Number]] = Field(
        description="In the order of the terms, row by row: the length of the term's gradient by the weights between the two."
    )


class Against(Part):
    """The gradient of one scene's own loss by all parameters, as it is trained on and as it was before."""

    augmented: Number = Field(description="Its length.")
    original: Number
    cosine: Number = Field(description="1: the same direction; 0: they have nothing to do with each other.")
    augmented_cells: list[Number] = Field(
        description="Of that loss by all the numbers of each cell, row by row: lengths."
    )
    original_cells: list[Number]


class LayerMap(Part):
    """How large what a layer says of a scene is, place by place, row by row: root mean squares over its channels.

    Of at most 16 × 16 places: where there are more, over those that share one. Six digits each.
    """

    scope: str
    node: str
    side: int = Field(description="Places along each axis.")
    value: list[Number] = Field(description="Empty: not reached yet.")
    grad: list[Number] = Field(
        description="The same of the loss's gradient by it; empty: not reached yet, or withheld."
    )
    weight: list[list[Number]] = Field(
        [],
        description="Some of its weights, as the thumbnail of a summary has them, as the iteration began; empty for a batch: "
        "its frame has them.",
    )
    bias: list[list[Number]] = Field([], description="The same of its biases.")


class Dragged(Part):
    """A box in another place, and on its way there: columns of one length, from where it is to where it is held."""

    of: Literal["said", "true"] = Field(
        "said", description="A cell's own box, or a true one, which the loss is measured by."
    )

    box: list[Number]
    true: int | None = Field(description="The true box that it is measured against, or that it is.")
    pair: Pair | None = Field(
        description="How it overlaps that one; of a true box, how the box of the cell that owns it does."
    )
    loss: Number | None = Field(
        description="The box loss against that one, without weight; of a true box, the whole loss of its scene."
    )
    slopes: list[Number] = Field(
        description="Of that loss by the box's edges x1, y1, x2, y2, per pixel; empty where answers are withheld, and of a true "
        "box."
    )
    losses: list[Number]
    ious: list[Number] = Field(description="NaN where no cell owns a true box: a smaller one has its cell.")
    scene: list[Number] = Field(description="mAP at an IoU of 0.5 of this scene.")
    batch: list[Number] = Field(description="And of all scenes beside it: the batch, or those held out.")


class PrecisionPoint(Part):
    """A detection on a precision–recall curve."""

    confidence: Number
    right: bool
    scene: int
    precision: Number
    recall: Number


class PrecisionCurve(Part):
    """Precision over recall for one kind, from the most confident detection down."""

    kind: int
    count: int = Field(description="True boxes.")
    average: Number | None = Field(description="Average precision; null where there is no true box.")
    points: list[PrecisionPoint] = Field(description="The first 300.")
    envelope: list[Number] = Field(
        description="The best precision at a recall of 0, 0.01, … 1 or more; empty where there is no true box."
    )

"""Tensors as they are shown: whole, or summed up; and those of a frame, which follow it packed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chainrule.protocol.model.part import Dtype, Part
from chainrule.protocol.numbers import Data, Number


class Summary(Part):
    """What stands for a tensor too large to send unasked."""

    minimum: Number
    maximum: Number
    mean: Number
    mean_size: Number = Field(
        description="Mean of |x| over all elements; not finite where one of them is not."
    )
    norm: Number
    zeros: int
    non_finite: int
    histogram: list[int]
    thumbnail: list[list[Number]]


class Tensor(Part):
    """A named array in JSON. ``data`` is null where only a ``summary`` is sent, or where nothing is known yet."""

    name: str
    shape: list[int]
    dtype: Dtype
    data: Data | None = None
    summary: Summary | None = None


FrameWhat = Literal[
    "value",
    "grad",
    "contribution",
    "local",
    "upstream",
    "before",
    "after",
    "detail",
    "change",
    "map",
    "surface",
    "own_value",
    "own_grad",
]

FrameDtype = Literal["float32", "float64", "int8"]

PictureOf = Literal["units", "surface", "evaluation", "sample", "runs"]
"""What is sent with frames where it was subscribed to; the first two are of a network on points of the plane."""


class FrameTensor(Part):
    """A tensor of a frame.

    ``index`` is a node for value and grad, an edge for contribution and local. ``upstream``, ``before`` and
    ``after`` belong to the step itself (its node), ``detail`` is the k-th intermediate of an update.
    ``change`` is by how much updates have changed a parameter in this iteration.
    ``map`` is what the units of the layer ``index`` say over the plane, (units, n, n) in 8 bits: element · scale / 127,
    for thumbnails; only those of ``units`` that have changed are sent, and with them the scale of each. ``surface`` is what the network says, (outputs, n, n). Row 0 has the least
    y, column 0 the least x; both ends of the dataset's range are among the places.
    ``own_value`` and ``own_grad`` are one sample's part of a node, without the axis of samples.
    In a binary frame ``offset`` (bytes into the payload) takes the place of ``data``.
    """

    what: FrameWhat
    index: int
    dtype: FrameDtype
    shape: list[int]
    scale: list[Number] | None = Field(
        None, description="Of a map: per unit of the layer, what 127 stands for."
    )
    units: list[int] | None = Field(
        None,
        description="Of a map: whose thumbnails these are; null: those of all. The others are as they were.",
    )
    offset: int | None = None
    data: Data | None = None
    summary: Summary | None = None


class Places(Part):
    """Tensors of one kind, by their places in a frame."""

    what: FrameWhat
    ranges: list[Annotated[int, Field(ge=0)]] = Field(
        max_length=10_000, description="First and last place of each range by turns, in order."
    )

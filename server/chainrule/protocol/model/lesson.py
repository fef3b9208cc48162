"""Lessons as they are told and set up."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from chainrule.protocol.model.breakpoint import Condition
from chainrule.protocol.model.part import Part, StepKind, Text, Unit
from chainrule.protocol.numbers import Number


class BeatAnchor(Part):
    """A place on the timeline by meaning: the first step of ``kind`` that touches ``node``.

    With ``argument``, the backward step of that edge of ``node``: the one through which it passes its gradient on.
    """

    iteration: int = 0
    kind: StepKind
    node: str | None = None
    argument: int | None = None


class Beat(Part):
    """A paragraph of a lesson's narrative. Its text may hold {w.value} and {w.grad}: numbers at the cursor."""

    id: str
    title: Text
    body: Text
    anchor: BeatAnchor | None = None


class Preset(Part):
    """A configuration with a name and one sentence."""

    id: str
    title: Text
    summary: Text
    config: dict[str, Any]
    works: bool | None = Field(
        None,
        description="Whether it trains well, or fails as its sentence says; null where that is not the point.",
    )
    caught: Condition | None = Field(
        None,
        discriminator="kind",
        description="A breakpoint that stops it where it fails as its sentence says.",
    )
    beats: list[Beat] = Field(
        default_factory=list, description="The narrative under this preset; empty: that of the lesson."
    )


class ConfigField(Part):
    """How one field of a lesson's configuration is shown and when a change of it takes effect."""

    name: str
    title: Text
    applies: Literal["next_iteration", "rebuild"]
    control: Literal["number", "choice", "several", "switch", "layers", "points", "text", "code", "none"] = (
        Field(
            description="``several``: any of the choices, a list; ``layers``: units of each layer, a list that is also "
            "read from one line such as 4, 2; ``points``: a list of [x, y, class]; ``text``: one line."
        )
    )
    group: Text | None = Field(None, description="The heading that it stands under.")
    folded: bool = Field(
        False, description="Shown only where its group is opened, or where its value is not the default."
    )
    note: Text | None = Field(None, description="Said of it where its value is not the default.")
    choices: list[str] = Field(default_factory=list)
    pictures: dict[str, list[list[Number]]] = Field(
        default_factory=dict,
        description="Of choices that are data of the plane: x, y and class or number of some points.",
    )
    only: dict[str, dict[str, list[str]]] = Field(
        default_factory=dict,
        description="Choices that are offered only where these other fields have one of these values.",
    )
    minimum: float | None = None
    maximum: float | None = None
    leaf: str | None = Field(
        None, description="The leaf that this field sets, which is edited in place on the graph."
    )
    when: dict[str, list[str]] = Field(
        default_factory=dict, description="Shown only where these other fields have one of these values."
    )
    presets: dict[str, str] = Field(
        default_factory=dict, description="What a null of this field stands for, by the value of ``preset``."
    )


class LessonBrief(Part):
    """What a list of lessons shows of one."""

    slug: str
    order: int
    title: Text
    summary: Text
    outcome: Text = Field(description="What one can say afterwards, as one would say it.")


class LessonInfo(LessonBrief):
    """A lesson: texts, configuration schema, beats, presets."""

    config_schema: dict[str, Any] = Field(description="JSON Schema of the configuration.")
    fields: list[ConfigField]
    defaults: dict[str, Any]
    beats: list[Beat]
    presets: list[Preset]
    plot: str | None = Field(None, description="The parameter over which the loss is drawn as a curve.")
    pace: float | None = Field(
        1.0, description="Units a second at which it is played at first; null: trained as fast as possible."
    )
    unit: Unit = Field("step", description="By which it is played at first.")

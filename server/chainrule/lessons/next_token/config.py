"""What can be set in the lesson, and how it is shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from chainrule.data.text import CORPORA
from chainrule.lessons.lesson import invalid_config, text
from chainrule.lessons.options import OPTIMIZER, LearningRate, TrainingOptimizer, optimizer_fields
from chainrule.lessons.training import LONGEST, ScheduleName, TrainingConfig, training_fields
from chainrule.protocol.model import ConfigField, Text

Language = Literal["en", "vi"]
assert get_args(Language) == CORPORA


def _written(value: object) -> object:
    """A whole number is one of the choices too."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Width = Annotated[Literal["8", "16", "32", "64"], BeforeValidator(_written)]
Heads = Annotated[Literal["1", "2", "4"], BeforeValidator(_written)]
Blocks = Annotated[Literal["1", "2"], BeforeValidator(_written)]

LEAST_CONTEXT, MOST_CONTEXT = 2, 32
"""Characters in a window."""


class Config(TrainingConfig):
    """Network and optimizer. The default goes from noise to words of the rhymes within seconds.

    Attributes
    ----------
    language
        Of the rhymes that it reads.
    context
        How many characters it sees at most, the one before the next included.
    width
        Numbers that a character is at each place.
    heads
        Into how many parts attention divides them.
    position
        Whether each place in the window has numbers of its own, added to those of its character.
    residual, norm
        Whether there is a way around attention and the linear layers, and a normalisation before them.
    causal
        Whether a place sees none of those after it.
    """

    batch_size: Annotated[int, Field(ge=1, le=64)] = 16
    language: Language = "en"
    context: Annotated[int, Field(ge=LEAST_CONTEXT, le=MOST_CONTEXT, strict=True)] = 16
    width: Width = "32"
    heads: Heads = "2"
    blocks: Blocks = "2"
    position: bool = True
    residual: bool = True
    norm: bool = True
    causal: bool = True
    optimizer: TrainingOptimizer = "adam"
    lr: LearningRate = 0.01
    schedule: ScheduleName = "warmup_cosine"
    warmup: Annotated[int, Field(ge=1, le=LONGEST)] = 20
    schedule_length: Annotated[int, Field(ge=10, le=LONGEST)] = 2_000

    def check(self) -> None:
        """Refuse what is no schedule, and more heads than there are numbers to divide."""
        super().check()
        if int(self.width) % int(self.heads):
            raise invalid_config(
                f"heads: {self.heads} heads do not divide a width of {self.width}.",
                "Choose fewer heads.",
                reason="config_not_a_choice",
                fields=["heads"],
                field="heads",
                bound="1, 2",
            )


NETWORK = text("Network", "Mạng")
DATA = text("Text", "Văn bản")


def fields() -> tuple[ConfigField, ...]:
    """In the order of the panel."""
    *optimizer, dtype = optimizer_fields(get_args(TrainingOptimizer), OPTIMIZER)
    return (
        _choice("language", text("language", "ngôn ngữ"), get_args(Language), DATA),
        _number("context", text("context, characters", "ngữ cảnh, ký tự"), LEAST_CONTEXT, MOST_CONTEXT),
        _number("batch_size", text("batch size, windows", "cỡ lô, cửa sổ"), 1, 64, "next_iteration"),
        _choice("width", text("width", "độ rộng"), ("8", "16", "32", "64")),
        _choice("heads", text("heads", "số đầu chú ý"), ("1", "2", "4")),
        _choice("blocks", text("blocks", "số khối"), ("1", "2")),
        _switch("position", text("position embedding", "vector vị trí"), "rebuild"),
        _switch("causal", text("causal mask", "mặt nạ nhân quả")),
        _switch("residual", text("residual connections", "kết nối tắt")),
        _switch("norm", text("layer norm", "chuẩn hoá lớp"), "rebuild"),
        dtype.model_copy(update={"group": NETWORK, "folded": True}),
        *optimizer,
        *training_fields(OPTIMIZER),
    )


def _number(name: str, title: Text, least: float, most: float, applies: Any = "rebuild") -> ConfigField:
    return ConfigField(
        name=name, title=title, applies=applies, control="number", group=DATA, minimum=least, maximum=most
    )


def _choice(name: str, title: Text, choices: tuple[str, ...], group: Text = NETWORK) -> ConfigField:
    return ConfigField(
        name=name, title=title, applies="rebuild", control="choice", group=group, choices=list(choices)
    )


def _switch(name: str, title: Text, applies: Any = "next_iteration") -> ConfigField:
    return ConfigField(name=name, title=title, applies=applies, control="switch", group=NETWORK, folded=True)

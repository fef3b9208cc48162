"""What can be set in the lesson, and how it is shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from chainrule.data.text import CORPORA
from chainrule.lessons.lesson import choice, invalid_config, number, switch, text
from chainrule.lessons.options import OPTIMIZER, LearningRate, TrainingOptimizer, optimizer_fields
from chainrule.lessons.training import LONGEST, ScheduleName, TrainingConfig, training_fields
from chainrule.protocol.model import ConfigField

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
    built: dict[str, Any] = {"group": NETWORK, "rebuild": True}
    return (
        choice("language", text("language", "ngôn ngữ"), get_args(Language), rebuild=True, group=DATA),
        number(
            "context",
            text("context, characters", "ngữ cảnh, ký tự"),
            LEAST_CONTEXT,
            MOST_CONTEXT,
            rebuild=True,
            group=DATA,
        ),
        number("batch_size", text("batch size, windows", "cỡ lô, cửa sổ"), 1, 64, group=DATA),
        choice("width", text("width", "độ rộng"), ("8", "16", "32", "64"), **built),
        choice("heads", text("heads", "số đầu chú ý"), ("1", "2", "4"), **built),
        choice("blocks", text("blocks", "số khối"), ("1", "2"), **built),
        switch("position", text("position embedding", "vector vị trí"), folded=True, **built),
        switch("causal", text("causal mask", "mặt nạ nhân quả"), folded=True, group=NETWORK),
        switch("residual", text("residual connections", "kết nối tắt"), folded=True, group=NETWORK),
        switch("norm", text("layer norm", "chuẩn hoá lớp"), folded=True, **built),
        dtype.model_copy(update={"group": NETWORK, "folded": True}),
        *optimizer,
        *training_fields(OPTIMIZER),
    )

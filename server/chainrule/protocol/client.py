"""What a client may ask: one union for REST and WebSocket."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from chainrule.protocol.detection import ScenePicture
from chainrule.protocol.model import Condition, Cursor, Explained, Own, PictureOf, Places, RunName, Unit, What
from chainrule.protocol.numbers import Data

Index = Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=8)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Corner = Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], Field(min_length=2, max_length=2)]


ANONYMOUS = "~" * 65
"""Begins the ids that the host gives to commands without one; longer than an id that a client may choose."""


class Command(BaseModel):
    """Base of all commands. Repeating one with the same ``id`` is harmless: the first answer is sent again."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str | None = Field(None, max_length=64, description="Chosen by the client; comes back in the answer.")


class StepCommand(Command):
    """Go to the n-th stop of a unit after (or, if negative, before) the cursor."""

    type: Literal["step"]
    unit: Unit = "step"
    count: int = Field(1, ge=-1_000_000, le=1_000_000)


class SeekCommand(Command):
    """Go to a place on the timeline; past the tip it is computed. Without ``branch``: on the current one."""

    type: Literal["seek"]
    iteration: int = Field(ge=0)
    step: int = Field(0, ge=0)
    branch: int | None = Field(None, ge=0)


class PlayCommand(Command):
    """Go on by one unit at a time, ``rate`` units a second (null: as fast as possible) until paused or stopped."""

    type: Literal["play"]
    unit: Unit = "step"
    rate: float | None = Field(1.0, gt=0, le=1000)


class PauseCommand(Command):
    """Stop playing, on a step."""

    type: Literal["pause"]


class CancelCommand(Command):
    """Stop the long command under way, or the one whose id is given. The cursor stays where it got to."""

    type: Literal["cancel"]
    command: str | None = None


class ConfigureCommand(Command):
    """Change some fields of the configuration. At the tip of a branch it appends, behind it forks.

    What changes the model's parameters builds it anew, on a branch of its own from iteration 0. With ``restart`` that is
    done in any case, edits are left behind, and the cursor goes to the start.
    """

    type: Literal["configure"]
    config: dict[str, Any]
    restart: bool = False


class EditCommand(Command):
    """Set a leaf or an activation. Forks; the cursor keeps its step.

    ``index`` picks one element; without it ``value`` has the node's shape, or is one number for a node
    with one element. With ``coalesce`` it replaces the edit of the same node just made (a slider being dragged).
    """

    type: Literal["edit"]
    name: Name
    value: Data
    index: Index | None = None
    coalesce: bool = False


class CompareCommand(Command):
    """Hold a run beside the current one: a companion, which goes with the cursor; its metrics and numbers are sent too.

    ``config``: a new run with these fields changed, from the start and with the same seed. ``branch``: that branch.
    Neither: no companion any more. To go to the companion's branch (``seek``) swaps the two.
    """

    type: Literal["compare"]
    config: dict[str, Any] | None = None
    branch: int | None = Field(None, ge=0)
    name: RunName | None = Field(
        None,
        description="What the companion is called, as in `adam/hidden1.weight`; by default, how it differs.",
    )

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if self.config is not None and self.branch is not None:
            raise ValueError("give config or branch, not both")
        return self


class UndoCommand(Command):
    """Return to the branch, configuration and cursor before the last edit or configure."""

    type: Literal["undo"]


class BreakpointCommand(Command):
    """Add a breakpoint, remove one or all, or switch one on or off."""

    type: Literal["breakpoint"]
    action: Literal["add", "remove", "clear", "on", "off"] = "add"
    condition: Annotated[Condition, Field(discriminator="kind")] | None = None
    breakpoint: int | None = None


class ExplainCommand(Command):
    """Ask for the numbers that made a number.

    ``argument`` picks an edge of an op node: its contribution. ``symbol`` picks an intermediate of a parameter's
    update, such as m of Adam (``what`` is then 'detail'). With ``place`` the number as it was there, at or before
    the cursor: so a value is followed back through the iterations. With ``own`` a gradient or a contribution is that
    of the own loss term of one sample, or of one place of it, as ``sample`` and ``token`` tell it: not divided by how
    many there are. It is asked where the forward pass has come to the loss, and told as far as the backward pass of
    the batch has come. A value is the same.
    """

    type: Literal["explain"]
    name: Name
    what: Explained = "grad"
    index: Index = Field(default_factory=list)
    argument: int | None = Field(None, ge=0)
    symbol: str | None = Field(None, max_length=64)
    place: Cursor | None = None
    own: Own | None = None


class GradcheckCommand(Command):
    """Compare a gradient with central differences, in float64, with the same draws."""

    type: Literal["gradcheck"]
    name: Name


class PytorchCommand(Command):
    """Compute the same number with PyTorch, where it is installed."""

    type: Literal["pytorch"]
    name: Name
    what: What = "grad"


class SweepCommand(Command):
    """The loss of the cursor's iteration as a function of one scalar leaf, at ``count`` even places."""

    type: Literal["sweep"]
    name: Name
    low: float
    high: float
    count: int = Field(101, ge=2, le=1001)


class SampleCommand(Command):
    """One sample of the batch at the cursor by itself: its row of every node, and the gradient of its own loss term.

    Its own term is its part of the mean, not divided by the number of samples, and without penalties. Asked where
    the forward pass has come to the loss.
    """

    type: Literal["sample"]
    row: int = Field(ge=0)


class ArrowsCommand(Command):
    """Each sample's own gradient by two elements of a parameter; by default those with the largest gradient."""

    type: Literal["arrows"]
    name: Name
    first: Index | None = None
    second: Index | None = None


class UnfoldCommand(Command):
    """A unit of a network as its scalar circuit, for one sample of the batch, as far as the cursor has come.

    With ``source`` its weight for this unit of the layer before: what else is summed is gathered. ``row`` is one of the
    batch's; until the batch is loaded it is not known which sample that will be.
    """

    type: Literal["unfold"]
    layer: Name = Field(description="A layer of the graph, by its name; not the input.")
    unit: int = Field(ge=0)
    source: int | None = Field(None, ge=0)
    row: int = Field(0, ge=0)


class MapCommand(Command):
    """The surface that runs walk on, over a part of the plane: heights, and the gradients that are its slopes.

    Without ``low`` and ``high`` the part that the graph names.
    """

    type: Literal["map"]
    low: Corner | None = None
    high: Corner | None = None
    count: int = Field(65, ge=2, le=129, description="Places along each axis, both ends included.")
    arrows: int = Field(
        15, ge=0, le=33, description="Gradients along each axis, each in the middle of its cell."
    )


class MovedBox(BaseModel):
    """The box of a cell, held in another place: x1, y1, x2, y2 in pixels."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    box: list[Annotated[float, Field(ge=-1000, le=1000)]] = Field(min_length=4, max_length=4)


class MovedTrue(BaseModel):
    """A true box, held in another place: which of the scene's, and x1, y1, x2, y2 in pixels. Of one that is not there, none is."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    index: int = Field(ge=0)
    box: list[Annotated[float, Field(ge=-1000, le=1000)]] = Field(min_length=4, max_length=4)


class SceneCommand(Command):
    """The pixels and true boxes of one scene of a detector, with all the scenes beside it as thumbnails.

    ``row`` is one of the batch's, or of those held out; of fewer the last is taken.
    """

    type: Literal["scene"]
    picture: ScenePicture = "batch"
    row: int = Field(0, ge=0)


class DetectCommand(Command):
    """What each cell of a detector says of one scene, and what it costs.

    Of the batch, and of an original of it, as far as the cursor has come; of a picture held out, all of it with the
    parameters that the iteration began with. ``moved`` holds one box elsewhere, ``target`` one of the true boxes: then cells own what they own there, and
    cost what they cost there. ``maps`` adds what the layers say, place by place; from the loss on, ``compare`` the scene's own gradient beside that
    of its original, and ``pulls`` how much each term of the loss pulls on each parameter.
    """

    type: Literal["detect"]
    picture: ScenePicture = "batch"
    row: int = Field(0, ge=0)
    threshold: float | None = Field(
        None, ge=0, le=1, description="Suppress above this IoU; null: as the configuration has it."
    )
    moved: MovedBox | None = None
    target: MovedTrue | None = None
    maps: bool = False
    compare: bool = False
    pulls: bool = False
    layer: Name | None = Field(None, description="With ``pulls``: the weights of a layer, one by one.")


class PrecisionCommand(Command):
    """Precision over recall of a detector with the parameters at the cursor, for each kind, at an IoU."""

    type: Literal["precision"]
    part: Literal["train", "test"] = "test"
    iou: float = Field(0.5, gt=0, le=1)


class FilterCommand(Command):
    """What one channel of a feature map answers to, with the parameters at the cursor.

    The held-out images with the strongest response, and an image made by gradient ascent on its pixels: its response
    at one place of the map grows, and the weights stay as they are. The ascent begins with noise for every place, and
    with the best of the images; the way to the strongest response is told.
    """

    type: Literal["filter"]
    name: Name = Field(description="A node of shape (images, channels, rows, columns).")
    channel: int = Field(0, ge=0)
    most: int = Field(8, ge=1, le=50, description="Images that are told.")
    steps: int = Field(60, ge=1, le=500, description="Steps of the ascent.")


class UsesCommand(Command):
    """Where a weight of a filter was used: for each place of the map that it helped to make, the product that it adds.

    Asked where the backward pass has come to the weight's gradient, which is the sum of the products of all images.
    """

    type: Literal["uses"]
    name: Name = Field(description="A filter of a convolution.")
    index: list[Annotated[int, Field(ge=0)]] = Field(min_length=4, max_length=4)
    row: int = Field(0, ge=0, description="The image whose places are told: a row of the batch.")


class NumbersCommand(Command):
    """Tensors that a frame has left out. What the cursor has not reached, or is withheld, is not in the answer."""

    type: Literal["numbers"]
    of: list[Places] = Field(max_length=16)
    row: int = Field(0, ge=0, description="Of one sample's own numbers: which row of the batch.")


class DifferencesCommand(Command):
    """The gradient by all parameters, by finite differences and by backpropagation, each of them counted.

    In float64, with the same batch, draws and edits: N + 1 forward passes for N numbers, and one backward pass. Of
    several runs, each by itself.
    """

    type: Literal["differences"]


class TokenCommand(Command):
    """One token of a window by itself: what is said to follow it, and its own loss traced back to the tokens before it.

    Its own loss is its term of the mean, not divided by how many there are. Asked where the forward pass has come to
    the loss; gradients are told of the nodes that the backward pass of the batch has come to.
    """

    type: Literal["token"]
    row: int = Field(ge=0, description="The window: a row of the batch.")
    position: int = Field(ge=0, description="The place in it.")


class WriteCommand(Command):
    """What the network at the cursor says to follow a text, and ``length`` characters drawn from it, one by one.

    In evaluation mode, with the parameters at the cursor. What is drawn depends on nothing but them, this command and
    the session's seed. It sees no more than its context, the last characters of the text; of no text, the end of a line.
    """

    type: Literal["write"]
    text: str = Field("", max_length=400)
    length: int = Field(0, ge=0, le=400)
    temperature: float = Field(
        1.0,
        ge=0,
        le=10,
        allow_inf_nan=False,
        description="What scores are divided by; 0 takes the likeliest character.",
    )
    draw: int = Field(0, ge=0, le=2**31 - 1, description="Another number draws otherwise.")


class NudgeCommand(Command):
    """The loss of the cursor's iteration, and what it would be were one number larger by ``h``.

    In float64, with the same batch, draws and edits. ``index`` picks the element.
    """

    type: Literal["nudge"]
    name: Name
    index: Index = Field(default_factory=list)
    h: float = Field(allow_inf_nan=False)


class FireCommand(Command):
    """Try to send a node's gradient on now. Refused while contributions of its consumers are missing."""

    type: Literal["fire"]
    name: Name


class PredictCommand(Command):
    """Switch *predict, then reveal* on or off: withhold each next gradient until it has been guessed."""

    type: Literal["predict"]
    on: bool


class GuessCommand(Command):
    """A guess at the withheld gradient, read kindly: '−24', '-24,0', '1/3'."""

    type: Literal["guess"]
    value: str = Field(max_length=64)


class SubscribeCommand(Command):
    """Name the nodes whose full values this connection wants; null: all that fit, the rest as summaries.

    ``only``: values and gradients of these alone, and nothing of other nodes and of edges.
    ``pictures`` are sent with the frames of a network on points of the plane. A companion's numbers are sent where they
    are named (`adam/hidden1.weight`), and its surface and evaluation as the current run's. ``sample`` sends what one row
    of the batch has by itself in every node of the current run: ``row``, or the last where there are fewer.
    ``most``: a frame has no more bytes than that. What does not fit is named in ``left``, pictures of the plane are
    coarser; thumbnails come with each frame then, so that each can be drawn without the one before.
    """

    type: Literal["subscribe"]
    names: list[Name] | None = Field(None, max_length=10_000)
    only: bool = False
    pictures: list[PictureOf] = Field(default_factory=list, max_length=8)
    row: int = Field(0, ge=0)
    most: int | None = Field(None, ge=10_000)


class AckCommand(Command):
    """The frame of this sequence number has been painted."""

    type: Literal["ack"]
    seq: int = Field(ge=0)


class PingCommand(Command):
    """Are you there? Answered by ``done``, in the session's turn; changes nothing."""

    type: Literal["ping"]


Search = (
    GradcheckCommand
    | SweepCommand
    | SampleCommand
    | ArrowsCommand
    | UnfoldCommand
    | MapCommand
    | SceneCommand
    | DetectCommand
    | PrecisionCommand
    | FilterCommand
    | UsesCommand
    | DifferencesCommand
    | TokenCommand
    | WriteCommand
    | NudgeCommand
)
"""Commands that only look, and may take long."""

Question = Search | ExplainCommand | PytorchCommand | FireCommand | NumbersCommand
"""Commands that only look: they move nothing, change no history, and may be asked again."""

ClientMessage = Annotated[
    StepCommand
    | SeekCommand
    | PlayCommand
    | PauseCommand
    | CancelCommand
    | ConfigureCommand
    | EditCommand
    | CompareCommand
    | UndoCommand
    | BreakpointCommand
    | Question
    | PredictCommand
    | GuessCommand
    | SubscribeCommand
    | AckCommand
    | PingCommand,
    Field(discriminator="type"),
]

CLIENT_MESSAGE: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)

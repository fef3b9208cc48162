"""What the server answers and sends: one union for REST and WebSocket."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from chainrule.protocol.detection import (
    Against,
    CellBox,
    DetectionTerm,
    Dragged,
    PrecisionCurve,
    Pull,
    ScenePicture,
    Traced,
    TrueBox,
)
from chainrule.protocol.model import (
    Because,
    Branch,
    Breakpoint,
    Cursor,
    Evaluation,
    Explained,
    FrameTensor,
    Graph,
    Param,
    Part,
    Phase,
    Place,
    RunName,
    RunState,
    Source,
    Step,
    Term,
    UnfoldedCell,
    UnfoldedPart,
    Unit,
    UpdateDetail,
    What,
)
from chainrule.protocol.numbers import Data, Number

Reached = Literal["start", "end", "withheld", "breakpoint", "cancelled", "non_finite"]


class Message(Part):
    """Base of all messages. ``seq`` is the session's revision; ``id`` that of the command it answers."""

    seq: int = 0
    id: str | None = None


class Welcome(Message):
    """The first message on a socket: everything that a page needs apart from graph and frame, which follow."""

    type: Literal["welcome"] = "welcome"
    protocol: int
    lesson: str
    config: dict[str, Any]
    seed: int
    cursor: Cursor
    branches: list[Branch]
    breakpoints: list[Breakpoint]
    predict: bool
    playing: bool
    can_undo: bool
    pytorch_installed: bool
    companion: int | None = Field(None, description="The branch of the run beside the current one.")


class GraphMessage(Message):
    """The topology at the cursor, sent when it is not the one sent last."""

    type: Literal["graph"] = "graph"
    graph: Graph


class Frame(Message):
    """The whole state at the cursor: never half a step, never a difference.

    On the socket it travels as a binary frame whose JSON header is this message.
    """

    type: Literal["frame"] = "frame"
    topology: int
    cursor: Cursor
    phase: Phase
    step: Step
    arrived: list[int] = Field(description="Contributions that have arrived, per node.")
    withheld: bool = Field(
        description="This step's gradient waits for a guess; none of its numbers are here."
    )
    tensors: list[FrameTensor]
    update: list[UpdateDetail] = Field(description="The arithmetic of an update step, in order.")
    non_finite: list[int] = Field(
        description="Nodes whose value or gradient has NaN or infinity, first cause first."
    )
    loss: Number | None = None
    batch: list[int] = Field(
        default_factory=list,
        description="Which points of the dataset this iteration is about, in the order of its rows; empty until they are loaded.",
    )
    evaluation: Evaluation | None = Field(None, description="Where it was subscribed to.")
    runs: list[RunState] = Field(default_factory=list, description="Where they were subscribed to.")


class Dataset(Message):
    """The points that the cursor's iteration is from. Sent again when they change."""

    type: Literal["dataset"] = "dataset"
    inputs: list[list[Number]] = Field(description="(n, 2): x and y; those held out come first.")
    targets: list[Number] = Field(description="The class of each, from 0; or its number.")
    classes: int = Field(description="How many classes there are; 0 where targets are numbers.")
    held_out: int = Field(description="How many are not trained on, but tested with.")
    low: float = Field(description="The least x and y of a picture.")
    high: float
    says: Literal["probability", "number", "probabilities"] = Field(
        description="What the surface holds: the probability of class 1, a number, or each class's probability."
    )


class Companion(Message):
    """The run beside the current one, at the same iteration. Sent before each frame, with its ``seq``.

    At the same step where both runs have the same steps, else at the last end of a phase that the cursor has reached.
    On the socket it travels as a binary frame whose JSON header is this message. Of its tensors, ``index`` is a place in
    ``names`` for value and grad.
    """

    type: Literal["companion"] = "companion"
    name: RunName
    beside: RunName = Field(description="What the current run is called.")
    cursor: Cursor
    phase: Phase
    config: dict[str, Any]
    differs: list[str] = Field(
        description="The fields in which the configurations of the two runs differ here."
    )
    loss: Number | None
    evaluation: Evaluation | None = None
    runs: list[RunState] = Field(default_factory=list, description="Where they were subscribed to.")
    names: list[str]
    tensors: list[FrameTensor]


class Moved(Message):
    """The answer to a command that moves the cursor. ``reached`` says why it went less far than asked.

    Where a ``breakpoint`` was hit, or NaN or infinity began, ``because`` has the numbers.
    """

    type: Literal["moved"] = "moved"
    cursor: Cursor
    phase: Phase
    reached: Reached | None = None
    breakpoint: Breakpoint | None = None
    because: Because | None = None


class Done(Message):
    """The answer to a command that only needs a yes."""

    type: Literal["done"] = "done"


class Progress(Message):
    """A long command is under way: ``done`` of ``total`` iterations. ``cancel`` stops it."""

    type: Literal["progress"] = "progress"
    done: int
    total: int


class Playback(Message):
    """Playing started or stopped."""

    type: Literal["playback"] = "playback"
    playing: bool
    unit: Unit = "step"
    rate: float | None = None


class Configured(Message):
    """The configuration in force at the cursor, and from which iteration a change holds."""

    type: Literal["configured"] = "configured"
    config: dict[str, Any]
    from_iteration: int
    can_undo: bool


class Branches(Message):
    """All branches; the cursor is on ``current``."""

    type: Literal["branches"] = "branches"
    branches: list[Branch]
    current: int
    can_undo: bool
    companion: int | None = Field(None, description="The branch of the run beside the current one.")


class Metrics(Message):
    """Columns of a branch's own iterations, from ``start`` on. Replaces what was known of it from there on.

    A branch owns the iterations from its fork on; those before are its parent's, and come as the parent's. Told are
    the current branch, all that its history needs, and a few others that may be drawn beside it.
    """

    type: Literal["metrics"] = "metrics"
    branch: int
    start: int
    columns: dict[str, list[Number | None]]


class Breakpoints(Message):
    """All breakpoints."""

    type: Literal["breakpoints"] = "breakpoints"
    breakpoints: list[Breakpoint]


class Explanation(Message):
    """The numbers that made a number: ``value`` = the sum of the terms (or ``rule`` where it is not a sum)."""

    type: Literal["explanation"] = "explanation"
    cursor: Cursor = Field(description="The place that is explained.")
    name: str
    what: Explained
    index: list[int]
    argument: int | None = None
    symbol: str | None = None
    shape: list[int]
    value: Number | None = Field(description="Null: not reached yet.")
    formula: str = Field(description="LaTeX with symbols.")
    rule: str = Field(description="LaTeX of the rule with the numbers in it.")
    terms: list[Term]
    convention: str | None = Field(
        None, description="Code of the convention that chose a value at a kink or a tie."
    )
    python: str = Field(description="The PyTorch line that holds the same number.")
    path: str = Field(description="The REST path under /api/sessions/{id} that returns it.")
    began: Source | None = Field(
        None,
        description="Where the NaN or infinity in this number began: the number that is not finite though all that "
        "it was made of is, or that was given so. Null for a finite number.",
    )


class GradcheckResult(Message):
    """A gradient beside central differences, both in float64."""

    type: Literal["gradcheck_result"] = "gradcheck_result"
    name: str
    epsilon: float
    analytic: Data
    numeric: Data
    max_relative_error: Number
    passed: bool
    kink: bool = Field(description="A kink lies within epsilon: the two may differ rightly.")


class PytorchResult(Message):
    """The same number from PyTorch; ``value`` is null where PyTorch is not installed."""

    type: Literal["pytorch_result"] = "pytorch_result"
    name: str
    what: What
    code: str
    installed: bool
    value: Data | None = None


class SweepResult(Message):
    """The loss over one leaf."""

    type: Literal["sweep_result"] = "sweep_result"
    name: str
    cursor: Cursor
    xs: list[Number]
    losses: list[Number]


Reduction = Literal["mean", "sum"]
"""How the own loss terms of the samples make the loss of the batch."""


class SampleResult(Message):
    """One sample of a batch by itself. Tensors with more elements than a frame would hold are left out."""

    type: Literal["sample_result"] = "sample_result"
    cursor: Cursor
    row: int
    count: int = Field(description="How many samples the batch has.")
    reduction: Reduction
    loss: Number = Field(description="Its own loss term: not divided by the number of samples, no penalties.")
    values: dict[str, Data] = Field(description="Its row of each node that has an axis of samples.")
    deltas: dict[str, Data] = Field(description="Its row of the gradient of its own term by such a node.")
    grads: dict[str, Data] = Field(description="The gradient of its own term by each parameter.")


class ArrowsResult(Message):
    """The own gradients of all samples by two elements of a parameter (by one, where there is one).

    ``batch`` = ``together`` + ``penalty``, up to rounding.
    """

    type: Literal["arrows_result"] = "arrows_result"
    cursor: Cursor
    name: str
    first: list[int]
    second: list[int] | None
    reduction: Reduction
    losses: list[Number] = Field(description="The own loss term of each sample.")
    samples: list[list[Number]] = Field(
        description="For each sample its gradient by the first and the second."
    )
    together: list[Number] = Field(description="The mean of these, or the sum.")
    penalty: list[Number] = Field(description="The gradient of the penalties.")
    batch: list[Number] = Field(description="The gradient of the loss.")


class Unfolded(Message):
    """A unit as its scalar circuit for one sample: a graph of numbers, and a frame of what has been computed so far.

    The graph's steps are those of the iteration; ``parts`` say what each of them does here, ``cells`` what its nodes
    are. Contributions are those to the gradient of the batch: where its loss is a mean, 1/N is in each of them. Of the
    frame's tensors, ``local`` is there for all edges that have brought their contribution, and ``before``, ``after`` and
    ``detail`` (what the learning rate is multiplied by) for each node that an update changes.
    """

    type: Literal["unfolded"] = "unfolded"
    cursor: Cursor
    layer: str
    unit: int
    source: int | None
    row: int
    count: int = Field(description="How many samples the batch has.")
    graph: Graph
    frame: Frame
    cells: list[UnfoldedCell]
    parts: list[UnfoldedPart]


class MapResult(Message):
    """The surface over a part of the plane. Row 0 has the least y, and comes first; in a row the least x."""

    type: Literal["map_result"] = "map_result"
    low: list[float]
    high: list[float]
    count: int
    heights: list[Number]
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
    response: Number = Field(description="In the middle of the map.")
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
    excited: list[ExcitedImage] = Field(
        description="From noise on; it ends early where the filter no longer answers to the image."
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


class RunDifferences(Part):
    """The gradient of one run by finite differences, beside that by backpropagation."""

    name: str = Field(description="Empty where there is only one.")
    parameters: list[str]
    loss: Number
    nudged: list[Number] = Field(
        description="The loss where one number is larger by its ``steps``, for each of them."
    )
    steps: list[Number]
    slopes: list[Number]
    gradients: list[Number]
    passes: int = Field(description="Forward passes that the slopes took.")


class DifferencesResult(Message):
    """Gradients by finite differences: slope = (nudged − loss) / step. Parameters' elements in order."""

    type: Literal["differences_result"] = "differences_result"
    cursor: Cursor
    runs: list[RunDifferences]
    backward_passes: int = Field(description="Backward passes that all ``gradients`` took together.")
    largest: Number = Field(description="The largest difference between a slope and its gradient.")


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


class NudgeResult(Message):
    """What one number does to the loss: (``nudged`` − ``loss``) / ``h`` = ``slope``, beside the ``gradient``."""

    type: Literal["nudge_result"] = "nudge_result"
    cursor: Cursor
    name: str
    index: list[int]
    h: Number = Field(description="By how much it is larger: what the sum could hold of what was asked for.")
    value: Number
    loss: Number
    nudged: Number
    slope: Number
    gradient: Number


class Fired(Message):
    """Whether a node may send its gradient on, and which contributions are still missing."""

    type: Literal["fired"] = "fired"
    name: str
    fired: bool
    arrived: int
    expected: int
    missing: list[str] = Field(description="Names of the consumers that have not contributed yet.")


class Prediction(Message):
    """Whether answers are withheld; after a guess, how close it was."""

    type: Literal["prediction"] = "prediction"
    on: bool
    guess: Number | None = None
    actual: Number | None = None
    relative_error: Number | None = None
    verdict: Literal["exact", "close", "sign", "wrong"] | None = None


class ErrorMessage(Message):
    """A refused command. Nothing changed. ``code`` is stable; ``hint`` says what to do."""

    type: Literal["error"] = "error"
    code: str
    status: int
    title: str
    detail: str
    hint: str
    place: Place | None = None
    reason: str | None = Field(
        None, description="Which of the ways in which this code comes about: stable, as the code is."
    )
    params: dict[str, Param] = Field(
        default_factory=dict, description="What the reason speaks of, by name; iterations and steps from 0."
    )


ServerMessage = Annotated[
    Welcome
    | GraphMessage
    | Frame
    | Companion
    | Dataset
    | Moved
    | Done
    | Progress
    | Playback
    | Configured
    | Branches
    | Metrics
    | Breakpoints
    | Explanation
    | GradcheckResult
    | PytorchResult
    | SweepResult
    | SampleResult
    | ArrowsResult
    | Unfolded
    | MapResult
    | SceneResult
    | DetectResult
    | PrecisionResult
    | FilterResult
    | UsesResult
    | DifferencesResult
    | TokenResult
    | Written
    | NudgeResult
    | Fired
    | Prediction
    | ErrorMessage,
    Field(discriminator="type"),
]

SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
SERVER_MESSAGES: TypeAdapter[list[ServerMessage]] = TypeAdapter(list[ServerMessage])

"""What a lesson is: a model, its configuration and a narrative, in one file that is found by itself.

To add a lesson, write one module in this package that defines ``LESSON``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NamedTuple, Protocol, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.errors import Refusal
from chainrule.protocol.model import (
    Beat,
    BeatAnchor,
    ConfigField,
    Evaluation,
    LessonBrief,
    LessonInfo,
    ListingLine,
    Param,
    Preset,
    StepKind,
    Text,
    Unit,
)
from chainrule.reading import read_number

if TYPE_CHECKING:
    from chainrule.data.augment import Pictures
    from chainrule.detection.reading import Read
    from chainrule.engine.tape import Node
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.optimizers import Optimizer
    from chainrule.nn.runs import Runs


def _read_kindly(value: object) -> object:
    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, bool):
        raise ValueError("expected a number, not true or false")
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError as error:
            raise ValueError("the number is too large for a float") from error
    return value


KindFloat = Annotated[float, BeforeValidator(_read_kindly)]
"""A finite number that may also be given as people write it: "1/18", "0,01", "−2"."""


class LessonConfig(BaseModel):
    """Base of all configurations. With no field given, the lesson starts in a state that trains well."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def merged(self, changes: Mapping[str, Any]) -> Self:
        """Change some fields.

        Raises
        ------
        Refusal
            ``invalid_config``: a field is unknown or its value is not allowed.
        """
        return configured(type(self), {**self.model_dump(mode="json"), **changes})


C = TypeVar("C", bound=LessonConfig)


def configured(kind: type[C], fields: Mapping[str, Any]) -> C:
    """A configuration from the fields given, defaults for the rest; a refusal ``invalid_config`` if that is not one."""
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        wrong = [
            f"{'.'.join(str(part) for part in e['loc']) or 'config'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        refusal = invalid_config("; ".join(wrong[:5]), f"The fields are {', '.join(kind.model_fields)}.")
        refusal.reason, refusal.params = _wrong_field(error)
        raise refusal from error


WRONG_FIELDS: dict[str, tuple[str, str | None]] = {
    "extra_forbidden": ("config_unknown_field", None),
    "missing": ("config_wrong_type", None),
    "finite_number": ("config_not_finite", None),
    "float_parsing": ("config_not_a_number", None),
    "float_type": ("config_not_a_number", None),
    "value_error": ("config_not_a_number", None),
    "greater_than_equal": ("config_too_small", "ge"),
    "greater_than": ("config_not_above", "gt"),
    "less_than_equal": ("config_too_large", "le"),
    "less_than": ("config_not_below", "lt"),
    "literal_error": ("config_not_a_choice", "expected"),
    "layers": ("config_not_layers", None),
    "int_parsing": ("config_not_whole", None),
    "int_from_float": ("config_not_whole", None),
    "int_type": ("config_not_whole", None),
    "too_short": ("config_too_short", None),
    "too_long": ("config_too_many", "max_length"),
    "points": ("config_points", None),
    "points_many": ("config_points_many", "most"),
    "point": ("config_point", "n"),
    "point_place": ("config_point_place", "n"),
    "point_class": ("config_point_class", "n"),
    "string_too_long": ("config_too_long", "max_length"),
}
"""What pydantic says of a field → reason, and where pydantic keeps the bound. All else is ``config_wrong_type``."""


def _wrong_field(error: ValidationError) -> tuple[str, dict[str, Param]]:
    """Why the first of the wrong fields is wrong; ``fields`` are all of them."""
    found = error.errors(include_url=False, include_input=False)
    reason, bound = WRONG_FIELDS.get(found[0]["type"], ("config_wrong_type", None))
    fields = list(dict.fromkeys(str(e["loc"][0]) for e in found if e["loc"]))
    # Which of the types of a union was tried is no part of the field.
    place = ".".join(part for part in map(str, found[0]["loc"]) if "[" not in part)
    params: dict[str, Param] = {"fields": fields, "field": place[:80]}
    if bound is not None:
        value = found[0].get("ctx", {}).get(bound)
        params["bound"] = value if isinstance(value, int | float) else str(value).replace("'", "")
    return reason, params


def invalid_config(detail: str, hint: str, *, reason: str = "config_wrong_type", **params: Param) -> Refusal:
    """The refusal of a configuration."""
    return Refusal(
        "invalid_config",
        422,
        "The configuration is not valid",
        detail,
        hint,
        reason=reason,
        params={"fields": [], **params},
    )


def host_array(value: object, dtype: str) -> HostArray:
    """A leaf's value; numbers too large for the dtype become infinite."""
    with host.errstate(over="ignore"):
        return host.asarray(value, dtype)


@dataclass(frozen=True, eq=False)
class LeafSpec:
    """A leaf of the model: its name, what it is, and its first value (in the session's dtype).

    Parameters and buffers carry over from one iteration to the next: an update changes a parameter, and the forward
    pass a buffer (:meth:`chainrule.engine.tape.Tape.write`). Inputs and targets come with the batch.

    ``config_field`` is the field of the configuration that sets it, if one does.
    """

    name: str
    kind: Literal["parameter", "buffer", "input", "target"]
    value: HostArray
    requires_grad: bool = False
    config_field: str | None = None


class Evaluates(Protocol):
    """What a model may have beside :class:`Model`: measurements that no gradient comes from.

    Attributes
    ----------
    evaluate_every
        Iterations from one measurement to the next; iteration 0 is measured.
    """

    @property
    def evaluate_every(self) -> int: ...

    def evaluate(self, values: Mapping[str, Array]) -> Mapping[str, float]:
        """Metrics in evaluation mode, given the parameters and buffers: a pure function of them.

        Names are those of the protocol where they apply: ``test_loss``, ``accuracy``, ``test_accuracy``.
        """
        ...


@dataclass(frozen=True, eq=False)
class PlanePoints:
    """The points that a model of the plane learns from.

    Attributes
    ----------
    inputs, targets
        (n, 2) x and y, those held out first; (n,) the class of each from 0, or its number.
    classes
        How many classes there are; 0 where targets are numbers.
    held_out
        How many are not trained on.
    low, high
        The square that pictures show.
    """

    inputs: HostArray
    targets: HostArray
    classes: int
    held_out: int
    low: float = -6.0
    high: float = 6.0

    def same(self, other: PlanePoints | None) -> bool:
        """Whether these are the same points with the same roles."""
        return other is self or (
            other is not None
            and (self.classes, self.held_out) == (other.classes, other.held_out)
            and host.array_equal(self.inputs, other.inputs)
            and host.array_equal(self.targets, other.targets)
        )


class OfPlane(Protocol):
    """What a model of points of the plane has beside :class:`Model`: what the layers' view shows.

    Attributes
    ----------
    points
        What it learns from.
    layer_names
        The scope of each layer, in order; the last node in a scope is what the layer passes on.
    input_labels, output_labels
        What the columns of the input, and those of the output, are called.
    says
        What :meth:`predictions` are.
    """

    @property
    def points(self) -> PlanePoints: ...
    @property
    def layer_names(self) -> Sequence[str]: ...
    @property
    def input_labels(self) -> Sequence[str]: ...
    @property
    def output_labels(self) -> Sequence[str]: ...
    @property
    def says(self) -> Literal["probability", "number", "probabilities"]: ...

    def rows(self, iteration: int) -> HostArray:
        """Which points an iteration's batch has, in the order of its rows."""
        ...

    def units(self, values: Mapping[str, Array], points: HostArray) -> list[HostArray]:
        """What each layer passes on at (n, 2) places, (n, units), the input first; in evaluation mode.

        ``values`` are the parameters and buffers: nothing else is looked at, nothing drawn, nothing written.
        """
        ...

    def predictions(self, output: HostArray) -> HostArray:
        """What the last layer passes on, (n, outputs) → what the network says, (n, outputs)."""
        ...

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        """How it does on all points, in evaluation mode."""
        ...


class Scored(Protocol):
    """What a model may have beside :class:`Model`: how it does on all its data."""

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        """How it does on what it is trained on and on what is held out, in evaluation mode."""
        ...


class OfImages(Protocol):
    """What a model of images has beside :class:`Model`: what its filters can be asked with.

    Attributes
    ----------
    held_out
        Images that it is not trained on, (n, channels, rows, columns), from 0 to 1; and the class of each.
    """

    @property
    def held_out(self) -> tuple[HostArray, HostArray]: ...

    def read(self, values: Mapping[str, Array], images: Tensor) -> Tensor:
        """Its output for images on the active tape, in evaluation mode, where nodes have the names of training."""
        ...


class OfScenes(Scored, Protocol):
    """What a detector has beside :class:`Model`: scenes with boxes, and what its cells say of them.

    Attributes
    ----------
    kinds
        What is looked for.
    side, cells
        Pixels, and cells, of an image along each axis.
    output
        The label of the node that holds what all cells say: (n, numbers, cells, cells).
    terms
        What the loss is the sum of.
    suppress_above
        Of two boxes of a class that overlap by more, the less confident is suppressed.
    """

    @property
    def kinds(self) -> Sequence[Text]: ...
    @property
    def side(self) -> int: ...
    @property
    def cells(self) -> int: ...
    @property
    def output(self) -> str: ...
    @property
    def terms(self) -> Sequence[LossTerm]: ...
    @property
    def suppress_above(self) -> float: ...

    def scenes(self, iteration: int) -> tuple[Pictures, Pictures]:
        """The scenes of an iteration's batch, as they are and as they are trained on."""
        ...

    def part(self, name: Literal["train", "test"]) -> Pictures:
        """The scenes on which it is measured."""
        ...

    def fed(self, scenes: Pictures) -> Mapping[str, HostArray]:
        """The inputs and targets of some scenes."""
        ...

    def assigned(self, scenes: Pictures) -> HostArray:
        """(n, cells, cells): which of its scene's boxes each cell is to say; −1 for none."""
        ...

    def scores_of(self, values: Mapping[str, Array], images: HostArray) -> HostArray:
        """What the cells say of images, with these parameters, in evaluation mode."""
        ...

    def read(self, output: HostArray) -> Read:
        """What the numbers of the cells say."""
        ...

    def cost(self, boxes: HostArray, true: HostArray) -> tuple[HostArray, HostArray]:
        """The box loss of (m, 4) boxes in pixels against one true box, (m,), and its gradients by the edges, (m, 4)."""
        ...


class LossTerm(NamedTuple):
    """A term of a detector's loss.

    Attributes
    ----------
    cells, total
        The labels of the nodes of what each cell costs, (n, cells, cells), and of the term itself.
    weight
        What it is multiplied by.
    numbers
        Which of a cell's numbers it reads.
    """

    name: Literal["box", "objectness", "class"]
    cells: str
    total: str
    weight: float
    numbers: slice


class RunLayer(NamedTuple):
    """A layer of a run: its scope, whose last node is what it passes on; its weight; whether it adds its input."""

    scope: str
    weight: str
    skip: bool


class OfText(Protocol):
    """What a model of text has beside :class:`Model`. Its batch is ``x``, (n, context) tokens, and ``y``, what follows each.

    Attributes
    ----------
    characters
        What each token stands for.
    context
        Tokens in a window.
    stages
        The nodes that hold what is known at each place: the embeddings, then what each block passes on.
    attention
        The nodes of attention, (n, heads, places, places).
    logits
        The node of the scores, (n, places, tokens).
    """

    @property
    def characters(self) -> str: ...
    @property
    def context(self) -> int: ...
    @property
    def stages(self) -> Sequence[str]: ...
    @property
    def attention(self) -> Sequence[str]: ...
    @property
    def logits(self) -> str: ...

    def follow(self, values: Mapping[str, Array], tokens: HostArray) -> HostArray:
        """(n, places) tokens, at most ``context`` places → (n, places, characters) scores of what follows each.

        In evaluation mode, given the parameters and buffers.
        """
        ...


class RunSpec(NamedTuple):
    """One of several networks that a model trains side by side.

    Attributes
    ----------
    name
        Its parameters' names begin with it and a slash.
    title
        What it is called.
    parameters
        Of one that walks on a map: those along its axes.
    loss
        The label of the node that is its own loss.
    layers
        Of one whose gradients are followed from layer to layer: those, in order.
    """

    name: str
    title: str
    parameters: tuple[str, ...]
    loss: str
    layers: tuple[RunLayer, ...] = ()


class OfRuns(Protocol):
    """What a model of several runs has beside :class:`Model`; its loss is the sum of theirs."""

    @property
    def runs(self) -> Sequence[RunSpec]: ...


class MapArea(NamedTuple):
    """The part of a plane that a map shows, from its lowest corner to its highest."""

    low: tuple[float, float]
    high: tuple[float, float]


class OfMap(OfRuns, Protocol):
    """What a model has beside :class:`Model` whose runs walk on one surface over two parameters."""

    @property
    def area(self) -> MapArea: ...

    def heights(self, places: HostArray) -> tuple[HostArray, HostArray]:
        """The loss at (n, 2) places, (n,), and its gradients, (n, 2), by backpropagation."""
        ...


class Answers(Protocol):
    """What a model may have beside :class:`Model`: what it says to any inputs.

    Attributes
    ----------
    examples
        All inputs that are trained on, (n, …).
    """

    @property
    def examples(self) -> HostArray: ...

    def outputs(self, values: Mapping[str, Array], inputs: HostArray) -> Tensor:
        """Its output in evaluation mode, computed on a tape of its own, given the parameters and buffers."""
        ...


class Model(Protocol):
    """What a lesson computes.

    It may also measure (:class:`Evaluates`), answer (:class:`Answers`), and be seen over the plane (:class:`OfPlane`).

    Attributes
    ----------
    leaves
        In order of registration, which is the order of updates.
    zero_grad
        Whether gradients are cleared at the start of each iteration.
    iterations_per_epoch
        Batches that make one pass over the data.
    listing
        The PyTorch program that does the same.
    watch
        Scalar leaves whose value at the start of each iteration is kept beside the loss.
    loss_label
        What the result is called.
    """

    @property
    def leaves(self) -> tuple[LeafSpec, ...]: ...
    @property
    def zero_grad(self) -> bool: ...
    @property
    def iterations_per_epoch(self) -> int: ...
    @property
    def listing(self) -> tuple[ListingLine, ...]: ...
    @property
    def watch(self) -> tuple[str, ...]: ...
    @property
    def loss_label(self) -> str: ...

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        """Values of the inputs and targets in an iteration."""
        ...

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        """Compute the loss, one number, on the active tape.

        The same ops in every iteration with inputs of these shapes: what differs between iterations comes in through
        the leaves, or is drawn (:func:`chainrule.engine.tape.drawn`).
        """
        ...

    def optimizer(self) -> Optimizer | Runs | None:
        """A new optimizer, or one for each run; None where nothing is updated."""
        ...

    def line_for(self, kind: StepKind, node: Node | None) -> int | None:
        """The line of the listing that a step belongs to."""
        ...


@dataclass(frozen=True)
class Lesson(Generic[C]):
    """A lesson: data found by :func:`discover`, never a place in a list somewhere else.

    Attributes
    ----------
    order
        Place in the order of learning, from 1.
    outcome
        What one can say afterwards, as one would say it.
    plot
        The parameter over which the loss is drawn as a curve.
    beats
        The narrative under a configuration.
    build
        (configuration, seed, backend, dtype) → model. Raises refusals.
    pace
        Units a second at which the page plays it at first; None trains as fast as possible.
    unit
        By which it is played at first.
    """

    slug: str
    order: int
    title: Text
    summary: Text
    outcome: Text
    Config: type[C]
    fields: tuple[ConfigField, ...]
    presets: tuple[Preset, ...]
    plot: str | None
    beats: Callable[[C], list[Beat]]
    build: Callable[[C, int, Backend, str], Model]
    pace: float | None = 1.0
    unit: Unit = "step"

    def brief(self) -> LessonBrief:
        """What a list of lessons shows of it."""
        return LessonBrief(
            slug=self.slug,
            order=self.order,
            title=self.title,
            summary=self.summary,
            outcome=self.outcome,
        )

    def info(self) -> LessonInfo:
        """The whole lesson; its beats are those of the default configuration."""
        defaults = self.Config()
        return LessonInfo(
            **self.brief().model_dump(),
            config_schema=self.Config.model_json_schema(),
            fields=list(self.fields),
            defaults=defaults.model_dump(mode="json"),
            beats=self.beats(defaults),
            presets=list(self.presets),
            plot=self.plot,
            pace=self.pace,
            unit=self.unit,
        )


def text(en: str, vi: str) -> Text:
    """A sentence in both languages."""
    return Text(en=en, vi=vi)


def beat(
    name: str,
    anchor: tuple[StepKind, str | None] | tuple[StepKind, str | None, int],
    title: Text,
    body: Text,
    *,
    iteration: int = 0,
) -> Beat:
    """A beat at the first step of a kind that touches a node (and an argument)."""
    return Beat(
        id=name,
        title=title,
        body=body,
        anchor=BeatAnchor(
            iteration=iteration,
            kind=anchor[0],
            node=anchor[1],
            argument=anchor[2] if len(anchor) == 3 else None,
        ),
    )


def discover() -> dict[str, Lesson[Any]]:
    """All lessons of this package by slug, in the order of learning."""
    package = importlib.import_module("chainrule.lessons")
    found: list[Lesson[Any]] = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        lesson = getattr(module, "LESSON", None)
        if isinstance(lesson, Lesson):
            found.append(lesson)
    return {lesson.slug: lesson for lesson in sorted(found, key=lambda lesson: (lesson.order, lesson.slug))}


def find_lesson(slug: str) -> Lesson[Any]:
    """The lesson with this slug; a refusal ``unknown_lesson`` if there is none."""
    from chainrule.lessons import LESSONS

    try:
        return LESSONS[slug]
    except KeyError:
        raise Refusal(
            "unknown_lesson",
            404,
            "No such lesson",
            f"There is no lesson {slug[:64]!r}.",
            f"The lessons are {', '.join(LESSONS)}.",
        ) from None

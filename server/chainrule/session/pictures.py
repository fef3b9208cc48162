"""What a network says over the plane, for those who look at it: thumbnails of units, the surface, scores.

They belong to the parameters at the cursor, and are computed for viewers alone: training knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple
from weakref import WeakKeyDictionary

from chainrule.engine.backend import Array, HostArray, host
from chainrule.lessons.lesson import OfPlane, PlanePoints, Scored
from chainrule.protocol.frames import WithTensors
from chainrule.protocol.model import Evaluation, FrameTensor, PictureOf
from chainrule.protocol.server import Companion, Dataset, Frame
from chainrule.session.runs import run_states
from chainrule.session.units import NOTHING, health
from chainrule.session.view import View, tensor_of
from chainrule.trace import Record, Regime

THUMBNAIL = 16
"""Places of a unit's thumbnail along each axis."""

SURFACE = 40
"""Places of the surface along each axis."""

NOT_A_NUMBER = -128
"""What a map holds where a unit's number is not finite."""


@lru_cache(maxsize=8)
def grid(low: float, high: float, count: int) -> HostArray:
    """(count², 2) places of the plane, least y first, both ends included."""
    along = host.linspace(low, high, count)
    x, y = host.meshgrid(along, along)
    return host.stack([x.reshape(-1), y.reshape(-1)], axis=1)


class Maps(NamedTuple):
    """Thumbnails of all units, those of the first layer first.

    Attributes
    ----------
    levels
        (units, n, n) int8.
    scales
        Per unit what 127 stands for.
    spans
        Per layer its first unit and the one after its last.
    """

    levels: HostArray
    scales: list[float]
    spans: list[tuple[int, int]]


@dataclass(eq=False)
class Pictures:
    """Of a network with certain parameters; each is made when somebody first looks."""

    regime: Regime
    model: OfPlane
    values: Mapping[str, Array]

    @cached_property
    def _layers(self) -> list[HostArray]:
        """(THUMBNAIL² + SURFACE², units) per layer, the input first: both grids in one pass."""
        points = self.model.points
        grids = [grid(points.low, points.high, count) for count in (THUMBNAIL, SURFACE)]
        return self.model.units(self.values, host.concatenate(grids))

    @cached_property
    def maps(self) -> Maps:
        """What each unit says, the inputs first."""
        ends = list(accumulate(layer.shape[1] for layer in self._layers))
        # One pass over all layers: a call takes longer than its arithmetic.
        units = host.concatenate([layer[: THUMBNAIL**2].T for layer in self._layers])
        return Maps(*_in_8_bits(units), list(zip([0, *ends], ends, strict=False)))

    @cached_property
    def surface(self) -> HostArray:
        """(outputs, n, n): what the network says."""
        says = self.model.predictions(self._layers[-1][THUMBNAIL**2 :])
        return host.ascontiguousarray(says.T.reshape(-1, SURFACE, SURFACE), dtype=host.float32)

    @cached_property
    def evaluation(self) -> Evaluation:
        """How the network does, and whether its units still learn."""
        with self.regime.backend.quiet():
            answers = self.model.answers(self.values)
            found = self.model.judged(answers)
        trained = slice(self.model.points.held_out, None)
        layers = health(self.regime.backend, answers.node, trained, self.model.layer_names)
        return found.model_copy(update={"health": [NOTHING, *layers]})


@dataclass(eq=False)
class ScoresOnly:
    """Of a model that is not seen over the plane."""

    model: Scored
    values: Mapping[str, Array]

    @cached_property
    def evaluation(self) -> Evaluation:
        """How the network does."""
        return self.model.scores(self.values)

    def evaluation_in_parts(self) -> Generator[None, None, None] | None:
        """Makes :attr:`evaluation`, with pauses in between; None where it is made, or does not take long."""
        parts = getattr(self.model, "scores_in_parts", None)
        return None if parts is None or "evaluation" in self.__dict__ else self._make(parts(self.values))

    def _make(self, work: Generator[None, None, Evaluation]) -> Generator[None, None, None]:
        if "evaluation" not in self.__dict__:
            self.evaluation = yield from work


def _in_8_bits(units: HostArray) -> tuple[HostArray, list[float]]:
    """(units, n²) → (units, n, n), each unit scaled by its largest size."""
    scales, known = host.abs(units).max(axis=1), None
    if not host.isfinite(scales).all():
        known = host.isfinite(units)
        scales = host.abs(host.where(known, units, 0.0)).max(axis=1)
    with host.errstate(all="ignore"):
        share = units / host.where(scales > 0, scales, 1.0)[:, None]
        share *= 127.0
        host.rint(share, out=share)
        levels = share if known is None else host.where(known, share, NOT_A_NUMBER)
    return levels.astype(host.int8).reshape(-1, THUMBNAIL, THUMBNAIL), scales.tolist()


_made: WeakKeyDictionary[Record, dict[int, Pictures | ScoresOnly]] = WeakKeyDictionary()


def carried_at(view: View) -> dict[str, Array]:
    """Parameters and buffers by name as they are at a view."""
    record = view.record
    if view.shown >= record.layout.total - 1:
        return dict(record.end.values)
    values = dict(record.start.values)
    for name in values:
        node = record.by_name.get(name)
        value = None if node is None or node.kind != "parameter" else view.value(node)
        if value is not None:
            values[name] = value
    if view.shown >= record.layout.forward - 1:
        # Running statistics are written by the forward pass.
        values.update(
            {n: v for n, v in record.end.values.items() if record.start.regime.leaves[n].kind == "buffer"}
        )
    return values


def pictures_of(view: View) -> Pictures | ScoresOnly | None:
    """The pictures of a view; None where the model does not say how it does."""
    record, regime = view.record, view.record.start.regime
    if regime.scored is None:
        return None
    layout = record.layout
    done = max(0, view.shown + 1 - layout.forward - layout.backward)
    by_updates = _made.setdefault(record, {})
    found = by_updates.get(done)
    if found is None:
        values = carried_at(view)
        found = by_updates[done] = (
            ScoresOnly(regime.scored, values)
            if regime.of_plane is None
            else Pictures(regime, regime.of_plane, values)
        )
    return found


def ahead(view: View, wanted: Collection[PictureOf]) -> Generator[None, None, None] | None:
    """Makes what takes long of :func:`with_pictures`, with pauses in between; None where nothing does."""
    pictures = pictures_of(view) if "evaluation" in wanted else None
    return pictures.evaluation_in_parts() if isinstance(pictures, ScoresOnly) else None


class Sent:
    """What one viewer has of the thumbnails: those that have not changed are not sent again."""

    def __init__(self) -> None:
        self._maps: Maps | None = None

    def forget(self) -> None:
        """Send all with the next frame."""
        self._maps = None

    def changed(self, maps: Maps) -> list[FrameTensor]:
        """What this viewer does not have as it is now: by layer, the thumbnails of those units, and all scales."""
        found = []
        had, self._maps = self._maps, maps
        if had is not None and had.spans != maps.spans:
            had = None
        moved = None if had is None else (maps.levels != had.levels).any(axis=(1, 2))
        for index, (begin, end) in enumerate(maps.spans):
            levels, scale = maps.levels[begin:end], maps.scales[begin:end]
            units: list[int] | None = None
            if had is not None and moved is not None:
                units = moved[begin:end].nonzero()[0].tolist()
                if not units and scale == had.scales[begin:end]:
                    continue
            some = units is not None and len(units) < len(levels)
            told = levels[units] if some else levels
            found.append(tensor_of("map", index, "int8", told, scale=scale, units=units if some else None))
        return found


def with_pictures(frame: WithTensors, view: View, wanted: Collection[PictureOf], sent: Sent) -> WithTensors:
    """The message with what a viewer subscribed to."""
    if "runs" in wanted and isinstance(frame, Frame | Companion):
        frame = frame.model_copy(update={"runs": run_states(view)})
    pictures = pictures_of(view) if wanted else None
    if pictures is None:
        return frame
    more: list[FrameTensor] = []
    if isinstance(pictures, Pictures) and "units" in wanted:
        more += sent.changed(pictures.maps)
    if isinstance(pictures, Pictures) and "surface" in wanted:
        more.append(_surface(pictures))
    evaluation = pictures.evaluation if "evaluation" in wanted else None
    return frame.model_copy(update={"tensors": [*frame.tensors, *more], "evaluation": evaluation})


def with_surface(frame: Frame, view: View) -> Frame:
    """The frame with what the network says over the plane, if it is seen there."""
    pictures = pictures_of(view)
    if not isinstance(pictures, Pictures):
        return frame
    return frame.model_copy(update={"tensors": [*frame.tensors, _surface(pictures)]})


def _surface(pictures: Pictures) -> FrameTensor:
    surface = pictures.surface
    return tensor_of("surface", 0, "float32", surface)


def points_of(record: Record) -> PlanePoints | None:
    """The points that a record's iteration is from."""
    model = record.start.regime.of_plane
    return None if model is None else model.points


def dataset(record: Record, seq: int) -> Dataset | None:
    """The points that a record's iteration is from."""
    model = record.start.regime.of_plane
    if model is None:
        return None
    points = model.points
    return Dataset(
        seq=seq,
        inputs=points.inputs.tolist(),
        targets=points.targets.tolist(),
        classes=points.classes,
        held_out=points.held_out,
        low=points.low,
        high=points.high,
        says=model.says,
    )

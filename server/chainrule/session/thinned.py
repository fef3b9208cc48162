"""A frame that has no more than so many bytes, and the numbers that it has left out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from chainrule.engine.backend import host
from chainrule.limits import Limits
from chainrule.protocol.client import NumbersCommand
from chainrule.protocol.frames import own_bytes, tensor_bytes
from chainrule.protocol.model import FrameTensor, FrameWhat, LayerColumns, Places, RunState
from chainrule.protocol.server import Frame, NumbersResult
from chainrule.session.own import with_sample
from chainrule.session.pictures import SURFACE, THUMBNAIL, with_surface
from chainrule.session.view import View, build_frame

OWN = ("upstream", "local", "before", "after", "detail")
"""What belongs to the step itself."""
ROUGH = 3
"""Of a picture that would take too much every so-many-th place: both ends of its range stay."""
assert (THUMBNAIL - 1) % ROUGH == (SURFACE - 1) % ROUGH == 0
SHARE = 0.6
"""How much of a frame pictures may take as they are."""
MOST_PLACES = 100_000
"""Places that are asked for at a time."""


def thinned(frame: Frame, most: int, named: Collection[int] = ()) -> Frame:
    """The frame in at most ``most`` bytes as :func:`encode_frame` writes it, as far as its header allows.

    Sizes of layers are told by kind where it does not fit as it is.

    Held are first what belongs to the step, then the values and gradients of the nodes that are ``named``, by their
    places, then pictures, then what fits of the rest. What there is besides is named in ``left``.
    """
    if own_bytes(frame) + sum(map(tensor_bytes, frame.tensors)) <= most:
        return frame
    frame = _in_columns(frame)
    size = own_bytes(frame)
    pictures = sum(tensor_bytes(tensor) for tensor in frame.tensors if tensor.what in ("map", "surface"))
    tensors = [_rough(tensor) if pictures > SHARE * most else tensor for tensor in frame.tensors]

    def rank(tensor: FrameTensor) -> tuple[int, int]:
        if tensor.what in OWN:
            return 0, 0
        if tensor.what in ("map", "surface"):
            return 1, 0
        if tensor.what in ("value", "grad") and tensor.index in named:
            return 2, 0
        # Small ones first: more of the picture is whole.
        return 3, tensor_bytes(tensor)

    order = sorted(tensors, key=rank)
    held: dict[int, FrameTensor] = {}
    for tensor in order:
        cost = tensor_bytes(tensor)
        if size + cost <= most:
            size += cost
            held[id(tensor)] = tensor
    while True:
        left = _places((t.what, t.index) for t in tensors if id(t) not in held and t.what != "map")
        naming = len(json.dumps([one.model_dump() for one in left], separators=(",", ":")))
        if size + naming <= most or not held:
            break
        _, dropped = held.popitem()
        size -= tensor_bytes(dropped)
    kept = [tensor for tensor in tensors if id(tensor) in held]
    return frame.model_copy(update={"tensors": kept, "left": left})


def _in_columns(frame: Frame) -> Frame:
    """The same with the sizes of layers by kind, which takes a third of the room."""

    def short(x: float | None) -> float | None:
        return None if x is None else float(f"{x:.9g}")

    def told(run: RunState) -> RunState:
        if not run.layers:
            return run
        columns = LayerColumns(
            activation=[short(layer.activation) for layer in run.layers],
            grad=[short(layer.grad) for layer in run.layers],
            complete=[layer.complete for layer in run.layers],
            weight_grad=[short(layer.weight_grad) for layer in run.layers],
            gain=[short(layer.gain) for layer in run.layers],
        )
        return run.model_copy(update={"layers": [], "columns": columns})

    return frame.model_copy(update={"runs": [told(run) for run in frame.runs]})


def numbers(view: View, command: NumbersCommand, seq: int, limits: Limits) -> NumbersResult:
    """Of the frame that showed a view, what it has left out."""
    asked = {one.what: _spread(one.ranges) for one in command.of}
    frame = build_frame(view, seq, limits, asked=asked)
    if "surface" in asked:
        frame = with_surface(frame, view)
    if "own_value" in asked or "own_grad" in asked:
        frame = with_sample(frame, view, command.row)
    wanted = [_short(tensor) for tensor in frame.tensors if tensor.index in asked.get(tensor.what, ())]
    return NumbersResult(seq=seq, id=command.id, cursor=view.cursor, tensors=wanted)


def _short(tensor: FrameTensor) -> FrameTensor:
    """The same numbers in fewer characters: nine digits tell one float32 from the next."""
    if tensor.data is None or tensor.dtype != "float32":
        return tensor
    data = host.asarray(tensor.data)
    few = [float(f"{x:.9g}") for x in data.reshape(-1).tolist()]
    return tensor.model_copy(update={"data": host.asarray(few, dtype=host.float64).reshape(data.shape)})


def _rough(tensor: FrameTensor) -> FrameTensor:
    if tensor.what not in ("map", "surface") or tensor.data is None:
        return tensor
    data = host.ascontiguousarray(host.asarray(tensor.data)[:, ::ROUGH, ::ROUGH])
    return tensor.model_copy(update={"data": data, "shape": list(data.shape)})


def _places(found: Iterable[tuple[FrameWhat, int]]) -> list[Places]:
    """Ranges of places, by kind."""
    ranges: dict[FrameWhat, list[int]] = {}
    for what, place in sorted(found):
        known = ranges.setdefault(what, [])
        if known and known[-1] == place - 1:
            known[-1] = place
        else:
            known += [place, place]
    return [Places(what=what, ranges=known) for what, known in ranges.items()]


def _spread(ranges: list[int]) -> frozenset[int]:
    found: set[int] = set()
    for first, last in zip(ranges[::2], ranges[1::2], strict=False):
        if last - first > MOST_PLACES or len(found) > MOST_PLACES:
            break
        found.update(range(first, last + 1))
    return frozenset(found)

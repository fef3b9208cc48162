"""One sample of the batch by itself in every node, for those who look at one image at a time."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.engine.backend import HostArray
from chainrule.engine.tape import Node
from chainrule.protocol.model import Dtype, FrameTensor, FrameWhat
from chainrule.protocol.server import Frame
from chainrule.session.parcel import Parcel
from chainrule.session.view import View


def with_sample(frame: Frame, view: View, row: int) -> Frame:
    """The frame with this row of each node that has one for each sample, as far as the cursor has come.

    The samples are those of the first input. Of fewer, the last is taken; what one sample has more numbers of than a
    frame would hold unasked is left out.
    """
    record = view.record
    given = [node for node in record.nodes if node.kind == "input" and node.shape]
    if not given:
        return frame
    count = given[0].shape[0]
    row = min(row, count - 1)
    parcel = Parcel(record.start.regime.backend)
    asked: list[tuple[FrameWhat, int, Node, Callable[[], HostArray]]] = []
    for place, node in enumerate(record.nodes):
        if node.kind not in ("input", "op") or len(node.shape) < 2 or node.shape[0] != count:
            continue
        value, grad = view.value(node), view.grad(node)
        if value is not None:
            asked.append(("own_value", place, node, parcel.whole(value[row, ...])))
        if grad is not None:
            asked.append(("own_grad", place, node, parcel.whole(grad[row, ...])))
    parcel.fetch()
    more = [_tensor(what, place, node, told()) for what, place, node, told in asked]
    return frame.model_copy(update={"tensors": [*frame.tensors, *more]})


def _tensor(what: FrameWhat, place: int, node: Node, data: HostArray) -> FrameTensor:
    dtype: Dtype = "float64" if node.backend.dtype_of(node.value).name == "float64" else "float32"
    # Not validated: these are our own arrays.
    return FrameTensor.model_construct(what=what, index=place, dtype=dtype, shape=list(data.shape), data=data)

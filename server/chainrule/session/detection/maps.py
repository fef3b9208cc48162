"""What the layers of a detector say of a scene, place by place."""

from __future__ import annotations

from chainrule.engine.backend import Array, HostArray, host
from chainrule.protocol.detection import LayerMap
from chainrule.session.detection.looks import Look
from chainrule.session.summary import thumbnail

PLACES = 16
"""Places along each axis at most."""


def layer_maps(look: Look, row: int, *, weights: bool) -> list[LayerMap]:
    """How large what each layer says is, and the gradient by it, of one of the scenes; and some of its ``weights``."""
    found = []
    for node, value, grad in look.layers:
        side = min(PLACES, node.shape[-1])
        found.append(
            LayerMap(
                scope=node.scope,
                node=str(node.name),
                side=side,
                value=_told(look, value, row, side),
                grad=_told(look, grad, row, side),
                weight=_some(look, f"{node.scope}.weight") if weights else [],
                bias=_some(look, f"{node.scope}.bias") if weights else [],
            )
        )
    return found


def _told(look: Look, array: Array | None, row: int, side: int) -> list[float]:
    if array is None:
        return []
    own = sizes(look.backend.to_numpy(array[row, ...]), side)
    return [float(f"{size:.6g}") for size in own.reshape(-1)]


def _some(look: Look, parameter: str) -> list[list[float]]:
    node = look.nodes.get(parameter)
    if node is None:
        return []
    few = thumbnail(look.backend.to_numpy(node.value))
    return [[float(f"{x:.6g}") for x in row] for row in few]


def sizes(own: HostArray, side: int) -> HostArray:
    """(channels, places, places) → (side, side): root mean squares over channels and the places that share one."""
    each = own.shape[-1] // side
    with host.errstate(all="ignore"):
        squares = own.astype(host.float64) ** 2
        blocks = squares.reshape(len(own), side, each, side, each)
        found: HostArray = host.sqrt(blocks.mean(axis=(0, 2, 4)))
    return found

"""Moving pictures and the boxes in them: one affine map per image, for flips, shifts, scalings and rotations.

Coordinates are pixels, x to the right and y down, and a pixel is a square: the first reaches from 0 to 1. A map is a
(3, 3) matrix that takes (x, y, 1) of the old picture to the new one. Boxes are (k, 4) rows (x1, y1, x2, y2).
"""

from __future__ import annotations

from chainrule.data.arguments import picture
from chainrule.engine.backend import HostArray, host

KEPT_SHARE = 0.25
"""A box stays only if at least this part of its area is still to be seen …"""

KEPT_SIDE = 2.0
"""… and what is left of it is at least so many pixels wide and high."""


def identity(n: int) -> HostArray:
    """(n, 3, 3) maps that leave all as it is."""
    return host.tile(host.eye(3), (n, 1, 1))


def flips(where: HostArray, width: int) -> HostArray:
    """Maps that mirror left and right ``where`` (n,) bool says so."""
    maps = identity(len(where))
    maps[where, 0, 0] = -1.0
    maps[where, 0, 2] = width
    return maps


def shifts(dx: HostArray, dy: HostArray) -> HostArray:
    """Maps that move by (n,) ``dx``, ``dy`` pixels."""
    maps = identity(len(dx))
    maps[:, 0, 2] = dx
    maps[:, 1, 2] = dy
    return maps


def scalings(factor: HostArray, height: int, width: int) -> HostArray:
    """Maps that enlarge by (n,) factors around the middle of the picture."""
    return _around_middle(host.eye(2) * factor[:, None, None], height, width)


def rotations(angle: HostArray, height: int, width: int) -> HostArray:
    """Maps that turn by (n,) radians around the middle of the picture, clockwise to the eye."""
    c, s = host.cos(angle), host.sin(angle)
    turn = host.stack([host.stack([c, -s], axis=1), host.stack([s, c], axis=1)], axis=1)
    return _around_middle(turn, height, width)


def _around_middle(linear: HostArray, height: int, width: int) -> HostArray:
    maps = identity(len(linear))
    middle = host.asarray([width / 2.0, height / 2.0])
    maps[:, :2, :2] = linear
    maps[:, :2, 2] = middle - linear @ middle
    return maps


def inverse(maps: HostArray) -> HostArray:
    """The maps (n, 3, 3) that undo these; exact for flips and for shifts by whole pixels."""
    (a, b), (c, d) = maps[:, :2, :2].transpose(1, 2, 0)
    back = identity(len(maps))
    determinant = (a * d - b * c)[:, None, None]
    back[:, :2, :2] = host.stack([d, -b, -c, a], axis=1).reshape(-1, 2, 2) / determinant
    back[:, :2, 2:] = -(back[:, :2, :2] @ maps[:, :2, 2:])
    return back


def warp(images: HostArray, maps: HostArray, fill: float = 0.0) -> HostArray:
    """(n, channels, height, width) images through (n, 3, 3) maps, in their dtype, with bilinear interpolation.

    What comes from outside has the value ``fill``. Mirroring and shifting by whole pixels changes no bit of a pixel.
    """
    picture(images)
    n, channels, height, width = images.shape
    back = inverse(maps)
    x = host.arange(width) + 0.5
    y = (host.arange(height) + 0.5)[:, None]
    out = host.empty_like(images)
    framed = host.full((channels, height + 2, width + 2), fill, dtype=images.dtype)
    for i in range(n):
        if host.array_equal(maps[i], host.eye(3)):
            out[i] = images[i]
            continue
        framed[:, 1:-1, 1:-1] = images[i]
        # Half a pixel to the middles of pixels, one for the frame; beyond the frame there is nothing but frame.
        column = host.clip(back[i, 0, 0] * x + back[i, 0, 1] * y + back[i, 0, 2] + 0.5, 0.0, width + 1.0)
        row = host.clip(back[i, 1, 0] * x + back[i, 1, 1] * y + back[i, 1, 2] + 0.5, 0.0, height + 1.0)
        left = host.minimum(column.astype(host.int64), width)
        top = host.minimum(row.astype(host.int64), height)
        right_part = (column - left).astype(images.dtype)
        bottom_part = (row - top).astype(images.dtype)
        upper = framed[:, top, left] * (1 - right_part) + framed[:, top, left + 1] * right_part
        lower = framed[:, top + 1, left] * (1 - right_part) + framed[:, top + 1, left + 1] * right_part
        out[i] = upper * (1 - bottom_part) + lower * bottom_part
    return out


def move(boxes: HostArray, map_: HostArray) -> HostArray:
    """The upright boxes around (k, 4) boxes after one (3, 3) map, float64, not yet clipped.

    After a rotation that is the box around the turned box: it may be looser than one around the thing itself.
    """
    x1, y1, x2, y2 = boxes.astype(host.float64).T
    corners = host.stack([[x1, y1], [x2, y1], [x1, y2], [x2, y2]])  # (4, 2, k)
    moved = map_[:2, :2] @ corners + map_[:2, 2:]
    hull: HostArray = host.concatenate([moved.min(axis=0), moved.max(axis=0)]).T
    return hull


def area(boxes: HostArray) -> HostArray:
    """(k,) areas in square pixels."""
    areas: HostArray = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def clip(
    boxes: HostArray, x1: float, y1: float, x2: float, y2: float, whole: HostArray | None = None
) -> tuple[HostArray, HostArray]:
    """Cut (k, 4) boxes to a window and say which (k,) of them to keep.

    A box is kept when at least a quarter of its area is left and what is left is at least two pixels wide and high.
    ``whole`` (k,) is the area that counts as all of it; without it, that of ``boxes``.
    """
    low = host.asarray([x1, y1, x1, y1], dtype=host.float64)
    high = host.asarray([x2, y2, x2, y2], dtype=host.float64)
    cut = host.clip(boxes, low, high)
    side = (cut[:, 2:] - cut[:, :2]).min(axis=1, initial=host.inf)
    enough = area(cut) >= KEPT_SHARE * (area(boxes) if whole is None else whole)
    return cut, enough & (side >= KEPT_SIDE)

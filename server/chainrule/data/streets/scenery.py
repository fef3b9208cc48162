"""What a street stands before: sky, houses, pavements, road."""

from __future__ import annotations

from chainrule.data.drawing import Canvas, Colour, ellipse, polygon, rectangle
from chainrule.data.streets.street import OVERHANG, Street
from chainrule.data.streets.things import darker, pick
from chainrule.engine.backend import HostArray, host

WALLS: tuple[Colour, ...] = (
    (0.80, 0.52, 0.40),
    (0.90, 0.82, 0.64),
    (0.72, 0.76, 0.78),
    (0.86, 0.70, 0.70),
    (0.66, 0.42, 0.34),
    (0.76, 0.82, 0.68),
    (0.94, 0.92, 0.88),
    (0.62, 0.68, 0.78),
)

ROOFS: tuple[Colour, ...] = ((0.55, 0.24, 0.18), (0.36, 0.36, 0.40), (0.46, 0.32, 0.26), (0.28, 0.34, 0.40))

DOORS: tuple[Colour, ...] = ((0.30, 0.18, 0.12), (0.16, 0.34, 0.26), (0.18, 0.24, 0.42), (0.50, 0.14, 0.12))


def draw(street: Street, size: int) -> Canvas:
    """A square canvas with everything that does not stand on the ground by itself."""
    canvas = Canvas(size, size, (0.0, 0.0, 0.0))
    _sky(canvas, street, size)
    x = -OVERHANG * float(street.look[0])
    for width, height, style in street.houses:
        _house(canvas, size, x * size, (x + width) * size, (street.ground - height) * size, street, style)
        x += width
    _ground(canvas, street, size)
    return canvas


def _sky(canvas: Canvas, street: Street, size: int) -> None:
    look = street.look
    if street.light:
        top, bottom = (0.16, 0.18, 0.38), (0.93, 0.58, 0.42)
    elif look[1] < 0.25:
        top, bottom = (0.66, 0.70, 0.74), (0.84, 0.86, 0.87)
    else:
        top, bottom = (0.32, 0.58, 0.88), (0.76, 0.88, 0.96)
    canvas.blend(top, bottom, 0, int(street.ground * size) + 1)
    cloud = (0.98, 0.98, 0.99) if not street.light else (0.80, 0.55, 0.52)
    for k in range(int(look[2] * 3)):
        x, y = (look[3] + 0.45 * k) % 1.0, 0.05 + 0.09 * ((look[4] + 0.37 * k) % 1.0)
        for dx, r in ((-0.07, 0.035), (0.0, 0.05), (0.07, 0.04)):
            canvas.paint(
                ellipse(size, size, (x + dx) * size, y * size, r * 1.5 * size, r * size * 0.8), cloud, 0.75
            )


def _house(
    canvas: Canvas, size: int, x1: float, x2: float, top: float, street: Street, style: HostArray
) -> None:
    """A front with windows and a door; a gable, a ridge or a flat roof."""
    ground = street.ground * size
    wall, roof = pick(WALLS, style[0]), pick(ROOFS, style[1])
    eaves = top
    wide = x2 - x1
    if style[2] < 0.35:
        rise = min(0.28 * wide, 0.1 * size)
        eaves = top + rise
        canvas.paint(polygon(size, size, [(x1, eaves + 0.5), ((x1 + x2) / 2, top), (x2, eaves + 0.5)]), roof)
    elif style[2] < 0.75:
        rise = 0.06 * size
        eaves = top + rise
        corners = [
            (x1 - 0.01 * size, eaves),
            (x1 + 0.12 * wide, top),
            (x2 - 0.12 * wide, top),
            (x2 + 0.01 * size, eaves),
        ]
        canvas.paint(polygon(size, size, corners), roof)
    canvas.paint(rectangle(size, size, x1, eaves, x2, ground), wall)
    canvas.paint(rectangle(size, size, x1, eaves, x2, eaves + 0.012 * size), darker(wall, 0.75))
    canvas.paint(rectangle(size, size, x2 - 0.008 * size, eaves, x2, ground), darker(wall, 0.8))
    columns = 2 + int(style[3] * 2)
    floors = max(1, int((ground - eaves) / (0.125 * size)))
    storey = (ground - eaves) / floors
    door = int(style[4] * columns)
    for floor in range(floors):
        for column in range(columns):
            middle = x1 + wide * (column + 0.5) / columns
            half = 0.23 * wide / columns
            head = eaves + storey * (floor + 0.26)
            foot = eaves + storey * (floor + 0.78)
            if floor == floors - 1 and column == door:
                canvas.paint(
                    rectangle(size, size, middle - half, head, middle + half, ground), pick(DOORS, style[5])
                )
                continue
            frame = 0.008 * size
            canvas.paint(
                rectangle(
                    size, size, middle - half - frame, head - frame, middle + half + frame, foot + frame
                ),
                (0.95, 0.94, 0.91),
            )
            lit = street.light and (7 * style[6] + 0.618 * (floor * columns + column)) % 1.0 < 0.6
            pane: Colour = (0.99, 0.86, 0.45) if lit else (0.32, 0.42, 0.52)
            canvas.paint(rectangle(size, size, middle - half, head, middle + half, foot), pane)


def _ground(canvas: Canvas, street: Street, size: int) -> None:
    stone = 0.62 + 0.12 * float(street.look[5])
    tar = 0.30 + 0.10 * float(street.look[6])
    pavement = (stone, stone * 0.98, stone * 0.94)

    def band(y1: float, y2: float, colour: Colour) -> None:
        canvas.paint(rectangle(size, size, 0.0, y1 * size, size, y2 * size), colour)

    band(street.ground, 1.0, pavement)
    band(street.kerb - 0.012, street.kerb, darker(pavement, 0.72))
    band(street.kerb, street.verge, (tar, tar, tar * 1.04))
    band(street.verge, street.verge + 0.014, [min(1.15 * part, 1.0) for part in pavement])
    white = (0.92, 0.92, 0.88)
    dash, gap = 0.10, 0.08
    start = -(dash + gap) * float(street.look[7])
    for k in range(8):
        x = start + k * (dash + gap)
        if street.crossing is not None and abs(x + dash / 2 - street.crossing) < 0.21:
            continue
        canvas.paint(
            rectangle(
                size,
                size,
                x * size,
                (street.lane - 0.007) * size,
                (x + dash) * size,
                (street.lane + 0.007) * size,
            ),
            white,
        )
    if street.crossing is not None:
        edges = street.kerb + (street.verge - street.kerb) * (host.arange(13) / 12.0) ** 1.15
        for upper, lower in zip(edges[:-1:2], edges[1::2], strict=True):
            half = street.metre(float(lower)) * 1.05
            canvas.paint(
                rectangle(
                    size,
                    size,
                    (street.crossing - half) * size,
                    upper * size,
                    (street.crossing + half) * size,
                    lower * size,
                ),
                white,
            )

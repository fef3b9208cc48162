"""How cars, pedestrians, trees and lamps look: each drawn from simple shapes, in metres around where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.data.drawing import Canvas, Colour, Coverage, ellipse, merge, polygon, rectangle, segment
from chainrule.data.streets.street import Thing
from chainrule.engine.backend import HostArray, host

CAR_COLOURS: tuple[Colour, ...] = (
    (0.78, 0.12, 0.12),
    (0.12, 0.30, 0.65),
    (0.93, 0.93, 0.92),
    (0.16, 0.17, 0.19),
    (0.66, 0.68, 0.71),
    (0.95, 0.72, 0.10),
    (0.10, 0.45, 0.30),
    (0.85, 0.42, 0.10),
    (0.40, 0.62, 0.80),
)

CLOTHES: tuple[Colour, ...] = (
    (0.80, 0.15, 0.20),
    (0.15, 0.35, 0.70),
    (0.95, 0.80, 0.20),
    (0.20, 0.55, 0.30),
    (0.55, 0.25, 0.60),
    (0.95, 0.95, 0.93),
    (0.90, 0.50, 0.15),
    (0.15, 0.60, 0.62),
    (0.90, 0.50, 0.62),
)

TROUSERS: tuple[Colour, ...] = (
    (0.12, 0.14, 0.22),
    (0.18, 0.26, 0.45),
    (0.30, 0.24, 0.20),
    (0.10, 0.10, 0.11),
    (0.50, 0.44, 0.34),
)

SKIN: tuple[Colour, ...] = (
    (0.96, 0.80, 0.69),
    (0.87, 0.67, 0.52),
    (0.72, 0.51, 0.36),
    (0.52, 0.35, 0.24),
    (0.36, 0.24, 0.17),
)

HAIR: tuple[Colour, ...] = (
    (0.10, 0.08, 0.07),
    (0.28, 0.18, 0.10),
    (0.45, 0.28, 0.14),
    (0.80, 0.66, 0.38),
    (0.60, 0.60, 0.60),
)


def pick(colours: Sequence[Colour], uniform: float) -> Colour:
    """The colour that a number in [0, 1) chooses."""
    return colours[int(uniform * len(colours))]


def darker(colour: Colour, factor: float) -> Colour:
    """The same colour with less light."""
    return [factor * part for part in colour]


class Brush:
    """Draws one thing: takes metres (u ahead, v up from where it stands), gives pixels, and keeps its mask.

    ``mask`` (height, width) is the part of each pixel that the thing covers, shadow excluded.
    """

    def __init__(self, canvas: Canvas, thing: Thing) -> None:
        self.canvas = canvas
        self.size = canvas.width
        self.scale = thing.metre * self.size
        self.x = thing.x * self.size
        self.base = thing.base * self.size
        self.facing = thing.facing
        self.mask: HostArray = host.zeros((canvas.height, canvas.width))

    def at(self, u: float, v: float) -> tuple[float, float]:
        """Metres to pixels."""
        return self.x + self.facing * u * self.scale, self.base - v * self.scale

    def _paint(self, coverage: Coverage, colour: Colour) -> None:
        self.canvas.paint(coverage, colour)
        merge(self.mask, coverage)

    def box(self, u1: float, v1: float, u2: float, v2: float, colour: Colour) -> None:
        """An upright rectangle between two corners."""
        (x1, y1), (x2, y2) = self.at(u1, v1), self.at(u2, v2)
        lines = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        self._paint(rectangle(self.size, self.size, *lines), colour)

    def area(self, corners: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A polygon."""
        self._paint(polygon(self.size, self.size, [self.at(u, v) for u, v in corners]), colour)

    def disc(self, u: float, v: float, ru: float, rv: float, colour: Colour) -> None:
        """An ellipse."""
        coverage = ellipse(self.size, self.size, *self.at(u, v), ru * self.scale, rv * self.scale)
        self._paint(coverage, colour)

    def limb(self, u1: float, v1: float, u2: float, v2: float, wide: float, colour: Colour) -> None:
        """A line with round ends."""
        ends = (*self.at(u1, v1), *self.at(u2, v2))
        self._paint(segment(self.size, self.size, *ends, wide * self.scale), colour)

    def shadow(self, half: float, opacity: float) -> None:
        """What it darkens on the ground; no part of the mask."""
        x, y = self.at(0.0, 0.0)
        coverage = ellipse(self.size, self.size, x, y, half * self.scale, 0.13 * self.scale)
        self.canvas.paint(coverage, (0.0, 0.0, 0.0), opacity)


def draw(canvas: Canvas, thing: Thing, light: float) -> HostArray:
    """Paint a thing; its mask (height, width). ``light`` is 0 in the day and 1 at nightfall."""
    brush = Brush(canvas, thing)
    {"car": _car, "pedestrian": _pedestrian, "tree": _tree, "lamp": _lamp}[thing.kind](
        brush, thing.style, light
    )
    return brush.mask


GLASS: Colour = (0.55, 0.70, 0.80)


def _car(brush: Brush, style: HostArray, light: float) -> None:
    body = pick(CAR_COLOURS, style[0])
    long = 1.55 + 0.15 * style[1]
    brush.shadow(long * 1.02, 0.35)
    make = int(style[2] * 3)
    roof = (1.40, 1.42, 1.62)[make] + 0.06 * style[3]
    # Where the cabin begins and ends, below and above: a saloon, a hatchback, a van.
    rear, rear_top, front_top, front = (
        (-1.15, -0.70, 0.35, 0.85),
        (-1.50, -1.25, 0.35, 0.85),
        (-1.55, -1.45, 0.75, 1.15),
    )[make]
    waist = 0.88
    brush.area([(rear, waist), (rear_top, roof), (front_top, roof), (front, waist)], body)
    brush.area(
        [
            (-long, 0.30),
            (-long, 0.80),
            (-long + 0.12, 0.92),
            (front, 0.92),
            (long - 0.05, 0.74),
            (long, 0.55),
            (long, 0.30),
        ],
        body,
    )
    glass = [a * (1.0 - 0.55 * light) for a in GLASS]
    inset = 0.13
    middle = (rear_top + front_top) / 2.0
    pillar = 0.05
    brush.area(
        [
            (rear + inset * 1.3, waist + 0.03),
            (rear_top + inset, roof - 0.12),
            (middle - pillar, roof - 0.12),
            (middle - pillar, waist + 0.03),
        ],
        glass,
    )
    brush.area(
        [
            (middle + pillar, waist + 0.03),
            (middle + pillar, roof - 0.12),
            (front_top - inset * 0.6, roof - 0.12),
            (front - inset * 1.4, waist + 0.03),
        ],
        glass,
    )
    brush.box(-long, 0.28, long, 0.40, darker(body, 0.6))
    for u in (-0.98, 0.98):
        brush.disc(u, 0.31, 0.33, 0.31, (0.07, 0.07, 0.08))
        brush.disc(u, 0.31, 0.15, 0.14, (0.62, 0.63, 0.65))
    brush.box(long - 0.18, 0.58, long - 0.01, 0.72, (1.0, 0.96, 0.70))
    brush.box(-long + 0.01, 0.62, -long + 0.15, 0.80, (0.85, 0.08, 0.08))


def _pedestrian(brush: Brush, style: HostArray, light: float) -> None:
    child = style[0] < 0.2
    tall = 1.25 if child else 1.62 + 0.2 * style[1]
    skin, hair = pick(SKIN, style[2]), pick(HAIR, style[3])
    top, below = pick(CLOTHES, style[4]), pick(TROUSERS, style[5])
    stride = 0.10 + 0.16 * style[6]
    dress = style[7] < 0.3
    hip, shoulder = 0.48 * tall, 0.80 * tall
    brush.shadow(0.34, 0.3)
    shoe = darker(below, 0.5)
    legs = skin if dress else below
    for side in (-1.0, 1.0):
        brush.limb(side * 0.05, hip, side * stride, 0.07, 0.15, darker(legs, 0.82) if side < 0 else legs)
        brush.limb(side * stride, 0.06, side * stride + 0.09, 0.06, 0.12, shoe)
    swing = stride * 0.9
    brush.limb(0.0, shoulder - 0.06, swing, hip - 0.02, 0.11, darker(top, 0.7))
    if dress:
        brush.area([(-0.13, shoulder), (0.13, shoulder), (0.27, 0.30 * tall), (-0.27, 0.30 * tall)], top)
    else:
        brush.area([(-0.17, shoulder), (0.17, shoulder), (0.14, hip - 0.06), (-0.14, hip - 0.06)], top)
        brush.disc(0.0, shoulder - 0.01, 0.17, 0.06, top)
    brush.limb(0.0, shoulder - 0.06, -swing, hip + 0.02, 0.11, darker(top, 0.82))
    brush.disc(-swing, hip, 0.06, 0.06, skin)
    if style[8] < 0.3:
        brush.area(
            [(-0.16, shoulder - 0.02), (-0.34, shoulder - 0.08), (-0.32, hip + 0.12), (-0.15, hip + 0.12)],
            pick(CLOTHES, style[9]),
        )
    head = 0.155
    middle = tall - head
    brush.disc(-0.02, middle + 0.02, head, head * 1.02, hair)
    if style[10] < 0.4:
        brush.area(
            [(-0.16, middle + 0.02), (-0.02, middle), (-0.08, shoulder - 0.08), (-0.19, shoulder - 0.05)],
            hair,
        )
    brush.disc(0.035, middle - 0.035, head * 0.78, head * 0.86, skin)


def _tree(brush: Brush, style: HostArray, light: float) -> None:
    brush.shadow(0.6, 0.25)
    brush.area([(-0.11, 0.0), (0.11, 0.0), (0.07, 1.7), (-0.07, 1.7)], (0.36, 0.25, 0.16))
    green = [0.16 + 0.22 * style[0], 0.42 + 0.18 * style[1], 0.14 + 0.08 * style[2]]
    if style[3] < 0.15:
        green = [0.80, 0.50, 0.15]
    for u, v, r, shade in (
        (0.0, 2.35, 0.85, 0.78),
        (-0.3, 2.15, 0.55, 0.9),
        (0.3, 2.4, 0.6, 1.0),
        (0.05, 2.85, 0.5, 1.1),
    ):
        brush.disc(u, v, r, r * 0.9, [min(part * shade, 1.0) for part in green])


def _lamp(brush: Brush, style: HostArray, light: float) -> None:
    iron = (0.25, 0.28, 0.30)
    brush.limb(0.0, 0.0, 0.0, 3.4, 0.10, iron)
    brush.limb(0.0, 3.4, 0.5, 3.5, 0.10, iron)
    brush.disc(0.55, 3.45, 0.2, 0.1, (1.0, 0.93, 0.6) if light else (0.85, 0.87, 0.88))

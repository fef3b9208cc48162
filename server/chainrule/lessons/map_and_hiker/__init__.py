"""Map and hiker: backpropagation draws the arrows of a map, and optimizers walk over it from one start."""

from __future__ import annotations

from chainrule.lessons.lesson import Lesson, text
from chainrule.lessons.map_and_hiker.beats import beats
from chainrule.lessons.map_and_hiker.config import FIELDS, Config
from chainrule.lessons.map_and_hiker.model import build
from chainrule.lessons.map_and_hiker.presets import PRESETS

LESSON = Lesson(
    slug="map-and-hiker",
    order=4,
    title=text("Map and hiker", "Bản đồ và người đi"),
    summary=text(
        "One loss surface, and optimizers that walk over it from the same start: backpropagation is the map, the optimizer the hiker.",
        "Một bề mặt mất mát và các bộ tối ưu cùng xuất phát trên đó: lan truyền ngược là bản đồ, bộ tối ưu là người đi.",
    ),
    outcome=text(
        "Backpropagation draws the map. SGD, momentum and Adam are ways of walking on it.",
        "Lan truyền ngược vẽ bản đồ. SGD, momentum và Adam là những cách đi trên đó.",
    ),
    Config=Config,
    fields=FIELDS,
    presets=PRESETS,
    plot=None,
    beats=beats,
    build=build,
    pace=4.0,
    unit="iteration",
)

"""Street scenes for a detector: houses, a road, and cars and pedestrians with their boxes, all drawn by our own code.

``streets`` makes as many as one asks for. One scene is a ``Street``, made by ``plan`` and drawn by ``render``.
"""

from chainrule.data.streets.scenes import CLASSES, Scene, Streets, render, streets
from chainrule.data.streets.street import Street, plan

__all__ = ["CLASSES", "Scene", "Street", "Streets", "plan", "render", "streets"]

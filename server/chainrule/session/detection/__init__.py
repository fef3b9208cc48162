"""A detector at the cursor: what its cells say of a scene, what each costs, and how precise it all is."""

from chainrule.session.detection.commands import detect, precision
from chainrule.session.detection.scenes import scene

__all__ = ["detect", "precision", "scene"]

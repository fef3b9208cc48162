"""A session: ``handle(command)`` → messages, ``advance(budget)``. Synchronous; knows no sockets."""

from chainrule.limits import Limits
from chainrule.session.session import Session
from chainrule.session.viewer import Viewer

__all__ = ["Limits", "Session", "Viewer"]

"""What one connection has seen, and what it is sent next. Coalescing lives here."""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import TYPE_CHECKING

from chainrule.protocol.model import PictureOf
from chainrule.protocol.server import GraphMessage, ServerMessage
from chainrule.session.histories import Known
from chainrule.session.own import with_sample
from chainrule.session.pictures import Sent, ahead, with_pictures
from chainrule.session.thinned import thinned

if TYPE_CHECKING:
    from chainrule.session.session import Session
    from chainrule.session.view import View


class Viewer:
    """One connection's end of a session.

    It is sent whole states, never differences: one that is slow to acknowledge skips frames and ends on the latest.
    """

    def __init__(self) -> None:
        self.subscribed: frozenset[str] | None = None
        self.only = False
        self.pictures: frozenset[PictureOf] = frozenset()
        self.row = 0
        self.most: int | None = None
        self.shown: tuple[int, View] | None = None
        self.sent = Sent()
        self.topology: int | None = None
        self.seen: dict[str, int] = {}
        self._welcomed = False
        self._frame: int | None = None
        self._flying: list[int] = []
        self._metrics = Known()

    def subscribe(
        self,
        names: list[str] | None,
        pictures: Collection[PictureOf] = (),
        row: int = 0,
        only: bool = False,
        most: int | None = None,
    ) -> None:
        """Want the full values of these nodes from now on (None: all that fit), these pictures, and this sample's.

        ``only``: and nothing of other nodes and of edges. ``most``: bytes of a frame.
        """
        self.subscribed = None if names is None else frozenset(names)
        self.only = only and names is not None
        self.pictures = frozenset(pictures)
        self.row = row
        self.most = most
        self.sent.forget()
        self._frame = None

    def ack(self, seq: int) -> None:
        """The frame with this number has been painted, and with it all before."""
        self._flying = [sent for sent in self._flying if sent > seq]

    def anew(self) -> None:
        """Take what comes next for the first: no picture counts as seen."""
        self.sent.forget()

    def behind(self, session: Session) -> bool:
        """Whether there is something to send as soon as the viewer is ready for it."""
        return self._frame != session.revision or self._metrics.missing(session.core)

    def ahead(self, session: Session) -> Generator[None, None, None] | None:
        """Makes what takes long of what comes next, with pauses in between; None where nothing does."""
        waits = len(self._flying) >= session.limits.unacknowledged or not self.behind(session)
        return None if waits else ahead(session.core.view(), self.pictures)

    def pull(self, session: Session) -> list[ServerMessage]:
        """What this connection has not seen yet and is ready for.

        The first time: all that a page needs. A frame only while few are on their way; metrics go with the frames.
        While there are more metrics than go with one, the frame is sent again: its acknowledgement asks for the rest.
        """
        found: list[ServerMessage] = []
        if not self._welcomed:
            self._welcomed = True
            self.seen = dict(session.changes)
            found.append(session.welcome())
            found.extend(session.news("dataset"))
        for aspect, revision in session.changes.items():
            if self.seen.get(aspect, -1) < revision:
                self.seen[aspect] = revision
                found.extend(session.news(aspect))
        if len(self._flying) >= session.limits.unacknowledged:
            return found
        graph = session.graph()
        if graph.topology != self.topology:
            self.topology = graph.topology
            # Thumbnails of another network mean other units: the page lets go of them.
            self.sent.forget()
            found.append(GraphMessage(seq=session.revision, graph=graph))
        found.extend(self._metrics.take(session.core, session.revision))
        if self.behind(session):
            if self.most is not None:
                self.sent.forget()
            companion, beside = session.companion(self), session.core.view_beside()
            if companion is not None and beside is not None:
                # Thumbnails are of the network that is drawn.
                found.append(with_pictures(companion, beside, self.pictures - {"units", "sample"}, self.sent))
            view = session.core.view()
            frame = with_pictures(session.frame(self), view, self.pictures, self.sent)
            if "sample" in self.pictures:
                frame = with_sample(frame, view, self.row)
            if self.most is not None:
                places = view.record.by_name
                named = {
                    view.record.positions[places[name].index]
                    for name in self.subscribed or ()
                    if name in places
                }
                frame = thinned(frame, self.most, named)
            self.shown = (frame.seq, view)
            self._frame = session.revision
            self._flying.append(frame.seq)
            found.append(frame)
        return found

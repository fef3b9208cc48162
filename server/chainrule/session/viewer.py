"""What one connection has seen, and what it is sent next. Coalescing lives here."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from chainrule.protocol.model import PictureOf
from chainrule.protocol.server import GraphMessage, Metrics, ServerMessage
from chainrule.session.pictures import Sent, with_pictures
from chainrule.timeline import Line

if TYPE_CHECKING:
    from chainrule.session.session import Session

CHUNK = 5_000
"""Iterations in one metrics message."""

CHUNKS = 4
"""Metrics messages in one pull."""


class Viewer:
    """One connection's end of a session.

    It is sent whole states, never differences: one that is slow to acknowledge skips frames and ends on the latest.
    """

    def __init__(self) -> None:
        self.subscribed: frozenset[str] | None = None
        self.pictures: frozenset[PictureOf] = frozenset()
        self.sent = Sent()
        self.topology: int | None = None
        self.seen: dict[str, int] = {}
        self._welcomed = False
        self._frame: int | None = None
        self._flying: list[int] = []
        self._metrics_line: Line | None = None
        self._metrics_end = 0
        self._cuts: dict[int, int] = {}

    def subscribe(self, names: list[str] | None, pictures: Collection[PictureOf] = ()) -> None:
        """Want the full values of these nodes from now on (None: all that fit), and these pictures."""
        self.subscribed = None if names is None else frozenset(names)
        self.pictures = frozenset(pictures)
        self.sent.forget()
        self._frame = None

    def ack(self, seq: int) -> None:
        """The frame with this number has been painted, and with it all before."""
        self._flying = [sent for sent in self._flying if sent > seq]

    def behind(self, session: Session) -> bool:
        """Whether there is something to send as soon as the viewer is ready for it."""
        return self._frame != session.revision or self._metrics_missing(session)

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
        found.extend(self._metrics(session))
        if self.behind(session):
            frame = with_pictures(session.frame(self), session.core.view(), self.pictures, self.sent)
            self._frame = session.revision
            self._flying.append(frame.seq)
            found.append(frame)
        return found

    # -- metrics

    def _common(self, session: Session) -> int:
        """How many iterations of what was sent are still the current branch's history."""
        line, end = self._metrics_line, self._metrics_end
        if line is None:
            return 0
        for owner, _, _ in line.segments():
            for cut in owner.cuts[self._cuts.get(owner.id, 0) :]:
                end = min(end, cut)
        now = session.core.line
        if now is not line:
            mine, theirs = line.segments(), now.segments()
            shared = 0
            for (a, _, a_end), (b, _, b_end) in zip(mine, theirs, strict=False):
                if a is not b:
                    break
                ends = [e for e in (a_end, b_end) if e is not None]
                shared = min(ends) if ends else end
                if a_end != b_end:
                    break
            end = min(end, shared)
        return end

    def _metrics_missing(self, session: Session) -> bool:
        end = session.core.visible_end()
        return self._metrics_line is None or self._common(session) < end or self._metrics_end > end

    def _metrics(self, session: Session) -> list[ServerMessage]:
        line, end = session.core.line, session.core.visible_end()
        known = min(self._common(session), end)
        stale = self._metrics_line is None or self._metrics_end > known
        found: list[ServerMessage] = []
        for _ in range(CHUNKS):
            if known >= end and not stale:
                break
            upto = min(end, known + CHUNK)
            columns = session.columns(known, upto)
            found.append(Metrics(seq=session.revision, branch=line.id, start=known, columns=columns))
            known, stale = upto, False
        self._metrics_line, self._metrics_end = line, known
        self._cuts = {owner.id: len(owner.cuts) for owner, _, _ in line.segments()}
        return found

"""What is sent to whom: answers to who asked, and pictures to followers at their own pace."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from chainrule.host import encode
from chainrule.host.interface import Closed
from chainrule.host.turns import Follower, Job, Slot, Waiter
from chainrule.protocol import ServerMessage
from chainrule.protocol.client import ANONYMOUS
from chainrule.protocol.server import Companion, Frame, GraphMessage, Metrics

PICTURE_SECONDS = 1 / 60
"""Between two pictures to a follower, unless something was answered."""

CROWDED = (os.cpu_count() or 1) < 4
"""Whether a page on this machine, which draws the pictures, takes the cores from what trains."""

TRAINING_SECONDS = 1 / 28 if CROWDED else PICTURE_SECONDS
"""The same of what trains flat out: where it is crowded as quick as a film, and no quicker."""

TRAINING, DEAR = 17 if CROWDED else 11, 11
"""What trains flat out does so for this many times as long as its followers take, with their pictures and
acknowledgements: the first, or the second where pictures would come less often than every ``SELDOM`` seconds."""

SELDOM = 0.25


class Outlet(Protocol):
    """Where a hub's messages go."""

    def emit(self, connection: int, message: str | bytes) -> None: ...

    def shut(self, connection: int, reason: Closed) -> None: ...

    def recipe(self, session: str, recipe: bytes) -> None: ...

    def cursor(self, session: str, cursor: bytes) -> None: ...

    def gone(self, session: str) -> None: ...


class Delivery:
    """Hands a session's messages out.

    Parameters
    ----------
    outlet
        Where they go.
    ask
        Has a job done in a session's turn.
    slice_seconds
        About how long a job may take.
    """

    def __init__(self, outlet: Outlet, ask: Callable[[Slot, Job], None], slice_seconds: float) -> None:
        self._outlet = outlet
        self._ask = ask
        self._slice = slice_seconds

    def picture_is_due(self, slot: Slot) -> bool:
        """Followers see no more pictures a second than a screen shows, and fewer where training would wait for them."""
        flat_out = slot.session.busy and slot.session.next_due is None
        if time.monotonic() - slot.pulled < (TRAINING_SECONDS if flat_out else PICTURE_SECONDS):
            return False
        # Processor time: how long the machine is busy with something else says nothing about the share.
        share = min(TRAINING * slot.cost, max(SELDOM, DEAR * slot.cost))
        return not flat_out or time.thread_time() - slot.paid >= share

    def deliver(self, slot: Slot, messages: Sequence[ServerMessage], origin: Follower | Waiter) -> None:
        if isinstance(origin, Waiter):
            origin.messages.extend(as_asked(messages))
            if not origin.finished.done():
                origin.finished.set_result(None)
            return
        for message in messages:
            self._send(origin, message)

    def _send(self, follower: Follower, message: ServerMessage) -> None:
        # Graph, frame and metrics reach followers at their own pace, by pulling.
        if not isinstance(message, (Frame, Companion, GraphMessage, Metrics)):
            for named in as_asked([message]):
                self._outlet.emit(follower.connection, encode.text(named))

    def broadcast(self, slot: Slot, message: ServerMessage) -> None:
        for follower in slot.followers.values():
            self._send(follower, message)

    def pull(self, slot: Slot, followers: Iterable[Follower]) -> None:
        """Give followers what they have not seen and are ready for; what of it takes long is made in slices before.

        Meanwhile the session does what it is asked to, but does not go on by itself.
        """
        if slot.pulling is not None:
            slot.pulling.update(dict.fromkeys(followers))
            return
        followers = list(followers)
        begun = time.thread_time()
        work = [made for one in followers if (made := one.viewer.ahead(slot.session)) is not None]
        slot.shown += time.thread_time() - begun
        if not work:
            self._show(slot, followers)
            return
        slot.pulling = dict.fromkeys(followers)
        parts = itertools.chain(*work)

        def go_on() -> None:
            if slot.gone:
                return
            begun, deadline = time.thread_time(), time.monotonic() + self._slice
            done = all(time.monotonic() < deadline for _ in parts)
            slot.shown += time.thread_time() - begun
            if not done:
                self._ask(slot, go_on)
                return
            wanted, slot.pulling = slot.pulling or (), None
            self._show(slot, [one for one in wanted if one.connection in slot.followers])

        self._ask(slot, go_on)

    def _show(self, slot: Slot, followers: Iterable[Follower]) -> None:
        """Give followers what they have not seen and are ready for. What several are given is encoded once."""
        begun = time.thread_time()
        encoded: dict[int, tuple[ServerMessage, str | bytes]] = {}
        for follower in followers:
            for message in follower.viewer.pull(slot.session):
                if id(message) not in encoded:
                    (named,) = as_asked([message])
                    encoded[id(message)] = (message, encode.wire(named))
                self._outlet.emit(follower.connection, encoded[id(message)][1])
        now = time.thread_time()
        slot.shown += now - begun
        if encoded:
            slot.pulled, slot.paid, slot.cost, slot.shown = time.monotonic(), now, slot.shown, 0.0


def as_asked(messages: Iterable[ServerMessage]) -> list[ServerMessage]:
    """Messages as their receiver knows them: ids that the hub made up are taken away."""
    return [
        message.model_copy(update={"id": None})
        if message.id is not None and message.id.startswith(ANONYMOUS)
        else message
        for message in messages
    ]

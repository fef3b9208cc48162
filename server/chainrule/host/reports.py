"""What the API is told of sessions: what would make each of them anew, and where it stands."""

from __future__ import annotations

import json
import time

from chainrule.host.delivery import Outlet
from chainrule.host.records import packed
from chainrule.host.turns import Slot

PASSING_SECONDS = 0.1
"""Between two reports of where a session passes that goes on by itself: made again, it passes there again."""


class Reports:
    """Tells what has changed."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def tell(self, slot: Slot, *, passing: bool = False) -> None:
        """Report a session. ``passing``: it goes on by itself and nobody is answered, so that now and again will do."""
        if slot.gone:
            return
        session, now = slot.session, time.monotonic()
        if passing and session.journal_revision == slot.journal and now - slot.placed < PASSING_SECONDS:
            return
        slot.placed = now
        place = session.cursor, session.tips
        if session.journal_revision != slot.journal:
            slot.journal, slot.place, slot.tips = session.journal_revision, place, session.tips
            self._outlet.recipe(slot.id, packed(session.whole().model_dump_json().encode()))
        elif place != slot.place:
            slot.place = place
            cursor, tips = place
            further = {branch: tip for branch, tip in tips.items() if tip != slot.tips.get(branch)}
            told = {"cursor": cursor.model_dump(), "answered": session.answered, "tips": further}
            self._outlet.cursor(slot.id, json.dumps(told).encode())

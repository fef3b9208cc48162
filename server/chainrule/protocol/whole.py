"""A session as data, all branches and what can be undone included: what its worker tells the API process, and no client.

Nothing here is a number that was computed: branches are made again from what was asked.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chainrule.protocol.model import JournalEntry
from chainrule.protocol.rest import CreateSession

Place = tuple[int, int]
"""Iteration and step."""

Effect = tuple[int, JournalEntry]
"""A command, and the iteration from which it has an effect."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Journal(_Kept):
    """The commands of a branch: the first ``shared`` ones of another branch's journal, then its own."""

    shared: int
    own: list[Effect]


class WholeBranch(_Kept):
    """A branch. Configurations are given by the fields in which each differs from the one before it.

    ``journal`` begins with the parent's. ``config`` is a root's own, beside the one that the session began with.
    """

    id: int
    parent: int | None
    fork: int
    tip: int
    cause: str
    config: dict[str, Any]
    regimes: dict[int, dict[str, Any]]
    journal: Journal


class Beside(_Kept):
    """The run beside the current one."""

    branch: int
    name: str
    beside: str


class WholeAppended(_Kept):
    """A configuration that was appended: from where, and what it took the place of. ``journal`` begins with its branch's."""

    iteration: int
    regime: dict[str, Any] | None
    journal: Journal
    cause: str


class WholeUndo(_Kept):
    """Where an undo returns to."""

    branch: int
    place: Place
    companion: Beside | None
    appended: WholeAppended | None


class WholeEdit(_Kept):
    """The edit just made."""

    branch: int
    name: str
    element: tuple[int, ...] | None


class History(_Kept):
    """All branches by number, and what leads back. ``revealed`` is up to where nothing waits for a guess, by branch."""

    branches: list[WholeBranch]
    next_branch: int
    undo: list[WholeUndo]
    companion: Beside | None
    revealed: dict[int, Place]
    last_edit: WholeEdit | None


class Whole(CreateSession):
    """A whole session: what makes the current branch, for want of better, and the history.

    ``tips`` are the last iterations of branches that have been computed further since the history was written.
    """

    history: History | None = None
    tips: dict[int, int] = Field(default_factory=dict)

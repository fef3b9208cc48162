"""The one way in which the program says no: a refusal that carries what a problem document needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.protocol.model import Param, Place


class Refusal(Exception):  # noqa: N818 - a refusal of what was asked, not a failure of the program
    """A command, configuration or text that cannot be carried out. Nothing has changed.

    Attributes
    ----------
    code
        Stable, meant for programs: ``unknown_lesson``, ``expression_error``, …
    status
        The HTTP status, 4xx.
    title
        The same for all refusals of one code.
    detail, hint
        What was wrong this time, and what to do instead, in English.
    place
        Where in the text that was refused.
    reason
        Which of the ways in which this code comes about, stable: the page has a sentence for each in every language.
    params
        What that sentence speaks of, by name. Places on the timeline count from 0.
    """

    def __init__(
        self,
        code: str,
        status: int,
        title: str,
        detail: str,
        hint: str,
        place: Place | None = None,
        *,
        reason: str | None = None,
        params: Mapping[str, Param] | None = None,
    ) -> None:
        super().__init__(f"{title}: {detail}")
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.hint = hint
        self.place = place
        self.reason = reason
        self.params = dict(params or {})

    def __reduce__(self) -> tuple[Any, ...]:
        # Refusals cross from a worker process to the API.
        words = (self.code, self.status, self.title, self.detail, self.hint, self.place)
        return type(self), words, {"reason": self.reason, "params": self.params}

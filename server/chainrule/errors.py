"""The one way in which the program says no: a refusal that carries what a problem document needs."""

from __future__ import annotations

from typing import Any

from chainrule.protocol.model import Place


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
        What was wrong this time, and what to do instead.
    place
        Where in the text that was refused.
    """

    def __init__(
        self, code: str, status: int, title: str, detail: str, hint: str, place: Place | None = None
    ) -> None:
        super().__init__(f"{title}: {detail}")
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.hint = hint
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        # Refusals cross from a worker process to the API.
        return type(self), (self.code, self.status, self.title, self.detail, self.hint, self.place)

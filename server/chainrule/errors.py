"""The one way in which the program says no: a refusal that carries what a problem document needs."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.protocol.model import Place


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - a refusal of what was asked, not a failure of the program
    """A command, configuration or text that cannot be carried out. Nothing has changed.

    ``code`` is stable and meant for programs, ``title`` the same for all refusals of one code, ``detail`` says what
    was wrong this time, ``hint`` what to do instead. ``status`` is the HTTP status (4xx). ``place`` points into the text that
    was refused.
    """

    code: str
    status: int
    title: str
    detail: str
    hint: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}"

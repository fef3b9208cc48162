"""How the fields of a configuration are shown, shortly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.protocol.model import ConfigField, Text


def field(name: str, title: Text, control: Any, *, rebuild: bool = False, **shown: Any) -> ConfigField:
    """A field that is shown by a control; ``shown`` is what else :class:`ConfigField` says of it."""
    applies: Any = "rebuild" if rebuild else "next_iteration"
    return ConfigField(name=name, title=title, applies=applies, control=control, **shown)


def number(
    name: str, title: Text, least: float | None = None, most: float | None = None, **shown: Any
) -> ConfigField:
    """A number from ``least`` to ``most``."""
    return field(name, title, "number", minimum=least, maximum=most, **shown)


def choice(name: str, title: Text, choices: Sequence[str], **shown: Any) -> ConfigField:
    """One of the choices."""
    return field(name, title, "choice", choices=list(choices), **shown)


def several(name: str, title: Text, choices: Sequence[str], **shown: Any) -> ConfigField:
    """Any of the choices."""
    return field(name, title, "several", choices=list(choices), **shown)


def switch(name: str, title: Text, **shown: Any) -> ConfigField:
    """On or off."""
    return field(name, title, "switch", **shown)

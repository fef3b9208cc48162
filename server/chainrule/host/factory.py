"""From settings to a hub: the one place of the host that knows the session's class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.host.attic import FOLDER, Attic

if TYPE_CHECKING:
    from chainrule.api.settings import Settings
    from chainrule.host.delivery import Outlet
    from chainrule.host.hub import Hub
    from chainrule.host.seam import Session
    from chainrule.protocol.rest import CreateSession


def options_for(settings: Settings) -> dict[str, object]:
    """What a worker needs to know, as JSON."""
    return {
        "backend": settings.backend,
        "device": settings.device,
        "log_level": settings.log_level,
        "log_format": settings.log_format,
        "slice_seconds": settings.slice_seconds,
        "command_timeout": settings.command_timeout,
        "max_followers": settings.max_followers,
        "keyframes": str(settings.data.absolute() / FOLDER),
        "keyframe_seconds": settings.keyframe_seconds,
        "keyframe_bytes": settings.keyframe_bytes,
        "limits": {
            "keyframe_bytes": settings.max_session_bytes // 3,
            "record_bytes": settings.max_session_bytes * 2 // 3,
            "max_nodes": settings.max_nodes,
            "max_parameters": settings.max_parameters,
            "max_iterations_per_command": settings.max_iterations,
            "answer_seconds": 2 * settings.slice_seconds,
        },
    }


def hub_for(outlet: Outlet, options: dict[str, Any]) -> Hub:
    """A hub; raises where the backend is not there."""
    from chainrule.host.hub import Hub
    from chainrule.host.saving import Saving
    from chainrule.lessons import LESSONS
    from chainrule.limits import Limits
    from chainrule.session.build import backend_named
    from chainrule.session.session import Session as Real

    backend = backend_named(options["backend"], options["device"])
    limits = Limits(**options["limits"])
    assert LESSONS

    def make(wanted: CreateSession, keyframes: bytes | None) -> Session:
        return Real.made(wanted, limits=limits, backend=backend, keyframes=keyframes, wait=False)

    saving = None
    if options["keyframes"] is not None:
        attic = Attic(Path(options["keyframes"]))
        saving = Saving(attic, seconds=options["keyframe_seconds"], most=options["keyframe_bytes"])
    return Hub(
        make,
        outlet,
        slice_seconds=options["slice_seconds"],
        command_timeout=options["command_timeout"],
        max_followers=options["max_followers"],
        saving=saving,
    )

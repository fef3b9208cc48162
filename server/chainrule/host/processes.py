"""The host of the service: about one worker process per core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chainrule.host.factory import options_for
from chainrule.host.host import Host
from chainrule.host.link import Link, ProcessLink, Spawned, spawn

if TYPE_CHECKING:
    from chainrule.api.settings import Settings


def process_host(settings: Settings, spawned: Sequence[Spawned] = ()) -> Host:
    """A host over ``settings.workers`` processes; those that have been started already are taken first."""
    waiting = list(spawned)

    async def link(host: Host) -> Link:
        return ProcessLink(host, waiting.pop(0) if waiting else spawn(options_for(settings)))

    return Host(settings, link, count=settings.workers, folder=settings.data)

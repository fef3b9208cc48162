"""Under which addresses others reach the service."""

from __future__ import annotations

import ipaddress
import re
import shlex
import socket
from pathlib import Path

from chainrule.api.settings import Settings
from chainrule.protocol.room import RoomAddress

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - read, not bound
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?")
# Addresses of documentation (RFC 5737, RFC 3849): nothing is sent there, it is only asked which way it would go.
_AWAY = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def room_address(settings: Settings, scheme: str, host: str, port: int, code: str) -> RoomAddress:
    """How others reach a room.

    Parameters
    ----------
    scheme, host
        Of the presenter's own request: ``http`` and its Host header. Behind a proxy that is the name that others know.
    port
        That the service listens on.
    """
    path = f"/room/{code[:3]}-{code[3:]}"
    if settings.public_url:
        return RoomAddress(links=[settings.public_url.rstrip("/") + path], start=None, then=[])
    named = _named(scheme, host)
    if is_loopback(settings.host):
        if named is not None:
            return RoomAddress(links=[named + path], start=None, then=[])
        others = [_url(address, port) for address in own_addresses(settings.host == "::1")]
        return RoomAddress(links=[], start=command(settings, port), then=others)
    listening = own_addresses(True) if settings.host in EVERYWHERE else [settings.host.strip("[]")]
    if settings.host == "0.0.0.0":  # noqa: S104
        listening = [address for address in listening if ":" not in address]
    found = [*([named] if named is not None else []), *(_url(address, port) for address in listening)]
    return RoomAddress(links=[url + path for url in dict.fromkeys(found)], start=None, then=[])


def command(settings: Settings, port: int) -> str:
    """What to start instead of a service that listens to this machine alone."""
    words = ["chainrule", "serve", "--host", "0.0.0.0", "--port", str(port)]  # noqa: S104
    if settings.data != Path("data"):
        words += ["--data", str(settings.data)]
    return shlex.join(words)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine as it sees itself."""
    plain = host.strip("[]").lower()
    if plain == "localhost" or plain.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(plain).is_loopback
    except ValueError:
        return False


def own_addresses(six: bool) -> list[str]:
    """The addresses of this machine in its networks, the one that leads furthest first; with ``six`` those of IPv6 too."""
    found: dict[str, None] = {}
    for family, away in _AWAY if six else _AWAY[:1]:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as end:
                end.connect((away, 9))
                found[end.getsockname()[0]] = None
        except OSError:
            continue
    try:
        for info in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM):
            found[str(info[4][0])] = None
    except OSError:
        pass
    return [address for address in found if _reaches(address, six)]


def _reaches(address: str, six: bool) -> bool:
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return False
    usable = not (told.is_loopback or told.is_link_local or told.is_unspecified or told.is_multicast)
    return usable and (six or told.version == 4)


def _named(scheme: str, host: str) -> str | None:
    """The address that a request was sent to, unless that is this machine as it sees itself."""
    asked = _HOST.fullmatch(host)
    if asked is None:
        return None
    name, port = asked[1], None if asked[2] is None else int(asked[2])
    if is_loopback(name) or name.strip("[]") in EVERYWHERE:
        return None
    usual = {"http": 80, "https": 443}.get(scheme)
    return f"{scheme}://{name}" + ("" if port in (None, usual) else f":{port}")


def _url(address: str, port: int) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}" + ("" if port == 80 else f":{port}")

"""Where sessions live, as the API sees it: requests and connections go in, encoded answers come out.

Nothing here knows what is inside a session. Bodies are bytes from end to end: they are read and written by the
process that holds the session, and the API relays them unopened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from chainrule.host.tally import Figures
    from chainrule.room import RoomStore

Method = Literal[
    "lessons",
    "lesson",
    "recipe",
    "create",
    "revive",
    "sleep",
    "rest",
    "save",
    "memory",
    "info",
    "graph",
    "state",
    "branches",
    "tensor",
    "trace",
    "recording",
    "commands",
    "peek",
    "figures",
    "delete",
]

JSON = "application/json"
PROBLEM = "application/problem+json"
NPY = "application/x-npy"
LINES = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Request:
    """What REST asks of a session, or of any worker: ``lessons``, ``lesson`` and ``recipe``.

    ``arguments`` are small and JSON; ``body`` is what the client sent. ``recipe`` tries whether a session can be made
    from the body, keeps none, and answers with what was understood, always written in the same way. ``revive`` makes a
    session again from what its process had reported, ``sleep`` ends it until then, ``rest`` has what was computed saved
    before the process ends, ``memory`` tells the bytes of the process and of each of its sessions, and ``peek`` tells a number before it is to be seen; no client can ask for these.
    """

    method: Method
    session: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An encoded answer with its HTTP status; of a long one a part, and in ``more`` what to ask for next."""

    status: int
    body: bytes = b""
    media_type: str = JSON
    more: Any = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The last thing that a connection delivers: why it ended."""

    code: int
    reason: str


class Connection(Protocol):
    """One follower's end of a session: encoded messages in both directions."""

    async def receive(self) -> str | bytes | Closed:
        """The next message for the follower: text is JSON, bytes are a binary frame."""
        ...

    def send(self, message: str | bytes) -> None:
        """Pass on what the follower sent. Never blocks: answers come through :meth:`receive`."""
        ...

    async def ready(self) -> None:
        """Wait until the follower has read enough of its answers to be given more."""
        ...

    def close(self) -> None:
        """The follower has gone."""
        ...


class SessionHost(Protocol):
    """Creates sessions, finds them again, and says when they cannot be reached."""

    @property
    def workers(self) -> int:
        """Processes that can take sessions now."""
        ...

    @property
    def lasting(self) -> bool:
        """Whether sessions and rooms outlive the service."""
        ...

    @property
    def rooms(self) -> RoomStore:
        """What lasts of rooms, once the host has been started."""
        ...

    @property
    def sessions(self) -> int:
        """Sessions that are known, wherever they are."""
        ...

    @property
    def restarts(self) -> int:
        """Processes that ended unexpectedly."""
        ...

    async def figures(self) -> list[Figures]:
        """What each process has counted; one that does not answer soon is left out."""
        ...

    async def start(self) -> None:
        """Return when sessions can be taken."""
        ...

    async def create(self, body: bytes, owner: str, *, brief: bool = False) -> tuple[str, Response]:
        """Make a session for ``owner``, the client's address: its id ('' where it was refused), and the answer.

        ``brief``: the answer leaves out the parameters, as that of ``info`` does.
        """
        ...

    async def copy(self, session: str, owner: str) -> tuple[str, Response]:
        """Make a session for ``owner`` that stands where another one stands, with its branches, and what is withheld there.

        Its id and answer as of :meth:`create`. It does not play.
        """
        ...

    async def call(self, request: Request) -> Response:
        """Answer a request. Unknown and lost sessions are answers too: problem documents."""
        ...

    async def connect(self, session: str, since: int | None) -> Connection | Closed:
        """Follow a session from now on."""
        ...

    async def drain(self, seconds: float) -> None:
        """Take no new sessions, finish what is under way within a time, let followers go, and save what was computed."""
        ...

    async def close(self) -> None:
        """End all processes. Sessions are there again with the next start, if they last."""
        ...

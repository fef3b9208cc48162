"""What the hub asks of a session: the whole seam between computing and serving."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from chainrule.protocol import ClientMessage, ServerMessage
from chainrule.protocol.model import Cursor, Graph, Tensor
from chainrule.protocol.rest import BranchesInfo, CreateSession, SessionInfo, StateInfo
from chainrule.protocol.whole import Whole


class Session(Protocol):
    """A running lesson; synchronous. See ``chainrule.session``."""

    @property
    def busy(self) -> bool: ...

    @property
    def next_due(self) -> float | None: ...

    @property
    def revision(self) -> int: ...

    @property
    def journal_revision(self) -> int: ...

    @property
    def cursor(self) -> Cursor: ...

    @property
    def answered(self) -> list[str]: ...

    def open(self, budget: float) -> bool: ...

    def handle(self, command: ClientMessage, viewer: Any = None) -> Sequence[ServerMessage]: ...

    def advance(self, budget: float) -> Sequence[ServerMessage]: ...

    def viewer(self) -> Viewer: ...

    @property
    def tips(self) -> dict[int, int]: ...

    def whole(self) -> Whole: ...

    def saved(self, most: int) -> Callable[[], bytes]: ...

    @property
    def nbytes(self) -> int: ...

    def info(self, *, brief: bool = False) -> SessionInfo: ...

    def graph(self) -> Graph: ...

    def state(self) -> StateInfo: ...

    def branches(self) -> BranchesInfo: ...

    def recording(
        self, first: int | None, last: int | None, left: Sequence[int | None] | None = None
    ) -> Iterator[Any]: ...

    def peek(self, asked: Mapping[str, Any]) -> Generator[None, None, BaseModel]: ...

    def tensor(self, name: str, what: Literal["value", "grad"]) -> Tensor: ...


class Viewer(Protocol):
    """What one connection has seen."""

    def ahead(self, session: Any) -> Iterator[None] | None: ...

    def pull(self, session: Any) -> Sequence[ServerMessage]: ...

    def ack(self, seq: int) -> None: ...

    def anew(self) -> None: ...


Make = Callable[[CreateSession, bytes | None], Session]
"""Makes a session, with what was saved of it if it is made again; or raises ``Refusal``."""

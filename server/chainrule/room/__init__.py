"""Rooms: what a class has in common. Synchronous; knows no sockets and no engine."""

from chainrule.room.question import Asked
from chainrule.room.room import Member, Outcome, Room
from chainrule.room.store import MemoryStore, RoomStore

__all__ = ["Asked", "Member", "MemoryStore", "Outcome", "Room", "RoomStore"]

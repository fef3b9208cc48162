"""The protocol: pydantic unions ``ClientMessage`` and ``ServerMessage``, and the binary frames that carry tensors.

Declared once, here. REST and WebSocket speak it; the page's TypeScript types are generated from it.
"""

from chainrule.protocol.client import CLIENT_MESSAGE, ClientMessage
from chainrule.protocol.server import SERVER_MESSAGE, SERVER_MESSAGES, ServerMessage

PROTOCOL_VERSION = 1

__all__ = [
    "CLIENT_MESSAGE",
    "PROTOCOL_VERSION",
    "SERVER_MESSAGE",
    "SERVER_MESSAGES",
    "ClientMessage",
    "ServerMessage",
]

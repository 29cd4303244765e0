"""A TLS client that isn't in yet: it holds a descriptor, and counts from when it connects."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from weirmq.server.connection import Connection
from weirmq.server.doorway import Guest

if TYPE_CHECKING:
    from weirmq.server.http import Server


class Arrival(Guest):
    """Shakes hands; a Connection takes its place once that is done."""

    __slots__ = ("_loop", "_send_away", "_server")

    def __init__(self, server: "Server", loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._send_away: Callable[[], object]  # from knock on

    def knock(self, peer: str, send_away: Callable[[], object]) -> None:  # noqa: ARG002 - nobody is told of it
        """A client is at the door."""
        self._send_away = send_away
        self._server.knocked(self)

    def turned_back(self) -> None:
        """It hasn't come in; if it has, the Connection is told."""
        self._server.arrivals.pop(self, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is in."""
        is_welcome = self in self._server.arrivals
        self._server.arrivals.pop(self, None)
        connection = Connection(self._server, self._loop)
        cast("asyncio.Transport", transport).set_protocol(connection)
        connection.connection_made(transport)
        if not is_welcome:  # it was sent away meanwhile
            connection.abort()

    def abort(self) -> None:
        """End the handshake."""
        self._server.arrivals.pop(self, None)
        self._send_away()

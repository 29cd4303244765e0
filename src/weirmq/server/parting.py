"""The end of a connection: nothing more is taken or given, but what was said may still be on its way."""

import asyncio
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weirmq.server.http import Server


class Parting:
    """Waits until the peer has gone, or has had time enough to."""

    __slots__ = ("_buffered", "_lingers", "_loop", "_server", "_transport", "due", "looked_at")

    def __init__(self, server: "Server", loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self.due = inf
        self.looked_at = inf
        self._server = server
        self._loop = loop
        self._transport = transport
        self._lingers = False
        self._buffered = 0

    def linger(self) -> None:
        """The peer may still be sending; a close at once would reset it before it reads the last answers, or why."""
        self._lingers = True
        self._server.wheel.set(self, self._loop.time() + self._server.timeouts.linger_s)
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def close(self) -> None:
        """Close when what is written has left, or when the peer doesn't take it."""
        self._lingers = False
        self._buffered = self._transport.get_write_buffer_size()
        self._server.wheel.set(self, self._loop.time() + self._server.timeouts.drain_s)
        self._transport.close()

    def time_out(self, now: float) -> None:
        """The peer hasn't gone."""
        server, unsent = self._server, self._transport.get_write_buffer_size()
        if not self._lingers and unsent < self._buffered:
            self._buffered = unsent
            server.wheel.set(self, now + server.timeouts.drain_s)
            return
        server.timed_out += not self._lingers
        self._transport.abort()

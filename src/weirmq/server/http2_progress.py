"""Which streams of an HTTP/2 connection stand still: found by a look every so often, not by a timer a stream.

A stream that began after a look is given until the next but one: between one and two patiences.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from weirmq.server.timeouts import BODY_BYTES_MIN
from weirmq.wire import http2
from weirmq.wire.http2_session import Session

if TYPE_CHECKING:
    from weirmq.server.http import Server
    from weirmq.server.http2 import Http2Connection


class Patience:
    """Something that is looked at when its time has come."""

    __slots__ = ("_look", "due", "looked_at")

    def __init__(self, look: Callable[[float], None]) -> None:
        self.due = inf
        self.looked_at = inf
        self._look = look

    def time_out(self, now: float) -> None:
        """`due` has passed."""
        self._look(now)


class Progress:
    """How far each stream of `connection` was at the last look."""

    __slots__ = (
        "_bodies", "_buffered", "_came", "_connection", "_loop", "_readers", "_sent", "_server", "_session",
        "_transport", "_waiting",
    )  # fmt: skip

    def __init__(
        self,
        server: "Server",
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        session: Session,
        connection: "Http2Connection",
    ) -> None:
        self._server = server
        self._loop = loop
        self._transport = transport
        self._session = session
        self._connection = connection
        self._bodies = Patience(self._look_at_bodies)
        self._readers = Patience(self._look_at_readers)
        self._waiting = Patience(self._give_up)
        self._came: dict[int, int] = {}  # of each body
        self._sent: dict[int, int] = {}  # of each answer that waits
        self._buffered = 0  # in the transport

    def watch(self) -> None:
        """Look at what is on its way, in due time."""
        session, timeouts = self._session, self._server.timeouts
        if session.halves and self._bodies.due == inf:
            self._server.wheel.set(self._bodies, self._loop.time() + timeouts.body_s)
        if (session.unsent or session.paused) and self._readers.due == inf:
            self._server.wheel.set(self._readers, self._loop.time() + timeouts.drain_s)

    def wait_for_room(self) -> None:
        """Bodies are held up until there is room in memory."""
        self._server.wheel.set(self._waiting, self._loop.time() + self._server.timeouts.room_s)

    def has_room(self) -> None:
        """They aren't any more."""
        self._server.wheel.drop(self._waiting)

    def stop(self) -> None:
        """Look at nothing any more."""
        for patience in (self._bodies, self._readers, self._waiting):
            self._server.wheel.drop(patience)

    def _look_at_bodies(self, _now: float) -> None:
        """A body may take longer than one patience, if it gets on. One that we hold up ourselves isn't late."""
        session, before = self._session, self._came
        self._came = {number: half.came for number, half in session.halves.items()}
        if not session.withheld:
            for number, came in self._came.items():
                if came - before.get(number, -inf) < BODY_BYTES_MIN:
                    self._server.timed_out += 1
                    self._connection.refuse_stream(number, 408, "The request took too long to come.")
        self._connection.flush()

    def _look_at_readers(self, _now: float) -> None:
        """An answer that leaves may take longer too."""
        session, before = self._session, self._sent
        buffered, self._buffered = self._buffered, self._transport.get_write_buffer_size()
        self._sent = {number: outlet.sent for number, outlet in session.outlets.items() if outlet.size}
        if session.paused:  # the connection is slow, whatever its streams are
            if 0 < buffered <= self._buffered:
                self._server.timed_out += 1
                self._connection.abort()
                return
        else:
            for number, sent in self._sent.items():
                if before.get(number) == sent:
                    self._server.timed_out += 1
                    self._connection.end_stream(number, http2.CANCEL)
        self._connection.flush()

    def _give_up(self, _now: float) -> None:
        """No room came: the requests on their way are told to come back."""
        self._server.timed_out += 1
        for number in list(self._session.halves):
            self._connection.refuse_stream(number, 503, "The server is busy with large requests.")
        self._connection.room()

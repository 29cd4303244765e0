"""The HTTP client of everything that goes out: keeps connections, follows no redirect, and believes nobody.

    errand -> an idle connection of its origin, or a new one to a guarded address -> request -> answer -> Outcome

Whatever the far end does becomes an Outcome. An idle connection that turns out closed is no fault of the errand: it is
tried once more on a new one, if not a byte came back.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from weirmq.engine.errands import HttpErrand, Outcome
from weirmq.server.outbound import request
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.connection import UNHEARD, Connection
from weirmq.server.outbound.opening import HTTP1, Opener, told
from weirmq.server.outbound.patience import Patience
from weirmq.server.outbound.request import Origin
from weirmq.server.outbound.trust import Trust
from weirmq.server.tls import TlsError

if TYPE_CHECKING:
    from weirmq.server.outbound.http2 import Http2Sender

IDLE_S: Final = 30.0  # a connection without a request; many servers close theirs after 5 to 75 s
LONGEST_S: Final = 300.0  # in use at all: a name that has moved is noticed by then
MOST_IDLE: Final = 256  # over all origins


class HttpSender:
    """Sends HttpErrands."""

    def __init__(self, guard: Guard, trust: Trust) -> None:
        self.connections: set[Connection] = set()
        self.patience = Patience()
        self._opener = Opener(guard, trust)
        self._loop = asyncio.get_running_loop()
        self._idle: dict[Origin, dict[Connection, None]] = {}
        self._origins: dict[Connection, Origin] = {}  # of those that are idle, the longest idle first
        self._http2: Http2Sender | None = None

    async def send(self, errand: HttpErrand) -> Outcome:
        """Send `errand`, and wait for what comes back, at most its `timeout_ms`."""
        begun = self._loop.time()
        try:
            origin = request.origin(errand)
            if errand.h2:
                return await self._second().send(origin, errand)
            head = request.head(errand)
        except ValueError as error:
            return Outcome(error=str(error), is_permanent=True)
        due = begun + errand.timeout_ms / 1000
        connection = self._take(origin)
        if connection is not None:
            said = await self._ask(connection, origin, errand, head, due)
            if not said.startswith(UNHEARD):
                return self._outcome(connection, said, begun)
        try:
            connection = await self.patience.wait(self._connect(origin), due)
        except (OSError, TlsError) as error:
            return Outcome(error=told(origin, error), elapsed_ms=self._since_ms(begun))
        said = await self._ask(connection, origin, errand, head, due)
        return self._outcome(connection, said, begun)

    async def close(self) -> None:
        """Drop all connections."""
        for connection in list(self.connections):
            connection.abort()
        if self._http2 is not None:
            self._http2.close()
        self.patience.close()

    async def _ask(self, connection: Connection, origin: Origin, errand: HttpErrand, head: bytes, due: float) -> str:
        self.patience.watch(connection, due)
        answer = connection.ask(head, errand.body, errand.answer_bytes, is_head=errand.method == "HEAD")
        try:
            said = await answer
        except asyncio.CancelledError:  # the server stops
            connection.abort()
            raise
        if connection.is_reusable and self._loop.time() - connection.born < LONGEST_S:
            self._keep(connection, origin)
        else:
            connection.abort()
        return said

    def _outcome(self, connection: Connection, said: str, begun: float) -> Outcome:
        return Outcome(
            status=connection.status,
            error=said,
            body=connection.body,
            headers=connection.headers,
            elapsed_ms=self._since_ms(begun),
            is_whole=connection.is_whole and not said,
        )

    def _since_ms(self, begun: float) -> int:
        return round((self._loop.time() - begun) * 1000)

    def _second(self) -> "Http2Sender":
        """The sender of HTTP/2: not everybody needs it, and its library takes 40 ms to import."""
        from weirmq.server.outbound.http2 import Http2Sender

        if self._http2 is None:
            self._http2 = Http2Sender(self._opener, self.patience)
        return self._http2

    # Connections

    async def _connect(self, origin: Origin) -> Connection:
        connection = await self._opener.open(origin, HTTP1, partial(Connection, self._lost, self._loop.time()))
        self.connections.add(connection)
        return connection

    def _take(self, origin: Origin) -> Connection | None:
        """An idle connection of `origin`, the one that was used last."""
        idle = self._idle.get(origin)
        while idle:
            connection, _ = idle.popitem()
            if not idle:
                del self._idle[origin]
            del self._origins[connection]
            if connection.is_reusable:  # else its end is on its way
                return connection
        return None

    def _keep(self, connection: Connection, origin: Origin) -> None:
        """Keep it for the next errand to `origin`."""
        idle = self._idle.get(origin)
        if idle is None:
            idle = self._idle[origin] = {}
        idle[connection] = None
        self._origins[connection] = origin
        self.patience.watch(connection, self._loop.time() + IDLE_S)
        if len(self._origins) > MOST_IDLE:
            self._forget(longest := next(iter(self._origins)))
            longest.abort()

    def _lost(self, connection: Connection) -> None:
        """It has ended."""
        self.connections.discard(connection)
        self.patience.drop(connection)
        self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        """It is not idle any more."""
        origin = self._origins.pop(connection, None)
        if origin is not None:
            idle = self._idle[origin]
            del idle[connection]
            if not idle:
                del self._idle[origin]

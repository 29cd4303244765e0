"""The HTTP server: it listens, admits connections, sweeps those that keep it waiting, and stops gracefully.

A `handler(request, exchange)` gets each request and answers it by `exchange.answer(response)`, at once or later. A
request costs no task and no future. See connection.py for one connection over HTTP/1.1, http2.py for one over HTTP/2,
timeouts.py for patience.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial
from itertools import islice

import msgspec

from weirmq.kernel.clock import Clock
from weirmq.server.arrival import Arrival
from weirmq.server.connection import PIPELINED_LIMIT, Connection
from weirmq.server.doorway import Doorway
from weirmq.server.exchange import Exchange, Handler, Peer
from weirmq.server.listening import BACKLOG, addresses_of, listening
from weirmq.server.timeouts import Timeouts, Wheel
from weirmq.wire import http1
from weirmq.wire.http import Request, Response

__all__ = ["PIPELINED_LIMIT", "Budget", "Connection", "Exchange", "Handler", "Limits", "Request", "Response", "Server",
           "Timeouts"]  # fmt: skip

SURPLUS_LIMIT = 256  # connections above the limit that are told so; beyond them they are reset
_READ_BYTES = 256 * 1024  # what the event loop may read for one connection at a time
_SWEEP_S = 1.0
_HANDSHAKE_S = 10.0  # a TLS handshake is two round trips
_SHUTDOWN_S = 1.0  # for the client's goodbye; one that keeps the connection in a pool says none

OnError = Callable[[str, BaseException], None]


class Limits(msgspec.Struct, frozen=True):
    """What a server takes on at a time."""

    connections: int = 10_000
    body_bytes: int = http1.BODY_LIMIT_BYTES
    buffered_bytes: int = 256 * 1024 * 1024  # of requests that aren't answered yet, whole or not


class Budget:
    """Bytes of requests, and of answers that wait for slow readers, held in memory over all connections that share it.

    It is checked after the fact: a connection that finds it used up stops reading, so `used` may pass the limit by what
    one read brings, for each connection that was reading. Those that wait are let on in the order that they came.

    Half-sent requests alone could use all of it up, each waiting for the others. So one of them at a time is favoured:
    it may pass the limit, as long as requests that will be answered hold less than half of it.

    Answers may wait for their readers in half of it. Beyond that no request is begun before the next turn of the loop,
    and readers that are slow are let go, those first that have kept what they are owed for the longest.
    """

    __slots__ = ("_favoured", "_owed", "_owing", "_waiting", "is_owing", "limit_bytes", "promised", "used")

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used = 0
        self.promised = 0  # the part of it that belongs to whole requests: their answers give it back
        self._waiting: dict[Peer, None] = {}
        self._favoured: Peer | None = None
        self._owed = 0  # the part of it that is answers
        self._owing: dict[Peer, int] = {}  # to whom
        self.is_owing = False  # more answers wait to be read than are to: asked for each request, it changes seldom

    def owe(self, connection: Peer, size: int) -> None:
        """So many bytes of answers wait for `connection` to read them."""
        before = self._owing.get(connection, 0)
        if size < before:  # it reads: it hasn't kept the rest for long
            del self._owing[connection]
        if size:
            self._owing[connection] = size
        self._owed += size - before
        self.is_owing = 2 * self._owed > self.limit_bytes and len(self._owing) > 1
        if size > before:
            self.used += size - before
        else:
            self.give(before - size)

    def let_slow_go(self) -> None:
        """Abort those who read too slowly, until there is room for answers again."""
        while self.is_owing:
            slowest = next(iter(self._owing))
            self.owe(slowest, 0)
            slowest.abort()

    def favours(self, connection: Peer) -> bool:
        """May `connection` go on although the budget is used up?"""
        if self._favoured is not connection:
            if not self._favour_is_free():
                return False
            self._favoured = connection
        return True

    def give(self, size: int) -> None:
        """Bytes are free again."""
        self.used -= size
        if self._waiting:
            for connection in self._next():
                del self._waiting[connection]
                connection.room()

    def wait(self, connection: Peer) -> None:
        """Call `connection.room` when there is room."""
        self._waiting[connection] = None

    def forget(self, connection: Peer) -> None:
        """`connection` waits no longer, and is favoured no longer."""
        self._waiting.pop(connection, None)
        if self._favoured is connection:
            self._favoured = None

    def _next(self) -> list[Peer]:
        """Those that may go on now."""
        count = (self.limit_bytes - self.used) // _READ_BYTES
        if count > 0:
            return list(islice(self._waiting, count))
        if not self._favour_is_free():
            return []
        return list(islice((connection for connection in self._waiting if connection.half_sent), 1))

    def _favour_is_free(self) -> bool:
        taken = self._favoured is not None and self._favoured.half_sent
        return not taken and 2 * self.promised < self.limit_bytes


class Server:
    """All listening sockets and connections of a process.

    The counters `requests`, `connections_total`, `bytes_in`, `bytes_out` (application bytes, not TLS's), `refusals`
    (answered by the server itself with 4xx or 5xx, then closed) and `timed_out` only grow; `connections` are open now,
    `arrivals` are TLS handshakes that are under way, the one that began first before the others.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        clock: Clock,
        on_error: OnError,
        limits: Limits | None = None,
        timeouts: Timeouts | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.handler = handler
        self.on_error = on_error
        self.limits = limits or Limits()
        self.timeouts = timeouts or Timeouts()
        self.budget = budget or Budget(self.limits.buffered_bytes)
        self.wheel = Wheel()
        self.connections: set[Peer] = set()
        self.arrivals: dict[Arrival, None] = {}
        self.stopping = False
        self.requests = 0
        self.connections_total = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.refusals = 0
        self.timed_out = 0
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: list[asyncio.AbstractServer | Doorway] = []
        self._timer: asyncio.TimerHandle | None = None
        self._left = asyncio.Event()
        self.date = b""  # now, as an HTTP date; by the service's clock, read once a second

    # ---- listening

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> list[tuple[str, int]]:
        """Take connections at `host` (a name or an IPv4 or IPv6 address) and `port` (0: any free one).

        Returns the addresses, more than one where a name has several. May be called several times. Raises OSError.
        """
        loop = self._loop = asyncio.get_running_loop()
        sockets = listening(await addresses_of(host), port)
        addresses = [each.getsockname()[:2] for each in sockets]
        for each in sockets:
            self._listeners.append(await self._serve(loop, each, tls))
        return addresses

    async def _serve(
        self, loop: asyncio.AbstractEventLoop, door: socket.socket, tls: ssl.SSLContext | None
    ) -> asyncio.AbstractServer | Doorway:
        if tls is None:
            return await loop.create_server(partial(Connection, self, loop), sock=door, backlog=BACKLOG)
        return Doorway(
            door,
            tls,
            partial(Arrival, self, loop),
            self.on_error,
            handshake_s=_HANDSHAKE_S,
            goodbye_s=_SHUTDOWN_S,
        )

    async def close(self, grace_s: float) -> None:
        """Stop: take no more connections, answer what is in progress with `Connection: close`, then close idle ones.

        What isn't answered after `grace_s` seconds is cut off.
        """
        self.stopping = True
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        for connection in list(self.connections):
            connection.wind_up()
        try:
            async with asyncio.timeout(grace_s):
                await self._until(lambda connection: connection.idle)
                for connection in list(self.connections):
                    connection.stop()
                await self._until(lambda connection: False)  # noqa: ARG005
        except TimeoutError:
            for connection in list(self.connections):
                connection.abort()
            await self._until(lambda connection: False)  # noqa: ARG005
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _until(self, settled: Callable[[Peer], bool]) -> None:
        """Wait until all connections that are left are settled."""
        while not all(settled(connection) for connection in self.connections):
            self._left.clear()
            await self._left.wait()

    # ---- what connections need

    def knocked(self, arrival: Arrival) -> None:
        """A client shakes hands: it has to go before those who are in."""
        self.arrivals[arrival] = None
        self._make_room(arrival)

    def _make_room(self, newcomer: Arrival | Peer) -> bool:
        """Send somebody away where there are more than can be told so. Returns whether `newcomer` stays."""
        if len(self.connections) + len(self.arrivals) <= self.limits.connections + SURPLUS_LIMIT:
            return True
        left_out = next(iter(self.arrivals), newcomer)
        left_out.abort()
        return left_out is not newcomer

    def admit(self, connection: Peer) -> bool:
        """Count `connection`. False: there are too many, and it has been told so."""
        self.connections.add(connection)
        self.connections_total += 1
        if self._timer is None and self._loop is not None:
            self._tick(self._loop)
        if not self._make_room(connection):
            return False
        if len(self.connections) <= self.limits.connections and not self.stopping:
            return True
        connection.refuse(503, "The server takes no more connections.")
        return False

    def forget(self, connection: Peer) -> None:
        """`connection` is closed."""
        self.connections.discard(connection)
        self._left.set()

    # ---- time

    def sweep(self, now: float) -> int:
        """Time out the peers that kept us waiting until `now`, in the loop's time. Returns how many."""
        return self.wheel.sweep(now)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.date = http1.http_date(self._clock.now_ms())
        self._timer = loop.call_later(_SWEEP_S, self._tick, loop) if self.connections else None
        self.sweep(loop.time())

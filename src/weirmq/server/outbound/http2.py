"""HTTP/2 (RFC 9113) for endpoints that speak nothing else, such as those of Apple's and Google's push services.

Many errands share one connection, a stream each; how many at a time, the peer says. Only over TLS, with ALPN `h2`.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from typing import Final, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError

from weirmq.engine.errands import HttpErrand, Outcome
from weirmq.server.outbound import request
from weirmq.server.outbound.addresses import reason
from weirmq.server.outbound.connection import CLOSED, UNHEARD
from weirmq.server.outbound.opening import HTTP2, Opener, told
from weirmq.server.outbound.patience import LATE, Patience
from weirmq.server.outbound.request import Origin
from weirmq.server.tls import TlsError

IDLE_S: Final = 300.0  # Apple asks for connections to be kept open for long
FRAME_HEAD_BYTES: Final = 9  # RFC 9113, 4.1
FRAME_BYTES: Final = 16_384  # RFC 9113, 4.2: what every peer takes
SETTINGS: Final = 0x04  # RFC 9113, 6.5
UNREAD_BYTES: Final = 32 * 1024 * 1024  # written, but not read by the peer: a few hundred large messages

Headers = list[tuple[str, str]]


class Stream:
    """One request and its answer."""

    __slots__ = (
        "answer", "body", "connection", "due", "headers", "is_whole", "looked_at", "most", "number", "status",
        "unsent",
    )  # fmt: skip

    def __init__(self, connection: "Http2Connection", number: int, body: bytes, most: int) -> None:
        self.number = number
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.is_whole = True
        self.most = most
        self.unsent = memoryview(body)
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.due = inf
        self.looked_at = inf
        self.connection = connection

    def time_out(self, _now: float) -> None:
        """The answer took too long; the connection is good for others."""
        self.connection.end(self, LATE)


class Http2Connection(asyncio.Protocol):
    """A connection whose end `on_lost` is told of."""

    def __init__(self, on_lost: Callable[["Http2Connection"], None]) -> None:
        self.due = inf
        self.looked_at = inf
        self.is_open = False
        self._on_lost = on_lost
        self._transport: asyncio.Transport
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._first = b""  # what came first
        self._streams: dict[int, Stream] = {}
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))

    async def settle(self) -> None:
        """Wait for the peer's settings, without which nobody knows how much it takes. Raises OSError."""
        tls = self._transport.get_extra_info("ssl_object")
        if tls is None or tls.selected_alpn_protocol() != HTTP2:
            self.abort()
            raise OSError("it doesn't speak HTTP/2")
        await self._ready
        if not self.is_open:
            raise OSError("it was closed before any HTTP/2 settings came")

    @property
    def has_room(self) -> bool:
        """Whether the peer takes one more stream."""
        most = self._h2.remote_settings.max_concurrent_streams
        return self.is_open and len(self._streams) < most and self._h2.highest_outbound_stream_id < 2**31 - 3

    def ask(self, headers: Headers, body: bytes, answer_bytes: int) -> Stream:
        """Send a request. The stream's `answer` gives an error text, empty where it is whole or cut."""
        number = self._h2.get_next_available_stream_id()
        stream = self._streams[number] = Stream(self, number, body, answer_bytes)
        self._h2.send_headers(number, headers, end_stream=not body)
        self._send_body(stream)
        self._flush()
        return stream

    def end(self, stream: Stream, said: str, *, code: ErrorCodes | None = ErrorCodes.CANCEL) -> None:
        """Tell how a stream ended; reset it with `code`, if the peer may still go on."""
        if self._streams.pop(stream.number, None) is None:
            return
        if not stream.answer.done():
            stream.answer.set_result(said)
        if code is not None and self.is_open:
            with suppress(ProtocolError):  # the peer has reset it in the same bytes
                self._h2.reset_stream(stream.number, code)
            self._flush()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self.is_open:
            self._transport.abort()

    def time_out(self, _now: float) -> None:
        """Nothing was asked for long."""
        if not self._streams:
            self.abort()

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True
        self._h2.initiate_connection()
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone."""
        self.is_open = False
        self._set_ready()
        self._fail_all("" if error is None else reason(error))
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Some frames."""
        if not self._ready.done():
            self._first += data[:FRAME_HEAD_BYTES]
            if not _begins_well(self._first):
                self.abort()
                return
        try:
            for event in self._h2.receive_data(data):
                self._handle(event)
        except ProtocolError as error:
            self._flush()  # h2 has written a GOAWAY
            self._fail_all(f"not HTTP/2: {error}")
            self.abort()
            return
        for stream in list(self._streams.values()):  # its window may have grown
            self._send_body(stream)
        self._flush()

    def _set_ready(self) -> None:
        if not self._ready.done():
            self._ready.set_result(None)

    def _handle(self, event: Event) -> None:
        match event:
            case ConnectionTerminated():
                self._go_away(event)
            case RemoteSettingsChanged():
                self._set_ready()
            case ResponseReceived() | DataReceived() | StreamEnded() | StreamReset():
                stream = self._streams.get(event.stream_id or 0)
                if stream is not None:
                    self._hear(stream, event)
                elif isinstance(event, DataReceived):
                    self._take_in(event)

    def _hear(self, stream: Stream, event: ResponseReceived | DataReceived | StreamEnded | StreamReset) -> None:
        match event:
            case ResponseReceived():
                stream.headers = _read(event)
                status = stream.headers.pop(":status", "")
                stream.status = int(status) if status.isdecimal() else None
            case DataReceived():
                data = event.data or b""
                room = stream.most - len(stream.body)
                stream.body += data[:room]
                self._take_in(event)
                if len(data) > room:
                    stream.is_whole = False
                    self.end(stream, "")
            case StreamEnded():
                # A peer that answers before it has the whole request won't read the rest of it (RFC 9113, 8.1).
                self.end(stream, "", code=ErrorCodes.NO_ERROR if stream.unsent else None)
            case StreamReset():
                code = event.error_code
                name = code.name if isinstance(code, ErrorCodes) else code
                is_untouched = code == ErrorCodes.REFUSED_STREAM  # RFC 9113, 8.7: safe to send again
                self.end(stream, f"{UNHEARD if is_untouched else CLOSED}: {name}", code=None)

    def _take_in(self, event: DataReceived) -> None:
        """Let the peer send as much again."""
        if event.flow_controlled_length:
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id or 0)

    def _go_away(self, event: ConnectionTerminated) -> None:
        """The peer takes no more streams, and has ended all."""
        self.is_open = False
        last = event.last_stream_id or 0
        for stream in list(self._streams.values()):
            self.end(stream, UNHEARD if stream.number > last else CLOSED, code=None)
        self._transport.close()

    def _send_body(self, stream: Stream) -> None:
        """As much as the peer's windows let through."""
        h2 = self._h2
        while stream.unsent and stream.number in self._streams:
            size = min(h2.local_flow_control_window(stream.number), h2.max_outbound_frame_size, len(stream.unsent))
            if size <= 0:
                return
            piece, stream.unsent = stream.unsent[:size], stream.unsent[size:]
            h2.send_data(stream.number, bytes(piece), end_stream=not stream.unsent)

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)
            if self._transport.get_write_buffer_size() > UNREAD_BYTES:  # pings want answers, which it doesn't read
                self._transport.abort()

    def _fail_all(self, why: str) -> None:
        for stream in list(self._streams.values()):
            said = UNHEARD if stream.status is None else CLOSED
            self.end(stream, f"{said}: {why}" if why else said, code=None)


def _begins_well(first: bytes) -> bool:
    """Whether these bytes may begin a SETTINGS frame, as a server must (RFC 9113, 3.4). The library would wait for all
    of what it takes for a frame.
    """
    if len(first) < FRAME_HEAD_BYTES:
        return True
    return int.from_bytes(first[:3], "big") <= FRAME_BYTES and first[3] == SETTINGS


def _read(event: ResponseReceived) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in event.headers or ():
        key = name if isinstance(name, str) else name.decode("latin-1")
        text = value if isinstance(value, str) else value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


class Http2Sender:
    """Sends HttpErrands that ask for HTTP/2."""

    def __init__(self, opener: Opener, patience: Patience) -> None:
        self.connections: dict[Origin, list[Http2Connection]] = {}
        self._opener = opener
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._locks: dict[Origin, asyncio.Lock] = {}

    async def send(self, origin: Origin, errand: HttpErrand) -> Outcome:
        """Send `errand`, and wait for what comes back, at most its `timeout_ms`. Raises ValueError for what is wrong
        with the errand itself.
        """
        if not origin.secure:
            raise ValueError("HTTP/2 needs an https:// URL")
        headers = request.pseudo_fields(errand)
        begun = self._loop.time()
        due = begun + errand.timeout_ms / 1000
        outcome = Outcome()
        for _ in range(2):  # the second time if the first one's connection turned out closed
            try:
                stream = await self._patience.wait(self._begin(origin, headers, errand), due)
            except (OSError, TlsError) as error:
                return Outcome(error=told(origin, error), elapsed_ms=self._since_ms(begun))
            outcome = await self._answer(stream, begun, due)
            if not outcome.error.startswith(UNHEARD):
                break
        return outcome

    def close(self) -> None:
        """Drop all connections."""
        for connections in list(self.connections.values()):
            for connection in list(connections):
                connection.abort()

    async def _begin(self, origin: Origin, headers: Headers, errand: HttpErrand) -> Stream:
        """A stream on a connection with room for it. Raises OSError, TlsError."""
        async with self._locks.setdefault(origin, asyncio.Lock()):  # who comes while one is opened may use it too
            connection = next((one for one in self.connections.get(origin, ()) if one.has_room), None)
            if connection is None:
                connection = await self._open(origin)
            return connection.ask(headers, errand.body, errand.answer_bytes)

    async def _answer(self, stream: Stream, begun: float, due: float) -> Outcome:
        connection = stream.connection
        self._patience.watch(stream, due)
        try:
            said = await stream.answer
        finally:
            self._patience.drop(stream)
            connection.end(stream, CLOSED)  # if it hasn't ended, the server stops
            if connection.is_open:
                self._patience.watch(connection, self._loop.time() + IDLE_S)
        return Outcome(
            status=stream.status,
            error=said,
            body=bytes(stream.body),
            headers=stream.headers,
            elapsed_ms=self._since_ms(begun),
            is_whole=stream.is_whole and not said,
        )

    def _since_ms(self, begun: float) -> int:
        return round((self._loop.time() - begun) * 1000)

    async def _open(self, origin: Origin) -> Http2Connection:
        connection = await self._opener.open(origin, HTTP2, partial(Http2Connection, partial(self._lost, origin)))
        try:
            await connection.settle()
        except BaseException:
            connection.abort()
            raise
        self.connections.setdefault(origin, []).append(connection)
        return connection

    def _lost(self, origin: Origin, connection: Http2Connection) -> None:
        self._patience.drop(connection)
        connections = self.connections.get(origin, [])
        if connection in connections:
            connections.remove(connection)
        if not connections:
            self.connections.pop(origin, None)
            if origin in self._locks and not self._locks[origin].locked():
                del self._locks[origin]

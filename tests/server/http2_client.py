"""A client that speaks HTTP/2 to a server of the tests: through a library, or frame by frame."""

import asyncio
from collections.abc import Iterable
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    InformationalResponseReceived,
    PingAckReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import StreamClosedError
from h2.settings import SettingCodes, Settings

from tests.server.serving import Answer, Client, Serving

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
Fields = Iterable[tuple[bytes, bytes]]


def fields(path: str = "/", *more: tuple[bytes, bytes], method: str = "POST") -> list[tuple[bytes, bytes]]:
    line = [(b":method", method.encode()), (b":scheme", b"http"), (b":authority", b"h"), (b":path", path.encode())]
    return [*line, *more]


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


class Http2Client:
    """Whatever it is told to send, it sends: nothing is checked on the way out."""

    def __init__(self, raw: Client, *, window: int | None = None, takes_at_once: bool = True) -> None:
        self.raw = raw
        self.answers: dict[int, Answer] = {}
        self.bodies: dict[int, bytearray] = {}
        self.heads: dict[int, dict[str, str]] = {}
        self.resets: dict[int, int] = {}
        self.ended: set[int] = set()
        self.informed: list[int] = []
        self.goodbyes: list[tuple[int, int]] = []  # error code, last stream
        self.takes_at_once = takes_at_once  # gives the window back for what has come
        self.h2 = H2Connection(
            H2Configuration(
                client_side=True,
                header_encoding=None,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        values = {SettingCodes.ENABLE_PUSH: 0}
        if window is not None:
            values[SettingCodes.INITIAL_WINDOW_SIZE] = window
        self.h2.local_settings = Settings(client=True, initial_values=values)
        self.h2.initiate_connection()
        self._buffer = b""

    def flush(self) -> None:
        self.raw.send(self.h2.data_to_send())

    def post(self, path: str, body: bytes = b"", *more: tuple[bytes, bytes], method: str = "POST") -> int:
        """Ask, and give the stream's number. The body must fit into the windows."""
        return self.open(fields(path, *more, method=method), body)

    def open(self, head: Fields, body: bytes = b"", *, ends: bool = True) -> int:
        number = self.h2.get_next_available_stream_id()
        self.h2.send_headers(number, head, end_stream=ends and not body)
        if body:
            self.send_body(number, body, ends=ends)
        self.flush()
        return number

    def send_body(self, number: int, body: bytes, *, ends: bool) -> None:
        size = self.h2.max_outbound_frame_size
        pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        for piece in pieces:
            self.h2.send_data(number, piece, end_stream=ends and piece is pieces[-1])
        self.flush()

    async def answer(self, number: int) -> Answer:
        await self.until(lambda: number in self.ended or number in self.resets)
        head = self.heads[number]
        return Answer(int(head[":status"]), head, bytes(self.bodies[number]))

    async def ask(self, path: str, body: bytes = b"", *more: tuple[bytes, bytes], method: str = "POST") -> Answer:
        return await self.answer(self.post(path, body, *more, method=method))

    async def until(self, so: Any) -> None:
        """Read until it is so. Raises EOFError where the connection ends before."""
        while not so():
            data = await self.raw.reader.read(65_536)
            if not data:
                raise EOFError
            self.take(data)

    async def at_end(self) -> None:
        """Read all that comes until the server closes."""
        while data := await self.raw.reader.read(65_536):
            self.take(data)

    async def echo(self) -> None:
        """Until the server has seen all that was sent before."""
        self.h2.ping(b"12345678")
        self.flush()
        acknowledged: list[Event] = []
        self._pings = acknowledged
        await self.until(lambda: acknowledged)

    _pings: list[Event]

    def take(self, data: bytes) -> None:
        """Take frames. GOAWAY is kept from the library, which would take nothing behind it."""
        data = self._buffer + data
        while len(data) >= 9 and len(data) >= (end := 9 + int.from_bytes(data[:3])):
            if data[3] == 7:
                self.goodbyes.append((int.from_bytes(data[13:17]), int.from_bytes(data[9:13])))
            else:
                for event in self.h2.receive_data(data[:end]):
                    self._happen(event)
            data = data[end:]
        self._buffer = data
        if not self.raw.writer.is_closing():
            self.flush()

    def _happen(self, event: Event) -> None:
        number: int = getattr(event, "stream_id", 0) or 0
        if isinstance(event, ResponseReceived):
            self.heads[number] = {name.decode(): value.decode() for name, value in event.headers or []}
            self.bodies[number] = bytearray()
        elif isinstance(event, InformationalResponseReceived):
            self.informed.append(number)
        elif isinstance(event, DataReceived):
            self.bodies[number] += event.data or b""
            if self.takes_at_once:
                self.give(number, event.flow_controlled_length or 0)
        elif isinstance(event, StreamEnded):
            self.ended.add(number)
        elif isinstance(event, StreamReset):
            self.resets[number] = int(event.error_code or 0)
        elif isinstance(event, PingAckReceived):
            self._pings.append(event)

    def give(self, number: int, size: int) -> None:
        try:
            self.h2.acknowledge_received_data(size, number)
        except StreamClosedError:
            self.h2.increment_flow_control_window(size)


async def connect(it: Serving, *, window: int | None = None, takes_at_once: bool = True) -> Http2Client:
    client = Http2Client(await it.connect(), window=window, takes_at_once=takes_at_once)
    client.flush()
    return client


async def raw(it: Serving, *frames: bytes) -> Client:
    """A connection that has sent the preface, empty settings and `frames`."""
    client = await it.connect()
    client.send(PREFACE + frame(4, 0, 0) + b"".join(frames))
    return client


async def goodbye(client: Client) -> tuple[int, int]:
    """The error code and the last stream of the GOAWAY that the server closes with."""
    async with asyncio.timeout(10):
        data = await client.at_end()
    found = [part for part in frames_of(data) if part[0] == 7]
    assert found, data
    payload = found[-1][3]
    return int.from_bytes(payload[4:8]), int.from_bytes(payload[:4])


def frames_of(data: bytes) -> list[tuple[int, int, int, bytes]]:
    """Kind, flags, stream and payload of each frame."""
    found = []
    while data:
        length = int.from_bytes(data[:3])
        found.append((data[3], data[4], int.from_bytes(data[5:9]), data[9 : 9 + length]))
        data = data[9 + length :]
    return found

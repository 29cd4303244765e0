"""Any bytes at a connection: well-formed answers, at most one refusal, and then its end; the same for every cut."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weirmq.kernel.clock import ManualClock
from weirmq.server.http import Connection, Exchange, Limits, Server
from weirmq.wire.http import Request, Response


class Pipe:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False
        self.reading = True

    def get_extra_info(self, name: str) -> Any:
        return ("192.0.2.1", 1) if name == "peername" else None

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True

    abort = close

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True


class Statuses:
    """The statuses of a run of responses, read by llhttp."""

    def __init__(self, data: bytes) -> None:
        self.seen: list[int] = []
        self._parser = httptools.HttpResponseParser(self)
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.seen.append(self._parser.get_status_code())


def _answer(request: Request, exchange: Exchange) -> None:
    exchange.answer(Response(200, request.body))


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def _talk(loop: asyncio.AbstractEventLoop, pieces: list[bytes]) -> tuple[bytes, bool]:
    errors: list[BaseException] = []
    server = Server(
        _answer, clock=ManualClock(), on_error=lambda _, why: errors.append(why), limits=Limits(body_bytes=64)
    )
    connection, pipe = Connection(server, loop), Pipe()
    connection.connection_made(pipe)  # type: ignore[arg-type]
    for piece in pieces:
        connection.data_received(piece)
        while not pipe.reading:
            loop.run_until_complete(asyncio.sleep(0))
    written = pipe.written.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")  # sent only where the body is late
    for later_s in (200, 400):
        server.sweep(loop.time() + later_s)
    assert pipe.closed
    connection.connection_lost(None)
    assert server.budget.used == server.budget.promised == 0
    assert not errors
    return written, pipe.closed


_PIECES = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65\r\n\r\n",
        b"\r\n",
        b"\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES | st.binary(max_size=4), max_size=40), st.lists(st.integers(1, 80), min_size=1, max_size=20))
def test_any_bytes(loop: asyncio.AbstractEventLoop, parts: list[bytes], steps: list[int]) -> None:
    data = b"".join(parts)
    pieces: list[bytes] = []
    rest = data
    while rest:
        step = steps[len(pieces) % len(steps)]
        pieces.append(rest[:step])
        rest = rest[step:]
    written, _ = _talk(loop, [data] if data else [])
    assert _talk(loop, pieces)[0] == written
    statuses = Statuses(written).seen
    assert set(statuses[:-1]) <= {200}
    assert statuses[-1:] in ([], [200], [400], [413], [501])

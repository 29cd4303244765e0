"""One connection, fed by hand: where bytes are split must not matter, and no bytes may do harm."""

import asyncio
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from weirmq.server.outbound.connection import Connection

ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
    (
        b"HTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: x\r\n\r\n"
    ),
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
]


class Wire:
    """A transport that keeps what is written to it, and tells its protocol of its end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.written = b""
        self.is_aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def writelines(self, parts: list[bytes]) -> None:
        self.written += b"".join(parts)

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.is_aborted = True


def asked(is_head: bool = False) -> tuple[Connection, Any, "asyncio.Future[str]"]:
    connection = Connection(lambda _: None, 0.0)
    wire: Any = Wire(connection)
    connection.connection_made(wire)
    return connection, wire, connection.ask(b"POST / HTTP/1.1\r\n\r\n", b"body", 65536, is_head=is_head)


def fed(pieces: list[bytes], *, is_head: bool = False) -> tuple[Any, ...]:
    """What comes of an answer in these pieces, with the connection's end behind it."""

    async def scenario() -> tuple[Any, ...]:
        connection, wire, answer = asked(is_head)
        for piece in pieces:
            if not wire.is_aborted:
                connection.data_received(piece)
        is_reusable = connection.is_reusable
        connection.connection_lost(None)
        return answer.result(), connection.status, connection.headers, connection.body, is_reusable

    return asyncio.run(scenario())


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % len(data) for place in places} | {len(data)} if data else set())
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]


@given(st.sampled_from(ANSWERS), st.lists(st.integers(0, 200), max_size=30))
def test_where_bytes_are_split_doesnt_matter(answer: bytes, places: list[int]) -> None:
    whole = fed([answer])
    assert whole[0] == ""
    assert fed(cut(answer, places)) == whole
    assert fed([answer[place : place + 1] for place in range(len(answer))]) == whole


@given(st.lists(st.binary(max_size=300), max_size=10), st.booleans())
@example([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"], False)
@example([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"], False)
def test_any_bytes_have_an_outcome(pieces: list[bytes], is_head: bool) -> None:
    said, status, _, body, is_reusable = fed(pieces, is_head=is_head)
    assert isinstance(said, str)
    assert status is None or 100 <= status <= 999
    assert len(body) <= 65536
    assert not is_reusable or not said


@given(
    st.sampled_from(ANSWERS), st.lists(st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=3)), max_size=4)
)
def test_nor_do_damaged_answers(answer: bytes, damage: list[tuple[int, bytes]]) -> None:
    broken = bytearray(answer)
    for place, with_what in damage:
        broken[place % len(broken) : place % len(broken) + 1] = with_what
    said, _, _, body, is_reusable = fed([bytes(broken)])
    assert isinstance(said, str)
    assert len(body) <= 65536
    assert not is_reusable or not said

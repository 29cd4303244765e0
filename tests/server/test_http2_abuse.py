"""HTTP/2 from peers that mean no good, or don't know better: it ends with GOAWAY, or on one stream alone."""

import asyncio

import pytest

from tests.server.http2_client import connect, fields, frame, frames_of, goodbye, raw
from tests.server.serving import Held, on_both_loops, serving
from weirmq.server.http import Limits

DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
PROTOCOL, FLOW_CONTROL, FRAME_SIZE, COMPRESSION, CALM = 1, 3, 6, 9, 11
GET_H = b"\x82\x86\x84\x41\x01h"  # :method GET, :scheme http, :path /, :authority h
POST_H = b"\x83\x86\x84\x41\x01h"
WHOLE = 0x5  # END_STREAM, END_HEADERS


def get(stream: int, head: bytes = GET_H) -> bytes:
    return frame(HEADERS, WHOLE, stream, head)


# ---- floods


@on_both_loops
async def test_rapid_reset() -> None:
    handler = Held()
    handler.watch = False
    async with serving(handler) as it:
        client = await raw(it)
        client.send(b"".join(get(n) + frame(RESET, 0, n, bytes(4)) for n in range(1, 4001, 2)))
        assert (await goodbye(client))[0] == CALM
        assert it.server.requests < 600


@on_both_loops
async def test_taking_requests_back_now_and_then_is_fine() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        for n in range(100):
            client.h2.reset_stream(client.post(f"/{n}"), 8)
        client.flush()
        await client.echo()
        assert len(handler.gone) == 100
        number = client.post("/last")
        await handler.until("/last")
        handler.answer("/last")
        assert (await client.answer(number)).body == b"/last"


@on_both_loops
async def test_floods_of_frames_that_bring_nothing_on() -> None:
    async with serving() as it:
        opened = frame(HEADERS, 0x4, 1, POST_H)
        for flood in (
            frame(PING, 0, 0, bytes(8)),
            frame(SETTINGS, 0, 0),
            frame(SETTINGS, 0, 0, b"\0\4\0\1\0\0"),
            frame(PRIORITY, 0, 3, b"\0\0\0\0\x10"),
            frame(WINDOW, 0, 0, b"\0\0\0\1"),
            opened + frame(WINDOW, 0, 1, b"\0\0\0\1") * 3000,
            opened + frame(DATA, 0, 1) * 3000,
            frame(0x42, 0, 0, b"unknown"),
        ):
            client = await raw(it)
            client.send(flood * (1 if flood.startswith(opened) else 3000))
            assert (await goodbye(client))[0] == CALM
            client.writer.close()
        assert not it.errors


@on_both_loops
async def test_a_thousand_pings_over_many_seconds_are_fine() -> None:
    async with serving() as it:
        client = await connect(it)
        for _ in range(1500):
            await client.echo()
            (connection,) = it.server.connections
            connection._counted_from -= 0.01
        assert (await client.ask("/")).status == 200


@on_both_loops
async def test_a_header_section_without_end() -> None:
    async with serving() as it:
        for piece in (b"", b"\0\x01a\x01b" * 3000):
            client = await raw(it)
            client.send(frame(HEADERS, 0x1, 1, GET_H) + frame(CONTINUATION, 0, 1, piece) * 200)
            assert (await goodbye(client))[0] in (PROTOCOL, CALM)
            client.writer.close()
        assert it.server.budget.used == 0


@on_both_loops
async def test_a_header_bomb() -> None:
    """An entry of 4 KB in the table, and then a block of nothing but references to it."""
    async with serving() as it:
        long = b"\x40\x01a\x7f\x90\x1f" + b"x" * 4111  # 127 + 0x10 + 0x1f * 128
        client = await raw(it, get(1, GET_H + long))
        client.send(frame(HEADERS, WHOLE, 3, GET_H + b"\xbe" * 16_000))
        assert (await goodbye(client))[0] in (CALM, COMPRESSION, PROTOCOL)
        client.writer.close()


# ---- windows


@on_both_loops
async def test_a_window_opened_byte_by_byte() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it, window=0)
        number = client.post("/")
        await handler.until("/")
        handler.answer("/", b"x" * 100_000)
        for _ in range(3):
            client.h2.increment_flow_control_window(10, number)
        client.flush()
        await client.until(lambda: len(client.bodies[number]) == 30 if number in client.bodies else False)
        client.raw.send(frame(WINDOW, 0, number, b"\0\0\0\1") * 5000)
        assert (await goodbye(client.raw))[0] == CALM
        assert handler.gone == []  # it had been answered
        assert it.server.budget.used == 0


@on_both_loops
async def test_a_large_answer_in_many_frames_is_no_flood() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        number = client.post("/")
        await handler.until("/")
        handler.answer("/", b"x" * 30_000_000)
        assert len((await client.answer(number)).body) == 30_000_000


@on_both_loops
async def test_windows_that_are_too_large_or_nothing() -> None:
    async with serving() as it:
        for wrong, code in (
            (frame(WINDOW, 0, 0, b"\x7f\xff\xff\xff"), FLOW_CONTROL),
            (frame(WINDOW, 0, 0, bytes(4)), PROTOCOL),
            (frame(SETTINGS, 0, 0, b"\0\4\x80\0\0\0"), FLOW_CONTROL),
        ):
            client = await raw(it, wrong)
            assert (await goodbye(client))[0] == code
            client.writer.close()


@on_both_loops
async def test_a_settings_change_moves_open_streams() -> None:
    """RFC 9113, 6.9.2: a smaller window may make what is left of an open one negative."""
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it, window=50_000, takes_at_once=False)
        client.h2.increment_flow_control_window(1_000_000)
        number = client.post("/")
        await handler.until("/")
        handler.answer("/", b"x" * 100_000)
        await client.until(lambda: number in client.bodies and len(client.bodies[number]) == 50_000)
        client.raw.send(frame(SETTINGS, 0, 0, b"\0\4" + (10_000).to_bytes(4)))
        client.raw.send(frame(WINDOW, 0, number, (40_000).to_bytes(4)))
        await client.echo()
        assert len(client.bodies[number]) == 50_000
        client.raw.send(frame(SETTINGS, 0, 0, b"\0\4" + (60_000).to_bytes(4)))
        client.h2.increment_flow_control_window(100_000, number)  # the library's own books
        client.raw.send(client.h2.data_to_send()[:0])
        assert (await client.answer(number)).body == b"x" * 100_000


# ---- frames that are wrong


@pytest.mark.parametrize(
    ("sent", "codes"),
    [
        (frame(DATA, 0, 0, b"x"), {PROTOCOL}),
        (frame(DATA, 0, 1, b"x"), {PROTOCOL}),
        (frame(DATA, 0x8, 1, b"\xff"), {PROTOCOL}),
        (frame(HEADERS, WHOLE, 0, GET_H), {PROTOCOL}),
        (frame(HEADERS, WHOLE, 2, GET_H), {PROTOCOL}),
        (frame(HEADERS, WHOLE | 0x8, 1, b"\xff" + GET_H), {PROTOCOL}),
        (get(5) + get(3), {PROTOCOL, 5}),
        (frame(HEADERS, 0x1, 1, GET_H) + frame(PING, 0, 0, bytes(8)), {PROTOCOL}),
        (frame(HEADERS, 0x1, 1, GET_H) + frame(CONTINUATION, 0x4, 3), {PROTOCOL}),
        (frame(HEADERS, 0x1, 1, GET_H) + get(3), {PROTOCOL}),
        (frame(CONTINUATION, 0x4, 1), {PROTOCOL}),
        (frame(RESET, 0, 1, bytes(4)), {PROTOCOL}),
        (get(1) + frame(RESET, 0, 1, bytes(3)), {FRAME_SIZE}),
        (frame(SETTINGS, 0, 1), {PROTOCOL}),
        (frame(SETTINGS, 1, 0, bytes(6)), {FRAME_SIZE, PROTOCOL}),
        (frame(SETTINGS, 0, 0, bytes(5)), {FRAME_SIZE}),
        (frame(SETTINGS, 0, 0, b"\0\2\0\0\0\2"), {PROTOCOL}),
        (frame(SETTINGS, 0, 0, b"\0\5\0\0\0\1"), {PROTOCOL}),
        (frame(PUSH, 0x4, 1, b"\0\0\0\2" + GET_H), {PROTOCOL}),
        (frame(PING, 0, 0, bytes(7)), {FRAME_SIZE}),
        (frame(PING, 0, 1, bytes(8)), {PROTOCOL}),
        (frame(WINDOW, 0, 0, bytes(3)), {FRAME_SIZE}),
        (b"\x00\x40\x01\0\0\0\0\0\1", {FRAME_SIZE}),
        (b"\xff\xff\xff\0\0\0\0\0\1", {FRAME_SIZE}),
        (get(1, b"\xff\xff\xff\xff\xff\xff\x0f"), {COMPRESSION, PROTOCOL}),
        (get(1, b"\xbe"), {COMPRESSION, PROTOCOL}),
        (get(1, b"\x80"), {COMPRESSION, PROTOCOL}),
        (get(1, b"\x3f\xff\xff\x7f"), {COMPRESSION, PROTOCOL}),
        (get(1, b"\x40\x01a\x81\x00"), {COMPRESSION, PROTOCOL}),  # a Huffman code that is cut
        (get(1, GET_H[:-1]), {COMPRESSION, PROTOCOL}),
    ],
)
def test_what_breaks_the_connection(sent: bytes, codes: set[int]) -> None:
    @on_both_loops
    async def scenario() -> None:
        async with serving() as it:
            client = await raw(it, sent)
            code, _ = await goodbye(client)
            assert code in codes
            client.writer.close()
            assert not it.errors

    scenario(asyncio.new_event_loop)


@on_both_loops
async def test_it_begins_with_settings() -> None:
    async with serving() as it:
        for first in (b"", frame(PING, 0, 0, bytes(8)), b"GET / HTTP/1.1\r\n\r\n"):
            client = await it.connect()
            client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[: None if first[:3] != b"GET" else 18] + first)
            if first:
                assert (await goodbye(client))[0] == PROTOCOL
            client.writer.close()


@on_both_loops
async def test_priorities_and_unknown_frames_are_passed_over() -> None:
    async with serving() as it:
        prioritised = frame(HEADERS, WHOLE | 0x20, 1, b"\x80\0\0\0\xff" + GET_H)
        padded = frame(HEADERS, WHOLE | 0x8, 3, b"\x03" + GET_H + bytes(3))
        client = await raw(it, frame(PRIORITY, 0, 7, b"\0\0\0\3\x10"), frame(0xBE, 0xFF, 9, b"?"), prioritised, padded)
        seen: list[tuple[int, int]] = []
        data = b""
        while [stream for kind, stream in seen if kind == HEADERS] != [1, 3]:
            data += await client.reader.read(4096)
            seen = [(kind, stream) for kind, _, stream, _ in frames_of(data)]
        assert it.server.requests == 2


# ---- requests that are wrong

MALFORMED = {
    "an upper-case name": [*fields("/"), (b"X-A", b"1")],
    "an empty name": [*fields("/"), (b"", b"1")],
    "a line break": [*fields("/"), (b"x-a", b"1\r\nx-b: 2")],
    "a NUL": [*fields("/"), (b"x-a", b"\0")],
    "blanks around": [*fields("/"), (b"x-a", b" 1")],
    "no method": fields("/")[1:],
    "no scheme": [*fields("/")[:1], *fields("/")[2:]],
    "no path": fields("/")[:3],
    "an empty path": fields(""),
    "a path that is a name": fields("name"),
    "a blank in the path": fields("/a b"),
    "two paths": [*fields("/"), (b":path", b"/b")],
    "an unknown pseudo-header": [*fields("/"), (b":protocol", b"websocket")],
    "a pseudo-header for answers": [*fields("/"), (b":status", b"200")],
    "pseudo-headers behind others": [(b"x-a", b"1"), *fields("/")],
    "connection": [*fields("/"), (b"connection", b"close")],
    "transfer-encoding": [*fields("/"), (b"transfer-encoding", b"chunked")],
    "upgrade": [*fields("/"), (b"upgrade", b"h2c")],
    "keep-alive": [*fields("/"), (b"keep-alive", b"1")],
    "proxy-connection": [*fields("/"), (b"proxy-connection", b"close")],
    "te": [*fields("/"), (b"te", b"gzip")],
    "two hosts": [*fields("/"), (b"host", b"other")],
    "a method that is none": fields("/", method="GE T"),
}


@pytest.mark.parametrize("head", MALFORMED.values(), ids=list(MALFORMED))
def test_a_malformed_request_is_reset_and_its_neighbours_go_on(head: list[tuple[bytes, bytes]]) -> None:
    @on_both_loops
    async def scenario() -> None:
        handler = Held()
        async with serving(handler) as it:
            client = await connect(it)
            good = client.post("/good")
            await handler.until("/good")
            bad = client.open(head)
            await client.until(lambda: bad in client.resets)
            assert client.resets[bad] == PROTOCOL
            handler.answer("/good")
            assert (await client.answer(good)).body == b"/good"
            assert it.server.requests == 1
            assert not it.errors

    scenario(asyncio.new_event_loop)


@on_both_loops
async def test_trailers_with_pseudo_headers() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        number = client.open(fields("/"), b"x", ends=False)
        client.h2.send_headers(number, [(b":path", b"/other")], end_stream=True)
        client.flush()
        await client.until(lambda: client.resets == {number: PROTOCOL})
        assert it.server.requests == 0


@on_both_loops
async def test_a_body_of_another_length() -> None:
    async with serving(limits=Limits(body_bytes=100_000)) as it:
        for length, body in ((b"2", b"abc"), (b"4", b"abc"), (b"1", b"")):
            client = await connect(it)
            number = client.post("/", body, (b"content-length", length))
            await client.until(lambda: number in client.resets or client.goodbyes)  # noqa: B023 - it is awaited here
            client.raw.writer.close()
        assert it.server.requests == 0

"""What goes wrong on one stream of HTTP/2 stays there; what the peer's settings and goodbyes allow is used."""

import asyncio

import pytest

from tests.server.http2_client import connect, fields, frame, frames_of, goodbye, raw
from tests.server.serving import Held, on_both_loops, serving
from weirmq.server.http import Exchange, Limits
from weirmq.wire.http import Request, Response

DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
PROTOCOL, FLOW_CONTROL, STREAM_CLOSED, REFUSED = 1, 3, 5, 7
GET_H = b"\x82\x86\x84\x41\x01h"
POST_H = b"\x83\x86\x84\x41\x01h"


@pytest.mark.parametrize(
    ("head", "body", "trailers"),
    [
        ([(b"content-length", b"+1")], b"", None),
        ([(b"content-length", b"1"), (b"content-length", b"2")], b"", None),
        ([(b"content-length", b"2")], b"abc", None),
        ([(b"content-length", b"4")], b"abc", None),
        ([(b"content-length", b"1")], b"", None),
        ([(b"content-length", b"4")], b"abc", [(b"x-a", b"1")]),
        ([], b"abc", [(b"X-A", b"1")]),
    ],
)
def test_a_request_that_contradicts_itself_is_reset_alone(
    head: list[tuple[bytes, bytes]], body: bytes, trailers: list[tuple[bytes, bytes]] | None
) -> None:
    @on_both_loops
    async def scenario() -> None:
        handler = Held()
        async with serving(handler) as it:
            client = await connect(it)
            good = client.post("/good")
            await handler.until("/good")
            bad = client.open(fields("/bad", *head), body, ends=trailers is None)
            if trailers is not None:
                client.h2.send_headers(bad, trailers, end_stream=True)
                client.flush()
            await client.until(lambda: bad in client.resets)
            assert client.resets[bad] == PROTOCOL
            handler.answer("/good")
            assert (await client.answer(good)).body == b"/good"
            assert it.server.requests == 1

    scenario(asyncio.new_event_loop)


@on_both_loops
async def test_more_streams_than_allowed_are_refused_alone() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await raw(it, b"".join(frame(HEADERS, 5, 2 * n + 1, GET_H) for n in range(130)))
        data = b""
        while len(found := [part for part in frames_of(data) if part[0] == RESET]) < 2:
            data += await client.reader.read(4096)
        assert [(stream, int.from_bytes(code)) for _, _, stream, code in found] == [(257, REFUSED), (259, REFUSED)]
        assert it.server.requests == 128


@on_both_loops
async def test_a_body_behind_the_end_of_its_request() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        good, bad = client.post("/good"), client.post("/bad")
        await handler.until("/bad")
        client.raw.send(frame(DATA, 0, bad, b"more"))
        await client.until(lambda: client.resets == {bad: STREAM_CLOSED})
        assert handler.gone == ["/bad"]
        handler.answer("/good")
        assert (await client.answer(good)).body == b"/good"


@on_both_loops
async def test_a_body_larger_than_its_window() -> None:
    async with serving() as it:
        client = await raw(it, frame(HEADERS, 4, 1, POST_H))
        client.send(frame(DATA, 0, 1, b"x" * 16_384) * 60)
        await it.until(lambda: it.server.bytes_in > 60 * 16_384)
        (connection,) = it.server.connections
        connection._session.withheld = True
        client.send(frame(DATA, 0, 1, b"x" * 16_384) * 70)
        code, _ = await goodbye(client)
        assert code == FLOW_CONTROL


@on_both_loops
async def test_windows_of_one_stream_that_are_wrong() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        good, none, large = client.post("/good"), client.post("/none"), client.post("/large")
        await handler.until("/large")
        client.raw.send(frame(WINDOW, 0, none, bytes(4)) + frame(WINDOW, 0, large, b"\x7f\xff\xff\xff"))
        await client.until(lambda: client.resets == {none: PROTOCOL, large: FLOW_CONTROL})
        handler.answer("/good")
        assert (await client.answer(good)).body == b"/good"


@on_both_loops
async def test_what_still_comes_of_a_refused_request_is_passed_over() -> None:
    async with serving(limits=Limits(body_bytes=1000)) as it:
        client = await connect(it)
        number = client.open(fields("/"), b"x" * 2000, ends=False)
        await client.answer(number)
        client.raw.send(frame(DATA, 0, number, b"x" * 1000) * 1200)
        client.raw.send(frame(HEADERS, 5, number, b"\0\x01a\x01b"))
        assert (await client.ask("/", b"y")).body == b"/ y"
        assert client.goodbyes == []


@on_both_loops
async def test_a_stream_that_has_ended_is_not_used_again() -> None:
    async with serving() as it:
        for wrong in (frame(HEADERS, 5, 1, GET_H), frame(DATA, 0, 1, b"x")):
            served = it.server.requests
            client = await raw(it, frame(HEADERS, 5, 1, GET_H))
            await it.until(lambda: it.server.requests > served)  # noqa: B023 - it is awaited here
            client.send(wrong)
            assert (await goodbye(client))[0] == STREAM_CLOSED
            client.writer.close()


@on_both_loops
async def test_new_streams_behind_our_goodbye_are_refused() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        number = client.post("/busy")
        await handler.until("/busy")
        stopping = asyncio.ensure_future(it.server.close(20))
        await client.until(lambda: client.goodbyes)
        late = client.post("/late", b"body")
        await client.until(lambda: late in client.resets)
        assert client.resets == {late: REFUSED}
        handler.answer("/busy")
        assert (await client.answer(number)).body == b"/busy"
        client.raw.writer.close()
        await stopping


@on_both_loops
async def test_a_peer_that_keeps_no_table_is_told_that_none_is_needed() -> None:
    """RFC 7541, 4.2: a smaller limit must be answered by a size update at the beginning of the next block."""
    async with serving() as it:
        get = [frame(HEADERS, 5, stream, GET_H) for stream in (1, 3)]
        client = await raw(it, frame(SETTINGS, 0, 0, b"\0\1\0\0\0\0"), *get)
        data = b""
        while len(heads := [part[3] for part in frames_of(data) if part[0] == HEADERS]) < 2:
            data += await client.reader.read(4096)
        assert heads[0] == b"\x20" + heads[1]


@on_both_loops
async def test_a_long_answering_head_is_cut() -> None:
    def handler(_request: Request, exchange: Exchange) -> None:
        exchange.answer(Response(200, b"x", headers=((b"X-Long", b"y" * 40_000),)))

    async with serving(handler) as it:
        client = await connect(it)
        assert (await client.ask("/")).headers["x-long"] == "y" * 40_000


@on_both_loops
async def test_a_header_bomb_is_refused_alone() -> None:
    """An entry of 4,000 bytes in the table, and then a section of nothing but references to it."""
    async with serving() as it:
        name, value = b"\x01a", b"\x7f\xa1\x1e" + b"x" * 4000  # 127 + 0x21 + 0x1e * 128
        client = await raw(it, frame(HEADERS, 5, 1, GET_H + b"\x40" + name + value))
        client.send(frame(HEADERS, 5, 3, GET_H + b"\xbe" * 4000) + frame(HEADERS, 5, 5, GET_H))
        data = b""
        while len(heads := [part for part in frames_of(data) if part[0] == HEADERS]) < 3:
            data += await client.reader.read(4096)
        assert [stream for _, _, stream, _ in heads] == [1, 3, 5]
        assert b"431" in heads[1][3]
        assert it.server.refusals == 1

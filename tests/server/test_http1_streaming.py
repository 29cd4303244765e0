"""Answers that go on, over HTTP/1.1: chunks, turns, slow readers, clients that leave."""

import asyncio
from collections.abc import Callable

import pytest

from tests.server.serving import GET, Client, Serving, on_both_loops, post, serving
from weirmq.server.exchange import Exchange, Writer
from weirmq.server.http import Timeouts
from weirmq.wire.http import Request, Response

HEAD = Response(200, b"", b"text/plain", ((b"X-Id", b"1"),))
PIECE = b"x" * 50_000


class Streaming:
    """A handler that streams below /s, and answers else what it is told to."""

    def __init__(self, head: Response = HEAD) -> None:
        self.head = head
        self.writers: dict[str, Writer] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.gone: list[str] = []
        self.rooms = 0

    def __call__(self, request: Request, exchange: Exchange) -> None:
        path = request.path.decode()
        self.exchanges[path] = exchange
        exchange.on_gone(lambda: self.gone.append(path))
        if path.startswith("/s"):
            self.stream(path)

    def stream(self, path: str) -> None:
        writer = self.writers[path] = self.exchanges[path].stream(self.head)
        writer.on_room(self._has_room)

    def _has_room(self) -> None:
        self.rooms += 1

    async def writer(self, it: Serving, path: str = "/s") -> Writer:
        """The writer of an answer whose turn it is."""
        await it.until(lambda: path in self.writers and not self.writers[path].is_full)
        return self.writers[path]


async def head_of(client: Client) -> bytes:
    return await client.reader.readuntil(b"\r\n\r\n")


async def chunk_of(client: Client) -> bytes:
    size = int(await client.reader.readuntil(b"\r\n"), 16)
    data = await client.reader.readexactly(size + 2)
    return data[:-2]


async def fill(writer: Writer) -> int:
    """Write until the client is slow to read; returns how much."""
    written = 0
    while not writer.is_full:
        writer.write(PIECE)
        written += len(PIECE)
        await asyncio.sleep(0)
    return written


@on_both_loops
async def test_chunks_leave_as_they_are_written() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/s"))
        head = await head_of(client)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\nTransfer-Encoding: chunked\r\n" in head
        assert b"\r\nX-Id: 1\r\n" in head
        assert b"Content-Length" not in head
        writer = await handler.writer(it)
        for said in (b"one", b"two"):
            writer.write(said)
            assert await chunk_of(client) == said
        writer.write(b"")  # would be the end
        writer.write(b"three")
        writer.close()
        writer.close()
        assert await chunk_of(client) == b"three"
        assert await chunk_of(client) == b""
        client.send(post("/s2"))  # the connection goes on
        await head_of(client)
        assert handler.gone == []
        assert it.server.requests == 2


@on_both_loops
async def test_the_body_of_the_head_comes_first() -> None:
    async with serving(Streaming(Response(200, b"first"))) as it:
        client = await it.connect()
        client.send(post("/s"))
        await head_of(client)
        assert await chunk_of(client) == b"first"


@on_both_loops
async def test_http_1_0_ends_with_its_connection() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(b"GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        head = await head_of(client)
        assert b"\r\nConnection: close\r\n" in head
        assert b"Transfer-Encoding" not in head
        writer = await handler.writer(it)
        writer.write(b"one")
        writer.write(b"two")
        writer.close()
        assert await client.at_end() == b"onetwo"


@on_both_loops
async def test_a_client_that_asked_for_the_close_gets_it() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/s", headers=b"Connection: close\r\n"))
        assert b"\r\nConnection: close\r\n" in await head_of(client)
        writer = await handler.writer(it)
        writer.write(b"one")
        writer.close()
        assert await client.at_end() == b"3\r\none\r\n0\r\n\r\n"


@on_both_loops
async def test_head_gets_no_body() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(GET.replace(b"GET /", b"HEAD /s") + post("/s2"))
        await head_of(client)
        await head_of(client)
        assert handler.gone == ["/s"]  # from the body


# ---- order


@on_both_loops
async def test_its_turn_comes_behind_the_answers_before() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/a") + post("/s") + post("/b"))
        await it.until(lambda: len(handler.exchanges) == 3)
        writer = handler.writers["/s"]
        assert writer.is_full
        writer.write(b"early")
        assert writer.unsent > len(b"early")
        handler.exchanges["/b"].answer(Response(200, b"b"))
        assert it.server.bytes_out == 0
        handler.exchanges["/a"].answer(Response(200, b"a"))
        assert (await client.receive()).body == b"a"
        await head_of(client)
        assert await chunk_of(client) == b"early"
        assert (handler.rooms, writer.is_full) == (1, False)
        writer.write(b"late")
        assert await chunk_of(client) == b"late"
        writer.close()
        assert await chunk_of(client) == b""
        assert (await client.receive()).body == b"b"


@on_both_loops
async def test_an_answer_that_has_ended_before_its_turn() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/a") + post("/s1") + post("/s2"))
        await it.until(lambda: len(handler.exchanges) == 3)
        for path in ("/s2", "/s1"):
            handler.writers[path].write(path.encode())
            handler.writers[path].close()
        handler.exchanges["/a"].answer(Response(200, b"a"))
        assert (await client.receive()).body == b"a"
        for path in (b"/s1", b"/s2"):
            await head_of(client)
            assert [await chunk_of(client), await chunk_of(client)] == [path, b""]


@on_both_loops
async def test_an_answer_may_begin_later() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/later"))
        await it.until(lambda: "/later" in handler.exchanges)
        handler.stream("/later")
        handler.writers["/later"].write(b"now")
        await head_of(client)
        assert await chunk_of(client) == b"now"


def second_answer(exchange: Exchange) -> None:
    exchange.answer(Response(200))


def second_stream(exchange: Exchange) -> None:
    exchange.stream(HEAD)


@pytest.mark.parametrize("again", [second_answer, second_stream])
def test_a_request_is_answered_once(again: Callable[[Exchange], None]) -> None:
    @on_both_loops
    async def scenario() -> None:
        handler = Streaming()
        async with serving(handler) as it:
            client = await it.connect()
            client.send(post("/s"))
            writer = await handler.writer(it)
            with pytest.raises(RuntimeError):
                again(handler.exchanges["/s"])
            writer.close()
            with pytest.raises(RuntimeError):
                writer.write(b"behind the end")

    scenario(asyncio.new_event_loop)


@on_both_loops
async def test_a_handler_that_fails_in_the_middle_breaks_the_answer_off() -> None:
    def handler(_request: Request, exchange: Exchange) -> None:
        exchange.stream(HEAD)
        raise ZeroDivisionError

    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/s"))
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await client.reader.readuntil(b"0\r\n\r\n")
        assert [str(what) for what, _ in it.errors] == ["a handler failed"]


@on_both_loops
async def test_a_head_that_cannot_be_sent() -> None:
    async with serving(Streaming(Response(200, headers=((b"X", b"1\r\nY: 2"),)))) as it:
        client = await it.connect()
        assert (await client.ask(post("/s"))).status == 500


# ---- readers


@on_both_loops
async def test_a_slow_reader_has_a_full_writer_until_it_reads() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/s"))
        writer = await handler.writer(it)
        written = await fill(writer)
        assert writer.unsent > 0
        assert it.server.budget.used >= writer.unsent
        assert handler.rooms == 1  # when it was its turn
        await head_of(client)
        for _ in range(written // len(PIECE)):
            assert await chunk_of(client) == PIECE
        await it.until(lambda: handler.rooms == 2)
        assert (writer.is_full, writer.unsent) == (False, 0)
        assert it.server.budget.used == 0
        writer.write(b"more")
        assert await chunk_of(client) == b"more"


@on_both_loops
async def test_a_reader_that_stops_is_given_up() -> None:
    handler = Streaming()
    async with serving(handler, timeouts=Timeouts(drain_s=30)) as it:
        client = await it.connect()
        client.send(post("/s"))
        writer = await handler.writer(it)
        await fill(writer)
        it.sweep(15)
        assert handler.gone == []
        it.sweep(60)
        await it.until(lambda: handler.gone == ["/s"])
        writer.write(b"to nobody")
        assert (writer.unsent, writer.is_full) == (0, False)
        writer.close()
        assert it.server.timed_out == 1


@on_both_loops
async def test_an_answer_may_be_silent_for_as_long_as_it_likes() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/s"))
        writer = await handler.writer(it)
        assert it.sweep(10_000) == 0
        writer.write(b"still there")
        await head_of(client)
        assert await chunk_of(client) == b"still there"


@pytest.mark.parametrize("leave", [lambda client: client.reset(), lambda client: client.writer.close()])
def test_a_client_that_leaves(leave: Callable[[Client], None]) -> None:
    @on_both_loops
    async def scenario() -> None:
        handler = Streaming()
        async with serving(handler) as it:
            client = await it.connect()
            client.send(post("/s") + post("/s2"))
            await it.until(lambda: len(handler.writers) == 2)
            leave(client)
            await it.until(lambda: len(handler.gone) == 2)
            for writer in handler.writers.values():
                writer.write(b"to nobody")
                writer.close()
            late: list[str] = []
            handler.exchanges["/s"].on_gone(lambda: late.append("/s"))
            assert late == ["/s"]

    scenario(asyncio.new_event_loop)


@on_both_loops
async def test_a_client_that_left_before_the_answer_began() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/later"))
        await it.until(lambda: "/later" in handler.exchanges)
        client.reset()
        await it.until(lambda: handler.gone == ["/later"])
        handler.stream("/later")
        handler.writers["/later"].write(b"to nobody")
        handler.writers["/later"].close()


# ---- the end


@on_both_loops
async def test_a_stop_waits_for_the_end_of_the_answer() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/s"))
        writer = await handler.writer(it)
        stopping = asyncio.ensure_future(it.server.close(20))
        await it.until(lambda: it.server.stopping)
        writer.write(b"last")
        writer.close()
        await head_of(client)
        assert await client.at_end() == b"4\r\nlast\r\n0\r\n\r\n"
        client.writer.close()
        await stopping
        assert handler.gone == []


@on_both_loops
async def test_requests_behind_it_are_answered_before_a_stop() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/s") + post("/a"))
        await it.until(lambda: len(handler.exchanges) == 2)
        stopping = asyncio.ensure_future(it.server.close(20))
        await it.until(lambda: it.server.stopping)
        handler.writers["/s"].close()
        handler.exchanges["/a"].answer(Response(200, b"a"))
        await head_of(client)
        assert await chunk_of(client) == b""
        answer = await client.receive()
        assert (answer.body, answer.headers["Connection"]) == (b"a", "close")
        client.writer.close()
        await stopping

"""One connection over a real socket: order, pipelining, patience, clients that leave or misbehave."""

import asyncio
import gc
import socket
import struct
from typing import Any

import pytest

from tests.server.serving import GET, Held, answered_by, connections, echo, on_both_loops, post, serving
from weirmq.server import http
from weirmq.server.http import Exchange, Limits
from weirmq.wire.http import Request, Response

# ---- requests and answers


@on_both_loops
async def test_keep_alive() -> None:
    async with serving() as it:
        client = await it.connect()
        for n in range(3):
            answer = await client.ask(post(f"/{n}", b"body"))
            assert (answer.status, answer.body) == (200, b"/%d body" % n)
            assert answer.headers["Date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
            assert "Connection" not in answer.headers
        assert (it.server.requests, it.server.connections_total, len(it.server.connections)) == (3, 1, 1)
        assert it.server.bytes_in == 3 * len(post("/0", b"body"))


@on_both_loops
async def test_bytes_may_come_singly() -> None:
    async with serving() as it:
        client = await it.connect()
        client.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = post("/x", b"abc")
        for n in range(len(data)):
            client.send(data[n : n + 1])
            await it.until(lambda n=n: it.server.bytes_in == n + 1)  # type: ignore[misc]
        assert (await client.receive()).body == b"/x abc"


@on_both_loops
async def test_the_request_says_where_it_came_from() -> None:
    requests: list[Request] = []

    def handler(request: Request, exchange: Exchange) -> None:
        requests.append(request)
        echo(request, exchange)

    async with serving(handler) as it:
        await (await it.connect()).ask(GET)
    assert (requests[0].peer, requests[0].secure) == ("127.0.0.1", False)


@on_both_loops
async def test_head_gets_no_body() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(GET.replace(b"GET", b"HEAD") + post("/next"))
        assert b"Content-Length: 2\r\n" in await client.reader.readuntil(b"\r\n\r\n")
        assert (await client.receive()).body == b"/next "


@on_both_loops
async def test_chunked_bodies() -> None:
    async with serving() as it:
        client = await it.connect()
        head = b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert (await client.ask(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")).body == b"/c abcde"
        assert (await client.ask(GET)).status == 200


@on_both_loops
async def test_the_client_may_end_the_connection() -> None:
    async with serving() as it:
        client = await it.connect()
        answer = await client.ask(post("/", headers=b"Connection: close\r\n") + GET)
        assert answer.headers["Connection"] == "close"
        assert await client.at_end() == b""
        assert it.server.requests == 1


@on_both_loops
async def test_http_1_0() -> None:
    async with serving() as it:
        client = await it.connect()
        assert "Connection: keep-alive" in str(
            await client.ask(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        ).replace("': '", ": ")
        assert (await client.ask(b"GET / HTTP/1.0\r\n\r\n")).headers["Connection"] == "close"
        assert await client.at_end() == b""


@on_both_loops
async def test_large_requests_and_answers() -> None:
    async with serving() as it:
        client = await it.connect()
        body = bytes(range(256)) * 4096 * 8
        answer = await client.ask(post("/", body))
        assert answer.body == b"/ " + body


# ---- order


@on_both_loops
async def test_pipelined_answers_leave_in_order() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(b"".join(post(f"/{n}") for n in range(4)))
        await handler.until("/3")
        for n in (2, 3, 1):
            handler.answer(f"/{n}")
        assert it.server.bytes_out == 0
        handler.answer("/0")
        assert [(await client.receive()).body for _ in range(4)] == [b"/0", b"/1", b"/2", b"/3"]


@on_both_loops
async def test_answers_of_one_turn_leave_in_one_write() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(b"".join(post(f"/{n}") for n in range(4)))
        await handler.until("/3")
        (connection,) = it.server.connections
        writes: list[bytes] = []
        transport = connection._transport

        class Recorder:
            def __getattr__(self, name: str) -> Any:
                return getattr(transport, name)

            def write(self, data: bytes) -> None:
                writes.append(data)
                transport.write(data)

        connection._transport = Recorder()  # type: ignore[assignment]
        for n in range(4):
            handler.answer(f"/{n}")
        for _ in range(4):
            await client.receive()
        assert len(writes) == 1


@on_both_loops
async def test_so_many_requests_are_in_progress_at_a_time() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(b"".join(post(f"/{n}") for n in range(40)))
        await handler.until("/15")
        await it.until(lambda: it.server.bytes_in == sum(len(post(f"/{n}")) for n in range(40)))
        assert len(handler.exchanges) == http.PIPELINED_LIMIT == 16
        handler.answer("/0")
        await handler.until("/16")
        assert len(handler.exchanges) == 17
        for n in range(1, 40):
            await handler.until(f"/{n}")
            handler.answer(f"/{n}")
        assert [(await client.receive()).body for _ in range(40)] == [b"/%d" % n for n in range(40)]
        assert (await answered_by(handler, client, "/more")).status == 200  # reading goes on


@on_both_loops
async def test_thousands_of_pipelined_requests_leave_turns_to_others() -> None:
    async with serving() as it:
        client, other = await it.connect(), await it.connect()
        await other.ask(GET)
        client.send(GET * 3000)
        await it.until(lambda: it.server.requests > 1)
        other.send(post("/other"))
        assert (await other.receive()).body == b"/other "
        for _ in range(3000):
            assert (await client.receive()).body == b"/ "


# ---- 100-continue and refusals


@on_both_loops
async def test_continue_is_told_before_the_body() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/first"))
        await handler.until("/first")
        head, body = post("/", b"body", b"Expect: 100-continue\r\n").split(b"\r\n\r\n")
        client.send(head + b"\r\n\r\n")
        await it.until(lambda: it.server.bytes_in == len(post("/first")) + len(head) + 4)
        handler.answer("/first")
        assert (await client.receive()).body == b"/first"  # the interim answer waits for its turn
        assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(body)
        await handler.until("/")
        handler.answer("/")
        assert (await client.receive()).body == b"/"


@on_both_loops
async def test_too_large_a_body_is_refused_before_it_comes() -> None:
    async with serving(limits=Limits(body_bytes=10)) as it:
        for expect in (b"", b"Expect: 100-continue\r\n"):
            client = await it.connect()
            answer = await client.ask(b"POST / HTTP/1.1\r\nHost: h\r\n" + expect + b"Content-Length: 11\r\n\r\n")
            assert (answer.status, answer.headers["Connection"]) == (413, "close")
            assert await client.at_end() == b""
        assert (it.server.requests, it.server.refusals) == (0, 2)


@on_both_loops
async def test_a_refusal_reaches_a_client_that_goes_on_sending() -> None:
    async with serving(limits=Limits(body_bytes=10)) as it:
        client = await it.connect()
        client.send(post("/", b"x" * 3_000_000))
        answer = await client.receive()
        assert answer.status == 413
        assert await client.at_end() == b""
        await client.writer.drain()
        assert it.sweep(5) == 1  # it has lingered for long enough
        await it.until(lambda: not it.server.connections)


@on_both_loops
async def test_refusals_wait_for_their_turn() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/a") + b"nonsense")
        await handler.until("/a")
        await it.until(lambda: it.server.refusals == 1)
        handler.answer("/a")
        assert (await client.receive()).body == b"/a"
        assert (await client.receive()).status == 400
        assert await client.at_end() == b""


# ---- handlers that fail


@on_both_loops
async def test_a_failing_handler_costs_one_request() -> None:
    def handler(request: Request, exchange: Exchange) -> None:
        if request.path == b"/fails":
            raise KeyError("secret")
        if request.path == b"/fails-late":
            echo(request, exchange)
            raise KeyError("secret")
        echo(request, exchange)

    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/fails") + post("/fails-late") + post("/works"))
        answer = await client.receive()
        assert answer.status == 500
        assert b"secret" not in answer.body
        assert (await client.receive()).body == b"/fails-late "
        assert (await client.receive()).body == b"/works "
        assert [what for what, _ in it.errors] == ["a handler failed", "a handler failed"]


@on_both_loops
async def test_an_answer_that_would_inject_headers_is_not_sent() -> None:
    def handler(request: Request, exchange: Exchange) -> None:
        exchange.answer(Response(200, b"x", headers=((b"X", b"a\r\nSet-Cookie: b"),)))

    async with serving(handler) as it:
        client = await it.connect()
        answer = await client.ask(GET)
        assert answer.status == 500
        assert "Set-Cookie" not in answer.headers
        assert len(it.errors) == 1


@on_both_loops
async def test_a_request_is_answered_once() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        await answered_by(handler, client, "/")
        with pytest.raises(RuntimeError):
            handler.answer("/")


# ---- clients that leave


@on_both_loops
async def test_on_gone_tells_of_a_client_that_left() -> None:
    handler = Held()
    async with serving(handler) as it:
        for leave in ("close", "reset"):
            client = await it.connect()
            client.send(post(f"/{leave}/a") + post(f"/{leave}/b"))
            await handler.until(f"/{leave}/b")
            handler.answer(f"/{leave}/b")  # can't leave before /a's
            if leave == "close":
                client.writer.close()
            else:
                client.reset()
            await it.until(lambda: not it.server.connections)
            handler.answer(f"/{leave}/a")  # nobody reads it, and that's fine
        assert handler.gone == ["/close/a", "/reset/a"]
        late: list[str] = []
        handler.exchanges["/close/a"].on_gone(lambda: late.append("told at once"))
        assert late == ["told at once"]
        assert it.errors == []


@on_both_loops
async def test_a_half_closed_client_gets_its_answers() -> None:
    handler = Held()
    handler.watch = False
    async with serving(handler) as it:
        client = await it.connect()
        client.send(b"".join(post(f"/{n}") for n in range(20)))
        client.writer.write_eof()
        for n in range(20):
            await handler.until(f"/{n}")
            handler.answer(f"/{n}")
        assert [(await client.receive()).body for _ in range(20)] == [b"/%d" % n for n in range(20)]
        assert await client.at_end() == b""


@on_both_loops
async def test_a_half_sent_request_is_dropped_with_its_client() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(post("/", b"body")[:-1])
        client.writer.write_eof()
        assert await client.at_end() == b""
        assert it.server.requests == 0


@on_both_loops
async def test_a_failing_on_gone_is_reported() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/a") + post("/b"))
        await handler.until("/b")
        handler.exchanges["/a"].on_gone(lambda: struct.unpack("i", b""))  # type: ignore[arg-type, return-value]
        client.reset()
        await it.until(lambda: not it.server.connections)
        assert handler.gone == ["/b"]
        assert len(it.errors) == 1


@on_both_loops
async def test_closed_connections_leave_nothing_behind() -> None:
    def count() -> int:
        return sum(isinstance(thing, http.Connection) for thing in gc.get_objects())

    async with serving() as it:
        client = await it.connect()
        await client.ask(GET)
        gc.collect()
        before = count()
        gc.disable()  # a closed connection must not wait for the collector: it may run rarely
        try:
            client.reset()
            await it.until(lambda: not it.server.connections)
            await asyncio.sleep(0)
            assert count() == before - 1
        finally:
            gc.enable()


# ---- patience


@on_both_loops
async def test_idle_connections_are_closed_in_the_end() -> None:
    async with serving() as it:
        fresh, used = await it.connect(), await it.connect()
        await used.ask(GET)
        await it.until(lambda: len(it.server.connections) == 2)
        assert it.sweep(8) == 0
        assert it.sweep(11) == 1  # never said a word
        assert await fresh.at_end() == b""
        assert it.sweep(115) == 0
        assert it.sweep(121) == 1
        assert await used.at_end() == b""
        assert it.server.refusals == 0


@on_both_loops
async def test_a_head_in_drops_is_cut_off() -> None:
    async with serving() as it:
        client = await it.connect()
        await client.ask(GET)
        sent = it.server.bytes_in
        client.send(b"GET / HT")
        await it.until(lambda: it.server.bytes_in == sent + 8)
        assert it.sweep(5) == 0
        client.send(b"TP")
        await it.until(lambda: it.server.bytes_in == sent + 10)
        assert it.sweep(11) == 1  # another drop gives no more time
        assert (await client.receive()).status == 408
        assert await client.at_end() == b""


@on_both_loops
async def test_a_body_must_get_on() -> None:
    async with serving() as it:
        client = await it.connect()
        head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"
        client.send(head)
        await it.until(lambda: it.server.bytes_in == len(head))
        client.send(b"x" * 20_000)
        await it.until(lambda: it.server.bytes_in == len(head) + 20_000)
        (connection,) = it.server.connections
        now = asyncio.get_running_loop().time()
        it.server.sweep(now + 32)
        client.send(b"x" * 20_000)
        await it.until(lambda: it.server.bytes_in == len(head) + 40_000)
        assert connection.due > now + 32
        it.server.sweep(now + 64)
        assert it.server.timed_out == 0
        client.send(b"x" * 1000)
        await it.until(lambda: it.server.bytes_in == len(head) + 41_000)
        it.server.sweep(now + 96)
        assert it.server.timed_out == 1
        assert (await client.receive()).status == 408
        assert await client.at_end() == b""


@on_both_loops
async def test_a_long_poll_has_all_the_time() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/"))
        await handler.until("/")
        assert it.sweep(100_000) == 0
        handler.answer("/")
        assert (await client.receive()).status == 200


@on_both_loops
async def test_a_client_that_does_not_read_is_cut_off() -> None:
    def handler(request: Request, exchange: Exchange) -> None:
        exchange.answer(Response(200, bytes(16_000_000)))

    async with serving(handler) as it:
        client = await it.connect()
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        client.send(GET * 100)
        (connection,) = await connections(it)
        await it.until(lambda: connection._holds & 2 != 0)
        requests = it.server.requests
        assert requests == 1  # after an answer of that size
        assert it.server.budget.used >= 8_000_000  # what it doesn't read, and the sockets don't hold
        await asyncio.sleep(0)
        assert it.sweep(55) == 0
        assert it.sweep(61) == 1
        await it.until(lambda: not it.server.connections)
        assert it.server.requests == requests
        assert it.server.budget.used == 0


@on_both_loops
async def test_large_answers_leave_a_turn_each_to_others() -> None:
    order: list[bytes] = []

    def handler(request: Request, exchange: Exchange) -> None:
        order.append(request.path)
        exchange.answer(Response(200, bytes(100_000 if request.path == b"/large" else 1)))

    async with serving(handler) as it:
        greedy, other = await it.connect(), await it.connect()
        greedy.send(post("/large") * 8)
        other.send(post("/small") * 3)
        for client, count in ((greedy, 8), (other, 3)):
            for _ in range(count):
                await client.receive()
        assert order.index(b"/small") <= 2
        assert len(order) == 11


@on_both_loops
async def test_clients_that_do_not_read_leave_memory_to_others() -> None:
    def handler(request: Request, exchange: Exchange) -> None:
        exchange.answer(Response(200, bytes(8_000_000)))

    async with serving(handler, limits=Limits(buffered_bytes=32_000_000)) as it:
        idlers = [await it.connect() for _ in range(12)]
        for number, client in enumerate(idlers):
            client.reader._transport.pause_reading()  # type: ignore[attr-defined]
            client.send(post("/", headers=b"Connection: close\r\n" if number % 2 else b""))
        await it.until(lambda: it.server.requests == 12)
        await it.until(lambda: it.server.budget.used <= 16_000_000)
        await it.until(lambda: len(it.server.connections) < 12)
        assert it.server.connections
        client = await it.connect()
        assert len((await client.ask(post("/"))).body) == 8_000_000
        assert it.server.timed_out == 0


@on_both_loops
async def test_a_client_alone_is_owed_as_much_as_it_asks_for() -> None:
    def handler(request: Request, exchange: Exchange) -> None:
        exchange.answer(Response(200, bytes(16_000_000)))

    async with serving(handler, limits=Limits(buffered_bytes=1_000_000)) as it:
        client = await it.connect()
        assert len((await client.ask(GET)).body) == 16_000_000


@on_both_loops
async def test_a_client_that_reads_slowly_is_not() -> None:
    size = 40_000_000  # far more than what the sockets' own buffers take at the end

    def handler(request: Request, exchange: Exchange) -> None:
        exchange.answer(Response(200, bytes(size)))

    async with serving(handler) as it:
        client = await it.connect()
        client.send(GET)
        (connection,) = await connections(it)
        await it.until(lambda: connection._holds & 2 != 0)
        now = asyncio.get_running_loop().time()
        await client.reader.readuntil(b"\r\n\r\n")
        got = 0
        for minute in range(1, 4):
            while got < minute * 5_000_000:
                got += len(await client.reader.read(1_000_000))
            it.server.sweep(now + minute * 62)
        assert it.server.timed_out == 0
        await client.reader.readexactly(size - got)
        assert len(await client.ask(GET)) == 3

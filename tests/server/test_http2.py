"""HTTP/2 beside HTTP/1.1 on one port: what a client may count on, streams side by side, and answers that go on."""

import asyncio
import shutil
import ssl
from pathlib import Path

import pytest

from tests.server import test_tls
from tests.server.http2_client import Http2Client, connect, fields, frames_of
from tests.server.serving import GET, Held, echo, on_both_loops, serving
from weirmq.kernel.clock import ManualClock
from weirmq.server.http import Exchange, Limits, Server
from weirmq.server.http2_exchange import FULL_BYTES, Http2Exchange, Http2Writer
from weirmq.wire.http import Request, Response

MIB = 1024 * 1024


class Kept:
    """A handler that answers at once and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def __call__(self, request: Request, exchange: Exchange) -> None:
        self.requests.append(request)
        echo(request, exchange)


class Streaming(Held):
    """A handler whose answers go on."""

    def __init__(self) -> None:
        super().__init__()
        self.writers: dict[str, Http2Writer] = {}

    def __call__(self, request: Request, exchange: Exchange) -> None:
        assert isinstance(exchange, Http2Exchange)
        path = request.path.decode()
        self.writers[path] = exchange.stream(Response(200, b"", b"text/event", ((b"X-Kind", b"stream"),)))
        super().__call__(request, exchange)


# ---- requests and answers


@on_both_loops
async def test_a_request_and_its_answer() -> None:
    handler = Kept()
    async with serving(handler) as it:
        client = await connect(it)
        answer = await client.ask("/a%20b?x=1&y", b"body", (b"x-one", b"1"), (b"x-two", b"a"), (b"x-two", b"b"))
        assert (answer.status, answer.body) == (200, b"/a%20b body")
        assert answer.headers["content-type"] == "text/plain"
        assert answer.headers["content-length"] == "11"
        assert answer.headers["date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
        (request,) = handler.requests
        assert request == Request(
            b"POST",
            b"/a%20b?x=1&y",
            b"/a%20b",
            b"x=1&y",
            {b"host": b"h", b"x-one": b"1", b"x-two": b"a,b"},
            b"body",
            "127.0.0.1",
            secure=False,
        )
        assert it.server.requests == 1


@on_both_loops
async def test_it_means_the_same_as_over_http_1() -> None:
    handler = Kept()
    async with serving(handler) as it:
        first, second = await it.connect(), await connect(it)
        one = await first.ask(b"PUT /p?q HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 1\r\n\r\nz")
        two = await second.ask("/p?q", b"z", (b"x-a", b"1"), (b"x-a", b"2"), (b"content-length", b"1"), method="PUT")
        assert (one.status, one.body) == (two.status, two.body)
        assert handler.requests[0] == handler.requests[1]
        assert {name.lower() for name in one.headers} == {name for name in two.headers if name[0] != ":"}


@on_both_loops
async def test_http_1_goes_on_beside_it() -> None:
    async with serving() as it:
        first, second = await it.connect(), await connect(it)
        for _ in range(3):
            assert (await first.ask(GET)).status == 200
            assert (await second.ask("/")).status == 200
        assert len(it.server.connections) == 2


@on_both_loops
async def test_many_requests_at_a_time_answered_in_any_order() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        paths = [f"/{n}" for n in range(100)]
        numbers = {path: client.post(path, path.encode() * 100) for path in paths}
        await handler.until("/99")
        for path in reversed(paths):
            handler.answer(path)
        for path in paths:
            assert (await client.answer(numbers[path])).body == path.encode()


@on_both_loops
async def test_a_body_larger_than_all_windows() -> None:
    async with serving() as it:
        client = await connect(it)
        body = bytes(range(256)) * 4096 * 6
        await client.echo()  # its settings have come
        number = client.open(fields("/x"), ends=False)
        for at in range(0, len(body), 65_536):
            piece = body[at : at + 65_536]
            await client.until(lambda: client.h2.local_flow_control_window(number) >= 65_536)
            client.send_body(number, piece, ends=at + 65_536 >= len(body))
        assert (await client.answer(number)).body == b"/x " + body
        assert not it.errors


@on_both_loops
async def test_an_answer_larger_than_all_windows() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        large, small = client.post("/large"), client.post("/small")
        await handler.until("/small")
        handler.answer("/large", b"x" * 3 * MIB)
        handler.answer("/small")
        assert (await client.answer(small)).body == b"/small"
        assert large not in client.ended  # the small one didn't wait for it
        assert (await client.answer(large)).body == b"x" * 3 * MIB


@on_both_loops
async def test_head_has_no_body_and_neither_has_204() -> None:
    def handler(request: Request, exchange: Exchange) -> None:
        exchange.answer(Response(204 if request.path == b"/none" else 200, b"four", b"text/plain"))

    async with serving(handler) as it:
        client = await connect(it)
        answer = await client.ask("/", method="HEAD")
        assert (answer.body, answer.headers["content-length"]) == (b"", "4")
        answer = await client.ask("/none")
        assert (answer.status, answer.body) == (204, b"")
        assert "content-length" not in answer.headers


@on_both_loops
async def test_the_authority_is_the_host() -> None:
    handler = Kept()
    async with serving(handler) as it:
        client = await connect(it)
        line = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/")]
        for head in (
            [*line, (b":authority", b"some.host:4566")],
            [*line, (b"host", b"some.host:4566")],
            [*line, (b":authority", b"some.host:4566"), (b"host", b"some.host:4566")],
        ):
            assert (await client.answer(client.open(head))).status == 200
        assert [request.headers for request in handler.requests] == [{b"host": b"some.host:4566"}] * 3


@on_both_loops
async def test_100_continue() -> None:
    async with serving() as it:
        client = await connect(it)
        number = client.open(fields("/", (b"expect", b"100-continue"), (b"content-length", b"3")), ends=False)
        await client.until(lambda: client.informed == [number])
        client.send_body(number, b"abc", ends=True)
        assert (await client.answer(number)).body == b"/ abc"
        assert (await client.ask("/", b"", (b"expect", b"something"))).status == 417


@on_both_loops
async def test_trailers_are_taken_and_dropped() -> None:
    handler = Kept()
    async with serving(handler) as it:
        client = await connect(it)
        number = client.open(fields("/"), b"body", ends=False)
        client.h2.send_headers(number, [(b"x-checksum", b"1")], end_stream=True)
        client.flush()
        assert (await client.answer(number)).body == b"/ body"
        assert b"x-checksum" not in handler.requests[0].headers


@on_both_loops
async def test_a_long_head_over_several_frames() -> None:
    async with serving() as it:
        client = await connect(it)
        assert (await client.ask("/" + "x" * 60_000, b"", (b"x-long", b"y" * 50_000))).status == 200


@on_both_loops
async def test_what_is_not_taken_is_said_on_its_stream() -> None:
    async with serving(limits=Limits(body_bytes=1000)) as it:
        client = await connect(it)
        assert (await client.ask("/", b"", *[(b"x-%d" % n, b"") for n in range(300)])).status == 431
        assert (await client.ask("/", b"x" * 1001)).status == 413
        assert (await client.ask("/", b"", (b"content-length", b"1001"))).status == 413
        assert (await client.ask("/", method="CONNECT")).status == 501
        assert (await client.ask("/a#b")).status == 400
        assert (await client.answer(client.open([*fields("/")[:2], (b":path", b"/")]))).status == 400
        assert (await client.ask("/", b"x" * 1000)).status == 200
        assert it.server.refusals == 6


@on_both_loops
async def test_a_refused_body_is_not_waited_for() -> None:
    async with serving(limits=Limits(body_bytes=1000)) as it:
        client = await connect(it)
        number = client.open(fields("/"), b"x" * 2000, ends=False)
        assert (await client.answer(number)).status == 413
        await client.until(lambda: client.resets == {number: 0})
        assert (await client.ask("/", b"y")).body == b"/ y"


# ---- clients that go


@on_both_loops
async def test_a_request_taken_back_is_told_to_its_handler_alone() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        first, second = client.post("/first"), client.post("/second")
        await handler.until("/second")
        client.h2.reset_stream(first, 8)
        client.flush()
        await client.echo()
        assert handler.gone == ["/first"]
        handler.answer("/first")  # changes nothing
        handler.answer("/second")
        assert (await client.answer(second)).body == b"/second"
        assert first not in client.heads


@on_both_loops
async def test_a_client_that_leaves_is_told_to_all_handlers() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        for path in ("/a", "/b"):
            client.post(path)
            await handler.until(path)
        client.raw.writer.close()
        await it.until(lambda: sorted(handler.gone) == ["/a", "/b"])
        handler.answer("/a")
        late: list[str] = []
        handler.exchanges["/b"].on_gone(lambda: late.append("/b"))
        assert late == ["/b"]


@on_both_loops
async def test_a_failing_handler_is_a_500_and_no_more() -> None:
    def handler(request: Request, exchange: Exchange) -> None:
        if request.path == b"/broken":
            exchange.answer(Response(200, headers=((b"x", b"a\r\nb"),)))
        elif request.path == b"/":
            raise ValueError("no")
        else:
            echo(request, exchange)

    async with serving(handler) as it:
        client = await connect(it)
        assert (await client.ask("/")).status == 500
        assert (await client.ask("/broken")).status == 500
        assert (await client.ask("/good")).status == 200
        assert [what for what, _ in it.errors] == ["a handler failed", "a response can't be sent"]


@on_both_loops
async def test_a_second_answer_is_an_error() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        number = client.post("/")
        await handler.until("/")
        handler.answer("/")
        with pytest.raises(RuntimeError, match="once"):
            handler.answer("/")
        assert (await client.answer(number)).status == 200


# ---- answers that go on


@on_both_loops
async def test_a_streaming_answer() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await connect(it)
        number, other = client.post("/events"), client.post("/other")
        await handler.until("/other")
        writer = handler.writers["/events"]
        await client.until(lambda: number in client.heads)
        assert client.heads[number]["x-kind"] == "stream"
        assert "content-length" not in client.heads[number]
        for part in (b"one ", b"two ", b"three"):
            writer.write(part)
            sofar = len(client.bodies[number])
            await client.until(lambda: len(client.bodies[number]) > sofar)  # noqa: B023 - it is awaited here
        assert it.server.budget.used == 0
        writer.close()
        assert (await client.answer(number)).body == b"one two three"
        assert other not in client.ended
        with pytest.raises(RuntimeError):
            writer.write(b"more")
        assert handler.gone == []


@on_both_loops
async def test_a_slow_reader_holds_up_itself_alone() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await connect(it, window=100_000, takes_at_once=False)
        client.h2.increment_flow_control_window(MIB)
        slow, quick = client.post("/slow"), client.post("/quick")
        await handler.until("/quick")
        room: list[str] = []
        writer = handler.writers["/slow"]
        writer.on_room(lambda: room.append("/slow"))
        while not writer.is_full:
            writer.write(b"x" * 10_000)
            await asyncio.sleep(0)
        assert writer.unsent >= FULL_BYTES
        assert it.server.budget.used >= FULL_BYTES
        handler.writers["/quick"].write(b"quick")
        handler.writers["/quick"].close()
        assert (await client.answer(quick)).body == b"quick"
        assert room == []
        client.give(slow, 100_000)
        client.flush()
        await client.until(lambda: len(client.bodies[slow]) > 100_000)
        assert room == ["/slow"]
        assert not writer.is_full
        client.h2.reset_stream(slow, 8)
        client.flush()
        await client.echo()
        assert handler.gone == ["/slow"]
        assert it.server.budget.used == 0
        writer.write(b"nobody reads it")
        assert writer.unsent == 0


@on_both_loops
async def test_a_reader_that_stands_still_loses_its_stream() -> None:
    handler = Streaming()
    async with serving(handler) as it:
        client = await connect(it, window=10_000, takes_at_once=False)
        slow, other = client.post("/slow"), client.post("/other")
        await handler.until("/other")
        handler.writers["/slow"].write(b"x" * 20_000)
        await client.until(lambda: slow in client.bodies and len(client.bodies[slow]) == 10_000)
        await it.until(lambda: it.server.budget.used > 0)
        it.sweep(61)
        assert it.sweep(122) == 1
        await client.until(lambda: client.resets == {slow: 8})
        assert handler.gone == ["/slow"]
        handler.writers["/other"].close()  # one that has nothing to send isn't slow
        assert (await client.answer(other)).body == b""


@on_both_loops
async def test_a_handler_that_fails_in_the_middle_of_its_answer() -> None:
    def handler(_request: Request, exchange: Exchange) -> None:
        assert isinstance(exchange, Http2Exchange)
        exchange.stream(Response(200, b"begun"))
        raise ValueError("no")

    async with serving(handler) as it:
        client = await connect(it)
        number = client.post("/")
        await client.until(lambda: number in client.resets)
        assert client.resets[number] == 2
        assert len(it.errors) == 1


@on_both_loops
async def test_a_peer_that_reads_nothing_at_all() -> None:
    """The transport's own back-pressure: answers wait, and the connection is cut when nothing moves."""
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it, window=2**31 - 1)
        client.h2.increment_flow_control_window(2**30)
        number = client.post("/")
        await handler.until("/")
        await client.echo()
        client.raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
        handler.answer("/", b"x" * 64 * MIB)
        (connection,) = it.server.connections
        await it.until(lambda: connection._session.paused)
        assert it.server.budget.used > 32 * MIB
        it.sweep(61)
        it.sweep(122)
        assert it.server.timed_out == 1
        await it.until(lambda: not it.server.connections)
        assert number not in client.ended


# ---- patience and memory


@on_both_loops
async def test_an_idle_connection_is_told_to_go() -> None:
    async with serving() as it:
        client = await connect(it)
        number = client.post("/")
        await client.answer(number)
        await client.echo()
        it.sweep(119)  # a look at a request that came in two pieces may be among what is due
        assert it.server.timed_out == 0
        it.sweep(122)
        assert it.server.timed_out == 1
        await client.at_end()
        assert client.goodbyes == [(0, number)]


@on_both_loops
async def test_a_silent_one_is_cut_off() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(b"PRI * HTTP/2.0\r\n\r\nSM")
        await it.until(lambda: it.server.bytes_in > 0)
        assert it.sweep(11) == 1
        assert [kind for kind, *_ in frames_of(await client.at_end())] == [4, 8, 7]
        assert it.sweep(17) == 1  # it has lingered for long enough


@on_both_loops
async def test_a_body_that_stands_still() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        other = client.post("/other")
        number = client.open(fields("/x", (b"content-length", b"100")), b"x" * 10, ends=False)
        await handler.until("/other")
        await client.echo()
        it.sweep(31)
        it.sweep(62)
        assert it.server.timed_out == 1
        assert (await client.answer(number)).status == 408
        handler.answer("/other")
        assert (await client.answer(other)).body == b"/other"


@on_both_loops
async def test_bodies_wait_while_the_budget_is_used_up() -> None:
    handler = Held()
    async with serving(handler, limits=Limits(buffered_bytes=100_000)) as it:
        first, second = await connect(it), await connect(it)
        for client in (first, second):
            await client.echo()
        full = first.post("/full", b"x" * 65_000)
        full2 = first.h2.get_next_available_stream_id()
        await handler.until("/full")
        first.post("/full2", b"x" * 60_000)
        await handler.until("/full2")
        number = second.open(fields("/late"), b"y" * 60_000, ends=False)
        for _ in range(17):
            await second.until(lambda: second.h2.local_flow_control_window(number) >= 60_000)
            second.send_body(number, b"y" * 60_000, ends=False)
            await second.echo()
            if second.h2.local_flow_control_window(number) < 60_000:
                break
        assert second.h2.local_flow_control_window(number) < 60_000  # no more of it is let in
        assert it.server.budget.used < 1_400_000
        handler.answer("/full")
        handler.answer("/full2")
        await first.answer(full)
        await first.answer(full2)
        await second.until(lambda: second.h2.local_flow_control_window(number) >= 60_000)
        second.send_body(number, b"y", ends=True)
        await handler.until("/late")
        handler.answer("/late")
        assert (await second.answer(number)).status == 200
        assert it.server.budget.used == 0


@on_both_loops
async def test_who_waits_for_room_too_long_is_told_to_come_back() -> None:
    handler = Held()
    async with serving(handler, limits=Limits(buffered_bytes=50_000)) as it:
        first, second = await connect(it), await connect(it)
        full = first.post("/full", b"x" * 60_000)
        await handler.until("/full")
        number = second.open(fields("/late"), b"y" * 10_000, ends=False)
        await second.echo()
        it.sweep(31)
        assert (await second.answer(number)).status == 503
        handler.answer("/full")
        assert (await first.answer(full)).status == 200


# ---- stopping


@on_both_loops
async def test_a_graceful_stop_finishes_the_streams() -> None:
    handler = Held()
    async with serving(handler) as it:
        client, idle = await connect(it), await connect(it)
        number = client.post("/busy")
        await handler.until("/busy")
        stopping = asyncio.ensure_future(it.server.close(20))
        await client.until(lambda: client.goodbyes)
        assert client.goodbyes == [(0, number)]
        assert not stopping.done()
        handler.answer("/busy")
        assert (await client.answer(number)).body == b"/busy"
        for each in (client, idle):
            await each.at_end()
            each.raw.writer.close()
        assert idle.goodbyes
        await stopping


@on_both_loops
async def test_a_stop_ends_when_its_grace_does() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        client.post("/")
        await handler.until("/")
        await it.server.close(0.01)
        assert handler.gone == ["/"]


@on_both_loops
async def test_a_client_that_says_goodbye_gets_its_answers() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await connect(it)
        number = client.post("/")
        await handler.until("/")
        client.raw.send(bytes.fromhex("000008070000000000") + bytes(8))
        await client.echo()
        handler.answer("/")
        assert (await client.answer(number)).body == b"/"
        await client.at_end()


# ---- TLS and other clients


@on_both_loops
async def test_alpn_over_tls() -> None:
    requests: list[Request] = []

    def handler(request: Request, exchange: Exchange) -> None:
        requests.append(request)
        echo(request, exchange)

    failures = test_tls.Failures()
    server = Server(handler, clock=ManualClock(), on_error=failures)
    certificate = test_tls.load(_folders[0], test_tls.OLD.certificate, test_tls.OLD.key)
    ((_, port),) = await server.listen("127.0.0.1", 0, certificate.context)
    for protocols, chosen in ((["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), ([], None)):
        context = test_tls.trusting()
        context.set_alpn_protocols(protocols)
        raw_client = await test_tls.connect(port, context=context)
        session: ssl.SSLObject = raw_client.writer.get_extra_info("ssl_object")
        assert session.selected_alpn_protocol() == chosen
        if chosen == "h2":
            client = Http2Client(raw_client)
            client.flush()
            assert (await client.ask("/", b"x" * 50_000)).body == b"/ " + b"x" * 50_000
        else:
            assert (await raw_client.ask(GET)).status == 200
        raw_client.writer.close()
    assert [request.secure for request in requests] == [True] * 3
    await server.close(1)
    assert failures == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@on_both_loops
async def test_curl_with_prior_knowledge() -> None:
    async with serving() as it:
        process = await asyncio.create_subprocess_exec(
            "curl", "-sS", "--http2-prior-knowledge", "--max-time", "15", "-w", " %{http_version}", "-d", "x" * 50_000,
            f"http://127.0.0.1:{it.port}/b", stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate()
        assert out == b"/b " + b"x" * 50_000 + b" 2"


_folders: list[Path] = []


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    """Scenarios take no fixtures: they find the folder here."""
    _folders[:] = [tmp_path]

"""The server around its connections: limits that they share, listening, stopping."""

import asyncio
import resource
import socket

import pytest

from tests.server.serving import GET, Client, Held, answered_by, echo, on_both_loops, post, serving
from weirmq.kernel.clock import ManualClock
from weirmq.server.http import Limits, Server, Timeouts

# ---- limits


@on_both_loops
async def test_connections_beyond_the_limit_are_told_so() -> None:
    async with serving(limits=Limits(connections=2)) as it:
        first, second = await it.connect(), await it.connect()
        await first.ask(GET)
        await second.ask(GET)
        third = await it.connect()
        answer = await third.receive()
        assert (answer.status, answer.headers["Connection"]) == (503, "close")
        assert await third.at_end() == b""
        third.writer.close()
        first.writer.close()
        await it.until(lambda: len(it.server.connections) == 1)
        assert (await (await it.connect()).ask(GET)).status == 200


@on_both_loops
async def test_reading_pauses_while_the_budget_is_used_up() -> None:
    handler = Held()
    async with serving(handler, limits=Limits(buffered_bytes=100_000)) as it:
        first, second = await it.connect(), await it.connect()
        first.send(post("/first", b"x" * 150_000))
        await handler.until("/first")
        second.send(post("/second", b"x" * 3_000_000))
        await it.until(lambda: sum(connection._holds & 4 for connection in it.server.connections) == 8)
        held = it.server.budget.used
        for _ in range(20):
            await asyncio.sleep(0)
        assert it.server.budget.used == held < 2_000_000
        handler.answer("/first")
        assert (await first.receive()).status == 200
        await handler.until("/second")  # it may pass the limit: nothing else would give room back
        handler.answer("/second")
        assert (await second.receive()).status == 200
        assert it.server.budget.used == 0


@on_both_loops
async def test_who_waits_for_room_too_long_is_told_to_come_back() -> None:
    handler = Held()
    async with serving(handler, limits=Limits(buffered_bytes=100_000)) as it:
        first, second = await it.connect(), await it.connect()
        first.send(post("/first", b"x" * 150_000))
        await handler.until("/first")
        second.send(post("/second", b"x" * 3_000_000))
        await it.until(lambda: sum(connection._holds & 4 for connection in it.server.connections) == 8)
        assert it.sweep(31) == 1
        assert (await second.receive()).status == 503
        assert await second.at_end() == b""
        handler.answer("/first")
        assert (await first.receive()).status == 200


@on_both_loops
async def test_a_thousand_idle_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096) if hard < 0 else min(max(soft, 4096), hard), hard))
    async with serving() as it:
        clients = [await it.connect() for _ in range(1000)]
        for client in clients:
            client.send(post("/x", b"y"))
        for client in clients:
            assert (await client.receive()).body == b"/x y"
        assert len(it.server.connections) == 1000
        assert it.sweep(60) == 0
        assert it.sweep(122) == 1000


# ---- listening and stopping


@on_both_loops
async def test_listening_on_several_addresses() -> None:
    server = Server(echo, clock=ManualClock(), on_error=print)
    addresses = await server.listen("127.0.0.1", 0) + await server.listen("127.0.0.1", 0)
    if socket.has_ipv6:
        addresses += await server.listen("::1", 0)
    assert len({port for _, port in addresses}) == len(addresses)
    for host, port in addresses:
        client = Client(*await asyncio.open_connection(host, port))
        assert (await client.ask(GET)).status == 200
        client.writer.close()
    (connection, *_) = server.connections
    sock = connection._transport.get_extra_info("socket")
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    await server.close(1)


@on_both_loops
async def test_a_port_in_use_is_an_os_error() -> None:
    async with serving() as it:
        with pytest.raises(OSError, match=r"in use"):
            await it.server.listen("127.0.0.1", it.port)


@on_both_loops
async def test_a_graceful_stop() -> None:
    handler = Held()
    async with serving(handler) as it:
        idle, busy, late = await it.connect(), await it.connect(), await it.connect()
        await answered_by(handler, idle, "/idle")
        await answered_by(handler, late, "/before")
        busy.send(post("/busy"))
        await handler.until("/busy")
        stopping = asyncio.ensure_future(it.server.close(20))
        await it.until(lambda: it.server.stopping)
        with pytest.raises(OSError, match=r"refused|reset|Connect"):
            await it.connect()
        answer = await answered_by(handler, late, "/late")  # it was connected: answered, and told to go
        assert answer.headers["Connection"] == "close"
        assert not stopping.done()
        handler.answer("/busy")
        answer = await busy.receive()
        assert (answer.body, answer.headers["Connection"]) == (b"/busy", "close")
        assert await busy.at_end() == b""
        assert await idle.at_end() == b""
        await stopping


@on_both_loops
async def test_a_stop_ends_when_its_grace_does() -> None:
    handler = Held()
    async with serving(handler) as it:
        client = await it.connect()
        client.send(post("/"))
        await handler.until("/")
        await it.server.close(0.01)
        assert handler.gone == ["/"]


@on_both_loops
async def test_timeouts_can_be_chosen() -> None:
    async with serving(timeouts=Timeouts(idle_s=3)) as it:
        client = await it.connect()
        await client.ask(GET)
        assert it.sweep(4) == 1
        assert await client.at_end() == b""

"""TLS handshakes that are under way: they count as connections, and go before those who are in."""

import asyncio
import errno
import resource
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.server.kafka.serving import Client, Serving, say, serving
from tests.server.kafka.test_security import connect, security, trusting
from tests.server.serving import on_both_loops
from weirmq.server import doorway
from weirmq.server.kafka import listener, self_signed

AT_ONCE = 2_000
SPEAKS = 50  # one in so many
HOUR_S = 3600.0


def context(folder: Path) -> ssl.SSLContext:
    return trusting(self_signed.files(folder).authority)


async def silent(it: Serving, number: int) -> list[Client]:
    """So many clients that connect and say nothing."""
    before = it.listener.budget.connections
    clients = [await it.connect() for _ in range(number)]
    await it.until(lambda: it.listener.budget.connections == before + number)
    return clients


@on_both_loops
async def test_who_says_nothing_goes_before_one_who_does(tmp_path: Path) -> None:
    async with serving(security=security(tmp_path), connections=3) as it:
        clients = await silent(it, 3)
        assert it.listener.connections == set()
        client = await connect(it, context(tmp_path))
        assert await client.ask(b"hello") == b"hello"
        (connection,) = it.listener.connections
        sock = connection._transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert await clients[0].at_end() == b""
        assert (it.listener.budget.connections, it.listener.refused) == (3, 1)
        assert it.told[-1] | {"client": "127.0.0.1", "reason": "there are too many connections"} == it.told[-1]


@on_both_loops
async def test_who_is_in_stays_in(tmp_path: Path) -> None:
    async with serving(security=security(tmp_path), connections=2) as it:
        clients = [await connect(it, context(tmp_path)) for _ in range(2)]
        for client in clients:
            assert await client.ask(b"hello") == b"hello"
        assert it.listener.budget.outsiders == {}
        for _ in range(50):
            assert await (await it.connect()).at_end() == b""
        for client in clients:
            assert await client.ask(b"hello") == b"hello"
        assert it.listener.budget.connections == 2


@on_both_loops
async def test_many_that_come_together_where_one_may(tmp_path: Path) -> None:
    async with serving(security=security(tmp_path), connections=1) as it:
        clients = await asyncio.gather(*(it.connect() for _ in range(50)))
        ended = asyncio.gather(*(client.at_end() for client in clients[:-1]))
        assert set(await ended) == {b""}
        assert (it.listener.budget.connections, it.listener.refused) == (1, 49)


@on_both_loops
async def test_a_handshake_that_fails_gives_its_place_back(tmp_path: Path) -> None:
    async with serving(security=security(tmp_path), connections=2) as it:
        for _ in range(3):
            (client,) = await silent(it, 1)
            client.send(b"GET / HTTP/1.1\r\n\r\n")
            await client.at_end()
            await it.until(lambda: it.listener.budget.connections == 0)
            (client,) = await silent(it, 1)
            client.reset()
            await it.until(lambda: it.listener.budget.connections == 0)
        assert (it.errors, it.words.gone, it.listener.refused) == ([], [], 0)


@on_both_loops
async def test_one_that_never_begins_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "TLS_S", 0.05)
    async with serving(security=security(tmp_path)) as it:
        (client,) = await silent(it, 1)
        assert await client.at_end() == b""
        await it.until(lambda: it.listener.budget.connections == 0)


@on_both_loops
async def test_a_stop_ends_handshakes(tmp_path: Path) -> None:
    async with serving(security=security(tmp_path)) as it:
        clients = await silent(it, 3)
        it.listener.stop()
        for client in clients:
            assert await client.at_end() == b""
        await it.until(lambda: it.listener.budget.connections == 0)


@on_both_loops
async def test_two_thousand_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "TLS_S", HOUR_S)  # the last ones may come late on a busy machine
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 2 * AT_ONCE + 100
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files) if hard < 0 else min(max(soft, files), hard), hard))
    async with serving(security=security(tmp_path)) as it:
        clients = await silent(it, AT_ONCE)
        tls, speakers = context(tmp_path), clients[::SPEAKS]
        await asyncio.gather(*(client.writer.start_tls(tls, server_hostname="localhost") for client in speakers))
        for client in speakers:
            client.send(say(b"hello"))
        assert {await client.hear() for client in speakers} == {(0, b"hello")}
        assert len(it.listener.connections) == AT_ONCE // SPEAKS
        assert it.listener.budget.connections == AT_ONCE
        assert it.listener.refused == 0


class Exhausted(socket.socket):
    """One that has a descriptor for a client only the second time."""

    asked = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.asked += 1
        if self.asked == 1:
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


@pytest.mark.parametrize("closes", [False, True])
async def test_without_descriptors_clients_wait(closes: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorway, "PAUSE_S", 0.01)
    it = Serving(security(tmp_path))
    door = Exhausted()
    door.bind(("127.0.0.1", 0))
    door.listen()
    door.setblocking(False)
    it.port = door.getsockname()[1]
    it.listener.serve([door])
    client = await it.connect()
    await it.until(lambda: bool(it.errors))
    assert it.errors[0][0] == "a connection can't be accepted"
    if not closes:
        await it.until(lambda: it.listener.budget.connections == 1)
    it.listener.stop()
    assert await client.at_end() == b""
    client.writer.close()

"""TLS handshakes of HTTP clients that are under way: they count, and go before those who are in."""

import asyncio
import ssl
from pathlib import Path

import pytest

from tests.server import test_tls
from tests.server.serving import GET, Client, Serving, on_both_loops, serving
from weirmq.server import http
from weirmq.server.families import of_server
from weirmq.server.http import Limits


def context(folder: Path) -> ssl.SSLContext:
    return test_tls.load(folder, test_tls.OLD.certificate, test_tls.OLD.key).context


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SURPLUS_LIMIT", 1)


async def silent(it: Serving, number: int) -> list[Client]:
    """So many clients that connect and say nothing."""
    before = len(it.server.arrivals)
    clients = [await it.connect() for _ in range(number)]
    await it.until(lambda: len(it.server.arrivals) == before + number)
    return clients


async def come_in(it: Serving) -> Client:
    client = await test_tls.connect(it.port)
    it.clients.append(client)
    return client


async def gone(client: Client) -> bool:
    try:
        return await client.at_end() == b""
    except ConnectionResetError:
        return True


@on_both_loops
async def test_who_says_nothing_goes_before_one_who_does(tmp_path: Path) -> None:
    async with serving(tls=context(tmp_path), limits=Limits(connections=2)) as it:
        clients = await silent(it, 3)
        client = await come_in(it)
        assert (await client.ask(GET)).status == 200
        assert await gone(clients[0])
        assert (len(it.server.arrivals), len(it.server.connections)) == (2, 1)
        assert next(of_server(it.server)).samples[0].value == 3


@on_both_loops
async def test_who_is_in_stays_in(tmp_path: Path) -> None:
    async with serving(tls=context(tmp_path), limits=Limits(connections=2)) as it:
        clients = [await come_in(it) for _ in range(2)]
        for client in clients:
            assert (await client.ask(GET)).status == 200
        (last,) = await silent(it, 1)
        for _ in range(20):
            newer = await it.connect()
            assert await gone(last)
            last = newer
        for client in clients:
            assert (await client.ask(GET)).status == 200
        assert (len(it.server.arrivals), len(it.server.connections)) == (1, 2)


@on_both_loops
async def test_who_is_one_too_many_is_told_so(tmp_path: Path) -> None:
    async with serving(tls=context(tmp_path), limits=Limits(connections=1)) as it:
        assert (await (await come_in(it)).ask(GET)).status == 200
        assert (await (await come_in(it)).receive()).status == 503


@on_both_loops
async def test_a_handshake_that_fails_gives_its_place_back(tmp_path: Path) -> None:
    async with serving(tls=context(tmp_path)) as it:
        (client,) = await silent(it, 1)
        client.send(GET)
        await client.at_end()
        await it.until(lambda: not it.server.arrivals)
        (client,) = await silent(it, 1)
        client.reset()
        await it.until(lambda: not it.server.arrivals)
        assert (it.errors, it.server.connections_total) == ([], 0)


@on_both_loops
async def test_one_that_is_sent_away_as_it_comes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handshake is over, but the loop hasn't told yet when its place is needed."""
    arrivals: list[http.Arrival] = []

    class Late(http.Arrival):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            arrivals.append(self)
            self.abort()
            super().connection_made(transport)

    monkeypatch.setattr(http, "Arrival", Late)
    async with serving(tls=context(tmp_path)) as it:
        client = await come_in(it)
        assert await gone(client)
        await it.until(lambda: not it.server.connections)
        assert len(arrivals) == 1
        assert it.errors == []


@on_both_loops
async def test_a_stop_ends_handshakes(tmp_path: Path) -> None:
    async with serving(tls=context(tmp_path)) as it:
        clients = await silent(it, 3)
        await it.server.close(1)
        for client in clients:
            assert await gone(client)
        await it.until(lambda: not it.server.arrivals)

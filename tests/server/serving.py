"""A server on a free port, and clients that speak raw bytes to it: for the tests of the HTTP server.

Each scenario runs on asyncio's own loop and on uvloop. Time is handed to `sweep`; nothing sleeps.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from inspect import Parameter, Signature, signature
from typing import Any, NamedTuple

import pytest
import uvloop

from weirmq.kernel.clock import ManualClock
from weirmq.server.http import Connection, Exchange, Handler, Server
from weirmq.wire.http import Request, Response

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def on_both_loops(scenario: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test of a scenario, which may take fixtures."""

    @pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
    def test(factory: Any, **fixtures: Any) -> None:
        async def limited() -> None:
            async with asyncio.timeout(50):  # where nothing goes on, not where much goes on: the machine may be busy
                await scenario(**fixtures)

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(limited())

    test.__doc__ = scenario.__doc__
    own = [Parameter("factory", Parameter.POSITIONAL_OR_KEYWORD), *signature(scenario).parameters.values()]
    test.__signature__ = Signature(own)  # type: ignore[attr-defined]
    return test


def post(path: str, body: bytes = b"", headers: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: h\r\n%bContent-Length: %d\r\n\r\n%b" % (path.encode(), headers, len(body), body)


def echo(request: Request, exchange: Exchange) -> None:
    exchange.answer(Response(200, request.path + b" " + request.body, b"text/plain"))


class Held:
    """A handler that answers when it is told to."""

    def __init__(self) -> None:
        self.exchanges: dict[str, Exchange] = {}
        self.gone: list[str] = []
        self.watch = True
        self._came = asyncio.Event()

    def __call__(self, request: Request, exchange: Exchange) -> None:
        path = request.path.decode()
        self.exchanges[path] = exchange
        if self.watch:
            exchange.on_gone(lambda: self.gone.append(path))
        self._came.set()

    async def until(self, path: str) -> None:
        while path not in self.exchanges:
            self._came.clear()
            await self._came.wait()

    def answer(self, path: str, body: bytes | None = None) -> None:
        self.exchanges[path].answer(Response(200, path.encode() if body is None else body))


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def receive(self) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")[:-2]
        headers = dict(line.split(": ", 1) for line in lines)
        body = await self.reader.readexactly(int(headers.get("Content-Length", "0")))
        return Answer(int(first.split()[1]), headers, body)

    async def ask(self, data: bytes) -> Answer:
        self.send(data)
        return await self.receive()

    async def at_end(self) -> bytes:
        """What comes until the server closes."""
        return await self.reader.read()

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Serving(NamedTuple):
    server: Server
    port: int
    errors: list[tuple[str, BaseException]]
    clients: list[Client]

    async def connect(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        return client

    def sweep(self, later_s: float) -> int:
        return self.server.sweep(asyncio.get_running_loop().time() + later_s + 1)  # the wheel is late by up to 1 s

    async def until(self, so: Callable[[], bool]) -> None:
        """Let the loop turn until it is so."""
        while not so():  # noqa: ASYNC110 - an event would have to be set by the code under test
            await asyncio.sleep(0)


@asynccontextmanager
async def serving(handler: Handler = echo, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Serving]:
    errors: list[tuple[str, BaseException]] = []
    server = Server(handler, clock=ManualClock(), on_error=lambda what, why: errors.append((what, why)), **options)
    ((_, port),) = await server.listen("127.0.0.1", 0, tls)
    it = Serving(server, port, errors, [])
    try:
        yield it
    finally:
        await server.close(0)
        for client in it.clients:
            client.writer.close()
        assert server.budget.used == 0
        assert not server.connections
        assert not server.wheel


async def answered_by(handler: Held, client: Client, path: str) -> Answer:
    client.send(post(path))
    await handler.until(path)
    handler.answer(path)
    return await client.receive()


async def connections(it: Serving) -> list[Connection]:
    await it.until(lambda: bool(it.server.connections))
    return list(it.server.connections)

"""A Kafka port before a service of a few words, and clients that speak raw bytes to it.

The service answers SaslAuthenticate, whose bytes say what it is to do; what it answers with is bytes too. Time is
handed to `sweep`, durability is a switch; nothing sleeps.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import LogFailed, NoRoom
from weirmq.server.kafka.budget import Budget
from weirmq.server.kafka.connection import KafkaConnection
from weirmq.server.kafka.listener import Limits, Listener, Surroundings
from weirmq.server.kafka.security import OPEN, Security
from weirmq.server.listening import listening
from weirmq.services.kafka.ask import Api, Ask, Place, Service
from weirmq.wire.kafka import apis, codec
from weirmq.wire.kafka.messages import NAMES
from weirmq.wire.kafka.messages.api_versions_request import ApiVersionsRequest
from weirmq.wire.kafka.messages.api_versions_response import ApiVersion, ApiVersionsResponse
from weirmq.wire.kafka.messages.sasl_authenticate_request import SaslAuthenticateRequest
from weirmq.wire.kafka.messages.sasl_authenticate_response import SaslAuthenticateResponse

KEYS = {name: key for key, name in NAMES.items()}
LOCAL = [(socket.AF_INET, "127.0.0.1")]
SAY, VERSIONS = KEYS["sasl_authenticate"], KEYS["api_versions"]


def a_range(count: int) -> int:
    """The first of so many ports that were free a moment ago."""
    while True:
        (first,) = listening(LOCAL, 0)
        port = int(first.getsockname()[1])
        others: list[socket.socket] = []
        try:
            for each in range(1, count):
                others += listening(LOCAL, port + each)
        except OSError:
            continue
        else:
            return port
        finally:
            for found in (first, *others):
                found.close()


def frame(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data


def head(key: int, version: int, correlation: int = 0, client_id: bytes = b"c") -> bytes:
    return struct.pack(">hhih", key, version, correlation, len(client_id)) + client_id


def request(key: int, version: int, body: Any, correlation: int = 0) -> bytes:
    """A whole request, with its length."""
    message = apis.request(key)
    out = bytearray(head(key, version, correlation))
    if version >= message.flexible:
        out.append(0)
    codec.encoder(message, version)(body, out)
    return frame(bytes(out))


def answer(key: int, version: int, data: bytes) -> Any:
    """The message in the frame of an answer."""
    message = apis.response(key)
    is_flexible = version >= message.flexible and key != VERSIONS
    return codec.decode(message, version, memoryview(data), 5 if is_flexible else 4)


def say(words: bytes, correlation: int = 0) -> bytes:
    return request(SAY, 0, SaslAuthenticateRequest(words), correlation)


def said(words: bytes) -> SaslAuthenticateResponse:
    return SaslAuthenticateResponse(0, None, words)


class Words:
    """A service that does as it is told: `wait`, `none`, `close`, `fail`, `full`, `bug`, `size N`. Else an echo."""

    def __init__(self) -> None:
        self.waiting: list[Ask] = []
        self.handled: list[bytes] = []
        self.gone: list[Any] = []
        self.apis: Mapping[int, Api] = {SAY: Api(Words.answer, 0, 1), VERSIONS: Api(Words.versions, 0, 4)}

    def versions(self, _ask: Ask, _request: ApiVersionsRequest) -> ApiVersionsResponse:
        return ApiVersionsResponse(0, [ApiVersion(VERSIONS, 0, 4)])

    def quick(self, connection: Any, place: Place, frame: memoryview, now_ms: int) -> None:
        """Nothing has a way of its own."""

    def waits_again(self, *_what: Any) -> bool:
        """Nothing was asked before."""
        return False

    def unsupported(self) -> ApiVersionsResponse:
        return ApiVersionsResponse(35, [ApiVersion(VERSIONS, 0, 4)])

    def run(self, api: Api, ask: Ask, request: Any) -> Any:
        return api.function(self, ask, request)

    def came(self, connection: Any, place: Place, now_ms: int) -> None:
        pass

    def left(self, connection: Any) -> None:
        self.gone.append(connection)

    def answer(self, ask: Ask, request: SaslAuthenticateRequest) -> SaslAuthenticateResponse | None:
        words = request.auth_bytes
        self.handled.append(words)
        match words.partition(b" ")[0]:
            case b"wait":
                self.waiting.append(ask)
                return None
            case b"none" | b"close":
                if words == b"close":
                    ask.connection.close()
                ask.is_over = True
                return None
            case b"fail":
                raise LogFailed("the disk is broken")
            case b"full":
                raise NoRoom("no room on the disk")
            case b"bug":
                raise ZeroDivisionError
            case b"size":
                return said(bytes(int(words.partition(b" ")[2])))
        return said(words)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def receive(self) -> bytes:
        """The next answer, without its length."""
        (size,) = struct.unpack(">i", await self.reader.readexactly(4))
        return await self.reader.readexactly(size)

    async def hear(self) -> tuple[int, bytes]:
        """Correlation id and bytes of the next answer to `say`."""
        data = await self.receive()
        return int.from_bytes(data[:4], "big"), answer(SAY, 0, data).auth_bytes

    async def ask(self, words: bytes) -> bytes:
        self.send(say(words))
        return (await self.hear())[1]

    async def at_end(self) -> bytes:
        """What comes until the server closes."""
        found = b""
        try:
            while piece := await self.reader.read(1 << 20):
                found += piece
        except ConnectionError:
            pass
        return found

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Serving:
    """A listening port. While `is_durable` is off, answers wait for `sync`."""

    def __init__(self, security: Security = OPEN, service: Service | None = None, **limits: Any) -> None:
        self.words = Words()
        self.errors: list[tuple[str, BaseException]] = []
        self.failures: list[BaseException] = []
        self.told: list[dict[str, Any]] = []
        self.touched = self.expected = 0
        self.is_durable = True
        self.clients: list[Client] = []
        self._held: list[tuple[Callable[[Any], None], Any]] = []
        surroundings = Surroundings(
            clock=ManualClock(),
            hold=self._hold,
            touch=self._touch,
            expect=self._expect,
            fail=self.failures.append,
            on_error=lambda what, why: self.errors.append((what, why)),
            tell=lambda _level, event, fields: self.told.append({"event": event, **fields}),
        )
        known = Limits(**limits)
        budget = Budget(known.buffered_bytes)
        self.listener = Listener(service or self.words, Place(0, 1), surroundings, known, budget, security)
        self.port = 0

    def _hold(self, done: Callable[[Any], None], given: Any) -> None:
        if self.is_durable:
            done(given)
        else:
            self._held.append((done, given))

    def _expect(self) -> None:
        self.expected += 1

    def _touch(self, _now_ms: int) -> None:
        self.touched += 1

    def sync(self) -> None:
        """All that waits is durable."""
        held, self._held = self._held, []
        for done, given in held:
            done(given)

    async def connect(self, **arguments: Any) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port, **arguments))
        self.clients.append(client)
        return client

    async def until(self, so: Callable[[], bool]) -> None:
        """Let the loop turn until it is so."""
        while not so():  # noqa: ASYNC110 - an event would have to be set by the code under test
            await asyncio.sleep(0)

    async def rest(self) -> None:
        """Let all be read that was sent."""
        for _ in range(20):
            await asyncio.sleep(0)

    def sweep(self, later_s: float) -> None:
        self.listener.sweep(asyncio.get_running_loop().time() + later_s)

    async def connection(self) -> KafkaConnection:
        """The server's side of the only connection."""
        await self.until(lambda: bool(self.listener.connections))
        (found,) = self.listener.connections
        return found


@asynccontextmanager
async def serving(security: Security = OPEN, service: Service | None = None, **limits: Any) -> AsyncIterator[Serving]:
    """A port from its start to its stop. Nothing may be left of any connection."""
    it = Serving(security, service, **limits)
    sockets = listening([(socket.AF_INET, "127.0.0.1")], 0)
    it.port = sockets[0].getsockname()[1]
    it.listener.serve(sockets)
    try:
        yield it
    finally:
        it.listener.stop()
        for client in it.clients:
            client.writer.close()
        await it.until(lambda: not it.listener.connections)
        budget = it.listener.budget
        assert (budget.frames, budget.outside, budget.owed) == (0, 0, 0)

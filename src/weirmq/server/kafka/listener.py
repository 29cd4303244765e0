"""A Kafka port: who is connected to it, and the way of a request to the service and back.

frame -> head -> message (wire/kafka) -> the service's handler -> answer -> held until it is durable -> frame
"""

import asyncio
import ssl
import struct
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from weirmq.kernel.clock import Clock
from weirmq.kernel.errors import LogFailed
from weirmq.server.kafka.connection import KafkaConnection, Slot
from weirmq.services.kafka.ask import Ask, Service
from weirmq.wire.kafka import apis, codec, head
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.head import API_VERSIONS, Head

FRAME_BYTES: Final = 100 * 1024 * 1024  # socket.request.max.bytes
IDLE_S: Final = 600.0  # connections.max.idle.ms
SWEEP_S: Final = 10.0
BACKLOG: Final = 1024
_LENGTH: Final = struct.Struct(">i")


class Listener:
    """One port of one broker; `place` is the numbers of its cluster and its own.

    `fail` is called with what a log did; nothing is answered after it.
    """

    def __init__(
        self,
        service: Service,
        place: tuple[int, int],
        *,
        clock: Clock,
        hold: Callable[[Callable[[Any], None], Any], None],
        touch: Callable[[int], None],
        on_error: Callable[[str, BaseException], None],
        fail: Callable[[BaseException], None],
        frame_bytes: int = FRAME_BYTES,
    ) -> None:
        self.frame_bytes = frame_bytes
        self.bytes_in = self.bytes_out = self.requests = 0
        self._service = service
        self._place = place
        self._clock = clock
        self._hold = hold
        self._touch = touch
        self._on_error = on_error
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._connections: set[KafkaConnection] = set()
        self._server: asyncio.AbstractServer | None = None
        self._sweeping: asyncio.TimerHandle | None = None
        self._silent = False

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> list[tuple[str, int]]:
        """Take connections at `host` and `port` (0: any free one). Returns the addresses. Raises OSError."""
        make = partial(KafkaConnection, self)
        self._server = await self._loop.create_server(make, host, port, ssl=tls, backlog=BACKLOG, reuse_address=True)
        self._sweeping = self._loop.call_later(SWEEP_S, self._sweep)
        return [socket.getsockname()[:2] for socket in self._server.sockets]

    def now_s(self) -> float:
        """The loop's time."""
        return self._loop.time()

    def soon(self, callback: Callable[[], None]) -> None:
        """Call `callback` in the next turn."""
        self._loop.call_soon(callback)

    def admit(self, connection: KafkaConnection) -> None:
        """A client is there."""
        self._connections.add(connection)

    def forget(self, connection: KafkaConnection) -> None:
        """It is gone."""
        self._connections.discard(connection)
        self._service.left(connection)

    # ---- requests

    def handle(self, connection: KafkaConnection, frame: memoryview, slot: Slot) -> None:
        """Answer the request in `frame`, now or later."""
        if self._silent:
            return
        self.requests += 1
        try:
            found = head.read(frame)
            self._answer(connection, found, frame, slot)
        except Malformed as error:
            self._on_error(f"a Kafka client at {connection.peer} sent what is no request", error)
            connection.close()
        except LogFailed as error:
            self._silent = True
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - one request's failure must not take the others along
            self._on_error("a Kafka request failed", error)
            connection.close()

    def _answer(self, connection: KafkaConnection, found: Head, frame: memoryview, slot: Slot) -> None:
        api = self._service.apis.get(found.key)
        if api is None or not api.first <= found.version <= api.last:
            if found.key != API_VERSIONS:
                raise Malformed(f"API key {found.key} of version {found.version} is not spoken here")
            found = Head(found.key, 0, found.correlation, found.client_id, found.size)  # KIP-511
            slot.fill(self._encoded(found, self._service.unsupported()))
            return
        message = apis.request(found.key)
        body = codec.decode(message, found.version, frame, head.body_at(found, message, frame))
        now_ms = self._clock.now_ms()
        ask = Ask(connection, self._place, found, now_ms, partial(self._answered, found, slot))
        answer = api.function(self._service, ask, body)
        if answer is not None:
            self._hold(slot.fill, self._encoded(found, answer))
        elif ask.is_over:
            self._hold(slot.fill, None)
        self._touch(now_ms)

    def _answered(self, found: Head, slot: Slot, answer: Any) -> None:
        """The answer of a request that had to wait."""
        if not self._silent:
            self._hold(slot.fill, self._encoded(found, answer))

    def _encoded(self, found: Head, answer: Any) -> bytearray:
        message = apis.response(found.key)
        out = bytearray(_LENGTH.size)
        out += head.write(message, found.version, found.correlation)
        codec.encoder(message, found.version)(answer, out)
        _LENGTH.pack_into(out, 0, len(out) - _LENGTH.size)
        return out

    # ---- time and the end

    def _sweep(self) -> None:
        """Close connections on which nothing has happened for long."""
        self._sweeping = self._loop.call_later(SWEEP_S, self._sweep)
        before_s = self._loop.time() - IDLE_S
        for connection in [each for each in self._connections if each.used_s < before_s and each.is_idle]:
            connection.close()

    def silence(self) -> None:
        """Answer nothing any more."""
        self._silent = True

    def stop(self) -> None:
        """Take no connections, and close those that are open."""
        self._silent = True
        if self._server is not None:
            self._server.close()
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connection in list(self._connections):
            connection.close()

"""A Kafka port: who is connected to it, and the way of a request to the service and back.

frame -> head -> message (wire/kafka) -> the service's handler -> answer -> held until it is durable -> frame
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from weirmq.kernel.clock import Clock
from weirmq.kernel.errors import LogFailed, NoRoom
from weirmq.server.doorway import Doorway
from weirmq.server.kafka.budget import Budget
from weirmq.server.kafka.connection import KafkaConnection, Slot
from weirmq.server.kafka.security import OPEN, Security
from weirmq.server.listening import BACKLOG
from weirmq.services.kafka.ask import Ask, Place, Service
from weirmq.services.kafka.login import AUTHENTICATE, Login, NotLoggedIn
from weirmq.wire.kafka import apis, codec, frames, head
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.head import API_VERSIONS, Head
from weirmq.wire.kafka.messages.sasl_authenticate_request import SaslAuthenticateRequest

REMARK_S: Final = 1.0
TLS_S: Final = 10.0  # for a handshake, and for a goodbye
TURNED_AWAY_S: Final = 0.1  # connection.failed.authentication.delay.ms
PRODUCE, FETCH = 0, 1  # their API keys
_LENGTH: Final = struct.Struct(">i")


class Limits(msgspec.Struct, frozen=True):
    """What all ports of a process take on."""

    connections: int = 10_000
    frame_bytes: int = 100 * 1024 * 1024  # socket.request.max.bytes
    login_bytes: int = 512 * 1024  # sasl.server.max.receive.size: the same for those who haven't logged in
    login_s: float = 30  # for all of a login
    buffered_bytes: int = 256 * 1024 * 1024  # of frames that aren't whole; of answers that nobody reads as much again
    idle_s: float = 600  # connections.max.idle.ms
    stalled_s: float = 30  # in the middle of a request, or with answers to be read


class Surroundings(msgspec.Struct, frozen=True):
    """What a port needs of its server.

    `hold` has an answer wait until it is durable, `touch` tells that something was recorded, `expect` that a request
    waits, and may have to be answered at some time. `fail` is called with what a log did: nothing is answered after it.
    `on_error` gets defects, `tell` what an operator may want to know.
    """

    clock: Clock
    hold: Callable[[Callable[[Any], None], Any], None]
    touch: Callable[[int], None]
    expect: Callable[[], None]
    fail: Callable[[BaseException], None]
    on_error: Callable[[str, BaseException], None]
    tell: Callable[[str, str, Mapping[str, Any]], None]


class Listener:
    """One port of one broker. The counters only grow: `refused` are connections above the limit."""

    def __init__(
        self,
        service: Service,
        place: Place,
        surroundings: Surroundings,
        limits: Limits,
        budget: Budget,
        security: Security = OPEN,
    ) -> None:
        """`limits` and `budget` are those of all ports together."""
        self.limits = limits
        self.budget = budget
        self.scratch = budget.scratch
        self.bytes_in = self.bytes_out = self.requests = self.refused = self.failed_logins = 0
        self.connections: set[KafkaConnection] = set()
        self.is_silent = False
        self._service = service
        self._place = place
        self._server_has = surroundings
        self._security = security
        self._loop = asyncio.get_running_loop()
        self._servers: list[asyncio.AbstractServer] = []
        self._doorways: list[Doorway] = []  # the same, with TLS
        self._serving: asyncio.Task[None] | None = None
        self._sockets: list[socket.socket] = []  # that have no server yet
        self._remarked_s = float("-inf")
        self._unsaid = 0

    def serve(self, sockets: Sequence[socket.socket]) -> None:
        """Take connections from sockets that listen already; they are the listener's from now on."""
        tls = self._security.tls
        if tls is None:
            self._sockets = list(sockets)
            self._serving = self._loop.create_task(self._serve())
            return
        guest, on_error = partial(KafkaConnection, self), self._server_has.on_error
        self._doorways = [Doorway(each, tls, guest, on_error, handshake_s=TLS_S, goodbye_s=TLS_S) for each in sockets]

    async def _serve(self) -> None:
        try:
            while self._sockets:
                server = await self._loop.create_server(
                    partial(KafkaConnection, self),
                    sock=self._sockets[-1],
                    backlog=BACKLOG,
                    start_serving=False,
                )
                self._sockets.pop()
                self._servers.append(server)
                await server.start_serving()
        except OSError as error:
            self._server_has.on_error("a Kafka port can't be served", error)

    def now_s(self) -> float:
        """The loop's time."""
        return self._loop.time()

    def soon(self, callback: Callable[[], None]) -> None:
        """Call `callback` in the next turn."""
        self._loop.call_soon(callback)

    def after_a_moment(self, callback: Callable[[], None]) -> None:
        """Call `callback` when so much time has passed as a failed login is to cost."""
        self._loop.call_later(TURNED_AWAY_S, callback)

    def knocked(self, connection: KafkaConnection) -> None:
        """A client shakes hands: it counts, and has to go before those who are in."""
        self.budget.connections += 1
        self.budget.outsiders[connection] = None
        self._make_room_for(connection)

    def turned_back(self, connection: KafkaConnection) -> None:
        """It hasn't come in."""
        self.budget.connections -= 1
        self.budget.outsiders.pop(connection, None)

    def _make_room_for(self, connection: KafkaConnection) -> None:
        """Send somebody away where there are too many."""
        if self.budget.connections > self.limits.connections:
            self.refused += 1
            self.remark(connection, "there are too many connections")
            self.budget.left_out(connection).abort()

    def admit(self, connection: KafkaConnection, certificate: bytes | None, *, has_knocked: bool) -> None:
        """A client is in, and has shown a certificate (DER) or none."""
        self.connections.add(connection)
        self._service.came(connection, self._place, self._server_has.clock.now_ms())
        self.budget.connections += not has_knocked
        if self.is_silent or not connection.is_open:  # the port was closed, or it was sent away meanwhile
            connection.abort()
            return
        security = self._security
        connection.is_encrypted = security.kind.is_encrypted
        if security.kind.wants_login:
            connection.login = Login(security.kind.mechanisms, security.session_ms)
            connection.frame_bytes = self.limits.login_bytes
            self.budget.outsiders[connection] = None
        else:
            self.budget.outsiders.pop(connection, None)
        principal = security.principal_of(certificate)
        if principal is None:
            self.remark(connection, "no rule of principal_mapping_rules is for its certificate")
            connection.abort()
            return
        connection.principal = principal
        if not has_knocked:
            self._make_room_for(connection)

    def expect(self) -> None:
        """Something has begun to wait for its time."""
        self._server_has.expect()

    def forget(self, connection: KafkaConnection) -> None:
        """It is gone."""
        self.connections.discard(connection)
        self.turned_back(connection)
        self._service.left(connection)

    def remark(self, connection: KafkaConnection, reason: str) -> None:
        """Tell the operator why a connection is closed; of many that come at once, of one a second."""
        now_s = self._loop.time()
        if now_s < self._remarked_s + REMARK_S:
            self._unsaid += 1
            return
        more = {"others": self._unsaid} if self._unsaid else {}
        self._remarked_s, self._unsaid = now_s, 0
        fields = {"client": connection.peer, "reason": reason, **more}
        self._server_has.tell("warning", "the connection of a Kafka client is closed", fields)

    # ---- requests

    def handle(self, connection: KafkaConnection, frame: memoryview, slot: Slot) -> None:
        """Answer the request in `frame`, now or later."""
        if self.is_silent:
            return
        self.requests += 1
        try:
            if connection.login is not None and connection.login.takes_tokens:
                self._take_token(connection, frame, slot)
            elif not self._answer_quickly(connection, frame, slot):
                self._answer(connection, head.read(frame), frame, slot)
        except NotLoggedIn as error:
            self.remark(connection, str(error))
            self._give_up(connection, slot)
        except Malformed as error:
            self.remark(connection, f"it sent what is no request: {error}")
            self._give_up(connection, slot)
        except Exception as error:  # noqa: BLE001 - one request's failure must not take the others along
            self._failed(connection, slot, error)

    def _answer_quickly(self, connection: KafkaConnection, frame: memoryview, slot: Slot) -> bool:
        """Whether the request had a way of its own."""
        if len(frame) < 2 or frame[0]:
            return False
        if frame[1] != PRODUCE:
            return frame[1] == FETCH and self._waits_again(connection, frame, slot)
        now_ms = self._server_has.clock.now_ms()
        if connection.login is not None:
            connection.login.require(PRODUCE, now_ms)
        answer = self._service.quick(connection, self._place, frame, now_ms)
        if answer is None:
            return False
        slot.put(answer)
        self._server_has.hold(slot.fill, None)
        self._server_has.touch(now_ms)
        return True

    def _waits_again(self, connection: KafkaConnection, frame: memoryview, slot: Slot) -> bool:
        """Whether the request is a fetch that waits as it did the last time."""
        now_ms = self._server_has.clock.now_ms()
        if connection.login is not None:
            connection.login.require(FETCH, now_ms)
        answered = partial(self._answered, connection, slot)
        if not self._service.waits_again(connection, self._place, frame, now_ms, answered):
            return False
        slot.wait()
        self._server_has.expect()
        return True

    def _answer(self, connection: KafkaConnection, found: Head, frame: memoryview, slot: Slot) -> None:
        now_ms = self._server_has.clock.now_ms()
        if connection.login is not None:
            connection.login.require(found.key, now_ms)
        api = self._service.apis.get(found.key)
        if api is None or not api.first <= found.version <= api.last:
            if found.key != API_VERSIONS:
                raise Malformed(f"API key {found.key} of version {found.version} is not spoken here")
            found = Head(found.key, 0, found.correlation, found.client_id, found.size)  # KIP-511
            slot.put(frames.answer(found, self._service.unsupported()))
            slot.fill()
            return
        message = apis.request(found.key)
        body = codec.decode(message, found.version, frame, head.body_at(found, message, frame))
        ask = Ask(connection, self._place, found, now_ms, partial(self._answered, connection, slot, found), frame)
        answer = self._service.run(api, ask, body)
        ask.frame = None  # whoever waits keeps no buffer
        if answer is not None:
            slot.put(frames.answer(found, answer))
            self._server_has.hold(slot.fill, None)
        elif ask.is_over:
            self._server_has.hold(slot.fill, None)
        else:
            slot.wait()
            self._server_has.expect()
        self._server_has.touch(now_ms)

    def _take_token(self, connection: KafkaConnection, frame: memoryview, slot: Slot) -> None:
        """A frame behind a SaslHandshake of version 0, which stands for a SaslAuthenticate."""
        now_ms = self._server_has.clock.now_ms()
        found = Head(AUTHENTICATE, 0, 0, None, 0)
        ask = Ask(connection, self._place, found, now_ms, partial(self._token_answered, connection, slot))
        self._service.apis[AUTHENTICATE].function(self._service, ask, SaslAuthenticateRequest(bytes(frame)))
        slot.wait()
        self._server_has.touch(now_ms)

    def _token_answered(self, connection: KafkaConnection, slot: Slot, answer: Any) -> None:
        """A token of ours, or nothing where the client isn't let in: its connection is closed."""
        if self.is_silent or not connection.is_open:
            return
        if not answer.error_code:
            slot.put(_LENGTH.pack(len(answer.auth_bytes)) + answer.auth_bytes)
        self._server_has.hold(slot.fill, None)

    def _answered(self, connection: KafkaConnection, slot: Slot, found: Head, answer: Any) -> None:
        """The answer of a request that had to wait."""
        if self.is_silent or not connection.is_open:
            return
        try:
            slot.put(frames.answer(found, answer))
            self._server_has.hold(slot.fill, None)
        except Exception as error:  # noqa: BLE001 - whoever brought the answer must not be taken along
            self._failed(connection, slot, error)

    def _failed(self, connection: KafkaConnection, slot: Slot, error: Exception) -> None:
        if isinstance(error, LogFailed):
            self.is_silent = True
            self._server_has.fail(error)
            return
        if isinstance(error, NoRoom):  # an API that has no error for it
            self.remark(connection, str(error))
        else:
            self._server_has.on_error("a Kafka request failed", error)
        self._give_up(connection, slot)

    def _give_up(self, connection: KafkaConnection, slot: Slot) -> None:
        """Close a connection in place of an answer."""
        connection.close()
        slot.fill()

    # ---- time and the end

    def sweep(self, now_s: float) -> None:
        """Close connections on which nothing has happened for too long, at `now_s` of the loop's time."""
        for connection in list(self.connections):
            quiet_s = connection.quiet_s(now_s)
            is_lost = connection.is_half_way and quiet_s >= self.limits.stalled_s
            if is_lost or (connection.is_outside and now_s - connection.born_s >= self.limits.login_s):
                connection.abort()
            elif connection.is_idle and quiet_s >= self.limits.idle_s:
                connection.close()

    def silence(self) -> None:
        """Answer nothing any more."""
        self.is_silent = True

    def stop(self) -> None:
        """Take no connections, and close those that are open. What was answered leaves if the client reads it now."""
        self.is_silent = True
        if self._serving is not None:
            self._serving.cancel()
        for server in self._servers:
            server.close()
        for doorway in self._doorways:
            doorway.close()
        for each in self._sockets:
            each.close()
        for connection in list(self.connections):
            connection.stop()

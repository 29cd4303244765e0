"""One HTTP/1.1 connection: its requests go to a handler, its answers leave in the order of the requests.

What a connection waits for (`_state`) decides how long: see timeouts.py. Reading pauses for three reasons (`_holds`):
PIPELINE  as many requests are in progress as a connection may have, or a turn's worth of pipelined ones was served
READER    the peer doesn't read its answers
ROOM      the process holds as many bytes of requests as it may
"""

import asyncio
from collections import deque
from math import inf
from typing import TYPE_CHECKING, cast

from weirmq.server.exchange import address_of
from weirmq.server.http1_exchange import FAILED, NO_REQUEST, Http1Exchange, take_answers
from weirmq.server.parting import Parting
from weirmq.server.timeouts import BODY_BYTES_MIN
from weirmq.wire import http1
from weirmq.wire.http import Response

if TYPE_CHECKING:
    from weirmq.server.http import Server

PIPELINED_LIMIT = 16  # requests in progress on one connection; no SDK pipelines, and each holds memory
LARGE_BYTES = 64 * 1024  # of answers written at once: the next request of such a connection has a turn of its own

PIPELINE, READER, ROOM = 1, 2, 4  # bits of Connection._holds
ANSWERING, IDLE, HEAD, BODY, DRAINING, WAITING_FOR_ROOM = range(6)  # Connection._state


class Connection(asyncio.Protocol):
    """The server's side of one connection."""

    __slots__ = (
        "_continue_due", "_corked", "_drained_to", "_eof", "_flush_due", "_handler", "_held", "_holds", "_idle_s",
        "_loop", "_open", "_parser", "_parting", "_queue", "_received", "_received_before", "_secure", "_server",
        "_state", "_transport", "_turn", "_turn_due", "due", "looked_at",
    )  # fmt: skip

    def __init__(self, server: "Server", loop: asyncio.AbstractEventLoop) -> None:
        self.due = inf
        self.looked_at = inf
        self._server = server
        self._handler = server.handler
        self._idle_s = server.timeouts.idle_s
        self._loop = loop
        self._transport: asyncio.Transport  # from connection_made on
        self._open = False  # between connection_made and our decision to close
        self._parser = http1.RequestParser()
        self._parting: Parting | None = None  # once it ends
        self._queue: deque[Http1Exchange] = deque()
        self._state = ANSWERING
        self._holds = 0
        self._held = 0  # bytes taken from the budget
        self._received = 0
        self._received_before = 0  # when the last look at a body's progress was taken
        self._drained_to = 0  # what the write buffer held at the last look
        self._corked = False  # answers are gathered, and leave together at the end
        self._flush_due = False
        self._turn = 1  # requests that it may start in the next turn of the loop
        self._turn_due = False
        self._continue_due = False
        self._eof = False
        self._secure = False

    # ---- what the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._open = True
        server = self._server
        if not server.admit(self):
            return
        self._secure = transport.get_extra_info("sslcontext") is not None
        self._parser = http1.RequestParser(
            peer=address_of(self._transport),
            secure=self._secure,
            body_limit_bytes=server.limits.body_bytes,
        )
        self._watch(HEAD, server.timeouts.head_s)

    def data_received(self, data: bytes) -> None:
        server = self._server
        size = len(data)
        server.bytes_in += size
        if not self._open:
            return
        self._received += size
        self._held += size
        server.budget.used += size
        self._advance(data)
        if server.budget.used > server.budget.limit_bytes and self._held and self._open:
            self._ask_for_room()

    def _ask_for_room(self) -> None:
        budget = self._server.budget
        if self._parser.phase == http1.BETWEEN or not budget.favours(self):
            self._hold(ROOM)
            budget.wait(self)
            self._settle()

    def eof_received(self) -> bool:
        """The peer sends nothing more. True keeps the way to it open, for what it still waits for."""
        self._eof = True
        waits = bool(self._queue) or self._parser.stopped
        if waits and self._open and not self._secure and not any(exchange.cares for exchange in self._queue):
            return True
        self._close()
        return False

    def pause_writing(self) -> None:
        if self._open:
            self._hold(READER)
            self._settle()
        self._server.budget.let_slow_go()

    def resume_writing(self) -> None:
        self._server.budget.owe(self, 0)
        if self._holds & READER:
            self._release(READER)
            self._settle()
            self._tell_of_room()

    def _recount(self) -> None:
        if self._open:
            self._server.budget.owe(self, self._transport.get_write_buffer_size())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it is lost makes no difference
        server = self._server
        self._open = False
        server.wheel.drop(self if self._parting is None else self._parting)
        server.budget.forget(self)
        server.budget.owe(self, 0)
        queue, self._queue = self._queue, deque()
        server.budget.promised -= sum(exchange.incoming.size for exchange in queue)
        server.budget.give(self._held)
        self._held = 0
        server.forget(self)
        for exchange in queue:
            if exchange.response is None:
                try:
                    exchange.leave()
                except Exception as error:  # noqa: BLE001 - the others must be told too
                    server.on_error("a handler failed when its client left", error)

    # ---- requests

    def _advance(self, data: bytes) -> None:
        """Take `data`, and start what requests are complete, as many as the connection may have in progress."""
        queue = self._queue
        parser = self._parser
        most = 0 if self._server.budget.is_owing else min(self._turn, PIPELINED_LIMIT - len(queue))
        self._turn = PIPELINED_LIMIT
        self._corked = True
        for event in parser.receive(data, most):
            if type(event) is http1.Incoming:
                self._start(event)
            else:
                self._take(event)
        self._corked = False
        if parser.stopped:
            self._hold(PIPELINE)
        if queue and queue[0].response is not None and self._open:
            self._flush()
        elif self._holds or parser.phase or not queue:
            self._settle()

    def _start(self, incoming: http1.Incoming) -> None:
        exchange = Http1Exchange(self, incoming)
        self._queue.append(exchange)
        self._state = ANSWERING  # whatever it waited for has come: patience begins anew, and now it is our turn
        self.due = inf
        self._continue_due = False  # the body has come without
        server = self._server
        server.requests += 1
        server.budget.promised += incoming.size
        try:
            self._handler(incoming.request, exchange)
        except Exception as error:  # noqa: BLE001 - one request's failure must not take its connection along
            server.on_error("a handler failed", error)
            if exchange.writer is not None:
                self.abort()
            elif exchange.response is None:
                exchange.answer(FAILED)

    def _take(self, event: http1.Event) -> None:
        if type(event) is http1.Refusal:
            self.refuse(event.status, event.reason)
        elif type(event) is http1.Continue:
            self._continue_due = True
        elif type(event) is http1.Preface:
            self._hand_over(event.data)

    def _hand_over(self, data: bytes) -> None:
        """The peer knows that this port speaks HTTP/2 (RFC 9113, 3.3), or has agreed on it over TLS."""
        from weirmq.server.http2 import Http2Connection  # which many servers never need

        server = self._server
        self._open = False
        server.wheel.drop(self)
        server.budget.give(self._held)
        self._held = 0
        server.forget(self)
        Http2Connection(server, self._loop, self._transport).begin(data)

    def refuse(self, status: int, reason: str) -> None:
        """Answer and close, in its turn."""
        self._server.refusals += 1
        response = Response(status, reason.encode() + b"\n", b"text/plain; charset=utf-8")
        self._parser.ended = True
        self._queue.append(Http1Exchange(self, NO_REQUEST, response))
        if not self._corked:
            self._flush_later()

    # ---- answers

    def answered(self, exchange: Http1Exchange) -> None:
        """`exchange` has its response."""
        queue = self._queue
        if self._corked or not self._open or exchange is not queue[0]:
            return
        if len(queue) == 1:
            self._flush()
        elif not self._flush_due:  # pipelined: others may be answered in this turn of the loop too
            self._flush_due = True
            self._loop.call_soon(self._flush_later)

    def _flush_later(self) -> None:
        self._flush_due = False
        if self._open and self._queue and self._queue[0].response is not None:
            self._flush()

    def _flush(self) -> None:
        """Send the answers whose turn it is, in one write. The first is there."""
        queue = self._queue
        data, given_back, incoming, last = take_answers(queue, self._server)
        self._server.bytes_out += len(data)
        self._transport.write(data)
        if len(data) > LARGE_BYTES:
            self._turn = 1
            self._recount()
            self._loop.call_soon(self._recount)  # once the event loop has tried to send it
        self._give_back(given_back)
        if not last:
            if queue:
                self._begin_stream()
            self._settle()
        elif incoming is NO_REQUEST and not self._eof:
            self._linger()
        else:
            self._close()

    def _give_back(self, size: int) -> None:
        """Requests of so many bytes aren't needed any more."""
        self._held -= size
        budget = self._server.budget
        budget.promised -= size
        if self._holds & ROOM and not self._held:  # it has nothing to wait with
            budget.forget(self)
            self._release(ROOM)
        budget.give(size)

    # ---- answers that go on

    @property
    def date(self) -> bytes:
        """Now, as an HTTP date."""
        return self._server.date

    @property
    def is_paused(self) -> bool:
        """The peer is slow to read."""
        return bool(self._holds & READER)

    @property
    def unsent(self) -> int:
        """Bytes that the peer hasn't taken."""
        return self._transport.get_write_buffer_size()

    def streams(self, exchange: Http1Exchange) -> None:
        """`exchange` has an answer that goes on."""
        if self._corked:
            self._loop.call_soon(self._begin_stream)
        elif self._open and exchange is self._queue[0]:
            self._begin_stream()

    def _begin_stream(self) -> None:
        """Where it is the turn of an answer that goes on, send what there is of it."""
        queue = self._queue
        writer = queue[0].writer if queue and self._open else None
        if writer is None or writer.has_begun:
            return
        self.send(writer.begin())
        incoming = queue[0].incoming
        given_back, incoming.size = incoming.size, 0  # the request isn't needed any more
        self._give_back(given_back)
        if writer.is_closed:
            self.stream_ended()
        else:
            self._tell_of_room()

    def send(self, data: bytes) -> None:
        """Send more of the answer whose turn it is."""
        if self._open:
            self._server.bytes_out += len(data)
            self._transport.write(data)

    def stream_ended(self) -> None:
        """The answer whose turn it was is given to the end."""
        if not self._open:
            return
        incoming = self._queue.popleft().incoming
        if not incoming.keep_alive or (self._server.stopping and not self._queue):
            self._close()
        elif self._queue and self._queue[0].response is not None:
            self._flush()
        else:
            self._begin_stream()
            self._settle()

    def _tell_of_room(self) -> None:
        writer = self._queue[0].writer if self._queue else None
        if writer is not None and not self.is_paused:
            writer.tell_of_room()

    # ---- waiting

    def _settle(self) -> None:
        """After any change: see what is waited for now, and set the due time for it."""
        if not self._open:
            return
        holds = self._holds
        phase = self._parser.phase
        if not (holds or phase or self._queue or self._eof):
            self._state = IDLE
            self.due = due = self._loop.time() + self._idle_s
            if due < self.looked_at - 1.0:
                self._server.wheel.set(self, due)
        elif holds & READER:
            self._drained_to = self._transport.get_write_buffer_size()
            self._watch(DRAINING, self._server.timeouts.drain_s)
            self._server.budget.owe(self, self._drained_to)
        elif holds & PIPELINE:
            self._wait_for_nobody()
            if len(self._queue) < PIPELINED_LIMIT and not self._turn_due:
                self._turn_due = True
                self._loop.call_soon(self._take_turn)
        elif self._eof and not self._queue:
            self._close()
        elif phase == http1.BETWEEN:
            self._wait_for_nobody()
        elif holds & ROOM:
            self._watch(WAITING_FOR_ROOM, self._server.timeouts.room_s)
        elif phase == http1.IN_HEAD:
            self._watch(HEAD, self._server.timeouts.head_s)
        else:
            self._await_body()

    def _await_body(self) -> None:
        if self._state != BODY:
            self._received_before = self._received
            self._watch(BODY, self._server.timeouts.body_s)
        if self._continue_due and not self._queue:
            self._continue_due = False
            self._server.bytes_out += len(http1.CONTINUE_BYTES)
            self._transport.write(http1.CONTINUE_BYTES)

    def _wait_for_nobody(self) -> None:
        """It is our turn, however long that takes."""
        self._state = ANSWERING
        self.due = inf

    def _watch(self, state: int, patience_s: float) -> None:
        """Wait for the peer; a wait that goes on keeps its due time."""
        if self._state != state:
            self._state = state
            self._server.wheel.set(self, self._loop.time() + patience_s)

    def _take_turn(self) -> None:
        """Serve another turn's worth of pipelined requests."""
        self._turn_due = False
        if self._open and self._holds & (PIPELINE | READER) == PIPELINE:
            self._release(PIPELINE)
            self._server.budget.let_slow_go()
            self._advance(b"")

    def time_out(self, now: float) -> None:
        """The peer has kept us waiting for too long."""
        if self._goes_on(now):
            return
        state = self._state
        self._server.timed_out += 1
        if state == WAITING_FOR_ROOM:
            self.refuse(503, "The server is busy with large requests.")
        elif state == BODY or (state == HEAD and self._received):
            self.refuse(408, "The request took too long to come.")
        elif state in (IDLE, HEAD):
            self._close()
        else:
            self.abort()

    def _goes_on(self, now: float) -> bool:
        """A body that comes, or an answer that leaves, may take longer than one patience, if it gets on."""
        server = self._server
        if self._state == BODY:
            if self._received - self._received_before < BODY_BYTES_MIN:
                return False
            self._received_before = self._received
            server.wheel.set(self, now + server.timeouts.body_s)
            return True
        if self._state == DRAINING:
            unsent = self._transport.get_write_buffer_size()
            if unsent >= self._drained_to:
                return False
            self._drained_to = unsent
            server.wheel.set(self, now + server.timeouts.drain_s)
            return True
        return False

    @property
    def half_sent(self) -> bool:
        """A request is on its way in."""
        return self._open and self._parser.phase != http1.BETWEEN

    def room(self) -> None:
        """The budget has room again."""
        self._release(ROOM)
        self._settle()

    def _hold(self, reason: int) -> None:
        if not self._holds:
            self._transport.pause_reading()
        self._holds |= reason

    def _release(self, reason: int) -> None:
        if self._holds & reason:
            self._holds &= ~reason
            if not self._holds and self._open and not self._eof:
                self._transport.resume_reading()

    # ---- closing

    @property
    def idle(self) -> bool:
        """Nothing is in progress: it may be closed without anybody missing an answer."""
        return not self._queue and (self._parser.phase == http1.BETWEEN or not self._open)

    def wind_up(self) -> None:
        """Its answers say that no request is to follow them (RFC 9112, 9.6)."""

    def stop(self) -> None:
        """Close if idle."""
        if self.idle:
            self._close()

    def abort(self) -> None:
        """Close now; what isn't sent is lost."""
        self._open = False
        self._transport.abort()

    def _linger(self) -> None:
        """After a refusal the peer may still be sending; a close at once would reset it before it reads the answer."""
        self._server.budget.forget(self)
        self._server.budget.give(self._held)
        self._held = 0
        if self._holds:
            self._transport.resume_reading()  # what comes is dropped
        self._part().linger()

    def _close(self) -> None:
        """Close when what is written has left, or when the peer doesn't take it."""
        if self._open:
            self._server.budget.owe(self, self._transport.get_write_buffer_size())
            self._part().close()
        elif self._parting is not None:
            self._parting.close()

    def _part(self) -> Parting:
        """Nothing more is taken or given."""
        self._open = False
        self._server.wheel.drop(self)
        self._parting = Parting(self._server, self._loop, self._transport)
        return self._parting

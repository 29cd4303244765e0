"""One HTTP/2 connection: many requests at a time go to a handler, and their answers leave as they come.

Patience is kept with the connection as a whole (`_state`) and, by a look every so often, with what its streams bring
and take: a stream that stands still is ended alone. Reading pauses for three reasons (`_holds`):
TURN    a turn's worth of frames was taken; others are served before it goes on
READER  the peer sends, but doesn't read what it is sent
(Bodies are held up without that, by giving no windows: `session.withheld`.)
"""

import asyncio
from math import inf
from typing import TYPE_CHECKING

from weirmq.server.exchange import address_of
from weirmq.server.http2_charge import Charge
from weirmq.server.http2_exchange import ROOM_BYTES, Http2Exchange, Http2Writer
from weirmq.server.http2_progress import Progress
from weirmq.server.parting import Parting
from weirmq.wire import http2
from weirmq.wire.http import Response
from weirmq.wire.http2_session import Session
from weirmq.wire.http2_streams import Gone, Happening, Incoming, Refusal

if TYPE_CHECKING:
    from weirmq.server.http import Server

TURN_FRAMES = 64  # a few milliseconds' work
OUTPUT_BYTES = 64 * 1024  # given to the transport at a time: its own high-water mark
BACKLOG_BYTES = 256 * 1024  # of frames that a peer causes and doesn't read
# A second. The costliest honest client cancels all of its streams, a page of them at once, now and then; one that reads
# a large answer sends two WINDOW_UPDATEs a frame, which the frames make up for; a ping measures a round trip.
RESETS_LIMIT = 256
CHORES_LIMIT = 1024

TURN, READER = 1, 2  # bits of Http2Connection._holds
BUSY, IDLE, HEAD = range(3)  # Http2Connection._state

_TEXT = b"text/plain; charset=utf-8"
_FAILED = Response(500, b"The server failed.\n", _TEXT)


class Http2Connection(asyncio.Protocol):
    """The server's side of one connection, on a transport that HTTP/1.1 took the preface from."""

    def __init__(self, server: "Server", loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self.due = inf
        self.looked_at = inf
        self._server = server
        self._handler = server.handler
        self._loop = loop
        self._transport = transport
        self._session = Session(
            peer=address_of(transport),
            secure=transport.get_extra_info("sslcontext") is not None,
            body_limit_bytes=server.limits.body_bytes,
        )
        self._exchanges: dict[int, Http2Exchange] = {}
        self._open = True
        self._state = BUSY
        self._holds = 0
        self._charge = Charge(server.budget, self._session, self)
        self._frames = 0
        self._counted_from = loop.time()
        self._corked = False
        self._flush_due = False
        self._turn_due = False
        self._full: dict[Http2Writer, None] = {}
        self._progress = Progress(server, loop, transport, self._session, self)
        self._parting = Parting(server, loop, transport)

    def begin(self, data: bytes) -> None:
        """Take over the transport, whose first bytes are `data`."""
        server = self._server
        server.connections.add(self)
        self._transport.set_protocol(self)
        if server.stopping:
            self._session.go_away()
        self._advance(data)

    # ---- what the event loop tells

    def data_received(self, data: bytes) -> None:
        self._server.bytes_in += len(data)
        if self._open:
            self._advance(data)

    def eof_received(self) -> bool:
        """No client of HTTP/2 ends its sending side alone: it is gone."""
        self._close()
        return False

    def pause_writing(self) -> None:
        self._session.paused = True

    def resume_writing(self) -> None:
        self._session.paused = False
        if self._open:
            self.flush()
            self._release(READER)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it is lost makes no difference
        server = self._server
        server.wheel.drop(self._parting)
        server.forget(self)
        self._part()

    def _leave(self, exchange: Http2Exchange) -> None:
        try:
            exchange.leave()
        except Exception as error:  # noqa: BLE001 - the others must be told too
            self._server.on_error("a handler failed when its client left", error)

    # ---- requests

    def _advance(self, data: bytes) -> None:
        """Take `data`, and start the requests that it completes."""
        session = self._session
        self._corked = True
        for happening in session.receive(data, TURN_FRAMES):
            self._take(happening)
        self._corked = False
        if session.stopped:
            self._hold(TURN)
            if not self._turn_due:
                self._turn_due = True
                self._loop.call_soon(self._take_turn)
        if session.resets >= RESETS_LIMIT or session.chores >= CHORES_LIMIT:
            self._count()
        self.flush()
        if self._open and self._charge.is_over():
            self._progress.wait_for_room()

    def _take_turn(self) -> None:
        self._turn_due = False
        if self._open:
            self._release(TURN)
            self._advance(b"")

    def _take(self, happening: Happening) -> None:
        if type(happening) is Incoming:
            self._start(happening)
        elif type(happening) is Gone:
            exchange = self._drop(happening.number)
            if exchange is not None:
                self._leave(exchange)
        elif type(happening) is Refusal:
            self.refuse_stream(happening.number, happening.status, happening.reason)

    def _start(self, incoming: Incoming) -> None:
        number, request, size = incoming.number, incoming.request, incoming.size
        exchange = Http2Exchange(self, number, size, request.method == b"HEAD")
        self._exchanges[number] = exchange
        self._charge.promise(size)
        server = self._server
        server.requests += 1
        try:
            self._handler(request, exchange)
        except Exception as error:  # noqa: BLE001 - one request's failure must not take its connection along
            server.on_error("a handler failed", error)
            if not exchange.is_answered:
                exchange.answer(_FAILED)
            elif exchange.writer is not None and not exchange.writer.is_closed:
                self.end_stream(number, http2.INTERNAL_ERROR)

    def _count(self) -> None:
        """End a connection that keeps the server busy with nothing."""
        session, now = self._session, self._loop.time()
        if now - self._counted_from < 1.0:
            session.end(http2.ENHANCE_YOUR_CALM, "too many frames that bring nothing on")
        self._counted_from = now
        session.resets = session.chores = 0

    def refuse_stream(self, number: int, status: int, reason: str) -> None:
        """Answer for the server itself; what else comes of the request is dropped."""
        self._server.refusals += 1
        self._send(number, Response(status, reason.encode() + b"\n", _TEXT), head_only=False)

    def refuse(self, status: int, reason: str) -> None:  # noqa: ARG002 - there is no stream to say it on
        """Close."""
        self._server.refusals += 1
        self._session.end(http2.NO_ERROR, reason)
        self.flush()

    # ---- answers

    def answered(self, exchange: Http2Exchange, response: Response) -> None:
        """`exchange` has its response."""
        self._redeem(exchange)
        if not self._open:
            return
        try:
            self._send(exchange.number, response, head_only=exchange.head_only)
        except ValueError as error:
            self._server.on_error("a response can't be sent", error)
            self._send(exchange.number, _FAILED, head_only=exchange.head_only)
        self._flush_soon()

    def _send(self, number: int, response: Response, *, head_only: bool) -> None:
        self._session.answer(number, response, self._server.date, head_only=head_only)

    def streams(self, exchange: Http2Exchange, writer: Http2Writer, head: Response) -> None:
        """`exchange` begins an answer. Raises ValueError where its head can't be sent."""
        self._redeem(exchange)
        if self._open:
            self._session.begin(exchange.number, head, self._server.date)
            if exchange.head_only:
                self._session.write(exchange.number, b"", last=True)
                exchange.leave()  # from the body
            elif head.body:
                writer.write(head.body)
            self._flush_soon()

    def write(self, number: int, data: bytes, *, last: bool) -> None:
        """Send more of an answer."""
        if self._open:
            if last and number in self._exchanges:
                self._exchanges[number].end()
            self._session.write(number, data, last=last)
            self._flush_soon()

    def unsent_of(self, number: int) -> int:
        """Bytes of a stream's answer that haven't left."""
        outlet = self._session.outlets.get(number)
        return 0 if outlet is None else outlet.size

    def _redeem(self, exchange: Http2Exchange) -> None:
        """Its request isn't needed any more."""
        self._charge.redeem(exchange.size)
        exchange.size = 0

    def _drop(self, number: int) -> Http2Exchange | None:
        exchange = self._exchanges.pop(number, None)
        if exchange is not None:
            self._redeem(exchange)
        return exchange

    def end_stream(self, number: int, code: int) -> None:
        """End a stream in the middle, for the peer's fault or the handler's."""
        self._session.reset(number, code)
        exchange = self._drop(number)
        if exchange is not None:
            self._leave(exchange)

    def _flush_soon(self) -> None:
        if self._corked or self._flush_due:
            return
        if len(self._exchanges) <= 1:
            self.flush()
        else:  # others may be answered in this turn of the loop too
            self._flush_due = True
            self._loop.call_soon(self._flush_later)

    def _flush_later(self) -> None:
        self._flush_due = False
        self.flush()

    def flush(self) -> None:
        """Send what may be sent now, and see what is waited for then."""
        if not self._open:
            return
        session, server = self._session, self._server
        while not session.paused:
            data = session.output(OUTPUT_BYTES)
            if not data:
                break
            server.bytes_out += len(data)
            self._transport.write(data)
        if session.left:
            left, session.left = session.left, []
            for number in left:
                self._drop(number)
        if self._full:
            self._tell_of_room()
        self._charge.settle()
        self._settle()

    def fills(self, writer: Http2Writer) -> None:
        """`writer` is to be told when there is room."""
        self._full[writer] = None

    def _tell_of_room(self) -> None:
        for writer in [writer for writer in self._full if writer.unsent <= ROOM_BYTES]:
            del self._full[writer]
            try:
                writer.tell_of_room()
            except Exception as error:  # noqa: BLE001 - the others must be told too
                self._server.on_error("a handler failed when its client had room again", error)

    def room(self) -> None:
        """The budget has room again."""
        self._server.budget.forget(self)
        self._progress.has_room()
        if self._open:
            self._session.grant()
            self._flush_soon()

    @property
    def half_sent(self) -> bool:
        """A request is on its way in."""
        return self._open and bool(self._session.halves)

    # ---- waiting

    def _settle(self) -> None:
        """After any change: see what is waited for now, and set the due time for it."""
        if not self._open:
            return
        session, timeouts = self._session, self._server.timeouts
        if session.frames != self._frames:
            self._frames = session.frames
            self._state = BUSY
        if session.ended:
            self._server.refusals += 1
            self._linger()
            return
        if session.is_leaving and self.idle:
            self._linger()
            return
        if session.paused and session.backlog > BACKLOG_BYTES:
            self._hold(READER)
        if session.halves or session.unsent or session.paused:
            self._progress.watch()
        if session.in_frame and not session.halves:
            self._wait(HEAD, timeouts.head_s)
        elif self.idle:
            self._wait(IDLE, timeouts.idle_s)
        else:
            self._state = BUSY
            self.due = inf

    def _wait(self, state: int, patience_s: float) -> None:
        if self._state != state:
            self._state = state
            self._server.wheel.set(self, self._loop.time() + patience_s)

    def time_out(self, _now: float) -> None:
        """The peer has kept the whole connection waiting for too long."""
        self._server.timed_out += 1
        if self._state == IDLE:
            self._session.go_away()
        else:
            self._session.end(http2.NO_ERROR, "a frame took too long to come")
        self.flush()

    def _hold(self, reason: int) -> None:
        if not self._holds:
            self._transport.pause_reading()
        self._holds |= reason

    def _release(self, reason: int) -> None:
        if self._holds & reason:
            self._holds &= ~reason
            if not self._holds and self._open:
                self._transport.resume_reading()

    # ---- closing

    @property
    def idle(self) -> bool:
        """Nothing is in progress: it may be closed without anybody missing an answer."""
        return not self._open or not (self._exchanges or self._session.halves or self._session.outlets)

    def wind_up(self) -> None:
        """Take no new streams; close behind the last answer."""
        if self._open:
            self._session.go_away()
            self.flush()

    def stop(self) -> None:
        """Close if idle."""
        if self._open and self.idle:
            self._close()
        elif not self._open:
            self._parting.close()

    def abort(self) -> None:
        """Close now; what isn't sent is lost."""
        self._open = False
        self._transport.abort()

    def _linger(self) -> None:
        self._part()
        if self._holds:
            self._transport.resume_reading()  # what comes is dropped
        self._parting.linger()

    def _close(self) -> None:
        if self._open:
            self._part()
            self._parting.close()

    def _part(self) -> None:
        """Nothing more is taken or given: free what is held."""
        self._open = False
        self._server.wheel.drop(self)
        self._progress.stop()
        self._full.clear()
        exchanges, self._exchanges = self._exchanges, {}
        for exchange in exchanges.values():
            self._redeem(exchange)
        self._charge.let_go()
        for exchange in exchanges.values():
            self._leave(exchange)

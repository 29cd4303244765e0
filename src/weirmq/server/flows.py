"""The loop side of answers that go on: what turns the flows of the engine, and takes their events to the clients.

    a log is readable further -> Flowing.signal -> next turn of the loop: settle -> Outflow.take -> frame -> client

An event leaves as any answer does: when what it rests on is durable.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec

from weirmq.engine.flowing import Flow, Flowing
from weirmq.kernel.clock import Clock
from weirmq.kernel.errors import LogFailed, ServiceError
from weirmq.server.exchange import Exchange, Writer
from weirmq.wire.aws.events import Events

AT_ONCE: Final = 8  # flows attempted in a turn of the loop: a few milliseconds where all have a long way to go
TICK_S: Final = 0.25  # between two looks at what time brings, so that many quiet flows share one

Hold = Callable[[Callable[[Any], None], Any], None]


class FlowWheel:
    """Settles `flowing` when something is ready, and when time is due. `fail` is called once, with what a disk did."""

    def __init__(self, flowing: Flowing, *, clock: Clock, hold: Hold, fail: Callable[[BaseException], None]) -> None:
        self._flowing = flowing
        self._clock = clock
        self._hold = hold
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._turn_due = False
        self._timer: asyncio.TimerHandle | None = None
        self._is_stopping = False
        self._stopped = False
        flowing.on_ready = self._schedule

    def begin(self, flow: Flow, exchange: Exchange, events: Events, request_id: str, refuse: "Refuse") -> None:
        """Answer `exchange` by `flow`. `refuse` makes of an exception what the client is told."""
        outflow = Outflow(exchange, events, self._hold, refuse)
        number = self._flowing.add(flow, outflow)
        outflow.on_room = partial(self._flowing.room, number)
        exchange.on_gone(partial(self._flowing.cancel, number))
        self._hold(outflow.begin, events.begin(request_id))
        if self._is_stopping:
            self._flowing.end_all()

    def _schedule(self) -> None:
        if not self._turn_due and not self._stopped:
            self._turn_due = True
            self._loop.call_soon(self.tick)

    def tick(self) -> None:
        """Let the flows go on."""
        self._turn_due = False
        if self._stopped:
            return
        try:
            self._flowing.settle(self._clock.now_ms(), AT_ONCE)
        except LogFailed as error:
            self._stopped = True
            self._fail(error)
        finally:  # any other exception is told by the loop, and must not stop the others
            if not self._stopped:
                if self._flowing.is_ready:
                    self._schedule()
                self._expect()

    def _expect(self) -> None:
        """Come again when time is due."""
        next_ms = self._flowing.next_ms()
        if next_ms is None:
            return
        due_s = self._loop.time() + max((next_ms - self._clock.now_ms()) / 1000, TICK_S)
        if self._timer is not None:
            if self._timer.when() <= due_s:
                return  # it is early enough
            self._timer.cancel()
        self._timer = self._loop.call_at(due_s, self._time_out)

    def _time_out(self) -> None:
        self._timer = None  # whatever the loop's clock says: a timer may be early by a fraction of a millisecond
        self.tick()

    def end_all(self) -> None:
        """End all answers that go on, and let no new one go on: the server stops."""
        self._is_stopping = True
        self._flowing.end_all()

    def halt(self) -> None:
        """Send nothing any more."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()


Refuse = Callable[[Exception], ServiceError]


class Outflow:
    """A Sink: one flow's way to its client. `on_room` is called when it can take another event."""

    __slots__ = ("_events", "_exchange", "_hold", "_is_held", "_refuse", "_writer", "on_room")

    def __init__(self, exchange: Exchange, events: Events, hold: Hold, refuse: Refuse) -> None:
        self._exchange = exchange
        self._events = events
        self._hold = hold
        self._refuse = refuse
        self._writer: Writer | None = None
        self._is_held = True  # something waits until it is durable what it rests on
        self.on_room: Callable[[], None] = lambda: None

    def begin(self, head: Any) -> None:
        """The answer may begin."""
        self._writer = self._exchange.stream(head)
        self._writer.on_room(self.on_room)
        self._is_held = False
        self.on_room()

    @property
    def has_room(self) -> bool:
        """The event before is on its way, and the client isn't slow to read."""
        return not self._is_held and self._writer is not None and not self._writer.is_full

    def take(self, event: msgspec.Struct) -> None:
        """Send an event."""
        data = self._events.event(event)
        self._is_held = True
        self._hold(self._write, data)

    def _write(self, data: bytes) -> None:
        assert self._writer is not None, "an answer begins before its events"  # noqa: S101
        self._is_held = False
        self._writer.write(data)
        if not self._writer.is_full:
            self.on_room()

    def end(self, error: Exception | None) -> None:
        """Send what went wrong, if something did, and end the answer."""
        self._hold(self._close, b"" if error is None else self._events.refusal(self._refuse(error)))

    def _close(self, data: bytes) -> None:
        assert self._writer is not None, "an answer begins before it ends"  # noqa: S101
        if data:
            self._writer.write(data)
        self._writer.close()

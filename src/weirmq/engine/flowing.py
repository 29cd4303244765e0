"""Answers that go on: what an operation returns where events follow each other, as data.

    signalled, or time is due, or room again -> attempt -> an event  -> the sink takes it, and says when it has room
                                                        -> None      -> wait for the next signal
                                                        -> OVER, or an exception -> the sink ends

A Flow belongs to a key (the name of a shard's log). It is attempted only while its sink has room, so a slow reader has
nothing pile up for it: what it hasn't read yet stays where it is. A round makes at most one event for each flow, so one
with a long way to go holds up nobody else. A flow for which nothing comes costs no CPU.
"""

from collections.abc import Callable
from enum import Enum
from itertools import islice
from typing import Any, Final, Protocol

import msgspec

from weirmq.kernel.deadlines import Deadlines
from weirmq.kernel.errors import LogFailed


class Over(Enum):
    """What an attempt gives where nothing follows any more."""

    OVER = 0


OVER: Final = Over.OVER


class Flow(msgspec.Struct):
    """What an operation returns in place of an answer.

    `attempt(now_ms)` gives the next event, None for "not yet", or OVER; a ServiceError that it raises is the last that
    the client is told. `next_ms()` tells when time alone brings an event. `until_ms` is when it ends in any case.
    `ended()` is called once, however it ends.
    """

    key: str
    until_ms: int
    attempt: Callable[[int], Any]
    next_ms: Callable[[], int]
    ended: Callable[[], None]


class Sink(Protocol):
    """Where a flow's events go."""

    @property
    def has_room(self) -> bool:
        """Whether `take` may be called. When it has become so again, the sink calls `Flowing.room`."""
        ...

    def take(self, event: Any) -> None:
        """Pass an event on."""
        ...

    def end(self, error: Exception | None) -> None:
        """Nothing follows; with an error, that is said last."""
        ...


class Flowing:
    """All flows of an engine. `on_ready` is called when there is something for `settle` to do."""

    def __init__(self) -> None:
        self.on_ready: Callable[[], None] = lambda: None
        self._flows: dict[int, tuple[Flow, Sink]] = {}  # by number
        self._by_key: dict[str, dict[int, None]] = {}
        self._due: Deadlines[int] = Deadlines()
        self._ready: dict[int, None] = {}  # to be attempted, the one that has waited longest first
        self._last = 0

    def __len__(self) -> int:
        return len(self._flows)

    def add(self, flow: Flow, sink: Sink) -> int:
        """Let a flow begin; returns its number, for `room` and `cancel`."""
        self._last += 1
        number = self._last
        self._flows[number] = (flow, sink)
        self._by_key.setdefault(flow.key, {})[number] = None
        self._set_ready(number)
        return number

    def signal(self, key: str) -> None:
        """Something may have come for the flows of `key`."""
        for number in self._by_key.get(key, ()):
            self._set_ready(number)

    def room(self, number: int) -> None:
        """The sink of this flow takes events again. Harmless if the flow has ended."""
        if number in self._flows:
            self._set_ready(number)

    def cancel(self, number: int) -> None:
        """The client is gone. Harmless if the flow has ended."""
        if number in self._flows:
            self._remove(number)

    @property
    def is_ready(self) -> bool:
        """Whether `settle` has something to attempt."""
        return bool(self._ready)

    def settle(self, now_ms: int, most: int) -> None:
        """A round: attempt up to `most` of the flows that were signalled, that have room again, or whose time has come.
        Raises LogFailed.
        """
        while (number := self._due.pop_due(now_ms)) is not None:
            self._ready[number] = None
        for number in list(islice(self._ready, most)):
            del self._ready[number]
            if number in self._flows:
                self._attempt(number, now_ms)

    def end_all(self) -> None:
        """End every flow now: the server stops."""
        for number in list(self._flows):
            self._remove(number).end(None)

    def next_ms(self) -> int | None:
        """When `settle` should be called at the latest; None for: only when `on_ready` says so."""
        return self._due.next_ms()

    def _set_ready(self, number: int) -> None:
        was_ready = self.is_ready
        self._ready[number] = None
        if not was_ready:
            self.on_ready()

    def _attempt(self, number: int, now_ms: int) -> None:
        flow, sink = self._flows[number]
        if now_ms >= flow.until_ms:
            self._remove(number).end(None)
            return
        if not sink.has_room:
            self._due.put(number, flow.until_ms)
            return
        try:
            event = flow.attempt(now_ms)
            if event is not None and event is not OVER:
                sink.take(event)
        except LogFailed:
            raise
        except Exception as error:  # noqa: BLE001 - it ends this flow; the others must go on
            self._remove(number).end(error)
            return
        if event is OVER:
            self._remove(number).end(None)
        elif number in self._flows:
            self._due.put(number, min(flow.next_ms(), flow.until_ms))

    def _remove(self, number: int) -> Sink:
        flow, sink = self._flows.pop(number)
        numbers = self._by_key[flow.key]
        del numbers[number]
        if not numbers:
            del self._by_key[flow.key]
        self._due.drop(number)
        self._ready.pop(number, None)
        flow.ended()
        return sink

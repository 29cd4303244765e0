"""Answers that aren't there yet: long polls, as data.

A Wait belongs to a key (a queue). It is attempted when its key is signalled, when time alone may have brought
something, and gives its empty answer at its deadline. Waits of one key are attempted in the order in which they came,
so the one that has waited longest gets what arrives first. A waiting poll costs two heap entries and no CPU.
"""

from collections.abc import Callable, Hashable
from math import inf
from typing import Any, Final

import msgspec

from weirmq.kernel.deadlines import Deadlines
from weirmq.kernel.errors import LogFailed

AT_ONCE: Final = 200  # answers given in one go: a record that 10,000 wait for would hold everybody up for half a second


class Wait(msgspec.Struct):
    """What an operation returns in place of an answer.

    No two services have the same `key`: those of SQS are above 0, those of Kinesis below, and those of Kafka pairs.
    `attempt(now_ms)` gives the answer, or None for "not yet", or raises ServiceError. `next_ms()` tells when time
    alone may change that. `empty` is the answer at `until_ms`, or what `at_end(now_ms)` makes then.
    """

    key: Hashable
    until_ms: int
    attempt: Callable[[int], Any]
    next_ms: Callable[[], int | None]
    empty: Any
    at_end: Callable[[int], Any] | None = None


Done = Callable[[Any], None]
"""Called with the answer, or with the exception that took its place."""


class Waiting:
    """All waits of an engine. `on_signalled` is called when there is something for `settle` to do."""

    def __init__(self) -> None:
        self.on_signalled: Callable[[], None] = lambda: None
        self._waits: dict[int, tuple[Wait, Done]] = {}  # by number; numbers grow
        self._by_key: dict[Hashable, dict[int, None]] = {}  # key -> numbers, oldest first
        self._deadlines: Deadlines[int] = Deadlines()  # of waits, by number
        self._arrivals: Deadlines[Any] = Deadlines()  # of keys, by what time alone brings
        self.signalled: dict[Hashable, None] = {}  # keys that `settle` has something to attempt for
        self._last = 0

    def __len__(self) -> int:
        return len(self._waits)

    def add(self, wait: Wait, done: Done) -> int:
        """Start waiting; returns the wait's number, for `cancel`."""
        self._last += 1
        number = self._last
        self._waits[number] = (wait, done)
        self._by_key.setdefault(wait.key, {})[number] = None
        self._deadlines.put(number, wait.until_ms)
        self._expect(wait)
        return number

    def cancel(self, number: int) -> None:
        """Stop waiting without an answer: the client is gone. Harmless if the wait has ended."""
        if number in self._waits:
            self._remove(number)

    def signal(self, key: Hashable) -> None:
        """Something may have come for the waits of `key`."""
        if key in self._by_key:
            if not self.signalled:
                self.on_signalled()
            self.signalled[key] = None

    def settle(self, now_ms: int) -> None:
        """Attempt the waits that were signalled, and those whose time has come: AT_ONCE of them, the others later."""
        while (key := self._arrivals.pop_due(now_ms)) is not None:
            self.signalled[key] = None
        left = AT_ONCE
        while self.signalled and left > 0:
            key = next(iter(self.signalled))
            del self.signalled[key]
            left -= self._attempt_all(key, now_ms, left)
        for _ in range(AT_ONCE):
            number = self._deadlines.pop_due(now_ms)
            if number is None:
                break
            wait, done = self._remove(number)
            done(wait.empty if wait.at_end is None else _made(wait.at_end, now_ms))
        if self.signalled:
            self.on_signalled()

    def end_all(self) -> None:
        """Give every wait its empty answer now: the server stops."""
        for number in list(self._waits):
            wait, done = self._remove(number)
            done(wait.empty)

    def next_ms(self) -> int | None:
        """When `settle` should be called at the latest; None for: only after a signal."""
        deadline_ms, arrival_ms = self._deadlines.next_ms(), self._arrivals.next_ms()
        if deadline_ms is None or arrival_ms is None:
            return deadline_ms if arrival_ms is None else arrival_ms
        return min(deadline_ms, arrival_ms)

    def _attempt_all(self, key: Hashable, now_ms: int, most: int) -> int:
        """Serve the waits of `key`, the oldest first, until one must wait on. Returns how many were attempted."""
        for count in range(most):
            numbers = self._by_key.get(key)
            if not numbers:
                return count
            number = next(iter(numbers))
            wait, done = self._waits[number]
            answer = _made(wait.attempt, now_ms)
            if answer is None:
                if self._expect(wait) <= now_ms:  # it takes its time in slices: the next comes with a later turn
                    self.signalled.pop(key, None)
                return count + 1
            self._remove(number)
            done(answer)
        self.signalled[key] = None
        return most

    def _expect(self, wait: Wait) -> float:
        """Look again when time alone may have brought something for the key; returns when that is."""
        next_ms = wait.next_ms()
        if next_ms is None:
            self._arrivals.drop(wait.key)
            return inf
        self._arrivals.put(wait.key, next_ms)
        return next_ms

    def _remove(self, number: int) -> tuple[Wait, Done]:
        self._deadlines.drop(number)
        wait, done = self._waits.pop(number)
        numbers = self._by_key[wait.key]
        del numbers[number]
        if not numbers:
            del self._by_key[wait.key]
            self._arrivals.drop(wait.key)
        return wait, done


def _made(make: Callable[[int], Any], now_ms: int) -> Any:
    """An answer, or what is raised in its place."""
    try:
        return make(now_ms)
    except LogFailed:
        raise
    except Exception as error:  # noqa: BLE001 - it ends this wait; the others must go on
        return error

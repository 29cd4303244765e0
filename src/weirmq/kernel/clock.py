"""Time as an argument. Nothing else in WeirMQ reads the time of day.

All times are integer milliseconds since the Unix epoch, named `..._ms`.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Clock(Protocol):
    """Tells the time; never goes backwards."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, never less than an earlier answer."""
        ...


class SystemClock:
    """The machine's clock, held still where it would step backwards (an NTP correction, a resumed virtual machine)."""

    def __init__(self) -> None:
        self._latest_ms = 0

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, never less than an earlier answer."""
        now_ms = time.time_ns() // 1_000_000
        if now_ms < self._latest_ms:
            return self._latest_ms
        self._latest_ms = now_ms
        return now_ms

    def not_before(self, now_ms: int) -> None:
        """Answer with no time before `now_ms` from now on: that of the newest fact in a log."""
        self._latest_ms = max(self._latest_ms, now_ms)


class ManualClock:
    """A clock that stands still until it is turned: for tests and simulations.

    `on_turn` is called after each turn, in the turning thread; a server uses it to look at its timers again.
    """

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._now_ms

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, milliseconds: float = 0
    ) -> None:
        """Turn the clock forward. Raises ValueError for a negative sum: time doesn't run backwards."""
        step_ms = round(
            days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS + milliseconds,
        )
        if step_ms < 0:
            raise ValueError(f"a clock turns forward only, not by {step_ms} ms")
        with self._lock:
            self._now_ms += step_ms
        for listener in self._listeners:
            listener()

    def on_turn(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each turn from now on."""
        self._listeners.append(listener)

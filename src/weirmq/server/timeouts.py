"""How long a peer may keep us waiting, and a wheel that finds out who has, without a timer a request.

A connection that waits for its peer has one due time. Setting it is an assignment in the usual case: the wheel looks at
a connection when an earlier due time of it passes, and finds the later one then. So a request costs the wheel nothing,
and a thousand idle connections cost one look each per idle time.
"""

from math import inf
from typing import Protocol

import msgspec


class Timeouts(msgspec.Struct, frozen=True):
    """Patience with peers, in seconds of the event loop's clock."""

    head_s: float = 10.0  # a whole request head; no honest client sends one in drops
    body_s: float = 30.0  # the next BODY_BYTES_MIN of a body
    idle_s: float = 120.0  # between requests; Go's pool keeps 90 s, Java's 60 s, and the client had better close first
    drain_s: float = 60.0  # a peer that doesn't read its answers, without any progress
    room_s: float = 30.0  # a request that waits until other requests have left room for it
    linger_s: float = 5.0  # after a refusal, for the peer to read it before the connection is reset


BODY_BYTES_MIN = 16 * 1024  # in each body_s: below half a KiB a second it is an attack or hopeless


class Timed(Protocol):
    """What the wheel turns: it has a due time, and is told when that has passed."""

    due: float
    looked_at: float  # the wheel's own: the second under which it holds this one; inf where it doesn't

    def time_out(self, now: float) -> None:
        """`due` has passed. Sets a new one, or goes."""
        ...


class Wheel:
    """Due times to the second: late by up to one, never early."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds: dict[float, set[Timed]] = {}

    def __bool__(self) -> bool:
        return bool(self._seconds)

    def set(self, timed: Timed, due: float) -> None:
        """Call `timed.time_out` once `due` (in loop time) has passed. `inf` stands for never."""
        timed.due = due
        if due < timed.looked_at - 1.0:  # not in or after the second that it is held under
            self._put(timed, due)

    def drop(self, timed: Timed) -> None:
        """Forget `timed`."""
        timed.due = inf
        self._take_out(timed)

    def sweep(self, now: float) -> int:
        """Time out all that are due at `now`. Returns how many were."""
        count = 0
        for second in [second for second in self._seconds if second <= now]:
            held = self._seconds.pop(second, set())  # empty where one that timed out has dropped or moved the last
            for timed in held:
                timed.looked_at = inf
            for timed in held:
                if timed.due <= now:
                    count += 1
                    timed.due = inf
                    timed.time_out(now)
                elif timed.due < inf:
                    self.set(timed, timed.due)
        return count

    def _put(self, timed: Timed, due: float) -> None:
        self._take_out(timed)
        second = float(int(due) + 1)
        timed.looked_at = second
        self._seconds.setdefault(second, set()).add(timed)

    def _take_out(self, timed: Timed) -> None:
        held = self._seconds.get(timed.looked_at)
        if held is not None:
            held.discard(timed)
            if not held:
                del self._seconds[timed.looked_at]
        timed.looked_at = inf

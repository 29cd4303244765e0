"""How long others may keep us waiting: one timer a second, and only while something waits."""

import asyncio
from collections.abc import Coroutine
from math import inf
from typing import Any, Final, Generic, TypeVar

from weirmq.server.timeouts import Timed, Wheel

TICK_S: Final = 1.0
LATE: Final = "no whole answer in time"

T = TypeVar("T")


class Waiting(Generic[T]):
    """A task that is cancelled when it takes too long."""

    __slots__ = ("due", "is_late", "looked_at", "task")

    def __init__(self, task: "asyncio.Task[T]") -> None:
        self.task = task
        self.is_late = False
        self.due = inf
        self.looked_at = inf

    def time_out(self, _now: float) -> None:
        """It took too long."""
        self.is_late = True
        self.task.cancel()


class Patience:
    """Due times of connections and of what leads to them, in the loop's seconds: late by up to one, never early."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._wheel = Wheel()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, timed: Timed, due: float) -> None:
        """Call `timed.time_out` once `due` has passed."""
        self._wheel.set(timed, due)
        if self._timer is None:
            self._timer = self._loop.call_later(TICK_S, self._tick)

    def drop(self, timed: Timed) -> None:
        """Nobody waits for it any more."""
        self._wheel.drop(timed)

    async def wait(self, work: Coroutine[Any, Any, T], due: float) -> T:
        """What `work` gives, until `due`. Raises TimeoutError after that."""
        waiting = Waiting(self._loop.create_task(work))
        self.watch(waiting, due)
        try:
            return await waiting.task
        except asyncio.CancelledError:
            if waiting.is_late:
                raise TimeoutError(LATE) from None
            waiting.task.cancel()
            raise
        finally:
            self._wheel.drop(waiting)

    def sweep(self, now: float) -> None:
        """Time out all that is due at `now`."""
        self._wheel.sweep(now)

    def close(self) -> None:
        """Watch nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._timer = None
        self._wheel.sweep(self._loop.time())
        if self._wheel and self._timer is None:
            self._timer = self._loop.call_later(TICK_S, self._tick)

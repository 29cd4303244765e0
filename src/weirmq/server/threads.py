"""Threads that do for the loop what blocks, and tell it what came of it.

An executor makes two futures and a condition for each call, and chains them: some 60 us of CPU more for each sync of a
log, which on a good disk is there in 70 us. Here a call is an entry in a queue, and its end one callback.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Final

_STOP: Final = None


class Threads:
    """Up to `most` threads: one from the start, the others as they are needed. Used by the loop's thread alone."""

    def __init__(self, most: int, name: str, failed: Callable[[BaseException], None]) -> None:
        """`failed` is called, in the loop, with what a thread has raised."""
        self._most = most
        self._name = name
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._threads: list[threading.Thread] = []
        self._calls: SimpleQueue[tuple[Callable[[], Any], Callable[[Any], None]] | None] = SimpleQueue()
        self._open = 0  # calls that haven't been told of
        self._rest: asyncio.Future[None] | None = None  # what somebody waits for who waits for no open call
        self._start()

    def do(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Call `work` in a thread, and then, in the loop, `then` with what it gave."""
        self._open += 1
        if self._open > len(self._threads) < self._most:
            with suppress(RuntimeError):  # the system has no more: those that there are do it
                self._start()
        self._calls.put((work, then))

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _work(self) -> None:
        while (call := self._calls.get()) is not _STOP:
            work, then = call
            try:
                found = work()
            except BaseException as error:  # noqa: BLE001 - it is told of
                then, found = self._failed, error
            try:
                self._loop.call_soon_threadsafe(self._tell, then, found)
            except RuntimeError:  # the loop is closed
                return
            del call, work, then, found  # a thread that waits keeps nothing alive

    def _tell(self, then: Callable[[Any], None], found: Any) -> None:
        self._open -= 1
        try:
            then(found)
        finally:
            if not self._open and self._rest is not None:
                self._rest.set_result(None)
                self._rest = None

    async def rest(self) -> None:
        """Wait until nothing is open."""
        while self._open:
            if self._rest is None:
                self._rest = self._loop.create_future()
            await asyncio.shield(self._rest)

    def stop(self) -> None:
        """Wait until all that was asked for is done, and end the threads; what comes of it is still told."""
        for _ in self._threads:
            self._calls.put(_STOP)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

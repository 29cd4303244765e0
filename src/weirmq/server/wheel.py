"""Turns the journal: writes when nothing more comes in, syncs in a thread, and lets time do its part.

    command -> touch -> no other in the next turn of the loop: flush -> (durability fsync: sync in a thread ->) answers

While a sync runs the next batch gathers, so under load one sync serves many answers: group commit.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from weirmq.engine.journal import Journal
from weirmq.engine.machine import Machine
from weirmq.engine.waiting import Waiting
from weirmq.kernel.clock import Clock
from weirmq.kernel.errors import LogFailed, NoRoom
from weirmq.server.threads import Threads

IDLE_TICK_S: Final = 1.0  # how often somebody looks at what time alone does
LEAST_TICK_S: Final = 0.001
LOOKS: Final = 3  # turns of the loop that a write may wait for others to join it
LAZY_SYNC_S: Final = 1.0  # with durability os: how soon the disk has what was answered
LAZY_SYNC_BYTES: Final = 16 * 1024 * 1024  # or how much more there may be: a sync sets the next segment's room aside,
# for which the loop would have to wait 20 ms itself, should the newest one be filled between two syncs


class Wheel:
    """One journal's loop side. `fail` is called once, with what the disk did; nothing is answered after it."""

    def __init__(
        self,
        journal: Journal,
        waiting: Waiting,
        machines: list[Machine],
        clock: Clock,
        fail: Callable[[BaseException], None],
    ) -> None:
        self._journal = journal
        self._waiting = waiting
        self._machines = machines
        self._clock = clock
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._syncer = Threads(1, "weirmq-sync", self._stop_with)
        self._flush_due = False
        self._gathered = -1  # where the journal ended at the last look
        self._looks = 0
        self._is_syncing = False
        self._lazy: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tick_ms = 0  # when it is due, by the clock
        self._stopped = False
        self._is_stopping = False
        self._look_due = False
        waiting.on_signalled = self._look_soon
        self._arm(IDLE_TICK_S)

    def touch(self, now_ms: int) -> None:
        """A command is done: serve the polls that it woke, and write soon what it recorded."""
        if self._waiting.signalled:
            self._waiting.settle(now_ms)
        if not self._flush_due and self._journal.is_pending:
            self._flush_due = True
            self._loop.call_soon(self._flush)

    def _look_soon(self) -> None:
        """A poll was woken: by a command, which is about to serve it, or by something else, which isn't."""
        if not self._look_due:
            self._look_due = True
            self._loop.call_soon(self._look)

    def _look(self) -> None:
        self._look_due = False
        if not self._stopped and self._waiting.signalled:
            try:
                self.touch(self._clock.now_ms())
            except LogFailed as error:
                self._stop_with(error)

    def expect(self) -> None:
        """A poll has begun to wait: look at the timers again."""
        next_ms = self._waiting.next_ms()
        if next_ms is not None and next_ms < self._tick_ms:
            self._arm(max((next_ms - self._clock.now_ms()) / 1000, LEAST_TICK_S))

    def tick(self) -> None:
        """Let time do its part up to now."""
        if self._stopped:
            return
        now_ms = self._clock.now_ms()
        delay_s = IDLE_TICK_S
        try:
            delay_s = self._tick(now_ms)
            self.touch(now_ms)
        except LogFailed as error:
            self._stop_with(error)
        finally:  # any other exception is told by the loop, and must not stop the clock
            if not self._stopped:
                self._arm(delay_s)

    def _tick(self, now_ms: int) -> float:
        """Returns in how many seconds to tick again."""
        next_ms = now_ms + int(IDLE_TICK_S * 1000)
        for machine in self._machines:
            due_ms = self._let_work(machine, now_ms)
            next_ms = min(next_ms, next_ms if due_ms is None else due_ms)
        self._waiting.settle(now_ms)
        waiting_ms = self._waiting.next_ms()
        next_ms = min(next_ms, next_ms if waiting_ms is None else waiting_ms)
        return max((next_ms - now_ms) / 1000, LEAST_TICK_S)

    def _let_work(self, machine: Machine, now_ms: int) -> int | None:
        """Let `machine` do what is due; returns when it wants to go on."""
        due_ms = machine.next_due_ms()
        if due_ms is None or due_ms > now_ms:
            return due_ms
        try:
            facts = machine.due(now_ms)
            if facts:
                self._journal.commit(machine, facts, now_ms)
        except NoRoom:  # the same facts come again with a later tick; polls must still get their answers in time
            return None
        return machine.next_due_ms()

    def _arm(self, delay_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(delay_s, self.tick)
        self._tick_ms = self._clock.now_ms() + int(delay_s * 1000)

    def _flush(self) -> None:
        if self._journal.end != self._gathered and self._looks < LOOKS:
            self._gathered = self._journal.end  # more may have come meanwhile: a write serves all, so look once more
            self._looks += 1
            self._loop.call_soon(self._flush)
            return
        self._flush_due = False
        self._looks = 0
        if self._stopped:
            return
        try:
            self._journal.flush()
        except Exception as error:  # noqa: BLE001 - whatever it was: what is applied isn't written
            self._stop_with(error)
            return
        self._sync_soon()

    def _sync_soon(self) -> None:
        """What is written is to be durable: as soon as can be, or with durability os soon."""
        if self._journal.waits_for_sync or self._journal.bytes_since_sync >= LAZY_SYNC_BYTES:
            self.sync()
        elif self._lazy is None:
            self._lazy = self._loop.call_later(LAZY_SYNC_S, self.sync)

    def sync(self) -> None:
        """Make durable what is written, and give back the room of what was trimmed; in the thread, if it is free."""
        if self._lazy is not None:
            self._lazy.cancel()
            self._lazy = None
        if not (self._is_syncing or self._is_stopping or self._stopped):
            self._journal.bytes_since_sync = 0
            self._is_syncing = True
            self._syncer.do(self._journal.log.sync, self._synced)

    def _synced(self, offset: int) -> None:
        self._is_syncing = False
        if self._stopped:
            return
        self._journal.synced(offset)
        if self._journal.on_disk < self._journal.log.end:  # more came meanwhile, and nobody may come after it
            self._sync_soon()

    def _stop_with(self, error: BaseException) -> None:
        if not self._stopped:
            self._stopped = True
            self._fail(error)

    def halt(self) -> None:
        """Write, sync and serve nothing any more."""
        self._stopped = True

    async def stop(self) -> None:
        """Write and sync what is there. Raises LogFailed."""
        self._is_stopping = True  # it waits for one sync, not for those of all that comes meanwhile
        try:
            if not self._stopped:
                self._journal.flush()
                await self._syncer.rest()
            if not self._stopped:  # nothing has failed meanwhile
                self._journal.flush()  # time has done its part: a snapshot that follows mustn't be ahead of the log
                self._journal.synced(self._journal.log.sync())
        finally:
            self._stopped = True
            for timer in (self._timer, self._lazy):
                if timer is not None:
                    timer.cancel()
            self._syncer.stop()

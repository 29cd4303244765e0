"""What the journal's wheel does besides writing at the end of a turn, which the tests of the whole server show."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from tests.server.hard_day import until
from tests.services.sqs.world import World
from weirmq.engine.waiting import AT_ONCE, Wait
from weirmq.log.memory import MemoryLog
from weirmq.server import wheel
from weirmq.server.wheel import Wheel
from weirmq.wire.aws.types.sqs import SendMessageRequest

FEW_BYTES = 1_000


class Turned(World):
    """SQS, and the wheel that turns its journal. No time passes that would let a lazy sync begin."""

    def __init__(self) -> None:
        super().__init__()
        self.failed: list[BaseException] = []
        self.wheel = Wheel(self.journal, self.waiting, [self.sqs.machine], self.clock, self.failed.append)

    def send(self, url: str, size: int) -> None:
        request = SendMessageRequest(QueueUrl=url, MessageBody="x" * size)
        self.sqs.operations["SendMessage"](self.sqs, self.call(), request)
        self.wheel.touch(self.clock.now_ms())

    async def written(self) -> None:
        await until(lambda: not self.journal.is_pending)

    async def synced(self) -> None:
        await until(lambda: self.journal.on_disk == self.journal.end)


@pytest.fixture
async def turned(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Turned]:
    monkeypatch.setattr(wheel, "LAZY_SYNC_S", 3_600.0)
    monkeypatch.setattr(wheel, "LAZY_SYNC_BYTES", 10 * FEW_BYTES)
    turned = Turned()
    yield turned
    await turned.wheel.stop()
    assert not turned.failed


async def test_many_bytes_are_synced_before_their_time(turned: Turned) -> None:
    url = turned.create()
    turned.send(url, FEW_BYTES)
    await turned.written()
    assert turned.journal.on_disk == 0
    turned.send(url, 10 * FEW_BYTES)
    await turned.synced()


async def test_each_sync_begins_to_count_anew(turned: Turned) -> None:
    url = turned.create()
    for _ in range(3):
        turned.send(url, 10 * FEW_BYTES)
        await turned.synced()
        turned.send(url, FEW_BYTES)
        await turned.written()
        assert turned.journal.on_disk < turned.journal.end


async def test_what_comes_while_a_sync_runs_is_synced_though_nothing_comes_after_it(
    turned: Turned, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, may_end, sync = turned.create(), threading.Event(), turned.log.sync

    def held() -> int:
        offset = sync()
        may_end.wait(10)
        return offset

    monkeypatch.setattr(turned.log, "sync", held)
    for _ in range(2):
        turned.send(url, 10 * FEW_BYTES)
        await turned.written()
    may_end.set()
    async with asyncio.timeout(10):
        await turned.synced()


async def test_after_a_failure_while_it_stops_nothing_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    turned, may_end, sync, error = Turned(), threading.Event(), MemoryLog.sync, MemoryError()

    def fail(log: MemoryLog) -> int:
        monkeypatch.setattr(MemoryLog, "sync", sync)
        may_end.wait(10)
        raise error

    monkeypatch.setattr(MemoryLog, "sync", fail)
    turned.journal.waits_for_sync = True
    turned.send(turned.create(), FEW_BYTES)
    answered: list[str] = []
    turned.journal.hold(answered.append, "sent")
    await until(lambda: turned.journal.end == turned.log.end)
    stopping = asyncio.ensure_future(turned.wheel.stop())
    await asyncio.sleep(0)
    may_end.set()
    await stopping
    assert turned.failed == [error]
    assert answered == []


class Stopping(Turned):
    """A wheel that is told to stop while a sync runs, which ends when it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.syncs: list[int] = []
        self.may_end = threading.Event()
        self.url = self.create()
        self.journal.waits_for_sync = True
        monkeypatch.setattr(MemoryLog, "sync", partial(self._sync, MemoryLog.sync))

    def _sync(self, sync: Callable[[MemoryLog], int]) -> int:
        self.syncs.append(sync(self.log))
        self.may_end.wait(10)
        return self.syncs[-1]

    async def told(self) -> "asyncio.Task[None]":
        self.send(self.url, FEW_BYTES)
        await until(lambda: self.syncs)
        stopping = asyncio.create_task(self.wheel.stop())
        await asyncio.sleep(0)
        return stopping


async def test_a_stop_waits_for_one_sync_however_much_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = Stopping(monkeypatch)
    stopping = await turned.told()
    turned.send(turned.url, FEW_BYTES)
    await until(lambda: turned.journal.end == turned.log.end)
    turned.may_end.set()
    await stopping
    assert len(turned.syncs) == 2  # the second is its own
    assert turned.syncs[1] == turned.journal.end


async def test_what_comes_in_the_moment_of_a_stop_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a snapshot that follows would be ahead of the log."""
    turned, loop = Stopping(monkeypatch), asyncio.get_running_loop()
    turned.send(turned.url, FEW_BYTES)
    turned.journal.hold(lambda _: loop.call_soon(turned.send, turned.url, FEW_BYTES), None)
    stopping = await turned.told()
    end = turned.journal.end
    turned.may_end.set()
    await stopping
    assert turned.syncs[-1] == turned.log.end == turned.journal.end > end


async def test_very_many_polls_are_answered_in_turns(turned: Turned) -> None:
    ready, got, turns, now_ms = list[int](), list[int](), set[int](), turned.clock.now_ms()

    def attempt(_now_ms: int) -> int | None:
        return ready.pop() if ready else None

    async def count() -> None:
        while len(got) < 1_000:
            turns.add(len(got))
            await asyncio.sleep(0)

    for _ in range(1_000):
        turned.waiting.add(Wait(1, now_ms + 10_000, attempt, lambda: None, "empty"), got.append)
    counting = asyncio.create_task(count())
    await asyncio.sleep(0)
    ready += range(1_000)
    turned.waiting.signal(1)
    await counting
    assert sorted(turns) == list(range(0, 1_000, AT_ONCE))

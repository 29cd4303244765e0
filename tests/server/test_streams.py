import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.server.hard_day import until
from weirmq.engine.cleaning import Log, Pause, Rewritten, Work
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.streams import Part, Stream, Streams
from weirmq.kernel.errors import LogFailed
from weirmq.log.library import FileLibrary
from weirmq.log.memory import MemoryLog
from weirmq.server import streams as streams_module
from weirmq.server.streams import StreamWheel, hold_for, most_open
from weirmq.testing.disk import SimulatedDisk


class Turned:
    """Streams on a simulated disk, and their wheel."""

    def __init__(self, *, waits_for_sync: bool) -> None:
        self.disk = SimulatedDisk()
        self.streams = Streams(FileLibrary(self.disk, "/data/streams"), waits_for_sync=waits_for_sync)
        self.failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self.errors: list[str] = []
        self.removed: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self.wheel = StreamWheel(
            self.streams,
            fail=self.failed.set_result,
            on_error=lambda what, _: self.errors.append(what),
            on_removed=self.removed.set_result,
        )

    def append(self, stream: Stream, value: bytes = b"a") -> "asyncio.Future[Any]":
        """Append a record; done when its answer leaves."""
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.streams.append([Part(stream, [(b"key", (value,), 1_000)])], 1_000)
        self.streams.hold(answered.set_result, value)
        return answered


@asynccontextmanager
async def turned(*, waits_for_sync: bool) -> AsyncIterator[Turned]:
    turned = Turned(waits_for_sync=waits_for_sync)
    try:
        yield turned
    finally:
        await turned.wheel.stop()


@pytest.mark.parametrize("waits_for_sync", [True, False])
async def test_answers_leave_and_readers_see(waits_for_sync: bool) -> None:
    async with turned(waits_for_sync=waits_for_sync) as world:
        streams = [world.streams.stream(f"g/{number}") for number in range(6)]
        answers = [world.append(stream, b"%d" % number) for number, stream in enumerate(streams)]
        assert not any(answer.done() for answer in answers)
        assert await asyncio.gather(*answers) == [b"%d" % number for number in range(6)]
        assert [stream.readable for stream in streams] == [1] * 6


async def test_all_that_comes_while_a_sync_runs_is_answered() -> None:
    async with turned(waits_for_sync=True) as world:
        stream = world.streams.stream("g/0")
        answers = []
        for number in range(50):
            answers.append(world.append(stream, b"%d" % number))
            await asyncio.sleep(0)
        await asyncio.gather(*answers)
        assert [value for _, _, _, value in stream.rows(0, 100, 10_000)] == [b"%d" % number for number in range(50)]


async def test_a_stop_syncs_what_is_there() -> None:
    async with turned(waits_for_sync=False) as world:
        stream = world.streams.stream("g/0")
        world.append(stream)
    assert (stream.synced, stream.is_open) == (1, False)


async def test_a_failed_write_ends_it() -> None:
    world = Turned(waits_for_sync=True)
    stream = world.streams.stream("g/0")
    await world.append(stream)
    answer = world.append(stream)
    world.disk.fail("write")
    assert isinstance(await world.failed, LogFailed)
    await world.wheel.stop()
    assert not answer.done()


async def test_a_failed_sync_ends_it() -> None:
    world = Turned(waits_for_sync=True)
    stream = world.streams.stream("g/0")
    await world.append(stream)
    answer = world.append(stream)
    world.disk.fail("sync")
    assert isinstance(await world.failed, LogFailed)
    await world.wheel.stop()
    assert not answer.done()


async def test_after_a_failure_while_it_stops_nothing_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams_module, "THREADS", 1)
    begun, may_fail = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def fail(_: list[Stream]) -> list[int]:
        loop.call_soon_threadsafe(begun.set)
        may_fail.wait(10)
        raise LogFailed("no")

    world = Turned(waits_for_sync=True)
    monkeypatch.setattr(streams_module, "_sync", fail)
    answers = [world.append(world.streams.stream("g/0"))]
    await begun.wait()
    answers.append(world.append(world.streams.stream("g/1")))
    stopping = asyncio.ensure_future(world.wheel.stop())
    await asyncio.sleep(0)
    may_fail.set()
    await stopping
    assert isinstance(world.failed.result(), LogFailed)
    assert not any(answer.done() for answer in answers)


async def test_a_stop_waits_for_the_syncs_that_have_begun_however_much_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, sync = asyncio.Event(), threading.Event(), streams_module._sync
    loop, jobs = asyncio.get_running_loop(), list[str]()

    def held(some: list[Stream]) -> list[int]:
        jobs.extend(stream.name for stream in some)
        loop.call_soon_threadsafe(begun.set)
        may_end.wait(10)
        return sync(some)

    monkeypatch.setattr(streams_module, "_sync", held)
    world = Turned(waits_for_sync=True)
    streams = [world.streams.stream(f"g/{number}") for number in range(3)]
    answers = [world.append(streams[0])]
    await begun.wait()
    answers.append(world.append(streams[1]))
    stopping = asyncio.ensure_future(world.wheel.stop())
    await asyncio.sleep(0)
    answers.append(world.append(streams[2]))
    await until(lambda: world.streams.is_dirty(streams[2]))
    may_end.set()
    await stopping
    assert jobs == ["g/0"]
    assert [answer.done() for answer in answers] == [True] * 3
    assert [stream.synced for stream in streams] == [1] * 3


async def test_logs_are_removed_in_a_thread() -> None:
    async with turned(waits_for_sync=True) as world:
        await world.append(world.streams.stream("g/0"))
        world.streams.remove("g/0")
        assert await world.removed == ["g/0"]
        assert world.streams.library.groups() == []


async def test_what_is_synced_does_not_wait_for_what_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Turned(waits_for_sync=True)
    gone: list[str] = []
    all_gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def note(names: list[str]) -> None:
        gone.extend(names)
        if len(gone) == streams_module.THREADS:
            all_gone.set_result(None)

    monkeypatch.setattr(world.wheel, "_on_removed", note)
    may_go = threading.Event()
    remove = world.streams.library.remove
    monkeypatch.setattr(world.streams.library, "remove", lambda name: (may_go.wait(), remove(name)))
    names = [f"g/{number}" for number in range(streams_module.THREADS)]
    try:
        for name in names:
            await world.append(world.streams.stream(name))
        for name in names:
            world.streams.remove(name)
            world.wheel.sync()
        assert await asyncio.wait_for(world.append(world.streams.stream("g/stays")), 10) == b"a"
        assert gone == []
    finally:
        may_go.set()
    await all_gone
    assert gone == names
    await world.wheel.stop()


async def test_a_log_that_can_not_be_removed_is_told_of() -> None:
    async with turned(waits_for_sync=True) as world:
        await world.append(world.streams.stream("g/0"))
        world.disk.fail("remove")
        world.streams.remove("g/0")
        assert await world.removed == []
        assert world.errors == ["the log g/0 could not be removed"]
        assert world.streams.library.has("g/0")


def test_leaves_files_for_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    for soft, expected in ((256, 25), (1_024, 102), (1_048_576, 1_024), (20, 16)):
        monkeypatch.setattr("resource.getrlimit", lambda _, soft=soft: (soft, soft))
        assert most_open() == expected


async def test_an_answer_may_rest_on_journal_and_streams() -> None:
    async with turned(waits_for_sync=True) as world:
        journal = Journal(MemoryLog(), holdings=Holdings(), waits_for_sync=True)
        hold = hold_for(journal, world.streams)
        done: list[str] = []
        hold(done.append, "rests on nothing")
        assert done == ["rests on nothing"]
        journal.critical = 1  # as after a commit
        hold(done.append, "rests on the journal")
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        world.streams.append([Part(world.streams.stream("g/0"), [(b"key", (b"a",), 1_000)])], 1_000)
        hold(answered.set_result, "rests on both")
        await world.append(world.streams.stream("g/0"), b"later")
        assert done == ["rests on nothing"]
        assert not answered.done()
        journal.synced(1)
        assert await answered == "rests on both"
        assert done == ["rests on nothing", "rests on the journal"]


async def cleaned(world: Turned, stream: Stream, work: Work) -> bool:
    """Clean a stream; whether that came to its end."""
    done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    world.streams.cleanings.add(stream, work, done.set_result)
    return await done


async def filled(world: Turned) -> Stream:
    stream = world.streams.stream("g/0")
    while len(stream.pieces()) < 2:
        await asyncio.gather(*[world.append(stream, b"x" * 200_000) for _ in range(10)])
    return stream


def emptied(log: Log, pause: Pause) -> Iterator[Rewritten | None]:
    for piece in log.pieces():
        yield log.rewrite([piece], lambda _: None, pause)


async def test_a_stream_is_cleaned_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.server.streams.REST_S", 0.0)
    async with turned(waits_for_sync=True) as world:
        world.streams.library = FileLibrary(world.disk, "/data/streams", segment_bytes=1_000_000)
        stream = await filled(world)
        end = stream.pieces()[-1].end
        assert await cleaned(world, stream, emptied)
        await world.append(stream, b"more")
        rows = stream.rows(0, 100, 10_000_000)
        assert rows[0][0] == end
        assert rows[-1][3] == b"more"


async def test_a_cleaning_that_fails_is_told_of_and_the_next_begins() -> None:
    def failing(log: Log, pause: Pause) -> Iterator[Rewritten | None]:
        pause()
        yield from ()
        raise ValueError("no")

    async with turned(waits_for_sync=True) as world:
        stream = world.streams.stream("g/0")
        await world.append(stream)
        assert not await cleaned(world, stream, failing)
        assert world.errors == ["the log g/0 could not be cleaned"]
        assert await cleaned(world, stream, emptied)


async def test_the_end_of_the_server_ends_a_cleaning() -> None:
    begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def endless(_log: Log, pause: Pause) -> Iterator[Rewritten | None]:
        loop.call_soon_threadsafe(begun.set_result, None)
        while True:
            pause()
        yield None

    loop = asyncio.get_running_loop()
    async with turned(waits_for_sync=True) as world:
        stream = world.streams.stream("g/0")
        await world.append(stream)
        world.streams.cleanings.add(stream, endless, lambda _: None)
        await begun
    assert world.errors == []


async def test_few_threads_sync_many_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while all of them do waits for the first that is free."""
    async with turned(waits_for_sync=True) as world:
        jobs: list[list[str]] = []
        sync = streams_module._sync

        def noted(some: list[Stream]) -> list[int]:
            jobs.append([stream.name for stream in some])
            return sync(some)

        monkeypatch.setattr(streams_module, "_sync", noted)
        streams = [world.streams.stream(f"g/{number}") for number in range(10)]
        await asyncio.gather(*[world.append(stream) for stream in streams])
        assert sorted(map(len, jobs)) == [2, 2, 3, 3]
        assert sorted(name for job in jobs for name in job) == sorted(stream.name for stream in streams)
        await asyncio.gather(*[world.append(stream) for stream in streams[:2]])
        assert sorted(map(len, jobs[4:])) == [1, 1]

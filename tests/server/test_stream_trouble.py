"""Streams on a disk that is full, breaks, or has damaged what it had: what was answered holds."""

import asyncio
import errno
import threading
from functools import partial

import pytest

from tests.server.hard_day import Day, day, spend, until
from tests.server.serving import Client
from tests.server.stream_day import ask, code, create, put, put_all, records, said
from weirmq.engine.streams import Stream
from weirmq.kernel.errors import LogFailed
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.files import FileLog
from weirmq.log.repair import repair, verify
from weirmq.server import streams
from weirmq.testing.disk import SimulatedDisk

SEGMENT_BYTES = 256 * 1024
FULL = "no room on the disk; requests that change something are refused until there is"


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.server.app.FileLog", partial(FileLog, segment_bytes=SEGMENT_BYTES))


async def fill(client: Client, size: int, shards: int) -> list[list[tuple[str, bytes]]]:
    """Put until there is no room. Returns what was taken, shard by shard."""
    taken: list[list[tuple[str, bytes]]] = [[] for _ in range(shards)]
    for number in range(100_000):
        data = b"%d " % number + b"x" * size
        answer = await client.ask(put(data, number % shards, shards))
        if answer.status != 200:
            assert (answer.status, code(answer)) == (503, "InternalFailure")
            return taken
        taken[number % shards].append((said(answer)["SequenceNumber"], data))
    raise AssertionError("the disk never ran full")


@pytest.mark.parametrize("power", [None, 1, 2])
@pytest.mark.parametrize("size", [1_000, 3_000])
def test_a_full_disk_refuses_and_loses_nothing(size: int, power: int | None) -> None:
    disk = SimulatedDisk(2_000_000)

    async def scenario() -> None:
        async with day(disk) as it:
            client = await it.connect()
            assert (await client.ask(create(3))).status == 200
            taken = await fill(client, size, 3)
            assert all(taken)
            for shard in range(3):
                assert await records(client, shard) == taken[shard], "a full disk can be read"
            many = await client.ask(put_all([bytes(100_000)] * 9, 3))
            assert (many.status, code(many)) == (503, "InternalFailure")
            assert FULL in it.events
            disk.capacity_bytes = None
            answer = await client.ask(put(b"on", 0, 3))
            taken[0].append((said(answer)["SequenceNumber"], b"on"))
            await it.kill(None if power is None else SeededEntropy(power))
        async with day(disk) as it:
            client = await it.connect()
            for shard in range(3):
                assert await records(client, shard) == taken[shard]

    spend(scenario())


@pytest.mark.parametrize("verb", ["write", "sync"])
@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("changes", [False, True], ids=["a shard's log", "and the journal"])
def test_a_broken_disk_ends_it_and_takes_nothing_along(verb: str, nth: int, changes: bool) -> None:
    disk = SimulatedDisk()
    taken: list[set[bytes]] = [set(), set()]

    async def writer(client: Client, name: int) -> None:
        try:
            for number in range(1_000):
                data = b"%d-%d" % (name, number)
                if changes and name == 0:
                    answer = await client.ask(ask("AddTagsToStream", StreamName="orders", Tags={"n": f"{number}"}))
                    assert answer.status == 200, answer
                answer = await client.ask(put(data, number % 2))
                assert answer.status == 200, answer
                taken[number % 2].add(data)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # no answer, and the end of the connection

    async def scenario() -> None:
        it = Day(disk)
        await it.start()
        clients = [await it.connect() for _ in range(4)]
        assert (await clients[0].ask(create())).status == 200
        assert (await clients[0].ask(put_all([b"0", b"1"]))).status == 200
        disk.fail(verb, nth=nth)
        writers = [asyncio.ensure_future(writer(client, name)) for name, client in enumerate(clients)]
        await until(it.app.failed.done)
        assert isinstance(it.app.failed.exception(), Exception)
        assert "the log failed; nothing is answered any more" in it.events
        await it.kill(SeededEntropy(nth))
        for client, waiting in zip(clients, writers, strict=True):
            client.writer.close()  # the process would have ended
            waiting.cancel()
        await asyncio.gather(*writers, return_exceptions=True)

    async def after() -> None:
        async with day(disk) as it:
            client = await it.connect()
            for shard in range(2):
                found = [data for _, data in await records(client, shard)]
                assert len(found) == len(set(found))
                assert taken[shard] | {b"%d" % shard} <= set(found)

    spend(scenario())
    spend(after())


@pytest.mark.parametrize("seed", range(3))
def test_a_disk_that_breaks_while_the_server_stops_leaves_no_snapshot_ahead_of_the_log(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, may_fail, sync = SimulatedDisk(), threading.Event(), streams._sync

    async def scenario() -> None:
        it = Day(disk, durability="os")
        await it.start()
        client, begun, loop = await it.connect(), asyncio.Event(), asyncio.get_running_loop()
        assert (await client.ask(create())).status == 200
        assert (await client.ask(put(b"0", 0))).status == 200

        def fail(some: list[Stream]) -> list[int]:
            loop.call_soon_threadsafe(begun.set)
            may_fail.wait(10)
            disk.fail("sync")
            return sync(some)

        monkeypatch.setattr(streams, "_sync", fail)
        wheel = it.app._stream_wheel
        assert wheel is not None
        wheel.sync()
        await begun.wait()
        stopping = asyncio.ensure_future(it.stop())
        await until(lambda: wheel._is_stopping)
        may_fail.set()
        await stopping
        assert isinstance(it.app.failed.exception(), LogFailed)

    async def after() -> None:
        async with day(disk, durability="os"):
            pass

    spend(scenario())
    disk.crash(SeededEntropy(seed))
    spend(after())


# ---- damage


def log_of(disk: SimulatedDisk, shard: int) -> str:
    """The folder of a shard's log."""
    [group] = disk.names("/data/streams")
    return f"/data/streams/{group}/{shard:012}"


def test_damage_in_a_shards_log_is_named_and_can_be_repaired() -> None:
    disk = SimulatedDisk()

    async def before() -> None:
        async with day(disk) as it:
            client = await it.connect()
            await client.ask(create())
            for number in range(20):
                assert (await client.ask(put(b"record-%d" % number, number % 2))).status == 200
            await it.turn(minutes=2)

    async def damaged() -> str:
        async with day(disk) as it:
            client = await it.connect()
            for request in (put(b"x", 0), ask("GetShardIterator", StreamName="orders", ShardId="shardId-0",
                                              ShardIteratorType="TRIM_HORIZON")):  # fmt: skip
                answer = await client.ask(request)
                assert (answer.status, code(answer)) == (500, "InternalFailure")
            both = await client.ask(put_all([b"a", b"b"]))
            assert (both.status, code(both)) == (500, "InternalFailure")
            assert [data for _, data in await records(client, 1)] == [b"record-%d" % n for n in range(1, 20, 2)]
            assert (await client.ask(put(b"goes on", 1))).status == 200
            for _ in range(3):  # what time alone does goes on too, for other shards and services
                await it.turn(days=1, seconds=1)
                assert (await client.ask(ask("ListStreams"))).status == 200
            assert await records(client, 1) == []
            return it.log

    async def mended() -> None:
        async with day(disk) as it:
            client = await it.connect()
            assert (await client.ask(put(b"again", 0))).status == 200
            found = [data for _, data in await records(client, 0)]
            assert found[-1] == b"again"

    spend(before())
    folder = log_of(disk, 0)
    path = f"{folder}/{0:020}.log"
    data = bytearray(disk.contents(path))
    position = data.index(b"record-8")
    data[position] ^= 1
    disk.put(path, bytes(data))
    report = verify(disk, folder)
    assert report.damaged
    assert not verify(disk, log_of(disk, 1)).damaged
    log = spend(damaged())
    [finding] = report.findings
    assert path in log
    assert f"damaged at byte {finding.position}" in log
    assert finding.position <= position < finding.position + finding.size
    assert repair(disk, folder).kept
    assert not verify(disk, folder).damaged
    spend(mended())


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_log_that_can_not_be_made_is_no_shard_of_an_answer(error: int) -> None:
    """The first record of a shard makes its log: it is there and put into, or the record is refused, or all ends."""
    for nth in range(1, 12):
        disk = SimulatedDisk()

        async def scenario(disk: SimulatedDisk = disk, nth: int = nth) -> bool:
            it = Day(disk)
            await it.start()
            client = await it.connect()
            await client.ask(create(1))
            disk.fail(nth=nth, error=error)
            asked = asyncio.ensure_future(client.ask(put(b"first", 0, 1)))
            await until(lambda: asked.done() or it.app.failed.done())
            is_taken = asked.done() and asked.result().status == 200
            if asked.done() and not is_taken:
                assert (asked.result().status, code(asked.result())) == (503, "InternalFailure")
            await it.kill(SeededEntropy(nth))
            client.writer.close()
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            return is_taken

        async def after(is_taken: bool, disk: SimulatedDisk = disk) -> None:
            async with day(disk) as it:
                client = await it.connect()
                assert [data for _, data in await records(client)] == [b"first"] * is_taken or not is_taken
                assert (await client.ask(put(b"second", 0, 1))).status == 200

        spend(after(spend(scenario())))

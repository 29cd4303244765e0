"""A server whose disk is full or breaks: what was answered holds, and who couldn't be served is told so."""

import asyncio
import errno
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.server.hard_day import (
    Day,
    bodies,
    change,
    code,
    create,
    day,
    form,
    handles,
    poll,
    receive,
    send,
    spend,
    until,
)
from tests.server.serving import Client
from weirmq.cli import serve
from weirmq.kernel.errors import NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.files import FileLog
from weirmq.log.snapshots import write_snapshot
from weirmq.server.app import App
from weirmq.server.config import Options
from weirmq.server.snapshotter import LEAST_ASIDE_BYTES, LOOK_S, MAINTAIN_S, Snapshotter
from weirmq.testing.disk import SimulatedDisk

SEGMENT_BYTES = 1024 * 1024
ROOM_BYTES = 2_500_000  # two segments and a half
LITTLE_ROOM_BYTES = 1_300_000

FULL = "no room on the disk; requests that change something are refused until there is"
ROOM_AGAIN = "there is room on the disk again"


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.server.app.FileLog", partial(FileLog, segment_bytes=SEGMENT_BYTES))


async def fill(it: Day, client: Client, size: int) -> list[str]:
    """Send until there is no room. Returns the bodies that were taken."""
    taken: list[str] = []
    while True:
        body = f"{len(taken)} ".ljust(size, "x")
        answer = await client.ask(send(body))
        if answer.status != 200:
            assert (answer.status, code(answer)) == (503, "InternalFailure")
            return taken
        taken.append(body)


async def drain(it: Day, client: Client, most: int = 1_000_000) -> list[str]:
    """Receive and delete what is there. Returns the bodies."""
    found: list[str] = []
    while len(found) < most:
        answer = await client.ask(receive(MaxNumberOfMessages=10))
        assert answer.status == 200, answer
        if not bodies(answer):
            return found
        entries: dict[str, Any] = {}
        for number, handle in enumerate(handles(answer), 1):
            entry = f"DeleteMessageBatchRequestEntry.{number}"
            entries |= {f"{entry}.Id": number, f"{entry}.ReceiptHandle": handle}
        deleted = await client.ask(form("DeleteMessageBatch", "/000000000000/orders", **entries))
        assert deleted.status == 200, deleted
        found += bodies(answer)
    return found


@pytest.mark.parametrize("size", [1, 300, 20_000])
def test_a_full_disk_is_emptied_and_used_again(size: int) -> None:
    disk = SimulatedDisk(ROOM_BYTES if size > 1 else LITTLE_ROOM_BYTES)

    async def scenario() -> None:
        async with day(disk) as it:
            client = await it.connect()
            await client.ask(create())
            taken = await fill(it, client, size)
            assert taken
            for _ in range(3):
                assert (await client.ask(send("more".ljust(size)))).status == 503
            gone = await drain(it, client, most=50)
            assert gone == taken[: len(gone)]
            assert (await client.ask(form("ListQueues"))).status == 200
            assert [event for event in it.events if "room" in event] == [FULL]
            disk.capacity_bytes = None
            assert (await client.ask(send("more".ljust(size)))).status == 200
            assert [event for event in it.events if "room" in event] == [FULL, ROOM_AGAIN]
            await it.kill()
        async with day(disk) as it:
            assert await drain(it, await it.connect()) == [*taken[len(gone) :], "more".ljust(size)]

    spend(scenario())


@pytest.mark.parametrize("seed", range(4))
def test_wherever_the_room_ends_what_was_answered_outlives_a_power_cut(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weirmq.engine.journal.SPARED_BYTES", 0)  # what is promised must do without
    monkeypatch.setattr("weirmq.engine.journal.RESERVE_STEP_BYTES", 200_000)
    entropy = SeededEntropy(seed)
    clients, most = ((1, 1), (4, 1_000))[seed % 2]  # batches of one small message, or of several
    # Files get exactly the room that was asked for.
    monkeypatch.setattr("weirmq.server.app.FileLog", partial(FileLog, segment_bytes=1))
    disk = SimulatedDisk(205_000 + int.from_bytes(entropy.take(2), "big") // 10)  # little more than is promised first

    async def sender(client: Client, name: int, taken: set[str]) -> None:
        refused = 0
        while refused < 3:
            body = f"{name}-{len(taken)}-{refused}".ljust(int.from_bytes(entropy.take(2), "big") % most, "x")
            answer = await client.ask(send(body))
            if answer.status == 200:
                taken.add(body)
            else:
                assert (answer.status, code(answer)) == (503, "InternalFailure")
                refused += 1

    async def scenario() -> None:
        taken: set[str] = set()
        async with day(disk) as it:
            senders = [await it.connect() for _ in range(clients)]
            await senders[0].ask(create())
            await asyncio.gather(*(sender(client, n, taken) for n, client in enumerate(senders)))
            assert it.told == []
            await it.kill(entropy)
        disk.capacity_bytes = None
        async with day(disk) as it:
            assert set(await drain(it, await it.connect())) == taken

    spend(scenario())


def test_polls_on_a_full_disk_are_answered() -> None:
    disk = SimulatedDisk(ROOM_BYTES)

    async def scenario() -> None:
        async with day(disk) as it:
            client, poller = await it.connect(), await it.connect()
            await client.ask(create())
            await fill(it, client, 20_000)
            await drain(it, client)
            poller.send(poll())
            await until(lambda: it.waiting)
            assert (await client.ask(send("x".ljust(20_000)))).status == 503
            await it.turn(seconds=20)
            assert (await poller.receive()).status == 200

    spend(scenario())


def test_a_disk_that_is_full_to_the_last_byte_refuses_every_change_and_is_stopped_in_peace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("weirmq.server.snapshotter.MAINTAIN_S", 3600)  # nothing was set aside for a snapshot
    disk = SimulatedDisk(LITTLE_ROOM_BYTES)

    async def scenario() -> None:
        async with day(disk) as it:
            client = await it.connect()
            await client.ask(create())
            taken = await fill(it, client, 1_000)
            (handle,) = handles(await client.ask(receive()))
            while (answer := await client.ask(change(handle, 30))).status == 200:
                pass
            assert (answer.status, code(answer)) == (503, "InternalFailure")
            assert (await client.ask(receive())).status == 503
            assert (await client.ask(form("GetQueueUrl", QueueName="orders"))).status == 200
            disk.capacity_bytes = 0  # somebody else took what the log gives back at its end
        assert "no snapshot could be written; the next start replays the log" in it.events
        disk.capacity_bytes = None
        async with day(disk) as it:
            await it.turn(seconds=31)
            assert await drain(it, await it.connect()) == taken

    spend(scenario())


@pytest.mark.parametrize("verb", ["sync", "write"])
@pytest.mark.parametrize("nth", range(1, 4))
def test_a_broken_disk_ends_the_process_and_takes_nothing_along(
    verb: str, nth: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    disk = SimulatedDisk()
    ports: list[int] = []
    begin = App.start

    async def start(self: App) -> list[tuple[str, int]]:
        addresses = await begin(self)
        ports.append(addresses[0][1])
        return addresses

    monkeypatch.setattr("weirmq.server.app.SystemDisk", lambda: disk)
    monkeypatch.setattr(App, "start", start)
    monkeypatch.setattr("weirmq.server.app.spare_collections", lambda: None)

    async def scenario() -> list[str]:
        options = Options(port=0, data="/data", log_format="json")
        ended = asyncio.ensure_future(serve._until_stopped(options))
        await until(lambda: ports)
        client = Client(*await asyncio.open_connection("127.0.0.1", ports[0]))
        await client.ask(create())
        disk.fail(verb, nth=nth)
        taken: list[str] = []
        try:
            while (await client.ask(send(f"{len(taken)}"))).status == 200:
                taken.append(f"{len(taken)}")
        except asyncio.IncompleteReadError:
            pass  # no answer, and the end of the connection
        assert await ended == 1
        client.writer.close()
        return taken

    async def after() -> None:
        async with day(disk) as it:
            found = await drain(it, await it.connect())
            assert found[: len(taken)] == taken
            assert len(found) <= len(taken) + 1  # the last one is in doubt: it was sent, and not answered

    taken = spend(scenario())
    said = capfd.readouterr().err
    assert "the log failed; nothing is answered any more" in said
    assert "The disk failed, so the server has stopped: /data/journal: [Errno 5] Input/output error" in said
    disk.crash(SeededEntropy(nth))
    spend(after())


# ---- maintenance in hard times


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.server.snapshotter.LEAST_FACTS", 3)
    monkeypatch.setattr("weirmq.server.snapshotter.MAINTAIN_S", 3600)


def test_a_full_disk_is_trimmed_as_it_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.server.snapshotter.MAINTAIN_S", 3600)
    monkeypatch.setattr("weirmq.server.snapshotter.LEAST_WASTED_BYTES", 100_000)

    async def scenario() -> None:
        async with day(durability="os", data=str(tmp_path)) as it:
            client = await it.connect()
            await client.ask(create())
            for number in range(30):
                await client.ask(send(f"{number}".ljust(10_000)))
            snapshotter, journal = it.app._snapshotter, it.app._journal
            assert snapshotter is not None
            monkeypatch.setattr(journal, "is_short", True)
            snapshotter._maintain()
            assert snapshotter._child == 0  # nothing would be won
            forks = 0
            while await drain(it, client, most=1):
                monkeypatch.setattr(journal, "is_short", True)
                snapshotter._maintain()
                if snapshotter._child:
                    forks += 1
                    _ended(snapshotter)
            assert forks == 3  # one for each 100,000 bytes: ten messages at a time
            assert journal.fallback_offset > 31  # behind all that was sent

    spend(scenario())


def _write_here(self: Snapshotter, folder: str) -> None:
    """A snapshot in place of a child's: a simulated disk is in this process only."""
    journal = self._journal
    journal.flush()
    taken = (journal.end, journal.bytes_since_snapshot)
    self._sync_log()
    try:
        write_snapshot(self._disk, folder, taken[0], journal.snapshot())
    except OSError as error:
        self._on_error("writing a snapshot failed; the log is kept", error)
    else:
        journal.snapshot_taken(*taken)


@pytest.mark.parametrize("is_shared", [False, True])
def test_small_messages_make_room_on_a_full_disk_again_and_again(
    is_shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room is won back by snapshots alone, which take some, as the deletes before them do."""
    monkeypatch.setattr("weirmq.server.snapshotter.MAINTAIN_S", 3600)
    monkeypatch.setattr("weirmq.engine.journal.RESERVE_STEP_BYTES", 64 * 1024)
    monkeypatch.setattr("weirmq.engine.journal.SPARED_BYTES", 32 * 1024)
    monkeypatch.setattr("weirmq.server.snapshotter.LEAST_PRESSED_BYTES", 4 * 1024)
    monkeypatch.setattr("weirmq.server.snapshotter.LEAST_WASTED_BYTES", 50_000)
    monkeypatch.setattr("weirmq.server.app.FileLog", partial(FileLog, segment_bytes=100_000))
    monkeypatch.setattr(Snapshotter, "_fork", _write_here)
    disk = SimulatedDisk(700_000)

    async def scenario() -> None:
        async with day(disk) as it:
            client = await it.connect()
            await client.ask(create())
            snapshotter = it.app._snapshotter
            assert snapshotter is not None
            for turn in range(4):
                count = 0
                while (await client.ask(send(f"{turn}-{count}"))).status == 200:
                    count += 1
                    if count % 20 == 0:
                        snapshotter._maintain()

                assert count > 500
                if is_shared:  # others take what is left
                    disk.put("/other", bytes(disk.free("/data")))
                found: list[str] = []
                while more := await drain(it, client, most=50):
                    found += more
                    snapshotter._maintain()
                assert found == [f"{turn}-{number}" for number in range(count)]
                if is_shared:
                    disk.remove("/other")
                snapshotter._maintain()
            assert "writing a snapshot failed; the log is kept" not in it.events

    spend(scenario())


def test_that_maintenance_waits_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_most: int) -> bool:
        raise NoRoom("/data/journal: [Errno 28] No space left on device")

    async def scenario() -> None:
        async with day(SimulatedDisk()) as it:
            snapshotter = it.app._snapshotter
            assert snapshotter is not None
            monkeypatch.setattr(it.app._journal, "copy_forward", full)
            for _ in range(5):
                snapshotter._maintain()
            waits = "a snapshot, or copying messages forward in the log, has to wait"
            assert it.events.count(waits) == 1

    spend(scenario())


def test_room_for_a_snapshot_that_cannot_be_set_aside_keeps_nobody_from_winning_back_space(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trims: list[int] = []
    disk = SimulatedDisk(1_000_000)

    async def scenario() -> None:
        async with day(disk) as it:
            snapshotter = it.app._snapshotter
            assert snapshotter is not None
            journal = it.app._journal
            monkeypatch.setattr(journal, "trim", lambda: trims.append(1))
            disk.fail("allocate")
            snapshotter._maintain()
            assert "Input/output error" in it.log
            assert len(trims) == 1
            assert journal.kept_bytes >= LEAST_ASIDE_BYTES  # payloads leave it alone at least
            snapshotter._maintain()
            assert journal.kept_bytes == 0
            snapshotter._timer.cancel()

    spend(scenario())


def test_much_room_is_set_aside_soon_but_not_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.log.snapshots.STEP_BYTES", LEAST_ASIDE_BYTES // 3)

    async def scenario() -> None:
        async with day(SimulatedDisk(10_000_000)) as it:
            snapshotter = it.app._snapshotter
            assert snapshotter is not None
            assert [snapshotter._set_aside() for _ in range(5)] == [MAINTAIN_S, LOOK_S, LOOK_S, MAINTAIN_S, MAINTAIN_S]
            assert it.app._journal.kept_bytes == 0

    spend(scenario())


def test_a_process_that_cannot_fork_says_so_and_leaves_it_for_a_while(
    eager: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forks: list[int] = []

    def fork() -> int:
        forks.append(1)
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    async def scenario() -> None:
        async with day(durability="os", data=str(tmp_path)) as it:
            client = await it.connect()
            await client.ask(create())
            for number in range(5):
                await client.ask(send(f"{number}"))
            snapshotter = it.app._snapshotter
            assert snapshotter is not None
            with monkeypatch.context() as broken:
                broken.setattr(os, "fork", fork)
                for _ in range(5):
                    snapshotter._maintain()
            assert len(forks) == 1
            assert it.log.count("Resource temporarily unavailable") >= 1
            assert (await client.ask(send("on"))).status == 200

    spend(scenario())


def test_why_a_snapshot_failed_is_told(eager: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def scenario() -> None:
        async with day(durability="os", data=str(tmp_path)) as it:
            client = await it.connect()
            await client.ask(create())
            for number in range(5):
                await client.ask(send(f"{number}"))
            snapshotter = it.app._snapshotter
            assert snapshotter is not None
            with monkeypatch.context() as broken:
                broken.setattr("weirmq.server.snapshotter.write_snapshot", full)
                snapshotter._maintain()
            _ended(snapshotter)
            assert "writing a snapshot failed; the log is kept" in it.events
            assert "No space left on device" in it.log

    spend(scenario())


def _ended(snapshotter: Snapshotter) -> None:
    """Wait for the child, and let the snapshotter find it."""
    os.waitid(os.P_PID, snapshotter._child, os.WEXITED | os.WNOWAIT)
    snapshotter._maintain()


def test_logs_that_belong_to_nothing_are_named_and_left_alone() -> None:
    disk = SimulatedDisk()
    disk.put("/data/streams/unknown/000000000000/00000000000000000000.log", b"x")
    disk.make_folder("/data/streams/unknown")

    async def scenario() -> None:
        async with day(disk) as it:
            assert it.events.count("logs of no stream are left alone") == 1

    spend(scenario())
    assert disk.contents("/data/streams/unknown/000000000000/00000000000000000000.log") == b"x"

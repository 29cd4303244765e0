"""What is true of a log in files alone: room, segments, indexes, threads."""

import errno
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from weirmq.kernel.errors import LogFailed, NoRoom
from weirmq.log.batch import BatchBuilder
from weirmq.log.disk import SystemDisk
from weirmq.log.files import FileLog
from weirmq.log.replay import replay
from weirmq.testing.disk import SimulatedDisk

FOLDER = "/data/log"
SEGMENT_BYTES = 4000


def batch_of(size: int) -> bytearray:
    """A batch of `size` bytes."""
    builder = BatchBuilder()
    for spare in range(20):
        builder.add(b"k", b"v" * (size - 61 - spare), 1)
        batch = builder.build()
        if len(batch) == size:
            return batch
    raise ValueError(size)


def names_in(disk: SimulatedDisk) -> list[str]:
    return sorted(disk.names(FOLDER))


def test_segments_are_named_by_their_first_offset() -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    for _ in range(7):
        log.append(batch_of(1500))
    log.sync()
    log.close()
    assert names_in(disk) == sorted(
        ["checkpoint"] + [f"{base:020}.log" for base in (0, 2, 4, 6)] + [f"{base:020}.index" for base in (0, 2, 4)]
    )
    assert len(disk.contents(f"{FOLDER}/{0:020}.log")) == 3000
    assert len(disk.contents(f"{FOLDER}/{6:020}.log")) == 1500


@pytest.mark.parametrize("used", [0, 1000, 3000, 3999, 4000])
@pytest.mark.parametrize("pieces", [[900], [100] * 9, [3900, 100], [100, 3900, 100], [9000], [100, 9000], [9000, 100]])
def test_after_reserve_the_disk_is_not_asked_for_room(used: int, pieces: list[int]) -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    if used:
        log.append(batch_of(used))
    log.reserve(sum(pieces))
    for verb in ("allocate", "open", "truncate"):
        disk.fail(verb, error=errno.ENOSPC)
    for size in pieces:
        log.append(batch_of(size))
    assert log.end == len(pieces) + bool(used)


def test_room_is_what_was_set_aside_and_what_the_disk_has_beside_it() -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    log.append(batch_of(1000))
    log.reserve(SEGMENT_BYTES)  # in the next segment
    disk.capacity_bytes = 2 * SEGMENT_BYTES + disk.size(disk.open(f"{FOLDER}/checkpoint")) + 500
    assert log.has_room(2 * SEGMENT_BYTES - 1000 + 500)
    assert not log.has_room(2 * SEGMENT_BYTES - 1000 + 501)


def test_a_sync_sets_room_aside_for_the_next_segment() -> None:
    """So that the thread that appends needn't wait for the file system."""
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    log.append(batch_of(SEGMENT_BYTES // 3))
    log.sync()
    assert "spare" not in names_in(disk)
    log.append(batch_of(SEGMENT_BYTES // 3))
    log.sync()
    assert len(disk.contents(f"{FOLDER}/spare")) == SEGMENT_BYTES
    for verb in ("allocate", "open"):
        disk.fail(verb)
    log.append(batch_of(SEGMENT_BYTES // 2))
    assert len([name for name in names_in(disk) if name.endswith(".log")]) == 2


def test_a_sync_that_finds_no_room_for_the_next_segment_has_synced_all_the_same() -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    log.append(batch_of(SEGMENT_BYTES - 1000))
    disk.fail("allocate", error=errno.ENOSPC)
    assert log.sync() == log.end == 1
    assert disk.contents(f"{FOLDER}/spare") == b""


def test_no_room_changes_nothing_and_leaves_no_room_taken() -> None:
    disk = SimulatedDisk(capacity_bytes=20_000)
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    log.append(batch_of(SEGMENT_BYTES // 3))
    log.sync()
    before = {name: disk.contents(f"{FOLDER}/{name}") for name in names_in(disk)}
    with pytest.raises(NoRoom):
        log.reserve(30_000)
    assert {name: disk.contents(f"{FOLDER}/{name}") for name in before} == before
    assert disk.contents(f"{FOLDER}/spare") == b""
    log.reserve(3500)
    log.append(batch_of(3500))
    assert (log.end, log.sync()) == (2, 2)


def test_the_last_room_of_a_disk_is_used_though_it_is_no_whole_segment() -> None:
    disk = SimulatedDisk(capacity_bytes=4_200 + 2 * SEGMENT_BYTES - 500)  # with the checkpoint
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    for _ in range(4):
        log.append(batch_of(1500))  # two in the first segment, and two in the second, which can't be a whole one
    with pytest.raises(NoRoom):
        log.append(batch_of(1500))
    log.trim(2)
    log.sync()
    log.append(batch_of(1500))
    assert (log.start, log.end) == (2, 5)
    log.close()


def test_a_full_disk_can_be_opened() -> None:
    disk = SimulatedDisk(capacity_bytes=20_000)
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    log.append(batch_of(3000))
    log.sync()
    log.close()
    disk.capacity_bytes = 1
    disk.kill()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    assert len(list(replay(log, 0))) == 1
    with pytest.raises(NoRoom):
        log.reserve(1)
    disk.capacity_bytes = None
    log.reserve(1)
    assert log.append(batch_of(500)) == 1


def test_opening_where_nothing_can_be_made() -> None:
    for error, kind in ((errno.ENOSPC, NoRoom), (errno.EIO, LogFailed)):
        disk = SimulatedDisk()
        disk.fail("open", error=error)
        with pytest.raises(kind):
            FileLog(disk, FOLDER)


def test_a_full_disk_does_not_need_indexes() -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    for _ in range(3):
        log.append(batch_of(2500))
    disk.capacity_bytes = sum(len(disk.contents(f"{FOLDER}/{name}")) for name in names_in(disk)) - 3000
    assert log.sync() == 3
    assert not any(len(disk.contents(f"{FOLDER}/{name}")) for name in names_in(disk) if name.endswith(".index"))
    log.close()
    disk.capacity_bytes = None
    disk.kill()
    assert len(list(replay(FileLog(disk, FOLDER, SEGMENT_BYTES), 0))) == 3


class CountingDisk(SimulatedDisk):
    """A disk that counts the bytes it was asked for."""

    read_bytes = 0

    def read(self, file: int, size: int, position: int) -> bytes:
        self.read_bytes += size
        return super().read(file, size, position)


def test_opening_reads_little_of_a_long_log() -> None:
    disk = CountingDisk()
    log = FileLog(disk, FOLDER, 1 << 20)
    batch = batch_of(60_000)
    for _ in range(400):  # 24 MB
        log.append(batch)
        log.sync()
    disk.kill()
    disk.read_bytes = 0
    log = FileLog(disk, FOLDER, 1 << 20)
    assert log.end == 400
    assert disk.read_bytes < 1_500_000  # the newest segment, and some bytes of each other
    disk.read_bytes = 0
    for offset in (3, 200, 399):
        log.read(offset, 0)
    assert disk.read_bytes < 200_000


def test_many_segments_do_not_need_many_open_files() -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    for number in range(60):
        log.append(batch_of(3000))
        if number % 5 == 0:
            log.sync()
    log.sync()
    for offset in [*range(60), *range(60)]:
        log.read(offset, 0)
    assert len(disk._files) <= 20
    log.close()
    assert not disk._files


@pytest.mark.parametrize("kind", ["system", "simulated"])
def test_syncs_in_a_thread_while_another_appends_reads_and_trims(kind: str, tmp_path: Path) -> None:
    disk = SystemDisk() if kind == "system" else SimulatedDisk()
    folder = str(tmp_path) if kind == "system" else FOLDER
    open_log: Callable[[], FileLog] = lambda: FileLog(disk, folder, SEGMENT_BYTES)  # noqa: E731
    log = open_log()
    done = threading.Event()

    def syncing() -> list[int]:
        ends = []
        while not done.is_set():
            ends.append(log.sync())
        return ends

    builder = BatchBuilder()
    with ThreadPoolExecutor(1) as pool:
        synced = pool.submit(syncing)
        try:
            for number in range(1500):
                builder.add(b"k", b"%d" % number * 20, 1)
                log.reserve(builder.size)
                log.append(builder.build())
                if number % 50 == 0:
                    log.trim(max(0, number - 400))
                    assert next(replay(log, max(log.start, number - 300))).value
        finally:
            done.set()
        ends = synced.result()
    assert ends == sorted(ends)
    assert log.sync() == 1500
    start = log.start
    log.close()
    log = open_log()
    assert (log.start, log.end) == (start, 1500)
    assert [r.value for r in replay(log, start)] == [b"%d" % number * 20 for number in range(start, 1500)]
    log.close()


def test_segments_of_another_size() -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    for _ in range(3):
        log.append(batch_of(1000))
    log.sync()  # sets room aside for a whole segment
    log.resize(1500)
    for _ in range(4):
        log.append(batch_of(1000))
    log.append(batch_of(1800))  # any batch fits
    log.append(batch_of(200))
    log.resize(None)
    for _ in range(3):
        log.append(batch_of(1000))
    assert [segment.size for segment in log.segments()] == [3000, 1000, 1000, 1000, 1000, 1800, 3200]


def test_a_full_disk_has_no_room_to_roll() -> None:
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    log.append(batch_of(1000))
    disk.fail("allocate", error=errno.ENOSPC)
    disk.fail("allocate", nth=2, error=errno.ENOSPC)
    with pytest.raises(NoRoom):
        log.roll()
    assert log.append(batch_of(1000)) == 1

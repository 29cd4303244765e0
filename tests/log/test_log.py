"""The contract of `Log`, for every kind of log."""

from collections.abc import Callable
from pathlib import Path

import pytest

from weirmq.kernel.errors import NoRoom
from weirmq.log.batch import BadBatch, BatchBuilder, check, headers, records
from weirmq.log.disk import SystemDisk
from weirmq.log.files import FileLog
from weirmq.log.index import INTERVAL_BYTES
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.testing.disk import SimulatedDisk

SEGMENT_BYTES = 1000

Opener = Callable[[], Log]


@pytest.fixture(params=["system", "simulated", "memory"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    if request.param == "system":
        return lambda: FileLog(SystemDisk(), str(tmp_path / "deep" / "log"), SEGMENT_BYTES)
    disk = SimulatedDisk()
    if request.param == "simulated":
        return lambda: FileLog(disk, "/data/log", SEGMENT_BYTES)
    memory = MemoryLog()
    return lambda: memory


@pytest.fixture
def log(opener: Opener) -> Log:
    return opener()


def batch_of(*values: bytes, timestamp_ms: int = 5) -> bytearray:
    builder = BatchBuilder()
    for value in values:
        builder.add(b"key", value, timestamp_ms)
    return builder.build()


def values_from(log: Log, offset: int, max_bytes: int = 1 << 20) -> list[bytes]:
    """All values from `offset` to the end, and on the way the offsets are checked."""
    values = []
    while offset < log.end:
        data = log.read(offset, max_bytes)
        for record in records(data):
            if record.offset >= offset:
                assert record.offset == offset
                values.append(record.value)
                offset += 1
    return values


def test_is_empty_at_first(log: Log) -> None:
    assert (log.start, log.end) == (0, 0)
    assert bytes(log.read(0, 100)) == b""
    assert log.sync() == 0


def test_numbers_records_without_gaps(log: Log) -> None:
    assert log.append(batch_of(b"a", b"b")) == 0
    assert log.append(batch_of(b"c")) == 2
    assert (log.start, log.end) == (0, 3)
    assert values_from(log, 0) == [b"a", b"b", b"c"]


def test_sets_the_base_offset_in_the_batch_given(log: Log) -> None:
    log.append(batch_of(b"a", b"b"))
    batch = batch_of(b"c")
    log.append(batch)
    assert check(batch).base_offset == 2
    assert bytes(log.read(2, 0)) == bytes(batch)


def test_keeps_what_the_caller_overwrites_later(log: Log) -> None:
    batch = batch_of(b"a")
    log.append(batch)
    batch[:] = bytes(len(batch))
    assert values_from(log, 0) == [b"a"]


@pytest.mark.parametrize("cut", [-1, 1])
def test_refuses_what_is_not_one_batch(log: Log, cut: int) -> None:
    batch = batch_of(b"a")
    wrong = batch[:cut] if cut < 0 else batch + b"\0"
    with pytest.raises(BadBatch):
        log.append(wrong)
    with pytest.raises(BadBatch):
        log.append(bytearray(100))
    assert log.end == 0


def test_reads_from_the_batch_that_holds_the_offset(log: Log) -> None:
    log.append(batch_of(b"a", b"b", b"c"))
    log.append(batch_of(b"d"))
    for offset in (0, 1, 2):
        assert next(iter(headers(log.read(offset, 0))))[1].base_offset == 0
    assert next(iter(headers(log.read(3, 0))))[1].base_offset == 3


def test_reads_at_least_one_batch_and_no_more_than_fit(log: Log) -> None:
    sizes = [len(batch_of(bytes(20))) for _ in range(5)]
    for _ in sizes:
        log.append(batch_of(bytes(20)))
    size = sizes[0]
    assert len(log.read(0, 0)) == size
    assert len(log.read(0, -5)) == size
    assert len(log.read(1, 3 * size - 1)) == 2 * size
    assert len(log.read(1, 3 * size)) == 3 * size
    assert len(log.read(3, 100 * size)) == 2 * size
    assert len(log.read(5, 100)) == 0


def test_reads_the_same_from_every_offset(log: Log) -> None:
    values = [bytes([65 + number % 26]) * (number * 7 % 90) for number in range(200)]
    for at in range(0, 200, 5):
        log.append(batch_of(*values[at : at + 5]))
    for offset in range(200):
        assert next(r.value for r in records(log.read(offset, 0)) if r.offset == offset) == values[offset]
    for max_bytes in (0, 100, 1000, 10_000):
        assert values_from(log, 3, max_bytes) == values[3:]


def test_refuses_offsets_outside(log: Log) -> None:
    log.append(batch_of(b"a"))
    for offset in (-1, 2):
        with pytest.raises(IndexError):
            log.read(offset, 100)


def test_takes_batches_larger_than_a_segment(log: Log) -> None:
    values = [b"small", bytes(5 * SEGMENT_BYTES), b"after", b"x" * SEGMENT_BYTES]
    for value in values:
        log.reserve(len(value) + 100)
        log.append(batch_of(value))
    assert values_from(log, 0) == values
    assert log.sync() == 4


def test_sync_tells_how_far_it_came(log: Log) -> None:
    log.append(batch_of(b"a", b"b"))
    assert log.sync() == 2
    assert log.sync() == 2
    log.append(batch_of(b"c"))
    assert log.sync() == 3


def test_trims_from_the_front_and_never_all(log: Log) -> None:
    for number in range(100):
        log.append(batch_of(b"%d" % number * 30))
    log.trim(60)
    assert 0 < log.start <= 60
    kept = log.start
    assert len(values_from(log, kept)) == 100 - kept
    with pytest.raises(IndexError):
        log.read(kept - 1, 10)
    log.sync()
    log.trim(10)
    assert log.start == kept
    log.trim(10**9)
    assert kept < log.start < log.end == 100
    assert values_from(log, 99) == [b"99" * 30]
    log.sync()
    assert log.append(batch_of(b"next")) == 100


def test_reserved_room_is_enough_for_any_split(opener: Opener) -> None:
    log = opener()
    for total in (10, 300, 900, 2500, 999, 1000, 1001):
        pieces = [batch_of(bytes(30)) for _ in range(max(1, total // 100))]
        log.reserve(sum(map(len, pieces)))
        for piece in pieces:
            log.append(piece)
    assert log.sync() == log.end


@pytest.mark.parametrize("opener", ["system", "simulated"], indirect=True)
def test_close_can_be_followed_by_opening(opener: Opener) -> None:
    log = opener()
    values = [b"%d" % number * 40 for number in range(50)]
    for value in values:
        log.append(batch_of(value))
    log.sync()
    log.close()
    for _ in range(3):
        log = opener()
        assert (log.start, log.end) == (0, len(values))
        assert values_from(log, 0) == values
        values.append(b"one more")
        log.append(batch_of(values[-1]))
        log.sync()
        log.close()


def appended_until_full(log: Log) -> int:
    for taken in range(10_000):
        try:
            log.reserve(200)
        except NoRoom:
            return taken
        log.append(batch_of(bytes(100)))
        log.sync()
    pytest.fail("the disk never ran full")


def test_a_full_disk_takes_records_again_when_there_is_room() -> None:
    disk = SimulatedDisk(capacity_bytes=12_000)
    log = FileLog(disk, "/data", SEGMENT_BYTES)
    taken = appended_until_full(log)
    assert taken > 10
    with pytest.raises(NoRoom):
        log.reserve(2000)
    with pytest.raises(NoRoom):
        log.append(batch_of(bytes(2000)))
    assert log.sync() == log.end == taken
    log.trim(taken // 2)
    log.sync()
    log.reserve(200)
    assert log.append(batch_of(b"again")) == taken
    assert values_from(log, taken) == [b"again"]


def reopened(log: Log, opener: Opener) -> Log:
    """The log as it is found again; what is only in memory would be gone."""
    if isinstance(log, MemoryLog):
        return log
    log.close()
    return opener()


def first_at(log: Log, time_ms: int) -> int:
    """The first record of a time or later, looked for from where the log says; and it must be near."""
    offset = log.seek(time_ms)
    for position, batch in headers(data := log.read(offset, INTERVAL_BYTES)):
        if batch.max_timestamp_ms >= time_ms:
            found = records(data[position : position + batch.size])
            return next(record.offset for record in found if record.timestamp_ms >= time_ms)
    assert offset == log.end
    return log.end


@pytest.mark.parametrize("lost", [False, True])
def test_finds_times(opener: Opener, lost: bool) -> None:
    log = opener()
    times = [number // 3 * 10 for number in range(60)]
    for time_ms in times:
        log.append(batch_of(bytes(200), timestamp_ms=time_ms))
    for when in range(-5, 210, 5):
        assert first_at(log, when) == next((n for n, each in enumerate(times) if each >= when), 60)
    log.trim(30)
    log.sync()
    if not lost:
        log = reopened(log, opener)
    for when in range(times[log.start] + 1, 210, 5):
        assert first_at(log, when) == next((n for n, each in enumerate(times) if each >= when), 60)
    assert log.seek(0) == log.start


def test_finds_times_that_fall(opener: Opener) -> None:
    """A clock that was set back: the first record that came at a time or later is found all the same."""
    log = opener()
    times = [50, 60, 10, 20, 70, 30, 80]
    for time_ms in times:
        log.append(batch_of(bytes(400), timestamp_ms=time_ms))
    for _ in range(2):
        log = reopened(log, opener)
        for when in range(5, 90, 5):
            assert first_at(log, when) == next((n for n, each in enumerate(times) if each >= when), 7)


def test_an_empty_log_has_no_times(log: Log) -> None:
    assert log.seek(1) == 0


def test_a_log_that_is_rolled_can_be_trimmed_to_its_end(opener: Opener) -> None:
    log = opener()
    log.roll()
    for number in range(5):
        log.append(batch_of(b"%d" % number * 100))
    log.trim(5)
    assert log.start == log.newest.base < log.end == log.newest.end
    log.roll()
    log.roll()
    log.trim(5)
    assert (log.start, log.end, log.size) == (5, 5, 0)
    log.sync()
    log.close()
    log = opener()
    assert log.append(batch_of(b"next")) == 5
    assert values_from(log, 5) == [b"next"]


def test_an_empty_log_has_nothing_in_its_segments(log: Log) -> None:
    assert sum(segment.size for segment in log.segments()) == log.size == 0


def test_there_is_room(log: Log) -> None:
    assert log.has_room(1 << 20)


def test_the_size_is_that_of_all_segments(log: Log) -> None:
    sizes = []
    for number in range(20):
        batch = batch_of(b"%d" % number * 100)
        sizes.append(len(batch))
        log.append(batch)
    segments = list(log.segments())
    assert [segment.base for segment in segments] == [0, *(segment.end for segment in segments[:-1])]
    assert segments[-1].end == log.newest.end
    assert log.size == sum(segment.size for segment in segments) == sum(sizes)
    log.trim(segments[2].base)
    assert list(log.segments()) == segments[2:]
    assert log.size == sum(segment.size for segment in segments[2:])

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.engine.stream import BATCH_BYTES
from weirmq.engine.streams import Part, Row, Stream, Streams
from weirmq.kernel.errors import LogFailed, NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.batch import headers, hollow
from weirmq.log.library import FileLibrary, MemoryLibrary
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.testing.disk import SimulatedDisk

SEGMENT_BYTES = 1_000
ALL = 1 << 30


def streams_on(disk: SimulatedDisk, *, waits_for_sync: bool = True, most_open: int = 128) -> Streams:
    library = FileLibrary(disk, "/data/streams", segment_bytes=SEGMENT_BYTES, most_open=most_open)
    return Streams(library, waits_for_sync=waits_for_sync)


def in_memory() -> Streams:
    return Streams(MemoryLibrary(), waits_for_sync=False)


def part(stream: Stream, *values: bytes, now_ms: int = 1_000) -> Part:
    return Part(stream, [(b"key", (value,), now_ms) for value in values])


def append(streams: Streams, stream: Stream, *values: bytes, now_ms: int = 1_000) -> int:
    return streams.append([part(stream, *values, now_ms=now_ms)], now_ms)[0].offset


def sync(streams: Streams) -> None:
    for stream in streams.take_dirty():
        streams.synced(stream, stream.sync())


def put(streams: Streams, stream: Stream, *values: bytes, now_ms: int = 1_000) -> int:
    """Append, write and sync."""
    offset = append(streams, stream, *values, now_ms=now_ms)
    streams.flush()
    sync(streams)
    return offset


def values_of(stream: Stream, offset: int = 0) -> list[bytes]:
    return [value for _, _, _, value in stream.rows(offset, ALL, ALL)]


def test_numbers_records_at_once_and_shows_them_after_the_flush() -> None:
    streams = in_memory()
    stream = streams.stream("g/0")
    assert append(streams, stream, b"a", b"b") == 0
    assert append(streams, stream, b"c") == 2
    assert (stream.end, stream.readable) == (3, 0)
    assert values_of(stream) == []
    streams.flush()
    assert stream.readable == 3
    assert stream.rows(0, ALL, ALL) == [(0, 1_000, b"key", b"a"), (1, 1_000, b"key", b"b"), (2, 1_000, b"key", b"c")]


def test_gathers_what_comes_in_one_turn_into_one_batch() -> None:
    streams = in_memory()
    stream = streams.stream("g/0")
    append(streams, stream, b"a")
    append(streams, stream, b"b")
    streams.flush()
    append(streams, stream, b"c")
    streams.flush()
    assert [found.count for _, found in headers(stream.read(0, ALL))] == [2, 1]


def test_keeps_batches_small_so_that_one_record_is_read_quickly() -> None:
    streams = in_memory()
    stream = streams.stream("g/0")
    append(streams, stream, *[b"x" * 1000] * 1500)
    streams.flush()
    sizes = [found.size for _, found in headers(stream.read(0, ALL))]
    assert len(sizes) > 1
    assert max(sizes) <= BATCH_BYTES + 1100
    assert len(stream.read(700, 0)) <= BATCH_BYTES + 1100
    assert len(values_of(stream)) == 1500


def test_holds_an_answer_until_it_is_written() -> None:
    streams = in_memory()
    done: list[str] = []
    streams.hold(done.append, "read")
    assert done == ["read"]
    append(streams, streams.stream("g/0"), b"a")
    streams.hold(done.append, "put")
    streams.hold(done.append, "another read")
    assert done == ["read", "another read"]
    streams.flush()
    assert done == ["read", "another read", "put"]


@pytest.mark.parametrize("waits_for_sync", [False, True])
def test_an_answer_that_rests_on_what_is_written_leaves_at_once_where_that_is_enough(waits_for_sync: bool) -> None:
    streams = streams_on(SimulatedDisk(), waits_for_sync=waits_for_sync)
    stream = streams.stream("g/0")
    told: list[str] = []
    streams.readers.append(told.append)
    answers: list[str] = []
    streams.place(stream, memoryview(hollow(0, 3)))
    streams.hold(answers.append, "placed")
    assert (answers, stream.readable, told) == (([], 0, []) if waits_for_sync else (["placed"], 3, ["g/0"]))
    append(streams, stream, b"a")
    streams.hold(answers.append, "appended")
    assert "appended" not in answers
    streams.flush()
    sync(streams)
    assert (answers, stream.readable) == (["placed", "appended"], 4)


def test_holds_an_answer_until_all_its_logs_are_synced() -> None:
    streams = streams_on(SimulatedDisk())
    first, second = streams.stream("g/0"), streams.stream("g/1")
    done: list[str] = []
    streams.append([part(first, b"a"), part(second, b"b")], 1_000)
    streams.hold(done.append, "put")
    streams.flush()
    assert streams.take_dirty() == [first, second]
    streams.synced(second, second.sync())
    assert (done, first.readable, second.readable) == ([], 0, 1)
    streams.synced(first, first.sync())
    assert (done, first.readable) == (["put"], 1)


def test_a_reader_sees_only_what_is_synced() -> None:
    streams = streams_on(SimulatedDisk())
    stream = streams.stream("g/0")
    put(streams, stream, b"a", b"b")
    append(streams, stream, b"c")
    streams.flush()
    assert values_of(stream) == [b"a", b"b"]
    assert values_of(stream, 2) == []
    assert stream.offset_at(1_000).offset == 0
    sync(streams)
    assert values_of(stream) == [b"a", b"b", b"c"]


def test_readers_are_told_when_there_is_more_for_them() -> None:
    streams, told = streams_on(SimulatedDisk()), list[str]()
    streams.readers.append(told.append)
    append(streams, streams.stream("g/0"), b"a")
    append(streams, streams.stream("g/1"), b"a")
    streams.flush()
    assert told == []
    sync(streams)
    sync(streams)
    assert told == ["g/0", "g/1"]


def test_what_comes_while_a_sync_runs_waits_for_the_next() -> None:
    streams = streams_on(SimulatedDisk())
    stream = streams.stream("g/0")
    done: list[str] = []
    append(streams, stream, b"a")
    streams.hold(done.append, "first")
    streams.flush()
    [taken] = streams.take_dirty()
    synced = taken.sync()
    append(streams, stream, b"b")
    streams.hold(done.append, "second")
    streams.flush()
    assert streams.take_dirty() == []  # one call at a time
    streams.synced(stream, synced)
    assert done == ["first"]
    assert streams.has_dirty
    sync(streams)
    assert done == ["first", "second"]


def test_takes_all_or_nothing_where_a_disk_is_full() -> None:
    disk = SimulatedDisk(capacity_bytes=20_000)
    streams = streams_on(disk)
    first, second = streams.stream("g/0"), streams.stream("g/1")
    put(streams, first, b"a")
    with pytest.raises(NoRoom):
        streams.append([part(first, b"b"), part(second, b"x" * 19_000)], 1_000)
    assert (first.end, second.end) == (1, 0)
    streams.flush()
    assert values_of(first) == [b"a"]
    disk.capacity_bytes = None
    assert put(streams, second, b"x" * 19_000) == 0
    assert put(streams, first, b"b") == 1


def test_a_failed_write_is_not_swallowed() -> None:
    disk = SimulatedDisk()
    streams = streams_on(disk)
    stream = streams.stream("g/0")
    put(streams, stream, b"a")
    append(streams, stream, b"b")
    disk.fail("write")
    with pytest.raises(LogFailed):
        streams.flush()


def test_a_failed_sync_is_not_swallowed() -> None:
    disk = SimulatedDisk()
    streams = streams_on(disk)
    stream = streams.stream("g/0")
    put(streams, stream, b"a")
    done: list[str] = []
    append(streams, stream, b"b")
    streams.hold(done.append, "put")
    streams.flush()
    disk.fail("sync")
    with pytest.raises(LogFailed):
        sync(streams)
    assert done == []
    assert values_of(stream) == [b"a"]


def test_times_never_fall_in_a_stream() -> None:
    disk = SimulatedDisk()
    streams = streams_on(disk)
    put(streams, streams.stream("g/0"), b"a", now_ms=5_000)
    streams.close()
    streams = streams_on(disk)
    stream = streams.stream("g/0")
    [appended] = streams.append([part(stream, b"b", now_ms=4_000)], 4_000)
    assert appended == (1, 5_000)
    streams.flush()
    sync(streams)
    assert [time_ms for _, time_ms, _, _ in stream.rows(0, ALL, ALL)] == [5_000, 5_000]


def test_nothing_is_on_the_disk_before_the_first_record() -> None:
    disk = SimulatedDisk()
    streams = streams_on(disk)
    stream = streams.stream("g/0")
    assert (stream.start, stream.end, stream.readable, values_of(stream)) == (0, 0, 0, [])
    assert stream.offset_at(5) == (0, 5)
    assert stream.horizon(5) == 0
    assert disk.calls == 0
    put(streams, stream, b"a")
    assert streams.library.has("g/0")


def test_closes_logs_that_were_not_used_for_long() -> None:
    disk = SimulatedDisk()
    streams = streams_on(disk, most_open=3)
    all_streams = [streams.stream(f"g/{number}") for number in range(10)]
    for round_ in range(3):
        for number, stream in enumerate(all_streams):
            assert put(streams, stream, b"%d-%d" % (round_, number)) == round_
            assert sum(stream.is_open for stream in all_streams) <= 3
    for number, stream in enumerate(all_streams):
        assert values_of(stream) == [b"%d-%d" % (round_, number) for round_ in range(3)]


def test_logs_that_are_needed_together_stay_open_together() -> None:
    streams = streams_on(SimulatedDisk(), most_open=2)
    all_streams = [streams.stream(f"g/{number}") for number in range(5)]
    streams.append([part(stream, b"a") for stream in all_streams], 1_000)
    streams.flush()
    sync(streams)
    assert [values_of(stream) for stream in all_streams] == [[b"a"]] * 5


def test_a_log_with_unsynced_records_is_synced_before_it_is_closed() -> None:
    streams = streams_on(SimulatedDisk(), most_open=1)
    first, second = streams.stream("g/0"), streams.stream("g/1")
    done: list[str] = []
    append(streams, first, b"a")
    streams.hold(done.append, "put")
    streams.flush()
    append(streams, second, b"b")
    assert not first.is_open
    assert done == ["put"]


def timed(times: Sequence[int], streams: Streams, stream: Stream) -> None:
    for number, time_ms in enumerate(times):
        append(streams, stream, b"%d" % number, now_ms=time_ms)
        if number % 3 == 0:
            streams.flush()
    streams.flush()


@given(st.lists(st.integers(0, 60), max_size=60).map(sorted), st.integers(-1, 61), st.integers(0, 60))
def test_finds_the_first_record_at_a_time(times: list[int], time_ms: int, low: int) -> None:
    streams = in_memory()
    stream = streams.stream("g/0")
    timed(times, streams, stream)
    expected = next((n for n, each in enumerate(times) if each >= time_ms and n >= low), len(times))
    assert stream.offset_at(time_ms, low).offset == expected


class Counting(MemoryLog):
    """A log that counts reads."""

    reads = 0

    def read(self, offset: int, max_bytes: int) -> memoryview:
        self.reads += 1
        return super().read(offset, max_bytes)


class CountingLibrary(MemoryLibrary):
    """A library of one log."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Counting()

    def open(self, name: str, *, was_synced: bool = False) -> Log:  # noqa: ARG002
        return self.log


class PreparingLibrary(MemoryLibrary):
    """A library that remembers what was prepared."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared: list[list[str]] = []
        self.synced: list[str] = []

    def prepare(self, names: Sequence[str]) -> None:
        self.prepared.append(list(names))

    def open(self, name: str, *, was_synced: bool = False) -> Log:
        self.synced += [name] if was_synced else []
        return super().open(name, was_synced=was_synced)


def test_logs_that_are_needed_together_are_made_side_by_side() -> None:
    library = PreparingLibrary()
    streams = Streams(library, waits_for_sync=False)
    names = [f"g/{number}" for number in range(4)]
    parts = [Part(streams.stream(name), [(b"k", (b"v",), 0)]) for name in names]
    streams.append(parts[:1], 0)
    streams.append(parts[:2], 0)  # one that isn't there is made as ever
    assert library.prepared == []
    streams.append(parts, 0)
    assert library.prepared == [names[2:]]
    assert library.synced == names[2:]
    streams.append(parts, 0)
    assert len(library.prepared) == 1


def test_finds_a_time_with_one_read() -> None:
    library = CountingLibrary()
    streams = Streams(library, waits_for_sync=False)
    stream = streams.stream("g/0")
    for number in range(20_000):
        append(streams, stream, b"", now_ms=number)
        streams.flush()
    library.log.reads = 0
    assert stream.offset_at(12_345) == (12_345, 12_345)
    assert library.log.reads == 1
    library.log.reads = 0
    assert stream.horizon(12_345) == 12_345
    assert stream.horizon(12_350) == 12_350
    assert library.log.reads < 40


def test_the_horizon_only_grows() -> None:
    streams = in_memory()
    stream = streams.stream("g/0")
    timed([10, 20, 30, 40], streams, stream)
    assert stream.horizon(25) == 2
    assert stream.horizon(15) == 2
    assert stream.horizon(50) == 4
    append(streams, stream, b"late", now_ms=60)
    streams.flush()
    assert stream.horizon(55) == 4


def test_lets_go_of_old_segments() -> None:
    disk = SimulatedDisk()
    streams = streams_on(disk)
    stream = streams.stream("g/0")
    for number in range(20):
        put(streams, stream, b"x" * 300, now_ms=number)
    files = len(disk.names("/data/streams/g/0"))
    assert stream.trim_to(10)
    assert 0 < stream.start <= 10
    sync(streams)
    assert len(disk.names("/data/streams/g/0")) < files
    assert stream.rows(stream.horizon(10), 1, ALL)[0][:2] == (10, 10)
    assert not stream.trim_to(10)
    with pytest.raises(IndexError):
        stream.read(0, 0)


@pytest.mark.parametrize(("most", "max_bytes", "count"), [(1, ALL, 1), (7, ALL, 7), (ALL, 100, 7), (ALL, 1, 1)])
def test_gives_no_more_than_asked(most: int, max_bytes: int, count: int) -> None:
    streams = in_memory()
    stream = streams.stream("g/0")
    for number in range(0, 20, 2):
        append(streams, stream, b"%010d" % number, b"%010d" % (number + 1))
        streams.flush()
    found: list[Row] = stream.rows(3, most, max_bytes)
    assert [offset for offset, _, _, _ in found] == list(range(3, 3 + count))


def test_a_removed_stream_is_gone_when_nothing_uses_it() -> None:
    disk = SimulatedDisk()
    streams = streams_on(disk)
    stream, other = streams.stream("g/0"), streams.stream("g/1")
    put(streams, other, b"b")
    append(streams, stream, b"a")
    streams.flush()
    streams.take_dirty()
    offset = stream.sync()
    streams.remove("g/0")
    assert streams.take_removed() == []  # a thread still syncs it
    streams.synced(stream, offset)
    assert streams.take_removed() == ["g/0"]
    assert not stream.is_open
    streams.library.remove("g/0")
    streams.library.remove("g/0")  # as after a crash in between
    assert not streams.library.has("g/0")
    assert values_of(other) == [b"b"]
    streams.remove("g/1")
    for name in streams.take_removed():
        streams.library.remove(name)
    assert streams.library.groups() == []


def test_whoever_waits_for_a_removed_stream_is_answered() -> None:
    streams = streams_on(SimulatedDisk())
    done: list[str] = []
    append(streams, streams.stream("g/0"), b"a")
    streams.hold(done.append, "put")
    streams.remove("g/0")
    streams.flush()
    assert done == ["put"]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("waits_for_sync", [True, False])
def test_a_crash_loses_nothing_that_was_synced(seed: int, waits_for_sync: bool) -> None:
    """Numbers go on from what the log holds, and what was answered is there once, in order, under its offset."""
    entropy = SeededEntropy(seed)
    disk = SimulatedDisk()
    durable: list[list[bytes]] = [[], [], []]
    count = 0
    for _ in range(4):
        streams = streams_on(disk, waits_for_sync=waits_for_sync, most_open=2)
        all_streams = [streams.stream(f"g/{number}") for number in range(3)]
        written = []
        for stream, known in zip(all_streams, durable, strict=True):
            found = values_of(stream)
            assert found[: len(known)] == known
            assert stream.end == len(found)
            written.append(found)
        for _ in range(entropy.take(1)[0] % 20):
            number = entropy.take(1)[0] % 3
            count += 1
            assert append(streams, all_streams[number], b"%d" % count * 20) == len(written[number])
            written[number].append(b"%d" % count * 20)
            if entropy.take(1)[0] < 128:
                streams.flush()
            if entropy.take(1)[0] < 128:
                sync(streams)
        for stream, known, found in zip(all_streams, durable, written, strict=True):
            known[:] = found[: max(stream.synced, len(known))]
            assert stream.readable <= len(found)
            if waits_for_sync:
                assert stream.readable == stream.synced
        disk.crash(entropy)


def test_what_was_taken_up_on_a_nearly_full_disk_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.engine.stream.BATCH_BYTES", 700)
    refused = written = 0
    for capacity in range(4_000, 24_000, 50):
        disk = SimulatedDisk(capacity)
        streams = Streams(FileLibrary(disk, "/data", segment_bytes=4_000), waits_for_sync=True)
        stream = streams.stream("g/0")
        try:
            for _ in range(3):  # each record is a batch, with a header of its own
                streams.append([Part(stream, [(b"k", (bytes(690),), 1_000)] * 3)], 1_000)
        except NoRoom:
            refused += 1
        streams.flush()
        written += stream.is_open and stream.written == 9
    assert refused
    assert written

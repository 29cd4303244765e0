"""Record by record: all of them, in order, over batches without any."""

from weirmq.log.batch import BatchBuilder, hollow
from weirmq.log.disk import opened, path_of
from weirmq.log.files import FileLog
from weirmq.log.memory import MemoryLog
from weirmq.log.replay import peek, replay
from weirmq.log.segment import bases_in, name_of
from weirmq.testing.disk import SimulatedDisk


def test_gives_all_records_from_an_offset_on() -> None:
    log, builder = MemoryLog(), BatchBuilder()
    for number in range(100):
        builder.add(b"key", b"%d" % number, number)
        if number % 7 == 6 or number == 99:
            log.append(builder.build())
    for offset in (0, 3, 7, 99, 100):
        for chunk_bytes in (0, 300, 1 << 20):
            found = [(r.offset, r.timestamp_ms, r.value) for r in replay(log, offset, chunk_bytes)]
            assert found == [(number, number, b"%d" % number) for number in range(offset, 100)]


def test_ends_where_the_log_ended_at_the_beginning() -> None:
    log, builder = MemoryLog(), BatchBuilder()
    builder.add(b"key", b"value", 1)
    log.append(builder.build())
    count = 0
    for _ in replay(log, 0):
        count += 1
        builder.add(b"key", b"value", 1)
        log.append(builder.build())
    assert count == 1


def test_goes_over_offsets_without_records() -> None:
    log, builder = MemoryLog(), BatchBuilder()
    log.append(hollow(0, 5))
    builder.add(b"key", b"value", 1)
    log.append(builder.build())
    log.append(hollow(0, 1 << 30))
    assert [r.offset for r in replay(log, 0)] == [5]
    assert [r.offset for r in replay(log, 0, 0)] == [5]
    assert [r.offset for r in replay(log, 2, 0)] == [5]


def test_peeks_into_a_log_as_far_as_it_is_whole() -> None:
    disk = SimulatedDisk()
    assert list(peek(disk, "/log", 0)) == []
    log, builder = FileLog(disk, "/log", 400), BatchBuilder()
    for number in range(40):
        builder.add(b"key", b"%d" % number, number)
        if number % 4 == 3:
            log.append(builder.build())
    log.close()
    bases = bases_in(disk, "/log")
    assert len(bases) > 3
    for offset in (0, 2, bases[1], bases[1] + 1, 39, 40):
        assert [(r.offset, r.value) for r in peek(disk, "/log", offset)] == [
            (number, b"%d" % number) for number in range(offset, 40)
        ]
    with opened(disk, path_of("/log", name_of(bases[-1]))) as file:
        disk.write(file, b"\xff", 70)  # in its first batch
    assert [r.offset for r in peek(disk, "/log", 30)] == list(range(30, bases[-1]))
    disk.remove(path_of("/log", name_of(bases[1])))
    assert [r.offset for r in peek(disk, "/log", 0)] == list(range(bases[1]))

"""Verify says what is wrong and changes nothing; repair keeps all that is sound, and all evidence."""

import random

import pytest

from weirmq.kernel.errors import LogDamaged
from weirmq.log.batch import BatchBuilder, headers, records
from weirmq.log.files import FileLog
from weirmq.log.repair import Report, repair, verify
from weirmq.testing.disk import SimulatedDisk

FOLDER = "/data/log"
SEGMENT_BYTES = 700
COUNT = 30


def value_of(number: int) -> bytes:
    return b"%d." % number * (5 + number % 7)


def filled() -> tuple[SimulatedDisk, list[str]]:
    """A log of some segments with a record a batch, synced; the paths of its segments."""
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    builder = BatchBuilder()
    for number in range(COUNT):
        builder.add(b"key", value_of(number), 1)
        log.append(builder.build())
    log.sync()
    log.close()
    disk.kill()
    return disk, sorted(f"{FOLDER}/{name}" for name in disk.names(FOLDER) if name.endswith(".log"))


def held(disk: SimulatedDisk) -> dict[str, bytes]:
    return {name: disk.contents(f"{FOLDER}/{name}") for name in disk.names(FOLDER)}


def read_all(log: FileLog) -> dict[int, bytes]:
    """Value by offset."""
    found: dict[int, bytes] = {}
    offset = log.start
    while offset < log.end:
        data = log.read(offset, 1000)
        found.update({record.offset: record.value for record in records(data)})
        offset = list(headers(data))[-1][1].next_offset
    return found


def repaired(disk: SimulatedDisk) -> tuple[Report, FileLog]:
    """The report of a repair, checked against that of `verify` before and after, and the log opened again."""
    before = held(disk)
    seen = verify(disk, FOLDER)
    assert held(disk) == before
    report = repair(disk, FOLDER)
    assert (report.findings, report.end) == (seen.findings, seen.end)
    assert all(disk.contents(path) in before.values() for path in report.kept)
    assert not verify(disk, FOLDER).damaged
    disk.kill()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    lost = {offset for finding in report.findings for offset in range(finding.lost_from, finding.lost_to)}
    assert read_all(log) == {offset: value_of(offset) for offset in range(log.end) if offset not in lost}
    return report, log


def test_a_sound_log_is_said_to_be() -> None:
    disk, paths = filled()
    before = held(disk)
    report = verify(disk, FOLDER)
    assert (report.start, report.end, report.batches, report.records) == (0, COUNT, COUNT, COUNT)
    assert report.size == sum(len(disk.contents(path)) for path in paths)
    assert not report.findings
    assert not repair(disk, FOLDER).kept
    assert held(disk) == before


def test_a_damaged_batch_in_the_middle_is_left_out() -> None:
    disk, paths = filled()
    data = bytearray(disk.contents(paths[1]))
    (_, first), (position, second), (end, third) = list(headers(data))[:3]
    data[position + 70] ^= 1
    disk.put(paths[1], bytes(data))
    with pytest.raises(LogDamaged):
        read_all(FileLog(disk, FOLDER, SEGMENT_BYTES))
    disk.kill()
    report, log = repaired(disk)
    (finding,) = report.findings
    assert (finding.path, finding.position, finding.size) == (paths[1], position, end - position)
    assert (finding.lost_from, finding.lost_to) == (second.base_offset, third.base_offset)
    assert f"records {second.base_offset} to {second.base_offset} are lost" in str(finding)
    assert report.kept == [f"{paths[1]}.damaged"]
    assert disk.contents(report.kept[0]) == bytes(data)
    assert log.end == COUNT
    assert first.base_offset in read_all(log)


def test_a_batch_whose_length_is_damaged_is_passed_by_looking_for_the_next() -> None:
    disk, paths = filled()
    data = bytearray(disk.contents(paths[0]))
    position = list(headers(data))[1][0]
    for length in (0, 50, 2**31 - 1, 120):
        data[position + 8 : position + 12] = length.to_bytes(4, "big")
        disk.put(paths[0], bytes(data))
        disk.kill()
        report, _ = repaired(disk)
        assert [(f.lost_from, f.lost_to) for f in report.findings] == [(1, 2)]
        disk, paths = filled()


def test_a_batch_with_a_damaged_base_offset_is_put_in_its_place() -> None:
    disk, paths = filled()
    for path, at in ((paths[0], 0), (paths[1], 2), (paths[-1], -1)):
        data = bytearray(disk.contents(path))
        position = [position for position, _ in headers(data)][at]
        data[position + 5] ^= 1
        disk.put(path, bytes(data))
    report, log = repaired(disk)
    assert len(report.findings) == 3
    assert all(f.lost_from == f.lost_to for f in report.findings)
    assert len(read_all(log)) == COUNT


def test_missing_segments_leave_their_offsets_taken_up() -> None:
    bases = [int(path[-24:-4]) for path in filled()[1]] + [COUNT]
    for at in range(len(bases) - 1):
        disk, paths = filled()
        disk.remove(paths[at])
        report, log = repaired(disk)
        assert [(f.lost_from, f.lost_to) for f in report.findings] == [(bases[at], bases[at + 1])]
        assert (log.start, log.end) == (0, COUNT)
        assert log.append(next_batch()) == COUNT


def next_batch() -> bytearray:
    builder = BatchBuilder()
    builder.add(b"key", value_of(COUNT), 1)
    return builder.build()


def test_all_segments_missing() -> None:
    disk, paths = filled()
    for path in paths:
        disk.remove(path)
    report, log = repaired(disk)
    assert [(f.lost_from, f.lost_to) for f in report.findings] == [(0, COUNT)]
    assert log.end == COUNT


def test_a_lost_end_keeps_its_offsets() -> None:
    disk, paths = filled()
    data = disk.contents(paths[-1])
    position, last = list(headers(data))[-1]
    disk.put(paths[-1], data[:-1])
    report, log = repaired(disk)
    assert [(f.position, f.lost_from, f.lost_to) for f in report.findings] == [(position, last.base_offset, COUNT)]
    assert log.end == COUNT


def test_a_missing_checkpoint_is_made_again() -> None:
    for spoiled in (b"", b"\1" * 5000, None):
        disk, _ = filled()
        if spoiled is None:
            disk.remove(f"{FOLDER}/checkpoint")
        else:
            disk.put(f"{FOLDER}/checkpoint", spoiled)
        report, log = repaired(disk)
        assert [f.path for f in report.findings] == [f"{FOLDER}/checkpoint"]
        assert log.end == COUNT


def test_a_torn_tail_is_no_damage() -> None:
    disk, paths = filled()
    disk.put(paths[-1], disk.contents(paths[-1]) + b"\0\0torn" + bytes(100))
    before = held(disk)
    report = repair(disk, FOLDER)
    assert held(disk) == before
    assert not report.damaged
    (finding,) = report.findings
    assert finding.tail
    assert "cut off when the log is opened" in str(finding)
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    assert len(log.notes) == 1
    assert log.end == COUNT


def test_segments_that_overlap_are_left_alone() -> None:
    disk, paths = filled()
    disk.rename(paths[1], f"{FOLDER}/{1:020}.log")
    assert verify(disk, FOLDER).damaged
    with pytest.raises(LogDamaged, match="goes on to offset"):
        repair(disk, FOLDER)


@pytest.mark.parametrize("seed", range(60))
def test_any_damage_can_be_repaired(seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311 - repeatable on purpose
    disk, paths = filled()
    for _ in range(choose.randint(1, 5)):
        path = choose.choice(paths)
        data = bytearray(disk.contents(path))
        at = choose.randrange(len(data) + 1)
        length = choose.choice((1, 4, 50, 200))
        kind = choose.randrange(4)
        if kind == 0:
            data[at : at + length] = bytes(len(data[at : at + length]))
        elif kind == 1:
            data[at : at + length] = choose.randbytes(len(data[at : at + length]))
        elif kind == 2:
            del data[at : at + length]
        else:
            data[at:at] = choose.randbytes(length)
        disk.put(path, bytes(data))
    _, log = repaired(disk)
    assert log.end == COUNT

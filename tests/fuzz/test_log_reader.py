"""Any bytes in a log's files: the right records or LogDamaged; nothing else, nothing wrong, nothing for ever."""

from contextlib import suppress
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weirmq.kernel.errors import LogDamaged
from weirmq.log.batch import BadBatch, BatchBuilder, check, headers, records, size_at
from weirmq.log.files import FileLog
from weirmq.log.repair import repair, verify
from weirmq.log.replay import replay
from weirmq.log.snapshots import newest_snapshot, write_snapshot
from weirmq.testing.disk import SimulatedDisk

FOLDER = "/data/log"
SEGMENT_BYTES = 500
COUNT = 24
CRC_FROM_BYTES = 21  # of a batch: where what its CRC covers begins

Files = dict[str, bytes]

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def value_of(offset: int) -> bytes:
    return b"%d." % offset * (1 + offset % 9)


@cache
def sound_files() -> Files:
    """The files of a log of several segments."""
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    builder = BatchBuilder()
    for offset in range(COUNT):
        builder.add(b"key", value_of(offset), 1000 + offset)
        if offset % 2:
            log.append(builder.build())
            log.sync()
    log.close()
    return {name: disk.contents(f"{FOLDER}/{name}") for name in sorted(disk.names(FOLDER))}


def disk_with(files: Files) -> SimulatedDisk:
    disk = SimulatedDisk()
    disk.make_folder(FOLDER)
    for name, data in files.items():
        disk.put(f"{FOLDER}/{name}", data)
    return disk


def is_splice(name: str, at: int, size: int) -> bool:
    """Whether to cut these bytes out, or to repeat them, would put one batch's base offset before another batch: the
    one damage that no CRC can show.
    """
    data = sound_files()[name]
    starts, start = set(), 0
    while name.endswith(".log") and start < len(data):
        starts.add(start)
        start += size_at(data, start)
    return any(at - depth in starts and at + size - depth in starts for depth in range(1, CRC_FROM_BYTES + 1))


@st.composite
def spoiled_files(draw: st.DrawFn) -> Files:
    """The files of a sound log, changed here and there."""
    files = dict(sound_files())
    for _ in range(draw(st.integers(1, 4))):
        if not files:
            break
        name = draw(st.sampled_from(sorted(files)))
        data = bytearray(files[name])
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, 120))
        kind = draw(st.sampled_from(["flip", "zero", "write", "insert", "cut out", "end", "remove", "repeat"]))
        if kind == "flip" and at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "zero":
            data[at : at + size] = bytes(len(data[at : at + size]))
        elif kind == "write":
            new = draw(st.binary(max_size=size))
            data[at : at + len(new)] = new
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=size))
        elif kind == "cut out" and not is_splice(name, at, size):
            del data[at : at + size]
        elif kind == "end":
            del data[at:]
        elif kind == "repeat" and not is_splice(name, at - size, size):
            data[at:at] = data[max(0, at - size) : at]
        files[name] = bytes(data)
        if kind == "remove":
            del files[name]
    return files


@quick
@given(spoiled_files())
def test_a_spoiled_log_gives_right_records_or_says_that_it_is_damaged(files: Files) -> None:
    if not any(name.endswith(".log") for name in files) and "checkpoint" not in files:
        return  # nothing tells that there was a log
    found = []
    try:
        log = FileLog(disk_with(files), FOLDER, SEGMENT_BYTES)
        for record in replay(log, log.start):
            found.append((record.offset, record.timestamp_ms, record.key, record.value))  # noqa: PERF401 - up to damage
    except LogDamaged:
        complete = False
    else:
        # What the checkpoint vouches for is there. Where that was spoiled too, what was cut is told.
        complete = files.get("checkpoint") == sound_files()["checkpoint"] or not log.notes
    assert found == [(offset, 1000 + offset, b"key", value_of(offset)) for offset in range(len(found))]
    assert len(found) == COUNT or not complete


@quick
@given(spoiled_files())
def test_a_spoiled_log_can_be_repaired(files: Files) -> None:
    disk = disk_with(files)
    try:
        repair(disk, FOLDER)
    except LogDamaged:
        assert any("goes on to offset" in finding.reason for finding in verify(disk, FOLDER).findings)
        return
    assert not verify(disk, FOLDER).damaged
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    assert all(r.value == value_of(r.offset) and r.key == b"key" for r in replay(log, log.start))
    builder = BatchBuilder()
    builder.add(b"key", value_of(log.end), 1)
    log.append(builder.build())
    log.sync()


@quick
@given(st.dictionaries(st.sampled_from(sorted(sound_files())), st.binary(max_size=300)), st.booleans())
def test_any_bytes_as_files(files: Files, with_checkpoint: bool) -> None:
    if with_checkpoint:
        files["checkpoint"] = sound_files()["checkpoint"]
    disk = disk_with(files)
    verify(disk, FOLDER)
    try:
        log = FileLog(disk, FOLDER, SEGMENT_BYTES)
        list(replay(log, log.start))
    except LogDamaged:
        repair(disk, FOLDER)
        disk.kill()
        log = FileLog(disk, FOLDER, SEGMENT_BYTES)
        list(replay(log, log.start))


@quick
@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_as_batches(data: bytes, position: int) -> None:
    for read in (
        lambda: check(data, position),
        lambda: list(headers(data)),
        lambda: list(records(data)),
        lambda: list(records(memoryview(data))),
    ):
        with suppress(BadBatch):
            read()


@quick
@given(st.data())
def test_a_spoiled_batch_whose_crc_is_not_looked_at(data: st.DataObject) -> None:
    batch = bytearray(sound_files()[f"{0:020}.log"])
    for _ in range(data.draw(st.integers(1, 5))):
        batch[data.draw(st.integers(0, len(batch) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadBatch):
        for record in records(batch):
            assert len(record.key) + len(record.value) < len(batch)


@quick
@given(st.binary(max_size=400), st.integers(0, 300), st.booleans())
def test_a_spoiled_snapshot_is_never_loaded(data: bytes, at: int, whole: bool) -> None:
    disk = SimulatedDisk()
    write_snapshot(disk, FOLDER, 10, [(b"a", b"first")])
    path = write_snapshot(disk, FOLDER, 20, [(b"b", b"second"), (b"c", b"third")])
    sound = disk.contents(path)
    spoiled = data if whole else sound[:at] + data + sound[at + len(data) :]
    disk.put(path, spoiled)
    offset, parts, refused = newest_snapshot(disk, FOLDER)
    if offset == 20:
        assert list(parts) == [(b"b", b"second"), (b"c", b"third")]
        assert not refused
    else:
        assert (offset, list(parts), len(refused)) == (10, [(b"a", b"first")], 1)

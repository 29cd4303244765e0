"""Older parts of a log, rewritten: nothing that was kept is lost, whatever fails meanwhile, and offsets stay."""

import errno
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from weirmq.kernel.errors import LogDamaged, LogFailed
from weirmq.kernel.ids import SeededEntropy
from weirmq.log import memory
from weirmq.log.batch import BatchBuilder, headers, records
from weirmq.log.files import FileLog
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.log.repair import repair, verify
from weirmq.testing.disk import PowerLost, SimulatedDisk

FOLDER = "/data/log"
SEGMENT_BYTES = 1_000
SEGMENTS = 6
STEPS = 40


def batch_of(*values: bytes, time_ms: int = 5) -> bytearray:
    builder = BatchBuilder()
    for value in values:
        builder.add(b"", value, time_ms)
    return builder.build()


def no_pause() -> None:
    pass


def opened(disk: SimulatedDisk) -> FileLog:
    return FileLog(disk, FOLDER, SEGMENT_BYTES)


def filled(log: Log) -> Log:
    """Batches of two records of 50 bytes each, six or so a piece."""
    n = 0
    while len(log.pieces()) < SEGMENTS:
        values = [b"%05d" % (n + more) * 10 for more in range(2)]
        log.append(batch_of(*values, time_ms=n))
        n += 2
        log.sync()
    return log


@pytest.fixture(params=["disk", "memory"])
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setattr(memory, "PIECE_BYTES", SEGMENT_BYTES)
    return filled(opened(SimulatedDisk()) if request.param == "disk" else MemoryLog())


def offsets_of(log: Log, offset: int = 0) -> list[int]:
    """The offsets of all records; their values are right, and all offsets are taken up."""
    found = []
    offset = max(offset, log.start)
    while offset < log.end:
        data = log.read(offset, 300)
        for _, header in headers(data):
            assert header.base_offset <= offset < header.next_offset
            offset = header.next_offset
        for record in records(data):
            assert record.value == b"%05d" % record.offset * 10
            found.append(record.offset)
    return found


def every(number: int) -> Callable[[memoryview], memoryview | None]:
    """Keep each batch whose base offset is a multiple."""

    def keep(batch: memoryview) -> memoryview | None:
        (header,) = [header for _, header in headers(batch)]
        return batch if header.base_offset % number == 0 and header.count else None

    return keep


def rewritten(log: Log, first: int, last: int, number: int) -> bool:
    found = log.rewrite(log.pieces()[first:last], every(number), no_pause)
    return found is not None and log.adopt(found)


def test_what_is_kept_is_read_and_offsets_stay(log: Log) -> None:
    end, pieces = log.end, log.pieces()
    first, last = pieces[1].base, pieces[4].end
    assert rewritten(log, 1, 5, 10)
    kept = [n for n in range(end) if not first <= n < last or n % 10 < 2]
    assert offsets_of(log) == kept
    log.sync()
    assert offsets_of(log) == kept
    assert (log.start, log.end) == (0, end)
    assert [each.base for each in log.pieces()] == [0, first, last]
    assert log.pieces()[1].size < sum(piece.size for piece in pieces[1:5]) / 2
    assert log.pieces()[1].latest_ms == pieces[4].latest_ms
    for offset in range(end):  # a read in a gap goes on behind it
        assert next(each for each in offsets_of(log, offset) if each >= offset) in kept
    log.append(batch_of(b"%05d" % end * 10))
    assert offsets_of(log) == [*kept, end]


def test_nothing_at_all_is_kept(log: Log) -> None:
    assert rewritten(log, 0, 6, 2**40)  # but for offset 0
    log.sync()
    assert rewritten(log, 0, 1, 2**41) is isinstance(log, MemoryLog)  # as before
    assert offsets_of(log)[:2] == [0, 1]
    (piece,) = log.pieces()
    assert piece.size < 400
    assert all(after.base == before.end for before, after in pairwise(log.pieces()))


def test_where_nothing_changes_nothing_is_written(log: Log) -> None:
    assert log.rewrite(log.pieces()[:1], every(1), no_pause) is None


def test_seeking_goes_on(log: Log) -> None:
    assert rewritten(log, 0, 4, 10)
    log.sync()
    for time_ms in range(log.end):
        offset = log.seek(time_ms)
        assert offset <= next((n for n in offsets_of(log) if n - n % 2 >= time_ms), log.end)


def test_a_batch_may_become_another(log: Log) -> None:
    def keep(batch: memoryview) -> bytearray:
        (header,) = [header for _, header in headers(batch)]
        other = batch_of(b"x" * 20, b"y")
        other[:8] = header.base_offset.to_bytes(8, "big")
        return other

    found = log.rewrite(log.pieces()[:2], keep, no_pause)
    assert found is not None
    assert log.adopt(found)
    assert {record.value for record in records(log.read(0, 300))} == {b"x" * 20, b"y"}


def test_what_was_let_go_of_meanwhile_stays_gone(log: Log) -> None:
    found = log.rewrite(log.pieces()[:3], every(10), no_pause)
    assert found is not None
    log.trim(log.pieces()[1].base)
    start = log.start
    assert not log.adopt(found)
    log.sync()
    assert offsets_of(log) == list(range(start, log.end))


def test_what_was_rewritten_can_be_let_go_of_before_the_next_sync(log: Log) -> None:
    assert rewritten(log, 0, 3, 10)
    log.trim(log.pieces()[-1].base if log.pieces() else log.end)
    log.sync()
    assert offsets_of(log) == list(range(log.start, log.end))


# On a disk


def names_in(disk: SimulatedDisk) -> list[str]:
    return sorted(disk.names(FOLDER))


def test_the_disk_gets_its_room_back() -> None:
    disk = SimulatedDisk()
    log = filled(opened(disk))
    assert rewritten(log, 0, 6, 10)
    log.sync()
    assert [name for name in names_in(disk) if name.endswith(".log")] == [
        f"{0:020}.log", f"{log.pieces()[-1].end:020}.log",
    ]  # fmt: skip
    assert not [name for name in names_in(disk) if name.endswith((".swap", ".cleaned"))]
    kept = offsets_of(log)
    log.close()
    log = opened(disk)
    assert offsets_of(log) == kept
    assert not verify(disk, FOLDER).findings


def test_pieces_that_wait_for_their_sync_are_none_yet() -> None:
    log = filled(opened(SimulatedDisk()))
    assert rewritten(log, 2, 4, 10)
    assert len(log.pieces()) == 2
    log.sync()
    assert len(log.pieces()) == 5


def test_a_full_disk_leaves_all_as_it_was() -> None:
    disk = SimulatedDisk()
    log = filled(opened(disk))
    names, kept = names_in(disk), offsets_of(log)
    disk.fail("write", error=errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        rewritten(log, 0, 6, 10)
    assert (names_in(disk), offsets_of(log)) == (names, kept)
    assert rewritten(log, 0, 6, 10)


def test_what_ends_it_leaves_all_as_it_was() -> None:
    disk = SimulatedDisk()
    log = filled(opened(disk))
    names = names_in(disk)

    class Enough(Exception):  # noqa: N818 - says what is so
        pass

    pauses = 0

    def pause() -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 4:
            raise Enough

    with pytest.raises(Enough):
        log.rewrite(log.pieces(), every(10), pause)
    assert names_in(disk) == names


def test_damage_is_not_copied() -> None:
    disk = SimulatedDisk()
    log = filled(opened(disk))
    path = f"{FOLDER}/{0:020}.log"
    data = bytearray(disk.contents(path))
    data[300] ^= 1
    disk.put(path, bytes(data))
    with pytest.raises(LogDamaged):
        rewritten(log, 0, 2, 10)


@dataclass
class History:
    """A log that is written to and rewritten; `gone` are offsets that need not be there any more."""

    disk: SimulatedDisk
    end: int = 0
    durable: int = 0
    trimmed: int = 0
    gone: set[int] = field(default_factory=set)

    def go(self, steps: int, seed: int) -> None:
        choose = random.Random(seed)  # noqa: S311 - repeatable on purpose
        log = FileLog(self.disk, FOLDER, 400)
        self.check(log)
        for _ in range(steps):
            step = choose.random()
            if step < 0.5:
                self.end = log.end + 2
                log.append(batch_of(*[b"%05d" % n * 10 for n in range(log.end, log.end + 2)]))
            elif step < 0.75:
                self.durable = log.sync()
            elif step < 0.95 and (pieces := log.pieces()):
                first = choose.randrange(len(pieces))
                self.rewrite(log, choose, first, choose.randint(first + 1, len(pieces)))
            elif step < 0.98:
                self.trimmed = max(self.trimmed, choose.randint(0, log.end))
                log.trim(self.trimmed)
            else:
                log.sync()
                log.close()
                log = FileLog(self.disk, FOLDER, 400)
                self.durable = log.end
        log.sync()
        self.check(log)
        log.close()

    def rewrite(self, log: FileLog, choose: random.Random, first: int, last: int) -> None:
        number = choose.choice((4, 6, 100))
        pieces = log.pieces()[first:last]
        self.gone |= {
            n for n in range(pieces[0].base, pieces[-1].end) if n - n % 2 - pieces[0].base % 2 and n % number > 1
        }
        self.gone |= {n for n in range(pieces[0].base, pieces[-1].end) if n % number > 1}
        found = log.rewrite(pieces, every(number), no_pause)
        if found is not None:
            if choose.random() < 0.2:
                log.trim(choose.randint(0, log.end))
                self.trimmed = max(self.trimmed, log.start)
            log.adopt(found)

    def check(self, log: FileLog) -> None:
        assert self.durable <= log.end <= self.end
        assert log.start <= self.trimmed
        found = set(offsets_of(log))
        assert set(range(log.start, log.end)) - found <= self.gone
        self.end = self.durable = log.end


def calls_of(steps: int, seed: int) -> int:
    disk = SimulatedDisk()
    History(disk).go(steps, seed)
    return disk.calls


@pytest.mark.parametrize("history", [5, 6])
def test_power_lost_in_every_call(history: int) -> None:
    for at_call in range(1, calls_of(STEPS, seed=history) + 1):
        disk = SimulatedDisk()
        disk.lose_power_at = at_call
        found = History(disk)
        with pytest.raises(PowerLost):
            found.go(STEPS, seed=history)
        disk.crash(SeededEntropy(at_call))
        if found.durable:
            assert not verify(disk, FOLDER).damaged
        found.go(10, seed=at_call)


def test_killed_in_every_call() -> None:
    for at_call in range(1, calls_of(STEPS, seed=7) + 1):
        disk = SimulatedDisk()
        disk.lose_power_at = at_call
        found = History(disk)
        with pytest.raises(PowerLost):
            found.go(STEPS, seed=7)
        disk.kill()
        found.go(10, seed=at_call)


@pytest.mark.parametrize("seed", range(10))
def test_power_lost_again_and_again(seed: int) -> None:
    disk = SimulatedDisk()
    history = History(disk)
    choose = random.Random(seed)  # noqa: S311 - repeatable on purpose
    for n in range(30):
        disk.lose_power_at = disk.calls + choose.randint(1, 60)
        try:
            history.go(60, seed=n)
        except PowerLost:
            disk.crash(SeededEntropy(n))
        else:
            disk.kill()


def test_every_call_can_fail() -> None:
    for at_call in range(1, calls_of(STEPS, seed=9) + 1):
        disk = SimulatedDisk()
        disk.fail(nth=at_call)
        history = History(disk)
        try:
            history.go(STEPS, seed=9)
        except (LogFailed, OSError):
            disk.kill()
            history.go(20, seed=1)


def half_swapped() -> SimulatedDisk:
    """A disk that lost power when the old segments were being removed."""
    disk = SimulatedDisk()
    log = filled(opened(disk))
    assert rewritten(log, 1, 5, 10)
    disk.fail("remove", nth=5)
    with pytest.raises(LogFailed):
        log.sync()
    disk.kill()
    assert any(name.endswith(".swap") for name in names_in(disk))
    return disk


def test_a_log_in_the_middle_of_it_is_sound() -> None:
    disk = half_swapped()
    names = names_in(disk)
    assert not verify(disk, FOLDER).findings
    assert names_in(disk) == names
    report = repair(disk, FOLDER)
    assert not report.findings
    assert {0, 1} <= set(offsets_of(opened(disk)))

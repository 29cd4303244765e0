"""What a log is after a crash: all that was synced, a prefix of what was appended, and never anything else."""

import errno
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from weirmq.kernel.errors import LogDamaged, LogFailed, NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.batch import BatchBuilder, headers, records
from weirmq.log.files import FileLog
from weirmq.testing.disk import PowerLost, SimulatedDisk

FOLDER = "/data/log"
SEGMENT_BYTES = 700


def batch_of(value: bytes, count: int = 1) -> bytearray:
    builder = BatchBuilder()
    for _ in range(count):
        builder.add(b"k", value, 1)
    return builder.build()


def values_of(log: FileLog) -> list[bytes]:
    """All values, by reads of everything; offsets are checked on the way."""
    values: list[bytes] = []
    offset = log.start
    while offset < log.end:
        for record in records(log.read(offset, 1000)):
            assert record.offset == offset
            values.append(record.value)
            offset += 1
    return values


@dataclass
class History:
    """What a writer did to a log, so far as it came."""

    disk: SimulatedDisk
    values: list[bytes] = field(default_factory=list)
    durable: int = 0
    trimmed: int = 0

    def write(self, steps: int, seed: int) -> None:
        """Open the log, append, sync, trim, roll and resize at random."""
        choose = random.Random(seed)  # noqa: S311 - repeatable on purpose
        log = FileLog(self.disk, FOLDER, SEGMENT_BYTES)
        self.check(log)
        for _ in range(steps):
            step = choose.random()
            if step < 0.6:
                count = choose.choice((1, 1, 1, 3))
                value = b"%d." % len(self.values) * choose.choice((1, 10, 40, 40, 250))
                batch = batch_of(value, count)
                log.reserve(len(batch))
                self.values += [value] * count  # before the call: a crash in it may keep it
                log.append(batch)
            elif step < 0.9:
                self.durable = log.sync()
            elif step < 0.93:
                log.roll()
            elif step < 0.94:
                log.resize(choose.choice((SEGMENT_BYTES // 2, 2 * SEGMENT_BYTES, None)))
            elif step < 0.98:
                self.trimmed = choose.randint(self.trimmed, max(self.trimmed, log.end))
                log.trim(self.trimmed)
            else:
                log.close()
                log = FileLog(self.disk, FOLDER, SEGMENT_BYTES)
                self.durable = log.end
        log.close()

    def check(self, log: FileLog) -> None:
        """The log is a prefix of what was appended, with all that was synced; go on from there."""
        assert self.durable <= log.end <= len(self.values)
        assert log.start <= max(self.trimmed, 0)
        assert values_of(log) == self.values[log.start : log.end]
        del self.values[log.end :]
        self.durable = log.end


def calls_of(steps: int, seed: int) -> int:
    disk = SimulatedDisk()
    History(disk).write(steps, seed)
    return disk.calls


def test_power_lost_in_every_call_of_a_history() -> None:
    for at_call in range(1, calls_of(30, seed=3) + 1):
        for seed in range(3):
            disk = SimulatedDisk()
            disk.lose_power_at = at_call
            history = History(disk)
            with pytest.raises(PowerLost):
                history.write(30, seed=3)
            disk.crash(SeededEntropy(seed))
            history.write(8, seed=seed)  # opens, checks, and goes on


def test_process_killed_in_every_call_of_a_history() -> None:
    for at_call in range(1, calls_of(30, seed=4) + 1):
        disk = SimulatedDisk()
        disk.lose_power_at = at_call
        history = History(disk)
        with pytest.raises(PowerLost):
            history.write(30, seed=4)
        disk.kill()
        appended = len(history.values)
        log = FileLog(disk, FOLDER, SEGMENT_BYTES)
        assert log.end >= appended - 3  # the batch that was being appended has up to three records
        history.check(log)


@pytest.mark.parametrize("seed", range(40))
def test_power_lost_again_and_again(seed: int) -> None:
    disk = SimulatedDisk()
    history = History(disk)
    choose = random.Random(seed)  # noqa: S311 - repeatable on purpose
    for _ in range(12):
        disk.lose_power_at = disk.calls + choose.randint(1, 60)
        try:
            history.write(60, choose.getrandbits(32))
        except PowerLost:
            disk.crash(SeededEntropy(choose.getrandbits(32)))
        else:
            disk.kill()
    history.write(10, seed)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_every_call_can_fail(error: int) -> None:
    for at_call in range(1, calls_of(30, seed=5) + 1):
        disk = SimulatedDisk()
        disk.fail(nth=at_call, error=error)
        history = History(disk)
        try:
            history.write(30, seed=5)
        except LogFailed:
            disk.crash(SeededEntropy(at_call))
        except NoRoom:
            disk.kill()
            assert error == errno.ENOSPC
        else:
            # Only an index, which can be made again, may be done without.
            assert error == errno.ENOSPC
        history.write(8, seed=at_call)


def test_a_failed_log_stays_failed() -> None:
    for verb in ("write", "sync"):
        disk = SimulatedDisk()
        log = FileLog(disk, FOLDER, SEGMENT_BYTES)
        log.append(batch_of(b"first"))
        disk.fail(verb)
        with pytest.raises(LogFailed):
            _ = log.sync() if verb == "sync" else log.append(batch_of(b"second"))
        for _ in range(2):
            with pytest.raises(LogFailed):
                log.sync()
            with pytest.raises(LogFailed):
                log.append(batch_of(b"third"))
            with pytest.raises(LogFailed):
                log.reserve(1)
        log.close()


def three_synced_three_not() -> tuple[SimulatedDisk, str, list[int]]:
    """A log of six batches of which three are durable; its segment's path, and where each batch ends."""
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, 2000)
    ends = [0]
    for number in range(6):
        batch = batch_of(b"value %d" % number * (number + 1), count=2)
        log.append(batch)
        ends.append(ends[-1] + len(batch))
        if number == 2:
            log.sync()
    return disk, f"{FOLDER}/{0:020}.log", ends


@pytest.mark.parametrize("zeros", [True, False])
def test_cut_at_every_byte(zeros: bool) -> None:
    original, path, ends = three_synced_three_not()
    whole = original.contents(path)
    for size in range(ends[6] + 1):
        disk = SimulatedDisk()
        disk.put(path, whole[:size] + bytes(2000 - size if zeros else 0))
        disk.put(f"{FOLDER}/checkpoint", original.contents(f"{FOLDER}/checkpoint"))
        # Bytes of a batch that are zeros anyway are not missed when they are cut off and zeros follow.
        batches = sum((whole[:size] + bytes(zeros * max(0, end - size))).startswith(whole[:end]) for end in ends[1:])
        if batches < 3:
            with pytest.raises(LogDamaged) as caught:
                FileLog(disk, FOLDER, 2000)
            assert (caught.value.path, caught.value.position) == (path, ends[batches])
            continue
        log = FileLog(disk, FOLDER, 2000)
        assert log.end == 2 * batches
        assert bool(log.notes) == bool(whole[ends[batches] : size].rstrip(b"\0"))
        assert values_of(log) == [b"value %d" % number * (number + 1) for number in range(batches) for _ in "ab"]
        log.append(batch_of(b"next"))
        log.sync()
        disk.kill()
        again = FileLog(disk, FOLDER, 2000)
        assert values_of(again)[-1] == b"next"
        assert not again.notes


def test_a_flipped_bit_in_what_was_synced_is_damage() -> None:
    original, path, ends = three_synced_three_not()
    whole = original.contents(path)
    for position in range(ends[3]):
        if 12 <= position - max(end for end in ends if end <= position) < 16:
            continue  # the leader epoch, which nothing vouches for and we don't use
        disk = SimulatedDisk()
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        disk.put(path, bytes(flipped))
        disk.put(f"{FOLDER}/checkpoint", original.contents(f"{FOLDER}/checkpoint"))
        with pytest.raises(LogDamaged) as caught:
            FileLog(disk, FOLDER, 2000)
        assert caught.value.path == path
        assert caught.value.position == max(end for end in ends if end <= position)


def test_sound_batches_that_are_cut_away_are_kept_in_a_copy() -> None:
    disk, path, ends = three_synced_three_not()
    data = bytearray(disk.contents(path))
    data[ends[4] - 3] ^= 1  # in the fourth batch; the fifth and sixth are sound
    disk.put(path, bytes(data))
    disk.kill()
    log = FileLog(disk, FOLDER, 2000)
    assert log.end == 6
    (note,) = log.notes
    assert f"{path}.cut" in note
    assert f"cut at byte {ends[3]}" in note
    assert disk.contents(f"{path}.cut") == bytes(data[ends[3] :]).rstrip(b"\0")
    assert not disk.contents(path)[ends[3] :].rstrip(b"\0")


def filled(batches: int = 40) -> tuple[SimulatedDisk, list[str]]:
    """A log of many segments, synced and closed; the paths of its segments."""
    disk = SimulatedDisk()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    for number in range(batches):
        log.append(batch_of(b"%d." % number * 20))
        if number % 3 == 0:
            log.sync()
    log.sync()
    log.close()
    return disk, sorted(f"{FOLDER}/{name}" for name in disk.names(FOLDER) if name.endswith(".log"))


def opened_and_read(disk: SimulatedDisk) -> list[bytes]:
    return values_of(FileLog(disk, FOLDER, SEGMENT_BYTES))


def test_a_missing_segment_is_damage() -> None:
    for at in range(len(filled()[1])):
        disk, paths = filled()
        disk.remove(paths[at])
        with pytest.raises(LogDamaged) as caught:
            FileLog(disk, FOLDER, SEGMENT_BYTES)
        assert caught.value.path in (paths[at], paths[at - 1])


def test_a_missing_folder_of_segments_is_damage() -> None:
    disk, paths = filled()
    for path in paths:
        disk.remove(path)
    with pytest.raises(LogDamaged):
        FileLog(disk, FOLDER, SEGMENT_BYTES)


def test_a_missing_checkpoint_is_damage() -> None:
    disk, _ = filled()
    disk.remove(f"{FOLDER}/checkpoint")
    with pytest.raises(LogDamaged, match="checkpoint"):
        FileLog(disk, FOLDER, SEGMENT_BYTES)


def test_a_torn_slot_of_the_checkpoint_does_no_harm() -> None:
    disk, _ = filled()
    expected = opened_and_read(disk)
    checkpoint = disk.contents(f"{FOLDER}/checkpoint")
    for position in (0, 20, 4096, 4110):
        damaged = bytearray(checkpoint)
        damaged[position] ^= 0xFF
        disk.put(f"{FOLDER}/checkpoint", bytes(damaged))
        disk.kill()
        assert opened_and_read(disk) == expected


def test_a_checkpoint_without_its_second_slot_is_told() -> None:
    """It was durable before there was a first, so only damage has taken it away: it may have told of more."""
    disk, _ = filled()
    disk.put(f"{FOLDER}/checkpoint", disk.contents(f"{FOLDER}/checkpoint")[:4096])
    (note,) = FileLog(disk, FOLDER, SEGMENT_BYTES).notes
    assert "one of its two slots is not whole" in note


@pytest.mark.parametrize("cut", [1, 30, 300])
def test_a_sealed_segment_that_is_short_is_damage(cut: int) -> None:
    for with_index in (True, False):
        disk, paths = filled()
        disk.put(paths[1], disk.contents(paths[1])[:-cut])
        if not with_index:
            disk.remove(paths[1].replace(".log", ".index"))
        with pytest.raises(LogDamaged) as caught:
            FileLog(disk, FOLDER, SEGMENT_BYTES)
        assert caught.value.path == paths[1]


def test_a_flipped_bit_in_a_sealed_segment_is_found_when_it_is_read() -> None:
    original, paths = filled(12)
    whole = original.contents(paths[0])
    starts = [at for at, _ in headers(whole)]
    for position in range(len(whole)):
        start = max(at for at in starts if at <= position)
        if 12 <= position - start < 16:
            continue
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        original.put(paths[0], bytes(flipped))
        original.kill()
        with pytest.raises(LogDamaged) as caught:
            opened_and_read(original)
        assert caught.value.path == paths[0]
        assert caught.value.position == start


def test_indexes_that_are_gone_or_wrong_are_made_again() -> None:
    disk, paths = filled()
    expected = opened_and_read(disk)
    indexes = [path.replace(".log", ".index") for path in paths[:-1]]
    for first, last in ((0, 0), (0, -1), (1, None), (0, 20), (8, None)):
        for index in indexes:
            disk.put(index, disk.contents(index)[first:last])
        disk.kill()
        assert opened_and_read(disk) == expected
    for index in indexes:
        disk.remove(index)
    disk.kill()
    assert opened_and_read(disk) == expected
    assert all(index.rpartition("/")[2] in disk.names(FOLDER) for index in indexes)


def names_left(disk: SimulatedDisk) -> Iterator[str]:
    return (name for name in sorted(disk.names(FOLDER)) if not name.startswith("0"))


def test_nothing_is_left_behind() -> None:
    disk, paths = filled()
    assert list(names_left(disk)) == ["checkpoint"]
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    log.trim(log.end)
    log.sync()
    log.reserve(SEGMENT_BYTES)  # a spare
    disk.kill()
    log = FileLog(disk, FOLDER, SEGMENT_BYTES)
    assert list(names_left(disk)) == ["checkpoint"]
    assert sorted(f"{FOLDER}/{name}" for name in disk.names(FOLDER) if name.startswith("0")) == paths[-1:]

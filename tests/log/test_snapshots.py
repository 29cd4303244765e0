"""Snapshots: what was written comes back, and a torn or damaged one never does."""

import errno
from contextlib import suppress
from pathlib import Path

import pytest

from weirmq.kernel.ids import SeededEntropy
from weirmq.log.disk import SystemDisk
from weirmq.log.snapshots import newest_bytes, newest_snapshot, set_aside, write_snapshot
from weirmq.testing.disk import PowerLost, SimulatedDisk

FOLDER = "/data/snapshots"
FIRST = [(b"queue", b"one"), (b"queue", b""), (b"", b"two")]
SECOND = [(b"%d" % number, b"x" * number) for number in range(100)]
THIRD = [(b"only", b"this")]


def test_gives_back_what_was_written(tmp_path: Path) -> None:
    disk, folder = SystemDisk(), str(tmp_path / "snapshots")
    assert write_snapshot(disk, folder, 77, iter(SECOND)) == f"{folder}/{77:020}.snapshot"
    offset, parts, refused = newest_snapshot(disk, folder)
    assert (offset, list(parts), refused) == (77, SECOND, [])


def test_parts_may_be_many_and_large() -> None:
    disk = SimulatedDisk()
    parts = [(b"%d" % number, bytes([number % 256]) * 60_000) for number in range(60)] + [(b"huge", bytes(3 << 20))]
    write_snapshot(disk, FOLDER, 5, parts)
    assert list(newest_snapshot(disk, FOLDER).parts) == parts


def test_an_empty_state_is_a_state() -> None:
    disk = SimulatedDisk()
    write_snapshot(disk, FOLDER, 9, [])
    offset, parts, _ = newest_snapshot(disk, FOLDER)
    assert (offset, list(parts)) == (9, [])


def test_without_snapshots_replay_is_from_the_start() -> None:
    disk = SimulatedDisk()
    assert newest_snapshot(disk, FOLDER)[0] == 0
    disk.make_folder(FOLDER)
    offset, parts, refused = newest_snapshot(disk, FOLDER)
    assert (offset, list(parts), refused) == (0, [], [])


def test_keeps_the_newest_two() -> None:
    disk = SimulatedDisk()
    for offset in (10, 20, 30, 9, 30):
        write_snapshot(disk, FOLDER, offset, FIRST)
    assert sorted(disk.names(FOLDER)) == [f"{20:020}.snapshot", f"{30:020}.snapshot"]
    assert newest_snapshot(disk, FOLDER).offset == 30


def two_written() -> SimulatedDisk:
    disk = SimulatedDisk()
    write_snapshot(disk, FOLDER, 10, FIRST)
    write_snapshot(disk, FOLDER, 20, SECOND)
    return disk


def test_any_flipped_bit_or_missing_end_falls_back_to_the_one_before() -> None:
    disk = two_written()
    path = f"{FOLDER}/{20:020}.snapshot"
    whole = disk.contents(path)
    damaged = [whole[:size] for size in range(0, len(whole), 7)] + [whole + b"\0", whole + whole, whole[:-1]]
    for position in range(0, len(whole), 5):
        if 12 <= position < 16 or 12 <= position - (len(whole) - 61) < 16:
            continue  # the leader epoch of a batch, outside of its CRC and never used
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        damaged.append(bytes(flipped))
    for data in damaged:
        disk.put(path, data)
        offset, parts, refused = newest_snapshot(disk, FOLDER)
        assert (offset, list(parts)) == (10, FIRST)
        assert len(refused) == 1
        assert refused[0].startswith(f"{path}: damaged at byte ")


def test_a_snapshot_under_a_wrong_name_is_refused() -> None:
    disk = two_written()
    disk.rename(f"{FOLDER}/{20:020}.snapshot", f"{FOLDER}/{30:020}.snapshot")
    snapshot = newest_snapshot(disk, FOLDER)
    assert snapshot.offset == 10
    assert len(snapshot.refused) == 1


def test_all_damaged_is_said() -> None:
    disk = two_written()
    for offset in (10, 20):
        disk.put(f"{FOLDER}/{offset:020}.snapshot", b"")
    snapshot = newest_snapshot(disk, FOLDER)
    assert (snapshot.offset, len(snapshot.refused)) == (0, 2)


def test_power_lost_in_every_call() -> None:
    calls = two_written().calls
    for at_call in range(1, calls + 20):
        for seed in range(5):
            disk = two_written()
            before = disk.calls
            disk.lose_power_at = before + at_call
            try:
                write_snapshot(disk, FOLDER, 30, THIRD)
            except PowerLost:
                expected = {20, 30}
            else:
                expected = {30}
            disk.crash(SeededEntropy(seed))
            offset, parts, refused = newest_snapshot(disk, FOLDER)
            assert offset in expected
            assert list(parts) == {20: SECOND, 30: THIRD}[offset]
            assert not refused
            write_snapshot(disk, FOLDER, 40, FIRST)
            assert list(newest_snapshot(disk, FOLDER).parts) == FIRST
            assert not any(name.endswith(".part") for name in disk.names(FOLDER))


@pytest.mark.parametrize("verb", ["open", "write", "sync", "rename", "sync_folder"])
def test_a_failed_call_is_told_and_leaves_the_ones_before(verb: str) -> None:
    disk = two_written()
    disk.fail(verb, error=errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        write_snapshot(disk, FOLDER, 30, THIRD)
    snapshot = newest_snapshot(disk, FOLDER)
    assert snapshot.offset == (30 if verb == "sync_folder" else 20)
    assert not any(name.endswith(".part") for name in disk.names(FOLDER))
    disk.kill()
    write_snapshot(disk, FOLDER, 40, FIRST)
    assert newest_snapshot(disk, FOLDER).offset == 40


def test_parts_that_fail_leave_no_snapshot() -> None:
    disk = two_written()

    def failing() -> object:
        yield b"key", b"value"
        raise RuntimeError("a machine")

    with pytest.raises(RuntimeError, match="a machine"):
        write_snapshot(disk, FOLDER, 30, failing())  # type: ignore[arg-type]
    assert newest_snapshot(disk, FOLDER).offset == 20


# ---- room that is set aside


def _full(disk: SimulatedDisk) -> None:
    """Nobody gets any room from now on."""
    disk.capacity_bytes = 0


def test_a_snapshot_fits_in_the_room_that_was_set_aside() -> None:
    disk = two_written()
    size = newest_bytes(disk, FOLDER)
    assert size == len(disk.contents(f"{FOLDER}/{20:020}.snapshot"))
    assert set_aside(disk, FOLDER, size) == size
    assert set_aside(disk, FOLDER, size // 2) == size  # there is more already
    _full(disk)
    write_snapshot(disk, FOLDER, 30, SECOND)
    disk.crash(SeededEntropy(7))
    offset, parts, refused = newest_snapshot(disk, FOLDER)
    assert (offset, list(parts), refused) == (30, SECOND, [])
    assert newest_bytes(disk, FOLDER) == size
    assert sorted(disk.names(FOLDER)) == [f"{20:020}.snapshot", f"{30:020}.snapshot"]


def test_a_snapshot_may_be_smaller_than_that() -> None:
    disk = two_written()
    set_aside(disk, FOLDER, 1_000_000)
    write_snapshot(disk, FOLDER, 30, THIRD)
    assert newest_bytes(disk, FOLDER) < 1_000
    assert list(newest_snapshot(disk, FOLDER).parts) == THIRD


def test_one_that_does_not_fit_leaves_the_room_to_the_next() -> None:
    disk = two_written()
    set_aside(disk, FOLDER, 500)
    _full(disk)
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            write_snapshot(disk, FOLDER, 30, SECOND)
        assert len(disk.contents(f"{FOLDER}/spare")) == 500
        assert newest_snapshot(disk, FOLDER).offset == 20
    write_snapshot(disk, FOLDER, 30, THIRD)
    assert list(newest_snapshot(disk, FOLDER).parts) == THIRD


def test_of_room_that_is_not_there_none_is_taken() -> None:
    disk = two_written()
    assert set_aside(disk, FOLDER, 500) == 500
    disk.capacity_bytes = 10_000
    free = disk.free(FOLDER)
    assert set_aside(disk, FOLDER, 20_000) == 500
    assert disk.free(FOLDER) == free
    disk.capacity_bytes = None
    disk.fail("allocate")
    with pytest.raises(OSError, match="Input/output"):
        set_aside(disk, FOLDER, 20_000)
    assert set_aside(disk, FOLDER, 20_000) == 20_000


def test_much_room_is_taken_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.log.snapshots.STEP_BYTES", 1_000)
    disk = two_written()
    assert [set_aside(disk, FOLDER, 2_500) for _ in range(4)] == [1_000, 2_000, 2_500, 2_500]


def test_what_a_killed_process_left_gives_its_room_back() -> None:
    disk = two_written()
    disk.put(f"{FOLDER}/{25:020}.snapshot.part", bytes(100_000))
    disk.capacity_bytes = 100_000
    set_aside(disk, FOLDER, 50_000)
    assert sorted(disk.names(FOLDER)) == [f"{10:020}.snapshot", f"{20:020}.snapshot", "spare"]


def test_power_lost_in_every_call_with_room_set_aside() -> None:
    for at_call in range(1, 40):
        disk = two_written()
        disk.lose_power_at = disk.calls + at_call
        expected = {20, 30}
        with suppress(PowerLost):
            set_aside(disk, FOLDER, 4_000)
            write_snapshot(disk, FOLDER, 30, THIRD)
            expected = {30}
        disk.crash(SeededEntropy(at_call))
        offset, parts, refused = newest_snapshot(disk, FOLDER)
        assert offset in expected
        assert list(parts) == {20: SECOND, 30: THIRD}[offset]
        assert not refused
        set_aside(disk, FOLDER, 4_000)
        write_snapshot(disk, FOLDER, 40, FIRST)
        assert list(newest_snapshot(disk, FOLDER).parts) == FIRST
        assert len(disk.names(FOLDER)) == 2


def test_room_that_is_gone_again_is_not_taken_for_set_aside() -> None:
    """A snapshot that was cut to its size, and couldn't be synced, has no more than that."""
    disk = two_written()
    set_aside(disk, FOLDER, 1_000_000)
    disk.fail("sync")
    with pytest.raises(OSError, match="Input/output"):
        write_snapshot(disk, FOLDER, 30, THIRD)
    _full(disk)
    assert set_aside(disk, FOLDER, 1_000_000) < 1_000

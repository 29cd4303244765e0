"""The simulated disk behaves as the system's does, and crashes as the system may."""

import errno
from pathlib import Path

import pytest

from weirmq.kernel.ids import SeededEntropy
from weirmq.log.disk import Disk, SystemDisk, opened
from weirmq.testing.disk import PowerLost, SimulatedDisk


@pytest.fixture(params=["system", "simulated"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Disk, str]:
    if request.param == "system":
        return SystemDisk(), str(tmp_path)
    disk = SimulatedDisk()
    disk.make_folder("/folder")
    return disk, "/folder"


def test_writes_and_reads(place: tuple[Disk, str]) -> None:
    disk, folder = place
    with opened(disk, f"{folder}/a", create=True) as file:
        disk.write(file, b"hello", 0)
        disk.write(file, memoryview(b"world"), 10)
        assert disk.size(file) == 15
        assert disk.read(file, 100, 0) == b"hello" + bytes(5) + b"world"
        assert disk.read(file, 3, 1) == b"ell"
        assert disk.read(file, 3, 15) == b""
        disk.truncate(file, 4)
        assert disk.read(file, 100, 0) == b"hell"
        disk.sync(file)
    with opened(disk, f"{folder}/a") as file:
        assert disk.read(file, 100, 2) == b"ll"


def test_free_room(place: tuple[Disk, str]) -> None:
    disk, folder = place
    assert disk.free(folder) > 1 << 20


def test_allocates_zeros_and_never_shrinks(place: tuple[Disk, str]) -> None:
    disk, folder = place
    with opened(disk, f"{folder}/a", create=True) as file:
        disk.write(file, b"data", 0)
        disk.allocate(file, 100_000)
        assert disk.size(file) == 100_000
        assert disk.read(file, 10, 0) == b"data" + bytes(6)
        assert disk.read(file, 10, 99_995) == bytes(5)
        assert 4 <= disk.data_size(file) <= 100_000
        disk.allocate(file, 10)
        assert disk.size(file) == 100_000
        disk.write(file, b"x", 99_999)
        assert disk.data_size(file) == 100_000


def test_names(place: tuple[Disk, str]) -> None:
    disk, folder = place
    disk.close(disk.open(f"{folder}/a", create=True))
    with opened(disk, f"{folder}/b", create=True) as file:
        disk.write(file, b"b", 0)
    assert sorted(disk.names(folder)) == ["a", "b"]
    disk.rename(f"{folder}/b", f"{folder}/a")
    disk.sync_folder(folder)
    assert disk.names(folder) == ["a"]
    with opened(disk, f"{folder}/a") as file:
        assert disk.read(file, 10, 0) == b"b"
    disk.remove(f"{folder}/a")
    assert disk.names(folder) == []
    for missing in (
        lambda: disk.open(f"{folder}/a"),
        lambda: disk.remove(f"{folder}/a"),
        lambda: disk.rename(f"{folder}/a", f"{folder}/b"),
        lambda: disk.names(f"{folder}/none"),
        lambda: disk.open(f"{folder}/none/a", create=True),
    ):
        with pytest.raises(FileNotFoundError):
            missing()


def test_folders_are_made_with_all_above(place: tuple[Disk, str]) -> None:
    disk, folder = place
    for _ in range(2):
        disk.make_folder(f"{folder}/x/y/z")
    disk.close(disk.open(f"{folder}/x/y/z/file", create=True))
    assert disk.names(f"{folder}/x/y/z") == ["file"]


def test_a_lock_is_held_by_one(place: tuple[Disk, str]) -> None:
    disk, folder = place
    file = disk.lock(f"{folder}/lock")
    with pytest.raises(BlockingIOError):
        disk.lock(f"{folder}/lock")
    disk.close(file)
    disk.close(disk.lock(f"{folder}/lock"))


def test_closed_files_are_refused(place: tuple[Disk, str]) -> None:
    disk, folder = place
    file = disk.open(f"{folder}/a", create=True)
    disk.close(file)
    with pytest.raises(OSError, match="Bad file descriptor"):
        disk.read(file, 1, 0)


def fresh() -> tuple[SimulatedDisk, int]:
    """A disk with a durable file `/a` of 2000 bytes, and that file open."""
    disk = SimulatedDisk()
    file = disk.open("/a", create=True)
    disk.write(file, b"-" * 2000, 0)
    disk.sync(file)
    disk.sync_folder("/")
    return disk, file


def test_a_crash_takes_only_what_was_not_synced() -> None:
    outcomes = set()
    for seed in range(200):
        disk, file = fresh()
        disk.write(file, b"x" * 1000, 500)
        disk.write(file, b"y" * 10, 1990)
        disk.crash(SeededEntropy(seed))
        data = disk.contents("/a")
        assert len(data) == 2000
        assert data[:500] == b"-" * 500
        assert data[1500:1990] == b"-" * 490
        assert set(data[500:1500]) <= set(b"-x")
        outcomes.add((data[500:1500].count(b"x"), data[1990:].count(b"y")))
    assert (1000, 0) in outcomes  # kept the first, lost the second
    assert (0, 10) in outcomes  # the other way round
    assert (1000, 10) in outcomes
    assert (0, 0) in outcomes
    assert any(0 < x < 1000 for x, _ in outcomes)  # torn


def test_a_crash_takes_names_that_were_not_synced() -> None:
    outcomes = set()
    for seed in range(100):
        disk, _ = fresh()
        disk.close(disk.open("/b", create=True))
        disk.rename("/a", "/c")
        disk.crash(SeededEntropy(seed))
        outcomes.add(tuple(sorted(disk.names("/"))))
    assert outcomes == {("a",), ("a", "b"), ("c",), ("b", "c")} or outcomes == {("a",), ("a", "b"), ("b", "c"), ("c",)}


def test_a_kill_takes_no_writes() -> None:
    disk, file = fresh()
    disk.write(file, b"new", 0)
    disk.close(disk.open("/b", create=True))
    disk.lock("/lock")
    disk.kill()
    assert disk.contents("/a")[:3] == b"new"
    assert sorted(disk.names("/")) == ["a", "b", "lock"]
    disk.lock("/lock")
    with pytest.raises(OSError, match="Bad file descriptor"):
        disk.read(file, 1, 0)


def test_it_can_be_told_to_fail() -> None:
    disk, file = fresh()
    disk.fail("write", nth=2, error=errno.ENOSPC)
    disk.fail("sync")
    disk.write(file, b"one", 0)
    with pytest.raises(OSError, match="No space left"):
        disk.write(file, b"two", 3)
    disk.write(file, b"three", 3)
    with pytest.raises(OSError, match="Input/output"):
        disk.sync(file)
    disk.sync(file)
    disk.fail("any", nth=3)
    disk.sync(file)
    disk.sync(file)
    with pytest.raises(OSError, match="Input/output"):
        disk.truncate(file, 1)


def test_its_room_is_limited() -> None:
    disk = SimulatedDisk(capacity_bytes=1000)
    file = disk.open("/a", create=True)
    disk.allocate(file, 900)
    assert disk.free("/") == 100
    with pytest.raises(OSError, match="No space left"):
        disk.allocate(file, 1001)
    disk.write(file, b"inside", 0)
    with pytest.raises(OSError, match="No space left"):
        disk.write(file, b"x" * 200, 850)
    disk.truncate(file, 100)
    disk.write(file, b"x" * 150, 850)


def test_power_is_lost_in_the_call_that_was_named() -> None:
    disk, file = fresh()
    disk.lose_power_at = disk.calls + 2
    disk.write(file, b"one", 0)
    with pytest.raises(PowerLost):
        disk.write(file, b"two", 3)
    for call in (lambda: disk.read(file, 1, 0), lambda: disk.names("/"), lambda: disk.close(file)):
        with pytest.raises(PowerLost):
            call()
    disk.crash(SeededEntropy(1))
    assert disk.names("/") == ["a"]

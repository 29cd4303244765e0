from contextlib import suppress
from pathlib import Path

import pytest

from weirmq.kernel.errors import LogDamaged
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.batch import BatchBuilder
from weirmq.log.disk import SystemDisk
from weirmq.log.library import FIRST_BYTES, FileLibrary, Library, MemoryLibrary
from weirmq.testing.disk import SimulatedDisk


@pytest.fixture(params=["system", "threads", "simulated", "memory"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    if request.param == "memory":
        return MemoryLibrary()
    if request.param in ("system", "threads"):
        return FileLibrary(SystemDisk(), str(tmp_path / "streams"), threads=1 if request.param == "system" else 4)
    return FileLibrary(SimulatedDisk(), "/data/streams")


def append(library: Library, name: str, value: bytes) -> None:
    log = library.open(name)
    builder = BatchBuilder()
    builder.add(b"", value, 0)
    log.append(builder.build())
    log.sync()
    library.close(name, log)


def test_keeps_logs_by_name(library: Library) -> None:
    assert not library.has("orders/0")
    assert library.groups() == []
    for name in ("orders/0", "orders/1", "others/0"):
        append(library, name, name.encode())
    append(library, "orders/0", b"more")
    assert sorted(library.groups()) == ["orders", "others"]
    log = library.open("orders/0")
    assert (log.start, log.end) == (0, 2)
    assert b"orders/0" in bytes(log.read(0, 0))
    library.close("orders/0", log)


def test_a_group_goes_with_its_last_log(library: Library) -> None:
    append(library, "orders/0", b"a")
    append(library, "orders/1", b"b")
    library.remove("orders/0")
    assert not library.has("orders/0")
    assert library.has("orders/1")
    assert library.groups() == ["orders"]
    library.remove("orders/1")
    library.remove("orders/1")
    library.remove("never/0")
    assert library.groups() == []
    append(library, "orders/0", b"anew")
    assert library.open("orders/0").end == 1


def test_prepares_new_logs_and_those_that_were_there(library: Library) -> None:
    append(library, "orders/0", b"a")
    library.prepare([f"orders/{number}" for number in range(20)])
    for number in range(20):
        log = library.open(f"orders/{number}", was_synced=True)
        assert log.end == (number == 0)
        library.close(f"orders/{number}", log)


@pytest.mark.parametrize("threads", [1, 4])
def test_of_logs_to_prepare_a_damaged_one_is_told_of_and_the_others_are_ready(tmp_path: Path, threads: int) -> None:
    disk = SystemDisk()
    library = FileLibrary(disk, str(tmp_path), threads=threads)
    append(library, "orders/0", b"a")
    (tmp_path / "orders" / "0" / "00000000000000000000.log").write_bytes(b"")
    with pytest.raises(LogDamaged, match="orders/0"):
        library.prepare([f"orders/{number}" for number in (1, 2, 0)])
    for number in (1, 2):
        assert library.has(f"orders/{number}")


@pytest.mark.parametrize("seed", range(20))
def test_what_was_prepared_is_there_after_a_power_cut(seed: int) -> None:
    disk = SimulatedDisk()
    library = FileLibrary(disk, "/data/streams")
    names = ["orders/0", "orders/1", "others/0"]
    library.prepare(names)
    for name in names:
        log = library.open(name, was_synced=True)
        builder = BatchBuilder()
        builder.add(b"", name.encode(), 0)
        log.append(builder.build())
        log.sync()
    disk.crash(SeededEntropy(seed))
    after = FileLibrary(disk, "/data/streams")
    for name in names:
        assert name.encode() in bytes(after.open(name).read(0, 0))


@pytest.mark.parametrize("seed", range(10))
def test_a_crash_while_a_log_is_removed_leaves_it_removable(seed: int) -> None:
    disk = SimulatedDisk()
    library = FileLibrary(disk, "/data/streams")
    append(library, "orders/0", b"a")
    disk.fail("remove", nth=1 + seed % 3)
    with suppress(OSError):
        library.remove("orders/0")
    disk.crash(SeededEntropy(seed))
    library.remove("orders/0")
    assert library.groups() == []


def test_tells_what_a_crash_left() -> None:
    disk = SimulatedDisk()
    notes: list[str] = []
    library = FileLibrary(disk, "/data/streams", note=notes.append)
    append(library, "orders/0", b"a")
    path = "/data/streams/orders/0/00000000000000000000.log"
    disk.put(path, disk.contents(path).rstrip(b"\0") + b"\0torn")
    library.open("orders/0")
    assert "cut at byte" in notes[0]


def test_a_small_log_takes_little_room() -> None:
    disk = SimulatedDisk()
    library = FileLibrary(disk, "/data/streams")
    log = library.open("orders/0")
    builder = BatchBuilder()
    builder.add(b"", b"x" * 1000, 0)
    log.append(builder.build())
    file = disk.open("/data/streams/orders/0/00000000000000000000.log")
    assert disk.size(file) == FIRST_BYTES
    for _ in range(FIRST_BYTES // 1000):
        builder.add(b"", b"x" * 1000, 0)
        log.append(builder.build())
    assert disk.size(file) == 2 * FIRST_BYTES

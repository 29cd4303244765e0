"""A small machine for tests of the engine: a shelf of texts by name, and a journal around it."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import msgspec

from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.files import FileLog
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.log.snapshots import newest_snapshot, older_offset, write_snapshot
from weirmq.testing.disk import SimulatedDisk

NOW_MS = 1_700_000_000_000
LOG, SNAPSHOTS = "/data/journal", "/data/snapshots"


class Put(Fact, tag=0):
    name: str
    text: str


class Taken(Fact, tag=1):
    name: str


class Row(msgspec.Struct, array_like=True, tag=0):
    name: str
    offset: int
    size: int


class Shelf:
    """Remembers where each text stands; what it was told, and when, is in `seen`."""

    name: ClassVar[str] = "shelf"
    facts: ClassVar[Any] = Put | Taken
    payloads: ClassVar[tuple[type[Fact], ...]] = (Put,)
    parts: ClassVar[Any] = Row

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.offsets: dict[str, tuple[int, int]] = {}
        self.seen: list[tuple[Any, int, int]] = []

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        self.seen.append((fact, offset, now_ms))
        if fact.name in self.offsets:
            self.holdings.release(self.offsets.pop(fact.name)[0])
        if isinstance(fact, Put):
            self.holdings.hold(offset)
            self.offsets[fact.name] = offset, len(fact.text)

    def holds(self, fact: Any, offset: int) -> bool:
        return self.offsets.get(fact.name, (-1, 0))[0] == offset

    def relocate(self, fact: Any, offset: int) -> None:
        if fact.name in self.offsets:
            self.holdings.release(self.offsets[fact.name][0])
            self.holdings.hold(offset)
            self.offsets[fact.name] = offset, len(fact.text)

    def next_due_ms(self) -> int | None:
        return None

    def due(self, _now_ms: int) -> Sequence[Fact]:
        return ()

    def snapshot(self) -> Iterable[Row]:
        return [Row(name, *where) for name, where in self.offsets.items()]

    def restore(self, part: Row) -> None:
        self.offsets[part.name] = part.offset, part.size


class Drawer(Shelf):
    """Another machine of the same kind."""

    name: ClassVar[str] = "drawer"


class Life:
    """One run of a process, from start to crash. `slack_bytes` is the waste that is worth no copying."""

    def __init__(self, log: Log | None = None, *, waits_for_sync: bool = False, slack_bytes: int = 1 << 30) -> None:
        self.log = log or MemoryLog()
        self.journal = Journal(self.log, holdings=Holdings(slack_bytes), waits_for_sync=waits_for_sync)
        self.shelf = Shelf(self.journal.holdings)
        self.drawer = Drawer(self.journal.holdings)
        self.journal.join(self.shelf)
        self.journal.join(self.drawer)

    def put(self, name: str, text: str, now_ms: int = NOW_MS) -> None:
        self.journal.commit(self.shelf, [Put(name, text)], now_ms)

    def take(self, name: str, now_ms: int = NOW_MS) -> None:
        self.journal.commit(self.shelf, [Taken(name)], now_ms)

    def texts(self, shelf: Shelf | None = None) -> dict[str, str]:
        shelf = shelf or self.shelf
        return {name: self.journal.read(shelf, offset).text for name, (offset, _) in shelf.offsets.items()}


class House:
    """A disk on which one life follows the other."""

    def __init__(self, segment_bytes: int = 4096) -> None:
        self.disk = SimulatedDisk()
        self.segment_bytes = segment_bytes

    def begin(self, slack_bytes: int = 1 << 30) -> Life:
        snapshot = newest_snapshot(self.disk, SNAPSHOTS)
        life = Life(FileLog(self.disk, LOG, self.segment_bytes), waits_for_sync=True, slack_bytes=slack_bytes)
        older = older_offset(self.disk, SNAPSHOTS, snapshot.offset)
        life.journal.replay(snapshot.parts, snapshot.offset, older)
        return life

    def settle(self, life: Life) -> None:
        """Make all durable."""
        life.journal.flush()
        life.journal.synced(life.log.sync())

    def snapshot(self, life: Life) -> None:
        self.settle(life)
        offset, size = life.journal.end, life.journal.bytes_since_snapshot
        write_snapshot(self.disk, SNAPSHOTS, offset, life.journal.snapshot())
        life.journal.snapshot_taken(offset, size)

    def crash(self, seed: int) -> None:
        self.disk.crash(SeededEntropy(seed))

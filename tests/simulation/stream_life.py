"""One life of the streams, from a start to a crash: the journal, the logs of the shards, Kinesis on both, and a turn of
their wheels in parts.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.life import CALLER, LOG, REGION, SNAPSHOTS
from weirmq.engine import journal
from weirmq.engine import stream as engine_stream
from weirmq.engine.flowing import Flowing
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.service import Call
from weirmq.engine.streams import Stream, Streams
from weirmq.engine.waiting import Waiting
from weirmq.kernel.errors import NoRoom, ServiceError
from weirmq.kernel.ids import Entropy
from weirmq.log.files import FileLog
from weirmq.log.library import FileLibrary
from weirmq.log.snapshots import newest_snapshot, write_snapshot
from weirmq.server.streams import hold_for
from weirmq.services.kinesis import load
from weirmq.services.kinesis.machine import KinesisMachine
from weirmq.services.kinesis.service import Kinesis
from weirmq.testing.disk import SimulatedDisk

STREAMS: Final = "/data/streams"
JOURNAL_SEGMENT_BYTES: Final = 8 * 1024
SEGMENT_BYTES: Final = 3_000
MOST_OPEN: Final = 4


@contextmanager
def small_streams() -> Iterator[None]:
    """Make batches, reads and loads so small that some hundred records get to see trimming, reopening and growing."""
    with ExitStack() as stack:
        for module, name, value in (
            (journal, "RESERVE_STEP_BYTES", 2_000),
            (engine_stream, "BATCH_BYTES", 700),
            (engine_stream, "FIRST_READ_BYTES", 500),
            (engine_stream, "READ_BYTES", 1_500),
            (load, "SHARD_BYTES", 10),
        ):
            stack.enter_context(patch.object(module, name, value))
        yield


class StreamLife:
    """Opens what the disk holds and replays it. Raises what the disk raises."""

    def __init__(self, disk: SimulatedDisk, entropy: Entropy, *, is_strict: bool) -> None:
        self.disk = disk
        self.journal = Journal(FileLog(disk, LOG, JOURNAL_SEGMENT_BYTES), holdings=Holdings(), waits_for_sync=True)
        library = FileLibrary(disk, STREAMS, segment_bytes=SEGMENT_BYTES, most_open=MOST_OPEN)
        self.streams = Streams(library, waits_for_sync=True)
        self.kinesis = Kinesis(self.journal, self.streams, Flowing(), Waiting(), entropy, is_strict=is_strict)
        self._operations = self.kinesis.operations
        self.journal.join(self.machine)
        snapshot = newest_snapshot(disk, SNAPSHOTS)
        assert snapshot.refused == [], "a crash leaves no damaged snapshot"
        self.journal.replay(snapshot.parts, snapshot.offset)
        self._hold = hold_for(self.journal, self.streams)
        self._synced: list[int] = []
        self._synced_streams: list[tuple[Stream, int]] = []
        self._snapshot: tuple[int, int, list[tuple[bytes, bytes]]] | None = None

    @property
    def machine(self) -> KinesisMachine:
        """The state."""
        return self.kinesis.machine

    def ask(self, operation: str, request: Any, now_ms: int) -> Any:
        """The answer as it was decided, or a refusal. Nobody may see it before `answer` lets it go."""
        call = Call(CALLER, REGION, now_ms, "http://localhost:4566", "request")
        try:
            return self._operations[operation](self.kinesis, call, request)
        except (ServiceError, NoRoom) as refusal:
            return refusal

    def answer(self, seen: Callable[[], None]) -> None:
        """Call `seen` once all that was decided so far is durable."""
        self._hold(lambda _: seen(), None)

    def turn(self, now_ms: int) -> None:
        """What time alone brings."""
        for _ in range(100):
            next_ms = self.machine.next_due_ms()
            if next_ms is None or next_ms > now_ms:
                return
            try:
                if found := self.machine.due(now_ms):
                    self.journal.commit(self.machine, found, now_ms)
            except NoRoom:
                return

    def flush(self) -> None:
        """Write what is pending."""
        self.journal.flush()

    def flush_streams(self) -> None:
        """The same of the shards."""
        self.streams.flush()

    def sync(self) -> None:
        """Another thread's part; what it returns is heard of later, in `hear`."""
        self._synced.append(self.journal.log.sync())

    def sync_streams(self) -> None:
        """The same for all shards that have something to sync."""
        for stream in self.streams.take_dirty():
            self._synced_streams.append((stream, stream.sync()))

    def hear(self) -> None:
        """Let answers go, and readers see."""
        for offset in self._synced:
            self.journal.synced(offset)
        for stream, offset in self._synced_streams:
            self.streams.synced(stream, offset)
        self._synced.clear()
        self._synced_streams.clear()

    def remove(self, now_ms: int) -> list[str]:
        """Take away the logs that were given up; returns which ones are gone."""
        gone = []
        for name in self.streams.take_removed():
            try:
                self.streams.library.remove(name)
            except OSError:
                continue
            gone.append(name)
        if gone:
            try:
                self.kinesis.logs_removed(gone, now_ms)
            except NoRoom:
                return []
        return gone

    def settle(self) -> None:
        """Make everything durable and let all answers go."""
        self.hear()  # a log is synced again only when it is known how far the last sync came
        self.flush()
        self.flush_streams()
        self.sync()
        self.sync_streams()
        self.hear()

    def begin_snapshot(self) -> None:
        """Take the picture; it is written later, in `end_snapshot`, while the world goes on."""
        self.flush()
        self.sync()
        self._snapshot = self.journal.end, self.journal.bytes_since_snapshot, list(self.journal.snapshot())

    def end_snapshot(self) -> None:
        """Write the picture, if one was taken. A disk without room is no harm."""
        if self._snapshot is None:
            return
        offset, bytes_before, parts = self._snapshot
        self._snapshot = None
        try:
            write_snapshot(self.disk, SNAPSHOTS, offset, parts)
        except OSError:
            return
        self.journal.snapshot_taken(offset, bytes_before)

"""One life of the broker, from a start to a crash: the journal, SQS on it, and a turn of the wheel in parts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from weirmq.engine import holdings, journal
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.service import Call
from weirmq.engine.waiting import Wait, Waiting
from weirmq.iam.caller import root_of
from weirmq.kernel.errors import NoRoom, ServiceError
from weirmq.kernel.ids import Entropy
from weirmq.log.files import FileLog
from weirmq.log.snapshots import newest_snapshot, write_snapshot
from weirmq.services.sqs.api import OPERATIONS
from weirmq.services.sqs.machine import SqsMachine
from weirmq.services.sqs.service import Sqs
from weirmq.testing.disk import SimulatedDisk

LOG: Final = "/data/log"
SNAPSHOTS: Final = "/data/snapshots"
SEGMENT_BYTES: Final = 8 * 1024
SLACK_BYTES: Final = 2_000
REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
CALLER: Final = root_of(ACCOUNT, "test")


@contextmanager
def small_scale() -> Iterator[None]:
    """Make segments, caches and slack so small that a few hundred messages get to see trimming, paging and copying."""
    with ExitStack() as stack:
        for module, name, value in (
            (holdings, "BLOCK_BITS", 4),
            (journal, "RESERVE_STEP_BYTES", 2_000),
            (journal, "RECENT_BYTES", 2_000),
            (journal, "PAGE_BYTES", 1_000),
            (journal, "PAGED_BYTES", 4_000),
        ):
            stack.enter_context(patch.object(module, name, value))
        yield


class Life:
    """Opens what the disk holds and replays it. Raises what the disk raises."""

    def __init__(self, disk: SimulatedDisk, entropy: Entropy) -> None:
        self.disk = disk
        self.holdings = Holdings(SLACK_BYTES)
        self.journal = Journal(FileLog(disk, LOG, SEGMENT_BYTES), holdings=self.holdings, waits_for_sync=True)
        self.waiting = Waiting()
        self.sqs = Sqs(self.journal, self.waiting, entropy)
        self.journal.join(self.sqs.machine)
        snapshot = newest_snapshot(disk, SNAPSHOTS)
        assert snapshot.refused == [], "a crash leaves no damaged snapshot"
        self.journal.replay(snapshot.parts, snapshot.offset)
        self._synced: list[int] = []
        self._snapshot: tuple[int, int, list[tuple[bytes, bytes]]] | None = None

    @property
    def machine(self) -> SqsMachine:
        """The state."""
        return self.sqs.machine

    def ask(self, operation: str, request: Any, now_ms: int) -> Any:
        """The answer as it was decided, a refusal, or a Wait. Nobody may see it before `answer` lets it go."""
        call = Call(CALLER, REGION, now_ms, "http://localhost:4566", "request")
        try:
            return OPERATIONS[operation](self.sqs, call, request)
        except (ServiceError, NoRoom) as refusal:
            return refusal

    def answer(self, seen: Callable[[], None]) -> None:
        """Call `seen` once all that was decided so far is durable."""
        self.journal.hold(lambda _: seen(), None)

    def wait(self, wait: Wait, done: Callable[[Any], None]) -> None:
        """Let a long poll wait."""
        self.waiting.add(wait, done)

    def turn(self, now_ms: int) -> None:
        """What time alone brings, and then the waits."""
        machine = self.machine
        for _ in range(100):
            next_ms = machine.next_due_ms()
            if next_ms is None or next_ms > now_ms:
                break
            try:
                if found := machine.due(now_ms):
                    self.journal.commit(machine, found, now_ms)
            except NoRoom:
                break
        self.waiting.settle(now_ms)

    def sync(self) -> None:
        """The other thread's part; what it returns is heard of later, in `hear`."""
        self._synced.append(self.journal.log.sync())

    def hear(self) -> None:
        """Let answers go."""
        for offset in self._synced:
            self.journal.synced(offset)
        self._synced.clear()

    def settle(self) -> None:
        """Make everything durable and let all answers go."""
        self.journal.flush()
        self.sync()
        self.hear()

    def begin_snapshot(self) -> None:
        """Take the picture; it is written later, in `end_snapshot`, while the world goes on."""
        self.settle()
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

    def copy_forward(self, most: int) -> None:
        """A slice of winning back space."""
        try:
            self.journal.copy_forward(most)
        except NoRoom:
            return

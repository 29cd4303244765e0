"""An outbox in a journal, for tests, and a carrier that does as it is told."""

from typing import Any

from tests.engine.shelf import LOG, NOW_MS, SNAPSHOTS, Shelf
from weirmq.engine.errands import Done, Errand, HttpErrand, Lane, Outcome, Verdict
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.outbox import Deferred, Finished, Outbox, Task
from weirmq.log.files import FileLog
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.log.snapshots import newest_snapshot, older_offset, write_snapshot
from weirmq.testing.disk import SimulatedDisk


class Obedient:
    """A carrier: a lane for each target, an errand of the content, and Done for whatever comes of it."""

    def lane(self, target: str) -> Lane:
        return Lane(target)

    def errand(self, task: Task, content: bytes, _now_ms: int) -> Errand | Verdict:
        return HttpErrand(url=f"http://{task.target}/{task.number}", body=content)

    def outcome(self, _task: Task, _content: bytes, _result: Outcome, _now_ms: int) -> Verdict:
        return Done()


class Post:
    """One run of a process, from start to crash, with an outbox, and a shelf for what belongs to others."""

    def __init__(self, log: Log | None = None, *, waits_for_sync: bool = False, slack_bytes: int = 1 << 30) -> None:
        self.log = log or MemoryLog()
        self.journal = Journal(self.log, holdings=Holdings(slack_bytes), waits_for_sync=waits_for_sync)
        self.outbox = Outbox(self.journal.holdings)
        self.shelf = Shelf(self.journal.holdings)
        self.journal.join(self.outbox)
        self.journal.join(self.shelf)

    def post(self, *targets: str, content: bytes = b"content", due_ms: int = 0, now_ms: int = NOW_MS) -> None:
        self.journal.commit(self.outbox, [self.outbox.post("test", targets, content, due_ms)], now_ms)

    def finish(self, *numbers: int, now_ms: int = NOW_MS) -> None:
        self.journal.commit(self.outbox, [Finished(list(numbers))], now_ms, urgent=False)

    def defer(self, number: int, attempts: int, due_ms: int, now_ms: int = NOW_MS) -> None:
        self.journal.commit(self.outbox, [Deferred(number, attempts, due_ms)], now_ms, urgent=False)

    def state(self) -> dict[int, tuple[Any, ...]]:
        """All tasks with all that belongs to them."""
        return {
            task.number: (
                task.target, task.attempts, task.due_ms, task.post.service, task.posted_ms, task.post.left,
                self.journal.read(self.outbox, task.post.offset).content,
            )
            for task in self.outbox.tasks.values()
        }  # fmt: skip

    def due(self, now_ms: int = NOW_MS, most: int = 1000) -> list[int]:
        return [task.number for task in self.outbox.take(now_ms, most)]


class PostOffice:
    """A disk on which one run follows the other."""

    def __init__(self, segment_bytes: int = 4096) -> None:
        self.disk = SimulatedDisk()
        self.segment_bytes = segment_bytes

    def begin(self, slack_bytes: int = 1 << 30) -> Post:
        snapshot = newest_snapshot(self.disk, SNAPSHOTS)
        post = Post(FileLog(self.disk, LOG, self.segment_bytes), waits_for_sync=True, slack_bytes=slack_bytes)
        post.outbox.add("test", Obedient)
        post.journal.replay(snapshot.parts, snapshot.offset, older_offset(self.disk, SNAPSHOTS, snapshot.offset))
        return post

    def settle(self, post: Post) -> None:
        post.journal.flush()
        post.journal.synced(post.log.sync())

    def snapshot(self, post: Post) -> None:
        self.settle(post)
        offset, size = post.journal.end, post.journal.bytes_since_snapshot
        write_snapshot(self.disk, SNAPSHOTS, offset, post.journal.snapshot())
        post.journal.snapshot_taken(offset, size)

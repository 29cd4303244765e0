"""What the log holds of queues. As all facts of Kinesis, whose union they are part of: added to, never edited."""

from typing import Literal

from weirmq.engine.machine import Fact

Start = Literal["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"]

Place = tuple[int, int]
"""A record: the index of its shard, and its offset there."""

Run = tuple[int, int, int]
"""Records that follow each other: the index of their shard, the first one's offset, and the offset behind the last."""


class QueueCreated(Fact, tag=60):
    """`starts` has the offset at which each shard is begun, by index; the others, and those made later, are begun at
    their first record. `max_receives` is 0 where there are no dead letters.
    """

    queue: int
    stream: int
    account: str
    region: str
    name: str
    queue_id: str
    start: Start
    start_ms: int
    starts: dict[int, int]
    visibility_s: int
    max_receives: int
    tags: dict[str, str]


class QueueUpdated(Fact, tag=61):
    """Its attributes, all of them."""

    queue: int
    visibility_s: int
    max_receives: int


class QueueDeleted(Fact, tag=62):
    """The records stay in the stream."""

    queue: int


class RecordsReceived(Fact, tag=63):
    """Records were handed out: some for the first time, and some again, dead letters among them."""

    queue: int
    visible_at_ms: int
    fresh: list[Run]
    again: list[Place]


class RecordsAcknowledged(Fact, tag=64):
    """They are done, and don't come again."""

    queue: int
    records: list[Place]


class RecordsVisibilityChanged(Fact, tag=65):
    """Each record becomes visible at its own time."""

    queue: int
    records: list[Place]
    visible_at_ms: list[int]


class RecordsRestored(Fact, tag=66):
    """They are no dead letters any more, and count their receives anew."""

    queue: int
    records: list[Place]


class RecordsExpired(Fact, tag=67):
    """The records of a shard below an offset are past the stream's retention."""

    queue: int
    shard: int
    below: int


class QueueRewound(Fact, tag=68):
    """A shard's log ends at `end`, before what the queue knows of it: a power cut took what wasn't synced."""

    queue: int
    shard: int
    end: int


QueueFact = (
    QueueCreated | QueueUpdated | QueueDeleted | RecordsReceived | RecordsAcknowledged | RecordsVisibilityChanged
    | RecordsRestored | RecordsExpired | QueueRewound
)  # fmt: skip

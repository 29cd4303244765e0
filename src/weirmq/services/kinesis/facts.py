"""What the log holds of Kinesis besides records. Added to, never edited: logs of every version must replay for ever."""

import msgspec

from weirmq.engine.machine import Fact
from weirmq.services.kinesis.model import Distribution, MetricsName, Mode, Status
from weirmq.services.kinesis.queues.facts import QueueFact


class KeyDrawn(Fact, tag=0):
    """The key that seals shard iterators and tokens, drawn once for a data folder."""

    key: bytes


class StreamCreated(Fact, tag=1):
    """`stream_id` is random, and part of the names of the stream's logs."""

    number: int
    account: str
    region: str
    name: str
    stream_id: str
    mode: Mode
    shards: int
    tags: dict[str, str]
    warm_mibps: int
    max_record_kib: int
    distribution: Distribution


class StreamDeleted(Fact, tag=2):
    """With all its consumers and records."""

    number: int


class NewShard(msgspec.Struct, array_like=True, gc=False):
    """First and last hash key (16 bytes each) and the parents' indexes."""

    start: bytes
    end: bytes
    parent: int
    adjacent: int | None = None


class Resharded(Fact, tag=3):
    """Shards were made, the first of them with the stream's next index, and others closed: also some of those made.

    `mark` is random; see model.Shard. `target` is set by UpdateShardCount.
    """

    number: int
    closed: list[int]
    made: list[NewShard]
    mark: str
    target: int | None = None


class ShardsExpired(Fact, tag=4):
    """Closed shards whose last record is past its retention."""

    number: int
    shards: list[int]


class LogsRemoved(Fact, tag=5):
    """The logs of deleted streams and expired shards are gone from the disk."""

    names: list[str]


class RetentionSet(Fact, tag=6):
    """In hours."""

    number: int
    hours: int


class ModeSet(Fact, tag=7):
    """PROVISIONED or ON_DEMAND."""

    number: int
    mode: Mode


class EncryptionSet(Fact, tag=8):
    """With the key of this id; without encryption where it is empty."""

    number: int
    key_id: str


class MetricsSet(Fact, tag=9):
    """Enhanced monitoring: the names of the shard-level metrics that are on."""

    number: int
    names: list[MetricsName]


class MaxRecordSizeSet(Fact, tag=10):
    """In KiB."""

    number: int
    kib: int


class WarmThroughputSet(Fact, tag=11):
    """In MiB a second."""

    number: int
    mibps: int


class DistributionSet(Fact, tag=12):
    """AUTO or USER_PARTITION_KEY."""

    number: int
    strategy: Distribution


class TagsSet(Fact, tag=13):
    """All tags of a stream, or of one of its consumers; or of a queue, by its number: then `number` is 0."""

    number: int
    tags: dict[str, str]
    consumer: str = ""
    queue: int = 0


class PolicySet(Fact, tag=14):
    """The policy of a stream, or of one of its consumers, or of a queue; none where the text is empty."""

    number: int
    text: str
    consumer: str = ""
    queue: int = 0


class ConsumerRegistered(Fact, tag=15):
    """An enhanced fan-out consumer."""

    number: int
    name: str
    tags: dict[str, str]


class ConsumerDeregistered(Fact, tag=16):
    """It is gone."""

    number: int
    name: str


class CommitmentSet(Fact, tag=17):
    """The minimum throughput billing commitment of an account in a region."""

    account: str
    region: str
    is_on: bool


class ChangeBegun(Fact, tag=40):
    """Something that takes time: `then` has the facts that come true when `ChangeEnded` says so, at `due_ms` or soon
    after. Until then the stream, or its consumer, is in `status`.
    """

    number: int
    status: Status
    due_ms: int
    then: list["KinesisFact"]
    consumer: str = ""


class ChangeEnded(Fact, tag=41):
    """The stream, or its consumer, is ACTIVE again, or gone. Shards that are made have `mark`, and not the one that was
    drawn when the change began: if a crash undoes this fact, the next one's shards must have other logs.
    """

    number: int
    consumer: str = ""
    mark: str = ""


class LoadPeaked(Fact, tag=42):
    """A minute of this day (since 1970) was the busiest so far: double its load needs so many shards."""

    number: int
    day: int
    shards: int


KinesisFact = (
    KeyDrawn | StreamCreated | StreamDeleted | Resharded | ShardsExpired | LogsRemoved | RetentionSet | ModeSet
    | EncryptionSet | MetricsSet | MaxRecordSizeSet | WarmThroughputSet | DistributionSet | TagsSet | PolicySet
    | ConsumerRegistered | ConsumerDeregistered | CommitmentSet | ChangeBegun | ChangeEnded | LoadPeaked
    | QueueFact
)  # fmt: skip

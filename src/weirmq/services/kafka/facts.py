"""What the log holds of Kafka besides records. Added to, never edited: logs of every version must replay for ever."""

from collections.abc import Sequence

import msgspec

from weirmq.engine.machine import Fact
from weirmq.services.kafka.access_facts import AclsCreated, AclsDeleted, QuotasSet
from weirmq.services.kafka.cluster_facts import BrokersAdded, ClusterRemoved, ListenersClosed, PortsTaken
from weirmq.services.kafka.compaction_facts import PartitionCompacted
from weirmq.services.kafka.control.facts import ControlFact
from weirmq.services.kafka.placement_facts import PartitionMoved
from weirmq.services.kafka.replication_facts import ReplicationEnded, ReplicationMoved, ReplicationSet
from weirmq.services.kafka.scram_facts import ScramCredentialDropped, ScramCredentialSet, ScramSecretMade
from weirmq.services.kafka.share_facts import (
    GroupConfigured,
    ShareOffsetsForgotten,
    ShareOffsetsSet,
    ShareRecordsMoved,
)
from weirmq.services.kafka.telemetry_facts import ClientMetricsConfigured
from weirmq.services.kafka.token_facts import DelegationTokenDropped, DelegationTokenSet


class ClusterMade(Fact, tag=0):
    """`cluster_id` is what its clients are told."""

    number: int
    cluster_id: str
    brokers: int


class TopicCreated(Fact, tag=1):
    """`topic_id` is 16 random bytes, and part of the names of the topic's logs."""

    cluster: int
    name: str
    topic_id: bytes
    partitions: int
    configs: dict[str, str]
    replicas: Sequence[Sequence[int]] = ()  # the brokers of each partition; empty: the first broker has them all


class TopicDeleted(Fact, tag=2):
    """With all its records."""

    cluster: int
    topic_id: bytes


class PartitionsAdded(Fact, tag=3):
    """A topic has `count` partitions now."""

    cluster: int
    topic_id: bytes
    count: int
    replicas: Sequence[Sequence[int]] = ()  # of those that were added, as in TopicCreated


class TopicConfigured(Fact, tag=4):
    """All configs of a topic that aren't Kafka's defaults."""

    cluster: int
    topic_id: bytes
    configs: dict[str, str]


class BrokersConfigured(Fact, tag=5):
    """All configs of a cluster's brokers that were changed."""

    cluster: int
    configs: dict[str, str]


class RecordsDeleted(Fact, tag=6):
    """The records of a partition below `low` are gone."""

    cluster: int
    topic_id: bytes
    partition: int
    low: int


class LogsRemoved(Fact, tag=7):
    """These logs, of deleted topics, are gone from the disk."""

    names: list[str]


class Committed(msgspec.Struct, array_like=True, gc=False):
    """Where a group stands in a partition."""

    topic_id: bytes
    partition: int
    offset: int
    leader_epoch: int
    metadata: str


class OffsetsCommitted(Fact, tag=8):
    """A group has got so far."""

    cluster: int
    group: str
    offsets: list[Committed]


class OffsetsForgotten(Fact, tag=9):
    """A group's offsets of some partitions, (topic id, partition), are gone."""

    cluster: int
    group: str
    partitions: list[tuple[bytes, int]]


class GroupDeleted(Fact, tag=10):
    """A group is gone, with all its offsets."""

    cluster: int
    group: str


class ProducerIdsTaken(Fact, tag=11):
    """All producer ids below `next_id` may have been given out."""

    next_id: int


class ProducerInitialized(Fact, tag=12):
    """A transactional id has a producer id and an epoch. The last ones are those that its producer had before, -1
    where it was another producer.
    """

    cluster: int
    transactional_id: str
    producer: int
    epoch: int
    last_producer: int
    last_epoch: int
    timeout_ms: int


class PartitionsEnlisted(Fact, tag=13):
    """A transaction writes to these partitions, (topic id, partition), from now on. The first ones begin it.

    `version` is the transaction.version that its producer goes by.
    """

    cluster: int
    transactional_id: str
    partitions: list[tuple[bytes, int]]
    version: int


class GroupEnlisted(Fact, tag=14):
    """A transaction commits offsets of this group; it may begin with that."""

    cluster: int
    transactional_id: str
    group: str
    version: int


class OffsetsPended(Fact, tag=15):
    """A group has got so far, if the transaction is committed."""

    cluster: int
    transactional_id: str
    group: str
    offsets: list[Committed]


class TransactionPrepared(Fact, tag=16):
    """A transaction ends: from now on nothing changes how. Its markers have `epoch`.

    The producer goes on with `next_producer`, if that isn't -1. The last ones are as in ProducerInitialized.
    """

    cluster: int
    transactional_id: str
    commits: bool
    epoch: int
    last_producer: int
    last_epoch: int
    next_producer: int
    version: int


class TransactionCompleted(Fact, tag=17):
    """All markers of a transaction are durable."""

    cluster: int
    transactional_id: str


class TransactionalForgotten(Fact, tag=18):
    """A transactional id wasn't used for long."""

    cluster: int
    transactional_id: str


class NotedProducer(msgspec.Struct, array_like=True, gc=False):
    """What a log tells of a producer. `batches` are its last ones: first and last sequence, offset; `open` is where its
    open transaction begins, -1 without one.
    """

    producer: int
    epoch: int
    time_ms: int
    coordinator_epoch: int
    batches: list[tuple[int, int, int]]
    open: int


class ProducersNoted(Fact, tag=19):
    """What a partition's log tells of producers below `offset`, which is on the disk. `aborted` are transactions: the
    offsets of marker and beginning, the producer, what was stable after it.
    """

    cluster: int
    topic_id: bytes
    partition: int
    offset: int
    producers: list[NotedProducer]
    aborted: list[tuple[int, int, int, int]]


KafkaFact = (
    ClusterMade
    | TopicCreated
    | TopicDeleted
    | PartitionsAdded
    | TopicConfigured
    | BrokersConfigured
    | RecordsDeleted
    | LogsRemoved
    | OffsetsCommitted
    | OffsetsForgotten
    | GroupDeleted
    | ProducerIdsTaken
    | ProducerInitialized
    | PartitionsEnlisted
    | GroupEnlisted
    | OffsetsPended
    | TransactionPrepared
    | TransactionCompleted
    | TransactionalForgotten
    | ProducersNoted
    | PartitionCompacted
    | AclsCreated
    | AclsDeleted
    | QuotasSet
    | PartitionMoved
    | GroupConfigured
    | ClientMetricsConfigured
    | DelegationTokenSet
    | DelegationTokenDropped
    | ShareOffsetsSet
    | ShareRecordsMoved
    | ShareOffsetsForgotten
    | ScramCredentialSet
    | ScramCredentialDropped
    | ScramSecretMade
    | BrokersAdded
    | PortsTaken
    | ClusterRemoved
    | ReplicationSet
    | ReplicationMoved
    | ReplicationEnded
    | ListenersClosed
    | ControlFact
)

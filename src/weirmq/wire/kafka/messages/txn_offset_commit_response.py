"""TxnOffsetCommitResponse, an answer (API key 28), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class TxnOffsetCommitResponsePartition(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0


class TxnOffsetCommitResponseTopic(Struct, gc=False):
    name: str = ""
    partitions: list[TxnOffsetCommitResponsePartition] = field(default_factory=list)


class TxnOffsetCommitResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[TxnOffsetCommitResponseTopic] = field(default_factory=list)


_TXN_OFFSET_COMMIT_RESPONSE_PARTITION = Group(
    TxnOffsetCommitResponsePartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
_TXN_OFFSET_COMMIT_RESPONSE_TOPIC = Group(
    TxnOffsetCommitResponseTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _TXN_OFFSET_COMMIT_RESPONSE_PARTITION, (0, LATEST), many=True),
    ),
)
_TXN_OFFSET_COMMIT_RESPONSE = Group(
    TxnOffsetCommitResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("topics", _TXN_OFFSET_COMMIT_RESPONSE_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="TxnOffsetCommitResponse",
    key=28,
    versions=(0, 5),
    flexible=3,
    body=_TXN_OFFSET_COMMIT_RESPONSE,
)

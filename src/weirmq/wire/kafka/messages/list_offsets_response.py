"""ListOffsetsResponse, an answer (API key 2), versions 1-11, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ListOffsetsPartitionResponse(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0
    timestamp: int = -1
    offset: int = -1
    leader_epoch: int = -1


class ListOffsetsTopicResponse(Struct, gc=False):
    name: str = ""
    partitions: list[ListOffsetsPartitionResponse] = field(default_factory=list)


class ListOffsetsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[ListOffsetsTopicResponse] = field(default_factory=list)


_LIST_OFFSETS_PARTITION_RESPONSE = Group(
    ListOffsetsPartitionResponse,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("timestamp", "int64", (1, LATEST)),
        Field("offset", "int64", (1, LATEST)),
        Field("leader_epoch", "int32", (4, LATEST)),
    ),
)
_LIST_OFFSETS_TOPIC_RESPONSE = Group(
    ListOffsetsTopicResponse,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _LIST_OFFSETS_PARTITION_RESPONSE, (0, LATEST), many=True),
    ),
)
_LIST_OFFSETS_RESPONSE = Group(
    ListOffsetsResponse,
    (
        Field("throttle_time_ms", "int32", (2, LATEST)),
        Field("topics", _LIST_OFFSETS_TOPIC_RESPONSE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ListOffsetsResponse",
    key=2,
    versions=(1, 11),
    flexible=6,
    body=_LIST_OFFSETS_RESPONSE,
)

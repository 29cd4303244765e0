"""DeleteRecordsResponse, an answer (API key 21), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DeleteRecordsPartitionResult(Struct, gc=False):
    partition_index: int = 0
    low_watermark: int = 0
    error_code: int = 0


class DeleteRecordsTopicResult(Struct, gc=False):
    name: str = ""
    partitions: list[DeleteRecordsPartitionResult] = field(default_factory=list)


class DeleteRecordsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[DeleteRecordsTopicResult] = field(default_factory=list)


_DELETE_RECORDS_PARTITION_RESULT = Group(
    DeleteRecordsPartitionResult,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("low_watermark", "int64", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
_DELETE_RECORDS_TOPIC_RESULT = Group(
    DeleteRecordsTopicResult,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _DELETE_RECORDS_PARTITION_RESULT, (0, LATEST), many=True),
    ),
)
_DELETE_RECORDS_RESPONSE = Group(
    DeleteRecordsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("topics", _DELETE_RECORDS_TOPIC_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DeleteRecordsResponse",
    key=21,
    versions=(0, 2),
    flexible=2,
    body=_DELETE_RECORDS_RESPONSE,
)

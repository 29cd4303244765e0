"""DeleteRecordsRequest, a request (API key 21), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DeleteRecordsPartition(Struct, gc=False):
    partition_index: int = 0
    offset: int = 0


class DeleteRecordsTopic(Struct, gc=False):
    name: str = ""
    partitions: list[DeleteRecordsPartition] = field(default_factory=list)


class DeleteRecordsRequest(Struct, gc=False):
    topics: list[DeleteRecordsTopic] = field(default_factory=list)
    timeout_ms: int = 0


_DELETE_RECORDS_PARTITION = Group(
    DeleteRecordsPartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("offset", "int64", (0, LATEST)),
    ),
)
_DELETE_RECORDS_TOPIC = Group(
    DeleteRecordsTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _DELETE_RECORDS_PARTITION, (0, LATEST), many=True),
    ),
)
_DELETE_RECORDS_REQUEST = Group(
    DeleteRecordsRequest,
    (
        Field("topics", _DELETE_RECORDS_TOPIC, (0, LATEST), many=True),
        Field("timeout_ms", "int32", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DeleteRecordsRequest",
    key=21,
    versions=(0, 2),
    flexible=2,
    body=_DELETE_RECORDS_REQUEST,
)

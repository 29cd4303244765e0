"""WriteTxnMarkersResponse, an answer (API key 27), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class WritableTxnMarkerPartitionResult(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0


class WritableTxnMarkerTopicResult(Struct, gc=False):
    name: str = ""
    partitions: list[WritableTxnMarkerPartitionResult] = field(default_factory=list)


class WritableTxnMarkerResult(Struct, gc=False):
    producer_id: int = 0
    topics: list[WritableTxnMarkerTopicResult] = field(default_factory=list)


class WriteTxnMarkersResponse(Struct, gc=False):
    markers: list[WritableTxnMarkerResult] = field(default_factory=list)


_WRITABLE_TXN_MARKER_PARTITION_RESULT = Group(
    WritableTxnMarkerPartitionResult,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
_WRITABLE_TXN_MARKER_TOPIC_RESULT = Group(
    WritableTxnMarkerTopicResult,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _WRITABLE_TXN_MARKER_PARTITION_RESULT, (0, LATEST), many=True),
    ),
)
_WRITABLE_TXN_MARKER_RESULT = Group(
    WritableTxnMarkerResult,
    (
        Field("producer_id", "int64", (0, LATEST)),
        Field("topics", _WRITABLE_TXN_MARKER_TOPIC_RESULT, (0, LATEST), many=True),
    ),
)
_WRITE_TXN_MARKERS_RESPONSE = Group(
    WriteTxnMarkersResponse,
    (Field("markers", _WRITABLE_TXN_MARKER_RESULT, (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="WriteTxnMarkersResponse",
    key=27,
    versions=(1, 2),
    flexible=1,
    body=_WRITE_TXN_MARKERS_RESPONSE,
)

"""WriteTxnMarkersRequest, a request (API key 27), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class WritableTxnMarkerTopic(Struct, gc=False):
    name: str = ""
    partition_indexes: list[int] = field(default_factory=list)


class WritableTxnMarker(Struct, gc=False):
    producer_id: int = 0
    producer_epoch: int = 0
    transaction_result: bool = False
    topics: list[WritableTxnMarkerTopic] = field(default_factory=list)
    coordinator_epoch: int = 0
    transaction_version: int = 0


class WriteTxnMarkersRequest(Struct, gc=False):
    markers: list[WritableTxnMarker] = field(default_factory=list)


_WRITABLE_TXN_MARKER_TOPIC = Group(
    WritableTxnMarkerTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partition_indexes", "int32", (0, LATEST), many=True),
    ),
)
_WRITABLE_TXN_MARKER = Group(
    WritableTxnMarker,
    (
        Field("producer_id", "int64", (0, LATEST)),
        Field("producer_epoch", "int16", (0, LATEST)),
        Field("transaction_result", "bool", (0, LATEST)),
        Field("topics", _WRITABLE_TXN_MARKER_TOPIC, (0, LATEST), many=True),
        Field("coordinator_epoch", "int32", (0, LATEST)),
        Field("transaction_version", "int8", (2, LATEST)),
    ),
)
_WRITE_TXN_MARKERS_REQUEST = Group(
    WriteTxnMarkersRequest,
    (Field("markers", _WRITABLE_TXN_MARKER, (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="WriteTxnMarkersRequest",
    key=27,
    versions=(1, 2),
    flexible=1,
    body=_WRITE_TXN_MARKERS_REQUEST,
)

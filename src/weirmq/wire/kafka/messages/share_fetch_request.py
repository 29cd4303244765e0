"""ShareFetchRequest, a request (API key 78), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class AcknowledgementBatch(Struct, gc=False):
    first_offset: int = 0
    last_offset: int = 0
    acknowledge_types: list[int] = field(default_factory=list)


class FetchPartition(Struct, gc=False):
    partition_index: int = 0
    acknowledgement_batches: list[AcknowledgementBatch] = field(default_factory=list)


class FetchTopic(Struct, gc=False):
    topic_id: bytes = NO_UUID
    partitions: list[FetchPartition] = field(default_factory=list)


class ForgottenTopic(Struct, gc=False):
    topic_id: bytes = NO_UUID
    partitions: list[int] = field(default_factory=list)


class ShareFetchRequest(Struct, gc=False):
    group_id: str | None = None
    member_id: str | None = ""
    share_session_epoch: int = 0
    max_wait_ms: int = 0
    min_bytes: int = 0
    max_bytes: int = 2147483647
    max_records: int = 0
    batch_size: int = 0
    share_acquire_mode: int = 0
    is_renew_ack: bool = False
    topics: list[FetchTopic] = field(default_factory=list)
    forgotten_topics_data: list[ForgottenTopic] = field(default_factory=list)


_ACKNOWLEDGEMENT_BATCH = Group(
    AcknowledgementBatch,
    (
        Field("first_offset", "int64", (0, LATEST)),
        Field("last_offset", "int64", (0, LATEST)),
        Field("acknowledge_types", "int8", (0, LATEST), many=True),
    ),
)
_FETCH_PARTITION = Group(
    FetchPartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("acknowledgement_batches", _ACKNOWLEDGEMENT_BATCH, (0, LATEST), many=True),
    ),
)
_FETCH_TOPIC = Group(
    FetchTopic,
    (
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", _FETCH_PARTITION, (0, LATEST), many=True),
    ),
)
_FORGOTTEN_TOPIC = Group(
    ForgottenTopic,
    (
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_SHARE_FETCH_REQUEST = Group(
    ShareFetchRequest,
    (
        Field("group_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("member_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("share_session_epoch", "int32", (0, LATEST)),
        Field("max_wait_ms", "int32", (0, LATEST)),
        Field("min_bytes", "int32", (0, LATEST)),
        Field("max_bytes", "int32", (0, LATEST)),
        Field("max_records", "int32", (1, LATEST)),
        Field("batch_size", "int32", (1, LATEST)),
        Field("share_acquire_mode", "int8", (2, LATEST)),
        Field("is_renew_ack", "bool", (2, LATEST)),
        Field("topics", _FETCH_TOPIC, (0, LATEST), many=True),
        Field("forgotten_topics_data", _FORGOTTEN_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ShareFetchRequest",
    key=78,
    versions=(1, 2),
    flexible=0,
    body=_SHARE_FETCH_REQUEST,
)

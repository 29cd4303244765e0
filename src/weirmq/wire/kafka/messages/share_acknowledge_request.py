"""ShareAcknowledgeRequest, a request (API key 79), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class AcknowledgementBatch(Struct, gc=False):
    first_offset: int = 0
    last_offset: int = 0
    acknowledge_types: list[int] = field(default_factory=list)


class AcknowledgePartition(Struct, gc=False):
    partition_index: int = 0
    acknowledgement_batches: list[AcknowledgementBatch] = field(default_factory=list)


class AcknowledgeTopic(Struct, gc=False):
    topic_id: bytes = NO_UUID
    partitions: list[AcknowledgePartition] = field(default_factory=list)


class ShareAcknowledgeRequest(Struct, gc=False):
    group_id: str | None = None
    member_id: str | None = ""
    share_session_epoch: int = 0
    is_renew_ack: bool = False
    topics: list[AcknowledgeTopic] = field(default_factory=list)


_ACKNOWLEDGEMENT_BATCH = Group(
    AcknowledgementBatch,
    (
        Field("first_offset", "int64", (0, LATEST)),
        Field("last_offset", "int64", (0, LATEST)),
        Field("acknowledge_types", "int8", (0, LATEST), many=True),
    ),
)
_ACKNOWLEDGE_PARTITION = Group(
    AcknowledgePartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("acknowledgement_batches", _ACKNOWLEDGEMENT_BATCH, (0, LATEST), many=True),
    ),
)
_ACKNOWLEDGE_TOPIC = Group(
    AcknowledgeTopic,
    (
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", _ACKNOWLEDGE_PARTITION, (0, LATEST), many=True),
    ),
)
_SHARE_ACKNOWLEDGE_REQUEST = Group(
    ShareAcknowledgeRequest,
    (
        Field("group_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("member_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("share_session_epoch", "int32", (0, LATEST)),
        Field("is_renew_ack", "bool", (2, LATEST)),
        Field("topics", _ACKNOWLEDGE_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ShareAcknowledgeRequest",
    key=79,
    versions=(1, 2),
    flexible=0,
    body=_SHARE_ACKNOWLEDGE_REQUEST,
)

"""MetadataRequest, a request (API key 3), versions 0-13, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class MetadataRequestTopic(Struct, gc=False):
    topic_id: bytes = NO_UUID
    name: str | None = ""


class MetadataRequest(Struct, gc=False):
    topics: list[MetadataRequestTopic] | None = field(default_factory=list)
    allow_auto_topic_creation: bool = True
    include_cluster_authorized_operations: bool = False
    include_topic_authorized_operations: bool = False


_METADATA_REQUEST_TOPIC = Group(
    MetadataRequestTopic,
    (
        Field("topic_id", "uuid", (10, LATEST)),
        Field("name", "string", (0, LATEST), nullable=(10, LATEST)),
    ),
)
_METADATA_REQUEST = Group(
    MetadataRequest,
    (
        Field("topics", _METADATA_REQUEST_TOPIC, (0, LATEST), many=True, nullable=(1, LATEST)),
        Field("allow_auto_topic_creation", "bool", (4, LATEST)),
        Field("include_cluster_authorized_operations", "bool", (8, 10)),
        Field("include_topic_authorized_operations", "bool", (8, LATEST)),
    ),
)
MESSAGE = Message(
    name="MetadataRequest",
    key=3,
    versions=(0, 13),
    flexible=9,
    body=_METADATA_REQUEST,
)

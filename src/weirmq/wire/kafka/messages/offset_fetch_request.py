"""OffsetFetchRequest, a request (API key 9), versions 1-10, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class OffsetFetchRequestTopic(Struct, gc=False):
    name: str = ""
    partition_indexes: list[int] = field(default_factory=list)


class OffsetFetchRequestTopics(Struct, gc=False):
    name: str = ""
    topic_id: bytes = NO_UUID
    partition_indexes: list[int] = field(default_factory=list)


class OffsetFetchRequestGroup(Struct, gc=False):
    group_id: str = ""
    member_id: str | None = None
    member_epoch: int = -1
    topics: list[OffsetFetchRequestTopics] | None = field(default_factory=list)


class OffsetFetchRequest(Struct, gc=False):
    group_id: str = ""
    topics: list[OffsetFetchRequestTopic] | None = field(default_factory=list)
    groups: list[OffsetFetchRequestGroup] = field(default_factory=list)
    require_stable: bool = False


_OFFSET_FETCH_REQUEST_TOPIC = Group(
    OffsetFetchRequestTopic,
    (
        Field("name", "string", (0, 7)),
        Field("partition_indexes", "int32", (0, 7), many=True),
    ),
)
_OFFSET_FETCH_REQUEST_TOPICS = Group(
    OffsetFetchRequestTopics,
    (
        Field("name", "string", (8, 9)),
        Field("topic_id", "uuid", (10, LATEST)),
        Field("partition_indexes", "int32", (8, LATEST), many=True),
    ),
)
_OFFSET_FETCH_REQUEST_GROUP = Group(
    OffsetFetchRequestGroup,
    (
        Field("group_id", "string", (8, LATEST)),
        Field("member_id", "string", (9, LATEST), nullable=(9, LATEST)),
        Field("member_epoch", "int32", (9, LATEST)),
        Field("topics", _OFFSET_FETCH_REQUEST_TOPICS, (8, LATEST), many=True, nullable=(8, LATEST)),
    ),
)
_OFFSET_FETCH_REQUEST = Group(
    OffsetFetchRequest,
    (
        Field("group_id", "string", (0, 7)),
        Field("topics", _OFFSET_FETCH_REQUEST_TOPIC, (0, 7), many=True, nullable=(2, 7)),
        Field("groups", _OFFSET_FETCH_REQUEST_GROUP, (8, LATEST), many=True),
        Field("require_stable", "bool", (7, LATEST)),
    ),
)
MESSAGE = Message(
    name="OffsetFetchRequest",
    key=9,
    versions=(1, 10),
    flexible=6,
    body=_OFFSET_FETCH_REQUEST,
)

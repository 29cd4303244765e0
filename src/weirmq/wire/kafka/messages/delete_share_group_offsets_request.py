"""DeleteShareGroupOffsetsRequest, a request (API key 92), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DeleteShareGroupOffsetsRequestTopic(Struct, gc=False):
    topic_name: str = ""


class DeleteShareGroupOffsetsRequest(Struct, gc=False):
    group_id: str = ""
    topics: list[DeleteShareGroupOffsetsRequestTopic] = field(default_factory=list)


_DELETE_SHARE_GROUP_OFFSETS_REQUEST_TOPIC = Group(
    DeleteShareGroupOffsetsRequestTopic,
    (Field("topic_name", "string", (0, LATEST)),),
)
_DELETE_SHARE_GROUP_OFFSETS_REQUEST = Group(
    DeleteShareGroupOffsetsRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("topics", _DELETE_SHARE_GROUP_OFFSETS_REQUEST_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DeleteShareGroupOffsetsRequest",
    key=92,
    versions=(0, 0),
    flexible=0,
    body=_DELETE_SHARE_GROUP_OFFSETS_REQUEST,
)

"""ListConfigResourcesRequest, a request (API key 74), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ListConfigResourcesRequest(Struct, gc=False):
    resource_types: list[int] = field(default_factory=list)


_LIST_CONFIG_RESOURCES_REQUEST = Group(
    ListConfigResourcesRequest,
    (Field("resource_types", "int8", (1, LATEST), many=True),),
)
MESSAGE = Message(
    name="ListConfigResourcesRequest",
    key=74,
    versions=(0, 1),
    flexible=0,
    body=_LIST_CONFIG_RESOURCES_REQUEST,
)

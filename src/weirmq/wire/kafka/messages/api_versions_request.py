"""ApiVersionsRequest, a request (API key 18), versions 0-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ApiVersionsRequest(Struct, gc=False):
    client_software_name: str = ""
    client_software_version: str = ""


_API_VERSIONS_REQUEST = Group(
    ApiVersionsRequest,
    (
        Field("client_software_name", "string", (3, LATEST)),
        Field("client_software_version", "string", (3, LATEST)),
    ),
)
MESSAGE = Message(
    name="ApiVersionsRequest",
    key=18,
    versions=(0, 4),
    flexible=3,
    body=_API_VERSIONS_REQUEST,
)

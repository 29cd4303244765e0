"""DescribeDelegationTokenRequest, a request (API key 41), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeDelegationTokenOwner(Struct, gc=False):
    principal_type: str = ""
    principal_name: str = ""


class DescribeDelegationTokenRequest(Struct, gc=False):
    owners: list[DescribeDelegationTokenOwner] | None = field(default_factory=list)


_DESCRIBE_DELEGATION_TOKEN_OWNER = Group(
    DescribeDelegationTokenOwner,
    (
        Field("principal_type", "string", (0, LATEST)),
        Field("principal_name", "string", (0, LATEST)),
    ),
)
_DESCRIBE_DELEGATION_TOKEN_REQUEST = Group(
    DescribeDelegationTokenRequest,
    (Field("owners", _DESCRIBE_DELEGATION_TOKEN_OWNER, (0, LATEST), many=True, nullable=(0, LATEST)),),
)
MESSAGE = Message(
    name="DescribeDelegationTokenRequest",
    key=41,
    versions=(1, 3),
    flexible=2,
    body=_DESCRIBE_DELEGATION_TOKEN_REQUEST,
)

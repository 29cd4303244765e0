"""DescribeUserScramCredentialsRequest, a request (API key 50), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class UserName(Struct, gc=False):
    name: str = ""


class DescribeUserScramCredentialsRequest(Struct, gc=False):
    users: list[UserName] | None = field(default_factory=list)


_USER_NAME = Group(
    UserName,
    (Field("name", "string", (0, LATEST)),),
)
_DESCRIBE_USER_SCRAM_CREDENTIALS_REQUEST = Group(
    DescribeUserScramCredentialsRequest,
    (Field("users", _USER_NAME, (0, LATEST), many=True, nullable=(0, LATEST)),),
)
MESSAGE = Message(
    name="DescribeUserScramCredentialsRequest",
    key=50,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_USER_SCRAM_CREDENTIALS_REQUEST,
)

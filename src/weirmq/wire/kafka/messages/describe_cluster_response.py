"""DescribeClusterResponse, an answer (API key 60), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeClusterBroker(Struct, gc=False):
    broker_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None
    is_fenced: bool = False


class DescribeClusterResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    endpoint_type: int = 1
    cluster_id: str = ""
    controller_id: int = -1
    brokers: list[DescribeClusterBroker] = field(default_factory=list)
    cluster_authorized_operations: int = -2147483648


_DESCRIBE_CLUSTER_BROKER = Group(
    DescribeClusterBroker,
    (
        Field("broker_id", "int32", (0, LATEST)),
        Field("host", "string", (0, LATEST)),
        Field("port", "int32", (0, LATEST)),
        Field("rack", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("is_fenced", "bool", (2, LATEST)),
    ),
)
_DESCRIBE_CLUSTER_RESPONSE = Group(
    DescribeClusterResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("endpoint_type", "int8", (1, LATEST)),
        Field("cluster_id", "string", (0, LATEST)),
        Field("controller_id", "int32", (0, LATEST)),
        Field("brokers", _DESCRIBE_CLUSTER_BROKER, (0, LATEST), many=True),
        Field("cluster_authorized_operations", "int32", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeClusterResponse",
    key=60,
    versions=(0, 2),
    flexible=0,
    body=_DESCRIBE_CLUSTER_RESPONSE,
)

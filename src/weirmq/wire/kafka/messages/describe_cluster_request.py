"""DescribeClusterRequest, a request (API key 60), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeClusterRequest(Struct, gc=False):
    include_cluster_authorized_operations: bool = False
    endpoint_type: int = 1
    include_fenced_brokers: bool = False


_DESCRIBE_CLUSTER_REQUEST = Group(
    DescribeClusterRequest,
    (
        Field("include_cluster_authorized_operations", "bool", (0, LATEST)),
        Field("endpoint_type", "int8", (1, LATEST)),
        Field("include_fenced_brokers", "bool", (2, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeClusterRequest",
    key=60,
    versions=(0, 2),
    flexible=0,
    body=_DESCRIBE_CLUSTER_REQUEST,
)

"""DescribeLogDirsResponse, an answer (API key 35), versions 1-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeLogDirsPartition(Struct, gc=False):
    partition_index: int = 0
    partition_size: int = 0
    offset_lag: int = 0
    is_future_key: bool = False


class DescribeLogDirsTopic(Struct, gc=False):
    name: str = ""
    partitions: list[DescribeLogDirsPartition] = field(default_factory=list)


class DescribeLogDirsResult(Struct, gc=False):
    error_code: int = 0
    log_dir: str = ""
    topics: list[DescribeLogDirsTopic] = field(default_factory=list)
    total_bytes: int = -1
    usable_bytes: int = -1
    is_cordoned: bool = False


class DescribeLogDirsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    results: list[DescribeLogDirsResult] = field(default_factory=list)


_DESCRIBE_LOG_DIRS_PARTITION = Group(
    DescribeLogDirsPartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("partition_size", "int64", (0, LATEST)),
        Field("offset_lag", "int64", (0, LATEST)),
        Field("is_future_key", "bool", (0, LATEST)),
    ),
)
_DESCRIBE_LOG_DIRS_TOPIC = Group(
    DescribeLogDirsTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _DESCRIBE_LOG_DIRS_PARTITION, (0, LATEST), many=True),
    ),
)
_DESCRIBE_LOG_DIRS_RESULT = Group(
    DescribeLogDirsResult,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("log_dir", "string", (0, LATEST)),
        Field("topics", _DESCRIBE_LOG_DIRS_TOPIC, (0, LATEST), many=True),
        Field("total_bytes", "int64", (4, LATEST)),
        Field("usable_bytes", "int64", (4, LATEST)),
        Field("is_cordoned", "bool", (5, LATEST)),
    ),
)
_DESCRIBE_LOG_DIRS_RESPONSE = Group(
    DescribeLogDirsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (3, LATEST)),
        Field("results", _DESCRIBE_LOG_DIRS_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeLogDirsResponse",
    key=35,
    versions=(1, 5),
    flexible=2,
    body=_DESCRIBE_LOG_DIRS_RESPONSE,
)

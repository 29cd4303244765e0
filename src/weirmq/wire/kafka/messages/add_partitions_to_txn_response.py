"""AddPartitionsToTxnResponse, an answer (API key 24), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AddPartitionsToTxnPartitionResult(Struct, gc=False):
    partition_index: int = 0
    partition_error_code: int = 0


class AddPartitionsToTxnTopicResult(Struct, gc=False):
    name: str = ""
    results_by_partition: list[AddPartitionsToTxnPartitionResult] = field(default_factory=list)


class AddPartitionsToTxnResult(Struct, gc=False):
    transactional_id: str = ""
    topic_results: list[AddPartitionsToTxnTopicResult] = field(default_factory=list)


class AddPartitionsToTxnResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    results_by_transaction: list[AddPartitionsToTxnResult] = field(default_factory=list)
    results_by_topic_v3_and_below: list[AddPartitionsToTxnTopicResult] = field(default_factory=list)


_ADD_PARTITIONS_TO_TXN_PARTITION_RESULT = Group(
    AddPartitionsToTxnPartitionResult,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("partition_error_code", "int16", (0, LATEST)),
    ),
)
_ADD_PARTITIONS_TO_TXN_TOPIC_RESULT = Group(
    AddPartitionsToTxnTopicResult,
    (
        Field("name", "string", (0, LATEST)),
        Field("results_by_partition", _ADD_PARTITIONS_TO_TXN_PARTITION_RESULT, (0, LATEST), many=True),
    ),
)
_ADD_PARTITIONS_TO_TXN_RESULT = Group(
    AddPartitionsToTxnResult,
    (
        Field("transactional_id", "string", (4, LATEST)),
        Field("topic_results", _ADD_PARTITIONS_TO_TXN_TOPIC_RESULT, (4, LATEST), many=True),
    ),
)
_ADD_PARTITIONS_TO_TXN_RESPONSE = Group(
    AddPartitionsToTxnResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (4, LATEST)),
        Field("results_by_transaction", _ADD_PARTITIONS_TO_TXN_RESULT, (4, LATEST), many=True),
        Field("results_by_topic_v3_and_below", _ADD_PARTITIONS_TO_TXN_TOPIC_RESULT, (0, 3), many=True),
    ),
)
MESSAGE = Message(
    name="AddPartitionsToTxnResponse",
    key=24,
    versions=(0, 5),
    flexible=3,
    body=_ADD_PARTITIONS_TO_TXN_RESPONSE,
)

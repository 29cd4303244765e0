"""WriteTxnMarkers: markers that somebody writes by hand, to end a transaction that hangs (KIP-664)."""

from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import Partition
from weirmq.services.kafka.partition_logs import end_transaction, producers_of
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find, partition_of
from weirmq.wire.kafka.batch import Producer
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.write_txn_markers_request import WritableTxnMarker, WriteTxnMarkersRequest
from weirmq.wire.kafka.messages.write_txn_markers_response import (
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersResponse,
)
from weirmq.wire.kafka.schema import NO_UUID


def write_txn_markers(kafka: Kafka, ask: Ask, request: WriteTxnMarkersRequest) -> WriteTxnMarkersResponse:
    """End transactions in the partitions that are named, whatever their coordinator knows of them."""
    may = kafka.authorizer.may
    is_allowed = may(ask, Operation.ALTER, ResourceType.CLUSTER) or may(
        ask, Operation.CLUSTER_ACTION, ResourceType.CLUSTER
    )
    results = []
    for marker in request.markers:
        topics = []
        for each in marker.topics:
            found = find(kafka.cluster(ask), each.name, NO_UUID)
            partitions = []
            for index in each.partition_indexes:
                partition = partition_of(found, index) if is_allowed else Code.CLUSTER_AUTHORIZATION_FAILED
                code = partition if isinstance(partition, Code) else _written(kafka, ask, partition, marker)
                partitions.append(WritableTxnMarkerPartitionResult(index, code))
            topics.append(WritableTxnMarkerTopicResult(each.name, partitions))
        results.append(WritableTxnMarkerResult(marker.producer_id, topics))
    return WriteTxnMarkersResponse(results)


def _written(kafka: Kafka, ask: Ask, partition: Partition, asked: WritableTxnMarker) -> Code:
    known = producers_of(kafka, partition).states.get(asked.producer_id)
    if asked.producer_epoch < (0 if known is None else known.epoch):
        return Code.INVALID_PRODUCER_EPOCH
    if known is not None and asked.coordinator_epoch < known.coordinator_epoch:
        return Code.TRANSACTION_COORDINATOR_FENCED
    producer = Producer(asked.producer_id, asked.producer_epoch, -1, -1)
    try:
        end_transaction(kafka, partition, producer, ask.now_ms, commits=asked.transaction_result)
    except NoRoom:
        return Code.KAFKA_STORAGE_ERROR
    kafka.fetches.signal(partition.log)
    return Code.NONE

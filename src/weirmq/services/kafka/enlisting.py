"""AddPartitionsToTxn, AddOffsetsToTxn, and their place in Produce: what belongs to a transaction.

From transaction.version 2 on (KIP-890) a Produce of version 12 or a TxnOffsetCommit of version 5 enlists what it names
itself.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from weirmq.services.kafka import facts
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import Partition, Topic
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find_for, partition_of
from weirmq.services.kafka.transactional import (
    EPOCH_BUMPING_VERSION,
    FIRST_VERSION,
    ONGOING,
    PREPARED,
    PartitionKey,
    Transactional,
)
from weirmq.wire.kafka import batch as batches
from weirmq.wire.kafka.batch import Producer, Refused
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.add_offsets_to_txn_request import AddOffsetsToTxnRequest
from weirmq.wire.kafka.messages.add_offsets_to_txn_response import AddOffsetsToTxnResponse
from weirmq.wire.kafka.messages.add_partitions_to_txn_request import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from weirmq.wire.kafka.messages.add_partitions_to_txn_response import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopicResult,
)
from weirmq.wire.kafka.messages.produce_request import ProduceRequest

ENLISTS_FIRST: Final = 12  # the version of Produce that enlists partitions itself
ABORTABLE: Final = 11  # the version of Produce that knows TRANSACTION_ABORTABLE
SEVERAL_FIRST: Final = 4  # the version of AddPartitionsToTxn that names several transactions
FENCED_FIRST: Final = 2  # the version that knows PRODUCER_FENCED


def fault(found: Transactional | None, producer: int, epoch: int) -> Code:
    """Whether a producer may go on with the transaction of its id, or begin one."""
    if found is None or found.producer != producer:
        return Code.INVALID_PRODUCER_ID_MAPPING
    if found.epoch != epoch:
        return Code.PRODUCER_FENCED
    return Code.CONCURRENT_TRANSACTIONS if found.state == PREPARED else Code.NONE


def told(code: Code, version: int) -> Code:
    """A code as clients of that version of AddPartitionsToTxn, AddOffsetsToTxn or EndTxn know it."""
    return Code.INVALID_PRODUCER_EPOCH if code is Code.PRODUCER_FENCED and version < FENCED_FIRST else code


# Produce


def enlist(kafka: Kafka, ask: Ask, request: ProduceRequest) -> int:
    """Enlist the partitions of transactional batches, if the version does so. Returns up to where the journal must be
    durable before they are written. Whether they may be is up to `check`. Raises NoRoom.
    """
    found = kafka.machine.coordinator.ids.get((ask.cluster, request.transactional_id or ""))
    if found is None:
        return 0
    named = _named(kafka, ask, request, found)
    if missing := _missing(found, named) if ask.version >= ENLISTS_FIRST and found.state != PREPARED else []:
        kafka.commit(ask.now_ms, facts.PartitionsEnlisted(found.cluster, found.id, missing, EPOCH_BUMPING_VERSION))
    return max([found.partitions.get(key, -1) + 1 for key in named], default=0)


def _named(kafka: Kafka, ask: Ask, request: ProduceRequest, found: Transactional) -> list[PartitionKey]:
    """The partitions to which the producer of a transactional id writes transactional batches, and may."""
    return [
        (topic.id, data.index)
        for each in request.topic_data
        if isinstance(topic := find_for(kafka, ask, Operation.WRITE, each.name, each.topic_id), Topic)
        for data in each.partition_data
        if 0 <= data.index < len(topic.partitions)
        and batches.transactional(data.records) == (found.producer, found.epoch)
    ]


def _missing(found: Transactional, keys: Iterable[PartitionKey]) -> list[PartitionKey]:
    return [key for key in keys if key not in found.partitions]


def check(kafka: Kafka, ask: Ask, request: ProduceRequest, partition: Partition, producer: Producer) -> None:
    """Whether a transactional batch may be written to a partition now. Raises Refused."""
    if request.transactional_id is None:
        raise Refused(Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "a transactional batch, but no transactional id")
    if request.acks != -1:
        raise Refused(Code.INVALID_REQUIRED_ACKS, "a transaction's batches are written with acks=all")
    found = kafka.machine.coordinator.ids.get((ask.cluster, request.transactional_id))
    code = fault(found, producer.id, producer.epoch)
    if not code and found is not None:
        enlisted_at = found.partitions.get((partition.topic.id, partition.index)) if found.state == ONGOING else None
        if enlisted_at is None:
            code = Code.TRANSACTION_ABORTABLE if ask.version == ABORTABLE else Code.INVALID_TXN_STATE
        elif enlisted_at >= kafka.journal.durable:
            code = Code.CONCURRENT_TRANSACTIONS  # the transaction that it was sent for is over, another one begins
    if code is Code.PRODUCER_FENCED:
        code = Code.INVALID_PRODUCER_EPOCH
    if code is Code.CONCURRENT_TRANSACTIONS and ask.version < ENLISTS_FIRST:
        code = Code.NOT_ENOUGH_REPLICAS  # older clients know no other one after which they try again
    if code:
        raise Refused(code, f"producer {producer.id} with epoch {producer.epoch} may not write this in a transaction")


# AddPartitionsToTxn


def add_partitions_to_txn(kafka: Kafka, ask: Ask, request: AddPartitionsToTxnRequest) -> AddPartitionsToTxnResponse:
    """Let transactions write to partitions; all that are named for one, or none."""
    if ask.version >= SEVERAL_FIRST:
        if not kafka.authorizer.may(ask, Operation.CLUSTER_ACTION, ResourceType.CLUSTER):  # it is for brokers
            return AddPartitionsToTxnResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED)
        results = [
            AddPartitionsToTxnResult(each.transactional_id, _added(kafka, ask, each)) for each in request.transactions
        ]
        return AddPartitionsToTxnResponse(0, 0, results)
    only = AddPartitionsToTxnTransaction(
        request.v3_and_below_transactional_id,
        request.v3_and_below_producer_id,
        request.v3_and_below_producer_epoch,
        False,
        request.v3_and_below_topics,
    )
    return AddPartitionsToTxnResponse(results_by_topic_v3_and_below=_added(kafka, ask, only))


def _added(kafka: Kafka, ask: Ask, asked: AddPartitionsToTxnTransaction) -> list[AddPartitionsToTxnTopicResult]:
    if not kafka.authorizer.may(ask, Operation.WRITE, ResourceType.TRANSACTIONAL_ID, asked.transactional_id):
        denied = Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        return [_result(each, [denied] * len(each.partitions)) for each in asked.topics]
    cluster = kafka.cluster(ask)
    faults = {
        (each.name, index): partition
        for each in asked.topics
        for index in each.partitions
        if isinstance(partition := partition_of(find_for(kafka, ask, Operation.WRITE, each.name), index), Code)
    }
    if faults:
        return [
            _result(each, [faults.get((each.name, index), Code.OPERATION_NOT_ATTEMPTED) for index in each.partitions])
            for each in asked.topics
        ]
    found = kafka.machine.coordinator.ids.get((ask.cluster, asked.transactional_id))
    code = fault(found, asked.producer_id, asked.producer_epoch) if asked.transactional_id else Code.INVALID_REQUEST
    keys = {each.name: [(cluster.topics[each.name].id, index) for index in each.partitions] for each in asked.topics}
    if asked.verify_only and not code and found is not None:
        return [_result(each, _verified(found, keys[each.name])) for each in asked.topics]
    missing = [] if found is None else _missing(found, [key for named in keys.values() for key in named])
    if missing and not code and found is not None:
        version = EPOCH_BUMPING_VERSION if ask.version >= SEVERAL_FIRST else FIRST_VERSION
        fact = facts.PartitionsEnlisted(found.cluster, found.id, missing, version)
        code = kafka.record(ask.now_ms, fact, full=Code.COORDINATOR_NOT_AVAILABLE)
    return [_result(each, [told(code, ask.version)] * len(each.partitions)) for each in asked.topics]


def _verified(found: Transactional, keys: Iterable[PartitionKey]) -> list[Code]:
    is_ongoing = found.state == ONGOING
    return [Code.NONE if is_ongoing and key in found.partitions else Code.TRANSACTION_ABORTABLE for key in keys]


def _result(asked: AddPartitionsToTxnTopic, codes: Sequence[Code]) -> AddPartitionsToTxnTopicResult:
    return AddPartitionsToTxnTopicResult(
        asked.name,
        [AddPartitionsToTxnPartitionResult(index, code) for index, code in zip(asked.partitions, codes, strict=True)],
    )


# AddOffsetsToTxn


def add_offsets_to_txn(kafka: Kafka, ask: Ask, request: AddOffsetsToTxnRequest) -> AddOffsetsToTxnResponse:
    """Let a transaction commit offsets of a group."""
    if not request.transactional_id:
        return AddOffsetsToTxnResponse(0, Code.INVALID_REQUEST)
    if not request.group_id:
        return AddOffsetsToTxnResponse(0, Code.INVALID_GROUP_ID)
    may = kafka.authorizer.may
    if not may(ask, Operation.WRITE, ResourceType.TRANSACTIONAL_ID, request.transactional_id):
        return AddOffsetsToTxnResponse(0, Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    if not may(ask, Operation.READ, ResourceType.GROUP, request.group_id):
        return AddOffsetsToTxnResponse(0, Code.GROUP_AUTHORIZATION_FAILED)
    found = kafka.machine.coordinator.ids.get((ask.cluster, request.transactional_id))
    code = fault(found, request.producer_id, request.producer_epoch)
    if not code and found is not None and request.group_id not in found.groups:
        fact = facts.GroupEnlisted(found.cluster, found.id, request.group_id, FIRST_VERSION)
        code = kafka.record(ask.now_ms, fact, full=Code.COORDINATOR_NOT_AVAILABLE)
    return AddOffsetsToTxnResponse(0, told(code, ask.version))

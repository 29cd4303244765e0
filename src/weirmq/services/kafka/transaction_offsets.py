"""TxnOffsetCommit: where a group stands once a transaction is committed."""

from typing import Final

from weirmq.engine.machine import Fact
from weirmq.services.kafka import enlisting, facts
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.consumer_membership import epoch_fault
from weirmq.services.kafka.facts import Committed
from weirmq.services.kafka.group_access import may_read
from weirmq.services.kafka.group_offsets import committed, partition_fault
from weirmq.services.kafka.group_types import consumers_of, streams_of
from weirmq.services.kafka.groups import EMPTY
from weirmq.services.kafka.membership import member_fault
from weirmq.services.kafka.model import Topic
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find_for
from weirmq.services.kafka.transactional import EPOCH_BUMPING_VERSION, ONGOING, Transactional
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.txn_offset_commit_request import TxnOffsetCommitRequest
from weirmq.wire.kafka.messages.txn_offset_commit_response import (
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)

ENLISTS_FIRST: Final = 5  # the version that enlists the group itself
ABORTABLE: Final = 4  # the version that knows TRANSACTION_ABORTABLE


def txn_offset_commit(kafka: Kafka, ask: Ask, request: TxnOffsetCommitRequest) -> TxnOffsetCommitResponse:
    """Note what is to be committed with a transaction."""
    found = kafka.machine.coordinator.ids.get((ask.cluster, request.transactional_id))
    denied = _authorization_fault(kafka, ask, request)
    fault = denied or _group_fault(kafka, ask, request) or _transaction_fault(ask, request, found)
    taken: list[Committed] = []
    topics = []
    for each in request.topics:
        topic = find_for(kafka, ask, Operation.READ, each.name)
        partitions = []
        for asked in each.partitions:
            code = denied or (fault if isinstance(topic, Topic) else topic) or partition_fault(topic, asked)
            if not code and isinstance(topic, Topic):
                taken.append(committed(topic, asked))
            partitions.append(TxnOffsetCommitResponsePartition(asked.partition_index, code))
        topics.append(TxnOffsetCommitResponseTopic(each.name, partitions))
    if taken and found is not None:
        recorded: list[Fact] = [facts.OffsetsPended(found.cluster, found.id, request.group_id, taken)]
        if request.group_id not in found.groups:
            recorded.insert(0, facts.GroupEnlisted(found.cluster, found.id, request.group_id, EPOCH_BUMPING_VERSION))
        full = kafka.record(ask.now_ms, *recorded, full=Code.COORDINATOR_NOT_AVAILABLE)
        for told in [partition for topic_told in topics for partition in topic_told.partitions]:
            told.error_code = told.error_code or full
    return TxnOffsetCommitResponse(0, topics)


def _authorization_fault(kafka: Kafka, ask: Ask, request: TxnOffsetCommitRequest) -> Code:
    if not kafka.authorizer.may(ask, Operation.WRITE, ResourceType.TRANSACTIONAL_ID, request.transactional_id):
        return Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    return Code.NONE if may_read(kafka, ask, request.group_id) else Code.GROUP_AUTHORIZATION_FAILED


def _group_fault(kafka: Kafka, ask: Ask, request: TxnOffsetCommitRequest) -> Code:
    """Whether this one may commit for the group. Older clients don't say who they are, and may."""
    if not request.group_id:
        return Code.INVALID_GROUP_ID
    key = (ask.cluster, request.group_id)
    code, consumers, streams = Code.NONE, consumers_of(kafka, key), streams_of(kafka, key)
    if request.member_id and consumers is not None:
        code = epoch_fault(consumers, request.member_id, request.generation_id)
    elif request.member_id and streams is not None:
        places = ((each.name, asked.partition_index) for each in request.topics for asked in each.partitions)
        code = streams.commit_fault(request.member_id, request.generation_id, places)
    if request.member_id and (consumers is not None or streams is not None):
        return Code.ILLEGAL_GENERATION if code is Code.STALE_MEMBER_EPOCH else code  # what transactional clients know
    group = kafka.groups.get(key)
    if request.generation_id < 0 and not request.member_id and request.group_instance_id is None:
        return Code.NONE
    if group is None:
        return Code.NONE if request.generation_id < 0 else Code.ILLEGAL_GENERATION
    if request.generation_id < 0 and group.state == EMPTY:
        return Code.NONE
    return member_fault(group, request.member_id, request.group_instance_id, request.generation_id)


def _transaction_fault(ask: Ask, request: TxnOffsetCommitRequest, found: Transactional | None) -> Code:
    """Whether the transaction takes offsets of the group."""
    code = enlisting.fault(found, request.producer_id, request.producer_epoch)
    if code is Code.PRODUCER_FENCED:
        return Code.INVALID_PRODUCER_EPOCH
    if code or found is None or ask.version >= ENLISTS_FIRST:
        return code
    if found.state == ONGOING and request.group_id in found.groups:
        return Code.NONE
    return Code.TRANSACTION_ABORTABLE if ask.version == ABORTABLE else Code.INVALID_TXN_STATE

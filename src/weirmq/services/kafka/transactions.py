"""InitProducerId, EndTxn, DescribeTransactions, ListTransactions: transactional ids from their first producer on."""

from typing import Final

from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka import facts, topic_patterns
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.broker_configs import MAX_TRANSACTION_MS
from weirmq.services.kafka.coordinator import bumps_epoch
from weirmq.services.kafka.enlisting import told
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.transactional import (
    EMPTY,
    EPOCH_BUMPING_VERSION,
    FIRST_VERSION,
    NO_EPOCH,
    NO_PRODUCER,
    ONGOING,
    PREPARED,
    Transactional,
)
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.describe_transactions_request import DescribeTransactionsRequest
from weirmq.wire.kafka.messages.describe_transactions_response import (
    DescribeTransactionsResponse,
    TopicData,
)
from weirmq.wire.kafka.messages.describe_transactions_response import TransactionState as Described
from weirmq.wire.kafka.messages.end_txn_request import EndTxnRequest
from weirmq.wire.kafka.messages.end_txn_response import EndTxnResponse
from weirmq.wire.kafka.messages.init_producer_id_request import InitProducerIdRequest
from weirmq.wire.kafka.messages.init_producer_id_response import InitProducerIdResponse
from weirmq.wire.kafka.messages.list_transactions_request import ListTransactionsRequest
from weirmq.wire.kafka.messages.list_transactions_response import ListTransactionsResponse
from weirmq.wire.kafka.messages.list_transactions_response import TransactionState as Listed

BUMPS_FIRST: Final = 5  # the version of EndTxn that gives the producer a new epoch
FENCED_FIRST: Final = 4  # the version of InitProducerId that knows PRODUCER_FENCED
NONE: Final = (NO_PRODUCER, NO_EPOCH)
ANYTHING: Final = "(?s).*"  # the regular expression of it
STATES: Final = {
    "Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "PrepareEpochFence", "Dead",
}  # fmt: skip


# InitProducerId


def init_producer_id(kafka: Kafka, ask: Ask, request: InitProducerIdRequest) -> InitProducerIdResponse:
    """An id for a producer. With a transactional id it is that one's, and the epoch fences whoever had it before."""
    expected = (request.producer_id, request.producer_epoch)
    if request.transactional_id == "" or (NO_PRODUCER in expected and expected != NONE):
        return InitProducerIdResponse(0, Code.INVALID_REQUEST)
    if not _may_init(kafka, ask, request.transactional_id):
        is_idempotent = request.transactional_id is None
        denied = Code.CLUSTER_AUTHORIZATION_FAILED if is_idempotent else Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        return InitProducerIdResponse(0, denied)
    try:
        if request.transactional_id is None:
            return InitProducerIdResponse(0, 0, kafka.new_producer(ask.now_ms), 0)
        return _init_transactional(kafka, ask, request, request.transactional_id, expected)
    except NoRoom:
        return InitProducerIdResponse(0, Code.COORDINATOR_NOT_AVAILABLE)  # the one that all clients try again after


def _may_init(kafka: Kafka, ask: Ask, transactional_id: str | None) -> bool:
    """Whether whoever asks may be that producer; an idempotent one is whoever may write anywhere (KIP-679)."""
    may = kafka.authorizer.may
    if transactional_id is not None:
        return may(ask, Operation.WRITE, ResourceType.TRANSACTIONAL_ID, transactional_id)
    if may(ask, Operation.IDEMPOTENT_WRITE, ResourceType.CLUSTER):
        return True
    return kafka.authorizer.may_any(ask, Operation.WRITE, ResourceType.TOPIC)


def _init_transactional(
    kafka: Kafka, ask: Ask, request: InitProducerIdRequest, transactional_id: str, expected: tuple[int, int]
) -> InitProducerIdResponse:
    if not 0 < request.transaction_timeout_ms <= kafka.machine.broker_number(ask.cluster, MAX_TRANSACTION_MS):
        return InitProducerIdResponse(0, Code.INVALID_TRANSACTION_TIMEOUT)
    kafka.cluster(ask)
    found = kafka.machine.coordinator.ids.get((ask.cluster, transactional_id))
    code = Code.NONE if found is None else _init_fault(kafka, ask, found, expected)
    if code is Code.PRODUCER_FENCED and ask.version < FENCED_FIRST:
        code = Code.INVALID_PRODUCER_EPOCH
    if code:
        return InitProducerIdResponse(0, code)
    identity, last = _identity(kafka, ask, found, expected)
    timeout_ms = request.transaction_timeout_ms
    fact = facts.ProducerInitialized(ask.cluster, transactional_id, *identity, *last, timeout_ms)
    kafka.commit(ask.now_ms, fact)
    return InitProducerIdResponse(0, 0, *identity)


def _init_fault(kafka: Kafka, ask: Ask, found: Transactional, expected: tuple[int, int]) -> Code:
    """Whether a producer may take over a transactional id now. What is under way is aborted, before it may."""
    last = (found.last_producer, found.last_epoch)
    if expected not in {NONE, (found.producer, found.epoch), last}:
        return Code.PRODUCER_FENCED
    if found.state == ONGOING:
        if expected == last and expected != NONE:
            return Code.PRODUCER_FENCED
        kafka.completions.fence(found, ask.now_ms)
    return Code.CONCURRENT_TRANSACTIONS if found.state == PREPARED else Code.NONE


def _identity(
    kafka: Kafka, ask: Ask, found: Transactional | None, expected: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Id and epoch that a producer gets, and those that it had (KIP-360)."""
    if found is None:
        return (kafka.new_producer(ask.now_ms), 0), NONE
    now = (found.producer, found.epoch)
    if expected not in {NONE, now}:
        return now, expected  # it didn't get the answer, and asks again
    last = NONE if expected == NONE else now
    if found.is_used_up:
        return (kafka.new_producer(ask.now_ms), 0), last
    return (found.producer, found.epoch + 1), last


# EndTxn


def end_txn(kafka: Kafka, ask: Ask, request: EndTxnRequest) -> EndTxnResponse | None:
    """Commit or abort. It is answered when the transaction is complete, so that what is committed can be read."""
    if not request.transactional_id:
        return EndTxnResponse(0, Code.INVALID_REQUEST)
    if not kafka.authorizer.may(ask, Operation.WRITE, ResourceType.TRANSACTIONAL_ID, request.transactional_id):
        return EndTxnResponse(0, Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    found = kafka.machine.coordinator.ids.get((ask.cluster, request.transactional_id))
    if found is None:
        return EndTxnResponse(0, Code.INVALID_PRODUCER_ID_MAPPING)
    version = EPOCH_BUMPING_VERSION if ask.version >= BUMPS_FIRST else FIRST_VERSION
    code = _end_fault(found, request, version)
    if code is None:
        return _ended(found)
    if code:
        return EndTxnResponse(0, told(code, ask.version))
    try:
        kafka.completions.end(
            found, ask.now_ms, commits=request.committed, version=version, done=lambda: ask.answer(_ended(found))
        )
    except NoRoom:
        return EndTxnResponse(0, Code.COORDINATOR_NOT_AVAILABLE)
    return None


def _ended(found: Transactional) -> EndTxnResponse:
    return EndTxnResponse(0, 0, found.producer, found.epoch)


def _end_fault(found: Transactional, request: EndTxnRequest, version: int) -> Code | None:
    """NONE if a transaction may end as asked for, None if it has, or why it may not."""
    who = (request.producer_id, request.producer_epoch)
    is_again = bumps_epoch(found.version) and who == (found.last_producer, found.last_epoch)
    if not is_again and request.producer_id != found.producer:
        return Code.INVALID_PRODUCER_ID_MAPPING
    if not is_again and request.producer_epoch != found.epoch:
        return Code.PRODUCER_FENCED
    is_same = found.commits == request.committed
    if found.state in {ONGOING, EMPTY}:
        if is_again:
            return Code.PRODUCER_FENCED
        is_allowed = found.state == ONGOING or _is_empty_abort(request, version)
        return Code.NONE if is_allowed else Code.INVALID_TXN_STATE
    if found.state == PREPARED:
        return Code.CONCURRENT_TRANSACTIONS if is_same else Code.INVALID_TXN_STATE
    if is_again or not bumps_epoch(found.version):
        return None if is_same else Code.INVALID_TXN_STATE
    return Code.NONE if _is_empty_abort(request, version) else Code.INVALID_TXN_STATE


def _is_empty_abort(request: EndTxnRequest, version: int) -> bool:
    """Whether somebody aborts what may not have begun: its first Produce may be lost, or still on its way (KIP-890)."""
    return not request.committed and bumps_epoch(version)


# DescribeTransactions, ListTransactions


def describe_transactions(kafka: Kafka, ask: Ask, request: DescribeTransactionsRequest) -> DescribeTransactionsResponse:
    """What transactional ids are doing, each told once."""
    names = dict.fromkeys(request.transactional_ids)
    return DescribeTransactionsResponse(0, [_described(kafka, ask, each) for each in names])


def _described(kafka: Kafka, ask: Ask, name: str) -> Described:
    may = kafka.authorizer.may
    if not may(ask, Operation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, name):
        return Described(Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, name)
    found = kafka.machine.coordinator.ids.get((ask.cluster, name))
    if not name or found is None:
        return Described(Code.TRANSACTIONAL_ID_NOT_FOUND if name else Code.INVALID_REQUEST, name)
    topics = kafka.cluster(ask).by_id
    partitions: dict[str, list[int]] = {}
    for topic_id, index in found.partitions:
        topic = topics.get(topic_id)
        if topic is not None and may(ask, Operation.DESCRIBE, ResourceType.TOPIC, topic.name):
            partitions.setdefault(topic.name, []).append(index)
    return Described(
        0,
        name,
        found.state_name,
        found.timeout_ms,
        found.started_ms,
        found.producer,
        found.epoch,
        [TopicData(topic, sorted(indexes)) for topic, indexes in partitions.items()],
    )


def list_transactions(kafka: Kafka, ask: Ask, request: ListTransactionsRequest) -> ListTransactionsResponse:
    """The transactional ids of this broker that the filters let through, of all brokers' as in ListGroups. A pattern is
    to match the whole of an id.
    """
    coordinator = kafka.cluster(ask).coordinator
    states, producers = set(request.state_filters), set(request.producer_id_filters)
    if topic_patterns.fault(request.transactional_id_pattern or ""):
        return ListTransactionsResponse(0, Code.INVALID_REGULAR_EXPRESSION)
    pattern = topic_patterns.compiled(request.transactional_id_pattern or ANYTHING)
    listed = [
        Listed(name, found.producer, found.state_name)
        for (cluster, name), found in kafka.machine.coordinator.ids.items()
        if cluster == ask.cluster
        and coordinator(name) == ask.broker
        and kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, name)
        and (not states or found.state_name in states)
        and (not producers or found.producer in producers)
        and pattern.fullmatch(name)
        and (request.duration_filter < 0 or _has_run(found, ask.now_ms, request.duration_filter))
    ]
    return ListTransactionsResponse(0, 0, sorted(states - STATES), listed)


def _has_run(found: Transactional, now_ms: int, more_than_ms: int) -> bool:
    return found.started_ms >= 0 and now_ms - found.started_ms > more_than_ms

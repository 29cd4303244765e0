"""Produce: batches go to the partitions' logs as they came.

acks=all (-1): the answer waits until the batch is as durable as the server's durability says, unless the topic says by
               flush.messages or flush.ms that it needn't.
acks=1: it is in the log, as on a Kafka broker that hasn't synced it.
acks=0: there is no answer; whoever sends what can't be taken has the connection closed.
"""

from contextlib import suppress
from typing import Final

from weirmq.engine.streams import Stream
from weirmq.kernel.errors import LogDamaged, NoRoom
from weirmq.services.kafka import enlisting, placement, topic_configs
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import LEADER_EPOCH, Cluster, Partition, Topic
from weirmq.services.kafka.partition_logs import producers_of, write
from weirmq.services.kafka.producers import Written
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find_for
from weirmq.services.kafka.transactional import Key
from weirmq.wire.kafka import batch as batches
from weirmq.wire.kafka import plain_produce
from weirmq.wire.kafka.batch import Batch, Refused
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import GZIP, LZ4, SNAPPY, ZSTD
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest
from weirmq.wire.kafka.messages.produce_response import (
    BatchIndexAndErrorMessage,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionProduceResponse,
    ProduceResponse,
    TopicProduceResponse,
)
from weirmq.wire.kafka.records import check_keys, repacked

ALL, NONE = -1, 0
MAX_BYTES = int(topic_configs.default(topic_configs.MAX_MESSAGE))
AHEAD_MS = int(topic_configs.default(topic_configs.AFTER_MAX))
CODECS: Final = {"uncompressed": 0, "gzip": GZIP, "snappy": SNAPPY, "lz4": LZ4, "zstd": ZSTD}  # compression.type
OWN_LEVEL: Final = "-1"  # the one that gzip's library chooses
REASONS = {Code.TOPIC_AUTHORIZATION_FAILED: "Topic authorization failed."}


def produce(kafka: Kafka, ask: Ask, request: ProduceRequest) -> ProduceResponse | None:
    """Write one batch for each partition named."""
    if request.transactional_id is not None and request.acks == ALL:
        if not kafka.authorizer.may(ask, Operation.WRITE, ResourceType.TRANSACTIONAL_ID, request.transactional_id):
            return _refused(request, Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
        try:
            durable = enlisting.enlist(kafka, ask, request)
        except NoRoom:
            return _refused(request, Code.KAFKA_STORAGE_ERROR)
        key = (ask.cluster, request.transactional_id)
        if durable > kafka.journal.durable or kafka.completions.is_waited_for(key):
            _wait(kafka, ask, request, key, durable)
            return None
    return _written(kafka, ask, request)


def produce_plain(kafka: Kafka, cluster: Cluster, broker: int, frame: memoryview, now_ms: int) -> bytes | None:
    """The frame of the answer to a plain request (plain_produce.py) for a topic without configs. None for any other,
    and for all that isn't to be written: `produce` says why.
    """
    asked = plain_produce.read(frame)
    if asked is None:
        return None
    if asked.version >= plain_produce.BY_ID:
        topic = cluster.by_id.get(asked.topic)
    else:
        topic = cluster.topics.get(str(asked.topic, "utf-8", "replace"))
    if topic is None or topic.configs or not 0 <= asked.partition < len(topic.partitions):
        return None
    partition = topic.partitions[asked.partition]
    if partition.leader != broker:
        return None
    try:
        batch = batches.read(asked.records, MAX_BYTES)
        producers = kafka.producers.get(partition.log)
        if batch.is_idempotent:
            producers = producers or producers_of(kafka, partition)
            if batch.is_transactional or producers.look(batch) is not Code.NONE:
                return None
        if batch.max_ms > now_ms + AHEAD_MS:
            return None
        offset = write(kafka, partition, batch, producers, now_ms)
    except (Refused, NoRoom):
        return None
    return plain_produce.answer(asked, offset, kafka.start(partition))


def _wait(kafka: Kafka, ask: Ask, request: ProduceRequest, key: Key, durable: int) -> None:
    """Write the batches once the journal is durable up to there, those of a transaction in the order they came in."""
    for topic in request.topic_data:
        for data in topic.partition_data:
            data.records = memoryview(bytearray(data.records or b""))  # the buffer of the connection is used again

    def attempt(_now_ms: int) -> ProduceResponse | None:
        return _written(kafka, ask, request) if durable <= kafka.journal.durable else None

    kafka.completions.wait(key, attempt, ask)


def _written(kafka: Kafka, ask: Ask, request: ProduceRequest) -> ProduceResponse | None:
    responses = []
    topics = [find_for(kafka, ask, Operation.WRITE, each.name, each.topic_id) for each in request.topic_data]
    if len(topics) > 1 or any(len(each.partition_data) > 1 for each in request.topic_data):
        _prepare(kafka, ask, request, topics)
    for each, topic in zip(request.topic_data, topics, strict=True):
        partitions = [_produce(kafka, ask, request, topic, data) for data in each.partition_data]
        responses.append(TopicProduceResponse(each.name, each.topic_id, partitions))
    if request.acks != ALL:
        kafka.streams.hold(_nobody, None)
    if request.acks == NONE:
        if any(each.error_code for topic_response in responses for each in topic_response.partition_responses):
            ask.connection.close()
        ask.is_over = True
        return None
    if len(kafka.cluster(ask).brokers) > 1:
        return ProduceResponse(responses, node_endpoints=_leaders(kafka, ask, responses))
    return ProduceResponse(responses)


def _prepare(kafka: Kafka, ask: Ask, request: ProduceRequest, topics: list[Topic | Code]) -> None:
    """Have the logs of partitions that are new made side by side."""
    logs: dict[Stream, None] = {}  # a faulty request may name one twice
    for each, topic in zip(request.topic_data, topics, strict=True):
        for data in each.partition_data:
            with suppress(Refused):
                partition = _partition(topic, data.index, request.acks)
                if partition.leader == ask.broker and data.records:
                    logs[kafka.log(partition)] = None
    with suppress(LogDamaged, NoRoom):  # whose log it is finds out when it is written to
        kafka.streams.prepare(list(logs))


def _refused(request: ProduceRequest, code: Code) -> ProduceResponse:
    return ProduceResponse(
        [
            TopicProduceResponse(
                each.name,
                each.topic_id,
                [PartitionProduceResponse(data.index, code, -1) for data in each.partition_data],
            )
            for each in request.topic_data
        ]
    )


def _nobody(_answer: None) -> None:
    """Whom an answer goes to that waits for nothing."""


def _produce(
    kafka: Kafka, ask: Ask, request: ProduceRequest, topic: Topic | Code, data: PartitionProduceData
) -> PartitionProduceResponse:
    try:
        partition = _partition(topic, data.index, request.acks)
        if partition.leader != ask.broker:
            return _misled(data.index, partition)
        configs = partition.topic.configs
        most = int(configs.get(topic_configs.MAX_MESSAGE) or topic_configs.default(topic_configs.MAX_MESSAGE))
        batch = batches.read(data.records, most)
        if configs:
            _check_replicas(partition, request.acks)
            batch = _as_configured(batch, configs, most, ask.now_ms)
        _check_time(batch, configs, ask.now_ms)
        written = _write(kafka, ask, request, partition, batch)
        if configs and topic_configs.flushes_later(configs):
            kafka.streams.let_go(kafka.log(partition))
    except Refused as error:
        faulty = [BatchIndexAndErrorMessage(*each) for each in error.records]
        return PartitionProduceResponse(data.index, error.code, -1, record_errors=faulty, error_message=error.reason)
    except NoRoom as error:
        return PartitionProduceResponse(data.index, Code.KAFKA_STORAGE_ERROR, -1, error_message=str(error))
    append_ms = batch.max_ms if batch.attributes & batches.APPEND_TIME else -1
    return PartitionProduceResponse(data.index, 0, written, append_ms, kafka.start(partition))


def _misled(index: int, partition: Partition) -> PartitionProduceResponse:
    """Another broker leads the partition: which one (KIP-951)."""
    leader = LeaderIdAndEpoch(partition.leader, LEADER_EPOCH)
    reason = "another broker leads the partition"
    return PartitionProduceResponse(index, Code.NOT_LEADER_OR_FOLLOWER, -1, error_message=reason, current_leader=leader)


def _leaders(kafka: Kafka, ask: Ask, responses: list[TopicProduceResponse]) -> list[NodeEndpoint]:
    """Where the brokers are that clients should have asked."""
    found = {
        each.current_leader.leader_id
        for topic in responses
        for each in topic.partition_responses
        if each.error_code == Code.NOT_LEADER_OR_FOLLOWER
    }
    host = ask.connection.host
    return [NodeEndpoint(each, host, kafka.port(ask, each), placement.rack(each)) for each in sorted(found)]


def _partition(topic: Topic | Code, index: int, acks: int) -> Partition:
    if not -1 <= acks <= 1:
        raise Refused(Code.INVALID_REQUIRED_ACKS, f"acks is -1, 0 or 1, not {acks}")
    if isinstance(topic, Code):
        raise Refused(topic, REASONS.get(topic, "there is no such topic"))
    if not 0 <= index < len(topic.partitions):
        raise Refused(Code.UNKNOWN_TOPIC_OR_PARTITION, f"topic {topic.name} has no partition {index}")
    return topic.partitions[index]


def _check_replicas(partition: Partition, acks: int) -> None:
    """Refuse what is to be on more replicas than there are. Raises Refused."""
    if acks == ALL and placement.is_short(partition, partition.topic.configs.get(topic_configs.MIN_INSYNC)):
        raise Refused(Code.NOT_ENOUGH_REPLICAS, "there are fewer replicas than min.insync.replicas")


def _as_configured(batch: Batch, configs: dict[str, str], most: int, now_ms: int) -> Batch:
    """A batch as a topic's configs want it. Raises Refused."""
    if topic_configs.COMPACT in configs.get(topic_configs.CLEANUP, ""):
        check_keys(batch)
    codec = CODECS.get(configs.get(topic_configs.COMPRESSION, ""))
    if codec is not None and codec != batch.attributes & batches.COMPRESSION:
        batch = repacked(batch, codec, _level(configs))
        if len(batch.data) > most:
            raise Refused(
                Code.MESSAGE_TOO_LARGE, f"a batch of {len(batch.data)} bytes as it is packed here, of {most} at most"
            )
    if configs.get(topic_configs.TIMESTAMP_TYPE) == topic_configs.APPEND_TIME:
        return batches.set_append_time(batch, now_ms)
    return batch


def _level(configs: dict[str, str]) -> int | None:
    """The level of a topic's codec; None where the codec knows best, or has none."""
    name = f"compression.{configs[topic_configs.COMPRESSION]}.level"
    if name not in topic_configs.CONFIGS or configs.get(name, topic_configs.default(name)) == OWN_LEVEL:
        return None
    return topic_configs.number(configs, name)


def _check_time(batch: Batch, configs: dict[str, str], now_ms: int) -> None:
    """Refuse records from too far away in time. Raises Refused."""
    after = int(configs.get(topic_configs.AFTER_MAX) or topic_configs.default(topic_configs.AFTER_MAX))
    if batch.max_ms > now_ms + after:
        raise Refused(
            Code.INVALID_TIMESTAMP, f"timestamp {batch.max_ms} is more than {after} ms after the broker's {now_ms}"
        )
    before = configs.get(topic_configs.BEFORE_MAX)
    if before and batch.base_ms < now_ms - int(before):
        raise Refused(
            Code.INVALID_TIMESTAMP, f"timestamp {batch.base_ms} is more than {before} ms before the broker's {now_ms}"
        )


def _write(kafka: Kafka, ask: Ask, request: ProduceRequest, partition: Partition, batch: Batch) -> int:
    """Put a batch into the log, unless it is there already. Returns its base offset. Raises Refused, NoRoom."""
    if not batch.is_idempotent:
        return write(kafka, partition, batch, kafka.producers.get(partition.log), ask.now_ms)
    if batch.is_transactional:
        enlisting.check(kafka, ask, request, partition, batch.producer)
    producers = producers_of(kafka, partition)
    found = producers.look(batch)
    if isinstance(found, Written):
        kafka.streams.wait_for(kafka.log(partition), found.offset + batch.span)
        return found.offset
    if found:
        raise Refused(found, f"sequence {batch.producer.first} of producer {batch.producer.id} is not due")
    return write(kafka, partition, batch, producers, ask.now_ms)

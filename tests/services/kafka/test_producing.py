"""Produce: what is written, what is refused, and what an idempotent producer may send again."""

from collections.abc import Sequence

import pytest

from tests.services.kafka.world import NOW_MS, Peer, World, batch_of
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.describe_producers_request import DescribeProducersRequest, TopicRequest
from weirmq.wire.kafka.messages.init_producer_id_request import InitProducerIdRequest
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

HOUR_MS = 3_600_000


def test_batches_get_offsets_one_after_another(world: World) -> None:
    topic = world.topic()
    first, second = world.produce(topic, b"a", b"b"), world.produce(topic, b"c")
    assert (first.error_code, first.base_offset, first.log_append_time_ms) == (0, 0, -1)
    assert (second.base_offset, second.log_start_offset) == (2, 0)
    assert world.values(topic) == [b"a", b"b", b"c"]
    assert world.values(topic, 1) == [b"b", b"c"]


def test_by_name_before_topic_ids(world: World) -> None:
    topic = world.topic()
    records = PartitionProduceData(0, batch_of(b"a"))
    answer = world.ask(ProduceRequest(None, 1, 1000, [TopicProduceData("orders", partition_data=[records])]), version=9)
    assert answer.responses[0].partition_responses[0].error_code == 0
    assert world.values(topic) == [b"a"]


def test_with_acks_all_the_answer_waits_for_the_disk() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    topic = world.topic()
    world.streams.hold(lambda _: None, None)
    released: list[str] = []
    stream = world.kafka.log(world.kafka.machine.clusters[0].by_id[topic].partitions[0])
    world.streams.place(stream, memoryview(bytearray(batch_of(b"a"))))
    world.streams.hold(released.append, "answer")
    world.streams.flush()
    assert (released, stream.readable) == ([], 0)
    world.sync()
    assert (released, stream.readable) == (["answer"], 1)


@pytest.mark.parametrize(
    ("flush", "is_early"),
    [
        ({}, False),
        ({"flush_ms": "1000"}, True),
        ({"flush_messages": "10"}, True),
        ({"flush_messages": "1"}, False),
        ({"flush_ms": "0"}, False),
        ({"flush_messages": "1", "flush_ms": "1000"}, False),
    ],
)
def test_a_topic_may_be_flushed_later(flush: dict[str, str], is_early: bool) -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    topic = world.topic(retention_ms="-1", **flush)
    world.streams.hold(lambda _: None, None)
    produced = ProduceRequest(None, -1, 0, [TopicProduceData("", topic, [PartitionProduceData(0, batch_of(b"a"))])])
    released: list[str] = []
    sync, world.sync = world.sync, lambda: None  # type: ignore[method-assign]
    assert world.ask(produced).responses[0].partition_responses[0].error_code == 0
    world.streams.hold(released.append, "answer")
    assert bool(released) is is_early
    sync()
    assert released == ["answer"]
    assert world.values(topic) == [b"a"]


def test_with_acks_0_there_is_no_answer_and_a_refusal_closes_the_connection(world: World) -> None:
    topic, peer = world.topic(), Peer()

    def send(data: bytes) -> None:
        request = ProduceRequest(None, 0, 0, [TopicProduceData("", topic, [PartitionProduceData(0, data)])])
        assert world.ask(request, peer=peer) is None

    send(batch_of(b"a"))
    assert world.values(topic) == [b"a"]
    assert not peer.is_closed
    send(b"nonsense")
    assert peer.is_closed


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.INVALID_RECORD),
        (b"\0" * 10, Code.INVALID_RECORD),
        (b"\0" * 16 + b"\1" + b"\0" * 60, Code.UNSUPPORTED_FOR_MESSAGE_FORMAT),
        (batch_of(b"a")[:-1], Code.CORRUPT_MESSAGE),
        (batch_of(b"a")[:-1] + b"\1", Code.CORRUPT_MESSAGE),  # the CRC
        (batch_of(b"a") * 2, Code.INVALID_RECORD),
        (batch_of(b"x" * 1_048_588), Code.MESSAGE_TOO_LARGE),
        (batch_of(b"a", attributes=0x20), Code.INVALID_RECORD),  # a control batch
        (batch_of(b"a", attributes=0x10), Code.INVALID_RECORD),  # of a transaction, without a producer
        (batch_of(b"a", attributes=5), Code.UNSUPPORTED_COMPRESSION_TYPE),
        (batch_of(b"a", producer=1, epoch=-1, first=0), Code.INVALID_RECORD),
        (batch_of(b"a", now_ms=NOW_MS + HOUR_MS + 1), Code.INVALID_TIMESTAMP),
    ],
)
def test_what_is_refused(world: World, data: bytes, code: Code) -> None:
    topic = world.topic()
    found = world.produce(topic, data=data)
    assert (found.error_code, found.base_offset) == (code, -1)
    assert found.error_message
    assert world.values(topic) == []


def test_where_there_is_nothing_to_write_to(world: World) -> None:
    topic = world.topic()
    assert world.produce(b"?" * 16, b"a").error_code == Code.UNKNOWN_TOPIC_ID
    assert world.produce(topic, b"a", index=1).error_code == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert world.produce(topic, b"a", acks=2).error_code == Code.INVALID_REQUIRED_ACKS
    world.ask(DeleteTopicsRequest([DeleteTopicState(None, topic)]))
    assert world.produce(topic, b"a").error_code == Code.UNKNOWN_TOPIC_ID


def test_a_topic_may_set_the_time_itself(world: World) -> None:
    topic = world.topic(message_timestamp_type="LogAppendTime")
    found = world.produce(topic, data=batch_of(b"a", now_ms=5))
    assert found.log_append_time_ms == NOW_MS
    assert world.values(topic) == [b"a"]  # its CRC is right


def test_a_topic_may_refuse_old_records(world: World) -> None:
    topic = world.topic(message_timestamp_before_max_ms="1000")
    assert world.produce(topic, data=batch_of(b"a", now_ms=NOW_MS - 1001)).error_code == Code.INVALID_TIMESTAMP
    assert world.produce(topic, data=batch_of(b"a", now_ms=NOW_MS - 1000)).error_code == 0


# Several partitions


def to_many(topic: bytes, indexes: Sequence[int], data: bytes | None = None) -> ProduceRequest:
    batches = [PartitionProduceData(index, batch_of(b"a") if data is None else data) for index in indexes]
    return ProduceRequest(None, -1, 1000, [TopicProduceData("", topic, batches)])


def codes(world: World, request: ProduceRequest) -> list[int]:
    [found] = world.ask(request).responses
    return [each.error_code for each in found.partition_responses]


def preparations(world: World, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The partitions whose logs were made side by side."""
    found: list[list[int]] = []
    prepare = world.streams.library.prepare

    def noted(names: Sequence[str]) -> None:
        found.append([int(name.rpartition("/")[2]) for name in names])
        prepare(names)

    monkeypatch.setattr(world.streams.library, "prepare", noted)
    return found


def test_logs_of_new_partitions_are_made_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    topic, prepared = world.topic(partitions=6), preparations(world, monkeypatch)
    assert world.produce(topic, b"a").error_code == 0
    assert prepared == []  # one is made as ever
    assert codes(world, to_many(topic, [0, 1, 2, 3, 1, 6])) == [0, 0, 0, 0, 0, Code.UNKNOWN_TOPIC_OR_PARTITION]
    assert prepared == [[1, 2, 3]]
    assert codes(world, to_many(topic, [0, 1, 2, 3])) == [0] * 4
    assert len(prepared) == 1
    assert [len(world.values(topic, index=index)) for index in range(6)] == [3, 3, 2, 2, 0, 0]
    again = world.restarted()
    assert [len(again.values(topic, index=index)) for index in range(6)] == [3, 3, 2, 2, 0, 0]


def test_no_logs_are_made_for_what_is_refused(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    topic, prepared = world.topic(partitions=3), preparations(world, monkeypatch)
    assert set(codes(world, to_many(b"?" * 16, [0, 1]))) == {Code.UNKNOWN_TOPIC_ID}
    assert set(codes(world, to_many(topic, [0, 1], b""))) == {Code.INVALID_RECORD}
    assert prepared == []


def test_each_partition_says_for_itself_that_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SimulatedDisk()
    world = World(disk)
    topic, prepared = world.topic(partitions=3), preparations(world, monkeypatch)
    assert world.produce(topic, b"a").error_code == 0
    disk.capacity_bytes = 0
    assert codes(world, to_many(topic, [1, 2, 0])) == [Code.KAFKA_STORAGE_ERROR, Code.KAFKA_STORAGE_ERROR, 0]
    disk.capacity_bytes = None
    assert codes(world, to_many(topic, [1, 2, 0])) == [0, 0, 0]
    assert prepared == [[1, 2]] * 2


# Idempotent producers


def test_each_producer_gets_an_id_of_its_own_also_after_a_restart(world: World) -> None:
    world.topic()
    ids = [world.ask(InitProducerIdRequest(None, 0)).producer_id for _ in range(3)]
    again = world.restarted().ask(InitProducerIdRequest(None, 0)).producer_id
    assert len({*ids, again}) == 4


def test_a_batch_that_comes_again_is_answered_as_before_and_not_written(world: World) -> None:
    topic = world.topic()
    batches = [batch_of(b"%d" % n, b"+", producer=1, epoch=0, first=2 * n) for n in range(6)]
    offsets = [world.produce(topic, data=data).base_offset for data in batches]
    assert offsets == [0, 2, 4, 6, 8, 10]
    assert [world.produce(topic, data=data).base_offset for data in batches[1:]] == offsets[1:]
    assert world.produce(topic, data=batches[0]).error_code == Code.OUT_OF_ORDER_SEQUENCE_NUMBER  # the sixth last
    assert len(world.values(topic)) == 12


def test_a_gap_is_refused(world: World) -> None:
    topic = world.topic()
    world.produce(topic, data=batch_of(b"a", producer=1, epoch=0, first=0))
    found = world.produce(topic, data=batch_of(b"c", producer=1, epoch=0, first=2))
    assert found.error_code == Code.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_epochs(world: World) -> None:
    topic = world.topic()
    world.produce(topic, data=batch_of(b"a", producer=1, epoch=3, first=0))
    assert (
        world.produce(topic, data=batch_of(b"b", producer=1, epoch=2, first=1)).error_code
        == Code.INVALID_PRODUCER_EPOCH
    )
    later = world.produce(topic, data=batch_of(b"b", producer=1, epoch=4, first=1))
    assert later.error_code == Code.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert world.produce(topic, data=batch_of(b"b", producer=1, epoch=4, first=0)).error_code == 0
    assert (
        world.produce(topic, data=batch_of(b"z", producer=1, epoch=3, first=1)).error_code
        == Code.INVALID_PRODUCER_EPOCH
    )


def test_sequences_wrap_around(world: World) -> None:
    topic = world.topic()
    assert world.produce(topic, data=batch_of(b"a", b"b", producer=1, epoch=0, first=2**31 - 2)).error_code == 0
    assert world.produce(topic, data=batch_of(b"c", producer=1, epoch=0, first=0)).error_code == 0


def test_a_restart_forgets_no_producer() -> None:
    world = World(SimulatedDisk())
    topic = world.topic()
    for n in range(20):  # over several segments
        world.produce(topic, data=batch_of(b"x" * 500, producer=1, epoch=0, first=n))
    world = world.restarted()
    again = world.produce(topic, data=batch_of(b"x" * 500, producer=1, epoch=0, first=19))
    assert (again.error_code, again.base_offset) == (0, 19)
    assert world.produce(topic, data=batch_of(b"y", producer=1, epoch=0, first=20)).base_offset == 20
    (told,) = world.ask(DescribeProducersRequest([TopicRequest("orders", [0])])).topics
    (state,) = told.partitions[0].active_producers
    assert (state.producer_id, state.producer_epoch, state.last_sequence) == (1, 0, 20)


def test_a_producer_that_is_silent_for_a_day_is_forgotten(world: World) -> None:
    topic = world.topic()
    world.produce(topic, data=batch_of(b"a", producer=1, epoch=5, first=0))
    world.clock.advance(days=1, minutes=2)
    world.tick()
    assert world.produce(topic, data=batch_of(b"b", producer=1, epoch=0, first=7)).error_code == 0

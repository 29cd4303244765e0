"""Fetch and ListOffsets: slices of the log, waiting for more, and which offset stands for what."""

import pytest

from tests.services.kafka.world import NOW_MS, Peer, World, batch_of, fetching
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.batch import heads
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from weirmq.wire.kafka.messages.list_offsets_request import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic
from weirmq.wire.kafka.messages.offset_for_leader_epoch_request import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)


def test_a_fetch_inside_a_batch_gets_all_of_it(world: World) -> None:
    topic = world.topic()
    world.produce(topic, b"a", b"b", b"c")
    found = world.fetch(topic, 2)
    ((base, head),) = heads(memoryview(found.records))
    assert (base, head.span) == (0, 3)
    assert (found.high_watermark, found.last_stable_offset, found.log_start_offset) == (3, 3, 0)


def test_the_first_batch_comes_whole_and_others_within_the_limits(world: World) -> None:
    topic = world.topic(partitions=2)
    for _ in range(5):
        world.produce(topic, b"x" * 1000)
        world.produce(topic, b"y" * 1000, index=1)
    assert len(list(heads(memoryview(world.fetch(topic, 0, most=10).records)))) == 1
    assert len(list(heads(memoryview(world.fetch(topic, 0, most=2500).records)))) == 2
    partitions = [FetchPartition(index, -1, 0, partition_max_bytes=1) for index in (0, 1)]
    (answer,) = world.ask(FetchRequest(max_bytes=10, topics=[FetchTopic("", topic, partitions)])).responses
    assert [bool(each.records) for each in answer.partitions] == [True, False]


@pytest.mark.parametrize("offset", [-1, 4])
def test_an_offset_that_is_not_there(world: World, offset: int) -> None:
    topic = world.topic()
    world.produce(topic, b"a", b"b", b"c")
    found = world.fetch(topic, offset)
    assert (found.error_code, found.high_watermark, found.log_start_offset) == (Code.OFFSET_OUT_OF_RANGE, 3, 0)


def test_what_is_not_there(world: World) -> None:
    topic = world.topic()
    assert world.fetch(topic, 0, index=1).error_code == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert world.fetch(b"?" * 16, 0).error_code == Code.UNKNOWN_TOPIC_ID


def test_another_leader_epoch(world: World) -> None:
    topic = world.topic()
    partition = FetchPartition(0, 1, 0, partition_max_bytes=1)
    (answer,) = world.ask(FetchRequest(topics=[FetchTopic("", topic, [partition])])).responses
    assert answer.partitions[0].error_code == Code.UNKNOWN_LEADER_EPOCH


# Waiting


def test_a_fetch_waits_for_records(world: World) -> None:
    topic = world.topic()
    later = world.begin(fetching(topic, 0, wait_ms=500))
    assert later.answer is None
    world.produce(topic, b"a")
    assert later.answer.responses[0].partitions[0].high_watermark == 1


def test_a_fetch_waits_for_as_many_bytes_as_it_wants(world: World) -> None:
    topic = world.topic()
    later = world.begin(fetching(topic, 0, wait_ms=500, least=1000))
    world.produce(topic, b"a")
    assert later.answer is None
    world.clock.advance(milliseconds=500 + 500 // 4)
    world.settle()
    assert later.answer.responses[0].partitions[0].records  # what there is, when its time is up


def test_a_fetch_of_nothing_ends_with_its_time(world: World) -> None:
    topic = world.topic()
    later = world.begin(fetching(topic, 0, wait_ms=500))
    world.clock.advance(milliseconds=499)
    world.settle()
    assert later.answer is None
    world.clock.advance(milliseconds=1 + 500 // 4)
    world.settle()
    (found,) = later.answer.responses[0].partitions
    assert (found.error_code, found.records) == (0, b"")


def test_fetches_of_about_the_same_time_end_together(world: World) -> None:
    topic, ends = world.topic(), set[int]()
    for _ in range(500):
        world.begin(fetching(topic, 0, wait_ms=500))
        ends.add(world.waiting.next_ms() or 0)
        world.clock.advance(milliseconds=1)
        world.settle()
    assert len(ends) <= 500 // (500 // 4) + 1


def test_a_fetch_that_may_wait_long_waits_little_longer(world: World) -> None:
    topic = world.topic()
    later = world.begin(fetching(topic, 0, wait_ms=29_000))
    world.clock.advance(milliseconds=29_000 + 125)
    world.settle()
    assert later.answer is not None


def test_a_fetch_may_name_a_partition_twice(world: World) -> None:
    topic = world.topic()
    asked = fetching(topic, 0, wait_ms=500)
    asked.topics[0].partitions *= 2
    later = world.begin(asked)
    world.produce(topic, b"a")
    assert [bool(each.records) for each in later.answer.responses[0].partitions] == [True, True]
    assert not len(world.waiting)


def test_a_fetch_hears_of_the_end_of_its_topic(world: World) -> None:
    topic = world.topic()
    later = world.begin(fetching(topic, 0, wait_ms=500))
    world.ask(DeleteTopicsRequest([DeleteTopicState(None, topic)]))
    assert later.answer.responses[0].partitions[0].error_code == Code.UNKNOWN_TOPIC_ID


def test_nobody_waits_for_a_client_that_is_gone(world: World) -> None:
    topic, peer = world.topic(), Peer()
    world.begin(fetching(topic, 0, wait_ms=500), peer=peer)
    world.begin(fetching(topic, 0, wait_ms=500))
    assert len(world.waiting) == 2
    world.kafka.left(peer)
    assert len(world.waiting) == 1


def test_a_server_that_stops_answers_those_that_wait(world: World) -> None:
    later = world.begin(fetching(world.topic(), 0, wait_ms=500))
    world.waiting.end_all()
    assert (later.answer.error_code, later.answer.responses) == (0, [])


# ListOffsets


def listed(world: World, time_ms: int, index: int = 0, *, epoch: int = -1) -> tuple[int, int, int]:
    topics = [ListOffsetsTopic("orders", [ListOffsetsPartition(index, epoch, time_ms)])]
    (topic,) = world.ask(ListOffsetsRequest(-1, 0, topics)).topics
    (found,) = topic.partitions
    return found.error_code, found.timestamp, found.offset


def test_offsets_of_the_start_the_end_and_times(world: World) -> None:
    topic = world.topic()
    assert listed(world, -1) == listed(world, -2) == (0, -1, 0)
    assert listed(world, -3) == (0, -1, -1)
    for n in range(3):
        world.produce(topic, b"a", b"b", data=None)
        world.clock.advance(seconds=10)
        assert listed(world, NOW_MS + 10_000 * n)[2] == 2 * n
    assert listed(world, -1) == (0, -1, 6)
    assert listed(world, -2) == listed(world, -4) == (0, -1, 0)
    assert listed(world, NOW_MS + 1) == (0, NOW_MS + 10_000, 2)
    assert listed(world, -3) == (0, NOW_MS + 20_000, 4)
    assert listed(world, NOW_MS + 20_001) == listed(world, -5) == (0, -1, -1)


def test_offsets_of_what_is_not_there(world: World) -> None:
    world.topic()
    assert listed(world, -1, 1)[0] == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert listed(world, -1, epoch=4)[0] == Code.UNKNOWN_LEADER_EPOCH


def test_where_a_leader_epoch_ends(world: World) -> None:
    topic = world.topic()
    world.produce(topic, b"a")
    asked = [OffsetForLeaderPartition(0, -1, 0), OffsetForLeaderPartition(1, -1, 0)]
    (answer,) = world.ask(OffsetForLeaderEpochRequest(-2, [OffsetForLeaderTopic("orders", asked)])).topics
    first, second = answer.partitions
    assert (first.error_code, first.leader_epoch, first.end_offset) == (0, 0, 1)
    assert second.error_code == Code.UNKNOWN_TOPIC_OR_PARTITION


# DeleteRecords and retention


def deleted(world: World, offset: int) -> tuple[int, int]:
    asked = [DeleteRecordsTopic("orders", [DeleteRecordsPartition(0, offset)])]
    (topic,) = world.ask(DeleteRecordsRequest(asked)).topics
    (found,) = topic.partitions
    return found.error_code, found.low_watermark


def test_records_are_deleted_below_an_offset_for_good() -> None:
    world = World(SimulatedDisk())
    topic = world.topic()
    for _ in range(10):
        world.produce(topic, b"x" * 500)
    assert deleted(world, 7) == (0, 7)
    assert deleted(world, 3) == (0, 7)
    assert deleted(world, 11) == (Code.OFFSET_OUT_OF_RANGE, -1)
    world = world.restarted()
    assert listed(world, -2)[2] == 7
    assert world.fetch(topic, 6).error_code == Code.OFFSET_OUT_OF_RANGE
    assert deleted(world, -1) == (0, 10)
    world.clock.advance(minutes=2)
    world.tick()
    assert world.kafka.log(world.kafka.machine.clusters[0].by_id[topic].partitions[0]).start > 0  # room is won back


def test_records_go_with_their_time() -> None:
    world = World(SimulatedDisk())
    topic = world.topic(retention_ms="60000")
    for _ in range(10):
        world.produce(topic, b"x" * 500)
    world.clock.advance(minutes=3)
    world.tick()
    world.produce(topic, b"young")
    assert world.fetch(topic, 0).error_code == Code.OFFSET_OUT_OF_RANGE
    assert world.values(topic, 10) == [b"young"]
    assert listed(world, -2)[2] == 10


def test_a_produced_batch_is_read_as_it_came(world: World) -> None:
    topic = world.topic()
    data = batch_of(b"a", b"b", producer=4, epoch=1, first=0)
    world.produce(topic, data=data)
    world.produce(topic, data=batch_of(b"c", producer=4, epoch=1, first=2))
    raw = bytes(world.fetch(topic, 0).records or b"")
    assert raw[12:].startswith(data[16:]) is False  # the leader epoch is the broker's
    assert raw[16 : len(data)] == data[16:]

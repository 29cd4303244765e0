"""Fetch and ListOffsets for readers that want only what is committed; DescribeProducers of open transactions."""

import pytest

from tests.services.kafka.transacting import Transactor, place_of
from tests.services.kafka.world import NOW_MS, World, batch_of, fetching
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.describe_producers_request import DescribeProducersRequest, TopicRequest
from weirmq.wire.kafka.messages.list_offsets_request import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic

both = pytest.mark.parametrize("version", [1, 2])


def begun(world: World, version: int = 1, name: str = "t") -> Transactor:
    found = Transactor(world, name, version)
    assert found.init() == Code.NONE
    return found


def listed(world: World, time_ms: int, isolation: int) -> int:
    topics = [ListOffsetsTopic("orders", [ListOffsetsPartition(0, -1, time_ms)])]
    (topic,) = world.ask(ListOffsetsRequest(-1, isolation, topics)).topics
    return int(topic.partitions[0].offset)


def test_what_lies_behind_an_open_transaction_is_not_stable(world: World) -> None:
    place, one, two = place_of(world), begun(world, 1, "one"), begun(world, 1, "two")
    world.produce(place[1], b"0")
    one.write(place, b"1")  # offset 1
    world.produce(place[1], b"2")
    two.write(place, b"3")
    assert one.commit() == Code.NONE  # its marker is 4
    world.produce(place[1], b"5")
    found = world.fetch(place[1], 0, isolation=1)
    assert (found.high_watermark, found.last_stable_offset) == (6, 3)
    assert world.committed(place[1]) == [b"0", b"1", b"2"]
    assert world.fetch(place[1], 0).last_stable_offset == 6  # of no interest to who reads everything
    assert world.values(place[1]) == [b"0", b"1", b"2", b"3", b"5"]
    assert world.fetch(place[1], 4, isolation=1).records == b""
    assert (listed(world, -1, 0), listed(world, -1, 1), listed(world, -2, 1)) == (6, 3, 0)
    assert two.commit() == Code.NONE
    assert world.committed(place[1]) == [b"0", b"1", b"2", b"3", b"5"]
    assert listed(world, -1, 1) == 7


def test_offsets_of_times_end_where_it_is_stable(world: World) -> None:
    place, writer = place_of(world), begun(world)
    world.produce(place[1], b"0")
    world.clock.advance(milliseconds=10)
    writer.write(place, b"1")
    assert (listed(world, NOW_MS, 1), listed(world, NOW_MS + 10, 1), listed(world, NOW_MS + 10, 0)) == (0, -1, 1)


def test_the_aborted_transactions_that_overlap_what_is_fetched(world: World) -> None:
    place = place_of(world)
    writers = [begun(world, 1, f"w{n}") for n in range(3)]
    for writer in writers:  # at offsets 0, 1, 2
        writer.write(place, b"x" * 200)
    assert writers[0].abort() == writers[2].commit() == writers[1].abort() == Code.NONE  # markers 3, 4, 5
    assert writers[2].write(place, b"y" * 200) == writers[2].abort() == Code.NONE  # 6, 7

    def told(offset: int, most: int = 1_000_000) -> list[tuple[int, int]]:
        found = world.fetch(place[1], offset, most=most, isolation=1)
        return [(each.producer_id, each.first_offset) for each in found.aborted_transactions or ()]

    a, b, c = (writer.producer for writer in writers)
    assert told(0) == [(a, 0), (b, 1), (c, 6)]
    assert told(3) == [(a, 0), (b, 1), (c, 6)]  # 3 is the first one's marker
    assert told(4) == [(b, 1), (c, 6)]
    assert told(6) == told(7) == [(c, 6)]
    assert told(8) == []
    assert world.committed(place[1]) == [b"x" * 200]
    assert world.fetch(place[1], 0).aborted_transactions is None


def test_a_long_transaction_does_not_hide_the_aborted_ones_within_it(world: World) -> None:
    place, long = place_of(world), begun(world, 1, "long")
    long.write(place, b"first")
    for n in range(3):
        short = begun(world, 1, f"s{n}")
        assert short.write(place, b"no") == short.abort() == Code.NONE
    assert long.commit() == Code.NONE
    assert world.committed(place[1]) == [b"first"]


@both
def test_a_waiting_reader_is_woken_by_the_marker(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    later = world.begin(fetching(place[1], 0, wait_ms=500, isolation=1))
    writer.write(place, b"a")
    assert later.answer is None
    assert writer.commit() == Code.NONE
    assert later.answer.responses[0].partitions[0].last_stable_offset == 2


@both
def test_a_restart_forgets_no_transaction(version: int) -> None:
    world = World(SimulatedDisk())
    place = place_of(world)
    for n in range(6):  # over several segments
        writer = begun(world, version, f"w{n}")
        assert writer.write(place, b"%d" % n * 500) == writer.end(commits=n % 2 == 0) == Code.NONE
    open_one = begun(world, version, "open")
    open_one.write(place, b"open")
    world.produce(place[1], b"behind it")
    expected = [b"0" * 500, b"2" * 500, b"4" * 500]
    assert world.committed(place[1]) == expected
    told = world.fetch(place[1], 0, isolation=1).aborted_transactions
    world = open_one.world = world.restarted()
    assert world.committed(place[1]) == expected
    assert world.fetch(place[1], 0, isolation=1).aborted_transactions == told
    assert open_one.write(place, b"too") == open_one.commit() == Code.NONE
    assert world.committed(place[1]) == [*expected, b"open", b"behind it", b"too"]


def test_what_the_log_has_no_more_is_forgotten(world: World) -> None:
    place, writer = place_of(world, "orders"), begun(world)
    for _ in range(3):
        assert writer.write(place, b"a") == writer.abort() == Code.NONE
    producers = world.kafka.producers[world.kafka.machine.clusters[0].by_id[place[1]].partitions[0].log]
    producers.trim(2)  # the second transaction's first record; the first one's marker is 1
    assert [each.first for each in producers.aborted(0, 6)] == [2, 4]


def test_producers_are_told_with_their_open_transactions(world: World) -> None:
    place, writer = place_of(world), begun(world)
    world.produce(place[1], data=batch_of(b"a", producer=99, epoch=0, first=0))

    def told() -> list[tuple[int, int, int, int]]:
        many_times = [TopicRequest("orders", [0, 0]), TopicRequest("orders", [0])]
        (topic,) = world.ask(DescribeProducersRequest(many_times)).topics
        assert [each.partition_index for each in topic.partitions] == [0]
        return [
            (each.producer_id, each.last_sequence, each.coordinator_epoch, each.current_txn_start_offset)
            for each in topic.partitions[0].active_producers
        ]

    writer.write(place, b"b", b"c")
    assert told() == [(99, 0, -1, -1), (writer.producer, 1, -1, 1)]
    assert writer.commit() == Code.NONE
    assert told() == [(99, 0, -1, -1), (writer.producer, 1, 0, -1)]
    world.clock.advance(hours=12)
    writer.write(place, b"d")
    world.clock.advance(hours=24, minutes=2)
    for producers in world.kafka.producers.values():
        producers.expire(world.clock.now_ms() - 86_400_000)
    assert [each[0] for each in told()] == [writer.producer]  # whose transaction is open

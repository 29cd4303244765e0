"""Compaction: of each key the newest record stays, tombstones for a while, and nothing else."""

import pytest
from crc32c import crc32c

from tests.services.kafka.keyed import all_read, batches_of, clean, keyed, put, table
from tests.services.kafka.transacting import Place, Transactor
from tests.services.kafka.world import World
from weirmq.services.kafka import compaction
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.batch import CONTROL
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.list_offsets_request import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

DAY_MS = 86_400_000
PAD = b"." * 300


@pytest.fixture
def world() -> World:
    return World(SimulatedDisk())


def compacted(world: World, **configs: str) -> bytes:
    return world.topic(cleanup_policy="compact", min_cleanable_dirty_ratio="0", **configs)


def fill(world: World, topic: bytes) -> None:
    """Have what is there be in segments that don't grow any more."""
    for n in range(12):
        put(world, topic, (b"filler%d" % n, PAD))


def keys(world: World, topic: bytes) -> list[tuple[bytes | None, bytes | None]]:
    return [(each.key, each.value) for each in all_read(world, topic) if not (each.key or b"").startswith(b"filler")]


def test_the_newest_record_of_a_key_stays_where_it_is(world: World) -> None:
    topic = compacted(world)
    for n in range(30):
        put(world, topic, (b"k%d" % (n % 3), b"v%d" % n + PAD))
    fill(world, topic)
    before = all_read(world, topic)
    assert clean(world)
    found = all_read(world, topic)
    assert [each for each in found if not (each.key or b"").startswith(b"filler")] == before[27:30]
    assert table(found) == table(before)
    assert world.fetch(topic, 0).high_watermark == 42


@pytest.mark.parametrize("codec", range(5))
def test_a_part_of_a_batch(world: World, codec: int) -> None:
    topic = compacted(world)
    put(world, topic, (b"a", b"1" + PAD), (b"b", b"1" + PAD), (b"c", b"1"), codec=codec)
    put(world, topic, (b"b", b"2" + PAD), codec=codec)
    fill(world, topic)
    clean(world)
    assert keys(world, topic) == [(b"a", b"1" + PAD), (b"c", b"1"), (b"b", b"2" + PAD)]
    assert [each.offset for each in all_read(world, topic)][:3] == [0, 2, 3]
    (first, *_) = [batch for _, batch, _ in batches_of(world, topic)]
    assert (first.attributes & 7, first.span, first.records) == (codec, 3, 2)


def test_what_is_read_in_a_gap(world: World) -> None:
    topic = compacted(world)
    for n in range(20):
        put(world, topic, (b"k", b"%d" % n + PAD))
    fill(world, topic)
    clean(world)
    (kept,) = [each for each in all_read(world, topic) if each.key == b"k"]
    assert kept.offset == 19
    for offset in range(20):
        found = world.fetch(topic, offset)
        assert found.error_code == 0
        assert found.records


def test_long_keys(world: World) -> None:
    topic = compacted(world)
    first, second = b"x" * 500 + b"1", b"x" * 500 + b"2"
    put(world, topic, (first, b"1"))
    put(world, topic, (second, b"1"))
    put(world, topic, (first, b"2"))
    fill(world, topic)
    clean(world)
    assert keys(world, topic) == [(second, b"1"), (first, b"2")]


def test_tombstones_stay_for_their_time_and_go_for_good(world: World) -> None:
    topic = compacted(world, delete_retention_ms=str(DAY_MS))
    put(world, topic, (b"a", b"1"), (b"b", b"1"))
    put(world, topic, (b"a", None))
    fill(world, topic)
    times = {each.offset: each.time_ms for each in all_read(world, topic)}
    clean(world)
    assert keys(world, topic) == [(b"b", b"1"), (b"a", None)]
    for after in ({"hours": 23}, {"hours": 2}):
        assert keys(world, topic) == [(b"b", b"1"), (b"a", None)]
        assert {each.offset: each.time_ms for each in all_read(world, topic)}.items() <= times.items() | {
            (each.offset, each.time_ms) for each in all_read(world, topic) if each.offset not in times
        }
        world.clock.advance(**after)
        fill(world, topic)
        clean(world)
    assert keys(world, topic) == [(b"b", b"1")]


def test_a_tombstone_is_kept_from_the_first_pass_on(world: World) -> None:
    topic = compacted(world, delete_retention_ms="0")
    put(world, topic, (b"a", b"1"))
    put(world, topic, (b"a", None))
    fill(world, topic)
    clean(world)
    assert keys(world, topic) == [(b"a", None)]
    fill(world, topic)
    clean(world)
    assert keys(world, topic) == []


def test_records_without_a_key_from_before_go(world: World) -> None:
    topic = world.topic(min_cleanable_dirty_ratio="0")
    put(world, topic, (None, b"1"), (b"a", b"1"))
    fill(world, topic)
    assert not clean(world)
    configure(world, cleanup_policy="compact", min_cleanable_dirty_ratio="0")
    clean(world)
    assert keys(world, topic) == [(b"a", b"1")]


def configure(world: World, **configs: str) -> None:
    world.kafka.machine.clusters[0].topics["orders"].configure(
        {name.replace("_", "."): value for name, value in configs.items()}
    )


def test_a_batch_that_can_not_be_read_stays(world: World) -> None:
    topic = world.topic()
    broken = bytearray(keyed([(b"a", b"1")], world.clock.now_ms()))
    broken[61] = 0x7F  # the record's length
    assert world.produce(topic, data=resigned(broken)).error_code == 0
    put(world, topic, (b"a", b"2"))
    put(world, topic, (b"a", b"3"))
    fill(world, topic)
    configure(world, cleanup_policy="compact", min_cleanable_dirty_ratio="0")
    assert clean(world)
    assert [base for base, batch, _ in batches_of(world, topic) if batch.records][:2] == [0, 2]


def resigned(data: bytearray) -> bytes:
    data[17:21] = crc32c(memoryview(data)[21:]).to_bytes(4, "big")
    return bytes(data)


def test_more_keys_than_fit_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MAP_KEYS", 4)
    topic = compacted(world)
    for n in range(40):
        put(world, topic, (b"k%d" % (n % 8), b"%d" % n + PAD))
    fill(world, topic)
    expected = table(all_read(world, topic))
    for _ in range(30):
        clean(world)
    assert table(all_read(world, topic)) == expected
    assert len(keys(world, topic)) == 8


# When


def test_nothing_is_cleaned_before_enough_is_dirty(world: World) -> None:
    topic = world.topic(cleanup_policy="compact", min_cleanable_dirty_ratio="0.7")
    fill(world, topic)
    fill(world, topic)
    assert clean(world) == 1  # all of it was dirty
    fill(world, topic)
    assert clean(world) == 0
    for _ in range(6):
        fill(world, topic)
    assert clean(world) == 1


def test_young_records_stay(world: World) -> None:
    topic = compacted(world, min_compaction_lag_ms="600000")
    put(world, topic, (b"a", b"1"))
    put(world, topic, (b"a", b"2"))
    fill(world, topic)
    clean(world)
    assert len(keys(world, topic)) == 2
    world.clock.advance(minutes=10)
    clean(world)
    assert keys(world, topic) == [(b"a", b"2")]


def test_old_records_are_not_left_dirty(world: World) -> None:
    topic = world.topic(cleanup_policy="compact", min_cleanable_dirty_ratio="0.99", max_compaction_lag_ms="600000")
    fill(world, topic)
    clean(world)
    put(world, topic, (b"a", b"1"))
    put(world, topic, (b"a", b"2"))
    fill(world, topic)
    assert clean(world) == 0
    world.clock.advance(minutes=10)
    assert clean(world) == 1
    assert keys(world, topic) == [(b"a", b"2")]


def test_what_grows_for_too_long_ends_with_the_next_batch(world: World) -> None:
    topic = world.topic(cleanup_policy="compact", min_cleanable_dirty_ratio="0.99", max_compaction_lag_ms="600000")
    put(world, topic, (b"a", b"1"))
    put(world, topic, (b"a", b"2"))
    world.clock.advance(minutes=11)
    clean(world)
    assert len(keys(world, topic)) == 2
    put(world, topic, (b"b", b"1"))
    assert clean(world) == 1
    assert keys(world, topic) == [(b"a", b"2"), (b"b", b"1")]


def test_other_topics_are_left_alone(world: World) -> None:
    topic = world.topic()
    fill(world, topic)
    fill(world, topic)
    assert clean(world) == 0
    assert len(all_read(world, topic)) == 24


def test_compacted_and_deleted(world: World) -> None:
    topic = world.topic(cleanup_policy="compact,delete", min_cleanable_dirty_ratio="0", retention_ms=str(DAY_MS))
    put(world, topic, (b"a", b"1"))
    put(world, topic, (b"a", b"2"))
    fill(world, topic)
    clean(world)
    assert keys(world, topic) == [(b"a", b"2")]
    world.clock.advance(hours=25)
    fill(world, topic)
    clean(world)
    found = world.fetch(topic, 14)
    assert found.log_start_offset == 14
    assert world.fetch(topic, 0).error_code == Code.OFFSET_OUT_OF_RANGE


def test_records_of_a_compacted_topic_are_not_deleted_by_request(world: World) -> None:
    topic = compacted(world)
    put(world, topic, (b"a", b"1"))
    asked = [DeleteRecordsTopic("orders", [DeleteRecordsPartition(0, 1)])]
    (told,) = world.ask(DeleteRecordsRequest(asked, 1000)).topics
    assert told.partitions[0].error_code == Code.POLICY_VIOLATION


def test_offsets_by_time(world: World) -> None:
    topic = compacted(world)
    for n in range(20):
        world.clock.advance(seconds=1)
        put(world, topic, (b"k%d" % (n % 5), b"%d" % n + PAD))
    fill(world, topic)
    clean(world)
    read = all_read(world, topic)
    for each in read:
        expected = next(other.offset for other in read if other.time_ms >= each.time_ms)
        asked = [ListOffsetsTopic("orders", [ListOffsetsPartition(0, -1, each.time_ms)])]
        (found,) = world.ask(ListOffsetsRequest(-1, 0, asked)).topics
        assert found.partitions[0].offset == expected
        assert found.partitions[0].timestamp == each.time_ms


# Restarts


def test_a_restart_finds_all_as_it_was(world: World) -> None:
    topic = compacted(world)
    for n in range(20):
        put(world, topic, (b"k%d" % (n % 3), b"%d" % n + PAD))
    fill(world, topic)
    clean(world)
    found = all_read(world, topic)
    partition = world.kafka.machine.clusters[0].topics["orders"].partitions[0]
    assert partition.clean > 20
    world.journal.flush()
    clean_to, world = partition.clean, world.restarted()
    assert all_read(world, topic) == found
    partition = world.kafka.machine.clusters[0].topics["orders"].partitions[0]
    assert partition.clean == clean_to
    assert clean(world) == 0
    assert put(world, topic, (b"a", b"1")) == 32


def test_how_far_it_is_clean_is_in_a_snapshot() -> None:
    world = World()
    topic = world.topic()
    partition = world.kafka.machine.clusters[0].by_id[topic].partitions[0]
    partition.clean = 7
    again = world.restarted()
    assert again.kafka.machine.clusters[0].by_id[topic].partitions[0].clean == 7


def test_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.log.memory.PIECE_BYTES", 2_000)
    world = World()
    topic = compacted(world)
    for n in range(20):
        put(world, topic, (b"k%d" % (n % 3), b"%d" % n + PAD))
    fill(world, topic)
    expected = table(all_read(world, topic))
    assert clean(world)
    assert len(keys(world, topic)) == 3
    assert table(all_read(world, topic)) == expected


# Producers


def test_what_tells_of_a_producer_stays(world: World) -> None:
    topic = compacted(world)
    for n in range(3):
        data = keyed([(b"a", b"%d" % n)], world.clock.now_ms(), producer=7, epoch=1, first=n)
        assert world.produce(topic, data=data).base_offset == n
    put(world, topic, (b"a", b"last"))
    fill(world, topic)
    assert clean(world)
    assert keys(world, topic) == [(b"a", b"last")]
    world = world.restarted()
    assert world.produce(topic, data=data).base_offset == 2  # a duplicate
    later = keyed([(b"b", b"3")], world.clock.now_ms(), producer=7, epoch=1, first=3)
    assert world.produce(topic, data=later).error_code == 0
    world.clock.advance(days=2)
    fill(world, topic)
    clean(world)
    clean(world)
    assert [batch.producer.id for base, batch, _ in batches_of(world, topic) if base < 3] == [-1]


def placed(world: World) -> Place:
    return "orders", compacted(world, delete_retention_ms="0"), 0


def transact(client: Transactor, place: Place, *values: bytes, commits: bool) -> None:
    """Write values of one key in a transaction."""
    assert client.write(place, *values) == Code.NONE
    assert client.end(commits=commits) == Code.NONE


@pytest.mark.parametrize("version", [1, 2])
def test_transactions(world: World, version: int) -> None:
    place = placed(world)
    client = Transactor(world, version=version)
    assert client.init() == Code.NONE
    for n in range(6):
        transact(client, place, b"%d" % n, commits=n % 2 == 0)
    fill(world, place[1])
    for _ in range(4):
        assert clean(world)
        found = [each for each in all_read(world, place[1], isolation=1) if each.key == b"k"]
        assert [each.value for each in found] == [b"4"]
        assert [each.value for each in all_read(world, place[1]) if each.key == b"k"] == [b"4"]
        fill(world, place[1])
    world.clock.advance(days=2)  # its producer is forgotten
    for _ in range(4):
        clean(world)
        fill(world, place[1])
    assert [base for base, batch, _ in batches_of(world, place[1]) if batch.attributes & CONTROL] == [9]
    world = world.restarted()
    assert [each.value for each in all_read(world, place[1], isolation=1) if each.key == b"k"] == [b"4"]


def test_an_open_transaction_stops_the_cleaner(world: World) -> None:
    place = placed(world)
    client, other = Transactor(world, timeout_ms=600_000), Transactor(world, "u")
    assert client.init() == other.init() == Code.NONE
    put(world, place[1], (b"k", b"0"))
    fill(world, place[1])
    assert client.write(place, b"1") == Code.NONE
    fill(world, place[1])
    transact(other, place, b"2", commits=True)
    fill(world, place[1])
    clean(world)
    assert [each.value for each in all_read(world, place[1]) if each.key == b"k"] == [b"0", b"1", b"2"]
    assert client.abort() == Code.NONE
    fill(world, place[1])
    clean(world)
    assert [each.value for each in all_read(world, place[1]) if each.key == b"k"] == [b"2"]


def test_readers_are_not_told_of_transactions_whose_markers_are_gone(world: World) -> None:
    place = placed(world)
    client = Transactor(world)
    assert client.init() == Code.NONE
    transact(client, place, b"1", commits=False)
    fill(world, place[1])
    producers = world.kafka.producers[world.kafka.machine.clusters[0].topics["orders"].partitions[0].log]
    assert len(producers.known_aborted) == 1
    clean(world)
    assert producers.known_aborted == []
    for n in range(4):
        transact(client, place, b"%d" % n, commits=True)
        fill(world, place[1])
        clean(world)
        assert [each.value for each in all_read(world, place[1], isolation=1) if each.key == b"k"] == [b"%d" % n]


def test_what_comes_behind_a_pass_is_cleaned_as_soon_as_that_is_durable() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    topic = compacted(world)
    fill(world, topic)
    world.clock.advance(minutes=1)
    world.tick()
    cleaning = world.streams.cleanings.take()
    assert cleaning is not None
    while cleaning.settle(cleaning.step()):
        pass
    fill(world, topic)
    sync, world.sync = world.sync, lambda: None  # type: ignore[method-assign]
    world.clock.advance(minutes=1)
    world.tick()  # it is recorded how far the pass has come
    assert world.streams.cleanings.take() is None
    sync()
    world.clock.advance(seconds=1)
    world.tick()
    assert world.streams.cleanings.take() is not None


def test_a_write_is_answered_while_it_is_cleaned(world: World) -> None:
    topic = compacted(world)
    fill(world, topic)
    fill(world, topic)
    world.sync()
    world.clock.advance(minutes=2)
    world.tick()
    cleaning = world.streams.cleanings.take()
    assert cleaning is not None
    more = True
    while more:
        found = cleaning.step()
        records = keyed([(b"a", b"1")], world.clock.now_ms())
        request = ProduceRequest(None, -1, 1000, [TopicProduceData("", topic, [PartitionProduceData(0, records)])])
        assert world.ask(request).responses[0].partition_responses[0].error_code == 0
        more = cleaning.settle(found)
    assert [each for each in all_read(world, topic) if each.key == b"a"]


def test_a_topic_that_is_deleted_meanwhile(world: World) -> None:
    topic = compacted(world)
    fill(world, topic)
    fill(world, topic)
    world.sync()
    world.clock.advance(minutes=2)
    world.tick()
    cleaning = world.streams.cleanings.take()
    assert cleaning is not None
    found = cleaning.step()
    world.ask(DeleteTopicsRequest([DeleteTopicState(None, topic)]))
    world.sync()
    world.clock.advance(seconds=2)
    world.tick()
    assert not cleaning.settle(found)
    assert world.streams.take_removed()
    assert clean(world) == 0

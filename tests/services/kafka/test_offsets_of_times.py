"""ListOffsets by time, in logs whose times go up and down, with records packed by all codecs."""

import struct

import pytest
from crc32c import crc32c

from tests.services.kafka.world import NOW_MS, World
from weirmq.log.batch import BatchBuilder
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.batch import HEADER_BYTES
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import pack
from weirmq.wire.kafka.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from weirmq.wire.kafka.messages.list_offsets_request import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic


@pytest.fixture
def world() -> World:
    return World(SimulatedDisk())


def batch_at(*times: int, codec: int = 0, body: bytes | None = None) -> bytes:
    """A batch with records of these times after NOW_MS, the latest last."""
    builder = BatchBuilder()
    for time_ms in sorted(times):
        builder.add(b"k", b"v", NOW_MS + time_ms)
    data = bytearray(builder.build())
    data[HEADER_BYTES:] = pack(codec, bytes(data[HEADER_BYTES:])) if body is None else body
    struct.pack_into(">i", data, 8, len(data) - 12)
    struct.pack_into(">h", data, 21, codec)
    struct.pack_into(">I", data, 17, crc32c(memoryview(data)[21:]))
    return bytes(data)


def listed(world: World, time_ms: int, *, version: int | None = None) -> tuple[int, int]:
    """The time after NOW_MS and the offset; or an error and -1."""
    topics = [ListOffsetsTopic("orders", [ListOffsetsPartition(0, -1, time_ms)])]
    (topic,) = world.ask(ListOffsetsRequest(-1, 0, topics), version=version).topics
    (found,) = topic.partitions
    if found.error_code:
        return found.error_code, -1
    return found.timestamp - NOW_MS if found.timestamp >= 0 else -1, found.offset


@pytest.mark.parametrize("codec", range(5))
def test_the_first_record_of_that_time_or_later(world: World, codec: int) -> None:
    topic = world.topic()
    for times in ((100, 200, 300), (50, 60), (250, 400), (70, 80)):
        assert not world.produce(topic, data=batch_at(*times, codec=codec)).error_code
    assert [listed(world, NOW_MS + time_ms) for time_ms in (0, 100, 101, 201, 301, 400, 401)] == [
        (100, 0), (100, 0), (200, 1), (300, 2), (400, 6), (400, 6), (-1, -1),
    ]  # fmt: skip
    assert listed(world, -3) == (400, 6)


def test_records_that_are_gone_do_not_count(world: World) -> None:
    topic = world.topic()
    for times in ((900, 901), (50, 60, 70), (20, 65)):
        world.produce(topic, data=batch_at(*times))
    world.ask(DeleteRecordsRequest([DeleteRecordsTopic("orders", [DeleteRecordsPartition(0, 3)])]))
    assert listed(world, NOW_MS + 40) == (60, 3)
    assert listed(world, NOW_MS + 71) == (-1, -1)
    assert listed(world, -3) == (70, 4)


def test_what_is_not_durable_yet_does_not_count() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    topic = world.topic()
    world.produce(topic, data=batch_at(10, 30))
    world.produce(topic, data=batch_at(5, 20))
    log = world.kafka.log(world.kafka.machine.clusters[0].by_id[topic].partitions[0])
    world.kafka.streams.place(log, memoryview(bytearray(batch_at(500))))
    assert listed(world, -3) == (30, 1)
    world.sync()
    assert listed(world, -3) == (500, 4)


def test_a_batch_that_nobody_can_read_counts_as_one_record(world: World) -> None:
    topic = world.topic(retention_ms="100000")
    world.produce(topic, data=batch_at(10, 20, body=b"nonsense"))
    world.produce(topic, data=batch_at(10, 20, codec=4, body=b"nonsense"))
    assert listed(world, NOW_MS + 15) == (20, 0)
    world.clock.advance(milliseconds=100_015)
    world.tick()  # retention goes by their heads
    assert listed(world, -2) == (-1, 0)


@pytest.mark.parametrize("codec", range(5))
def test_retention_of_packed_batches(world: World, codec: int) -> None:
    topic = world.topic(retention_ms="100000")
    world.produce(topic, data=batch_at(0, 50_000, codec=codec))
    world.clock.advance(milliseconds=120_000)
    world.tick()
    assert listed(world, -2) == (-1, 0 if codec else 1)
    world.clock.advance(milliseconds=60_000)
    world.tick()
    assert listed(world, -2) == (-1, 2)


@pytest.mark.parametrize(("time_ms", "first"), [(-3, 7), (-4, 8), (-5, 9), (-6, 11)])
def test_versions_that_know_what_is_asked(world: World, time_ms: int, first: int) -> None:
    world.topic()
    assert listed(world, time_ms, version=first - 1) == (Code.UNSUPPORTED_VERSION, -1)
    assert listed(world, time_ms, version=first) == (-1, 0 if time_ms == -4 else -1)

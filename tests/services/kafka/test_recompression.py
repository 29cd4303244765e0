"""compression.type: batches that come packed otherwise are packed anew."""

import pytest

from tests.services.kafka.test_offsets_of_times import batch_at
from tests.services.kafka.world import World, batch_of
from weirmq.wire.kafka.batch import COMPRESSION, HEADER_BYTES, Batch, heads
from weirmq.wire.kafka.batch import read as read_batch
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import pack, unpack
from weirmq.wire.kafka.messages.fetch_response import PartitionData

CODECS = ("uncompressed", "gzip", "snappy", "lz4", "zstd")


def only_batch(found: PartitionData) -> Batch:
    """What a reader gets: its CRC is right."""
    ((_, batch),) = heads(memoryview(bytes(found.records or b"")))
    read_batch(batch.data, 2**31)
    return batch


@pytest.mark.parametrize("wanted", range(5))
@pytest.mark.parametrize("given", range(5))
def test_batches_are_packed_as_the_topic_says(world: World, given: int, wanted: int) -> None:
    topic = world.topic(compression_type=CODECS[wanted])
    data = batch_at(*range(0, 300, 3), codec=given)
    assert not world.produce(topic, data=data).error_code
    found = only_batch(world.fetch(topic, 0))
    assert found.attributes & COMPRESSION == wanted
    assert unpack(wanted, found.data[HEADER_BYTES:]) == unpack(given, data[HEADER_BYTES:])
    assert (found.span, found.max_ms - found.base_ms) == (100, 297)
    if given == wanted:
        assert bytes(found.data)[16:] == data[16:]  # as it came


def test_by_default_they_stay_as_they_came(world: World) -> None:
    for number, configs in enumerate(({}, {"compression_type": "producer"})):
        topic = world.topic(f"t{number}", **configs)
        data = batch_at(1, 2, codec=3)
        world.produce(topic, data=data)
        assert bytes(only_batch(world.fetch(topic, 0)).data)[16:] == data[16:]


def test_levels(world: World) -> None:
    sizes = {}
    values = [b"%d " % (number * number % 7919) * 3 for number in range(3_000)]
    for codec, levels in {"gzip": ("-1", "1", "9"), "lz4": ("1", "17"), "zstd": ("-7", "3", "22")}.items():
        for level in levels:
            topic = world.topic(f"{codec}{level}", **{"compression_type": codec, f"compression_{codec}_level": level})
            assert not world.produce(topic, *values).error_code
            sizes[codec, level] = len(only_batch(world.fetch(topic, 0)).data)
    assert sizes["gzip", "9"] < sizes["gzip", "1"]
    assert sizes["zstd", "22"] < sizes["zstd", "-7"]
    assert sizes["lz4", "17"] <= sizes["lz4", "1"]


def test_producers_and_append_times_stay(world: World) -> None:
    topic = world.topic(compression_type="zstd", message_timestamp_type="LogAppendTime")
    data = batch_of(b"a" * 100, b"b" * 100, producer=7, epoch=1, first=0)
    for _ in range(2):
        assert world.produce(topic, data=data).base_offset == 0
    found = only_batch(world.fetch(topic, 0))
    assert (found.producer.id, found.producer.epoch, found.producer.first, found.producer.last) == (7, 1, 0, 1)
    assert (found.attributes, found.max_ms) == (4 | 8, world.clock.now_ms())


def test_what_cannot_be_unpacked_is_refused(world: World) -> None:
    topic = world.topic(compression_type="gzip")
    assert world.produce(topic, data=batch_at(1, 2, codec=4, body=b"nonsense")).error_code == Code.INVALID_RECORD


def test_a_bomb_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.wire.kafka.compression.UNPACKED_BYTES_MAX", 100_000)
    topic = world.topic(compression_type="uncompressed")
    for codec in (1, 2, 3, 4):
        bomb = batch_at(1, codec=codec, body=pack(codec, bytes(200_000)))
        assert world.produce(topic, data=bomb).error_code == Code.INVALID_RECORD


def test_a_batch_that_becomes_too_large_is_refused(world: World) -> None:
    topic = world.topic(compression_type="uncompressed", max_message_bytes="1000")
    values = batch_of(b"x" * 5_000)
    data = batch_at(1, codec=4, body=pack(4, values[HEADER_BYTES:]))
    assert len(data) < 1_000
    assert world.produce(topic, data=data).error_code == Code.MESSAGE_TOO_LARGE

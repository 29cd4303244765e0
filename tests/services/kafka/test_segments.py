"""Segments of partitions' logs: when a new one begins, and which of them go by size and by time."""

import pytest

from tests.services.kafka.world import World, batch_of
from weirmq.engine.streams import Stream
from weirmq.kernel.ids import SeededEntropy
from weirmq.services.kafka import topic_configs
from weirmq.services.kafka.topic_configs import Config
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)


@pytest.fixture
def world() -> World:
    return World(SimulatedDisk())


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments may be small."""
    monkeypatch.setitem(topic_configs.CONFIGS, "segment.bytes", Config("segment.bytes", topic_configs.INT, "2000"))


def log_of(world: World, topic: bytes) -> Stream:
    return world.kafka.log(world.kafka.machine.clusters[0].by_id[topic].partitions[0])


def sizes(world: World, topic: bytes) -> list[int]:
    """How many records each segment has."""
    log = log_of(world, topic)._log
    assert log is not None
    return [segment.end - segment.base for segment in log.segments()]


def produce(world: World, topic: bytes, count: int, *, size: int = 439, now_ms: int | None = None) -> None:
    """Batches of 500 bytes, or so."""
    for _ in range(count):
        data = batch_of(b"x" * (size - 8), now_ms=world.clock.now_ms() if now_ms is None else now_ms)
        assert not world.produce(topic, data=data).error_code


def values(world: World, topic: bytes) -> list[bytes]:
    """All values that the log still has."""
    log = log_of(world, topic)
    found: list[bytes] = []
    while log.start + len(found) < log.readable:
        found += world.values(topic, log.start + len(found))
    return found


def swept(world: World, minutes: int = 2) -> None:
    world.clock.advance(minutes=minutes)
    world.tick()


def configure(world: World, name: str, value: str | None) -> None:
    change = AlterableConfig(name, 0 if value else 1, value)
    asked = IncrementalAlterConfigsRequest([AlterConfigsResource(2, "orders", [change])])
    assert not world.ask(asked).responses[0].error_code


# Rolls


def test_segments_are_as_large_as_they_may_be(world: World) -> None:
    topic = world.topic(segment_bytes="1100")
    produce(world, topic, 5)
    assert sizes(world, topic) == [2, 2, 1]
    configure(world, "segment.bytes", "1600")
    produce(world, topic, 3)
    assert sizes(world, topic) == [2, 2, 3, 1]
    configure(world, "segment.bytes", None)
    produce(world, topic, 4)
    assert sizes(world, topic) == [2, 2, 3, 3, 2]
    world = world.restarted()
    configure(world, "segment.bytes", "1100")
    produce(world, topic, 3)
    assert sizes(world, topic) == [2, 2, 3, 3, 2, 2, 1]


def test_a_segment_ends_with_its_time(world: World) -> None:
    topic = world.topic(segment_ms="10000")
    produce(world, topic, 1)
    world.clock.advance(seconds=10)
    produce(world, topic, 1)
    world.clock.advance(milliseconds=1)
    produce(world, topic, 1)
    assert sizes(world, topic) == [2, 1]
    world = world.restarted()  # the time of the first batch is read back
    world.clock.advance(seconds=10)
    produce(world, topic, 1)
    world.clock.advance(milliseconds=1)
    produce(world, topic, 1)
    assert sizes(world, topic) == [2, 2, 1]


def test_it_is_the_records_times_that_count(world: World) -> None:
    topic = world.topic(segment_ms="10000")
    now_ms = world.clock.now_ms()
    produce(world, topic, 1, now_ms=now_ms)
    produce(world, topic, 1, now_ms=now_ms + 10_001)
    produce(world, topic, 1, now_ms=now_ms)
    assert sizes(world, topic) == [1, 2]


def test_batches_without_times_go_by_the_clock(world: World) -> None:
    topic = world.topic(segment_ms="10000", message_timestamp_type="CreateTime")
    builder = batch_of(b"a", now_ms=0)
    produce(world, topic, 1)
    world.clock.advance(seconds=11)
    assert not world.produce(topic, data=builder).error_code
    assert sizes(world, topic) == [2]


def test_jitter_lets_segments_end_sooner(world: World) -> None:
    topic = world.topic(segment_ms="10000", segment_jitter_ms="999999")
    for _ in range(40):
        produce(world, topic, 1, size=20)
        world.clock.advance(seconds=1)
    assert 4 < len(sizes(world, topic)) < 40


# What goes


def test_the_oldest_segments_go_by_size(world: World) -> None:
    topic = world.topic(segment_bytes="1100", retention_bytes="2000")
    produce(world, topic, 9)
    assert sizes(world, topic) == [2, 2, 2, 2, 1]
    swept(world)
    assert sizes(world, topic) == [2, 2, 1]  # with one segment less there were less than 2,000 bytes
    assert world.values(topic, 4)
    configure(world, "retention.bytes", "1500")
    swept(world)
    assert sizes(world, topic) == [2, 1]
    produce(world, topic, 1)
    swept(world)
    assert sizes(world, topic) == [2, 2]
    world.sync()
    world = world.restarted()
    assert (log_of(world, topic).start, log_of(world, topic).end) == (6, 10)


@pytest.mark.parametrize("retention_bytes", ["-1", "4500"])
def test_nothing_goes_that_may_stay(world: World, retention_bytes: str) -> None:
    topic = world.topic(segment_bytes="1100", retention_bytes=retention_bytes)
    produce(world, topic, 9)
    swept(world)
    assert len(values(world, topic)) == 9


def test_all_of_it_goes(world: World) -> None:
    topic = world.topic(retention_bytes="0")
    produce(world, topic, 9)
    swept(world)
    assert (log_of(world, topic).start, log_of(world, topic).end, log_of(world, topic)._bytes) == (9, 9, 0)
    produce(world, topic, 1)
    assert len(world.values(topic, 9)) == 1


def test_room_is_won_back_of_a_log_that_is_past_its_time(world: World) -> None:
    topic = world.topic(retention_ms="60000")
    produce(world, topic, 3)
    swept(world)
    assert (log_of(world, topic).start, log_of(world, topic)._bytes) == (3, 0)
    world = world.restarted()
    assert log_of(world, topic).end == 3
    produce(world, topic, 1)
    assert len(world.values(topic, 3)) == 1


def test_nothing_is_looked_at_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = world.topic(segment_bytes="1100", retention_bytes="2000")
    produce(world, topic, 9)
    swept(world)
    log = log_of(world, topic)
    assert log.trim_to_size(2000) is False
    produce(world, topic, 1)
    assert log.trim_to_size(2000) is True


def test_whenever_the_power_fails_what_is_acknowledged_and_may_stay_is_there() -> None:
    at = 1
    while _crashed(at):
        at += 1
    assert at > 20


def _crashed(at: int) -> bool:
    disk = SimulatedDisk()
    world = World(disk, waits_for_sync=True)
    topic = world.topic(segment_bytes="1100", segment_ms="150000", retention_bytes="2000")
    written = 0
    disk.lose_power_at = disk.calls + at
    try:
        for _ in range(4):
            for _ in range(3):
                produce(world, topic, 1)
                written += 1
            swept(world)
    except PowerLost:
        pass
    has_crashed = disk.calls >= disk.lose_power_at
    disk.crash(SeededEntropy(at))
    world = World(disk, world.clock, waits_for_sync=True)
    log = log_of(world, topic)
    assert written <= log.end <= written + 1
    assert log.end - log.start >= min(written, 4)  # 2,000 bytes
    assert len(values(world, topic)) == log.end - log.start
    produce(world, topic, 1)
    return has_crashed

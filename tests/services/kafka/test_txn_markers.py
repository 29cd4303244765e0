"""WriteTxnMarkers: a transaction that hangs is ended by hand."""

import pytest

from tests.services.kafka.transacting import Place, Transactor, place_of
from tests.services.kafka.world import World
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.describe_producers_request import DescribeProducersRequest, TopicRequest
from weirmq.wire.kafka.messages.write_txn_markers_request import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
)


def marked(
    world: World, place: Place, producer: int, epoch: int, coordinator: int = 0, *, commits: bool = False
) -> int:
    name, _, index = place
    topics = [WritableTxnMarkerTopic(name, [index])]
    request = WriteTxnMarkersRequest([WritableTxnMarker(producer, epoch, commits, topics, coordinator)])
    (found,) = world.ask(request).markers
    assert found.producer_id == producer
    return int(found.topics[0].partitions[0].error_code)


def opened(world: World, place: Place) -> list[int]:
    asked = DescribeProducersRequest([TopicRequest(place[0], [place[2]])])
    states = world.ask(asked).topics[0].partitions[0].active_producers
    return [each.current_txn_start_offset for each in states]


@pytest.mark.parametrize("commits", [False, True])
def test_an_open_transaction_is_ended(commits: bool) -> None:
    world = World(SimulatedDisk())
    place, writer = place_of(world), Transactor(world)
    assert writer.init() == writer.write(place, b"a") == Code.NONE
    assert opened(world, place) == [0]
    assert marked(world, place, writer.producer, writer.epoch, commits=commits) == Code.NONE
    assert opened(world, place) == [-1]
    world.produce(place[1], b"b")
    kept = [b"a", b"b"] if commits else [b"b"]
    assert world.committed(place[1]) == kept
    world.flush()
    assert world.restarted().committed(place[1]) == kept


def test_what_is_refused(world: World) -> None:
    place, writer = place_of(world), Transactor(world)
    writer.init()
    writer.init()
    writer.write(place, b"a")
    assert marked(world, place, writer.producer, writer.epoch - 1) == Code.INVALID_PRODUCER_EPOCH
    assert marked(world, place, 99, -1) == Code.INVALID_PRODUCER_EPOCH
    assert marked(world, (place[0], place[1], 9), writer.producer, 0) == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert opened(world, place) == [0]
    assert marked(world, place, writer.producer, writer.epoch) == Code.NONE
    fenced = Code.TRANSACTION_COORDINATOR_FENCED
    assert marked(world, place, writer.producer, writer.epoch, -1) == fenced
    assert marked(world, place, writer.producer, writer.epoch) == Code.NONE  # it says nothing the second time

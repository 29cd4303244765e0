"""The quick way of a plain Produce: it writes what the long way writes, and leaves all to it that is to be refused."""

from typing import Any

import pytest

from tests.services.kafka.test_authorization import allow
from tests.services.kafka.world import NOW_MS, PLACE, Peer, World, batch_of
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.authorizer import Rules
from weirmq.wire.kafka import apis, codec, head
from weirmq.wire.kafka.messages.alter_client_quotas_request import (
    AlterClientQuotasRequest,
    EntityData,
    EntryData,
    OpData,
)
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from weirmq.wire.kafka.messages.produce_response import PartitionProduceResponse, ProduceResponse

HOUR_MS = 3_600_000
VERSIONS = (3, 9, 13)


def quick(
    world: World, records: bytes, *, version: int = 13, name: str = "orders", index: int = 0, place: Place = PLACE
) -> Any:
    """The answer of the quick way; None where there is none."""
    topic = world.kafka.machine.clusters[0].topics.get(name)
    topic_id = topic.id if topic else bytes(15) + b"x"
    request = ProduceRequest(None, -1, 9, [TopicProduceData(name, topic_id, [PartitionProduceData(index, records)])])
    frame = bytearray(b"\0\0" + version.to_bytes(2, "big") + b"\0\0\0\7\0\1c")
    message = apis.request(0)
    if version >= message.flexible:
        frame.append(0)
    codec.encoder(message, version)(request, frame)
    answer = world.kafka.quick(Peer(), place, memoryview(frame), world.clock.now_ms())
    world.flush()
    if answer is None:
        return None
    size = len(head.write(apis.response(0), version, 7))
    assert answer[:8] == (len(answer) - 4).to_bytes(4, "big") + b"\0\0\0\7"
    found: ProduceResponse = codec.decode(apis.response(0), version, memoryview(answer), 4 + size)
    [[partition]] = [each.partition_responses for each in found.responses]
    return partition


@pytest.mark.parametrize("version", VERSIONS)
def test_writes_as_the_long_way_does(world: World, version: int) -> None:
    topic = world.topic()
    assert world.produce(topic, b"a").base_offset == 0
    found = quick(world, batch_of(b"b", b"c"), version=version)
    assert isinstance(found, PartitionProduceResponse)
    assert (found.error_code, found.base_offset, found.log_append_time_ms) == (0, 1, -1)
    assert world.produce(topic, b"d").base_offset == 3
    assert world.values(topic) == [b"a", b"b", b"c", b"d"]


def test_knows_the_producers_that_the_long_way_knows(world: World) -> None:
    topic = world.topic()
    world.produce(topic, data=batch_of(b"a", producer=5, epoch=0, first=0))
    assert quick(world, batch_of(b"b", producer=5, epoch=0, first=1)).base_offset == 1
    assert quick(world, batch_of(b"b", producer=5, epoch=0, first=1)) is None  # a duplicate
    assert quick(world, batch_of(b"d", producer=5, epoch=0, first=3)) is None  # a gap
    assert world.produce(topic, data=batch_of(b"b", producer=5, epoch=0, first=1)).base_offset == 1
    assert world.values(topic) == [b"a", b"b"]


@pytest.mark.parametrize(
    "records",
    [
        b"",
        b"nonsense",
        batch_of(b"a")[:-1],
        batch_of(b"a") + b"x",
        batch_of(b"a").replace(b"a", b"b"),  # the CRC is wrong
        batch_of(b"a", now_ms=NOW_MS + 2 * HOUR_MS),
        batch_of(b"a", producer=5, epoch=0, first=0, attributes=0x10),  # of a transaction
        batch_of(b"x" * 1_100_000),
    ],
)
def test_leaves_batches_that_are_not_to_be_written(world: World, records: bytes) -> None:
    topic = world.topic()
    assert quick(world, records) is None
    assert world.values(topic) == []


def test_leaves_topics_that_are_not_there_or_are_not_as_most(world: World) -> None:
    world.topic()
    world.topic("compacted", cleanup_policy="compact")
    assert quick(world, batch_of(b"a"), name="other", version=9) is None
    assert quick(world, batch_of(b"a"), name="other") is None
    assert quick(world, batch_of(b"a"), name="compacted") is None
    assert quick(world, batch_of(b"a"), index=1) is None
    assert quick(world, batch_of(b"a"), index=-1) is None
    assert quick(world, batch_of(b"a"), place=Place(0, 2)) is None  # another broker than the leader
    assert quick(world, batch_of(b"a"), place=Place(7, 1)) is None
    assert quick(world, batch_of(b"a")).base_offset == 0


def test_leaves_clusters_with_acls(world: World) -> None:
    world.topic()
    allow(world, (ResourceType.TOPIC, Operation.READ), name="another")
    assert quick(world, batch_of(b"a")) is None


def test_leaves_all_where_nothing_is_allowed_without_an_acl(world: World) -> None:
    world.topic()
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    assert quick(world, batch_of(b"a")) is None


def test_leaves_clusters_with_quotas(world: World) -> None:
    world.topic()
    entry = EntryData([EntityData("client-id", None)], [OpData("producer_byte_rate", 10.0, False)])
    [answered] = world.ask(AlterClientQuotasRequest([entry])).entries
    assert not answered.error_code
    assert quick(world, batch_of(b"a")) is None

"""Committed offsets end with offsets.retention.minutes after their group has lost its last member (KIP-211)."""

import pytest

from tests.services.kafka.streaming import Thread, subtopology, topology
from tests.services.kafka.test_consumer_groups import Consumer as NewConsumer
from tests.services.kafka.test_groups import RANGE, REBALANCE_MS, stable
from tests.services.kafka.test_streams_groups import quick
from tests.services.kafka.transacting import Transactor, place_of
from tests.services.kafka.world import World
from weirmq.kernel.clock import MINUTE_MS
from weirmq.services.kafka.offset_expiry import CHECK_MS, LOOKED_AT_ONCE, SLICE_MS
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest
from weirmq.wire.kafka.messages.list_groups_request import ListGroupsRequest
from weirmq.wire.kafka.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from weirmq.wire.kafka.messages.offset_delete_request import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)

DAYS_MINUTES = 24 * 60


def commit(world: World, topic: bytes, group: str = "g", member: str = "", generation: int = -1) -> None:
    world.tick()  # as a server does when it starts
    partitions = [OffsetCommitRequestPartition(0, 5)]
    topics = [OffsetCommitRequestTopic("", topic, partitions)]
    answer = world.ask(OffsetCommitRequest(group, generation, member, topics=topics))
    assert answer.topics[0].partitions[0].error_code == Code.NONE


def is_there(world: World, group: str = "g") -> bool:
    has_offsets = bool(world.kafka.machine.offsets.get((0, group)))
    assert has_offsets == (group in {each.group_id for each in world.ask(ListGroupsRequest()).groups})
    return has_offsets


def after(world: World, minutes: int) -> World:
    world.clock.advance(minutes=minutes)
    world.tick()
    return world


def test_offsets_of_one_that_assigns_its_partitions_itself(world: World) -> None:
    topic = world.topic()
    commit(world, topic)
    assert is_there(after(world, 6 * DAYS_MINUTES))
    commit(world, topic)
    assert is_there(after(world, 7 * DAYS_MINUTES - 1))
    assert not is_there(after(world, 1))
    commit(world, topic)
    assert is_there(after(world, 1))


def test_members_keep_offsets_and_the_time_begins_when_the_last_one_leaves(world: World) -> None:
    topic = world.topic()
    (member,) = stable(world, 1)
    commit(world, topic, member=member.id, generation=member.generation)
    group = world.kafka.groups.get((0, "g"))
    assert group is not None
    world.kafka.groups.expect(group, member.id, 2**62)  # it is heard of for ever
    assert is_there(after(world, 9 * DAYS_MINUTES))
    world.kafka.groups.expect(group, member.id, world.clock.now_ms())
    after(world, 0)
    assert not group.members
    assert is_there(after(world, 7 * DAYS_MINUTES - 1))
    assert not is_there(after(world, 1))
    assert len(world.kafka.machine.groups_due) == 0


def test_groups_of_the_new_protocol(world: World) -> None:
    world.topic()
    world.tick()
    member = NewConsumer(world, "m", "orders")
    member.beat()
    member.commit(3)
    after(world, 1)  # it is silent for too long
    group = world.kafka.consumer_groups.get((0, "g"))
    assert group is not None
    assert not group.members
    assert is_there(after(world, 7 * DAYS_MINUTES - 1))
    assert not is_there(after(world, 1))


def test_a_restart_neither_loses_them_nor_keeps_them() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    topic = world.topic()
    commit(world, topic)
    world = world.restarted()
    after(world, 1)
    assert is_there(after(world, 7 * DAYS_MINUTES - 2))
    assert not is_there(after(world, 3))
    assert not is_there(world.restarted())


def test_brokers_say_for_how_long(world: World) -> None:
    topic = world.topic()
    world.kafka.machine.clusters[0].configure({"offsets.retention.minutes": "10"})
    commit(world, topic)
    assert is_there(after(world, 9))
    assert not is_there(after(world, 1))


def test_a_group_without_offsets_is_gone(world: World) -> None:
    topic = world.topic()
    commit(world, topic)
    asked = [OffsetDeleteRequestTopic("orders", [OffsetDeleteRequestPartition(0)])]
    assert not world.ask(OffsetDeleteRequest("g", asked)).error_code
    after(world, 1)
    assert (0, "g") not in world.kafka.machine.offsets


@pytest.mark.parametrize("commits", [True, False])
def test_an_open_transaction_keeps_them(world: World, commits: bool) -> None:
    place = place_of(world)
    commit(world, place[1])
    after(world, 7 * DAYS_MINUTES - 1)
    writer = Transactor(world, "t", 2)
    assert writer.init() == writer.write(place, b"a") == writer.send_offset("g", place, 7) == Code.NONE
    world.clock.advance(seconds=61)
    world.kafka.offset_expiry.expire(world.clock.now_ms())
    assert is_there(world)
    assert writer.end(commits=commits) == Code.NONE
    assert is_there(after(world, 2)) == commits


def listed(world: World) -> list[str]:
    return [each.group_id for each in world.ask(ListGroupsRequest()).groups]


def test_a_group_that_never_committed_is_forgotten_with_the_next_check(world: World) -> None:
    topic = world.topic("rivers")
    quick(world)
    (classic,) = stable(world, 1)
    assert not world.ask(ConsumerGroupHeartbeatRequest("new", "ann", 0, None, None, 30_000, ["rivers"])).error_code
    thread = Thread(world.ask, "ann", group="streams", of=topology(subtopology("0", "rivers")))
    thread.join()
    world.tick()
    classic.leave()
    after(world, 1)
    commit(world, topic, "kept")
    assert sorted(listed(after(world, 8))) == ["g", "kept", "new", "streams"]
    assert not thread.join().error_code
    assert sorted(listed(after(world, 1))) == ["kept", "new", "streams"]
    assert listed(after(world, 10)) == ["kept"]


def test_many_groups_are_looked_at_in_slices(world: World) -> None:
    world.topic("rivers")
    world.tick()
    for number in range(LOOKED_AT_ONCE + 1):
        Thread(world.ask, "ann", group=f"g{number}", of=topology(subtopology("0", "rivers"))).join()
    after(world, 1)
    assert len(listed(after(world, CHECK_MS // MINUTE_MS))) == 1
    world.clock.advance(milliseconds=SLICE_MS)
    world.tick()
    assert listed(world) == []


def test_a_group_that_somebody_is_about_to_join_is_not_forgotten(world: World) -> None:
    request = JoinGroupRequest("g", 600_000, REBALANCE_MS, "", None, "consumer", [RANGE])
    after(world, 9)
    request.member_id = world.ask(request).member_id
    after(world, 2)
    assert world.ask(request).error_code == Code.NONE

"""A group that goes from the classic protocol to KIP-848's and back, as its members see it."""

import random
from typing import Any

import pytest

from tests.services.kafka.classic_consumer import REBALANCE_MS, SESSION_MS, ClassicConsumer, subscription
from tests.services.kafka.test_consumer_groups import Consumer
from tests.services.kafka.world import Later, World
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from weirmq.wire.kafka.messages.describe_groups_request import DescribeGroupsRequest
from weirmq.wire.kafka.messages.heartbeat_request import HeartbeatRequest
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from weirmq.wire.kafka.messages.leave_group_request import LeaveGroupRequest, MemberIdentity
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
from weirmq.wire.kafka.messages.offset_fetch_request import OffsetFetchRequest, OffsetFetchRequestGroup
from weirmq.wire.kafka.messages.sync_group_request import SyncGroupRequest

PARTITIONS = 6
Either = Consumer | ClassicConsumer


@pytest.fixture
def world() -> World:
    world = World()
    world.topic("orders", PARTITIONS)
    world.topic("bills", 1)
    return world


def has(member: Either) -> set[int]:
    return {index for _, index in member.has}


def turn(*members: Either) -> None:
    """One heartbeat of each; no partition is ever with two of them."""
    for member in members:
        member.beat()
        held = [index for one in members for index in has(one)]
        assert len(held) == len(set(held))


def settle(*members: Either) -> None:
    for _ in range(12):
        turn(*members)
    assert set().union(*(has(each) for each in members)) == set(range(PARTITIONS))


def listed(world: World) -> list[tuple[str, str, str]]:
    return [(each.group_id, each.group_type, each.group_state) for each in world.ask(ListGroupsRequest()).groups]


def commit(world: World, member_id: str, generation: int, offset: int) -> int:
    topic = world.kafka.machine.clusters[0].topics["orders"].id
    asked = [OffsetCommitRequestTopic("", topic, [OffsetCommitRequestPartition(0, offset, 0, "")])]
    answer = world.ask(OffsetCommitRequest("g", generation, member_id, None, -1, asked))
    return int(answer.topics[0].partitions[0].error_code)


def committed(world: World) -> int:
    (group,) = world.ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup("g", None, -1, None)])).groups
    return int(group.topics[0].partitions[0].committed_offset)


def described(world: World) -> Any:
    (found,) = world.ask(ConsumerGroupDescribeRequest(["g"])).groups
    return found


# A group without members


def test_an_empty_group_is_anybodys_and_keeps_its_offsets(world: World) -> None:
    classic = ClassicConsumer(world)
    settle(classic)
    assert commit(world, classic.id, classic.generation, 7) == 0
    assert classic.leave() == 0
    new = Consumer(world, "a")
    settle(new)
    assert (listed(world), committed(world)) == ([("g", "consumer", "Stable")], 7)
    assert world.ask(DescribeGroupsRequest(["g"])).groups[0].error_code == Code.GROUP_ID_NOT_FOUND
    assert new.commit(8) == 0
    new.beat(member_epoch=-1)
    again = ClassicConsumer(world)
    settle(again)
    assert (listed(world), committed(world)) == ([("g", "classic", "Stable")], 8)
    assert described(world).error_code == Code.GROUP_ID_NOT_FOUND


def test_since_when_it_is_empty_is_known_under_either_protocol(world: World) -> None:
    new = Consumer(world, "a")
    settle(new)
    new.beat(member_epoch=-1)
    left_ms = world.clock.now_ms()
    world.clock.advance(hours=1)
    assert world.ask(JoinGroupRequest("g", 10_000, 10_000, "", None, "consumer", [])).error_code
    group = world.kafka.groups.get((0, "g"))
    assert group is not None
    assert group.empty_ms == left_ms


# Up


@pytest.mark.parametrize("is_cooperative", [False, True])
def test_members_roll_to_the_new_protocol_one_by_one_and_back(world: World, is_cooperative: bool) -> None:
    def joined(name: str, *, is_classic: bool) -> Either:
        return ClassicConsumer(world, is_cooperative=is_cooperative) if is_classic else Consumer(world, name)

    members: list[Either] = [joined("", is_classic=True) for _ in range(3)]
    settle(*members)
    for is_classic in (False, True):
        for at in range(3):
            gone = members.pop(0)
            assert (gone.leave() if isinstance(gone, ClassicConsumer) else gone.beat(member_epoch=-1).error_code) == 0
            members.append(joined(f"new {at}", is_classic=is_classic))
            settle(*members)
            is_one_kind = at == 2
            kind = "classic" if is_classic and is_one_kind else "consumer"
            assert listed(world) == [("g", kind, "Stable")]
            assert sorted(len(has(each)) for each in members) == [2, 2, 2]


def test_a_cooperative_member_keeps_what_it_may(world: World) -> None:
    classic = ClassicConsumer(world, is_cooperative=True)
    settle(classic)
    new = Consumer(world, "a")
    new.beat()
    assert new.has == set()
    kept = []
    for _ in range(6):
        turn(classic, new)
        kept.append(has(classic))
    assert all(len(each) >= PARTITIONS // 2 for each in kept)
    assert sorted([len(has(classic)), len(has(new))]) == [3, 3]


def test_an_eager_member_joins_once_for_a_rebalance(world: World) -> None:
    classic = ClassicConsumer(world)
    settle(classic)
    joins, new = classic.joins, Consumer(world, "a")
    new.beat()
    settle(classic, new)
    assert classic.joins == joins + 1


def test_a_mixed_group_is_one_of_the_new_protocol(world: World) -> None:
    classic, new = ClassicConsumer(world), Consumer(world, "a")
    settle(classic)
    new.beat()
    assert described(world).group_state == "Reconciling"
    settle(classic, new)
    found = described(world)
    assert (found.group_state, {each.member_id: each.member_type for each in found.members}) == (
        "Stable",
        {classic.id: 0, "a": 1},
    )
    assert {each.member_epoch for each in found.members} == {classic.generation} == {new.epoch}
    assert listed(world) == [("g", "consumer", "Stable")]
    assert commit(world, classic.id, classic.generation, 5) == 0
    assert commit(world, classic.id, classic.generation - 1, 5) == Code.ILLEGAL_GENERATION
    assert new.commit(6) == 0


def test_whoever_waits_for_a_classic_rebalance_is_sent_to_join_again(world: World) -> None:
    first, second = ClassicConsumer(world, is_cooperative=True), ClassicConsumer(world, is_cooperative=True)
    settle(first)
    second.beat()  # it joins, and waits for the first one
    new = Consumer(world, "a")
    new.beat()
    assert second.beat() == Code.REBALANCE_IN_PROGRESS
    settle(first, second, new)
    assert sorted(len(has(each)) for each in (first, second, new)) == [2, 2, 2]


def test_a_group_goes_up_in_the_middle_of_a_sync(world: World) -> None:
    def joining(member_id: str = "") -> Later:
        protocols = [JoinGroupRequestProtocol("range", subscription("orders"))]
        request = JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, member_id, None, "consumer", protocols)
        return world.begin(request, version=3)

    leader = joining().answer
    other = joining()
    assert joining(leader.member_id).answer.generation_id == 2
    syncing = world.begin(SyncGroupRequest("g", 2, other.answer.member_id))
    assert syncing.answer is None
    Consumer(world, "a").beat()
    assert syncing.answer.error_code == Code.REBALANCE_IN_PROGRESS
    assert len(described(world).members) == 3


@pytest.mark.parametrize(
    ("kind", "metadata", "word"), [("connect", b"", "protocol type connect"), ("consumer", b"meta", "can't be read")]
)
def test_a_group_of_others_than_consumers_stays_classic(world: World, kind: str, metadata: bytes, word: str) -> None:
    joining = JoinGroupRequest("g", 10_000, 10_000, "", None, kind, [JoinGroupRequestProtocol("p", metadata)])
    assert world.ask(joining, version=3).error_code == 0
    answer = Consumer(world, "a").beat()
    assert answer.error_code == Code.GROUP_ID_NOT_FOUND
    assert word in answer.error_message
    assert [each[1] for each in listed(world)] == ["classic"]


# Classic members among the others


def mixed(world: World, **members: Any) -> tuple[ClassicConsumer, Consumer]:
    classic, new = ClassicConsumer(world, **members), Consumer(world, "a")
    settle(classic)
    new.beat()
    settle(classic, new)
    return classic, new


@pytest.mark.parametrize(
    ("kind", "name", "metadata"),
    [("connect", "range", subscription("orders")), ("consumer", "sticky", subscription("orders")),
     ("consumer", "range", b"meta")],
)  # fmt: skip
def test_who_may_not_join_them(world: World, kind: str, name: str, metadata: bytes) -> None:
    mixed(world)
    joining = JoinGroupRequest("g", 10_000, 10_000, "", None, kind, [JoinGroupRequestProtocol(name, metadata)])
    assert world.ask(joining).error_code == Code.INCONSISTENT_GROUP_PROTOCOL


def test_who_they_are_is_checked(world: World) -> None:
    classic, new = mixed(world)
    beat, sync = HeartbeatRequest("g", classic.generation, classic.id), SyncGroupRequest("g", classic.generation)
    beat.generation_id += 1
    assert world.ask(beat).error_code == Code.ILLEGAL_GENERATION
    assert world.ask(HeartbeatRequest("g", new.epoch, "a")).error_code == Code.UNKNOWN_MEMBER_ID
    assert world.ask(HeartbeatRequest("g", classic.generation, "nobody")).error_code == Code.UNKNOWN_MEMBER_ID
    beat.group_instance_id = "one"
    assert world.ask(beat).error_code == Code.UNKNOWN_MEMBER_ID
    assert world.ask(sync).error_code == Code.UNKNOWN_MEMBER_ID
    sync.member_id, sync.protocol_name = classic.id, "sticky"
    assert world.ask(sync).error_code == Code.INCONSISTENT_GROUP_PROTOCOL
    sync.protocol_name, sync.generation_id = None, 99
    assert world.ask(sync).error_code == Code.ILLEGAL_GENERATION


def test_a_silent_one_is_out_after_its_own_session_timeout(world: World) -> None:
    classic, new = mixed(world)
    world.clock.advance(milliseconds=SESSION_MS - 1)
    world.tick()
    new.beat()
    assert len(described(world).members) == 2
    world.clock.advance(milliseconds=1)
    world.tick()
    settle(new)
    assert classic.beat() == 0  # it joins anew
    settle(classic, new)


@pytest.mark.parametrize("does_join", [False, True])
def test_one_that_does_not_join_or_sync_in_its_rebalance_timeout_is_out(world: World, does_join: bool) -> None:
    classic, new = mixed(world)
    other = Consumer(world, "b")
    other.beat()
    beat = HeartbeatRequest("g", classic.generation, classic.id)
    assert world.ask(beat).error_code == Code.REBALANCE_IN_PROGRESS
    if does_join:
        joining = JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, classic.id, None, "consumer", [classic.protocol])
        beat.generation_id = world.ask(joining).generation_id
        assert beat.generation_id == classic.generation + 1
    for _ in range(REBALANCE_MS // 5_000):
        assert described(world).group_state
        assert len(described(world).members) == 3
        world.ask(beat)
        for each in (new, other):
            assert each.beat().error_code == 0
        world.clock.advance(seconds=5)
        world.tick()
    assert world.ask(beat).error_code == Code.UNKNOWN_MEMBER_ID
    settle(new, other)


def test_topics_that_grow_are_shared_with_them(world: World) -> None:
    classic, new = mixed(world)
    classic.topics = ("orders", "bills")
    classic._is_joined = False
    for _ in range(8):
        classic.beat()
        new.beat()
    assert ("bills", 0) in classic.has
    assert len(classic.has) + len(new.has) == PARTITIONS + 1


def test_offsets_of_what_nobody_reads_may_be_deleted(world: World) -> None:
    classic, new = mixed(world)
    topics = [OffsetDeleteRequestTopic(name, [OffsetDeleteRequestPartition(0)]) for name in ("orders", "bills")]

    def codes() -> list[int]:
        answer = world.ask(OffsetDeleteRequest("g", topics))
        assert answer.error_code == 0
        return [topic.partitions[0].error_code for topic in answer.topics]

    assert codes() == [Code.GROUP_SUBSCRIBED_TO_TOPIC, 0]
    new.beat(member_epoch=-1)
    assert codes() == [Code.GROUP_SUBSCRIBED_TO_TOPIC, 0]
    classic.leave()
    assert codes() == [0, 0]


# Static members


def test_static_members_roll_without_leaving(world: World) -> None:
    classic = [ClassicConsumer(world, instance=each) for each in ("one", "two")]
    settle(*classic)
    first = Consumer(world, "a", instance="one")
    first.beat()
    settle(first, classic[1])
    asked = HeartbeatRequest("g", classic[0].generation, classic[0].id, "one")
    assert world.ask(asked).error_code == Code.FENCED_INSTANCE_ID
    thief = Consumer(world, "b", instance="one")
    assert thief.beat().error_code == Code.UNRELEASED_INSTANCE_ID
    back = ClassicConsumer(world, instance="one")  # it was the last one of the new protocol
    settle(back, classic[1])
    assert listed(world) == [("g", "classic", "Stable")]
    assert first.beat().error_code == Code.UNKNOWN_MEMBER_ID


def test_a_static_one_comes_back_under_another_id(world: World) -> None:
    classic, new = mixed(world, instance="one")
    kept, before = has(classic), classic.id
    again = ClassicConsumer(world, instance="one")
    again.beat()
    assert (has(again), again.id != before) == (kept, True)
    request = JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, before, "one", "consumer", [classic.protocol])
    assert world.ask(request).error_code == Code.FENCED_INSTANCE_ID
    request.group_instance_id = "two"
    assert world.ask(request).error_code == Code.UNKNOWN_MEMBER_ID
    again.id = ""  # an operator names the instance
    assert again.leave() == 0
    settle(new)


@pytest.mark.parametrize("is_static", [False, True])
def test_an_operator_removes_members_of_either_protocol(world: World, is_static: bool) -> None:
    classic = ClassicConsumer(world, instance="one" if is_static else None)
    new = Consumer(world, "a", instance="two" if is_static else None)
    settle(classic)
    new.beat()
    settle(classic, new)
    who = [MemberIdentity("" if is_static else each.id, each.instance) for each in (new, classic)]
    strangers = [MemberIdentity("nobody"), MemberIdentity("", "three"), MemberIdentity("nobody", "one")]
    answer = world.ask(LeaveGroupRequest("g", "", [*strangers, *who]))
    fenced = Code.FENCED_INSTANCE_ID if is_static else Code.UNKNOWN_MEMBER_ID
    unknown = Code.UNKNOWN_MEMBER_ID
    assert [each.error_code for each in answer.members] == [unknown, unknown, fenced, 0, 0]
    assert listed(world) == [("g", "classic", "Empty")]
    assert new.beat().error_code == Code.UNKNOWN_MEMBER_ID


# Down


def test_the_last_one_of_the_new_protocol_may_be_lost(world: World) -> None:
    classic, new = mixed(world)
    for _ in range(9):
        world.clock.advance(seconds=5)
        world.tick()
        classic.beat()
    assert listed(world)[0][1] == "classic"
    settle(classic)
    generation = classic.generation
    assert generation > new.epoch
    assert new.beat().error_code == Code.UNKNOWN_MEMBER_ID


# All of it


@pytest.mark.parametrize("seed", range(30))
def test_members_come_and_go_as_they_like(world: World, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - of a simulation
    members: list[Either] = []
    is_cooperative = chance.random() < 0.5
    for step in range(120):
        act = chance.random()
        if act < 0.08 and len(members) < 4:
            is_new = chance.random() < 0.5
            version = chance.choice([1, 2, 3])
            members.append(
                Consumer(world, f"new {step}")
                if is_new
                else ClassicConsumer(world, is_cooperative=is_cooperative, version=version)
            )
        elif act < 0.13 and members:
            gone = members.pop(chance.randrange(len(members)))
            if isinstance(gone, ClassicConsumer):
                gone.leave()
            elif gone.epoch:
                gone.beat(member_epoch=-1)
        elif members:
            one = chance.choice(members)
            one.beat()
            held = [index for each in members for index in has(each)]
            assert len(held) == len(set(held)), step
    if members:
        settle(*members)

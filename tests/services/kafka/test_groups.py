"""Consumer groups of the classic protocol, as their members see them."""

from typing import Any

import pytest

from tests.services.kafka.test_broker_defaults import configure
from tests.services.kafka.world import Later, World
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from weirmq.wire.kafka.messages.delete_groups_request import DeleteGroupsRequest
from weirmq.wire.kafka.messages.describe_groups_request import DescribeGroupsRequest
from weirmq.wire.kafka.messages.describe_share_group_offsets_request import (
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsRequestGroup,
)
from weirmq.wire.kafka.messages.find_coordinator_request import FindCoordinatorRequest
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
from weirmq.wire.kafka.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)
from weirmq.wire.kafka.messages.share_group_describe_request import ShareGroupDescribeRequest
from weirmq.wire.kafka.messages.streams_group_describe_request import StreamsGroupDescribeRequest
from weirmq.wire.kafka.messages.sync_group_request import SyncGroupRequest, SyncGroupRequestAssignment
from weirmq.wire.kafka.schema import NO_UUID

RANGE = JoinGroupRequestProtocol("range", b"meta")
STICKY = JoinGroupRequestProtocol("sticky", b"meta")
SESSION_MS, REBALANCE_MS = 10_000, 60_000


class Consumer:
    """One member of group `g`."""

    def __init__(self, world: World, instance: str | None = None, protocols: Any = (RANGE,)) -> None:
        self.world = world
        self.instance = instance
        self.protocols = list(protocols)
        self.id = ""
        self.generation = -1
        self.later = Later()

    def join(self) -> Any:
        """Join as a client does, which takes the id that it is given."""
        answer = self._join().answer
        if answer is not None and answer.error_code == Code.MEMBER_ID_REQUIRED:
            self.id = answer.member_id
            answer = self._join().answer
        return self.joined()

    def _join(self) -> Later:
        request = JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, self.id, self.instance, "consumer", self.protocols)
        self.later = self.world.begin(request, client="app")
        return self.later

    def joined(self) -> Any:
        """The answer to the join, if it has come."""
        answer = self.later.answer
        if answer is not None and not answer.error_code:
            self.id, self.generation = answer.member_id, answer.generation_id
        return answer

    def sync(self, **assignments: bytes) -> Later:
        asked = [SyncGroupRequestAssignment(member, value) for member, value in assignments.items()]
        self.later = self.world.begin(
            SyncGroupRequest("g", self.generation, self.id, self.instance, "consumer", None, asked)
        )
        return self.later

    def beat(self) -> int:
        request = HeartbeatRequest("g", self.generation, self.id, self.instance)
        return int(self.world.ask(request).error_code)

    def leave(self) -> int:
        (answer,) = self.world.ask(LeaveGroupRequest("g", "", [MemberIdentity(self.id, self.instance)])).members
        return int(answer.error_code)


def stable(world: World, count: int) -> list[Consumer]:
    """A group of so many members that have their assignments."""
    members = [Consumer(world) for _ in range(count)]
    for member in members:
        member.join()
        for other in members:  # a rebalance: those who were there join again
            if other.id and other is not member:
                other._join()
    for member in members:
        assert member.joined().error_code == 0
    leader = next(member for member in members if member.later.answer.leader == member.id)
    syncs = [member.sync() for member in members if member is not leader]
    leader.sync(**{member.id: member.id.encode() for member in members})
    assert all(sync.answer.assignment for sync in syncs)
    return members


def test_the_first_member_leads_and_assigns(world: World) -> None:
    (first,) = members = [Consumer(world)]
    answer = first.join()
    assert first.id.startswith("app-")
    assert (answer.generation_id, answer.leader, answer.protocol_name) == (1, first.id, "range")
    assert [(each.member_id, each.metadata) for each in answer.members] == [(first.id, b"meta")]
    assert first.sync(**{first.id: b"mine"}).answer.assignment == b"mine"
    assert members[0].beat() == 0


def test_before_version_4_a_member_needs_no_id_to_begin_with(world: World) -> None:
    request = JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, "", None, "consumer", [RANGE])
    assert world.ask(request, version=3).generation_id == 1


def test_all_join_again_when_somebody_comes(world: World) -> None:
    (first,) = stable(world, 1)
    second = Consumer(world)
    assert second.join() is None
    assert first.beat() == Code.REBALANCE_IN_PROGRESS
    first._join()
    assert {first.joined().generation_id, second.joined().generation_id} == {2}
    assert (len(first.joined().members), len(second.joined().members)) == (2, 0)


def test_followers_wait_for_the_leaders_assignment(world: World) -> None:
    first, second = stable(world, 2)
    third = Consumer(world)
    third.join()
    first._join()
    second._join()
    waiting = [member.sync() if member.joined() else None for member in (second, third)]
    assert [each.answer for each in waiting if each] == [None, None]
    first.joined()
    first.sync(**{third.id: b"all"})
    assert [each.answer.assignment for each in waiting if each] == [b"", b"all"]


def test_a_member_that_does_not_join_again_in_time_is_out(world: World) -> None:
    first, second = stable(world, 2)
    third = Consumer(world)
    third.join()
    first._join()
    for _ in range(REBALANCE_MS // 5_000):
        world.clock.advance(seconds=5)
        second.beat()
        world.tick()
    assert {first.joined().generation_id, third.joined().generation_id} == {third.generation}
    assert second.beat() == Code.UNKNOWN_MEMBER_ID


def test_a_silent_member_is_out_after_its_session(world: World) -> None:
    first, second = stable(world, 2)
    world.clock.advance(milliseconds=SESSION_MS - 1)
    world.tick()
    assert first.beat() == 0
    world.clock.advance(milliseconds=1)
    world.tick()
    assert first.beat() == Code.REBALANCE_IN_PROGRESS
    assert first._join().answer.generation_id == second.generation + 1
    assert second.beat() == Code.UNKNOWN_MEMBER_ID


def test_a_silent_member_of_whatever_name_is_out(world: World) -> None:
    request = JoinGroupRequest("g\0h", SESSION_MS, REBALANCE_MS, "", None, "consumer", [RANGE])
    request.member_id = world.ask(request, client="a\0pp").member_id
    assert world.ask(request).error_code == Code.NONE
    world.clock.advance(milliseconds=SESSION_MS)
    world.tick()
    (found,) = world.ask(DescribeGroupsRequest(["g\0h"])).groups
    assert (found.group_state, found.members) == ("Empty", [])


def test_an_id_that_nobody_uses_is_forgotten(world: World) -> None:
    answer = world.ask(JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, "", None, "consumer", [RANGE]))
    world.clock.advance(milliseconds=SESSION_MS)
    world.tick()
    late = JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, answer.member_id, None, "consumer", [RANGE])
    assert world.ask(late).error_code == Code.UNKNOWN_MEMBER_ID


def test_who_leaves_makes_the_others_share_anew(world: World) -> None:
    first, second = stable(world, 2)
    assert first.leave() == 0
    assert second.beat() == Code.REBALANCE_IN_PROGRESS
    assert second._join().answer.leader == second.id
    assert first.leave() == Code.UNKNOWN_MEMBER_ID
    assert world.ask(LeaveGroupRequest("g", second.id), version=2).error_code == 0


def test_a_rebalance_ends_waiting_syncs(world: World) -> None:
    first, second = stable(world, 2)
    third = Consumer(world)
    third.join()
    first._join()
    second._join()
    second.joined()
    sync = second.sync()
    Consumer(world).join()
    assert sync.answer.error_code == Code.REBALANCE_IN_PROGRESS


def test_the_protocol_is_one_that_all_have(world: World) -> None:
    first = Consumer(world, protocols=(STICKY, RANGE))
    first.join()
    second = Consumer(world)
    second.join()
    first._join()
    assert first.joined().protocol_name == "range"
    assert Consumer(world, protocols=(STICKY,)).join().error_code == Code.INCONSISTENT_GROUP_PROTOCOL
    assert Consumer(world, protocols=()).join().error_code == Code.INCONSISTENT_GROUP_PROTOCOL


@pytest.mark.parametrize("session_ms", [5_999, 1_800_001])
def test_sessions_have_limits(world: World, session_ms: int) -> None:
    request = JoinGroupRequest("g", session_ms, REBALANCE_MS, "", None, "consumer", [RANGE])
    assert world.ask(request).error_code == Code.INVALID_SESSION_TIMEOUT


def test_the_limits_of_sessions_are_told_by_the_brokers_configs(world: World) -> None:
    configure(world, group_min_session_timeout_ms="100", group_max_session_timeout_ms="200")

    def join(session_ms: int) -> Code:
        request = JoinGroupRequest("g", session_ms, REBALANCE_MS, "", None, "consumer", [RANGE])
        return Code(world.ask(request).error_code)

    assert join(99) == join(201) == Code.INVALID_SESSION_TIMEOUT
    assert join(100) == join(200) == Code.MEMBER_ID_REQUIRED


def test_a_group_has_a_name(world: World) -> None:
    assert world.ask(JoinGroupRequest("", SESSION_MS)).error_code == Code.INVALID_GROUP_ID
    assert world.ask(SyncGroupRequest("")).error_code == Code.INVALID_GROUP_ID
    assert world.ask(LeaveGroupRequest("")).error_code == Code.INVALID_GROUP_ID
    assert world.ask(HeartbeatRequest("g", 1, "m")).error_code == Code.UNKNOWN_MEMBER_ID


def test_another_generation_is_refused(world: World) -> None:
    (member,) = stable(world, 1)
    member.generation += 1
    assert member.beat() == Code.ILLEGAL_GENERATION
    assert member.sync().answer.error_code == Code.ILLEGAL_GENERATION


# Static members


def test_a_static_member_comes_back_without_a_rebalance(world: World) -> None:
    member, other = Consumer(world, "one"), Consumer(world, "two")
    member.join()
    other.join()
    member._join()
    assert {member.joined().generation_id, other.joined().generation_id} == {2}
    leader, follower = (member, other) if member.later.answer.leader == member.id else (other, member)
    waiting = follower.sync()
    leader.sync(**{follower.id: b"f", leader.id: b"l"})
    assert waiting.answer.assignment == b"f"
    again = Consumer(world, follower.instance)
    assert again.join().generation_id == 2
    assert again.id != follower.id
    assert again.sync().answer.assignment == b"f"
    assert leader.beat() == 0
    assert follower.beat() == Code.FENCED_INSTANCE_ID


def test_an_operator_removes_a_static_member_by_its_instance_id(world: World) -> None:
    member = Consumer(world, "one")
    member.join()
    (answer,) = world.ask(LeaveGroupRequest("g", "", [MemberIdentity("", "one")])).members
    assert answer.error_code == 0
    assert member.beat() == Code.UNKNOWN_MEMBER_ID


# What is told of groups


def test_groups_are_described_and_listed(world: World) -> None:
    assert described(world, "none").error_code == Code.GROUP_ID_NOT_FOUND
    assert world.ask(DescribeGroupsRequest(["none"]), version=5).groups[0].group_state == "Dead"
    (member,) = stable(world, 1)
    found = described(world, "g")
    assert (found.group_state, found.protocol_type, found.protocol_data) == ("Stable", "consumer", "range")
    (told,) = found.members
    assert (told.member_id, told.client_id, told.client_host) == (member.id, "app", "/127.0.0.1")
    assert told.member_assignment == member.id.encode()
    committed(world, "h", 5)
    listed = {each.group_id: each.group_state for each in world.ask(ListGroupsRequest()).groups}
    assert listed == {"g": "Stable", "h": "Empty"}
    assert [each.group_id for each in world.ask(ListGroupsRequest(["empty"])).groups] == ["h"]
    assert world.ask(ListGroupsRequest([], ["consumer"])).groups == []


def described(world: World, name: str) -> Any:
    (found,) = world.ask(DescribeGroupsRequest([name])).groups
    return found


@pytest.mark.parametrize(
    "kind",
    [DescribeGroupsRequest, ConsumerGroupDescribeRequest, ShareGroupDescribeRequest, StreamsGroupDescribeRequest],
)
def test_a_group_that_is_asked_for_twice_is_told_once(world: World, kind: Any) -> None:
    found = world.ask(kind(["g", "h", "g", "g"])).groups
    assert [each.group_id for each in found] == ["g", "h"]


def test_the_coordinator_is_a_broker(world: World) -> None:
    (found,) = world.ask(FindCoordinatorRequest("", 0, ["g"])).coordinators
    assert (found.node_id, found.host, found.port) == (1, "127.0.0.1", 9092)
    assert world.ask(FindCoordinatorRequest("g"), version=3).port == 9092
    (found,) = world.ask(FindCoordinatorRequest("", 7, ["g"])).coordinators
    assert found.error_code == Code.INVALID_REQUEST


# Offsets


def committed(
    world: World, group: str, offset: int, member: Consumer | None = None, *, index: int = 0, text: str = "m"
) -> int:
    if "orders" not in getattr(world.kafka.machine.clusters.get(0), "topics", {}):
        world.topic("orders", 2)
    partition = OffsetCommitRequestPartition(index, offset, 0, text)
    request = OffsetCommitRequest(
        group,
        member.generation if member else -1,
        member.id if member else "",
        None,
        -1,
        [OffsetCommitRequestTopic("orders", partitions=[partition])],
    )
    (topic,) = world.ask(request, version=9).topics
    return int(topic.partitions[0].error_code)


def stands(world: World, group: str) -> dict[int, int]:
    asked = [OffsetFetchRequestGroup(group, None, -1, [OffsetFetchRequestTopics("orders", b"", [0, 1])])]
    (found,) = world.ask(OffsetFetchRequest(groups=asked), version=9).groups
    return {each.partition_index: each.committed_offset for each in found.topics[0].partitions}


def test_offsets_outlive_members_and_restarts(world: World) -> None:
    (member,) = stable(world, 1)
    assert committed(world, "g", 7, member) == 0
    member.leave()
    assert stands(world, "g") == {0: 7, 1: -1}
    world = world.restarted()
    assert stands(world, "g") == {0: 7, 1: -1}
    assert stands(world, "none") == {0: -1, 1: -1}


def test_only_members_commit_while_there_are_some(world: World) -> None:
    (member,) = stable(world, 1)
    assert committed(world, "g", 1) == Code.UNKNOWN_MEMBER_ID
    member.generation += 1
    assert committed(world, "g", 1, member) == Code.ILLEGAL_GENERATION
    assert committed(world, "h", 1, member) == Code.UNKNOWN_MEMBER_ID
    assert committed(world, "h", 1) == 0
    member.generation = -1
    assert committed(world, "g", 1, member) == Code.ILLEGAL_GENERATION
    member.leave()
    assert [committed(world, name, 1, member) for name in ("g", "h", "i")] == [0, 0, 0]


def test_nobody_commits_between_join_and_sync(world: World) -> None:
    member = Consumer(world)
    member.join()
    assert committed(world, "g", 1, member) == Code.REBALANCE_IN_PROGRESS


def test_commits_that_can_not_be(world: World) -> None:
    assert committed(world, "g", 1, index=2) == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert committed(world, "g", 1, text="x" * 4097) == Code.OFFSET_METADATA_TOO_LARGE
    assert stands(world, "g") == {0: -1, 1: -1}


def test_all_offsets_of_a_group_in_the_old_way_and_the_new(world: World) -> None:
    committed(world, "g", 7)
    committed(world, "g", 8, index=1)
    (topic,) = world.ask(OffsetFetchRequest("g", None), version=7).topics
    assert [(each.partition_index, each.committed_offset, each.metadata) for each in topic.partitions] == [
        (0, 7, "m"), (1, 8, "m"),
    ]  # fmt: skip
    (group,) = world.ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup("g", None, -1, None)]), version=8).groups
    assert len(group.topics[0].partitions) == 2
    asked = [OffsetFetchRequestTopic("gone", [0])]
    (unknown,) = world.ask(OffsetFetchRequest("g", asked), version=7).topics
    assert (unknown.partitions[0].committed_offset, unknown.partitions[0].error_code) == (-1, 0)


def test_all_offsets_of_a_group_that_is_asked_for_twice_are_told_once(world: World) -> None:
    some = OffsetFetchRequestGroup("g", topics=[OffsetFetchRequestTopics("orders", NO_UUID, [0])])
    asked = [OffsetFetchRequestGroup(name, topics=None) for name in ("g", "h", "g", "g")]
    asked += [OffsetFetchRequestGroup("g", name, epoch, None) for name, epoch in ((None, -2), (None, 5), ("ann", -3))]
    found = world.ask(OffsetFetchRequest(groups=[some, *asked, some]), version=9).groups
    assert [each.group_id for each in found] == ["g", "g", "h", "g"]
    request = DescribeShareGroupOffsetsRequest(
        [DescribeShareGroupOffsetsRequestGroup(name, None) for name in ("g", "h", "g", "g")]
    )
    assert [each.group_id for each in world.ask(request).groups] == ["g", "h"]


def test_by_topic_id(world: World) -> None:
    committed(world, "g", 7)
    topic = world.kafka.machine.clusters[0].topics["orders"].id
    asked = [OffsetFetchRequestTopics("", topic, [0]), OffsetFetchRequestTopics("", b"?" * 16, [0])]
    (group,) = world.ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup("g", None, -1, asked)])).groups
    known, unknown = group.topics
    assert (known.topic_id, known.partitions[0].committed_offset) == (topic, 7)
    assert unknown.partitions[0].error_code == Code.UNKNOWN_TOPIC_ID


def test_offsets_are_deleted_one_by_one(world: World) -> None:
    def delete(group: str, index: int) -> Any:
        asked = [OffsetDeleteRequestTopic("orders", [OffsetDeleteRequestPartition(index)])]
        return world.ask(OffsetDeleteRequest(group, asked))

    assert delete("g", 0).error_code == Code.GROUP_ID_NOT_FOUND
    committed(world, "g", 7)
    committed(world, "g", 8, index=1)
    assert delete("g", 0).topics[0].partitions[0].error_code == 0
    assert delete("g", 2).topics[0].partitions[0].error_code == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert stands(world.restarted(), "g") == {0: -1, 1: 8}
    stable(world, 1)
    assert delete("g", 1).topics[0].partitions[0].error_code == Code.GROUP_SUBSCRIBED_TO_TOPIC


@pytest.mark.parametrize(("topic", "code"), [("orders", Code.GROUP_SUBSCRIBED_TO_TOPIC), ("other", Code.NONE)])
def test_offsets_of_what_members_do_not_read_are_deleted(world: World, topic: str, code: Code) -> None:
    committed(world, "g", 7)
    metadata = b"\0\0\0\0\0\1\0" + bytes([len(topic)]) + topic.encode() + b"\xff" * 4  # version 0, a topic, no more
    member = Consumer(world, protocols=[JoinGroupRequestProtocol("range", metadata)])
    member.join()
    member.sync()
    asked = [OffsetDeleteRequestTopic("orders", [OffsetDeleteRequestPartition(0)])]
    assert world.ask(OffsetDeleteRequest("g", asked)).topics[0].partitions[0].error_code == code


def test_groups_are_deleted_once_they_have_no_members(world: World) -> None:
    def delete(name: str) -> int:
        return int(world.ask(DeleteGroupsRequest([name])).results[0].error_code)

    (member,) = stable(world, 1)
    committed(world, "g", 7, member)
    assert delete("g") == Code.NON_EMPTY_GROUP
    member.leave()
    assert delete("g") == 0
    assert delete("g") == Code.GROUP_ID_NOT_FOUND
    assert stands(world, "g") == {0: -1, 1: -1}


def test_the_offsets_of_a_deleted_topic_are_gone(world: World) -> None:
    from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState

    committed(world, "g", 7)
    world.ask(DeleteTopicsRequest([DeleteTopicState("orders")]))
    world.topic("orders", 2)
    assert stands(world, "g") == {0: -1, 1: -1}


def test_a_member_of_a_classic_group_may_name_itself_where_it_asks_for_offsets(world: World) -> None:
    committed(world, "g", 7)
    (member,) = stable(world, 1)
    topic = world.kafka.machine.clusters[0].topics["orders"].id
    asked = [OffsetFetchRequestTopics("", topic, [0])]

    def fetched(group: str) -> int:
        named = OffsetFetchRequestGroup(group, member.id, member.generation, asked)
        (found,) = world.ask(OffsetFetchRequest(groups=[named])).groups
        return int(found.error_code)

    assert fetched("g") == 0
    assert fetched("none") == Code.UNKNOWN_MEMBER_ID

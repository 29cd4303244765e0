"""Consumer groups of the new protocol (KIP-848), as their members see them."""

from typing import Any

import pytest

from tests.services.kafka.world import World
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import (
    ConsumerGroupHeartbeatRequest,
    TopicPartitions,
)
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from weirmq.wire.kafka.messages.delete_groups_request import DeleteGroupsRequest
from weirmq.wire.kafka.messages.describe_groups_request import DescribeGroupsRequest
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
    OffsetFetchRequestTopics,
)

REBALANCE_MS = 30_000


class Consumer:
    """One member of group `g`, which does what it is told."""

    def __init__(self, world: World, name: str, *topics: str, instance: str | None = None) -> None:
        self.world = world
        self.id = name
        self.topics = list(topics or ("orders",))
        self.instance = instance
        self.epoch = 0
        self.has: set[tuple[bytes, int]] = set()

    def beat(self, *, does_revoke: bool = True, **members: Any) -> Any:
        """A heartbeat; what it brings is taken up, and what is to be given up told with the next one."""
        request = ConsumerGroupHeartbeatRequest("g", self.id, self.epoch, self.instance)
        if not self.epoch:
            request.rebalance_timeout_ms, request.subscribed_topic_names = REBALANCE_MS, self.topics
            request.topic_partitions = []
        else:
            request.topic_partitions = owned(self.has)
        for name, value in members.items():
            setattr(request, name, value)
        answer = self.world.ask(request)
        if not answer.error_code:
            self.epoch = answer.member_epoch
            if answer.assignment is not None:
                told = {
                    (each.topic_id, index) for each in answer.assignment.topic_partitions for index in each.partitions
                }
                self.has = told if does_revoke else self.has | told
        return answer

    def commit(self, offset: int, index: int = 0) -> int:
        topic = self.world.kafka.machine.clusters[0].topics["orders"].id
        asked = [OffsetCommitRequestTopic("", topic, [OffsetCommitRequestPartition(index, offset, 0, "")])]
        answer = self.world.ask(OffsetCommitRequest("g", self.epoch, self.id, None, -1, asked))
        return int(answer.topics[0].partitions[0].error_code)


def owned(partitions: set[tuple[bytes, int]]) -> list[TopicPartitions]:
    topics = sorted({topic for topic, _ in partitions})
    return [TopicPartitions(topic, sorted(index for each, index in partitions if each == topic)) for topic in topics]


def settle(*members: Consumer) -> None:
    """Heartbeats until all have what they are to have; no partition is ever with two of them."""
    for _ in range(5):
        for member in members:
            assert member.beat().error_code == 0
            held = [each for one in members for each in one.has]
            assert len(held) == len(set(held))


@pytest.fixture
def world() -> World:
    world = World()
    world.topic("orders", 4)
    return world


def test_the_first_member_has_everything_at_once(world: World) -> None:
    first = Consumer(world, "a")
    answer = first.beat()
    assert (answer.member_id, answer.member_epoch, answer.heartbeat_interval_ms) == ("a", 1, 5_000)
    assert len(first.has) == 4
    quiet = world.ask(ConsumerGroupHeartbeatRequest("g", "a", 1))
    assert (quiet.error_code, quiet.assignment) == (0, None)


def test_a_member_without_an_id_is_given_one(world: World) -> None:
    answer = Consumer(world, "").beat()
    assert len(answer.member_id) == 36


def test_a_partition_changes_hands_once_it_was_given_up(world: World) -> None:
    first, second = Consumer(world, "a"), Consumer(world, "b")
    first.beat()
    assert second.beat().error_code == 0
    assert second.has == set()
    first.beat()
    assert len(first.has) == 2
    second.beat()
    assert second.has == set()  # the first has not said yet that it gave them up
    first.beat()
    second.beat()
    assert len(second.has) == 2
    assert first.epoch == second.epoch == 2
    assert described(world).group_state == "Stable"


def test_three_members_share_and_one_leaves(world: World) -> None:
    members = [Consumer(world, name) for name in "abc"]
    for member in members:
        member.beat()
    settle(*members)
    assert sorted(len(member.has) for member in members) == [1, 1, 2]
    leaver = members.pop()
    assert leaver.beat(member_epoch=-1).member_epoch == -1
    settle(*members)
    assert [len(member.has) for member in members] == [2, 2]
    leaver.epoch = 1
    assert leaver.beat().error_code == Code.UNKNOWN_MEMBER_ID


def test_a_silent_member_is_out(world: World) -> None:
    first, second = Consumer(world, "a"), Consumer(world, "b")
    first.beat()
    second.beat()
    settle(first, second)
    world.clock.advance(seconds=44)
    first.beat()
    world.clock.advance(seconds=1)
    world.tick()
    assert second.beat().error_code == Code.UNKNOWN_MEMBER_ID
    settle(first)
    assert len(first.has) == 4


def test_a_member_that_gives_nothing_up_is_out_after_its_rebalance_timeout(world: World) -> None:
    first, second = Consumer(world, "a"), Consumer(world, "b")
    first.beat()
    second.beat()
    first.beat(does_revoke=False)
    for _ in range(REBALANCE_MS // 5_000 - 1):
        world.clock.advance(seconds=5)
        assert first.beat(does_revoke=False).error_code == 0
        second.beat()
        world.tick()
    world.clock.advance(seconds=5)
    world.tick()
    assert first.beat().error_code == Code.UNKNOWN_MEMBER_ID
    settle(second)
    assert len(second.has) == 4


def test_another_epoch_is_fenced_unless_the_last_answer_was_lost(world: World) -> None:
    first, second = Consumer(world, "a"), Consumer(world, "b")
    first.beat()
    second.beat()
    settle(first, second)
    before, has = first.epoch - 1, first.has
    assert first.beat(member_epoch=before).error_code == 0
    assert first.has == has
    assert first.beat(member_epoch=before, topic_partitions=None).error_code == Code.FENCED_MEMBER_EPOCH
    assert first.beat(member_epoch=9).error_code == Code.FENCED_MEMBER_EPOCH
    first.epoch, first.has = 0, set()
    first.beat()
    settle(first, second)
    assert len(first.has) == 2


def test_what_members_want_is_gathered_anew_only_where_that_changes(world: World) -> None:
    """A heartbeat would take the longer the more members there are, and the more topics each of them names."""
    ann, bob = Consumer(world, "ann", "orders", "bills"), Consumer(world, "bob")
    settle(ann, bob)
    group = world.kafka.consumer_groups.make((0, "g"))
    wanted = group.wanted
    settle(ann, bob)
    assert group.wanted is wanted == {"orders", "bills"}
    bob.beat(subscribed_topic_names=["notes"], subscribed_topic_regex="or.*")
    ann.beat(subscribed_topic_names=["bills"])
    assert group.wanted == {"orders", "bills", "notes"}
    ann.beat(member_epoch=-1)
    assert group.wanted == {"orders", "notes"}


def test_topics_that_come_and_grow_are_shared_too(world: World) -> None:
    member = Consumer(world, "a", "orders", "bills")
    member.beat()
    world.topic("bills", 3)
    settle(member)
    assert len(member.has) == 7
    world.ask(CreatePartitionsRequest([CreatePartitionsTopic("bills", 5, None)], 1000))
    settle(member)
    assert len(member.has) == 9
    member.beat(subscribed_topic_names=["bills"])
    settle(member)
    assert len(member.has) == 5


def test_a_static_member_comes_back_to_what_it_had(world: World) -> None:
    first, second = Consumer(world, "a", instance="one"), Consumer(world, "b", instance="two")
    first.beat()
    second.beat()
    settle(first, second)
    has = first.has
    again = Consumer(world, "c", instance="one")
    assert again.beat().error_code == Code.UNRELEASED_INSTANCE_ID
    assert first.beat(member_epoch=-2).member_epoch == -2
    second.epoch = second.epoch
    assert second.beat().error_code == 0
    again.beat()
    settle(again, second)
    assert again.has == has
    first.epoch = 1
    assert first.beat().error_code == Code.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"group_id": ""}, Code.INVALID_REQUEST),
        ({"member_epoch": -3}, Code.INVALID_REQUEST),
        ({"member_epoch": -2}, Code.INVALID_REQUEST),
        ({"subscribed_topic_names": None}, Code.INVALID_REQUEST),
        ({"rebalance_timeout_ms": -1}, Code.INVALID_REQUEST),
        ({"topic_partitions": [TopicPartitions(b"t" * 16, [0])]}, Code.INVALID_REQUEST),
        ({"server_assignor": "sticky"}, Code.UNSUPPORTED_ASSIGNOR),
        ({"subscribed_topic_regex": "("}, Code.INVALID_REGULAR_EXPRESSION),
        ({"member_epoch": 1, "member_id": ""}, Code.INVALID_REQUEST),
        ({"member_epoch": 1}, Code.UNKNOWN_MEMBER_ID),
    ],
)
def test_what_is_refused(world: World, members: dict[str, Any], code: Code) -> None:
    answer = Consumer(world, "a").beat(**members)
    assert answer.error_code == code
    assert answer.error_message


def test_members_commit_at_their_epoch(world: World) -> None:
    member = Consumer(world, "a")
    member.beat()
    assert member.commit(7) == 0
    topic = world.kafka.machine.clusters[0].topics["orders"].id

    def fetched(epoch: int) -> tuple[int, int]:
        asked = OffsetFetchRequestGroup("g", "a", epoch, [OffsetFetchRequestTopics("", topic, [0])])
        (group,) = world.ask(OffsetFetchRequest(groups=[asked])).groups
        return group.error_code, group.topics[0].partitions[0].committed_offset if group.topics else -1

    assert fetched(1) == (0, 7)
    assert fetched(2)[0] == Code.STALE_MEMBER_EPOCH
    member.epoch = 5
    assert member.commit(8) == Code.STALE_MEMBER_EPOCH
    member.id = "b"
    assert member.commit(8) == Code.UNKNOWN_MEMBER_ID


def described(world: World, name: str = "g") -> Any:
    (found,) = world.ask(ConsumerGroupDescribeRequest([name])).groups
    return found


def test_groups_are_described_listed_and_deleted(world: World) -> None:
    assert described(world).error_code == Code.GROUP_ID_NOT_FOUND
    first, second = Consumer(world, "a"), Consumer(world, "b")
    first.beat()
    second.beat()
    assert described(world).group_state == "Reconciling"
    settle(first, second)
    found = described(world)
    assert (found.group_state, found.group_epoch, found.assignor_name) == ("Stable", 2, "uniform")
    told = found.members[0]
    assert (told.member_id, told.member_epoch, told.client_host, told.member_type) == ("a", 2, "/127.0.0.1", 1)
    assert told.assignment.topic_partitions[0].topic_name == "orders"
    assert [(each.group_id, each.group_type) for each in world.ask(ListGroupsRequest()).groups] == [("g", "consumer")]
    assert world.ask(ListGroupsRequest([], ["classic"])).groups == []
    (other,) = world.ask(DescribeGroupsRequest(["g"])).groups
    assert (other.error_code, other.error_message) == (Code.GROUP_ID_NOT_FOUND, "Group g is not a classic group.")
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == Code.NON_EMPTY_GROUP
    for member in (first, second):
        member.beat(member_epoch=-1)
    assert described(world).group_state == "Empty"
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == 0
    assert described(world).error_code == Code.GROUP_ID_NOT_FOUND


def test_an_operator_has_members_leave(world: World) -> None:
    ann, bob = Consumer(world, "ann"), Consumer(world, "bob", instance="one")
    settle(ann, bob)

    def left(member: str, instance: str | None = None) -> int:
        (found,) = world.ask(LeaveGroupRequest("g", "", [MemberIdentity(member, instance)])).members
        return int(found.error_code)

    assert left("eve") == left("", "two") == Code.UNKNOWN_MEMBER_ID
    assert left("ann", "one") == Code.FENCED_INSTANCE_ID
    assert left("", "one") == 0
    assert [each.member_id for each in described(world).members] == ["ann"]
    assert left("ann") == 0
    assert described(world).group_state == "Empty"
    assert world.ask(LeaveGroupRequest("g", "ann"), version=2).error_code == Code.UNKNOWN_MEMBER_ID


def test_offsets_of_what_members_read_are_not_deleted(world: World) -> None:
    world.topic("other")
    ann = Consumer(world, "ann")
    settle(ann)
    assert ann.commit(7) == 0

    def deleted(topic: str, group: str = "g") -> int:
        answer = world.ask(
            OffsetDeleteRequest(group, [OffsetDeleteRequestTopic(topic, [OffsetDeleteRequestPartition(0)])])
        )
        return int(answer.error_code or answer.topics[0].partitions[0].error_code)

    assert deleted("orders") == Code.GROUP_SUBSCRIBED_TO_TOPIC
    assert deleted("other") == 0
    assert deleted("orders", "") == Code.INVALID_GROUP_ID


def test_a_group_without_a_name_is_none(world: World) -> None:
    assert described(world, "").error_code == Code.INVALID_GROUP_ID

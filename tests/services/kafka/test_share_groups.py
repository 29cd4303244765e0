"""Share groups (KIP-932): their members, and what administrators see and change of them."""

import pytest

from tests.services.kafka.sharing import ACCEPT, RELEASE, Sharer, configure, offsets
from tests.services.kafka.world import World
from weirmq.services.kafka.assignors import simple
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_share_group_offsets_request import (
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsRequestPartition,
    AlterShareGroupOffsetsRequestTopic,
)
from weirmq.wire.kafka.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from weirmq.wire.kafka.messages.delete_groups_request import DeleteGroupsRequest
from weirmq.wire.kafka.messages.delete_share_group_offsets_request import (
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsRequestTopic,
)
from weirmq.wire.kafka.messages.describe_groups_request import DescribeGroupsRequest
from weirmq.wire.kafka.messages.describe_share_group_offsets_request import (
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsRequestGroup,
    DescribeShareGroupOffsetsRequestTopic,
)
from weirmq.wire.kafka.messages.find_coordinator_request import FindCoordinatorRequest
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from weirmq.wire.kafka.messages.list_groups_request import ListGroupsRequest
from weirmq.wire.kafka.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from weirmq.wire.kafka.messages.share_group_describe_request import ShareGroupDescribeRequest
from weirmq.wire.kafka.messages.share_group_heartbeat_request import ShareGroupHeartbeatRequest

SESSION_MS = 45_000


@pytest.fixture
def topic(world: World) -> bytes:
    return world.topic("orders", 4)


def beat(world: World, member: str, epoch: int, *topics: str, group: str = "g") -> tuple[int, int, list[int] | None]:
    """Error, epoch, and the partitions to fetch from if they are told."""
    answer = world.ask(ShareGroupHeartbeatRequest(group, member, epoch, None, list(topics) or None))
    told = answer.assignment
    partitions = None if told is None else [index for each in told.topic_partitions for index in each.partitions]
    return answer.error_code, answer.member_epoch, partitions


def described(world: World, group: str = "g") -> tuple[str, dict[str, list[int]]]:
    (found,) = world.ask(ShareGroupDescribeRequest([group])).groups
    return found.group_state, {
        each.member_id: [index for topic in each.assignment.topic_partitions for index in topic.partitions]
        for each in found.members
    }


def test_members_join_and_hear_of_their_partitions_once(world: World, topic: bytes) -> None:
    answer = world.ask(ShareGroupHeartbeatRequest("g", "a", 0, None, ["orders", "nothing"]))
    assert (answer.member_id, answer.member_epoch, answer.heartbeat_interval_ms) == ("a", 1, 5_000)
    assert [each.topic_id for each in answer.assignment.topic_partitions] == [topic]
    assert beat(world, "a", 1) == (0, 1, None)
    assert beat(world, "b", 0, "orders") == (0, 2, [2, 3])
    assert beat(world, "a", 1) == (0, 2, [0, 1])
    assert beat(world, "a", 1) == (0, 2, None)  # one that didn't get the last answer
    assert described(world) == ("Stable", {"a": [0, 1], "b": [2, 3]})


def test_members_get_new_partitions_and_topics(world: World, topic: bytes) -> None:
    beat(world, "a", 0, "orders", "later")
    world.ask(CreatePartitionsRequest([CreatePartitionsTopic("orders", 5, None)], 1000))
    assert beat(world, "a", 1) == (0, 2, [0, 1, 2, 3, 4])
    world.topic("later")
    assert beat(world, "a", 2)[2] is not None
    assert beat(world, "a", 3, "later") == (0, 4, [0])
    assert offsets(world) == [(0, -1, -1)] + [(index, -1, -1) for index in range(5)]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({"group_id": ""}, Code.INVALID_REQUEST, id="no group"),
        pytest.param({"member_id": ""}, Code.INVALID_REQUEST, id="no member"),
        pytest.param({"rack_id": ""}, Code.INVALID_REQUEST, id="no rack"),
        pytest.param({"member_epoch": -2}, Code.INVALID_REQUEST, id="no epoch"),
        pytest.param({"subscribed_topic_names": None, "member_epoch": 0}, Code.INVALID_REQUEST, id="no topics"),
        pytest.param({"subscribed_topic_names": [], "member_epoch": 0}, Code.INVALID_REQUEST, id="empty topics"),
        pytest.param({"member_id": "b"}, Code.UNKNOWN_MEMBER_ID, id="unknown"),
        pytest.param({"member_id": "b", "member_epoch": -1}, Code.UNKNOWN_MEMBER_ID, id="unknown one leaves"),
        pytest.param({"member_epoch": 7}, Code.FENCED_MEMBER_EPOCH, id="ahead"),
        pytest.param({"group_id": "other"}, Code.UNKNOWN_MEMBER_ID, id="another group"),
    ],
)
def test_heartbeats_that_are_refused(world: World, topic: bytes, members: dict[str, object], code: Code) -> None:
    beat(world, "a", 0, "orders")
    request = ShareGroupHeartbeatRequest("g", "a", 1, None, ["orders"])
    for name, value in members.items():
        setattr(request, name, value)
    assert world.ask(request).error_code == code


def test_a_member_that_is_behind_joins_anew(world: World, topic: bytes) -> None:
    for epoch, member in enumerate("abc"):
        assert beat(world, member, 0, "orders")[:2] == (0, epoch + 1)
    assert beat(world, "a", 1)[:2] == (0, 3)
    beat(world, "d", 0, "orders")
    beat(world, "a", 3)
    assert beat(world, "a", 1)[0] == Code.FENCED_MEMBER_EPOCH
    assert beat(world, "a", 0, "orders")[:2] == (0, 5)


def test_a_group_has_so_many_members_at_most(world: World, topic: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.services.kafka.share_membership.MEMBERS_MAX", 1)
    beat(world, "a", 0, "orders")
    assert beat(world, "b", 0, "orders")[0] == Code.GROUP_MAX_SIZE_REACHED
    assert beat(world, "a", 0, "orders")[0] == Code.NONE


def test_a_member_that_is_silent_is_gone(world: World, topic: bytes) -> None:
    configure(world, share_session_timeout_ms="50000")
    beat(world, "a", 0, "orders")
    world.clock.advance(milliseconds=49_999)
    world.tick()
    assert described(world)[0] == "Stable"
    world.clock.advance(milliseconds=1)
    world.tick()
    assert described(world) == ("Empty", {})


def test_a_member_that_leaves_may_acknowledge_what_it_has(world: World, topic: bytes) -> None:
    configure(world, share_auto_offset_reset="earliest")
    first, second = Sharer(world, topic, "first"), Sharer(world, topic, "second")
    world.produce(topic, b"x", b"y")
    first.joins()
    second.joins()
    assert first.fetches() == [(0, 1, 1)]
    first.leaves()
    assert second.fetches() == []
    assert first.says((0, 0, [ACCEPT]), (1, 1, [RELEASE]), is_final=True) == 0
    assert second.fetches() == [(1, 1, 2)]


# Assignments


def test_each_partition_is_with_somebody_and_members_have_about_as_many() -> None:
    orders, held = b"orders", dict[str, frozenset[tuple[bytes, int]]]()
    for count in (1, 2, 3, 4, 7, 10, 6, 2, 1):
        members = {f"m{number}": frozenset([orders]) for number in range(count)}
        held = simple(members, {orders: 5}, held)
        assert {each for mine in held.values() for each in mine} == {(orders, index) for index in range(5)}
        sizes = [len(mine) for mine in held.values()]
        assert max(sizes) - min(sizes) <= 1
        loads = [sum((orders, index) in mine for mine in held.values()) for index in range(5)]
        assert max(loads) - min(loads) <= 1, (count, held)


def test_members_keep_what_they_may() -> None:
    orders = b"orders"
    before = simple({"b": frozenset([orders]), "c": frozenset([orders])}, {orders: 4}, {})
    after = simple(dict.fromkeys("abc", frozenset([orders])), {orders: 4}, before)
    assert all(len(before[member] & after[member]) >= 1 for member in "bc")


def test_subscriptions_may_differ() -> None:
    members = {"a": frozenset([b"x"]), "b": frozenset([b"x", b"y"]), "c": frozenset[bytes]()}
    found = simple(members, {b"x": 3, b"y": 2}, {})
    assert found["a"] <= {(b"x", index) for index in range(3)}
    assert {(b"y", 0), (b"y", 1)} <= found["b"]
    assert found["a"] | found["b"] == {(b"x", 0), (b"x", 1), (b"x", 2), (b"y", 0), (b"y", 1)}
    assert found["c"] == frozenset()
    assert simple({}, {b"x": 3}, {}) == {}


# What administrators see


def test_groups_are_listed_by_type(world: World, topic: bytes) -> None:
    beat(world, "a", 0, "orders")
    (listed,) = world.ask(ListGroupsRequest([], ["Share"])).groups
    assert (listed.group_id, listed.protocol_type, listed.group_state, listed.group_type) == (
        "g",
        "share",
        "Stable",
        "share",
    )
    assert world.ask(ListGroupsRequest([], ["consumer"])).groups == []
    beat(world, "a", -1)
    assert [each.group_state for each in world.ask(ListGroupsRequest()).groups] == ["Empty"]
    world = world.restarted()
    assert [each.group_id for each in world.ask(ListGroupsRequest()).groups] == ["g"]
    assert described(world) == ("Empty", {})


def test_what_is_no_share_group_isnt_described_as_one(world: World, topic: bytes) -> None:
    world.ask(ConsumerGroupHeartbeatRequest("c", "m", 0, None, None, 30_000, ["orders"], topic_partitions=[]))
    found = world.ask(ShareGroupDescribeRequest(["c", "nothing"])).groups
    assert [(each.error_code, each.error_message) for each in found] == [
        (Code.GROUP_ID_NOT_FOUND, "Group c is not a share group."),
        (Code.GROUP_ID_NOT_FOUND, "Group nothing not found."),
    ]
    assert beat(world, "a", 0, "orders", group="c")[0] == Code.GROUP_ID_NOT_FOUND


def test_others_are_kept_out_of_a_share_group(world: World, topic: bytes) -> None:
    beat(world, "a", 0, "orders")
    consumer = ConsumerGroupHeartbeatRequest("g", "m", 0, None, None, 30_000, ["orders"], topic_partitions=[])
    assert world.ask(consumer).error_code == Code.GROUP_ID_NOT_FOUND
    classic = JoinGroupRequest("g", 10_000, 10_000, "", None, "consumer", [JoinGroupRequestProtocol("range", b"")])
    assert world.ask(classic).error_code == Code.INCONSISTENT_GROUP_PROTOCOL
    commit = [OffsetCommitRequestTopic("", topic, [OffsetCommitRequestPartition(0, 3, -1, "")])]
    answer = world.ask(OffsetCommitRequest("g", -1, "", None, -1, commit))
    assert answer.topics[0].partitions[0].error_code == Code.GROUP_ID_NOT_FOUND
    (group,) = world.ask(DescribeGroupsRequest(["g"])).groups
    assert (group.error_code, group.error_message) == (69, "Group g is not a classic group.")
    (found,) = world.ask(ConsumerGroupDescribeRequest(["g"])).groups
    assert (found.error_code, found.error_message) == (69, "Group g is not a consumer group.")


def test_a_group_is_deleted_when_it_has_no_members(world: World, topic: bytes) -> None:
    beat(world, "a", 0, "orders")
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == Code.NON_EMPTY_GROUP
    beat(world, "a", -1)
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == Code.NONE
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == Code.GROUP_ID_NOT_FOUND
    assert offsets(world) == []


def test_the_coordinator_of_a_share_partition_is_found(world: World, topic: bytes) -> None:
    keys = ["g:AAAAAAAAAAAAAAAAAAAAAA:0", "g", ":::"]
    found = world.ask(FindCoordinatorRequest(key_type=2, coordinator_keys=keys)).coordinators
    assert [(each.node_id, each.error_code) for each in found] == [
        (1, 0),
        (-1, Code.INVALID_REQUEST),
        (-1, Code.INVALID_REQUEST),
    ]


# Offsets


def alter(world: World, *starts: tuple[str, int, int], group: str = "g") -> tuple[int, list[int]]:
    """The error of all, and those of partitions."""
    topics = [
        AlterShareGroupOffsetsRequestTopic(name, [AlterShareGroupOffsetsRequestPartition(index, offset)])
        for name, index, offset in starts
    ]
    answer = world.ask(AlterShareGroupOffsetsRequest(group, topics))
    return answer.error_code, [each.error_code for topic in answer.responses for each in topic.partitions]


def delete(world: World, *names: str, group: str = "g") -> tuple[int, list[int]]:
    topics = [DeleteShareGroupOffsetsRequestTopic(name) for name in names]
    answer = world.ask(DeleteShareGroupOffsetsRequest(group, topics))
    return answer.error_code, [each.error_code for each in answer.responses]


def test_a_group_is_told_to_begin_elsewhere(world: World, topic: bytes) -> None:
    world.produce(topic, *[b"x"] * 10)
    assert alter(world, ("orders", 0, 4), ("orders", 9, 0), ("nothing", 0, 0), ("orders", 1, -1)) == (0, [0, 3, 3, 0])
    assert offsets(world) == [(0, 4, 6), (1, -1, -1)]
    member = Sharer(world, topic)
    member.joins()
    assert member.fetches() == [(4, 9, 1)]
    assert member.says((4, 5, [ACCEPT])) == 0
    assert alter(world, ("orders", 0, 0)) == (Code.NON_EMPTY_GROUP, [])
    member.leaves()
    assert alter(world, ("orders", 0, 0)) == (0, [0])
    member.epoch = 0
    assert member.fetches() == [(0, 9, 1)]


def test_offsets_are_deleted(world: World, topic: bytes) -> None:
    beat(world, "a", 0, "orders")
    assert delete(world, "orders") == (Code.NON_EMPTY_GROUP, [])
    beat(world, "a", -1)
    assert delete(world, "orders", "nothing") == (0, [0, 3])
    assert delete(world, "orders") == (0, [3])
    assert offsets(world) == []
    assert [each.group_id for each in world.restarted().ask(ListGroupsRequest()).groups] == ["g"]


@pytest.mark.parametrize("group", ["c", ""])
def test_offsets_of_other_groups_arent_touched(world: World, topic: bytes, group: str) -> None:
    world.ask(ConsumerGroupHeartbeatRequest("c", "m", 0, None, None, 30_000, ["orders"], topic_partitions=[]))
    code = Code.GROUP_ID_NOT_FOUND if group else Code.INVALID_GROUP_ID
    assert alter(world, ("orders", 0, 0), group=group) == (code, [])
    assert delete(world, "orders", group=group) == (code, [])


def test_offsets_of_a_group_that_isnt_there(world: World, topic: bytes) -> None:
    assert delete(world, "orders", group="nothing")[0] == Code.GROUP_ID_NOT_FOUND
    asked = [DescribeShareGroupOffsetsRequestTopic("orders", [0, 9]), DescribeShareGroupOffsetsRequestTopic("no", [0])]
    request = DescribeShareGroupOffsetsRequest([DescribeShareGroupOffsetsRequestGroup("nothing", asked)])
    (found,) = world.ask(request).groups
    told = [(each.start_offset, each.lag, each.error_code) for each in found.topics[0].partitions]
    assert told == [(-1, -1, 0), (-1, -1, 0)]
    assert [each.topic_id for each in found.topics] == [topic, bytes(16)]

"""Groups of Kafka Streams applications (KIP-1071): time, internal topics, offsets, restarts, other protocols.

What each heartbeat brings is in test_streams_heartbeats.py.
"""

from typing import Any

import pytest

from tests.services.kafka.sharing import configure
from tests.services.kafka.streaming import STATUS, Thread, subtopology, tasks, topology
from tests.services.kafka.transacting import Transactor
from tests.services.kafka.world import Peer, World
from weirmq.services.kafka.access_facts import AclsCreated
from weirmq.services.kafka.acls import CLUSTER_NAME, Acl, Operation, PatternType, Permission, ResourceType
from weirmq.services.kafka.authorizer import Rules
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_groups_request import DeleteGroupsRequest
from weirmq.wire.kafka.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from weirmq.wire.kafka.messages.describe_groups_request import DescribeGroupsRequest
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
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
from weirmq.wire.kafka.messages.share_group_heartbeat_request import ShareGroupHeartbeatRequest
from weirmq.wire.kafka.messages.streams_group_describe_request import StreamsGroupDescribeRequest
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import Endpoint

RIVERS = topology(subtopology("0", "rivers"))
SESSION_MS = 45_000


@pytest.fixture
def rivers(world: World) -> bytes:
    """The topic that is read, by a group that is assigned without delay."""
    quick(world)
    return world.topic("rivers", 4)


def quick(world: World) -> None:
    configure(world, streams_initial_rebalance_delay_ms="0", streams_assignment_interval_ms="0")


def described(world: World, group: str = "g") -> Any:
    (found,) = world.ask(StreamsGroupDescribeRequest([group])).groups
    return found


def wait(world: World, milliseconds: int) -> None:
    world.clock.advance(milliseconds=milliseconds)
    world.tick()


def statuses(answer: Any) -> list[str]:
    assert not answer.error_code, answer
    return [STATUS[each.status_code] for each in answer.status]


def settle(*threads: Thread) -> None:
    for _ in range(3):
        for each in threads:
            each.owns()


def pair(world: World) -> tuple[Thread, Thread]:
    """Two members, each with its half of the tasks."""
    ann, bob = Thread(world.ask, "ann", of=RIVERS), Thread(world.ask, "bob", of=RIVERS)
    ann.join()
    bob.join()
    settle(ann, bob)
    assert (tasks(ann.active), tasks(bob.active)) == ("0: 0 1", "0: 2 3")
    return ann, bob


# Time


def test_a_member_that_is_silent_is_gone(world: World, rivers: bytes) -> None:
    ann, bob = pair(world)
    wait(world, SESSION_MS - 1)
    bob.beat()
    wait(world, 1)
    assert [each.member_id for each in described(world).members] == ["bob"]
    assert tasks(bob.beat().active_tasks) == "0: 0 1 2 3"
    assert ann.beat().error_code == Code.UNKNOWN_MEMBER_ID
    assert tasks(ann.join().active_tasks) == ""


def test_a_session_lasts_as_long_as_the_group_says(world: World, rivers: bytes) -> None:
    configure(world, streams_session_timeout_ms="60000", streams_heartbeat_interval_ms="15000")
    ann = Thread(world.ask, "ann", of=RIVERS)
    assert ann.join().heartbeat_interval_ms == 15_000
    wait(world, 59_999)
    assert described(world).group_state == "Stable"
    wait(world, 1)
    assert described(world).group_state == "Empty"


def test_a_member_that_keeps_what_it_is_to_give_up_is_gone(world: World, rivers: bytes) -> None:
    ann, bob = Thread(world.ask, "ann", of=RIVERS), Thread(world.ask, "bob", of=RIVERS)
    ann.join(rebalance_timeout_ms=20_000)
    bob.join()
    assert tasks(ann.beat().active_tasks) == "0: 0 1"
    wait(world, 10_000)
    ann.beat()  # it is heard of, but says nothing of its tasks
    wait(world, 9_999)
    assert tasks(bob.beat().active_tasks) == "-"
    wait(world, 1)
    assert tasks(bob.beat().active_tasks) == "0: 0 1 2 3"
    assert ann.beat().error_code == Code.UNKNOWN_MEMBER_ID


def test_a_member_that_gives_up_in_time_stays(world: World, rivers: bytes) -> None:
    ann, bob = Thread(world.ask, "ann", of=RIVERS), Thread(world.ask, "bob", of=RIVERS)
    ann.join(rebalance_timeout_ms=20_000)
    bob.join()
    ann.beat()
    wait(world, 19_999)
    ann.owns()
    wait(world, 10_000)
    assert ann.beat().error_code == Code.NONE


def test_a_new_group_waits_for_more_members(world: World) -> None:
    world.topic("rivers", 4)
    ann, bob = Thread(world.ask, "ann", of=RIVERS), Thread(world.ask, "bob", of=RIVERS)
    assert statuses(ann.join()) == ["ASSIGNMENT_DELAYED"]
    wait(world, 2_999)
    assert statuses(bob.join()) == ["ASSIGNMENT_DELAYED"]
    assert described(world).group_state == "Assigning"
    wait(world, 1)
    assert statuses(ann.beat()) == []
    bob.beat()
    assert (tasks(ann.active), tasks(bob.active)) == ("0: 0 2", "0: 1 3")


def test_a_lost_answer_is_told_again(world: World, rivers: bytes) -> None:
    ann, bob = pair(world)
    bob.leave()
    before = ann.request(active_tasks=ann.active, standby_tasks=[], warmup_tasks=[])
    lost = world.ask(before)
    assert (lost.member_epoch, tasks(lost.active_tasks)) == (4, "0: 0 1 2 3")
    again = world.ask(before)
    assert (again.member_epoch, tasks(again.active_tasks)) == (4, "0: 0 1 2 3")


# Endpoints


def told(answer: Any) -> list[tuple[str, dict[str, list[int]], dict[str, list[int]]]] | None:
    """By the host of each endpoint, what is active there and what is kept."""
    if answer.partitions_by_user_endpoint is None:
        return None
    return [
        (
            each.user_endpoint.host,
            {topic.topic: topic.partitions for topic in each.active_partitions},
            {topic.topic: topic.partitions for topic in each.standby_partitions},
        )
        for each in answer.partitions_by_user_endpoint
    ]


def test_threads_of_one_process_have_one_endpoint(world: World, rivers: bytes) -> None:
    configure(world, streams_num_standby_replicas="1")
    of = topology(subtopology("0", "rivers", stores=["dams"]))
    threads = [Thread(world.ask, name, name[0], of=of) for name in ("a1", "a2", "b1")]
    for each in threads:
        each.endpoint = Endpoint(f"{each.process}.example", 80)
        each.join()
    for _ in range(3):
        settle(*threads)
    hears = threads[0].beat(endpoint_information_epoch=-1)
    assert sorted(told(hears) or ()) == [
        ("a.example", {"rivers": [0, 1, 2]}, {"rivers": [3]}),
        ("b.example", {"rivers": [3]}, {"rivers": [0, 1, 2]}),
    ]
    assert told(threads[0].beat()) is None
    threads[2].leave()
    assert [host for host, _, _ in told(threads[0].beat()) or ()] == ["a.example"]


# Internal topics


def test_internal_topics_are_made_with_their_configs(world: World) -> None:
    quick(world)
    world.topic("lines", 3)
    answer = Thread(world.ask, "ann").join()
    assert (statuses(answer), tasks(answer.active_tasks)) == ([], "0: 0 1 2, 1: 0 1 2")
    made = world.cluster().topics
    assert {name: len(topic.partitions) for name, topic in made.items()} == {"lines": 3, "words": 3, "counts": 3}
    (told,) = world.ask(DescribeConfigsRequest([DescribeConfigsResource(2, "counts", ["cleanup.policy"])])).results
    assert [each.value for each in told.configs] == ["compact"]
    first, second = described(world).topology.subtopologies
    assert (first.source_topics, first.repartition_sink_topics) == (["lines"], ["words"])
    assert [(each.name, each.partitions) for each in second.state_changelog_topics] == [("counts", 3)]


def test_internal_topics_outlive_a_restart(world: World) -> None:
    quick(world)
    world.topic("lines", 3)
    Thread(world.ask, "ann").join()
    assert {"words", "counts"} <= world.restarted().cluster().topics.keys()


def test_an_internal_topic_that_is_deleted_is_made_again(world: World) -> None:
    from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState

    quick(world)
    world.topic("lines", 3)
    ann = Thread(world.ask, "ann")
    ann.join()
    world.ask(DeleteTopicsRequest([DeleteTopicState("counts")]))
    epoch = described(world).group_epoch
    assert statuses(ann.beat()) == []
    assert (described(world).group_epoch, "counts" in world.cluster().topics) == (epoch + 1, True)


def allow(world: World, *rights: tuple[ResourceType, str, Operation]) -> None:
    acls = [
        Acl(kind, PatternType.LITERAL, name, "User:alice", "*", operation, Permission.ALLOW)
        for kind, name, operation in rights
    ]
    world.kafka.commit(world.clock.now_ms(), AclsCreated(0, acls))


@pytest.mark.parametrize(
    "rights",
    [
        [(ResourceType.CLUSTER, CLUSTER_NAME, Operation.CREATE)],
        [(ResourceType.TOPIC, name, Operation.CREATE) for name in ("words", "counts")],
    ],
)
def test_internal_topics_are_made_by_who_may(world: World, rights: list[tuple[ResourceType, str, Operation]]) -> None:
    quick(world)
    world.topic("lines", 3)
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    topics = [(ResourceType.TOPIC, name, Operation.DESCRIBE) for name in ("lines", "words", "counts")]
    allow(world, (ResourceType.GROUP, "g", Operation.READ), *topics)
    ann = Thread(lambda request: world.ask(request, peer=Peer("alice")), "ann")
    answer = ann.join()
    assert statuses(answer) == ["MISSING_INTERNAL_TOPICS"]
    assert "Unauthorized to CREATE on topics counts, words." in answer.status[0].status_detail
    assert "words" not in world.cluster().topics
    allow(world, *rights)
    assert (statuses(ann.beat()), tasks(ann.active)) == ([], "0: 0 1 2, 1: 0 1 2")


def test_an_internal_topic_that_cannot_be_made_is_told(world: World) -> None:
    quick(world)
    world.topic("lines", 3)
    of = topology(subtopology("0", "lines", stores=["counts"]))
    of.subtopologies[0].state_changelog_topics[0].topic_configs[0].value = "perhaps"
    answer = Thread(world.ask, "ann", of=of).join()
    assert statuses(answer) == ["MISSING_INTERNAL_TOPICS"]
    assert "Creation failed: counts (" in answer.status[0].status_detail


def test_a_topology_names_topics_that_one_may_see(world: World, rivers: bytes) -> None:
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    allow(world, (ResourceType.GROUP, "g", Operation.READ), (ResourceType.GROUP, "g", Operation.DESCRIBE))
    alice = Peer("alice")
    ann = Thread(lambda request: world.ask(request, peer=alice), "ann", of=RIVERS)
    assert ann.join().error_code == Code.TOPIC_AUTHORIZATION_FAILED
    allow(world, (ResourceType.TOPIC, "rivers", Operation.DESCRIBE))
    assert ann.join().error_code == Code.NONE
    (seen,) = world.ask(StreamsGroupDescribeRequest(["g"], True), peer=alice).groups
    assert (seen.error_code, seen.authorized_operations) == (0, 1 << Operation.READ | 1 << Operation.DESCRIBE)
    other = Peer("bob")
    allow_other = Acl(
        ResourceType.GROUP, PatternType.LITERAL, "g", "User:bob", "*", Operation.DESCRIBE, Permission.ALLOW
    )
    world.kafka.commit(world.clock.now_ms(), AclsCreated(0, [allow_other]))
    (unseen,) = world.ask(StreamsGroupDescribeRequest(["g"]), peer=other).groups
    assert (unseen.error_code, unseen.members, unseen.topology) == (Code.TOPIC_AUTHORIZATION_FAILED, [], None)


# Offsets


def commit(world: World, member: str, epoch: int, index: int = 0, *, group: str = "g", version: int = 9) -> Code:
    asked = OffsetCommitRequestTopic("rivers", bytes(16), [OffsetCommitRequestPartition(index, 7)])
    (found,) = world.ask(OffsetCommitRequest(group, epoch, member, topics=[asked]), version=version).topics
    return Code(found.partitions[0].error_code)


def test_members_commit_by_versions_that_know_epochs(world: World, rivers: bytes) -> None:
    ann, _ = pair(world)
    assert commit(world, "ann", ann.epoch) == Code.NONE
    assert commit(world, "ann", ann.epoch, version=8) == Code.UNSUPPORTED_VERSION
    asked = OffsetCommitRequestTopic("", rivers, [OffsetCommitRequestPartition(0, 9)])
    (found,) = world.ask(OffsetCommitRequest("g", ann.epoch - 1, "ann", topics=[asked])).topics
    assert found.partitions[0].error_code == Code.NONE  # by the topic's id, and of a task that it has had since then


def test_members_commit_in_transactions(world: World, rivers: bytes) -> None:
    ann, bob = pair(world)
    writer = Transactor(world, version=2)
    writer.init()
    place = ("rivers", rivers, 0)

    def sent(member: str, epoch: int, place: tuple[str, bytes, int] = place) -> Code:
        return Code(writer.send_offset("g", place, 5, member_id=member, generation_id=epoch))

    assert sent("ann", ann.epoch) == Code.NONE
    assert sent("ann", ann.epoch - 1) == Code.NONE
    assert sent("ann", ann.epoch + 1) == Code.ILLEGAL_GENERATION
    assert sent("ann", ann.epoch - 1, ("rivers", rivers, 3)) == Code.ILLEGAL_GENERATION
    assert sent("bob", bob.epoch - 1, ("rivers", rivers, 3)) == Code.ILLEGAL_GENERATION
    assert sent("eve", 3) == Code.UNKNOWN_MEMBER_ID


def test_offsets_of_what_members_read_stay(world: World, rivers: bytes) -> None:
    world.topic("brooks")
    ann, bob = pair(world)

    def deleted(topic: str) -> Code:
        asked = [OffsetDeleteRequestTopic(topic, [OffsetDeleteRequestPartition(0)])]
        answer = world.ask(OffsetDeleteRequest("g", asked))
        return Code(answer.error_code or answer.topics[0].partitions[0].error_code)

    assert (deleted("rivers"), deleted("brooks")) == (Code.GROUP_SUBSCRIBED_TO_TOPIC, Code.NONE)
    ann.leave()
    bob.leave()
    assert deleted("rivers") == Code.NONE


def test_offsets_expire_with_their_group(world: World, rivers: bytes) -> None:
    ann = Thread(world.ask, "ann", of=RIVERS)
    ann.join()
    commit(world, "ann", ann.epoch)
    for _ in range(8):
        for _ in range(24 * 60 * 2):
            world.clock.advance(seconds=30)
            ann.beat()
        world.tick()
    assert described(world).group_state == "Stable"
    ann.leave()
    for _ in range(2 * 8):
        wait(world, 12 * 3_600_000)
    assert described(world).error_code == Code.GROUP_ID_NOT_FOUND


# Restarts, and other protocols


def test_after_a_restart_members_join_anew(world: World, rivers: bytes) -> None:
    ann, bob = pair(world)
    assert commit(world, "ann", ann.epoch) == Code.NONE
    world = world.restarted()
    ann.asks = bob.asks = world.ask
    assert ann.beat().error_code == Code.UNKNOWN_MEMBER_ID
    assert commit(world, "ann", ann.epoch) == Code.UNKNOWN_MEMBER_ID
    assert commit(world, "ann", ann.epoch, group="never committed") == Code.UNKNOWN_MEMBER_ID
    ann.join()
    bob.join()
    settle(ann, bob)
    assert (tasks(ann.active), tasks(bob.active)) == ("0: 0 1", "0: 2 3")
    assert described(world).group_state == "Stable"


def classic(world: World) -> Code:
    """Somebody who joins by the classic protocol; the code of the answer."""
    request = JoinGroupRequest("g", 10_000, 10_000, "", None, "consumer", [JoinGroupRequestProtocol("range", b"")])
    answer = world.ask(request)
    if answer.error_code == Code.MEMBER_ID_REQUIRED:
        request.member_id = answer.member_id
        answer = world.ask(request)
    return Code(answer.error_code)


def listed(world: World) -> list[tuple[str, str, str]]:
    groups = world.ask(ListGroupsRequest()).groups
    return [(each.group_id, each.group_type, each.group_state) for each in groups]


def test_an_application_goes_from_the_classic_protocol_to_this_one_and_back(world: World, rivers: bytes) -> None:
    assert classic(world) == Code.NONE
    ann = Thread(world.ask, "ann", of=RIVERS)
    assert ann.join().error_code == Code.GROUP_ID_NOT_FOUND
    wait(world, 10_000)
    assert listed(world) == [("g", "classic", "Empty")]
    assert ann.join().error_code == Code.NONE
    assert listed(world) == [("g", "streams", "Stable")]
    commit(world, "ann", ann.epoch)
    assert classic(world) == Code.INCONSISTENT_GROUP_PROTOCOL
    ann.leave()
    assert classic(world) == Code.NONE
    assert [each[1] for each in listed(world)] == ["classic"]
    assert described(world).error_message == "Group g is not a streams group."


def test_other_protocols_know_nothing_of_the_group(world: World, rivers: bytes) -> None:
    pair(world)
    assert world.ask(DescribeGroupsRequest(["g"])).groups[0].error_message == "Group g is not a classic group."
    sharing = ShareGroupHeartbeatRequest("g", "s", 0, None, ["rivers"])
    assert world.ask(sharing).error_code == Code.GROUP_ID_NOT_FOUND
    sharing.group_id = "shared"
    world.ask(sharing)
    assert Thread(world.ask, "ann", group="shared", of=RIVERS).join().error_code == Code.GROUP_ID_NOT_FOUND
    assert described(world, "shared").error_message == "Group shared is not a streams group."
    assert described(world, "nobody").error_message == "Group nobody not found."
    assert described(world, "").error_code == Code.INVALID_GROUP_ID


def test_groups_are_listed_by_state_and_deleted_without_members(world: World, rivers: bytes) -> None:
    ann, bob = pair(world)
    asked = ListGroupsRequest(["Stable"], ["streams"])
    assert [each.group_id for each in world.ask(asked).groups] == ["g"]
    assert world.ask(ListGroupsRequest(["Empty"], ["streams"])).groups == []
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == Code.NON_EMPTY_GROUP
    ann.leave()
    bob.leave()
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == Code.NONE
    assert described(world).error_code == Code.GROUP_ID_NOT_FOUND
    assert ann.join(topology=topology(subtopology("0", "rivers"), epoch=1)).error_code == Code.NONE


def test_who_wants_an_end_is_told_to_all_until_nobody_is_left(world: World, rivers: bytes) -> None:
    ann, bob = pair(world)
    cy = Thread(world.ask, "cy", of=RIVERS)
    cy.join()
    assert ann.leave(shutdown_application=True).error_code == Code.NONE
    assert statuses(bob.beat()) == ["SHUTDOWN_APPLICATION"]
    assert "Member ann has failed" in cy.beat().status[0].status_detail
    bob.leave()
    cy.leave()
    assert statuses(ann.join()) == []

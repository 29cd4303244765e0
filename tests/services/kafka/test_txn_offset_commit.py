"""TxnOffsetCommit: offsets that are committed with a transaction, or not at all."""

import pytest

from tests.services.kafka.transacting import Place, Transactor, offset_of, place_of
from tests.services.kafka.world import World
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from weirmq.wire.kafka.messages.delete_groups_request import DeleteGroupsRequest
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from weirmq.wire.kafka.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from weirmq.wire.kafka.messages.offset_fetch_request import OffsetFetchRequest, OffsetFetchRequestGroup

both = pytest.mark.parametrize("version", [1, 2])
UNSTABLE = (Code.UNSTABLE_OFFSET_COMMIT, -1)


def begun(world: World, version: int = 1, name: str = "t") -> Transactor:
    found = Transactor(world, name, version)
    assert found.init() == Code.NONE
    return found


@both
def test_offsets_are_there_with_the_commit(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    for offset in (5, 7):
        before = offset_of(world, "g", place)
        assert writer.send_offset("g", place, offset - 1) == writer.send_offset("g", place, offset) == Code.NONE
        assert offset_of(world, "g", place) == before
        assert offset_of(world, "g", place, stable=True) == UNSTABLE
        assert writer.commit() == Code.NONE
        assert offset_of(world, "g", place) == offset_of(world, "g", place, stable=True) == (Code.NONE, offset)


@both
def test_an_abort_drops_them(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    assert writer.send_offset("g", place, 5) == writer.abort() == Code.NONE
    assert offset_of(world, "g", place, stable=True) == (Code.NONE, -1)
    assert writer.send_offset("g", place, 6) == writer.commit() == Code.NONE
    assert writer.send_offset("g", place, 7) == writer.abort() == Code.NONE
    assert offset_of(world, "g", place, stable=True) == (Code.NONE, 6)


def test_all_partitions_are_told_with_those_that_are_unstable(world: World) -> None:
    place, writer = place_of(world, partitions=2), begun(world, 2)
    other = (*place[:2], 1)
    commit(world, place, 3)
    writer.send_offset("g", other, 5)
    for stable, expected in ((True, [(0, 0, 3), (1, Code.UNSTABLE_OFFSET_COMMIT, -1)]), (False, [(0, 0, 3)])):
        answer = world.ask(
            OffsetFetchRequest(groups=[OffsetFetchRequestGroup("g", None, -1, None)], require_stable=stable)
        )
        (topic,) = answer.groups[0].topics
        found = [(each.partition_index, each.error_code, each.committed_offset) for each in topic.partitions]
        assert found == expected


def test_older_versions_tell_of_them_too(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    writer.send_offset("g", place, 5)
    answer = world.ask(OffsetFetchRequest("g", None, require_stable=True), version=7)
    assert answer.topics[0].partitions[0].error_code == Code.UNSTABLE_OFFSET_COMMIT


def commit(world: World, place: Place, offset: int) -> None:
    topics = [OffsetCommitRequestTopic(place[0], place[1], [OffsetCommitRequestPartition(place[2], offset)])]
    answer = world.ask(OffsetCommitRequest("g", topics=topics))
    assert answer.topics[0].partitions[0].error_code == Code.NONE


@pytest.mark.parametrize(
    ("version", "code"),
    [(3, Code.INVALID_TXN_STATE), (4, Code.TRANSACTION_ABORTABLE), (5, Code.NONE)],
)
def test_an_older_client_must_enlist_the_group_before(world: World, version: int, code: Code) -> None:
    place, writer = place_of(world), begun(world, 2)
    assert writer.send_offset("g", place, 5, version=version) == code
    assert writer.abort() == Code.NONE


@both
def test_who_may_commit(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    assert writer.send_offset("g", place, 5) == Code.NONE
    last = {"version": writer.versions["offsets"]}
    assert writer.send_offset("", place, 5, **last) == Code.INVALID_GROUP_ID
    writer.epoch += 1
    assert writer.send_offset("g", place, 5, **last) == Code.INVALID_PRODUCER_EPOCH
    writer.producer += 1
    assert writer.send_offset("g", place, 5, **last) == Code.INVALID_PRODUCER_ID_MAPPING


def test_what_may_be_committed(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    assert writer.send_offset("g", (*place[:2], 1), 5) == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert writer.send_offset("g", ("other", b"", 0), 5) == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert writer.commit() == Code.INVALID_TXN_STATE  # nothing was taken, so nothing has begun


def test_a_member_that_says_who_it_is_must_be_one(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    protocols = [JoinGroupRequestProtocol("range", b"")]
    join = JoinGroupRequest("g", 6_000, 6_000, "", None, "consumer", protocols)
    joined = world.ask(join, version=3)
    assert joined.error_code == Code.NONE
    more = {"generation_id": joined.generation_id, "member_id": joined.member_id}
    assert writer.send_offset("g", place, 1, **more) == Code.NONE
    assert writer.send_offset("g", place, 1, **{**more, "generation_id": 9}) == Code.ILLEGAL_GENERATION
    assert writer.send_offset("g", place, 1, **{**more, "member_id": "?"}) == Code.UNKNOWN_MEMBER_ID
    assert writer.send_offset("g", place, 1, **more, group_instance_id="?") == Code.UNKNOWN_MEMBER_ID
    assert writer.send_offset("other", place, 1, **more) == Code.ILLEGAL_GENERATION


def test_a_member_of_a_group_of_the_new_protocol_must_be_at_its_epoch(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    joined = world.ask(ConsumerGroupHeartbeatRequest("g", "m", 0, None, None, 30_000, ["orders"], None, None, []))
    assert joined.error_code == Code.NONE
    more = {"member_id": "m", "generation_id": joined.member_epoch}
    assert writer.send_offset("g", place, 1, **more) == Code.NONE
    assert writer.send_offset("g", place, 1, **{**more, "generation_id": 9}) == Code.ILLEGAL_GENERATION
    assert writer.send_offset("g", place, 1, **{**more, "member_id": "?"}) == Code.UNKNOWN_MEMBER_ID


def test_of_a_deleted_group_and_a_deleted_topic_nothing_is_committed(world: World) -> None:
    place, gone, writer = place_of(world), place_of(world, "gone"), begun(world, 2)
    commit(world, place, 3)
    assert writer.send_offset("g", place, 5) == writer.send_offset("h", gone, 6) == Code.NONE
    assert world.ask(DeleteGroupsRequest(["g"])).results[0].error_code == Code.NONE
    world.ask(DeleteTopicsRequest([DeleteTopicState(None, gone[1])]))
    assert writer.commit() == Code.NONE
    assert offset_of(world, "g", place) == (Code.NONE, -1)
    answer = world.ask(OffsetFetchRequest(groups=[OffsetFetchRequestGroup("h", None, -1, None)]))
    assert answer.groups[0].topics == []

"""ShareFetch and ShareAcknowledge (KIP-932), as members of share groups see them."""

import pytest

from tests.services.kafka.sharing import (
    ACCEPT,
    GAP,
    GROUP,
    REJECT,
    RELEASE,
    RENEW,
    Sharer,
    acquired,
    configure,
    offsets,
    partition,
)
from tests.services.kafka.world import World
from weirmq.log.batch import records
from weirmq.wire.kafka.batch import heads
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.share_acknowledge_request import ShareAcknowledgeRequest
from weirmq.wire.kafka.messages.share_fetch_request import FetchPartition, FetchTopic, ForgottenTopic, ShareFetchRequest

LOCK_MS = 30_000


@pytest.fixture
def topic(world: World) -> bytes:
    """Four batches of five records each, for a group that begins at the start."""
    configure(world, share_auto_offset_reset="earliest")
    topic_id = world.topic("orders")
    for number in range(4):
        world.produce(topic_id, *[b"%d" % (number * 5 + at) for at in range(5)])
    return topic_id


@pytest.fixture
def member(world: World, topic: bytes) -> Sharer:
    sharer = Sharer(world, topic)
    assert not sharer.joins().error_code
    return sharer


def test_records_are_acquired_once(world: World, member: Sharer) -> None:
    answer = member.begins().answer
    found = partition(answer)
    assert found is not None
    assert answer.acquisition_lock_timeout_ms == LOCK_MS
    assert acquired(answer) == [(0, 19, 1)]
    values = [each.value for _, batch in heads(memoryview(bytes(found.records or b""))) for each in records(batch.data)]
    assert values == [b"%d" % at for at in range(20)]
    other = Sharer(world, member.topic_id, "other")
    assert other.fetches() == []
    assert member.fetches() == []


def test_whole_batches_are_acquired_where_that_is_best(member: Sharer) -> None:
    assert member.fetches(max_records=7) == [(0, 9, 1)]
    assert member.fetches(max_records=1) == [(10, 14, 1)]


def test_no_more_records_are_acquired_than_a_strict_member_wants(member: Sharer) -> None:
    assert member.fetches(max_records=7, share_acquire_mode=1) == [(0, 6, 1)]
    assert member.fetches(max_records=7, share_acquire_mode=1, batch_size=2) == [(7, 9, 1), (10, 13, 1)]
    assert member.fetches(max_records=1, batch_size=2) == [(14, 14, 1)]
    assert member.fetches(max_records=1, batch_size=2) == [(15, 19, 1)]


def test_an_answer_has_no_more_bytes_than_are_wanted_but_for_its_first_batch(member: Sharer) -> None:
    assert member.fetches(max_bytes=1) == [(0, 4, 1)]
    assert member.fetches(max_bytes=250) == [(5, 14, 1)]
    assert member.fetches(max_records=0) == []


def test_what_is_accepted_or_rejected_never_comes_again(world: World, member: Sharer) -> None:
    member.fetches()
    assert member.says((0, 4, [ACCEPT]), (6, 6, [REJECT]), (7, 9, [ACCEPT, GAP, REJECT])) == Code.NONE
    assert offsets(world) == [(0, 5, 11)]
    member.vanishes()
    assert member.fetches() == [(5, 5, 2), (10, 19, 2)]


def test_what_is_released_comes_again_first(world: World, member: Sharer) -> None:
    member.fetches(max_records=10)
    assert member.says((3, 5, [RELEASE]), (8, 8, [RELEASE])) == Code.NONE
    other = Sharer(world, member.topic_id, "other")
    assert other.fetches(max_records=3, share_acquire_mode=1) == [(3, 5, 2)]
    assert other.fetches() == [(8, 8, 2), (10, 19, 1)]


def test_acknowledgements_come_with_a_fetch_too(world: World, member: Sharer) -> None:
    member.fetches(max_records=5)
    answer = member.begins((0, 4, [ACCEPT])).answer
    found = partition(answer)
    assert found is not None
    assert (found.acknowledge_error_code, acquired(answer)) == (Code.NONE, [(5, 19, 1)])
    assert offsets(world) == [(0, 5, 15)]
    found = partition(member.begins((0, 5, [ACCEPT]), (100, 100, [ACCEPT])).answer)
    assert found is not None
    assert found.acknowledge_error_code == Code.INVALID_REQUEST


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param([(0, 4, [ACCEPT])], Code.NONE, id="done with before"),
        pytest.param([(3, 5, [ACCEPT])], Code.NONE, id="done with in part"),
        pytest.param([(6, 6, [ACCEPT])], Code.INVALID_RECORD_STATE, id="released"),
        pytest.param([(5, 7, [ACCEPT])], Code.INVALID_RECORD_STATE, id="released in the middle"),
        pytest.param([(8, 11, [ACCEPT])], Code.INVALID_RECORD_STATE, id="with another one in part"),
        pytest.param([(10, 11, [ACCEPT])], Code.INVALID_RECORD_STATE, id="with another one"),
        pytest.param([(14, 16, [ACCEPT])], Code.INVALID_RECORD_STATE, id="beyond"),
        pytest.param([(15, 16, [ACCEPT])], Code.INVALID_REQUEST, id="never delivered"),
        pytest.param([(7, 8, [ACCEPT]), (8, 9, [ACCEPT])], Code.INVALID_RECORD_STATE, id="twice"),
        pytest.param([(8, 8, [ACCEPT]), (7, 7, [ACCEPT])], Code.INVALID_REQUEST, id="out of order"),
        pytest.param([(9, 7, [ACCEPT])], Code.INVALID_REQUEST, id="backwards"),
        pytest.param([(7, 7, [])], Code.INVALID_REQUEST, id="nothing said"),
        pytest.param([(7, 9, [ACCEPT, ACCEPT])], Code.INVALID_REQUEST, id="not said of all"),
        pytest.param([(7, 7, [9])], Code.INVALID_REQUEST, id="no such type"),
        pytest.param([(7, 7, [RENEW])], Code.INVALID_REQUEST, id="renewed without saying so"),
        pytest.param([(-1, 7, [ACCEPT])], Code.INVALID_REQUEST, id="below zero"),
    ],
)
def test_what_may_be_said_of_records(
    world: World, member: Sharer, said: list[tuple[int, int, list[int]]], code: Code
) -> None:
    member.fetches(max_records=10)
    Sharer(world, member.topic_id, "other").fetches(max_records=5)
    member.says((0, 4, [ACCEPT]), (6, 6, [RELEASE]))
    before = offsets(world)
    assert member.says(*said) == code
    assert offsets(world) == before or code == Code.NONE
    assert member.says((7, 9, [ACCEPT])) == Code.NONE  # all or nothing of the above was taken


def test_a_lock_ends(world: World, member: Sharer) -> None:
    member.fetches(max_records=5)
    world.clock.advance(milliseconds=LOCK_MS // 2)
    assert member.fetches() == [(5, 19, 1)]
    world.clock.advance(milliseconds=LOCK_MS // 2)
    world.tick()
    assert member.fetches() == [(0, 4, 2)]
    assert member.says((0, 19, [ACCEPT])) == Code.NONE


def test_a_lock_is_renewed(world: World, member: Sharer) -> None:
    member.fetches(max_records=10)
    world.clock.advance(milliseconds=LOCK_MS - 1)
    assert member.says((2, 3, [RENEW]), (4, 4, [ACCEPT]), renews=True) == Code.NONE
    world.clock.advance(milliseconds=1)
    world.tick()
    assert member.fetches(max_records=1) == [(0, 1, 2)]
    renewal = {"is_renew_ack": True, "min_bytes": 0, "max_bytes": 0, "max_records": 0}
    found = partition(member.begins((2, 3, [RENEW]), **renewal).answer)
    assert found is not None
    assert (found.acknowledge_error_code, found.acquired_records) == (Code.NONE, [])
    assert member.begins(is_renew_ack=True).answer.error_code == Code.INVALID_REQUEST
    configure(world, share_renew_acknowledge_enable="false")
    member.epoch -= 1
    assert member.says((2, 3, [RENEW]), renews=True) == Code.INVALID_REQUEST


def test_a_record_is_delivered_so_often_at_most(world: World, member: Sharer) -> None:
    configure(world, share_delivery_count_limit="3")
    for count in (1, 2, 3):
        assert member.fetches(max_records=1, share_acquire_mode=1) == [(0, 0, count)]
        assert member.says((0, 0, [RELEASE])) == Code.NONE
    assert offsets(world) == [(0, 1, 19)]
    for count in (1, 2, 3):
        member.joins()
        assert member.fetches(max_records=1, share_acquire_mode=1) == [(1, 1, count)]
        world.clock.advance(milliseconds=LOCK_MS)
        world.tick()
    assert offsets(world) == [(0, 2, 18)]


def test_a_group_that_acknowledges_nothing_is_held_up(world: World, member: Sharer) -> None:
    configure(world, share_partition_max_record_locks="100")
    for _ in range(5):
        world.produce(member.topic_id, *[b"x"] * 30)
    assert member.fetches() == [(0, 99, 1)]
    assert member.fetches() == []
    assert member.says((50, 60, [ACCEPT])) == Code.NONE
    assert member.fetches() == []
    assert member.says((0, 4, [ACCEPT]), (10, 10, [RELEASE])) == Code.NONE
    assert member.fetches() == [(10, 10, 2), (100, 104, 1)]


# Waiting


def test_a_fetch_waits_for_records(world: World, member: Sharer) -> None:
    member.fetches()
    later = member.begins(max_wait_ms=500)
    assert later.answer is None
    world.produce(member.topic_id, b"new")
    assert acquired(later.answer) == [(20, 20, 1)]


def test_a_fetch_waits_for_what_others_give_back(world: World, member: Sharer) -> None:
    member.fetches()
    first, second, third = (Sharer(world, member.topic_id, name) for name in ("first", "second", "third"))
    waiting = [each.begins(max_wait_ms=100_000, max_records=5) for each in (first, second, third)]
    member.says((5, 9, [RELEASE]))
    assert acquired(waiting[0].answer) == [(5, 9, 2)]  # who waits for longest
    world.clock.advance(milliseconds=LOCK_MS - 1)
    world.tick()
    assert waiting[1].answer is None
    world.clock.advance(milliseconds=1)
    world.tick()
    assert [acquired(each.answer) for each in waiting[1:]] == [[(0, 4, 2)], [(5, 9, 3)]]


def test_a_fetch_is_answered_with_nothing_in_the_end(world: World, member: Sharer) -> None:
    member.fetches()
    later = member.begins((0, 0, [ACCEPT]), max_wait_ms=500)
    assert later.answer is None
    assert offsets(world) == [(0, 1, 19)]  # what it said is taken at once
    world.clock.advance(milliseconds=500)
    world.tick()
    found = partition(later.answer)
    assert found is not None
    assert (found.acknowledge_error_code, found.acquired_records) == (Code.NONE, [])


def test_a_fetch_waits_for_so_many_bytes(world: World, member: Sharer) -> None:
    member.fetches()
    later = member.begins(max_wait_ms=500, min_bytes=1000)
    world.produce(member.topic_id, b"new")
    assert later.answer is None
    world.produce(member.topic_id, b"x" * 1000)
    assert acquired(later.answer) == [(20, 21, 1)]


def test_a_client_that_is_gone_gets_nothing(world: World, member: Sharer) -> None:
    member.fetches()
    member.begins(max_wait_ms=500)
    member.vanishes()
    world.produce(member.topic_id, b"new")
    assert member.fetches() == [(0, 19, 2), (20, 20, 1)]


def test_the_broker_that_leads_is_named(world: World, member: Sharer) -> None:
    found = world.kafka.machine.clusters[0].by_id[member.topic_id].partitions[0]
    found.leader = 2
    told = partition(member.begins(max_wait_ms=500).answer)
    assert told is not None
    assert (told.error_code, told.current_leader.leader_id) == (Code.NOT_LEADER_OR_FOLLOWER, 2)
    found.leader = 1
    assert member.fetches() == [(0, 19, 1)]


# Where a group begins


def test_a_group_begins_with_what_comes_after_its_first_fetch(world: World) -> None:
    topic_id = world.topic("orders")
    world.produce(topic_id, b"before")
    member = Sharer(world, topic_id)
    member.joins()
    assert offsets(world) == [(0, -1, -1)]
    assert member.fetches() == []
    world.produce(topic_id, b"after")
    assert member.fetches() == [(1, 1, 1)]


def test_a_group_begins_so_long_ago(world: World) -> None:
    topic_id = world.topic("orders")
    for _ in range(3):
        world.produce(topic_id, b"x")
        world.clock.advance(hours=1)
    configure(world, share_auto_offset_reset="by_duration:PT2H30M")
    member = Sharer(world, topic_id)
    member.joins()
    assert member.fetches() == [(1, 2, 1)]


def test_who_is_no_member_begins_nothing(world: World) -> None:
    topic_id = world.topic("orders")
    configure(world, share_auto_offset_reset="earliest")
    world.produce(topic_id, b"x")
    assert Sharer(world, topic_id).fetches() == []
    assert offsets(world) == []


def test_records_that_are_deleted_are_not_waited_for(world: World, member: Sharer) -> None:
    member.fetches(max_records=10)
    member.says((2, 2, [RELEASE]))
    world.ask(DeleteRecordsRequest([DeleteRecordsTopic("orders", [DeleteRecordsPartition(0, 12)])], 1000))
    assert offsets(world) == [(0, 12, 8)]
    assert member.fetches() == [(12, 19, 1)]
    assert member.says((0, 9, [ACCEPT]), (12, 19, [ACCEPT])) == Code.NONE
    assert offsets(world) == [(0, 20, 0)]


def test_a_topic_is_deleted(world: World, member: Sharer) -> None:
    member.fetches()
    world.ask(DeleteTopicsRequest([DeleteTopicState("orders")]))
    assert offsets(world) == []
    answer = member.begins().answer
    found = answer.responses[0].partitions[0]
    assert (found.partition_index, found.error_code) == (0, Code.UNKNOWN_TOPIC_ID)
    assert member.says((0, 0, [ACCEPT])) == Code.UNKNOWN_TOPIC_ID
    world.clock.advance(milliseconds=LOCK_MS)
    world.tick()


# Sessions


def test_a_session_goes_on_epoch_by_epoch(world: World, member: Sharer) -> None:
    member.fetches()
    for epoch, code in ((2, 123), (1, 0), (1, 123), (2, 0), (-2, 123)):
        assert member.begins(share_session_epoch=epoch).answer.error_code == code
    stranger = Sharer(world, member.topic_id, "stranger")
    stranger.epoch = 1
    assert stranger.begins().answer.error_code == Code.SHARE_SESSION_NOT_FOUND
    assert stranger.says((0, 0, [ACCEPT])) == Code.SHARE_SESSION_NOT_FOUND
    stranger.epoch = 0
    assert stranger.says((0, 0, [ACCEPT])) == Code.INVALID_SHARE_SESSION_EPOCH
    assert stranger.begins((0, 0, [ACCEPT])).answer.error_code == Code.INVALID_REQUEST


def test_the_end_of_a_session_gives_back_what_its_member_had(world: World, member: Sharer) -> None:
    member.fetches()
    assert member.says((0, 4, [ACCEPT]), is_final=True) == Code.NONE
    other = Sharer(world, member.topic_id, "other")
    assert other.fetches() == [(5, 19, 2)]
    answer = other.begins((5, 6, [ACCEPT]), share_session_epoch=-1).answer
    assert partition(answer).acknowledge_error_code == Code.NONE  # type: ignore[union-attr]
    assert other.begins(share_session_epoch=-1).answer.error_code == Code.SHARE_SESSION_NOT_FOUND
    member.epoch = 0
    assert member.fetches() == [(7, 19, 3)]


def test_a_new_session_leaves_to_its_member_what_it_has(member: Sharer) -> None:
    member.fetches()
    member.epoch = 0
    assert member.fetches() == []
    assert member.says((0, 19, [ACCEPT])) == Code.NONE


def test_there_are_so_many_sessions_at_most(world: World, member: Sharer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.services.kafka.share_sessions.SESSIONS_MAX", 1)
    member.fetches()
    other = Sharer(world, member.topic_id, "other")
    assert other.begins().answer.error_code == Code.SHARE_SESSION_LIMIT_REACHED
    member.vanishes()
    other.epoch = 0
    assert other.fetches() == [(0, 19, 2)]


def test_partitions_are_added_to_a_session_and_forgotten(world: World) -> None:
    configure(world, share_auto_offset_reset="earliest")
    topic_id = world.topic("orders", 3)
    member = Sharer(world, topic_id)
    member.joins()
    for index in range(3):
        world.produce(topic_id, b"x", index=index)
    assert len(member.begins().answer.responses[0].partitions) == 1
    named = [FetchTopic(topic_id, [FetchPartition(1), FetchPartition(2), FetchPartition(9)])]
    answer = member.begins(topics=named, forgotten_topics_data=[ForgottenTopic(topic_id, [2])]).answer
    told = [(each.partition_index, each.error_code) for each in answer.responses[0].partitions]
    assert sorted(told) == [(1, 0), (9, Code.UNKNOWN_TOPIC_OR_PARTITION)]


@pytest.mark.parametrize(("group", "name"), [(None, "m"), ("", "m"), ("g", None), ("g", "")])
def test_group_and_member_are_named(world: World, member: Sharer, group: str | None, name: str | None) -> None:
    assert world.ask(ShareFetchRequest(group, name)).error_code == Code.INVALID_REQUEST
    assert world.ask(ShareAcknowledgeRequest(group, name, 1)).error_code == Code.INVALID_REQUEST


def test_a_session_without_partitions_has_nothing_to_wait_for(world: World, member: Sharer) -> None:
    answer = world.ask(ShareFetchRequest(GROUP, "m", 0, 500, 1, 1000, 10, 10))
    assert (answer.error_code, answer.responses) == (Code.NONE, [])

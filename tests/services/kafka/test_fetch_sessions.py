"""Fetch sessions (KIP-227): a client names what it follows once, and hears of changes alone."""

from typing import Any

import pytest

from tests.services.kafka.world import Later, Peer, World
from weirmq.services.kafka import fetch_sessions
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic, ForgottenTopic
from weirmq.wire.kafka.messages.fetch_response import FetchResponse

BYTES = 1_000_000


class Reader:
    """A client with a session: it goes on where it got to, and names what has changed for it."""

    def __init__(self, world: World, topic: bytes | str = "orders", *, version: int | None = None) -> None:
        self.world = world
        self.topic = topic
        self.version = version
        self.peer = Peer()
        self.id = 0
        self.epoch = 0

    def request(self, *wanted: tuple[int, int], forget: tuple[int, ...] = (), **more: Any) -> FetchRequest:
        """A request for (partition, offset)."""
        place: tuple[Any, Any] = ("", self.topic) if isinstance(self.topic, bytes) else (self.topic, bytes(16))
        asked = [FetchPartition(index, -1, offset, partition_max_bytes=BYTES) for index, offset in wanted]
        topics = [FetchTopic(*place, asked)] if asked else []
        forgotten = [ForgottenTopic(*place, list(forget))] if forget else []
        ids = {"session_id": self.id, "session_epoch": self.epoch}
        return FetchRequest(**{
            "max_bytes": BYTES, "min_bytes": 1, "topics": topics, "forgotten_topics_data": forgotten, **ids, **more,
        })  # fmt: skip

    def begin(self, *wanted: tuple[int, int], **more: Any) -> Later:
        """Ask; the answer may come later."""
        later = self.world.begin(self.request(*wanted, **more), version=self.version, peer=self.peer)
        self.epoch += 1
        return later

    def ask(self, *wanted: tuple[int, int], **more: Any) -> FetchResponse:
        """Ask for what there is now."""
        answer = self.begin(*wanted, **more).answer
        assert isinstance(answer, FetchResponse)
        self.id = self.id or answer.session_id
        return answer

    def told(self, *wanted: tuple[int, int], **more: Any) -> list[tuple[int, int, bool]]:
        """Partition, error and whether there are records, of all that is told."""
        answer = self.ask(*wanted, **more)
        assert not answer.error_code
        return told(answer)


def told(answer: FetchResponse) -> list[tuple[int, int, bool]]:
    return [
        (each.partition_index, each.error_code, bool(each.records))
        for topic in answer.responses
        for each in topic.partitions
    ]


@pytest.fixture
def topic(world: World) -> bytes:
    return world.topic(partitions=4)


def test_the_first_answer_has_everything_and_the_others_what_changed(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    world.produce(topic, b"a", index=2)
    first = reader.ask(*[(index, 0) for index in range(4)])
    assert first.session_id > 0
    assert told(first) == [(0, 0, False), (1, 0, False), (2, 0, True), (3, 0, False)]
    assert reader.told((2, 1)) == []
    world.produce(topic, b"b", index=1)
    assert reader.told() == [(1, 0, True)]
    assert reader.told() == [(1, 0, True)]  # whoever doesn't move on gets it again
    assert reader.told((1, 1)) == []
    assert reader.told() == []


@pytest.mark.parametrize("version", [7, 12])
def test_topics_by_name(world: World, topic: bytes, version: int) -> None:
    reader = Reader(world, version=version)
    assert len(reader.told((0, 0), (3, 0))) == 2
    world.produce(topic, b"b", index=3)
    assert reader.told() == [(3, 0, True)]
    assert reader.told((3, 1), forget=(0,)) == []
    world.produce(topic, b"b")
    assert reader.told() == []


def test_a_partition_that_is_added_is_told(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    reader.ask((0, 0))
    assert reader.told((1, 0)) == [(1, 0, False)]
    assert reader.told((1, 0)) == []


def test_no_session(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    answer = reader.ask((0, 0), session_epoch=-1)
    assert (answer.session_id, told(answer)) == (0, [(0, 0, False)])
    assert reader.ask((0, 0), session_epoch=0, max_wait_ms=0).session_id
    assert Reader(world, version=6).ask((0, 0)).session_id == 0
    assert len(world.kafka.fetch_sessions) == 1


def test_errors_of_sessions(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    assert reader.ask(session_id=5, session_epoch=1).error_code == Code.FETCH_SESSION_ID_NOT_FOUND
    reader.epoch = 0
    reader.ask((0, 0))
    for epoch in (2, 7):
        assert reader.ask(session_epoch=epoch).error_code == Code.INVALID_FETCH_SESSION_EPOCH
    reader.version = 12
    assert reader.ask(session_epoch=1).error_code == Code.FETCH_SESSION_TOPIC_ID_ERROR
    reader.version = None
    assert reader.ask(session_epoch=1).error_code == Code.NONE


def test_a_session_is_its_connection_s(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    reader.ask((0, 0))
    first, reader.peer = reader.peer, Peer()
    assert reader.ask().error_code == Code.FETCH_SESSION_ID_NOT_FOUND
    assert len(world.kafka.fetch_sessions) == 1
    world.kafka.left(first)
    assert len(world.kafka.fetch_sessions) == 0
    assert not world.kafka.fetches._followers


def test_a_session_begins_anew(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    first = reader.ask((0, 0)).session_id
    second = reader.ask((0, 0), session_epoch=0).session_id
    assert second not in {0, first}
    assert reader.ask(session_epoch=1).error_code == Code.FETCH_SESSION_ID_NOT_FOUND
    assert reader.ask(session_id=second, session_epoch=-1).session_id == 0
    assert len(world.kafka.fetch_sessions) == 0


def test_a_session_of_nothing_ends(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    reader.ask((0, 0))
    answer = reader.ask(forget=(0,), max_wait_ms=500)
    assert (answer.session_id, answer.error_code, answer.responses) == (0, 0, [])
    assert len(world.kafka.fetch_sessions) == 0


def test_epochs_go_round(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    reader.ask((0, 0))
    (session,) = world.kafka.fetch_sessions._of_connection[reader.peer].values()
    session.epoch = 2**31 - 1
    assert reader.ask(session_epoch=2**31 - 1).error_code == Code.NONE
    assert reader.ask(session_epoch=1).error_code == Code.NONE


# What is told


def test_an_error_is_told_until_it_is_over(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    out_of_range = (0, Code.OFFSET_OUT_OF_RANGE, False)
    assert reader.told((0, 9), (1, 0)) == [out_of_range, (1, 0, False)]
    assert reader.told() == [out_of_range]
    assert reader.told((0, 0)) == [(0, 0, False)]
    assert reader.told() == []


def test_a_start_that_moves_is_told(world: World, topic: bytes) -> None:
    world.produce(topic, b"a", b"b")
    reader = Reader(world, topic)
    reader.ask((0, 2))
    assert reader.told() == []
    world.ask(DeleteRecordsRequest([DeleteRecordsTopic("orders", [DeleteRecordsPartition(0, 1)])]))
    (topic_told,) = reader.ask().responses
    assert topic_told.partitions[0].log_start_offset == 1
    assert reader.told() == []


def test_the_end_of_a_topic_is_told(world: World, topic: bytes) -> None:
    by_name, by_id = Reader(world, version=12), Reader(world, topic)
    by_name.ask((0, 0))
    by_id.ask((0, 0))
    world.ask(DeleteTopicsRequest([DeleteTopicState(None, topic)]))
    for _ in range(2):
        assert by_id.told() == [(0, Code.UNKNOWN_TOPIC_ID, False)]
        assert by_name.told() == [(0, Code.UNKNOWN_TOPIC_OR_PARTITION, False)]
    other = world.topic()
    assert by_name.told() == [(0, 0, False)]
    world.produce(other, b"a")
    assert by_name.told() == [(0, 0, True)]


def test_none_starves(world: World, topic: bytes) -> None:
    for index in range(4):
        world.produce(topic, b"x" * 1000, index=index)
    reader = Reader(world, topic)
    reader.ask(*[(index, 0) for index in range(4)], max_bytes=10)
    got = [index for _ in range(6) for index, _, has_records in reader.told(max_bytes=10) if has_records]
    assert got == [1, 2, 3, 0, 1, 2]


# Waiting


def test_a_session_waits_for_any_of_its_partitions(world: World, topic: bytes) -> None:
    reader = Reader(world, topic)
    reader.ask(*[(index, 0) for index in range(4)])
    later = reader.begin(max_wait_ms=500)
    assert later.answer is None
    world.produce(topic, b"a", index=3)
    assert told(later.answer) == [(3, 0, True)]
    later = reader.begin((3, 1), max_wait_ms=500)
    world.clock.advance(milliseconds=500 + 500 // 4)
    world.settle()
    assert (later.answer.session_id, later.answer.responses) == (reader.id, [])


def test_only_what_may_have_changed_is_looked_at(world: World, topic: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(world, topic)
    reader.ask(*[(index, 0) for index in range(4)])
    looked: list[object] = []
    listen = world.kafka.fetch_sessions.listen
    monkeypatch.setattr(world.kafka.fetch_sessions, "listen", lambda *named: (looked.append(named), listen(*named)))
    later = reader.begin(max_wait_ms=500)
    assert not looked
    world.produce(topic, b"a", index=3)
    assert later.answer.responses
    assert len(looked) == 1


# How many there may be


def test_a_session_that_was_not_used_for_long_makes_place(world: World, topic: bytes, small_cache: None) -> None:
    readers = [Reader(world, topic) for _ in range(3)]
    for reader in readers[:2]:
        reader.ask((0, 0))
    assert readers[2].ask((0, 0), (1, 0)).session_id == 0  # both are young
    world.clock.advance(minutes=3)
    readers[0].ask()
    readers[2].epoch = 0
    assert readers[2].ask((0, 0)).session_id
    assert readers[1].ask().error_code == Code.FETCH_SESSION_ID_NOT_FOUND
    assert readers[0].ask().error_code == Code.NONE


def test_a_larger_session_takes_the_place_of_an_old_smaller_one(world: World, topic: bytes, small_cache: None) -> None:
    readers = [Reader(world, topic) for _ in range(3)]
    readers[0].ask((0, 0), (1, 0))
    readers[1].ask((0, 0))
    world.clock.advance(minutes=3)
    for reader in readers[:2]:
        reader.ask()
    waiting = readers[1].begin(max_wait_ms=500)
    assert readers[2].ask((0, 0)).session_id == 0
    readers[2].epoch = 0
    assert readers[2].ask((0, 0), (1, 0)).session_id
    world.produce(topic, b"a")
    world.clock.advance(milliseconds=500)
    world.settle()
    assert told(waiting.answer) == []  # it is over, and heard of nothing
    assert readers[1].ask().error_code == Code.FETCH_SESSION_ID_NOT_FOUND
    assert len(world.kafka.fetches._followers) == 2


def test_memory_ends(world: World, topic: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_sessions, "PARTITIONS", 2)
    reader, other = Reader(world, topic), Reader(world, topic)
    assert reader.ask((0, 0), (1, 0), (2, 0)).session_id == 0
    assert other.ask((0, 0), (1, 0)).session_id
    assert other.ask((2, 0)).error_code == Code.FETCH_SESSION_ID_NOT_FOUND
    assert len(world.kafka.fetch_sessions) == 0


@pytest.fixture
def small_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_sessions, "SLOTS", 2)

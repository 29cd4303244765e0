"""Standing fetches: repeated while nothing comes they get what the long way gives, and whatever comes ends them."""

import gc
import struct
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.services.kafka.test_authorization import allow
from tests.services.kafka.test_reassigning import reassign, three_brokers
from tests.services.kafka.transacting import Transactor
from tests.services.kafka.world import PLACE, Later, Peer, World, batch_of
from weirmq.engine.waiting import Wait
from weirmq.iam.caller import root_of
from weirmq.services.kafka import standing_fetches
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask, Place
from weirmq.services.kafka.authorizer import Rules
from weirmq.services.kafka.facts import BrokersConfigured
from weirmq.services.kafka.standing_fetches import MOST_BYTES, STANDS_MS
from weirmq.wire.kafka import apis, codec, frames, head, plain_fetch
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_client_quotas_request import (
    AlterClientQuotasRequest,
    EntityData,
    EntryData,
    OpData,
)
from weirmq.wire.kafka.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from weirmq.wire.kafka.messages.fetch_response import FetchResponse, PartitionData

KEY, BY_ID = 1, 13
WAIT_MS = 500
LONGEST_MS = WAIT_MS + WAIT_MS // 4  # that it may wait
REQUEST, RESPONSE = apis.request(KEY), apis.response(KEY)
FIRST, LAST = REQUEST.versions
versions = pytest.mark.parametrize("version", range(FIRST, LAST + 1))


class Consumer:
    """A connection and what a port does with its fetches. `repeated` says of each whether it was a standing one."""

    def __init__(self, world: World, version: int = 16, place: Place = PLACE) -> None:
        self.world = world
        self.version = version
        self.place = place
        self.peer = Peer()
        self.repeated: list[bool] = []
        self._last = 0

    def send(self, request: FetchRequest) -> Later:
        """Send a request; its answer comes as bytes."""
        kafka, now_ms, later = self.world.kafka, self.world.clock.now_ms(), Later()
        self._last += 1
        frame = bytearray(struct.pack(">hhih", KEY, self.version, self._last, 1) + b"c")
        if self.version >= REQUEST.flexible:
            frame.append(0)
        codec.encoder(REQUEST, self.version)(request, frame)
        data = memoryview(frame)
        answered = partial(_answered, later)
        self.repeated.append(kafka.waits_again(self.peer, self.place, data, now_ms, answered))
        if not self.repeated[-1]:
            found = head.read(data)
            body = codec.decode(REQUEST, self.version, data, head.body_at(found, REQUEST, data))
            ask = Ask(self.peer, self.place, found, now_ms, partial(answered, found), data)
            answer = kafka.run(kafka.apis[KEY], ask, body)
            if answer is not None:
                answered(found, answer)
        frame[:] = bytes(len(frame))  # the buffer is used again
        self.world.settle()
        return later

    def ask(self, request: FetchRequest) -> bytes:
        """The answer to a request, at the latest when its time is up."""
        later = self.send(request)
        if later.answer is None:
            self.world.clock.advance(milliseconds=LONGEST_MS)
            self.world.settle()
        assert isinstance(later.answer, bytes)
        assert struct.unpack_from(">ii", later.answer) == (len(later.answer) - 4, self._last)
        return later.answer

    def read(self, data: bytes) -> FetchResponse:
        """What an answer says."""
        found = codec.decode(RESPONSE, self.version, memoryview(data), 4 + len(head.write(RESPONSE, self.version, 0)))
        assert isinstance(found, FetchResponse)
        return found

    def partitions(self, data: bytes) -> list[PartitionData]:
        return [each for topic in self.read(data).responses for each in topic.partitions]


def _answered(later: Later, found: head.Head, answer: Any) -> None:
    later.take(bytes(frames.answer(found, answer)))


def request_of(
    *topics: tuple[str, bytes], order: tuple[int, ...] = (0, 1, 2), isolation: int = 0, **more: int
) -> FetchRequest:
    """Records of three partitions of each topic, of the first one from offset 1 on."""
    partitions = [FetchPartition(each, -1, int(each == 0), partition_max_bytes=1_000) for each in order]
    named = [FetchTopic(name, topic_id, partitions) for name, topic_id in topics]
    settings = {"max_wait_ms": WAIT_MS, "min_bytes": 1, "max_bytes": 50_000} | more
    return FetchRequest(isolation_level=isolation, topics=named, **settings)


def made(world: World, *names: str) -> list[tuple[str, bytes]]:
    """Topics with a record each."""
    topics = [(name, world.topic(name, 3)) for name in names or ("orders",)]
    for _, topic_id in topics:
        world.produce(topic_id, b"a")
    return topics


# What it is told


@versions
def test_repetitions_get_what_the_long_way_gives(world: World, version: int) -> None:
    consumer, request = Consumer(world, version), request_of(*made(world, "orders", "bills"))
    answers = [consumer.ask(request) for _ in range(4)]
    world.kafka.standing_fetches.left(consumer.peer)
    answers.append(consumer.ask(request))
    assert consumer.repeated == [False, True, True, True, False]
    assert len({answer[8:] for answer in answers}) == 1
    found = consumer.read(answers[1])
    assert [each.topic or each.topic_id for each in found.responses] == [
        topic.topic_id if version >= BY_ID else topic.topic for topic in request.topics
    ]
    assert [(each.partition_index, each.high_watermark) for each in found.responses[1].partitions] == [
        (0, 1), (1, 0), (2, 0),
    ]  # fmt: skip
    assert not any(each.error_code or each.records for each in consumer.partitions(answers[1]))


@versions
def test_the_order_of_partitions_and_topics_makes_no_difference(world: World, version: int) -> None:
    topics, consumer = made(world, "orders", "bills"), Consumer(world, version)
    first = consumer.ask(request_of(*topics))
    for order in ((1, 2, 0), (2, 0, 1), (1, 2, 0)):
        assert consumer.ask(request_of(*topics[::-1], order=order))[8:] == first[8:]
    split = request_of(*topics)
    split.topics.append(FetchTopic(*topics[0], [split.topics[0].partitions[0]]))
    split.topics[0].partitions = split.topics[0].partitions[1:]
    assert consumer.ask(split)[8:] == first[8:]
    assert consumer.repeated == [False, True, True, True, True]


def test_a_repetition_waits_for_all_of_its_time(world: World) -> None:
    consumer, request = Consumer(world), request_of(*made(world))
    consumer.ask(request)
    later = consumer.send(request)
    world.clock.advance(milliseconds=WAIT_MS - 1)
    world.settle()
    assert (consumer.repeated, later.answer) == ([False, True], None)
    world.clock.advance(milliseconds=1 + WAIT_MS // 4)
    world.settle()
    assert later.answer is not None


def test_records_that_come_are_told_at_once(world: World) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic)
    consumer.ask(request)
    consumer.ask(request)
    later = consumer.send(request)
    world.produce(topic[1], b"b", index=2)
    assert later.answer[4:8] == b"\0\0\0\3"
    found = consumer.partitions(later.answer)
    assert [(bool(each.records), each.high_watermark) for each in found] == [(False, 1), (False, 0), (True, 1)]
    assert consumer.partitions(consumer.ask(request)) == found
    assert consumer.repeated == [False, True, True, False]
    assert not len(world.kafka.standing_fetches)


def test_fewer_bytes_than_wanted_are_told_at_the_end(world: World) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic, min_bytes=10_000)
    consumer.ask(request)
    later = consumer.send(request)
    world.produce(topic[1], b"b")
    assert later.answer is None
    world.clock.advance(milliseconds=LONGEST_MS)
    world.settle()
    assert consumer.partitions(later.answer)[0].records
    assert consumer.partitions(consumer.ask(request))[0].records
    assert consumer.repeated == [False, True, False]
    assert not len(world.kafka.standing_fetches)


def test_the_end_of_a_topic_is_told_at_once(world: World) -> None:
    consumer, request = Consumer(world), request_of(*made(world))
    consumer.ask(request)
    later = consumer.send(request)
    world.ask(DeleteTopicsRequest(topic_names=["orders"]), version=5)
    assert {each.error_code for each in consumer.partitions(later.answer)} == {Code.UNKNOWN_TOPIC_ID}


def test_a_server_that_stops_answers_a_repetition(world: World) -> None:
    consumer, request = Consumer(world), request_of(*made(world))
    consumer.ask(request)
    later = consumer.send(request)
    world.waiting.end_all()
    assert consumer.read(later.answer) == FetchResponse()


# What ends it


def _gone_and_back(world: World) -> None:
    world.ask(DeleteTopicsRequest(topic_names=["orders"]), version=5)
    world.topic("orders", 3)


def _throttled(world: World) -> None:
    entry = EntryData([EntityData("client-id", None)], [OpData("consumer_byte_rate", 10.0, False)])
    world.ask(AlterClientQuotasRequest([entry]))


def _old(world: World) -> None:
    world.clock.advance(milliseconds=STANDS_MS)


def _denied(world: World) -> None:
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)


def _trimmed(world: World) -> None:
    asked = DeleteRecordsTopic("orders", [DeleteRecordsPartition(0, 1)])
    world.ask(DeleteRecordsRequest([asked]))


CHANGES: dict[str, Callable[[World], Any]] = {
    "records": lambda world: world.produce(world.cluster().topics["orders"].id, b"b", index=1),
    "deleted records": _trimmed,
    "a topic deleted": lambda world: world.ask(DeleteTopicsRequest(topic_names=["orders"]), version=5),
    "a topic made anew": _gone_and_back,
    "a partition moved": lambda world: reassign(world, [2], index=1),
    "ACLs": lambda world: allow(world, (ResourceType.TOPIC, Operation.READ)),
    "rules": _denied,
    "quotas": _throttled,
    "configs": lambda world: world.kafka.commit(world.clock.now_ms(), BrokersConfigured(0, {"x": "y"})),
    "age": _old,
}


@pytest.mark.parametrize("version", [12, 16])
@pytest.mark.parametrize("change", CHANGES)
def test_any_change_ends_it(change: str, version: int) -> None:
    world = three_brokers()
    world.produce(world.cluster().topics["orders"].id, b"a")
    consumer, request = Consumer(world, version), request_of(("orders", world.cluster().topics["orders"].id))
    first = consumer.ask(request)
    assert consumer.ask(request)[8:] == first[8:]
    CHANGES[change](world)
    told = consumer.ask(request)
    assert consumer.repeated == [False, True, False]
    other = Consumer(world, version)
    assert other.ask(request)[8:] == told[8:]
    assert (told[8:] == first[8:]) == (change in {"quotas", "configs", "age"})


@pytest.mark.parametrize("change", ["deleted records", "records", "a topic made anew", "a partition moved"])
def test_any_change_while_it_waits_ends_it(change: str) -> None:
    world = three_brokers()
    world.produce(world.cluster().topics["orders"].id, b"a")
    consumer, request = Consumer(world, 12), request_of(("orders", b""))
    first = consumer.ask(request)
    later = consumer.send(request)
    CHANGES[change](world)
    world.clock.advance(milliseconds=LONGEST_MS)
    world.settle()
    assert consumer.repeated == [False, True]
    assert later.answer[8:] != first[8:]
    assert not len(world.kafka.standing_fetches)


def test_records_past_their_retention_end_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_fetches, "STANDS_MS", 10**10)
    consumer, request = Consumer(world), request_of(*made(world))
    for _ in range(2):
        assert consumer.partitions(consumer.ask(request))[0].log_start_offset == 0
    world.clock.advance(days=8)
    while world.kafka.start(world.cluster().topics["orders"].partitions[0]) == 0:
        world.tick()
    assert consumer.partitions(consumer.ask(request))[0].log_start_offset == 1
    assert consumer.repeated == [False, True, False]


def test_what_is_told_in_the_moment_it_ends_is_not_missed(world: World) -> None:
    consumer, request = Consumer(world), request_of(*made(world))
    log = world.cluster().topics["orders"].partitions[0].log
    first = Wait(("first", 1), world.clock.now_ms() + 1, _nothing, _nothing, None)
    world.waiting.add(first, lambda _: world.kafka.fetches.signal(log))
    consumer.ask(request)
    consumer.ask(request)
    consumer.ask(request)
    assert consumer.repeated == [False, False, True]


def _nothing(*_: object) -> None:
    """Not yet."""


@pytest.mark.parametrize("commits", [False, True])
def test_the_end_of_a_transaction_ends_it(world: World, commits: bool) -> None:
    [topic] = made(world)
    writer, consumer = Transactor(world), Consumer(world)
    writer.init()
    assert writer.write((*topic, 0), b"b") == Code.NONE
    request = request_of(topic, isolation=1)
    assert consumer.partitions(consumer.ask(request))[0].last_stable_offset == 1
    later = consumer.send(request)
    assert consumer.repeated == [False, True]
    writer.end(commits=commits)
    world.settle()
    [found, *_] = consumer.partitions(later.answer)
    assert (found.last_stable_offset, len(found.aborted_transactions or ())) == (3, int(not commits))


def test_callers_whom_aws_knows_go_the_long_way(world: World) -> None:
    consumer, request = Consumer(world), request_of(*made(world))
    consumer.ask(request)
    consumer.peer.caller = root_of("000000000000")
    consumer.ask(request)
    consumer.ask(request)
    assert consumer.repeated == [False, False, False]


# What doesn't stand


@pytest.mark.parametrize(
    "more",
    [
        {"max_wait_ms": 0},
        {"min_bytes": 0},
        {"session_epoch": 0},
        {"session_id": 7},
    ],
)
def test_what_does_not_stand(world: World, more: dict[str, int]) -> None:
    consumer, request = Consumer(world), request_of(*made(world), **more)
    consumer.ask(request)
    consumer.ask(request)
    assert consumer.repeated == [False, False]
    assert not len(world.kafka.standing_fetches)


def many(world: World, request: FetchRequest) -> tuple[list[Consumer], list[Later]]:
    """Consumers whose fetches stand, and whose repetitions wait."""
    consumers = [Consumer(world) for _ in range(4)]
    for consumer in consumers:
        consumer.ask(request)
    later = [consumer.send(request) for consumer in consumers]
    assert {each.repeated[-1] for each in consumers} == {True}
    return consumers, later


def test_those_that_end_together_wait_as_one(world: World) -> None:
    consumers, later = many(world, request_of(*made(world)))
    assert len(world.waiting) == 1
    world.clock.advance(milliseconds=LONGEST_MS)
    world.settle()
    assert [struct.unpack_from(">i", each.answer, 4) for each in later] == [(2,)] * 4
    assert len(world.waiting) == 0
    assert len(world.kafka.standing_fetches) == len(consumers)


def test_a_round_is_answered_a_few_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_fetches, "AT_ONCE", 1)
    [topic] = made(world)
    consumers, later = many(world, request_of(topic))
    world.clock.advance(milliseconds=LONGEST_MS - 1)
    for answered in (1, 2):
        world.clock.advance(milliseconds=1)
        world.settle()
        assert [each.answer is not None for each in later] == [number < answered for number in range(4)]
    world.kafka.left(consumers[2].peer)
    world.produce(topic[1], b"b")
    assert consumers[3].partitions(later[3].answer)[0].records
    assert (later[2].answer, len(world.waiting)) == (None, 0)


def test_one_of_many_is_told_at_once(world: World) -> None:
    [topic, other] = made(world, "orders", "returns")
    single = Consumer(world)
    single.ask(request_of(other))
    consumers, later = many(world, request_of(topic))
    alone = single.send(request_of(other))
    world.produce(other[1], b"b")
    assert single.partitions(alone.answer)[0].records
    assert [each.answer for each in later] == [None] * 4
    world.kafka.left(consumers[0].peer)
    world.produce(topic[1], b"b")
    assert [each.answer is None for each in later] == [True, False, False, False]
    assert len(world.waiting) == len(world.kafka.standing_fetches) == 0


def test_many_that_leave_leave_nothing(world: World) -> None:
    consumers, _ = many(world, request_of(*made(world)))
    for number, consumer in enumerate(consumers, 1):
        world.kafka.left(consumer.peer)
        assert len(world.waiting) == (number < len(consumers))


def test_one_that_looks_anew_knows_what_was_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer, [topic] = Consumer(world), made(world)
    requests = [request_of(topic, order=order) for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1))]
    for request in requests:
        consumer.ask(request)
    world.clock.advance(milliseconds=STANDS_MS)
    consumer.ask(requests[0])
    monkeypatch.setattr(plain_fetch, "sense", None)  # for requests that are known it isn't needed
    for request in requests[1:]:
        consumer.ask(request)
    assert consumer.repeated == [False, True, True, False, True, True]


def test_large_requests_do_not_stand(world: World) -> None:
    [topic] = made(world)
    consumer, small, large = Consumer(world), request_of(topic), request_of(topic, order=(1,) * (MOST_BYTES // 33 + 1))
    for request in (large, large, small, large, small, small):
        consumer.ask(request)
    assert consumer.repeated == [False, False, False, False, True, True]


def test_what_is_wrong_does_not_stand(world: World) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic, ("none", b"?" * 16))
    found = consumer.partitions(consumer.ask(request))
    assert [each.error_code for each in found] == [0] * 3 + [Code.UNKNOWN_TOPIC_ID] * 3
    assert consumer.partitions(consumer.ask(request)) == found
    assert consumer.repeated == [False, False]
    assert not len(world.kafka.standing_fetches)


def test_another_offset_is_another_request(world: World) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic)
    consumer.ask(request)
    other = request_of(topic)
    other.topics[0].partitions[0].fetch_offset = 0
    assert consumer.partitions(consumer.ask(other))[0].records
    assert not consumer.partitions(consumer.ask(request))[0].records
    assert consumer.repeated == [False, False, True]


def test_two_that_take_turns(world: World) -> None:
    consumer, requests = Consumer(world), [request_of(topic) for topic in made(world, "orders", "bills")]
    answers = [[consumer.ask(request)[8:] for request in requests] for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert consumer.repeated == [False] * 6
    assert len(world.kafka.standing_fetches) == 1
    consumer.ask(requests[1])
    assert consumer.repeated[-1]


def test_one_that_waits_is_not_repeated(world: World) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic)
    consumer.ask(request)
    laters = [consumer.send(request), consumer.send(request)]
    assert consumer.repeated == [False, True, False]
    world.clock.advance(milliseconds=LONGEST_MS)
    world.settle()
    assert laters[0].answer[8:] == laters[1].answer[8:]
    assert len(world.kafka.standing_fetches) == 1
    world.produce(topic[1], b"b")
    assert consumer.partitions(consumer.ask(request))[0].records


def test_one_that_waits_keeps_its_place(world: World) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic)
    consumer.ask(request)
    later, other = consumer.send(request), consumer.send(request_of(topic, max_wait_ms=10))
    world.clock.advance(milliseconds=20)
    world.settle()
    assert (later.answer, other.answer is None) == (None, False)
    world.produce(topic[1], b"b")
    assert consumer.partitions(later.answer)[0].records
    assert consumer.repeated == [False, True, False]


def test_each_connection_and_broker_has_its_own() -> None:
    world = three_brokers()
    topic = ("orders", world.cluster().topics["orders"].id)
    world.produce(topic[1], b"a")
    assert reassign(world, [2], index=1) == Code.NONE
    first, second = Consumer(world), Consumer(world, place=Place(0, 2))
    asked = [request_of(topic, order=(0, 2)), request_of(topic, order=(1,))]
    for _ in range(2):
        assert not any(each.error_code for each in first.partitions(first.ask(asked[0])))
        assert not any(each.error_code for each in second.partitions(second.ask(asked[1])))
    assert first.repeated == second.repeated == [False, True]
    assert {each.error_code for each in second.partitions(second.ask(asked[0]))} == {Code.NOT_LEADER_OR_FOLLOWER}


# What is left


@pytest.mark.parametrize("waits", [False, True])
def test_a_client_that_is_gone_leaves_nothing(world: World, waits: bool) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic)
    consumer.ask(request)
    later = consumer.send(request) if waits else None
    peer = weakref.ref(consumer.peer)
    world.kafka.left(consumer.peer)
    assert (len(world.waiting), len(world.kafka.standing_fetches)) == (0, 0)
    world.produce(topic[1], b"b")
    world.clock.advance(milliseconds=LONGEST_MS)
    world.settle()
    assert later is None or later.answer is None
    del consumer, later
    gc.collect()
    assert peer() is None


def test_what_was_told_of_once_is_not_listened_for(world: World) -> None:
    [topic] = made(world)
    consumer, request = Consumer(world), request_of(topic)
    for _ in range(3):
        consumer.ask(request)
        later = consumer.send(request)
        world.produce(topic[1], data=batch_of(b"b"), index=1)
        assert later.answer is not None
        request.topics[0].partitions[1].fetch_offset += 1
    assert not len(world.kafka.standing_fetches)
    assert not len(world.waiting)

"""Client quotas: which one counts, how they are set and shown, and what becomes of those who ask too much."""

from typing import Any

import pytest

from tests.services.kafka.world import PLACE, Peer, World, batch_of, fetching
from weirmq.services.kafka.client_quotas import PRODUCER, Quotas, entity
from weirmq.services.kafka.rates import Rate, TokenBucket
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_client_quotas_request import (
    AlterClientQuotasRequest,
    EntityData,
    EntryData,
    OpData,
)
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.describe_client_quotas_request import ComponentData, DescribeClientQuotasRequest
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

Parts = dict[str, str | None]
USER: Parts = {"user": "ANONYMOUS"}


def alter(world: World, parts: Parts, *, is_trial: bool = False, **values: float | None) -> tuple[int, str | None]:
    ops = [OpData(key, value or 0.0, value is None) for key, value in values.items()]
    entry = EntryData([EntityData(*part) for part in parts.items()], ops)
    (told,) = world.ask(AlterClientQuotasRequest([entry], is_trial)).entries
    assert [(each.entity_type, each.entity_name) for each in told.entity] == list(parts.items())
    return told.error_code, told.error_message


def described(world: World, *components: ComponentData, strict: bool = False) -> list[tuple[Parts, dict[str, float]]]:
    answer = world.ask(DescribeClientQuotasRequest(list(components), strict))
    assert answer.error_code == 0
    return [
        (
            {each.entity_type: each.entity_name for each in entry.entity},
            {each.key: each.value for each in entry.values},
        )
        for entry in answer.entries
    ]


# Which one counts


def test_the_most_special_quota_counts() -> None:
    quotas = Quotas()
    levels: list[tuple[Parts, tuple[str, str]]] = [
        ({"client_id": None}, ("", "c")),
        ({"client_id": "c"}, ("", "c")),
        ({"user": None}, ("u", "")),
        ({"user": None, "client_id": None}, ("u", "c")),
        ({"user": None, "client_id": "c"}, ("u", "c")),
        ({"user": "u"}, ("u", "")),
        ({"user": "u", "client_id": None}, ("u", "c")),
        ({"user": "u", "client_id": "c"}, ("u", "c")),
    ]
    assert quotas.of_client(PRODUCER, "u", "c") is None
    for bound, (parts, shared_by) in enumerate(levels, 1):
        quotas.set(entity(**parts), {PRODUCER: float(bound)})
        assert quotas.of_client(PRODUCER, "u", "c") == (bound, shared_by)
    quotas.set(entity(user="u", client_id="c"), {"consumer_byte_rate": 1.0})
    assert quotas.of_client(PRODUCER, "u", "c") == (7, ("u", "c"))


def test_an_address_has_its_own_quota_or_the_default() -> None:
    quotas = Quotas()
    quotas.set(entity(ip=None), {"connection_creation_rate": 5})
    quotas.set(entity(ip="10.0.0.1"), {"connection_creation_rate": 1})
    assert quotas.of_address("10.0.0.1") == (1, ("", "10.0.0.1"))
    assert quotas.of_address("10.0.0.2") == (5, ("", "10.0.0.2"))


# The APIs


def test_quotas_are_set_shown_and_removed(world: World) -> None:
    assert described(world) == []
    assert alter(world, USER, producer_byte_rate=1000, request_percentage=12.5) == (0, None)
    assert alter(world, {"client-id": None}, consumer_byte_rate=5) == (0, None)
    assert described(world) == [
        (USER, {"producer_byte_rate": 1000, "request_percentage": 12.5}),
        ({"client-id": None}, {"consumer_byte_rate": 5}),
    ]
    assert alter(world, USER, is_trial=True, producer_byte_rate=1) == (0, None)
    assert alter(world, USER, request_percentage=None) == (0, None)
    assert described(world, ComponentData("user", 0, "ANONYMOUS")) == [(USER, {"producer_byte_rate": 1000})]
    assert alter(world, USER, producer_byte_rate=None) == (0, None)
    assert len(described(world)) == 1


@pytest.mark.parametrize("on_disk", [True, False])
def test_they_outlive_a_restart(on_disk: bool) -> None:
    world = World(SimulatedDisk() if on_disk else None)
    alter(world, USER, producer_byte_rate=1000)
    alter(world, {"user": "u", "client-id": None}, producer_byte_rate=7)
    assert described(world.restarted()) == described(world) != []


@pytest.mark.parametrize(
    ("component", "strict", "count"),
    [
        (ComponentData("user", 0, "u"), False, 2),
        (ComponentData("user", 0, "u"), True, 1),
        (ComponentData("user", 1, None), False, 1),
        (ComponentData("user", 2, None), False, 3),
        (ComponentData("client-id", 2, None), True, 0),
        (ComponentData("ip", 2, None), False, 1),
    ],
)
def test_a_filter_takes_some(world: World, component: ComponentData, strict: bool, count: int) -> None:
    for parts in ({"user": "u"}, {"user": None}, {"user": "u", "client-id": "c"}):
        alter(world, parts, producer_byte_rate=1)
    alter(world, {"ip": "10.0.0.1"}, connection_creation_rate=1)
    assert len(described(world, component, strict=strict)) == count


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([ComponentData("", 0, "u")], Code.INVALID_REQUEST),
        ([ComponentData("group", 0, "u")], Code.UNSUPPORTED_VERSION),
        ([ComponentData("user", 0, None)], Code.INVALID_REQUEST),
        ([ComponentData("user", 1, "u")], Code.INVALID_REQUEST),
        ([ComponentData("user", 3, None)], Code.INVALID_REQUEST),
        ([ComponentData("user", 2, None), ComponentData("user", 1, None)], Code.INVALID_REQUEST),
        ([ComponentData("user", 2, None), ComponentData("ip", 2, None)], Code.INVALID_REQUEST),
    ],
)
def test_what_is_no_filter(world: World, components: list[ComponentData], code: Code) -> None:
    answer = world.ask(DescribeClientQuotasRequest(components))
    assert (answer.error_code, answer.entries) == (code, [])


@pytest.mark.parametrize(
    ("parts", "values"),
    [
        ({}, {"producer_byte_rate": 1}),
        ({"group": "g"}, {"producer_byte_rate": 1}),
        ({"user": ""}, {"producer_byte_rate": 1}),
        ({"user": "u", "ip": "10.0.0.1"}, {"producer_byte_rate": 1}),
        ({"ip": "nowhere"}, {"connection_creation_rate": 1}),
        ({"ip": "10.0.0.1"}, {"producer_byte_rate": 1}),
        (USER, {"connection_creation_rate": 1}),
        (USER, {"speed": 1}),
        (USER, {"producer_byte_rate": 0.5}),
        (USER, {"producer_byte_rate": -1}),
        (USER, {"producer_byte_rate": 1e30}),
        (USER, {"request_percentage": float("nan")}),
    ],
)
def test_what_is_no_quota(world: World, parts: Parts, values: dict[str, float]) -> None:
    code, reason = alter(world, parts, **values)
    assert (code, bool(reason)) == (Code.INVALID_REQUEST, True)
    assert described(world) == []


def test_an_entity_has_a_part_of_a_type_once(world: World) -> None:
    parts = [EntityData("user", "a"), EntityData("user", "b")]
    (told,) = world.ask(AlterClientQuotasRequest([EntryData(parts, [OpData(PRODUCER, 1)])])).entries
    assert told.error_code == Code.INVALID_REQUEST


# Rates


def test_a_rate_is_measured_over_the_last_ten_seconds() -> None:
    rate = Rate()
    assert rate.wait_ms(100, 0) == 0
    rate.add(1000, 0)
    assert rate.wait_ms(100, 0) == 0
    rate.add(500, 500)
    assert rate.wait_ms(100, 500) == 4_500  # 1,500 in 10.5 s, which should have taken 15
    assert rate.wait_ms(100, 5_000) == 0 or rate.wait_ms(100, 5_000) <= 5_000
    assert rate.wait_ms(100, 12_000) == 0
    assert rate.is_idle(12_000)


def test_a_client_that_waits_as_told_keeps_to_the_rate() -> None:
    rate, now_ms, sent = Rate(), 0, 0
    while now_ms < 600_000:
        rate.add(50, now_ms)
        sent += 50
        now_ms += max(rate.wait_ms(100, now_ms), 1)
    assert 95 <= sent / (now_ms / 1000) <= 105


def test_a_bucket_saves_up_and_may_owe() -> None:
    bucket = TokenBucket(2, 0)
    bucket.take(22)
    assert bucket.wait_ms(2, 0) == 0
    bucket.take(4)
    assert bucket.wait_ms(2, 0) == 2_000
    assert bucket.wait_ms(2, 1_500) == 500
    assert bucket.wait_ms(2, 100_000) == 0
    bucket.take(22)
    assert bucket.wait_ms(2, 100_000) == 0


# What becomes of those who ask too much


def produce(world: World, topic: bytes, size: int, *, peer: Peer, acks: int = -1, client: str = "c") -> Any:
    data = [PartitionProduceData(0, batch_of(b"x" * size))]
    return world.ask(ProduceRequest(None, acks, 1000, [TopicProduceData("", topic, data)]), peer=peer, client=client)


def pass_time(world: World, ms: int) -> None:
    world.clock.advance(milliseconds=ms)
    world.tick()


def test_a_producer_that_writes_too_much_waits(world: World) -> None:
    topic = world.topic()
    alter(world, {"client-id": None}, producer_byte_rate=1000)
    one, other = Peer(), Peer()
    assert produce(world, topic, 5_000, peer=one).throttle_time_ms == 0
    answer = produce(world, topic, 15_000, peer=one)
    assert answer.responses[0].partition_responses[0].error_code == 0
    assert 10_000 < answer.throttle_time_ms < 11_000
    assert one.is_muted
    assert produce(world, topic, 1_000, peer=other, client="d").throttle_time_ms == 0
    assert produce(world, topic, 1_000, peer=other).throttle_time_ms > 10_000  # they share it
    pass_time(world, 9_000)
    assert one.is_muted
    pass_time(world, 2_000)
    assert not one.is_muted


def test_one_that_wants_no_answer_waits_too(world: World) -> None:
    topic = world.topic()
    alter(world, USER, producer_byte_rate=1000)
    peer = Peer()
    assert produce(world, topic, 15_000, peer=peer, acks=0) is None
    assert peer.is_muted


def test_a_consumer_that_reads_too_much_waits(world: World) -> None:
    topic = world.topic()
    for _ in range(4):
        world.produce(topic, b"x" * 8_000)
    alter(world, USER, consumer_byte_rate=1000)
    peer = Peer()
    answer = world.ask(fetching(topic, 0), peer=peer)
    assert len(answer.responses[0].partitions[0].records) < 10_000  # no more at a time than ten seconds allow
    assert answer.throttle_time_ms == 0
    answer = world.ask(fetching(topic, 1), peer=peer)
    assert answer.throttle_time_ms > 5_000
    assert peer.is_muted


def test_a_consumer_that_waited_for_it_waits_again(world: World) -> None:
    topic = world.topic()
    alter(world, {"client-id": "reader"}, consumer_byte_rate=1000)
    peer = Peer()
    later = world.begin(fetching(topic, 0, wait_ms=30_000), peer=peer, client="reader")
    assert later.answer is None
    pass_time(world, 20_000)
    world.produce(topic, b"x" * 15_000)
    assert 4_000 < later.answer.throttle_time_ms < 6_000
    pass_time(world, 3_000)
    assert peer.is_muted
    pass_time(world, 3_000)
    assert not peer.is_muted


def test_time_is_rationed(world: World) -> None:
    alter(world, USER, request_percentage=10)
    ticks = iter(range(0, 10**12, 600_000_000))
    world.kafka.throttle.measure_ns = lambda: next(ticks)
    peer = Peer()
    assert world.ask(MetadataRequest(None), peer=peer).throttle_time_ms == 0  # 60 % of a second, of 100 % in ten
    assert world.ask(MetadataRequest(None), peer=peer).throttle_time_ms == 1_000  # never more than a window
    assert peer.is_muted


def test_changes_of_topics_are_rationed(world: World) -> None:
    alter(world, USER, controller_mutation_rate=1)
    eleven, two = CreatableTopic("eleven", 13, 1), CreatableTopic("two", 2, 1)
    assert world.ask(CreateTopicsRequest([eleven], 1000)).topics[0].error_code == 0
    answer = world.ask(CreateTopicsRequest([two], 1000))
    assert (answer.topics[0].error_code, answer.throttle_time_ms) == (Code.THROTTLING_QUOTA_EXCEEDED, 2_000)
    more = CreatePartitionsRequest([CreatePartitionsTopic("eleven", 14, None)], 1000)
    assert world.ask(more).results[0].error_code == Code.THROTTLING_QUOTA_EXCEEDED
    gone = DeleteTopicsRequest([DeleteTopicState("eleven")])
    assert world.ask(gone).responses[0].error_code == Code.THROTTLING_QUOTA_EXCEEDED
    old = world.ask(CreateTopicsRequest([two], 1000), version=5)
    assert (old.topics[0].error_code, old.throttle_time_ms) == (0, 4_000)
    pass_time(world, 5_000)
    assert world.ask(more).results[0].error_code == 0
    assert world.ask(CreateTopicsRequest([CreatableTopic("new", 1, 1)], 1000, True)).topics[0].error_code == 0


def test_too_many_connections_of_an_address_are_let_go(world: World) -> None:
    world.ask(MetadataRequest(None))
    alter(world, {"ip": "127.0.0.1"}, connection_creation_rate=1)
    peers = [Peer() for _ in range(12)]
    for peer in peers:
        world.kafka.came(peer, PLACE, world.clock.now_ms())
    assert [peer.is_muted for peer in peers] == [False] * 10 + [True] * 2
    pass_time(world, 1_000)
    assert [peer.is_closed for peer in peers] == [False] * 10 + [True] * 2


def test_nobody_waits_without_quotas(world: World) -> None:
    topic = world.topic()
    peer = Peer()
    assert produce(world, topic, 900_000, peer=peer).throttle_time_ms == 0
    alter(world, {"user": "somebody else"}, producer_byte_rate=1)
    assert produce(world, topic, 900_000, peer=peer).throttle_time_ms == 0
    assert not peer.is_muted

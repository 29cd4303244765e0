from collections.abc import Callable
from typing import Any

import pytest

from tests.services.kinesis.world import CODECS, LAST_KEY, NOW_MS, OTHER, STRANGER, World, arn, entry, refused
from weirmq.engine.flowing import Flow
from weirmq.kernel.errors import ServiceError
from weirmq.services.kinesis import sequence
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.events import Events
from weirmq.wire.aws.model import load
from weirmq.wire.aws.types.kinesis import StartingPosition

SHARD = "shardId-000000000000"
EVENTS = [Events(codec, load("kinesis").operations["SubscribeToShard"]) for codec in CODECS]


class Reader:
    """A subscriber, and what it was sent. It has room for `room` more events."""

    def __init__(self, world: World, flow: Flow, room: int = 1_000) -> None:
        self.world = world
        self.room = room
        self.events: list[Any] = []
        self.ends: list[Exception | None] = []
        self.number = world.flowing.add(flow, self)

    @property
    def has_room(self) -> bool:
        return self.room > 0

    def take(self, event: Any) -> None:
        for events in EVENTS:
            events.event(event)  # whatever is sent can be written
        self.room -= 1
        self.events.append(event)
        self.world.flowing.room(self.number)

    def end(self, error: Exception | None) -> None:
        self.ends.append(error)

    @property
    def data(self) -> list[bytes]:
        """The data of all records that came."""
        return [record.Data for event in self.events for record in event.Records]

    @property
    def code(self) -> str:
        """The error that it ended with."""
        [error] = self.ends
        assert isinstance(error, ServiceError)
        return error.code


def consumer(world: World, name: str = "app", stream: str = "orders") -> str:
    found: str = world.ask("RegisterStreamConsumer", StreamARN=arn(stream), ConsumerName=name).Consumer.ConsumerARN
    return found


def flow_of(world: World, own_arn: str, kind: Any = "TRIM_HORIZON", shard: str = SHARD, **members: Any) -> Flow:
    caller, dry_run = members.pop("caller", None), members.pop("DryRun", None)
    position = StartingPosition(Type=kind, **members)
    flow = world.decide(
        "SubscribeToShard", ConsumerARN=own_arn, ShardId=shard, StartingPosition=position, caller=caller, DryRun=dry_run
    )
    assert isinstance(flow, Flow)
    return flow


def subscribed(
    world: World, kind: str = "TRIM_HORIZON", own_arn: str = "", room: int = 1_000, **members: Any
) -> Reader:
    """A reader of a stream with a shard, through a new consumer unless there is one."""
    reader = Reader(world, flow_of(world, own_arn or consumer(world), kind, **members), room)
    settle(world)
    return reader


def settle(world: World, **later: float) -> None:
    """Let time pass, and the flows go on."""
    if later:
        world.clock.advance(**later)
    for _ in range(40):
        world.flowing.settle(world.clock.now_ms(), 1_000)


# ---- where it begins


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("TRIM_HORIZON", [b"1", b"2", b"3", b"new"]),
        ("LATEST", [b"new"]),
        ("AT_SEQUENCE_NUMBER", [b"2", b"3", b"new"]),
        ("AFTER_SEQUENCE_NUMBER", [b"3", b"new"]),
        ("AT_TIMESTAMP", [b"3", b"new"]),
    ],
)
def test_it_begins_at_each_kind_of_position(world: World, kind: str, expected: list[bytes]) -> None:
    world.stream()
    [_, second] = world.put(b"1", b"2")
    world.clock.advance(seconds=1)
    world.put(b"3")
    members: dict[str, Any] = {}
    if kind.endswith("SEQUENCE_NUMBER"):
        members["SequenceNumber"] = second
    elif kind == "AT_TIMESTAMP":
        members["Timestamp"] = NOW_MS + 1
    reader = subscribed(world, kind, **members)
    world.put(b"new")
    settle(world)
    assert reader.data == expected


def test_a_shard_s_short_name_does(world: World) -> None:
    world.stream()
    world.put(b"1")
    assert subscribed(world, shard="shardId-0").data == [b"1"]


def test_positions_that_are_none(world: World) -> None:
    world.stream(shards=2)
    world.stream("other")
    own = consumer(world)
    [number] = world.put(b"1", ExplicitHashKey="0")
    with refused("InvalidArgumentException", "Must either specify"):
        flow_of(world, own, "AT_SEQUENCE_NUMBER")
    with refused("InvalidArgumentException", "timestampInMillis"):
        flow_of(world, own, "AT_TIMESTAMP")
    with refused("InvalidArgumentException", "greater than"):
        flow_of(world, own, "AT_TIMESTAMP", Timestamp=NOW_MS + 1)
    with refused("InvalidArgumentException", "while it was used in a call to a shard with shardId-000000000001"):
        flow_of(world, own, "AT_SEQUENCE_NUMBER", "shardId-000000000001", SequenceNumber=number)
    with refused("InvalidArgumentException", "SubscribeToShard on shard"):
        flow_of(world, own, "AFTER_SEQUENCE_NUMBER", SequenceNumber="1")
    world.clock.advance(seconds=2)
    world.stream("younger")
    with refused("InvalidArgumentException", "did not come from this stream"):
        flow_of(world, consumer(world, stream="younger"), "AT_SEQUENCE_NUMBER", SequenceNumber=number)


def test_who_and_what_must_be_there(world: World) -> None:
    world.stream()
    own = consumer(world)
    with refused("ResourceNotFoundException", "shardId-000000000007"):
        flow_of(world, own, shard="shardId-000000000007")
    with refused("ResourceNotFoundException", "Consumer"):
        flow_of(world, own.replace("/app:", "/none:"))
    with refused("ResourceNotFoundException", "Consumer"):
        flow_of(world, own[:-1] + "1")  # one of that name from another time
    with refused("ResourceNotFoundException", "none"):
        flow_of(world, own.replace("orders", "none"))
    with refused("DryRunOperationException"):
        flow_of(world, own, DryRun=True)
    assert world.kinesis.subscriptions == {}


def test_the_consumer_s_policy_is_enforced(world: World) -> None:
    world.stream()
    world.put(b"1")
    own = consumer(world)
    with refused("AccessDeniedException", "kinesis:SubscribeToShard"):
        flow_of(world, own, caller=STRANGER)
    statement = (
        f'{{"Effect": "Allow", "Principal": {{"AWS": "{OTHER}"}}, "Action": "kinesis:SubscribeToShard",'
        f' "Resource": "{own}"}}'
    )
    policy = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    world.ask("PutResourcePolicy", ResourceARN=own, Policy=policy)
    assert subscribed(world, own_arn=own, caller=STRANGER).data == [b"1"]


# ---- what is pushed


def test_a_record_is_pushed_when_it_is_durable() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    world.stream()
    world.flush()
    reader = subscribed(world)
    world.decide("PutRecord", StreamName="orders", Data=b"1", PartitionKey="k")
    world.streams.flush()
    settle(world)
    assert reader.data == []
    world.sync()
    assert world.flowing.is_ready
    settle(world)
    assert reader.data == [b"1"]


def test_records_look_as_those_of_get_records(world: World) -> None:
    world.stream()
    world.ask("PutRecords", StreamName="orders", Records=[entry(b"1"), entry(b"\xff", "é")])
    world.ask("StartStreamEncryption", StreamName="orders", EncryptionType="KMS", KeyId="alias/k")
    reader = subscribed(world)
    assert [record for event in reader.events for record in event.Records] == world.get(world.iterator()).Records


def test_an_event_comes_at_once_and_then_at_least_every_five_seconds(world: World) -> None:
    world.stream()
    reader = subscribed(world)
    assert len(reader.events) == 1
    for count in range(2, 6):
        settle(world, seconds=5)
        assert len(reader.events) == count
    for event in reader.events:
        assert (list(event.Records), event.MillisBehindLatest, event.ChildShards) == ([], 0, None)


def test_another_one_goes_on_at_the_continuation(world: World) -> None:
    world.stream()
    own = consumer(world)
    first = subscribed(world, own_arn=own)
    numbers: list[str] = []
    for round_ in range(4):
        world.put(*(b"%d" % n for n in range(round_)))
        settle(world, seconds=6)
        numbers.append(first.events[-1].ContinuationSequenceNumber)
        after = flow_of(world, own, "AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[-1])
        world.put(b"next")
        assert [record.Data for record in after.attempt(world.clock.now_ms()).Records] == [b"next"]
        first = Reader(world, flow_of_later(world, own))
        settle(world)
    assert numbers == sorted(numbers)
    assert all(sequence.parse(number) for number in numbers)


def flow_of_later(world: World, own: str) -> Flow:
    world.clock.advance(seconds=6)
    return flow_of(world, own, "TRIM_HORIZON")


def test_the_continuation_behind_records_is_the_last_one_s_number(world: World) -> None:
    world.stream()
    numbers = world.put(b"1", b"2", b"3")
    [event] = subscribed(world).events
    assert event.ContinuationSequenceNumber == numbers[-1]


def test_how_far_behind_an_event_is(world: World) -> None:
    world.stream()
    world.put(bytes(200_000), bytes(200_000))
    world.clock.advance(seconds=7)
    reader = subscribed(world)
    assert [event.MillisBehindLatest for event in reader.events] == [7_000, 0]


def test_an_event_has_a_bounded_size_or_a_single_record(world: World) -> None:
    world.stream(MaxRecordSizeInKiB=10_240)
    world.put(*(bytes([n]) * 100_000 for n in range(5)), bytes(10 * 1024 * 1024 - 1), b"small")
    reader = subscribed(world)
    assert [[len(record.Data) for record in event.Records] for event in reader.events] == [
        [100_000] * 2, [100_000] * 2, [100_000], [10 * 1024 * 1024 - 1], [5],
    ]  # fmt: skip


def test_a_slow_reader_is_read_for_when_it_has_room(world: World) -> None:
    world.stream()
    slow = subscribed(world, room=1)
    quick = subscribed(world, own_arn=consumer(world, "quick"))
    for n in range(20):
        world.put(b"%d" % n)
        settle(world)
    assert (len(slow.events), len(quick.events)) == (1, 21)
    slow.room += 1
    world.flowing.room(slow.number)
    settle(world)
    assert slow.data == [b"%d" % n for n in range(20)]
    assert len(slow.events) == 2


def test_records_past_their_retention_are_not_pushed(world: World) -> None:
    world.stream()
    world.put(b"old")
    reader = subscribed(world, room=0)
    world.clock.advance(hours=24, seconds=1)
    assert reader.data == []
    world.put(b"new")
    late = subscribed(world, own_arn=consumer(world, "late"))
    assert late.data == [b"new"]


def test_a_log_that_was_closed_meanwhile_is_opened_again() -> None:
    world = World(SimulatedDisk(), most_open=1)
    world.stream(shards=3)
    own = consumer(world)
    readers = [Reader(world, flow_of(world, own, shard=f"shardId-{shard:012}")) for shard in range(3)]
    for key in (0, LAST_KEY, LAST_KEY // 2, 0, LAST_KEY):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"%d" % (key % 97), explicit=key)])
        settle(world)
    assert [len(reader.data) for reader in readers] == [2, 1, 2]


# ---- how it ends


def test_it_lives_for_five_minutes(world: World) -> None:
    world.stream()
    own = consumer(world)
    reader = subscribed(world, own_arn=own)
    settle(world, seconds=300 - 0.001)
    assert reader.ends == []
    settle(world, seconds=0.001)
    assert reader.ends == [None]
    world.put(b"1")
    assert subscribed(world, own_arn=own).data == [b"1"]


@pytest.mark.parametrize("is_behind", [True, False])
def test_a_closed_shard_ends_with_its_children(world: World, is_behind: bool) -> None:
    world.stream()
    world.put(b"1", bytes(256 * 1024))
    reader = subscribed(world, room=0 if is_behind else 1_000)
    world.ask("SplitShard", StreamName="orders", ShardToSplit=SHARD, NewStartingHashKey="9")
    reader.room = 1_000
    world.flowing.room(reader.number)
    settle(world)
    last = reader.events[-1]
    assert [child.ShardId for child in last.ChildShards] == ["shardId-000000000001", "shardId-000000000002"]
    assert {child.ParentShards[0] for child in last.ChildShards} == {SHARD}
    assert last.ContinuationSequenceNumber is None
    assert last.MillisBehindLatest == 0
    assert all(event.ContinuationSequenceNumber and not event.ChildShards for event in reader.events[:-1])
    assert len(reader.data) == 2
    assert reader.ends == [None]
    assert world.kinesis.subscriptions == {}


def test_a_merged_shard_has_one_child_of_two_parents(world: World) -> None:
    world.stream(shards=2)
    reader = subscribed(world)
    world.ask("MergeShards", StreamName="orders", ShardToMerge=SHARD, AdjacentShardToMerge="shardId-000000000001")
    settle(world)
    [child] = reader.events[-1].ChildShards
    assert (child.ShardId, len(child.ParentShards)) == ("shardId-000000000002", 2)


@pytest.mark.parametrize("kind", ["LATEST", "TRIM_HORIZON"])
def test_a_shard_that_is_closed_already(world: World, kind: str) -> None:
    world.stream()
    world.ask("SplitShard", StreamName="orders", ShardToSplit=SHARD, NewStartingHashKey="9")
    reader = subscribed(world, kind)
    [event] = reader.events
    assert len(event.ChildShards) == 2
    assert reader.ends == [None]


def deregister(world: World, own: str) -> None:
    world.ask("DeregisterStreamConsumer", ConsumerARN=own)


def delete(world: World, _own: str) -> None:
    world.ask("DeleteStream", StreamName="orders", EnforceConsumerDeletion=True)


def register_anew(world: World, own: str) -> None:
    deregister(world, own)
    consumer(world)


def create_anew(world: World, own: str) -> None:
    delete(world, own)
    world.stream()
    consumer(world)


@pytest.mark.parametrize("go", [deregister, delete, register_anew, create_anew])
def test_it_ends_with_its_consumer_and_its_stream(world: World, go: Callable[[World, str], None]) -> None:
    world.stream()
    own = consumer(world)
    reader = subscribed(world, own_arn=own)
    go(world, own)
    assert world.flowing.is_ready
    settle(world)
    assert reader.code == "ResourceNotFoundException"
    assert world.kinesis.subscriptions == {}


def test_a_new_consumer_need_not_wait_for_the_end_of_the_old_one(world: World) -> None:
    world.stream()
    own = consumer(world)
    reader = subscribed(world, own_arn=own)
    register_anew(world, own)
    second = subscribed(world, own_arn=own)
    assert reader.code == "ResourceNotFoundException"
    assert second.ends == []


def test_a_second_subscription_waits_five_seconds_and_takes_over(world: World) -> None:
    world.stream(shards=2)
    own = consumer(world)
    first = subscribed(world, own_arn=own)
    with refused("ResourceInUseException", "Another active subscription exists for this consumer", ":orders:app"):
        flow_of(world, own)
    elsewhere = subscribed(world, own_arn=own, shard="shardId-000000000001")
    somebody = subscribed(world, own_arn=consumer(world, "somebody"))
    settle(world, seconds=4.999)
    with refused("ResourceInUseException"):
        flow_of(world, own)
    settle(world, seconds=0.001)
    second = subscribed(world, own_arn=own)
    assert first.code == "ResourceInUseException"
    with refused("ResourceInUseException"):  # five seconds of its own
        flow_of(world, own)
    world.put(b"1", ExplicitHashKey="0")
    settle(world)
    assert (first.data, second.data, somebody.data) == ([], [b"1"], [b"1"])
    assert [reader.ends for reader in (second, elsewhere, somebody)] == [[]] * 3


def test_one_that_has_left_makes_place_at_once(world: World) -> None:
    world.stream()
    own = consumer(world)
    reader = subscribed(world, own_arn=own)
    world.flowing.cancel(reader.number)
    assert subscribed(world, own_arn=own).ends == []


def test_a_thousand_quiet_ones_are_left_alone(world: World) -> None:
    world.stream(shards=50)
    readers = []
    for name in range(20):
        own = consumer(world, f"app-{name}")
        readers += [Reader(world, flow_of(world, own, shard=f"shardId-{shard}")) for shard in range(50)]
    settle(world)
    for _ in range(4):
        world.clock.advance(seconds=1)
        assert not world.flowing.is_ready
        due_ms = world.flowing.next_ms()
        assert due_ms is not None
        assert due_ms > world.clock.now_ms()
    world.put(b"1", ExplicitHashKey="0")
    settle(world)
    assert sorted({len(reader.events) for reader in readers}) == [1, 2]
    assert [reader.data for reader in readers].count([b"1"]) == 20

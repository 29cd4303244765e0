"""ReceiveQueueRecords: what comes, when, in which order, and how long a poll waits."""

from typing import Any

from tests.services.kinesis.queues.desk import Desk
from tests.services.kinesis.world import NOW_MS, World, arn
from weirmq.services.kinesis.limits import GOT_BYTES
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.types import kinesis as wire

HALF = str(2**127)


def be_on_demand(world: World) -> None:
    """What was split and merged by hand may have queues now."""
    on_demand = wire.StreamModeDetails(StreamMode="ON_DEMAND")
    world.ask("UpdateStreamMode", StreamARN=arn(), StreamModeDetails=on_demand)


def test_a_record_as_it_was_put(desk: Desk) -> None:
    [number] = desk.world.put(b"\x00\xff data", key='a "key" é')
    desk.world.clock.advance(seconds=5)
    [record] = desk.receive()
    assert (record.Data, record.PartitionKey, record.RecordId) == (b"\x00\xff data", 'a "key" é', number)
    assert record.ApproximateArrivalTimestamp == NOW_MS
    assert (record.FirstReceiveTimestamp, record.ReceiveCount) == (NOW_MS + 5_000, 1)


def test_ten_at_a_time(desk: Desk) -> None:
    desk.world.put(*[b"%d" % number for number in range(25)])
    assert [len(desk.receive()) for _ in range(4)] == [10, 10, 5, 0]
    desk.world.put(b"a", b"b", b"c")
    assert desk.data(Limit=2) == [b"a", b"b"]
    assert desk.data(Limit=2) == [b"c"]


def test_nobody_else_gets_it_until_its_time_is_over(desk: Desk) -> None:
    desk.world.put(b"a")
    [first] = desk.receive()
    desk.world.clock.advance(milliseconds=29_999)
    assert desk.receive() == []
    desk.world.clock.advance(milliseconds=1)
    [second] = desk.receive(VisibilityTimeoutSeconds=43_200)
    assert (second.Data, second.RecordId) == (first.Data, first.RecordId)
    assert (second.ReceiveCount, second.FirstReceiveTimestamp) == (2, NOW_MS)
    assert second.ReceiptHandle != first.ReceiptHandle
    desk.world.clock.advance(milliseconds=43_199_999)
    assert desk.receive() == []
    desk.world.clock.advance(milliseconds=1)
    assert desk.data() == [b"a"]


def test_what_came_back_comes_first_and_in_its_order(desk: Desk) -> None:
    desk.world.put(b"a", b"b", b"c", b"d")
    desk.receive(Limit=1, VisibilityTimeoutSeconds=20)
    desk.receive(Limit=1, VisibilityTimeoutSeconds=10)
    desk.world.clock.advance(seconds=20)
    assert desk.data(Limit=3) == [b"b", b"a", b"c"]


def test_a_shards_records_come_in_order_and_shards_take_turns(desk: Desk) -> None:
    for number in range(40):
        desk.world.put(b"%d" % number, ExplicitHashKey=str(number % 4 << 126))
    found: list[int] = []
    turns = []
    while records := desk.receive(Limit=3):
        found += [int(record.Data) for record in records]
        turns.append(int(records[0].Data) % 4)
    assert sorted(found) == list(range(40))
    assert all(turns.count(shard) > 1 for shard in range(4))
    assert len(set(turns[:4])) == 4
    for shard in range(4):
        mine = [number for number in found if number % 4 == shard]
        assert mine == sorted(mine)


def test_queues_know_nothing_of_each_other(world: World) -> None:
    one, other = Desk(world), Desk(world, "other")
    world.put(b"a")
    [record] = one.receive()
    one.acknowledge(record)
    [same] = other.receive()
    assert (same.Data, same.RecordId) == (b"a", record.RecordId)


def test_ten_mebibytes_at_most(desk: Desk) -> None:
    desk.world.ask("UpdateMaxRecordSize", StreamARN=arn(), MaxRecordSizeInKiB=10_240)
    desk.world.put(*[b"x" * (GOT_BYTES // 5) for _ in range(6)])
    assert [len(desk.receive(VisibilityTimeoutSeconds=0, Limit=6)) for _ in range(2)] == [4, 4]
    desk.world.put(b"x" * (GOT_BYTES - 1))
    assert sorted(len(desk.receive()) for _ in range(4)) == [0, 1, 2, 4]


def test_a_record_past_its_retention_does_not_come(desk: Desk) -> None:
    world = desk.world
    world.put(b"received", b"new")
    desk.receive(Limit=1)
    world.clock.advance(hours=24)
    world.put(b"later")
    assert desk.data(VisibilityTimeoutSeconds=0) == [b"received", b"new", b"later"]
    world.clock.advance(milliseconds=1)
    assert desk.data(VisibilityTimeoutSeconds=0) == [b"later"]
    world.clock.advance(hours=25)
    assert desk.data() == []


def test_what_is_past_its_retention_is_let_go_of(desk: Desk) -> None:
    world = desk.world
    world.put(b"a", b"b")
    desk.receive()
    world.clock.advance(hours=12)
    world.put(b"c")
    desk.receive(Limit=1, VisibilityTimeoutSeconds=43_200)
    desk.receive()
    world.clock.advance(hours=13)
    world.tick()
    [cursor] = [cursor for cursor in desk.queue.cursors.values() if cursor.position]
    assert (list(cursor.held), cursor.position) == ([2], 3)
    world.clock.advance(hours=25)
    world.tick()
    assert not cursor.held
    assert not desk.queue.ready
    assert not desk.queue.deadlines


def test_children_come_when_their_parents_are_through(world: World) -> None:
    world.stream(shards=4)
    world.put(*[b"old %d" % number for number in range(15)], ExplicitHashKey="5")
    for target in (2, 3, 4):  # shards that come and go without a record, too
        world.clock.advance(seconds=1)
        world.ask("UpdateShardCount", StreamName="orders", TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    world.put(*[b"new %d" % number for number in range(5)], ExplicitHashKey="5")
    be_on_demand(world)
    desk = Desk(world)
    found = desk.data() + desk.data() + desk.data()
    assert found == [b"old %d" % number for number in range(15)] + [b"new %d" % number for number in range(5)]


def test_a_parent_that_expired_holds_nobody_up(world: World) -> None:
    world.stream()
    world.put(b"old", ExplicitHashKey="5")
    world.clock.advance(hours=20)
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey=HALF)
    be_on_demand(world)
    desk = Desk(world)
    world.clock.advance(hours=23)
    world.put(b"new", ExplicitHashKey="5")
    world.clock.advance(hours=2)
    assert desk.data(VisibilityTimeoutSeconds=0) == [b"new"]
    world.tick()
    assert 0 not in world.kinesis.machine.streams[1].shards
    world.put(b"newer", ExplicitHashKey=HALF)
    assert sorted(desk.data()) == [b"new", b"newer"]


def test_a_parent_that_expires_unread_lets_its_children_go_on(world: World) -> None:
    world.stream()
    world.put(b"1", b"2", b"3", ExplicitHashKey="5")
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey=HALF)
    be_on_demand(world)
    world.clock.advance(hours=20)
    world.put(b"new", ExplicitHashKey="5")
    desk = Desk(world)
    assert [desk.data(Limit=1) for _ in range(2)] == [[b"1"], [b"2"]]
    world.clock.advance(hours=5)
    world.tick()
    assert 0 not in world.kinesis.machine.streams[1].shards
    assert desk.data() == [b"new"]


def test_a_shard_expires_with_what_was_received_of_it(world: World) -> None:
    world.stream()
    world.put(b"old", ExplicitHashKey="5")
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey=HALF)
    be_on_demand(world)
    desk = Desk(world)
    [record] = desk.receive(VisibilityTimeoutSeconds=43_200)
    world.clock.advance(hours=25)
    world.tick()
    assert 0 not in world.kinesis.machine.streams[1].shards
    assert desk.receive() == []
    assert [each.ReceiptHandle for each in desk.acknowledge(record).Successful] == [record.ReceiptHandle]
    again = Desk(desk.world.restarted(), "again")
    assert again.receive() == []


# Polls


def test_a_poll_waits_for_a_record(desk: Desk) -> None:
    got: list[Any] = []
    desk.poll(got.append)
    desk.world.put(b"a")
    assert desk.world.waiting.signalled
    desk.world.waiting.settle(desk.world.clock.now_ms())
    [answer] = got
    assert [record.Data for record in answer.QueueRecords] == [b"a"]


def test_a_poll_is_not_woken_before_the_record_is_durable() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    desk = Desk(world)
    got: list[Any] = []
    desk.poll(got.append)
    world.decide("PutRecord", StreamName="orders", Data=b"a", PartitionKey="k")
    world.streams.flush()
    assert not world.waiting.signalled
    assert desk.world.decide("ReceiveQueueRecords", QueueARN=desk.arn).empty.QueueRecords == []
    world.sync()
    assert world.waiting.signalled
    world.waiting.settle(world.clock.now_ms())
    assert [record.Data for record in got[0].QueueRecords] == [b"a"]


def test_the_one_who_waits_longest_gets_it(desk: Desk) -> None:
    got: list[int] = []
    for number in range(3):
        desk.poll(lambda _, number=number: got.append(number))  # type: ignore[misc]
    desk.world.put(b"a")
    desk.world.waiting.settle(desk.world.clock.now_ms())
    assert got == [0]


def test_a_poll_ends_after_nine_seconds_or_as_many_as_it_says(desk: Desk) -> None:
    got: list[int] = []
    desk.poll(lambda answer: got.append(len(answer.QueueRecords)))
    desk.poll(lambda answer: got.append(len(answer.QueueRecords)), WaitTimeSeconds=20)
    for seconds, ended in ((8, 0), (1, 1), (10, 1), (1, 2)):
        desk.world.clock.advance(seconds=seconds)
        desk.world.waiting.settle(desk.world.clock.now_ms())
        assert len(got) == ended
    assert got == [0, 0]


def test_a_poll_gets_what_time_alone_brings_back(desk: Desk) -> None:
    """Also where it came back earlier than what the poll knew of when it began to wait."""
    got: list[Any] = []
    desk.poll(got.append, WaitTimeSeconds=20)
    desk.world.put(b"a")
    desk.receive(VisibilityTimeoutSeconds=5)
    waiting, clock = desk.world.waiting, desk.world.clock
    waiting.settle(clock.now_ms())
    assert waiting.next_ms() == clock.now_ms() + 5_000
    clock.advance(seconds=5)
    waiting.settle(clock.now_ms())
    assert [record.ReceiveCount for record in got[0].QueueRecords] == [2]


def test_many_that_come_back_at_once_come_back_in_slices(desk: Desk) -> None:
    count = 2_500
    for _ in range(5):
        records = [wire.PutRecordsRequestEntry(Data=b"x", PartitionKey="k") for _ in range(count // 5)]
        desk.world.ask("PutRecords", StreamName="orders", Records=records)
    handles = set()
    while records := desk.receive():
        handles |= {record.RecordId for record in records}
    assert len(handles) == count
    desk.world.clock.advance(seconds=30)
    again = set()
    while records := desk.receive():
        again |= {record.RecordId for record in records}
    assert again == handles

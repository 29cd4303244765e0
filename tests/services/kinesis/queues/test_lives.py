"""Queues through restarts and power cuts: nothing acknowledged comes back, nothing else is lost."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.services.kinesis.queues.desk import Desk, attributes_of, create
from tests.services.kinesis.world import World, entry
from weirmq.engine.waiting import Wait
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import LogDamaged, NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.services.kinesis import facts
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.aws.types import kinesis as wire

QUEUES = ("one", "two")


class Story:
    """Clients of two queues who do random things, and what they were told. It all comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.world: World
        self.arns: dict[str, str] = {}
        self.put: set[str] = set()  # ids of records whose answer has left
        self.done: dict[str, set[str]] = {name: set() for name in QUEUES}  # the same of acknowledgements
        self.asked: dict[str, set[str]] = {name: set() for name in QUEUES}  # whatever was told of it
        self.handles: dict[str, list[tuple[str, str, bool]]] = {name: [] for name in QUEUES}  # handle, id, is dead
        self.count = 0
        self.seen: dict[str, int] = {}

    def live(self, world: World, steps: int) -> None:
        """Do so many things."""
        self.world = world
        self.begin()
        for _ in range(steps):
            step: Callable[[], None] = self.random.choices(
                [self.puts, self.receive, self.acknowledge, self.hide, self.restore, self.update, self.reshard,
                 self.pass_time, world.journal.flush, world.streams.flush, world.sync],
                [20, 30, 20, 5, 8, 2, 2, 15, 10, 10, 10],
            )[0]  # fmt: skip
            step()

    def begin(self) -> None:
        """What is always there."""
        world = self.world
        if not world.kinesis.machine.streams:
            world.ask("CreateStream", StreamName="orders")
        for name in QUEUES:
            if name not in self.arns:
                self.arns[name] = create(world, name, visibility_s=30, receives=2).QueueARN

    def answer(self, told: Callable[[], None]) -> None:
        """Call `told` when an answer given now has left."""
        world = self.world
        world.streams.hold(lambda _: world.journal.hold(lambda _: told(), None), None)

    def happened(self, what: str, often: int = 1) -> None:
        self.seen[what] = self.seen.get(what, 0) + often

    def puts(self) -> None:
        entries = []
        for _ in range(self.random.randint(1, 12)):
            self.count += 1
            entries.append(entry(b"%d" % self.count, f"key {self.count}"))
        answer = self.world.decide("PutRecords", StreamName="orders", Records=entries)
        ids = [record.SequenceNumber for record in answer.Records]
        self.answer(lambda: self.put.update(ids))

    def receive(self) -> None:
        name, is_dead = self.random.choice(QUEUES), self.random.random() < 0.3
        operation = "ReceiveDeadLetterQueueRecords" if is_dead else "ReceiveQueueRecords"
        seconds = self.random.choice([None, 0, 5, 100])
        answer = self.world.decide(
            operation,
            QueueARN=self.arns[name],
            VisibilityTimeoutSeconds=seconds,
            Limit=self.random.choice([None, 1, 4]),
        )
        if not isinstance(answer, Wait):
            self.received(name, answer.QueueRecords, is_dead=is_dead)

    def received(self, name: str, records: list[Any], *, is_dead: bool) -> None:
        ids = [record.RecordId for record in records]
        assert len(set(ids)) == len(ids)
        assert not self.done[name].intersection(ids)
        self.happened("dead letters" if is_dead else "records", len(ids))
        got = [(record.ReceiptHandle, record.RecordId, is_dead) for record in records]
        self.answer(lambda: self.handles[name].extend(got))

    def pick(self, name: str, *, is_dead: bool) -> list[tuple[str, str]]:
        """Some handles, mostly recent ones."""
        found = [(handle, record) for handle, record, dead in self.handles[name][-60:] if dead == is_dead]
        return self.random.sample(found, min(len(found), self.random.randint(1, 10)))

    def acknowledge(self) -> None:
        name, is_dead = self.random.choice(QUEUES), self.random.random() < 0.3
        if not (picked := self.pick(name, is_dead=is_dead)):
            return
        kind = "AcknowledgeDeadLetterQueueRecords" if is_dead else "AcknowledgeQueueRecords"
        answer = self.handle(name, kind, [handle for handle, _ in picked])
        assert not answer.Failed or is_dead
        handles = {each.ReceiptHandle for each in answer.Successful}
        ids = [record for handle, record in picked if handle in handles]
        self.asked[name].update(ids)
        self.answer(lambda: self.done[name].update(ids))
        self.happened("acknowledged", len(ids))

    def handle(self, name: str, operation: str, handles: list[str], **members: Any) -> Any:
        shape: Any = getattr(wire, f"{operation}RequestEntry")
        entries = [shape(ReceiptHandle=handle, **members) for handle in handles]
        return self.world.decide(operation, QueueARN=self.arns[name], Entries=entries)

    def hide(self) -> None:
        name, is_dead = self.random.choice(QUEUES), self.random.random() < 0.3
        if picked := self.pick(name, is_dead=is_dead):
            operation = "UpdateDeadLetterQueueRecordsVisibility" if is_dead else "UpdateQueueRecordsVisibility"
            seconds = self.random.choice([0, 5, 100])
            answer = self.handle(name, operation, [handle for handle, _ in picked], VisibilityTimeoutSeconds=seconds)
            self.happened("hidden", len(answer.Successful))

    def restore(self) -> None:
        name = self.random.choice(QUEUES)
        if picked := self.pick(name, is_dead=True):
            answer = self.handle(name, "RestoreDeadLetterQueueRecords", [handle for handle, _ in picked])
            self.happened("restored", len(answer.Successful))

    def update(self) -> None:
        attributes = attributes_of(self.random.choice([None, 1, 60]), self.random.choice([0, 1, 2, 3]))
        self.world.decide("UpdateQueue", QueueARN=self.arns[self.random.choice(QUEUES)], QueueAttributes=attributes)

    def reshard(self) -> None:
        """A stream on demand splits its shards as it grows."""
        stream = self.world.kinesis.machine.streams[1]
        shard = self.random.choice(stream.open)
        if len(stream.shards) < 12:
            ends = [shard.start, (shard.start + shard.end) // 2, shard.end]
            low, middle, high = [end.to_bytes(16, "big") for end in ends]
            above = (ends[1] + 1).to_bytes(16, "big")
            made = [facts.NewShard(low, middle, shard.index), facts.NewShard(above, high, shard.index)]
            mark = self.random.randbytes(4).hex()
            now_ms = self.world.clock.now_ms()
            self.world.kinesis.commit(now_ms, facts.Resharded(stream.number, [shard.index], made, mark))

    def pass_time(self) -> None:
        self.world.clock.advance(milliseconds=self.random.choice([1, 1_000, 10_000, 120_000]))

    def drain(self, world: World) -> None:
        """Whatever anybody was told of comes once, but for what was acknowledged."""
        self.world = world
        world.clock.advance(hours=12)
        for name in QUEUES:
            found: list[str] = []
            for operation in ("ReceiveQueueRecords", "ReceiveDeadLetterQueueRecords"):
                while records := world.ask(
                    operation, QueueARN=self.arns[name], VisibilityTimeoutSeconds=60
                ).QueueRecords:
                    self.received(name, records, is_dead=operation != "ReceiveQueueRecords")
                    found += [record.RecordId for record in records]
            assert len(set(found)) == len(found)
            assert self.put <= self.asked[name].union(found)


def told_apart(world: World) -> list[Any]:
    """The state as a snapshot has it, brought up to now."""
    queues = world.kinesis.machine.queues
    for queue in queues.by_number.values():
        queues.advance(queue, world.clock.now_ms())
    return list(world.kinesis.machine.snapshot())


@pytest.mark.parametrize("seed", range(15))
def test_a_power_cut_loses_nothing_and_brings_nothing_back(seed: int) -> None:
    story, entropy, disk, clock = Story(seed), SeededEntropy(seed), SimulatedDisk(), ManualClock()
    for life in range(6):
        with suppress(PowerLost):
            world = World(disk, clock, waits_for_sync=True, seed=life)
            story.world = world
            story.begin()
            disk.lose_power_at = disk.calls + 1 + story.random.randrange(250)
            story.live(world, 80)
        disk.crash(entropy)
    world = World(disk, clock, waits_for_sync=True)
    story.drain(world)
    assert story.put
    assert all(story.seen.get(what) for what in ("records", "dead letters", "acknowledged"))


@pytest.mark.parametrize("seed", range(15))
def test_a_restart_changes_nothing(seed: int) -> None:
    story, disk, clock = Story(seed), SimulatedDisk(), ManualClock()
    for life in range(4):
        world = World(disk, clock, seed=life)
        story.live(world, 60)
        world.flush()
        disk.kill()
        assert told_apart(World(disk, clock)) == told_apart(world)
    story.drain(World(disk, clock))


@pytest.mark.parametrize("seed", range(15))
def test_a_snapshot_and_what_came_after_it_make_the_same(seed: int) -> None:
    story, world = Story(seed), World()
    story.live(world, 100)
    world.flush()
    parts, offset = list(world.journal.snapshot()), world.journal.end
    story.live(world, 60)
    world.flush()
    again = world.beside()
    again.journal.log = world.journal.log
    again.journal.replay(parts, offset)
    assert told_apart(again) == told_apart(world)
    story.drain(again)


def test_handles_and_numbers_survive(desk: Desk) -> None:
    desk.world.put(b"a", b"b")
    a, b = desk.receive()
    desk.restart()
    desk.acknowledge(a)
    desk.restart()
    desk.hide(0, b)
    assert desk.data() == [b"b"]
    desk.world.ask("DeleteQueue", QueueARN=desk.arn)
    desk.restart()
    assert Desk(desk.world).queue.number == 2


def test_an_acknowledgement_holds_though_a_crash_took_the_receive() -> None:
    disk, clock = SimulatedDisk(), ManualClock()
    world = World(disk, clock, waits_for_sync=True)
    desk = Desk(world)
    world.put(*[b"%d" % number for number in range(5)])
    world.kinesis.draw_key(clock.now_ms())
    world.flush()
    records = world.decide("ReceiveQueueRecords", QueueARN=desk.arn).QueueRecords  # which is never written
    disk.crash(SeededEntropy(1))
    desk.world = World(disk, clock, waits_for_sync=True)
    desk.acknowledge(records[1], records[3])
    again = World(disk, clock, waits_for_sync=True)
    assert told_apart(again) == told_apart(desk.world)
    again.journal.replay(list(again.journal.snapshot()), again.journal.end)
    desk.world = again
    assert [int(data) for data in desk.data(Limit=2)] == [0, 2]
    assert [int(data) for data in desk.data()] == [4]
    assert not any(cursor.ahead for cursor in desk.queue.cursors.values())


def test_children_come_though_a_crash_took_the_receive_of_their_parents_last() -> None:
    disk, clock = SimulatedDisk(), ManualClock()
    world = World(disk, clock, waits_for_sync=True)
    desk = Desk(world)
    world.put(b"0", b"1", b"2", ExplicitHashKey="0")
    world.kinesis.draw_key(clock.now_ms())
    world.flush()
    records = world.decide("ReceiveQueueRecords", QueueARN=desk.arn).QueueRecords  # which is never written
    disk.crash(SeededEntropy(1))
    world = desk.world = World(disk, clock, waits_for_sync=True)
    desk.acknowledge(*records)
    quarter = world.kinesis.machine.streams[1].shards[0]
    keys = [key.to_bytes(16, "big") for key in (0, quarter.end // 2, quarter.end // 2 + 1, quarter.end)]
    made = [facts.NewShard(keys[0], keys[1], 0), facts.NewShard(keys[2], keys[3], 0)]
    world.kinesis.commit(clock.now_ms(), facts.Resharded(1, [0], made, "abcd"))
    world.put(b"child", ExplicitHashKey="0")
    assert desk.data() == [b"child"]


def test_a_log_that_lost_its_end_gives_what_comes_next() -> None:
    """With durability `os` a power cut takes what wasn't synced; the journal may have been synced, and know of it."""
    disk, clock = SimulatedDisk(), ManualClock()
    desk = Desk(World(disk, clock))
    desk.world.put(b"a")
    desk.world.sync()
    desk.world.put(b"lost", b"lost", b"lost")
    kept, *_, lost = desk.receive()
    desk.world.flush()
    desk.world.journal.log.sync()
    disk.crash(SeededEntropy(3))
    desk.world = World(disk, clock)
    desk.world.put(b"b")
    assert desk.data() == [b"b"]
    desk.world.clock.advance(seconds=30)
    assert sorted(desk.data(Limit=10)) == [b"a", b"b"]
    desk.acknowledge(kept)
    assert lost.ReceiveCount == 1


def test_a_full_disk_refuses_a_receive_and_loses_nothing() -> None:
    disk = SimulatedDisk()
    desk = Desk(World(disk), receives=0)
    world = desk.world
    world.put(b"a", b"b")
    held = sum(disk.size(disk.open(path)) for path in disk._names)
    disk.capacity_bytes = held

    def tag() -> None:
        for number in range(1_000):  # the journal has room to spare
            tags = {f"{key}": f"{number}".rjust(256) for key in range(50)}
            world.ask("TagResource", ResourceARN=desk.arn, Tags=tags)

    def receive() -> None:
        for _ in range(1_000):
            desk.receive(VisibilityTimeoutSeconds=0)

    with pytest.raises(NoRoom):
        tag()
    with pytest.raises(NoRoom):
        receive()
    disk.capacity_bytes = None
    assert sorted(desk.data()) == [b"a", b"b"]


def test_a_damaged_log_fails_one_receive_and_keeps_up_no_other() -> None:
    disk, clock = SimulatedDisk(), ManualClock()
    desk = Desk(World(disk, clock))
    world = desk.world
    for number in range(4):
        world.put(b"old %d" % number, ExplicitHashKey=str(number << 126))
    world.sync()
    desk.receive()
    for number in range(4):
        world.put(b"new %d" % number, ExplicitHashKey=str(number << 126))
    world.sync()
    desk.restart()
    clock.advance(seconds=30)
    [checkpoint] = [path for path in disk._names if path.endswith("000000000002/checkpoint")]
    disk.remove(checkpoint)
    found: list[bytes] = []
    failures = 0
    desk.world = World(disk, clock)
    for _ in range(8):
        try:
            found += desk.data()
        except LogDamaged:
            failures += 1
    assert sorted(found) == sorted(b"%b %d" % (age, number) for age in (b"old", b"new") for number in (0, 1, 3))
    assert failures == 2  # one for what came back, and one for what is new

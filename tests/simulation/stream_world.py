"""The world around the streams: a clock, a disk, writers and readers, shards that come and go, power that goes off."""

import errno
import random
from itertools import pairwise
from typing import Any

from tests.simulation.scene import DAY_MS, SECOND_MS, START_MS
from tests.simulation.stream_expected import Expected, Line, Place, Put
from tests.simulation.stream_life import StreamLife
from weirmq.kernel.clock import HOUR_MS
from weirmq.kernel.errors import LogFailed, NoRoom, ServiceError
from weirmq.kernel.ids import SeededEntropy
from weirmq.services.kinesis.model import Shard, Stream
from weirmq.services.kinesis.sweeping import cutoff
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.aws.types import kinesis

NAMES = ("orders", "bills", "clicks")
ON_DEMAND = "clicks"
KEYS = 2**128
SLOW = {"ResourceInUseException", "LimitExceededException", "ProvisionedThroughputExceededException"}
# What may be refused, and is no finding: the world doesn't look before it asks.
REFUSALS = {
    "CreateStream": {"ResourceInUseException"},
    "PutRecord": {"ResourceNotFoundException"},
    "PutRecords": {"ResourceNotFoundException"},
    "GetShardIterator": {"ResourceNotFoundException"},
    "GetRecords": {"ExpiredIteratorException", "ResourceNotFoundException"},
    "SplitShard": {"InvalidArgumentException", "ValidationException"},
    "MergeShards": {"InvalidArgumentException", "ValidationException"},
    "UpdateShardCount": {"LimitExceededException", "ValidationException"},
    "IncreaseStreamRetentionPeriod": {"InvalidArgumentException"},
    "DecreaseStreamRetentionPeriod": {"InvalidArgumentException"},
}


class Reader:
    """Goes through a shard, and remembers what it was given."""

    def __init__(self, place: Place, iterator: str) -> None:
        self.place = place
        self.iterator = iterator
        self.latest = 0  # the sequence number that it was given last


class StreamWorld:
    """Everything in it comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.disk = SimulatedDisk()
        self.now_ms = START_MS
        self.expected = Expected()
        self.readers: list[Reader] = []
        self.counts: dict[str, int] = {}
        self._entropy = SeededEntropy(seed)
        self._puts = 0
        self._is_strict = seed % 3 == 0
        self.life = self._begin()
        self._commands = {
            self.put: 30, self.put_many: 20, self.read: 20, self.start_reading: 6, self.create: 4, self.delete: 0.3,
            self.split: 3, self.merge: 3, self.update_count: 1, self.set_retention: 1, self.pass_time: 20,
        }  # fmt: skip
        self._wheel = {
            lambda: self.life.flush(): 30, lambda: self.life.flush_streams(): 30, lambda: self.life.sync(): 20,
            lambda: self.life.sync_streams(): 20, lambda: self.life.hear(): 25, lambda: self.life.begin_snapshot(): 3,
            self.end_snapshot: 4, self.turn: 30, self.remove: 10, self.fill_disk: 3, self.break_disk: 0.4,
            self.cut_power: 1.5, self.kill: 0.4, self.stop: 0.5,
        }  # fmt: skip

    def count(self, what: str) -> None:
        """Note that something happened, so that a test can see that it does."""
        self.counts[what] = self.counts.get(what, 0) + 1

    # Steps

    def run(self, steps: int) -> None:
        """Live through so many steps."""
        for step in range(steps):
            self._guarded(self._pick(self._commands))
            self._guarded(self._pick(self._wheel))
            if step % 16 == 0:
                self._guarded(self.check)
        self.disk.capacity_bytes = None
        self._guarded(self.restart)
        self.disk.lose_power_at = None
        self.stop()
        self.check()

    def _pick(self, choices: dict[Any, float]) -> Any:
        return self.random.choices(list(choices), list(choices.values()))[0]

    def _guarded(self, step: Any) -> None:
        """Take a step; where power goes off in it or the disk breaks, start again."""
        try:
            step()
        except PowerLost:
            self.count("power lost")
            self.restart()
        except LogFailed:
            self.count("disk broke")
            self.restart()

    def _begin(self) -> StreamLife:
        return StreamLife(self.disk, self._entropy, is_strict=self._is_strict)

    def restart(self) -> None:
        """The machine loses power, or just the process ends; then it comes back, if power stays on for that."""
        while True:
            if self.random.random() < 0.8:
                self.disk.crash(self._entropy)
            else:
                self.disk.kill()
            if self.random.random() < 0.2:
                self.disk.lose_power_at = self.disk.calls + self.random.randint(1, 12)
            try:
                self.life = self._begin()
                self._recover()
            except (PowerLost, LogFailed):
                self.count("power lost at start")
                continue
            except NoRoom:
                self.disk.capacity_bytes = None
                continue
            break
        self.count("restart")

    def _recover(self) -> None:
        """What was answered holds; what wasn't is as the disk has it."""
        streams = self.life.machine.streams
        for number, is_certain in list(self.expected.deleted.items()):
            assert not (is_certain and number in streams), "a deleted stream is back"
            if number in streams:
                del self.expected.deleted[number]
        self.disk.capacity_bytes = None
        found = {place: self.records(*where) for place, where in self._places().items()}
        for place, line in self.expected.lines.items():
            if place not in found:
                self._check_missing(place, line)
                line.puts = [put for put in line.puts if put.is_certain]
                continue
            _, shard = self._places()[place]
            assert shard.closed_ms or not line.is_closed, f"{place} was closed, and is open again"
            self.expected.recover(place, found[place])
        self.check()

    def _check_missing(self, place: Place, line: Line) -> None:
        """A shard isn't there: it was deleted, or is past its retention, or its making is undone."""
        if place[0] in self.expected.deleted:
            return
        for put in line.puts:
            is_old = put.now_ms < self.expected.gone_ms.get(place[0], 0)
            assert is_old or not put.is_certain, f"{place} is gone, with {put.data[:12]!r}"

    # What is there

    def _places(self) -> dict[Place, tuple[Stream, Shard]]:
        streams = self.life.machine.streams.values()
        return {(stream.number, shard.index): (stream, shard) for stream in streams for shard in stream.shards.values()}

    def records(self, stream: Stream, shard: Shard) -> list[tuple[int, bytes]]:
        """Sequence numbers and data of all that a reader from the start gets."""
        found: list[tuple[int, bytes]] = []
        log = self.life.kinesis.log(shard)
        offset = self.life.kinesis.horizon(stream, log, self.now_ms)
        while rows := log.rows(offset, 10, 1_000):
            assert [row[0] for row in rows] == list(range(rows[0][0], rows[0][0] + len(rows)))
            for at, time_ms, _, data in rows:
                found.append((shard.base + (at + 1 << 80) + (time_ms // SECOND_MS << 36), data))
            offset = rows[-1][0] + 1
        return found

    def check(self) -> None:
        """All is as expected."""
        self.disk.capacity_bytes = None  # a log whose making was broken off is made before it is read
        for place, (stream, shard) in self._places().items():
            cutoff_ms = cutoff(stream, self.now_ms)
            self.expected.may_go(stream.number, cutoff_ms)
            try:
                found = self.records(stream, shard)
            except NoRoom:  # as the disk was told to say
                self.count("no room")
                continue
            self.expected.check(place, found, cutoff_ms)
        for stream in self.life.machine.streams.values():
            edges = [(shard.start, shard.end) for shard in stream.open]
            assert edges[0][0] == 0
            assert edges[-1][1] == KEYS - 1
            assert all(end + 1 == start for (_, end), (start, _) in pairwise(edges))

    # The wheel

    def turn(self) -> None:
        before = {stream.number: len(stream.open) for stream in self.life.machine.streams.values()}
        shards = sum(len(stream.shards) for stream in self.life.machine.streams.values())
        self._note_retention()
        self.life.turn(self.now_ms)
        self._note_retention()
        after = self.life.machine.streams.values()
        if any(len(stream.open) > before[stream.number] for stream in after if stream.name == ON_DEMAND):
            self.count("grown")
        if sum(len(stream.shards) for stream in after) < shards:
            self.count("expired")
        for number in set(before) - set(self.life.machine.streams):
            self._deleted(number)

    def _note_retention(self) -> None:
        for stream in self.life.machine.streams.values():
            self.expected.may_go(stream.number, cutoff(stream, self.now_ms))

    def remove(self) -> None:
        if self.life.remove(self.now_ms):
            self.count("removed")

    def end_snapshot(self) -> None:
        start = self.life.journal.log.start
        self.life.end_snapshot()
        if self.life.journal.log.start > start:
            self.count("trimmed")

    def fill_disk(self) -> None:
        """Let the disk run full, or, more often, be roomy again."""
        if self.disk.capacity_bytes is not None or self.random.random() < 0.8:
            self.disk.capacity_bytes = None
            return
        used = sum(self.disk.size(file) for file in self.disk._files)
        self.disk.capacity_bytes = used + self.random.randint(0, 20_000)

    def break_disk(self) -> None:
        verb = self.random.choice(["write", "sync", "allocate", "truncate", "rename", "sync_folder", "any"])
        self.disk.fail(verb, nth=self.random.randint(1, 3), error=self.random.choice([errno.EIO, errno.ENOSPC]))

    def cut_power(self) -> None:
        self.disk.lose_power_at = self.disk.calls + self.random.randint(1, 20)

    def kill(self) -> None:
        self.count("killed")
        self.restart()

    def stop(self) -> None:
        """Stop and start again: what is then in memory is what was."""
        self.life.settle()
        before = list(self.life.machine.snapshot())
        self.life.streams.close()
        self.disk.kill()
        self.life = self._begin()
        assert list(self.life.machine.snapshot()) == before
        self.count("stopped")

    def pass_time(self) -> None:
        most_ms = self.random.choice([10, SECOND_MS, 30 * SECOND_MS, 600 * SECOND_MS])
        if self.random.random() < 0.04:
            most_ms = 2 * DAY_MS
            self.life.settle()  # nothing that was put is under way for days
        self.now_ms += self.random.randint(1, most_ms)

    # Commands

    def ask(self, operation: str, request: Any) -> Any:
        """The answer, or None where it was refused and may be."""
        answer = self.life.ask(operation, request, self.now_ms)
        if isinstance(answer, ServiceError):
            allowed = REFUSALS.get(operation, set()) | (SLOW if self._is_strict else set())
            assert answer.code in allowed, f"{operation}: {answer!r}"
            self.count(f"{operation} refused")
            return None
        if isinstance(answer, NoRoom):
            self.count("no room")
            return None
        self.count(operation)
        return answer if answer is not None else True

    def stream(self) -> Stream | None:
        """Some stream."""
        streams = list(self.life.machine.streams.values())
        return self.random.choice(streams) if streams else None

    def create(self) -> None:
        name = self.random.choice(NAMES)
        count = None if name == ON_DEMAND else self.random.randint(1, 3)
        self.ask("CreateStream", kinesis.CreateStreamInput(StreamName=name, ShardCount=count))

    def delete(self) -> None:
        if (stream := self.stream()) is None:
            return
        if self.ask("DeleteStream", kinesis.DeleteStreamInput(StreamName=stream.name)) is None:
            return
        if stream.number not in self.life.machine.streams:
            self._deleted(stream.number)

    def _deleted(self, number: int) -> None:
        deleted = self.expected.deleted
        deleted[number] = False

        def seen() -> None:
            if number in deleted:
                deleted[number] = True

        self.life.answer(seen)

    def split(self) -> None:
        if (stream := self.stream()) is None:
            return
        shard = self.random.choice(list(stream.shards.values()))
        key = self.random.randint(shard.start, shard.end)
        request = kinesis.SplitShardInput(StreamName=stream.name, ShardToSplit=shard.id, NewStartingHashKey=str(key))
        self.ask("SplitShard", request)

    def merge(self) -> None:
        if (stream := self.stream()) is None:
            return
        at = self.random.randrange(len(stream.open))
        one, other = stream.open[at], stream.open[at - 1]
        request = kinesis.MergeShardsInput(StreamName=stream.name, ShardToMerge=one.id, AdjacentShardToMerge=other.id)
        self.ask("MergeShards", request)

    def update_count(self) -> None:
        if (stream := self.stream()) is None:
            return
        request = kinesis.UpdateShardCountInput(
            StreamName=stream.name, TargetShardCount=self.random.randint(1, 4), ScalingType="UNIFORM_SCALING"
        )
        self.ask("UpdateShardCount", request)

    def set_retention(self) -> None:
        if (stream := self.stream()) is None:
            return
        hours = self.random.choice([24, 25, 48, 100])
        self._note_retention()
        shape: Any = kinesis.IncreaseStreamRetentionPeriodInput
        way = "Increase"
        if hours < stream.retention_h:
            shape, way = kinesis.DecreaseStreamRetentionPeriodInput, "Decrease"
            self.expected.may_go(stream.number, self.now_ms - hours * HOUR_MS)
        self.ask(f"{way}StreamRetentionPeriod", shape(StreamName=stream.name, RetentionPeriodHours=hours))
        self._note_retention()

    # Records

    def _record(self) -> kinesis.PutRecordsRequestEntry:
        self._puts += 1
        data = b"r%d:" % self._puts + b"x" * self.random.choice([0, 10, 100, 900])
        explicit = str(self.random.randrange(KEYS)) if self.random.random() < 0.3 else None
        return kinesis.PutRecordsRequestEntry(
            Data=data, PartitionKey=self.random.choice("abcdefgh"), ExplicitHashKey=explicit
        )

    def _note(self, stream: Stream, data: bytes, shard_id: str, number: str) -> Put:
        place = stream.number, int(shard_id.partition("-")[2])
        put = Put(data, place, int(number), self.now_ms)
        self.expected.add(put)
        return put

    def put(self) -> None:
        if (stream := self.stream()) is None:
            return
        record = self._record()
        request = kinesis.PutRecordInput(
            StreamName=stream.name,
            Data=record.Data,
            PartitionKey=record.PartitionKey,
            ExplicitHashKey=record.ExplicitHashKey,
        )
        if (answer := self.ask("PutRecord", request)) is not None:
            self._held([self._note(stream, record.Data, answer.ShardId, answer.SequenceNumber)])

    def put_many(self) -> None:
        if (stream := self.stream()) is None:
            return
        records = [self._record() for _ in range(self.random.randint(1, 12))]
        answer = self.ask("PutRecords", kinesis.PutRecordsInput(StreamName=stream.name, Records=records))
        if answer is None:
            return
        puts = []
        for record, result in zip(records, answer.Records, strict=True):
            if result.ErrorCode is None:
                puts.append(self._note(stream, record.Data, result.ShardId, result.SequenceNumber))
            else:
                self.count("throttled")
        self._held(puts)

    def _held(self, puts: list[Put]) -> None:
        def seen() -> None:
            for put in puts:
                put.is_certain = True

        self.life.answer(seen)

    def start_reading(self) -> None:
        if (stream := self.stream()) is None:
            return
        shard = self.random.choice(list(stream.shards.values()))
        kind = self.random.choice(["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP", "AFTER_SEQUENCE_NUMBER"])
        request = kinesis.GetShardIteratorInput(StreamName=stream.name, ShardId=shard.id, ShardIteratorType=kind)
        if kind == "AT_TIMESTAMP":
            request.Timestamp = self.now_ms - self.random.randint(0, 2 * DAY_MS)  # type: ignore[assignment]
        line = self.expected.lines.get((stream.number, shard.index), Line())
        puts = [put for put in line.puts if put.is_certain]
        after = 0
        if kind == "AFTER_SEQUENCE_NUMBER":
            if not puts:
                return
            after = self.random.choice(puts).number
            request.StartingSequenceNumber = str(after)
        if (answer := self.ask("GetShardIterator", request)) is None:
            return
        reader = Reader((stream.number, shard.index), answer.ShardIterator)
        reader.latest = after

        def seen() -> None:
            self.readers = [*self.readers[-20:], reader]

        self.life.answer(seen)

    def read(self) -> None:
        """Somebody reads on, and holds what it was given."""
        if not self.readers:
            return
        reader = self.random.choice(self.readers)
        request = kinesis.GetRecordsInput(ShardIterator=reader.iterator, Limit=self.random.choice([1, 5, 100]))
        if (answer := self.ask("GetRecords", request)) is None:
            self.readers.remove(reader)
            return
        line = self.expected.lines.setdefault(reader.place, Line())
        known = {put.number: put for put in line.puts}
        found = [(int(record.SequenceNumber), record.Data) for record in answer.Records]
        for number, data in found:
            assert known[number].data == data
            assert number > reader.latest, "a reader is given a record again"
            reader.latest = number
        is_over = answer.NextShardIterator is None
        assert not is_over or answer.ChildShards, "the end of a shard without the shards that go on"
        reader.iterator = answer.NextShardIterator or reader.iterator
        if is_over:
            self.count("read to the end")
            self.readers.remove(reader)

        def seen() -> None:
            for number, _ in found:
                known[number].is_certain = True
            line.is_closed = line.is_closed or is_over

        self.life.answer(seen)

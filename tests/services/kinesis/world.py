"""Kinesis on logs in memory, or on a simulated disk, with a clock that is turned by hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from weirmq.engine.flowing import Flowing
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.service import Call
from weirmq.engine.streams import Streams
from weirmq.engine.waiting import Wait, Waiting
from weirmq.iam.caller import Caller, root_of
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import ServiceError
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.files import FileLog
from weirmq.log.library import FileLibrary, Library, MemoryLibrary
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.services.kinesis.service import Kinesis
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.cbor import CborCodec
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load
from weirmq.wire.aws.types.kinesis import PutRecordsRequestEntry
from weirmq.wire.http import Response

ACCOUNT = "111122223333"
OTHER = "444455556666"
REGION = "us-east-1"
NOW_MS = 1_700_000_000_000
ROOT = root_of(ACCOUNT, "AKIDEXAMPLE")
STRANGER = root_of(OTHER, "AKIDOTHER")
CODECS = JsonCodec("1.1"), CborCodec()
LAST_KEY = 2**128 - 1


class World:
    """The service, its clock, and one client of it. With a disk, everything is on it, in small segments."""

    def __init__(
        self,
        disk: SimulatedDisk | None = None,
        clock: ManualClock | None = None,
        *,
        waits_for_sync: bool = False,
        most_open: int = 128,
        seed: int = 7,
        is_strict: bool = False,
    ) -> None:
        self.disk = disk
        self.clock = clock or ManualClock(NOW_MS)
        log: Log = FileLog(disk, "/data/journal", 100_000) if disk else MemoryLog()
        library: Library = MemoryLibrary()
        if disk:
            library = FileLibrary(disk, "/data/streams", segment_bytes=2_000, most_open=most_open)
        self.journal = Journal(log, holdings=Holdings(), waits_for_sync=waits_for_sync)
        self.streams = Streams(library, waits_for_sync=waits_for_sync)
        self.flowing = Flowing()
        self.waiting = Waiting()
        entropy = SeededEntropy(seed)
        self.kinesis = Kinesis(self.journal, self.streams, self.flowing, self.waiting, entropy, is_strict=is_strict)
        self.operations = self.kinesis.operations
        self.journal.join(self.kinesis.machine)
        if log.end:
            self.journal.replay((), 0)
            self.kinesis.rewind()

    def restarted(self) -> "World":
        """A world that has what is on the disk of this one, or what a snapshot of this one has."""
        if self.disk is not None:
            self.disk.kill()
            return World(self.disk, self.clock, is_strict=self.kinesis.is_strict)
        world = self.beside()
        world.journal.replay(list(self.journal.snapshot()), 0)
        return world

    def beside(self) -> "World":
        """A world with the records of this one, and nothing else yet."""
        world = World(clock=self.clock, is_strict=self.kinesis.is_strict)
        world.streams = world.kinesis.streams = self.streams
        world.streams.readers = [world.kinesis._readable]
        return world

    def call(self, caller: Caller | None = None, region: str = REGION) -> Call:
        """A call of the account's root, or of another caller, now."""
        return Call(caller or ROOT, region, self.clock.now_ms(), "http://localhost:4566", "id")

    def decide(self, operation: str, *, caller: Caller | None = None, region: str = REGION, **members: Any) -> Any:
        """The answer to a request with these members, before anything is written."""
        shape = load("kinesis").operations[operation].input
        return self.operations[operation](self.kinesis, self.call(caller, region), shape(**members))

    def ask(self, operation: str, *, caller: Caller | None = None, region: str = REGION, **members: Any) -> Any:
        """The answer. What the operation left is written, as in a server."""
        try:
            answer = self.decide(operation, caller=caller, region=region, **members)
        finally:
            self.flush()
        if isinstance(answer, Wait):  # nothing came
            answer = answer.empty
        for codec in CODECS:  # whatever is answered can be written
            assert codec.encode(load("kinesis").operations[operation], answer, "id").status == 200
        return answer

    def flush(self) -> None:
        """Write what is pending, and sync it if answers wait for that."""
        self.journal.flush()
        self.streams.flush()
        if self.journal.waits_for_sync:
            self.sync()

    def sync(self) -> None:
        """Make durable what is written."""
        self.journal.synced(self.journal.log.sync())
        for stream in self.streams.take_dirty():
            self.streams.synced(stream, stream.sync())

    def tick(self) -> None:
        """Let time do its part, and remove the logs that were given up."""
        machine, now_ms = self.kinesis.machine, self.clock.now_ms()
        due_ms = machine.next_due_ms()
        if due_ms is not None and due_ms <= now_ms and (facts := machine.due(now_ms)):
            self.journal.commit(machine, facts, now_ms)
        self.flush()
        self.sync()
        removed = self.streams.take_removed()
        for name in removed:
            self.streams.library.remove(name)
        if removed:
            self.kinesis.logs_removed(removed, now_ms)
        self.flush()

    def stream(self, name: str = "orders", shards: int = 1, **members: Any) -> str:
        """The ARN of a new stream."""
        self.ask("CreateStream", StreamName=name, ShardCount=shards, **members)
        return arn(name)

    def put(self, *data: bytes, key: str = "k", name: str = "orders", **members: Any) -> list[str]:
        """The sequence numbers of new records, put one by one."""
        return [
            self.ask("PutRecord", StreamName=name, Data=each, PartitionKey=key, **members).SequenceNumber
            for each in data
        ]

    def iterator(self, kind: str = "TRIM_HORIZON", shard: int = 0, name: str = "orders", **members: Any) -> str:
        """A shard iterator."""
        found: str = self.ask(
            "GetShardIterator", StreamName=name, ShardId=f"shardId-{shard:012}", ShardIteratorType=kind, **members
        ).ShardIterator
        return found

    def get(self, iterator: str, **members: Any) -> Any:
        """The answer of GetRecords, its Records as a list of Structs."""
        answer = self.ask("GetRecords", ShardIterator=iterator, **members)
        answer.Records = list(answer.Records)
        return answer

    def data(self, kind: str = "TRIM_HORIZON", shard: int = 0, name: str = "orders", **members: Any) -> list[bytes]:
        """The data of all records of a shard."""
        iterator: str | None = self.iterator(kind, shard, name, **members)
        found: list[bytes] = []
        while iterator:
            answer = self.get(iterator)
            found += [record.Data for record in answer.Records]
            iterator = answer.NextShardIterator if answer.Records else None
        return found

    def shards(self, name: str = "orders", **members: Any) -> Sequence[Any]:
        """What ListShards lists."""
        found: Sequence[Any] = self.ask("ListShards", StreamName=name, **members).Shards
        return found


@contextmanager
def refused(code: str, *words: str) -> Iterator[None]:
    """Expects ServiceError `code`, and `words` in its message."""
    with pytest.raises(ServiceError) as caught:
        yield
    assert caught.value.code == code, caught.value.message
    for word in words:
        assert word in caught.value.message


def arn(name: str = "orders", account: str = ACCOUNT) -> str:
    """A stream's ARN."""
    return f"arn:aws:kinesis:{REGION}:{account}:stream/{name}"


def entry(data: bytes, key: str | None = "k", explicit: int | None = None) -> PutRecordsRequestEntry:
    """A record for PutRecords."""
    return PutRecordsRequestEntry(
        Data=data, PartitionKey=key, ExplicitHashKey=None if explicit is None else str(explicit)
    )


def as_json(operation: str, answer: msgspec.Struct) -> Any:
    """An answer as a client sees it: through the codec."""
    response: Response = JsonCodec("1.1").encode(load("kinesis").operations[operation], answer, "id")
    return msgspec.json.decode(response.body)

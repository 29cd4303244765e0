"""Kafka on logs in memory, or on a simulated disk, with a clock that is turned by hand."""

import struct
from collections import deque
from collections.abc import Callable
from typing import Any

from crc32c import crc32c

from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.streams import Streams
from weirmq.engine.waiting import Waiting
from weirmq.iam.caller import Caller
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.batch import BatchBuilder, records
from weirmq.log.files import FileLog
from weirmq.log.library import FileLibrary, Library, MemoryLibrary
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.services.kafka.ask import ANONYMOUS, Ask, Place, Principal
from weirmq.services.kafka.login import Login
from weirmq.services.kafka.model import DEFAULT_CLUSTER, FIRST_BROKER, Cluster
from weirmq.services.kafka.service import Kafka
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka import apis, codec
from weirmq.wire.kafka.batch import CONTROL, heads
from weirmq.wire.kafka.head import Head
from weirmq.wire.kafka.markers import commits
from weirmq.wire.kafka.messages import NAMES
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreatableTopicConfig, CreateTopicsRequest
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from weirmq.wire.kafka.messages.fetch_response import PartitionData
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from weirmq.wire.kafka.messages.produce_response import PartitionProduceResponse

NOW_MS = 1_700_000_000_000
KEYS = {name: key for key, name in NAMES.items()}
PLACE = Place(DEFAULT_CLUSTER, FIRST_BROKER)


class Peer:
    """A client's connection."""

    host, peer = "127.0.0.1", "127.0.0.1"
    caller: Caller | None = None
    login: Login | None = None
    is_encrypted = False
    peer_port = 50_000
    software = ("", "")

    def __init__(self, name: str = ANONYMOUS.name) -> None:
        self.principal = Principal("User", name)
        self.is_closed = self.is_muted = False
        self.reason = ""

    def mute(self) -> None:
        self.is_muted = True

    def unmute(self) -> None:
        self.is_muted = False

    def close(self) -> None:
        self.is_closed = True

    def let_in(self, principal: Principal, caller: Caller | None) -> None:
        self.principal, self.caller = principal, caller

    def turn_away(self, answer: Callable[[], None], reason: str) -> None:
        self.reason = reason
        answer()
        self.close()


class Opener:
    """Ports that nobody listens at. Those in `taken` can't be had; without `free`, none can."""

    def __init__(self) -> None:
        self.open_ports: dict[Place, int] = {}
        self.closed: list[Place] = []
        self.taken: set[int] = set()
        self.free = 1_000

    def open(self, place: Place, port: int) -> int:
        if not port:
            if len(self.open_ports) >= self.free:
                raise OSError("no port is free")
            used = self.taken | set(self.open_ports.values())
            port = next(each for each in range(20_000, 30_000) if each not in used)
        elif port in self.taken:
            raise OSError(f"port {port} is taken")
        assert place not in self.open_ports
        self.open_ports[place] = port
        return port

    def close(self, place: Place) -> None:
        del self.open_ports[place]
        self.closed.append(place)


class Later:
    """An answer that may be there or come later."""

    def __init__(self) -> None:
        self.answer: Any = None

    def take(self, answer: Any) -> None:
        self.answer = answer


class World:
    """The service, its clock, and clients of it. With a disk, everything is on it, in small segments."""

    def __init__(
        self, disk: SimulatedDisk | None = None, clock: ManualClock | None = None, *, waits_for_sync: bool = False
    ) -> None:
        self.disk = disk
        self.clock = clock or ManualClock(NOW_MS)
        log: Log = FileLog(disk, "/data/journal", 100_000) if disk else MemoryLog()
        library: Library = FileLibrary(disk, "/data/streams", segment_bytes=2_000) if disk else MemoryLibrary()
        self.journal = Journal(log, holdings=Holdings(), waits_for_sync=waits_for_sync)
        self.streams = Streams(library, waits_for_sync=waits_for_sync)
        self.waiting = Waiting()
        self.kafka = Kafka(self.journal, self.streams, self.waiting, SeededEntropy(7))
        self.kafka.ports[PLACE] = 9092
        self.opener = self.kafka.opener = Opener()
        self.journal.join(self.kafka.machine)
        if log.end:
            self.journal.replay((), 0)
        self.peer = Peer()

    def restarted(self) -> "World":
        """A world that has what is on the disk of this one, or what a snapshot of this one has."""
        if self.disk is not None:
            self.disk.kill()
            return World(self.disk, self.clock, waits_for_sync=self.journal.waits_for_sync)
        world = World(clock=self.clock)
        world.streams = world.kafka.streams = self.streams
        world.streams.readers = [world.kafka.fetches.signal]
        world.journal.replay(list(self.journal.snapshot()), 0)
        return world

    def begin(
        self,
        request: Any,
        *,
        version: int | None = None,
        peer: Peer | None = None,
        client: str = "c",
        place: Place = PLACE,
    ) -> Later:
        """Send a request of the latest version, or another. What it left is written, as in a server."""
        name = type(request).__name__.removesuffix("Request")
        key = next(key for key in KEYS.values() if apis.request(key).name == f"{name}Request")
        api = self.kafka.apis[key]
        version = api.last if version is None else version
        assert api.first <= version <= api.last
        later = Later()
        asked = _sent(apis.request(key), version, request)
        head = Head(key, version, 1, client, 0)
        ask = Ask(peer or self.peer, place, head, self.clock.now_ms(), later.take)
        answer = self.kafka.run(api, ask, asked)
        self.waiting.settle(self.clock.now_ms())
        self.flush()
        if answer is not None:
            later.answer = _sent(apis.response(key), version, answer)
        self.settle()
        return later

    def ask(
        self,
        request: Any,
        *,
        version: int | None = None,
        peer: Peer | None = None,
        client: str = "c",
        place: Place = PLACE,
    ) -> Any:
        """The answer, as a client of that version reads it; None while there is none."""
        return self.begin(request, version=version, peer=peer, client=client, place=place).answer

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

    def settle(self) -> None:
        """Let those look again that wait for something, until nothing more comes of it."""
        self.waiting.settle(self.clock.now_ms())
        self.flush()
        while self.waiting.signalled:
            self.waiting.settle(self.clock.now_ms())
            self.flush()
        if self.disk is not None:
            self.disk.names("/")  # raises PowerLost, which an attempt took for its answer

    def tick(self) -> None:
        """Let time do its part."""
        machine, now_ms = self.kafka.machine, self.clock.now_ms()
        due_ms = machine.next_due_ms()
        if due_ms is not None and due_ms <= now_ms and (facts := machine.due(now_ms)):
            self.journal.commit(machine, facts, now_ms)
        self.flush()
        self.settle()

    def cluster(self) -> Cluster:
        """The default cluster."""
        return self.kafka.cluster(Ask(self.peer, PLACE, Head(0, 0, 0, None, 0), self.clock.now_ms(), Later().take))

    # What most tests do

    def topic(self, name: str = "orders", partitions: int = 1, **configs: str) -> bytes:
        """A new topic; its id."""
        given = [CreatableTopicConfig(key.replace("_", "."), value) for key, value in configs.items()]
        (made,) = self.ask(CreateTopicsRequest([CreatableTopic(name, partitions, -1, [], given)])).topics
        assert not made.error_code, made.error_message
        return bytes(made.topic_id)

    def produce(
        self, topic_id: bytes, *values: bytes, index: int = 0, acks: int = -1, data: bytes | None = None
    ) -> PartitionProduceResponse:
        """Write a batch of these values, or `data`."""
        records = data if data is not None else batch_of(*values, now_ms=self.clock.now_ms())
        topics = [TopicProduceData("", topic_id, [PartitionProduceData(index, records)])]
        answer = self.ask(ProduceRequest(None, acks, 1000, topics))
        (topic,) = answer.responses
        (found,) = topic.partition_responses
        assert isinstance(found, PartitionProduceResponse)
        return found

    def fetch(
        self, topic_id: bytes, offset: int, *, index: int = 0, most: int = 1_000_000, isolation: int = 0
    ) -> PartitionData:
        """What there is from an offset on."""
        (topic,) = self.ask(fetching(topic_id, offset, index=index, most=most, isolation=isolation)).responses
        (found,) = topic.partitions
        assert isinstance(found, PartitionData)
        return found

    def values(self, topic_id: bytes, offset: int = 0, *, index: int = 0) -> list[bytes]:
        """All values from an offset on, those of aborted transactions and of open ones too."""
        found = self.fetch(topic_id, offset, index=index)
        assert not found.error_code
        return [
            record.value
            for _, batch in heads(memoryview(bytes(found.records or b"")))
            if not batch.attributes & CONTROL
            for record in records(batch.data)
            if record.offset >= offset
        ]

    def committed(self, topic_id: bytes, *, index: int = 0) -> list[bytes]:
        """All values that a reader of committed ones gets, who leaves aborted ones out as Kafka's consumer does."""
        values: list[bytes] = []
        offset = 0
        while (found := self.fetch(topic_id, offset, index=index, isolation=1)).records:
            assert not found.error_code
            due = deque(sorted((each.first_offset, each.producer_id) for each in found.aborted_transactions or ()))
            left_out: set[int] = set()
            for base, batch in heads(memoryview(bytes(found.records))):
                offset = base + batch.span
                while due and due[0][0] <= base:
                    left_out.add(due.popleft()[1])
                if batch.attributes & CONTROL:
                    if not commits(batch):
                        left_out.discard(batch.producer.id)
                elif not (batch.is_transactional and batch.producer.id in left_out):
                    values += [record.value for record in records(batch.data)]
        return values


def fetching(
    topic_id: bytes,
    offset: int,
    *,
    index: int = 0,
    wait_ms: int = 0,
    least: int = 1,
    most: int = 1_000_000,
    isolation: int = 0,
) -> FetchRequest:
    """A fetch of one partition."""
    partition = FetchPartition(index, -1, offset, partition_max_bytes=most)
    return FetchRequest(
        max_wait_ms=wait_ms,
        min_bytes=least,
        max_bytes=most,
        isolation_level=isolation,
        topics=[FetchTopic("", topic_id, [partition])],
    )


def batch_of(
    *values: bytes, now_ms: int = NOW_MS, producer: int = -1, epoch: int = -1, first: int = -1, attributes: int = 0
) -> bytes:
    """A batch as a client makes it."""
    builder = BatchBuilder()
    for value in values:
        builder.add(b"k", value, now_ms)
    data = builder.build()
    struct.pack_into(">h", data, 21, attributes)
    struct.pack_into(">qhi", data, 43, producer, epoch, first)
    struct.pack_into(">I", data, 17, crc32c(memoryview(data)[21:]))
    return bytes(data)


def _sent(message: Any, version: int, value: Any) -> Any:
    """A message as it comes out at the other end."""
    out = bytearray()
    codec.encoder(message, version)(value, out)
    return codec.decode(message, version, memoryview(out))

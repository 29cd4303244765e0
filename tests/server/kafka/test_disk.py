"""A whole server before Kafka clients, on a disk that is full, breaks, or loses its power: what was answered holds."""

import errno
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from tests.server.hard_day import Day, day, spend, until
from tests.server.kafka.serving import KEYS, Client, answer, request
from tests.services.kafka.world import batch_of, fetching
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.batch import records
from weirmq.log.files import FileLog
from weirmq.log.library import FileLibrary
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest
from weirmq.wire.kafka.messages.fetch_response import PartitionData
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.init_producer_id_request import InitProducerIdRequest
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from weirmq.wire.kafka.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from weirmq.wire.kafka.messages.offset_fetch_request import OffsetFetchRequest, OffsetFetchRequestTopic
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

NOW_MS = ManualClock().now_ms()  # records of an earlier time would be past their retention
SEGMENT_BYTES = 256 * 1024
STORAGE_ERROR, UNAVAILABLE = 56, 15
COMMITTED = OffsetCommitRequestPartition(0, 1)
PRODUCE, FETCH = KEYS["produce"], KEYS["fetch"]


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.server.app.FileLog", partial(FileLog, segment_bytes=SEGMENT_BYTES))
    monkeypatch.setattr("weirmq.server.app.FileLibrary", partial(FileLibrary, segment_bytes=SEGMENT_BYTES))


class Kafka:
    """A client of a whole server."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.topic_id = b""

    async def ask(self, name: str, version: int, body: Any) -> Any:
        self.client.send(request(KEYS[name], version, body))
        return answer(KEYS[name], version, await self.client.receive())

    async def create(self) -> int:
        """Make the topic. Returns the error code."""
        (made,) = (await self.ask("create_topics", 7, CreateTopicsRequest([CreatableTopic("orders", 1, -1)]))).topics
        self.topic_id = made.topic_id
        return int(made.error_code)

    def producing(self, data: bytes) -> bytes:
        topics = [TopicProduceData("", self.topic_id, [PartitionProduceData(0, data)])]
        return request(PRODUCE, 13, ProduceRequest(None, -1, 1000, topics))

    async def produced(self) -> tuple[int, int]:
        """Code and offset of the next answer."""
        found = answer(PRODUCE, 13, await self.client.receive()).responses[0].partition_responses[0]
        return found.error_code, found.base_offset

    async def produce(self, *values: bytes, **of: int) -> tuple[int, int]:
        self.client.send(self.producing(batch_of(*values, now_ms=NOW_MS, **of)))
        return await self.produced()

    async def fetch(self, offset: int) -> PartitionData:
        self.client.send(request(FETCH, 18, fetching(self.topic_id, offset)))
        found = answer(FETCH, 18, await self.client.receive()).responses[0].partitions[0]
        assert isinstance(found, PartitionData)
        return found

    async def values(self) -> list[bytes]:
        """All that is in the topic."""
        found: list[bytes] = []
        while data := bytes((await self.fetch(len(found))).records or b""):
            found += [record.value for record in records(data)]
        return found

    async def commit(self, offset: int) -> int:
        partitions = [OffsetCommitRequestPartition(0, offset)]
        topics = [OffsetCommitRequestTopic("orders", partitions=partitions)]
        answered = await self.ask("offset_commit", 9, OffsetCommitRequest("g", -1, "", None, topics=topics))
        return int(answered.topics[0].partitions[0].error_code)

    async def committed(self) -> int:
        answered = await self.ask("offset_fetch", 5, OffsetFetchRequest("g", [OffsetFetchRequestTopic("orders", [0])]))
        return int(answered.topics[0].partitions[0].committed_offset)


async def connect(it: Day, topic_id: bytes = b"") -> Kafka:
    found = await it.connect_to(it.app.kafka_port)
    kafka = Kafka(Client(found.reader, found.writer))
    kafka.topic_id = topic_id
    return kafka


def numbered(count: int) -> Iterable[bytes]:
    return (b"%d " % number + bytes(3_000) for number in range(count))


@pytest.mark.parametrize("power", [None, 1, 2])
def test_a_full_disk_refuses_and_goes_on_when_there_is_room(power: int | None) -> None:
    disk = SimulatedDisk(1_200_000)

    async def scenario() -> None:
        async with day(disk) as it:
            kafka = await connect(it)
            assert await kafka.create() == 0
            producer = (await kafka.ask("init_producer_id", 5, InitProducerIdRequest(None))).producer_id
            taken: list[bytes] = []
            code = 0
            for value in numbered(10_000):
                code, offset = await kafka.produce(value, producer=producer, epoch=0, first=len(taken))
                if code:
                    break
                assert offset == len(taken)
                taken.append(value)
            assert code == STORAGE_ERROR
            assert taken
            assert await kafka.values() == taken, "a full disk can be read"
            last = {"producer": producer, "epoch": 0, "first": len(taken)}
            assert (await kafka.produce(bytes(3_000), **last))[0] == STORAGE_ERROR
            disk.capacity_bytes = None
            assert await kafka.produce(b"on", **last) == (0, len(taken))
            assert await kafka.produce(b"on", **last) == (0, len(taken))  # sent again
            assert await kafka.commit(len(taken)) == 0
            await it.kill(None if power is None else SeededEntropy(power))
        async with day(disk) as it:
            again = await connect(it, kafka.topic_id)
            assert await again.values() == [*taken, b"on"]
            assert await again.committed() == len(taken)
            assert await again.produce(b"on", **last) == (0, len(taken))  # the log knows its producers

    spend(scenario())


def _no_room(*_: Any, **__: Any) -> None:
    raise NoRoom("no room on the disk")


CHANGES = {
    "create_topics": (7, CreateTopicsRequest([CreatableTopic("more", 1, -1)])),
    "delete_topics": (5, DeleteTopicsRequest(topic_names=["orders"])),
    "create_partitions": (3, CreatePartitionsRequest([CreatePartitionsTopic("orders", 5, None)])),
    "delete_records": (
        2,
        DeleteRecordsRequest([DeleteRecordsTopic("orders", [DeleteRecordsPartition(0, 1)])]),
    ),
    "incremental_alter_configs": (
        1,
        IncrementalAlterConfigsRequest([AlterConfigsResource(2, "orders", [AlterableConfig("retention.ms", 0, "1")])]),
    ),
    "init_producer_id": (5, InitProducerIdRequest(None)),
    "offset_commit": (
        9,
        OffsetCommitRequest("g", -1, "", None, topics=[OffsetCommitRequestTopic("orders", partitions=[COMMITTED])]),
    ),
    "metadata": (12, MetadataRequest([MetadataRequestTopic(name="other")])),
}


@pytest.mark.parametrize("name", CHANGES)
def test_without_room_every_change_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        disk = SimulatedDisk()
        async with day(disk) as it:
            kafka = await connect(it)
            assert await kafka.create() == 0
            assert await kafka.produce(b"one") == (0, 0)
            version, body = CHANGES[name]
            with monkeypatch.context() as full:
                full.setattr(it.app._journal, "commit", _no_room)
                codes = re.findall(r"error_code=(\d+)", repr(await kafka.ask(name, version, body)))
            expected = UNAVAILABLE if name in {"init_producer_id", "offset_commit"} else STORAGE_ERROR
            assert set(codes) - {"0"} == {str(expected)}
            assert set(it.levels) == {"info"}
            assert set(re.findall(r"error_code=(\d+)", repr(await kafka.ask(name, version, body)))) == {"0"}

    spend(scenario())


def test_answers_wait_for_the_disk() -> None:
    disk = SimulatedDisk()

    async def scenario() -> None:
        async with day(disk) as it:
            kafka = await connect(it)
            assert await kafka.create() == 0
            kafka.client.send(b"".join(kafka.producing(batch_of(value, now_ms=NOW_MS)) for value in numbered(20)))
            assert [await kafka.produced() for _ in range(20)] == [(0, number) for number in range(20)]
            await it.kill(SeededEntropy(3))
        async with day(disk) as it:
            assert await (await connect(it, kafka.topic_id)).values() == list(numbered(20))

    spend(scenario())


def test_a_disk_that_breaks_is_the_end() -> None:
    disk = SimulatedDisk()

    async def scenario() -> None:
        async with day(disk) as it:
            kafka = await connect(it)
            assert await kafka.create() == 0
            assert await kafka.produce(b"one") == (0, 0)
            disk.fail("sync", error=errno.EIO)
            kafka.client.send(kafka.producing(batch_of(b"two", now_ms=NOW_MS)))
            await until(it.app.failed.done)
            sent = it.app._kafka_ports[0].listeners[0].bytes_out
            kafka.client.send(kafka.producing(batch_of(b"three", now_ms=NOW_MS)))
            for _ in range(20):
                await it.turn(seconds=1)
            assert it.app._kafka_ports[0].listeners[0].bytes_out == sent

    spend(scenario())

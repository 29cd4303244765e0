"""Clusters come and go, over and over, while clients write and read: on the default cluster nobody notices, and of
those that are removed nothing stays, neither on the disk nor in memory.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.server.kafka.serving import KEYS, Client, answer, request
from tests.server.kafka.test_ports import Running, name, running
from tests.services.kafka.world import batch_of, fetching
from weirmq.engine.stream import Stream
from weirmq.server.kafka.connection import KafkaConnection
from weirmq.server.kafka.listener import Listener
from weirmq.services.kafka.clusters import endpoints, make_cluster, remove_cluster
from weirmq.services.kafka.control.facts import ClusterDeleted
from weirmq.services.kafka.control.model import ManagedCluster
from weirmq.services.kafka.facts import Committed
from weirmq.services.kafka.groups import Group
from weirmq.services.kafka.model import Cluster, Partition, Topic
from weirmq.services.kafka.producers import Producers
from weirmq.services.kafka.transactional import Transactional
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.listeners import PLAINTEXT
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.init_producer_id_request import InitProducerIdRequest
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from weirmq.wire.kafka.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

ROUNDS = 20
BROKERS = 3
KEPT = (
    Cluster, Topic, Partition, Stream, Producers, Group, Committed, Transactional, ManagedCluster, Listener,
    KafkaConnection,
)  # fmt: skip


class Worker:
    """A client of one broker, which writes records to a partition and reads each again, until it is disconnected."""

    def __init__(self, port: int, topic_id: bytes, index: int) -> None:
        self.done = 0  # records
        self._port, self._topic_id, self._index = port, topic_id, index
        self.task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        client = await connected(self._port)
        try:
            while True:
                value = b"%d" % self.done
                data = [TopicProduceData("", self._topic_id, [PartitionProduceData(self._index, batch_of(value))])]
                (topic,) = (await ask(client, "produce", 13, ProduceRequest(None, -1, 1000, data))).responses
                (told,) = topic.partition_responses
                assert (told.error_code, told.base_offset) == (0, self.done)
                found = await ask(client, "fetch", 18, fetching(self._topic_id, self.done, index=self._index))
                (partition,) = found.responses[0].partitions
                assert (partition.error_code, value in bytes(partition.records)) == (0, True)
                self.done += 1
        finally:
            client.writer.close()

    async def goes_on(self) -> None:
        """Until it has written and read something more."""
        end = self.done + 3
        await until(lambda: self.done >= end or self.task.done())


async def connected(port: int) -> Client:
    return Client(*await asyncio.open_connection("127.0.0.1", port))


async def ask(client: Client, api: str, version: int, body: Any) -> Any:
    client.send(request(KEYS[api], version, body))
    return answer(KEYS[api], version, await client.receive())


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket, or in a thread
        await asyncio.sleep(0)


async def topic_of(client: Client) -> bytes:
    (made,) = (
        await ask(client, "create_topics", 7, CreateTopicsRequest([CreatableTopic("orders", BROKERS, -1)]))
    ).topics
    assert not made.error_code
    return bytes(made.topic_id)


async def use(client: Client, topic_id: bytes) -> Awaitable[Any]:
    """Have a transactional producer, a group's offsets and a member, and a fetch that waits; returns the latter."""
    assert not (await ask(client, "init_producer_id", 4, InitProducerIdRequest("clerk", 60_000))).error_code
    offsets = [OffsetCommitRequestTopic("orders", topic_id, [OffsetCommitRequestPartition(0, 1)])]
    told = await ask(client, "offset_commit", 9, OffsetCommitRequest("readers", topics=offsets))
    assert told.topics[0].partitions[0].error_code == 0
    protocols = [JoinGroupRequestProtocol("range", b"")]
    joining = JoinGroupRequest("others", 30_000, 30_000, "", None, "consumer", protocols)
    assert (await ask(client, "join_group", 9, joining)).error_code == Code.MEMBER_ID_REQUIRED
    return asyncio.ensure_future(ask(client, "fetch", 18, fetching(topic_id, 1_000_000, wait_ms=60_000)))


async def come_and_go(it: Running) -> None:
    """A cluster with three brokers, each of which has a client that works when it is removed."""
    cluster = make_cluster(it.kafka, it.now_ms, BROKERS, [PLAINTEXT])
    name(it, cluster)
    it.touch()
    ports = [port for _, port in endpoints(it.kafka, cluster, PLAINTEXT)]
    client = await connected(ports[0])
    topic_id = await topic_of(client)
    leaders = [each.leader for each in cluster.topics["orders"].partitions]
    workers = [Worker(ports[leader - 1], topic_id, index) for index, leader in enumerate(leaders)]
    for worker in workers:
        await worker.goes_on()
    waiting = await use(client, topic_id)
    arn = it.kafka.machine.control.by_number[cluster.number].arn
    it.kafka.commit(it.now_ms, ClusterDeleted(arn))
    remove_cluster(it.kafka, it.now_ms, cluster)
    it.touch()
    for ended in await asyncio.gather(waiting, *(each.task for each in workers), return_exceptions=True):
        assert isinstance(ended, asyncio.IncompleteReadError | ConnectionError), ended
    client.writer.close()


def folders(data: Path) -> set[str]:
    return {each.name for each in (data / "streams").iterdir()}


async def settled(it: Running, data: Path, default: set[str]) -> None:
    """Until the logs that are to be removed are."""
    clock: Any = it.app.clock
    while folders(data) != default or it.kafka.machine.condemned:
        clock.advance(milliseconds=50)
        await asyncio.sleep(0)
    await until(lambda: it.ports.budget.connections == 1)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def kept() -> Counter[type]:
    """How many objects there are of those that a cluster has."""
    gc.collect()
    return Counter(type(each) for each in gc.get_objects() if type(each) in KEPT)


async def test_nothing_stays_of_clusters_that_come_and_go(tmp_path: Path) -> None:
    async with running(durability="os", data=str(tmp_path)) as it:
        client = await connected(it.app.kafka_port)
        topic_id = await topic_of(client)
        client.writer.close()
        always = Worker(it.app.kafka_port, topic_id, 0)
        await always.goes_on()
        default = folders(tmp_path)
        counts: list[tuple[int, Counter[type]]] = []
        for number in range(ROUNDS):
            await always.goes_on()
            await come_and_go(it)
            if number in {1, ROUNDS - 1}:
                await settled(it, tmp_path, default)
                counts.append((descriptors(), kept()))
        assert counts[0] == counts[1]
        assert len(it.ports.listeners) == 1
        assert list(it.kafka.ports) == [(0, 1, PLAINTEXT)]
        await always.goes_on()
        assert not always.task.done()
        always.task.cancel()

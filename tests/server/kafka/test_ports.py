"""The Kafka ports of a whole server: those of the default cluster's brokers, and of clusters that come and go."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.server.kafka.serving import KEYS, LOCAL, Client, a_range, answer, request
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.app import App
from weirmq.server.config import ConfigError, Options
from weirmq.server.listening import listening
from weirmq.services.kafka.clusters import NoPort, endpoints, make_cluster, remove_cluster
from weirmq.services.kafka.control.facts import ClusterCreated
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.service import Kafka
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.types.kafka import MutableClusterInfo
from weirmq.wire.kafka.listeners import PLAINTEXT
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest

METADATA = KEYS["metadata"]


class Running:
    """A server that has started, and what one needs of it."""

    def __init__(self, app: App) -> None:
        self.app = app
        (self.ports,) = app._kafka_ports
        self.kafka: Kafka = self.ports._kafka
        self.now_ms = app.clock.now_ms()

    def touch(self) -> None:
        assert self.app._wheel is not None
        self.app._wheel.touch(self.now_ms)


@asynccontextmanager
async def running(disk: SimulatedDisk | None = None, **options: Any) -> AsyncIterator[Running]:
    given = {"port": 0, "data": "/data", "durability": "fsync" if disk else "memory", "log_level": "error", **options}
    app = App(Options(**given), clock=ManualClock(1_700_000_000_000), entropy=SeededEntropy(7), disk=disk)
    await app.start()
    try:
        yield Running(app)
    finally:
        await app.stop()


async def asked(port: int) -> Any:
    """What the broker at a port says of its cluster."""
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    client.send(request(METADATA, 12, MetadataRequest(None)))
    found = answer(METADATA, 12, await client.receive())
    client.writer.close()
    return found


async def test_the_default_cluster_has_as_many_brokers_as_the_option_says() -> None:
    async with running(kafka_brokers=3) as it:
        first = await asked(it.app.kafka_port)
        for broker in first.brokers:
            found = await asked(broker.port)
            assert (found.cluster_id, len(found.brokers)) == (first.cluster_id, 3)


async def test_its_ports_follow_the_first() -> None:
    port = a_range(4)
    async with running(port=port + 3, kafka_port=port, kafka_brokers=3):
        assert [each.port for each in (await asked(port)).brokers] == [port, port + 1, port + 2]


async def test_a_new_cluster_can_be_reached_at_once() -> None:
    async with running() as it:
        cluster = make_cluster(it.kafka, it.now_ms, 3, [PLAINTEXT])
        reached = endpoints(it.kafka, cluster, PLAINTEXT)
        for _, port in reached:
            with socket.create_connection(("127.0.0.1", port)):  # before the loop gets there
                pass
        for _, port in reached:
            assert [each.port for each in (await asked(port)).brokers] == [port for _, port in reached]


async def test_a_removed_cluster_is_gone_with_its_connections_and_its_ports() -> None:
    async with running() as it:
        cluster = make_cluster(it.kafka, it.now_ms, 2, [PLAINTEXT])
        reached = endpoints(it.kafka, cluster, PLAINTEXT)
        clients = [Client(*await asyncio.open_connection("127.0.0.1", port)) for _, port in reached]
        for client in clients:
            client.send(request(METADATA, 12, MetadataRequest(None)))
            await client.receive()
        counts, ours = it.ports.counts, it.ports.budget.connections
        remove_cluster(it.kafka, it.now_ms, cluster)
        for client in clients:
            assert await client.at_end() == b""
            client.writer.close()
        for _, port in reached:
            with pytest.raises(OSError, match="Connect call failed"):
                await asyncio.open_connection("127.0.0.1", port)
        assert it.ports.counts == counts  # which only grow
        assert (ours, it.ports.budget.connections) == (2, 0)
        assert (await asked(it.app.kafka_port)).cluster_id != cluster.id


async def test_a_cluster_that_is_removed_before_the_loop_got_there() -> None:
    async with running() as it:
        for _ in range(20):
            remove_cluster(it.kafka, it.now_ms, make_cluster(it.kafka, it.now_ms, 3, [PLAINTEXT]))
        await asyncio.sleep(0)
        assert len(it.ports.listeners) == 1


def name(it: Running, cluster: Cluster) -> None:
    """Have MSK know a cluster: one that has no name is half made, and goes with the next start."""
    known = ("000000000000", "us-east-1", "rivers", "id-1", "PROVISIONED", "V1", MutableClusterInfo(), None, [], {})
    it.kafka.commit(it.now_ms, ClusterCreated(cluster.number, *known))


async def test_clusters_come_back_at_their_ports() -> None:
    disk = SimulatedDisk()
    async with running(disk) as it:
        cluster = make_cluster(it.kafka, it.now_ms, 2, [PLAINTEXT])
        reached = endpoints(it.kafka, cluster, PLAINTEXT)
        name(it, cluster)
        it.touch()
    async with running(disk) as it:
        for _, port in reached:
            assert (await asked(port)).cluster_id == cluster.id
    (taken,) = listening(LOCAL, reached[0][1])
    with taken:
        async with running(disk) as it:
            moved = endpoints(it.kafka, it.kafka.machine.clusters[1], PLAINTEXT)
            assert moved[0] != reached[0]
            assert moved[1] == reached[1]
            assert (await asked(moved[0][1])).cluster_id == cluster.id
    async with running(disk) as it:
        assert endpoints(it.kafka, it.kafka.machine.clusters[1], PLAINTEXT) == moved


async def test_clusters_have_ports_of_the_configured_range_until_there_are_none() -> None:
    first = a_range(4)
    async with running(kafka_cluster_ports=f"{first}-{first + 3}") as it:
        one = make_cluster(it.kafka, it.now_ms, 2, [PLAINTEXT])
        assert endpoints(it.kafka, one, PLAINTEXT) == [(1, first), (2, first + 1)]
        with pytest.raises(NoPort, match="none of the ports that clusters may have is free"):
            make_cluster(it.kafka, it.now_ms, 3, [PLAINTEXT])
        assert len(it.ports.listeners) == 3
        two = make_cluster(it.kafka, it.now_ms, 2, [PLAINTEXT])
        assert {port for _, port in endpoints(it.kafka, two, PLAINTEXT)} == {first + 2, first + 3}
        remove_cluster(it.kafka, it.now_ms, one)
        await asyncio.sleep(0.01)  # the loop closes sockets in its next turn
        make_cluster(it.kafka, it.now_ms, 2, [PLAINTEXT])


async def test_the_limit_of_connections_is_one_for_all_ports() -> None:
    async with running(max_connections=6, kafka_brokers=3) as it:
        brokers = (await asked(it.app.kafka_port)).brokers
        clients = [Client(*await asyncio.open_connection("127.0.0.1", brokers[turn % 3].port)) for turn in range(9)]
        open_ones = 0
        for client in clients:
            client.send(request(METADATA, 12, MetadataRequest(None)))
            try:
                await client.receive()
                open_ones += 1
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            client.writer.close()
        assert open_ones <= 6
        assert sum(each.refused for each in it.ports.listeners) >= 3


async def test_default_brokers_are_not_taken_away() -> None:
    disk = SimulatedDisk()
    async with running(disk, kafka_brokers=2) as it:
        await asked(it.app.kafka_port)
    with pytest.raises(ConfigError, match="has 2 brokers"):
        async with running(disk):
            pass
    async with running(disk, kafka_brokers=3) as it:
        assert len((await asked(it.app.kafka_port)).brokers) == 3


@pytest.mark.parametrize("given", ["0-5", "5-4", "1-65536"])
async def test_a_range_that_is_none(given: str, tmp_path: Path) -> None:
    from weirmq.server.config import load

    with pytest.raises(ConfigError, match="no range of ports"):
        load({"kafka_cluster_ports": given, "data": str(tmp_path)}, {})

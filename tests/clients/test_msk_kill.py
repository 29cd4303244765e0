"""The server is killed while clusters are made and removed: what was answered is so after the next start, and of what
was not answered, all or nothing.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from tests.clients import msk
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(120)]

HURRIED = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)
ROUNDS = 3
MOST = 20  # clusters at a time, of three brokers each: an account may have 90 brokers
LIFE_S = 0.5  # of the longest one


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One that is killed at last, too."""
    started = Server(tmp_path)
    started.start()
    yield started
    started.kill()


def restarted(server: Server) -> Any:
    server.kill()
    server.start()
    return msk.client(server, config=HURRIED)


def names(client: Any) -> list[str]:
    return [each["ClusterName"] for each in client.list_clusters()["ClusterInfoList"]]


def is_heard(broker: str) -> bool:
    host, _, port = broker.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def logs(server: Server) -> list[Path]:
    return list((server.folder / "data" / "streams").glob("kafka-*"))


def test_a_kill_between_the_creation_of_a_cluster_and_its_end(server: Server) -> None:
    with closing(msk.client(server)) as client:
        arn = msk.create(client, "rivers")
        found = msk.brokers(client, arn)
    with closing(restarted(server)) as client:
        assert client.describe_cluster(ClusterArn=arn)["ClusterInfo"]["State"] == "ACTIVE"
        assert msk.brokers(client, arn) == found
        assert all(map(is_heard, found))
        client.create_topic(ClusterArn=arn, TopicName="orders", PartitionCount=3, ReplicationFactor=3)
        client.delete_cluster(ClusterArn=arn)
    with closing(restarted(server)) as client:
        assert names(client) == []
        assert msk.brokers(client, msk.create(client, "rivers"))
        while logs(server):
            names(client)


class Churn(threading.Thread):
    """Makes clusters and removes most of them, until there is no server. `doubtful` is what it has no answer about."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.there: set[str] = set()
        self.doubtful: set[str] = set()
        self._client = msk.client(server, config=HURRIED)
        self.start()

    def run(self) -> None:
        with closing(self._client), suppress(BotoCoreError):
            for number in count():
                name = f"rivers-{number}"
                self.doubtful = {name}
                arn = msk.create(self._client, name)
                self.doubtful = set()
                if number % 4 or len(self.there) >= MOST:
                    self.doubtful = {name}
                    self._client.delete_cluster(ClusterArn=arn)
                else:
                    self.there.add(name)


def test_kills_at_any_moment_leave_whole_clusters_or_none(server: Server) -> None:
    for number in range(ROUNDS):
        churn = Churn(server)
        churn.join(LIFE_S * (number + 1) / ROUNDS)
        server.kill()
        churn.join()
        with closing(restarted(server)) as client:
            there = client.list_clusters()["ClusterInfoList"]
            assert churn.there <= {each["ClusterName"] for each in there} <= churn.there | churn.doubtful
            for each in there:
                assert all(map(is_heard, msk.brokers(client, each["ClusterArn"])))
                client.delete_cluster(ClusterArn=each["ClusterArn"])
            assert names(client) == []

"""The server's process is killed at any moment, over and over, while clients send, receive and delete.

A client here tries nothing again: what it has no answer to is in doubt. What it has an answer to must hold.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from tests.clients.server import REGION, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(120)]

KILLS: Final = 20
PRODUCERS: Final = 2
CONSUMERS: Final = 2
LIFE_S: Final = (0.05, 0.8)  # between two kills
HURRIED: Final = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)


class Clients:
    """Threads at work, and what has been answered to them. Messages are known by their bodies."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._last = 0
        self._lock = threading.Lock()
        self.sent: set[str] = set()
        self.received: set[str] = set()
        self.deleting: set[str] = set()  # asked for, with or without an answer
        self.deleted: set[str] = set()
        self.returned: list[str] = []
        self.failures: list[BaseException] = []
        with self.client() as client:
            queue = client.create_queue(QueueName="killed", Attributes={"VisibilityTimeout": "2"})
            self._queue_url = queue["QueueUrl"]

    def client(self) -> Any:
        """A client that gives up at once."""
        return _Closing(
            boto3.session.Session().client(
                "sqs",
                endpoint_url=self._server.url,
                region_name=REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=HURRIED,
            )
        )

    def start(self) -> None:
        """Let them work."""
        for work in [self.produce] * PRODUCERS + [self.consume] * CONSUMERS:
            thread = threading.Thread(target=self._loop, args=(work,))
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let them come to an end."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _loop(self, work: Callable[[Any], None]) -> None:
        with self.client() as client:
            while not self._stop.is_set():
                try:
                    work(client)
                except BotoCoreError:
                    self._stop.wait(0.01)  # no answer: the server is away
                except Exception as error:  # noqa: BLE001 - kept, for the test to show
                    self.failures.append(error)
                    return

    def produce(self, client: Any) -> None:
        """Send one message, or a batch."""
        with self._lock:
            self._last += 10
            bodies = [f"{self._last + index}" for index in range(10)]
        if self._last % 30:
            client.send_message(QueueUrl=self._queue_url, MessageBody=bodies[0])
            self.sent.add(bodies[0])
            return
        entries = [{"Id": body, "MessageBody": body} for body in bodies]
        answer = client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        self.sent.update(entry["Id"] for entry in answer["Successful"])

    def consume(self, client: Any) -> int:
        """Receive up to ten messages and delete all but a few of them. Returns how many there were."""
        asked = set(self.deleted)
        answer = client.receive_message(QueueUrl=self._queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        found = answer.get("Messages", [])
        for message in found:
            body = message["Body"]
            self.received.add(body)
            if body in asked:
                self.returned.append(body)
        for message in found:
            body = message["Body"]
            if random.random() < 0.9:  # noqa: S311 - which of them doesn't matter
                self.deleting.add(body)
                client.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
                self.deleted.add(body)
        return len(found)

    def drain(self) -> None:
        """Receive what is left, until nothing has come for longer than messages are invisible."""
        with self.client() as client:
            empty = 0
            while empty < 4:
                empty = 0 if self.consume(client) else empty + 1


class _Closing:
    """A client that is closed at the end of a `with`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __enter__(self) -> Any:
        return self._client

    def __exit__(self, *_: object) -> None:
        self._client.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    started.start()
    yield started
    started.kill()


@pytest.fixture
def clients(server: Server) -> Iterator[Clients]:
    working = Clients(server)
    yield working
    working.stop()


def test_what_was_answered_outlives_any_kill(server: Server, clients: Clients) -> None:
    clients.start()
    for _ in range(KILLS):
        time.sleep(random.uniform(*LIFE_S))  # noqa: S311 - any moment will do
        server.kill()
        server.start()
    clients.stop()
    assert clients.failures == []
    clients.drain()
    assert clients.returned == [], "a message came back after its delete was answered"
    assert clients.sent - clients.received - clients.deleting == set(), "messages that were accepted are lost"
    assert len(clients.deleted) > KILLS * 10

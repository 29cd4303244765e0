"""A plain boto3 producer and consumer at work while the server is killed, again and again.

What was acknowledged must hold: an accepted message is received, and a deleted one never comes back.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.clients.server import REGION, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

KILLS = 5
MESSAGES_A_LIFE = 100
# boto3 tries again by itself while the server is away. Its own pauses are what bridges a restart.
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 12})


class Pipeline:
    """A producer and a consumer in a thread each, and what the server has acknowledged to them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self.queue_url = self._client().create_queue(
            QueueName="pipeline", Attributes={"VisibilityTimeout": "20", "ReceiveMessageWaitTimeSeconds": "2"}
        )["QueueUrl"]
        self.sent: set[str] = set()
        self.received: set[str] = set()
        self.deleted: set[str] = set()
        self.returned: list[str] = []
        self.failures: list[Exception] = []

    def _client(self) -> Any:
        return boto3.session.Session().client(
            "sqs",
            endpoint_url=self._server.url,
            region_name=REGION,
            aws_access_key_id=self._server.key.access_key,
            aws_secret_access_key=self._server.key.secret,
            config=PATIENT,
        )

    def run(self, work: Callable[[Any], None]) -> threading.Thread:
        """Do `work` in a thread, over and over until the pipeline is stopped."""

        def loop() -> None:
            client = self._client()
            try:
                while not self._stop.is_set():
                    work(client)
            except Exception as error:  # noqa: BLE001 - kept, for the test to show
                self.failures.append(error)
            client.close()

        thread = threading.Thread(target=loop)
        thread.start()
        return thread

    def produce(self, client: Any) -> None:
        self.sent.add(client.send_message(QueueUrl=self.queue_url, MessageBody=str(len(self.sent)))["MessageId"])

    def consume(self, client: Any) -> None:
        answer = client.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            identity = message["MessageId"]
            if identity in self.deleted:
                self.returned.append(identity)
            self.received.add(identity)
            client.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
            self.deleted.add(identity)

    def stop(self) -> None:
        self._stop.set()

    def drain(self) -> None:
        """Consume what is left, until every accepted message has come or a visibility timeout has passed twice over."""
        client = self._client()
        deadline = time.monotonic() + 45
        while self.sent - self.received and time.monotonic() < deadline:
            self.consume(client)
        client.close()


@pytest.fixture
def pipeline(server: Server) -> Iterator[Pipeline]:
    running = Pipeline(server)
    yield running
    running.stop()


def test_what_was_acknowledged_outlives_kills(server: Server, pipeline: Pipeline) -> None:
    workers = [pipeline.run(pipeline.produce), pipeline.run(pipeline.consume)]
    for _ in range(KILLS):
        goal = len(pipeline.deleted) + MESSAGES_A_LIFE
        deadline = time.monotonic() + 60
        while len(pipeline.deleted) < goal and not pipeline.failures:
            assert time.monotonic() < deadline, f"{len(pipeline.deleted)} of {goal} messages after 60 s"
            workers[1].join(timeout=0.05)
        server.kill()
        server.start()
    pipeline.stop()
    for worker in workers:
        worker.join()
    assert pipeline.failures == []
    pipeline.drain()
    assert pipeline.sent - pipeline.received == set()
    assert pipeline.returned == []
    assert len(pipeline.sent) > KILLS * MESSAGES_A_LIFE

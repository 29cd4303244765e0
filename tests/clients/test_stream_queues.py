"""Queues on Kinesis streams with boto3, the newest: every step, and at work while the server is killed."""

import sys
import threading
import time
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.clients import programs, toolchains
from tests.clients.server import REGION, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

COMMAND = (sys.executable, toolchains.HERE / "python" / "stream_queues.py")
STEPS = frozenset({"control", "roundtrip", "positions", "longpoll", "visibility", "deadletter", "errors"})
KILLS = 5
RECORDS_A_LIFE = 300
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 12})


def client(server: Server) -> Any:
    return boto3.session.Session().client(
        "kinesis",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=server.key.access_key,
        aws_secret_access_key=server.key.secret,
        config=PATIENT,
    )


class Work:
    """A producer and a consumer in a thread each, and what the server has acknowledged to them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.is_over = False
        self.put: set[str] = set()
        self.received: set[str] = set()
        self.acknowledged: set[str] = set()
        self.returned: list[str] = []
        self.failures: list[Exception] = []
        kinesis = client(server)
        kinesis.create_stream(StreamName="orders")
        arn = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamARN"]
        chosen = {"StreamARN": arn, "StartingPosition": {"Type": "TRIM_HORIZON"}}
        attributes = {"VisibilityTimeoutSeconds": 10, "DeadLetterConfiguration": {"TargetType": "NONE"}}
        self.queue = kinesis.create_queue(
            QueueName="work", StreamConfigurationList=[chosen], QueueAttributes=attributes
        )["QueueDescription"]["QueueARN"]

    def produce(self, kinesis: Any) -> None:
        records = [{"Data": b"x" * 100, "PartitionKey": str(number)} for number in range(20)]
        answer = kinesis.put_records(StreamName="orders", Records=records)
        self.put.update(record["SequenceNumber"] for record in answer["Records"])

    def consume(self, kinesis: Any) -> None:
        records = kinesis.receive_queue_records(QueueARN=self.queue, WaitTimeSeconds=1)["QueueRecords"]
        ids = {record["RecordId"] for record in records}
        self.returned += ids & self.acknowledged
        self.received |= ids
        if records:
            entries = [{"ReceiptHandle": record["ReceiptHandle"]} for record in records]
            assert not kinesis.acknowledge_queue_records(QueueARN=self.queue, Entries=entries)["Failed"]
            self.acknowledged |= ids

    def begin(self, what: Any) -> threading.Thread:
        def work() -> None:
            try:
                kinesis = client(self._server)
                while not self.is_over:
                    what(kinesis)
            except Exception as error:  # noqa: BLE001 - kept, for the test to show
                self.failures.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        return thread


def test_the_whole_surface(server: Server) -> None:
    programs.takes_every_step(COMMAND, server, STEPS)


def test_what_was_acknowledged_outlives_kills(server: Server) -> None:
    work = Work(server)
    workers = [work.begin(work.produce), work.begin(work.consume)]
    for _ in range(KILLS):
        goal = len(work.acknowledged) + RECORDS_A_LIFE
        deadline = time.monotonic() + 60
        while len(work.acknowledged) < goal and not work.failures:
            assert time.monotonic() < deadline, f"{len(work.acknowledged)} of {goal} records after 60 s"
            workers[1].join(timeout=0.05)
        server.kill()
        server.start()
    work.is_over = True
    for worker in workers:
        worker.join()
    assert work.failures == []
    kinesis = client(server)
    deadline = time.monotonic() + 60
    while work.put - work.received and time.monotonic() < deadline:
        work.consume(kinesis)
    assert work.put - work.received == set()
    assert work.returned == []
    assert len(work.put) > KILLS * RECORDS_A_LIFE

"""Deliveries to the outside while the server is killed: what was published gets there, at least once."""

import json
import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients import world
from tests.clients.python.sink import Sink
from tests.clients.server import Server, free_port

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

EVERY_SECOND = {"numRetries": 100, "minDelayTarget": 1, "maxDelayTarget": 1}
KILLS = 4
MESSAGES_A_LIFE = 60


@pytest.fixture
def sns(server: Server) -> Iterator[Any]:
    with world.client(server, "sns") as client:
        yield client


@pytest.fixture
def sqs(server: Server) -> Iterator[Any]:
    with world.client(server, "sqs") as client:
        yield client


def subscribe(sns: Any, sink: Sink, topic_arn: str) -> None:
    """Let an HTTP endpoint have the topic's messages, and be tried every second when it doesn't answer."""
    policy = json.dumps({"healthyRetryPolicy": EVERY_SECOND})
    sns.subscribe(
        TopicArn=topic_arn,
        Protocol="http",
        Endpoint=sink.url,
        Attributes={"DeliveryPolicy": policy, "RawMessageDelivery": "true"},
    )
    asked = sink.next("SubscriptionConfirmation")
    sns.confirm_subscription(TopicArn=topic_arn, Token=asked.envelope["Token"])


def came(sink: Sink, wanted: set[str]) -> set[str]:
    """The bodies that came, once all that are wanted did, or nothing more does."""
    found: set[str] = set()
    while wanted - found:
        try:
            found.add(sink.next("Notification").body)
        except queue.Empty:
            break
    return found


def test_what_waits_for_an_endpoint_outlives_a_kill(server: Server, sns: Any) -> None:
    port = free_port()
    topic_arn = sns.create_topic(Name="waiting")["TopicArn"]
    sink = Sink(port)
    try:
        subscribe(sns, sink, topic_arn)
    finally:
        sink.close()
    sent = {f"message {number}" for number in range(20)}
    for body in sorted(sent):
        sns.publish(TopicArn=topic_arn, Message=body)
    server.kill()
    sink = Sink(port)
    try:
        server.start()
        assert came(sink, sent) == sent
    finally:
        sink.close()


def test_what_was_published_between_kills_is_delivered(server: Server, sns: Any, sqs: Any) -> None:
    topic_arn = sns.create_topic(Name="between")["TopicArn"]
    url = world.subscribed_queue(sns, sqs, topic_arn, "between")
    sink = Sink()
    sent: set[str] = set()
    stop = threading.Event()

    def publish() -> None:
        with world.client(server, "sns") as client:
            while not stop.is_set():
                body = f"message {len(sent)}"
                client.publish(TopicArn=topic_arn, Message=body)
                sent.add(body)

    producer = threading.Thread(target=publish)
    try:
        subscribe(sns, sink, topic_arn)
        producer.start()
        for life in range(1, KILLS + 1):
            while len(sent) < life * MESSAGES_A_LIFE and producer.is_alive():
                producer.join(timeout=0.02)
            server.kill()
            server.start()
        stop.set()
        producer.join()
        assert len(sent) >= KILLS * MESSAGES_A_LIFE
        assert came(sink, sent) >= sent
        assert received(sqs, url) >= sent
    finally:
        stop.set()
        producer.join()
        sink.close()


def received(sqs: Any, url: str) -> set[str]:
    """The bodies of all messages in a queue."""
    found: set[str] = set()
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
        found |= {message["Body"] for message in messages}
    return found

"""boto3 clients for tests that have a server killed, or look at what it sent outside."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from tests.clients.server import REGION, Server

# boto3 tries again by itself while the server is away.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 12})
_ANYBODY = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}


@contextmanager
def client(server: Server, service: str) -> Iterator[Any]:
    """A client, closed at the end."""
    made = boto3.session.Session().client(
        service,
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=server.key.access_key,
        aws_secret_access_key=server.key.secret,
        config=_PATIENT,
    )
    try:
        yield made
    finally:
        made.close()


def subscribed_queue(sns: Any, sqs: Any, topic_arn: str, name: str) -> str:
    """A new queue that gets a topic's bare messages: its URL."""
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**_ANYBODY, "Resource": arn}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return url

"""What becomes of messages that a queue refuses."""

import json

import pytest

from tests.services.sns.world import World, queue_arn, text, topic_arn


@pytest.fixture
def topic(world: World) -> str:
    return world.topic()


def redrive(name: str = "dead") -> str:
    return json.dumps({"deadLetterTargetArn": queue_arn(name)})


def test_a_queue_that_lets_nobody_in(world: World, topic: str) -> None:
    closed, dead, fine = world.queue("closed", is_open=False), world.queue("dead"), world.queue("fine")
    arn = world.subscribe(topic, closed, RedrivePolicy=redrive())
    world.subscribe(topic, fine)
    world.publish(topic, "hi")
    assert world.messages(fine) == ["hi"]
    [body] = world.bodies(dead)
    envelope = json.loads(body)
    assert (envelope["Message"], envelope["TopicArn"]) == ("hi", topic)
    assert envelope["UnsubscribeURL"].endswith(arn)
    assert len(envelope["Signature"]) == 344
    counts = world.sns.counts.messages
    assert counts[topic, "sqs", "failed"] == 1
    assert counts[topic, "sqs", "delivered"] == 1
    assert counts[topic, "sqs", "redriven_to_dead_letter_queue"] == 1
    [line] = world.said
    assert (line["status"], line["destination"], line["subscription"]) == ("FAILURE", closed, arn)
    assert line["provider_response"].startswith("AccessDenied")


def test_a_queue_that_is_gone(world: World, topic: str) -> None:
    dead = world.queue("dead")
    world.subscribe(topic, queue_arn("gone"), RedrivePolicy=redrive())
    world.publish(topic, "hi")
    assert world.messages(dead) == ["hi"]
    assert world.said[0]["provider_response"].startswith("QueueDoesNotExist")


def test_raw_delivery_stays_raw(world: World, topic: str) -> None:
    dead = world.queue("dead")
    world.subscribe(topic, queue_arn("gone"), RedrivePolicy=redrive(), RawMessageDelivery="true")
    world.publish(topic, "hi", MessageAttributes={"size": text("big")})
    [message] = world.receive(dead)
    assert (message.Body, message.MessageAttributes["size"].StringValue) == ("hi", "big")


def test_too_many_attributes_for_raw_delivery(world: World, topic: str) -> None:
    queue, dead = world.queue(), world.queue("dead")
    world.subscribe(topic, queue, RawMessageDelivery="true", RedrivePolicy=redrive())
    world.publish(topic, MessageAttributes={f"a{number}": text("x") for number in range(11)})
    assert world.bodies(queue) == []
    assert world.sns.counts.messages[topic, "sqs", "failed"] == 1
    assert world.bodies(dead) == []  # it can't have them either
    assert world.sns.counts.messages[topic, "sqs", "failed_to_redrive_to_dead_letter_queue"] == 1


def test_a_dead_letter_queue_that_refuses(world: World, topic: str) -> None:
    world.queue("dead", is_open=False)
    world.subscribe(topic, queue_arn("gone"), RedrivePolicy=redrive())
    world.publish(topic)
    assert world.sns.counts.messages[topic, "sqs", "failed_to_redrive_to_dead_letter_queue"] == 1
    assert [line["destination"] for line in world.said] == [queue_arn("gone"), queue_arn("dead")]


def test_without_a_dead_letter_queue(world: World, topic: str) -> None:
    world.subscribe(topic, queue_arn("gone"))
    world.publish(topic)
    assert world.sns.counts.messages[topic, "sqs", "failed"] == 1


def test_many_share_one(world: World, topic: str) -> None:
    dead = world.queue("dead")
    world.subscribe(topic, dead)
    for number in range(3):
        world.subscribe(topic, queue_arn(f"gone{number}"), RedrivePolicy=redrive())
    world.publish(topic, "hi")
    assert world.messages(dead) == ["hi"] * 4


def test_a_policy_that_names_the_topic(world: World, topic: str) -> None:
    queue = queue_arn("only")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn("orders")}},
    }
    world.queue("only", is_open=False, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    other = world.topic("other")
    for arn in (topic, other):
        world.subscribe(arn, queue)
        world.publish(arn, arn)
    assert world.messages(queue) == [topic]


def test_a_fifo_topic_s(world: World) -> None:
    topic, dead = world.topic("t.fifo"), world.queue("dead.fifo")
    world.subscribe(topic, queue_arn("gone.fifo"), RedrivePolicy=redrive("dead.fifo"))
    world.publish(topic, "hi", MessageGroupId="g", MessageDeduplicationId="one")
    [message] = world.receive(dead)
    assert message.Attributes["MessageGroupId"] == "g"
    assert message.Attributes["MessageDeduplicationId"] == "one"


def test_successes_are_told_as_often_as_the_topic_wants(world: World) -> None:
    role = "arn:aws:iam::111122223333:role/log"
    topic = world.topic(SQSSuccessFeedbackRoleArn=role, SQSSuccessFeedbackSampleRate="50")
    world.subscribe(topic, world.queue())
    for _ in range(200):
        world.publish(topic)
    assert 60 < len(world.said) < 140
    assert {line["status"] for line in world.said} == {"SUCCESS"}
    world.ask("SetTopicAttributes", TopicArn=topic, AttributeName="SQSSuccessFeedbackSampleRate", AttributeValue="0")
    world.said.clear()
    world.publish(topic)
    assert world.said == []

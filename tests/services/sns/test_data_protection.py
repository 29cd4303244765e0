"""What a data protection policy does to messages on their way through a topic."""

import json
from typing import Any

from tests.services.sns.test_data_protection_policy import (
    CARD,
    DENY,
    MAIL,
    MASK,
    REDACT,
    audit,
    group,
    policy,
    statement,
)
from tests.services.sns.world import ACCOUNT, STRANGER, World, refused
from weirmq.wire.aws.types.sns import PublishBatchRequestEntry

ALL_MAY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": ["sns:Subscribe", "sns:Publish"], "Resource": "*"}
        ],
    }
)


def protected(world: World, *statements: Any, **more: Any) -> str:
    topic: str = world.ask(
        "CreateTopic", Name="orders", Attributes={"Policy": ALL_MAY}, DataProtectionPolicy=policy(*statements), **more
    ).TopicArn
    return topic


def test_what_comes_in_is_masked_for_everybody(world: World) -> None:
    topic, queue, raw = protected(world, statement(MASK)), world.queue(), world.queue("raw")
    world.subscribe(topic, queue)
    world.subscribe(topic, raw, RawMessageDelivery="true")
    world.subscribe(topic, "+491511234567", "sms")
    world.publish(topic, f"pay {CARD}")
    assert world.messages(queue) == world.bodies(raw) == [f"pay {'#' * 16}"]
    assert world.errand(world.tasks()[-1]).text == f"pay {'#' * 16}"


def test_every_body_of_a_message_in_json(world: World) -> None:
    topic, queue = protected(world, statement(MASK)), world.queue()
    world.subscribe(topic, queue)
    world.publish(topic, json.dumps({"default": "-", "sqs": f"pay {CARD}"}), MessageStructure="json")
    assert world.messages(queue) == [f"pay {'#' * 16}"]


def test_a_publisher_is_denied(world: World) -> None:
    topic, queue = protected(world, statement(DENY)), world.queue()
    world.subscribe(topic, queue)
    with refused("AuthorizationError", status=403):
        world.publish(topic, f"pay {CARD}")
    entries = [PublishBatchRequestEntry(Id="a", Message=f"pay {CARD}"), PublishBatchRequestEntry(Id="b", Message="pay")]
    answer = world.ask("PublishBatch", TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [failed.Code for failed in answer.Failed] == ["AuthorizationError"]
    assert [sent.Id for sent in answer.Successful] == ["b"]
    assert world.messages(queue) == ["pay"]


def test_subscribers_get_what_their_owners_may_see(world: World) -> None:
    root = f"arn:aws:iam::{STRANGER.account}:root"
    topic = protected(
        world,
        statement(MASK, principals=[root], direction="Outbound"),
        statement(DENY, "EmailAddress", principals=[root], direction="Outbound"),
    )
    own, other = world.queue(), world.queue("other", caller=STRANGER)
    world.subscribe(topic, own)
    world.subscribe(topic, other, caller=STRANGER)
    world.publish(topic, f"pay {CARD}")
    world.publish(topic, MAIL)
    assert sorted(world.messages(own)) == sorted([f"pay {CARD}", MAIL])
    assert world.messages(other) == [f"pay {'#' * 16}"]


def test_audits_are_logged(world: World) -> None:
    records: list[dict[str, Any]] = []
    world.sns.on_audit = lambda record: records.append(dict(record))
    topic = protected(world, statement(audit("99", FindingsDestination=group())), statement(REDACT))
    queue = world.queue()
    world.subscribe(topic, queue)
    ids = [world.publish(topic, CARD) for _ in range(20)]
    assert [record["messageId"] for record in records] == [each for each in ids if int(each[:8], 16) % 100 < 99]
    assert {record["callerPrincipal"] for record in records} == {f"arn:aws:iam::{ACCOUNT}:root"}
    assert {record["resourceArn"] for record in records} == {topic}


def test_a_topic_cannot_be_made_with_a_policy_that_is_none(world: World) -> None:
    with refused("InvalidParameter"):
        protected(world, 1)
    assert world.ask("ListTopics").Topics == []


def test_a_policy_survives_with_its_topic(world: World) -> None:
    topic = protected(world, statement(MASK))
    queue = world.queue()
    world.subscribe(topic, queue)
    other = world.restored()
    other.publish(topic, CARD)
    assert other.messages(queue) == ["#" * 16]

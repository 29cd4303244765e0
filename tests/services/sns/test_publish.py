import json
from base64 import b64encode

import pytest

from tests.services.sns.world import (
    ACCOUNT,
    ORIGIN,
    OTHER,
    STRANGER,
    World,
    binary,
    queue_arn,
    refused,
    text,
    topic_arn,
)
from weirmq.iam.caller import user_of
from weirmq.wire.aws.types.sns import MessageAttributeValue
from weirmq.wire.aws.types.sqs import CreateQueueRequest

KIB = 1024


@pytest.fixture
def topic(world: World) -> str:
    return world.topic()


@pytest.fixture
def queue(world: World, topic: str) -> str:
    """A queue that gets envelopes."""
    arn = world.queue()
    world.subscribe(topic, arn)
    return arn


def test_the_envelope(world: World, topic: str, queue: str) -> None:
    message_id = world.publish(topic, 'a "b"\n\u00e9/', Subject="Hi")
    [body] = world.bodies(queue)
    envelope = json.loads(body)
    subscription = world.ask("ListSubscriptions").Subscriptions[0].SubscriptionArn
    path = world.sns.signer.certificate_path
    signature = envelope.pop("Signature")
    assert len(signature) == 344
    assert envelope == {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic,
        "Subject": "Hi",
        "Message": 'a "b"\n\u00e9/',
        "Timestamp": "2023-11-14T22:13:20.000Z",
        "SignatureVersion": "1",
        "SigningCertURL": ORIGIN + path,
        "UnsubscribeURL": f"{ORIGIN}/?Action=Unsubscribe&SubscriptionArn={subscription}",
    }
    assert body.startswith('{\n  "Type" : "Notification",\n  "MessageId" : "')
    assert body.endswith('"\n}')


def test_attributes_in_the_envelope(world: World, topic: str, queue: str) -> None:
    attributes = {
        "size": text("big"),
        "count": text("3", "Number"),
        "kinds": text('["a", "b"]', "String.Array"),
        "raw": binary(b"\x00\xff"),
    }
    world.publish(topic, MessageAttributes=attributes)
    [body] = world.bodies(queue)
    assert json.loads(body)["MessageAttributes"] == {
        "size": {"Type": "String", "Value": "big"},
        "count": {"Type": "Number", "Value": "3"},
        "kinds": {"Type": "String.Array", "Value": '["a", "b"]'},
        "raw": {"Type": "Binary", "Value": b64encode(b"\x00\xff").decode()},
    }
    assert '\n  "MessageAttributes" : {\n    "size" : {"Type":"String","Value":"big"},\n' in body
    assert body.endswith("\n  }\n}")


def test_raw_delivery(world: World, topic: str) -> None:
    queue = world.queue()
    world.subscribe(topic, queue, RawMessageDelivery="true")
    world.publish(topic, "hi", Subject="lost", MessageAttributes={"size": text("big"), "raw": binary(b"\x00")})
    [message] = world.receive(queue)
    assert message.Body == "hi"
    found = {
        name: (value.DataType, value.StringValue, value.BinaryValue)
        for name, value in message.MessageAttributes.items()
    }
    assert found == {"size": ("String", "big", None), "raw": ("Binary", None, b"\x00")}


def test_message_structure_json(world: World, topic: str, queue: str) -> None:
    raw = world.queue("raw")
    world.subscribe(topic, raw, RawMessageDelivery="true")
    message = json.dumps({"default": "for all", "sqs": "for queues", "http": 3})
    world.publish(topic, message, MessageStructure="json")
    assert world.messages(queue) == ["for queues"]
    assert world.bodies(raw) == ["for queues"]
    world.publish(topic, '{"default": "for all"}', MessageStructure="json")
    assert world.messages(queue) == ["for all"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("{", "Invalid parameter: Message Structure - JSON message body failed to parse"),
        ("[1]", "Invalid parameter: Message Structure - JSON message body failed to parse"),
        (
            '{"default": "a", "default": "b"}',
            "Invalid parameter: Message Structure - JSON message body failed to parse",
        ),
        ("[" * 100_000, "Invalid parameter: Message Structure - JSON message body failed to parse"),
        ("{}", "Invalid parameter: Message Structure - No default entry in JSON message body"),
        ('{"sqs": "x"}', "Invalid parameter: Message Structure - No default entry in JSON message body"),
        ('{"default": 1}', "Invalid parameter: Message Structure - No default entry in JSON message body"),
    ],
)
def test_structures_that_are_none(world: World, topic: str, message: str, said: str) -> None:
    with refused("InvalidParameter", said):
        world.publish(topic, message, MessageStructure="json")


def test_an_empty_message(world: World, topic: str) -> None:
    with refused("InvalidParameter", "Invalid parameter: Empty message"):
        world.publish(topic, "")


@pytest.mark.parametrize("subject", ["", " ", "a\nb", "a\tb", "a\x7f", "x" * 101])
def test_subjects_that_are_none(world: World, topic: str, subject: str) -> None:
    with refused("InvalidParameter", "Invalid parameter: Subject"):
        world.publish(topic, Subject=subject)


def test_the_longest_subject(world: World, topic: str, queue: str) -> None:
    world.publish(topic, Subject="\u00e9" * 100)
    assert json.loads(world.bodies(queue)[0])["Subject"] == "\u00e9" * 100


def test_sizes(world: World, topic: str, queue: str) -> None:
    world.publish(topic, "x" * 256 * KIB)
    world.publish(topic, "x" * (256 * KIB - 12), MessageAttributes={"name": text("va")})
    for message, attributes in (("x" * (256 * KIB + 1), None), ("x" * (256 * KIB - 11), {"name": text("va")})):
        with refused("InvalidParameter", "Invalid parameter: Message too long"):
            world.publish(topic, message, MessageAttributes=attributes)
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        world.publish(topic, "\u00e9" * (128 * KIB + 1))
    assert len(world.bodies(queue)) == 2


def test_up_to_a_mebibyte(world: World) -> None:
    topic, raw = world.topic(MaximumMessageSize="1048576"), world.queue()
    world.subscribe(topic, raw, RawMessageDelivery="true")
    world.publish(topic, "x" * 1024 * KIB)
    assert [len(body) for body in world.bodies(raw)] == [1024 * KIB]
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        world.publish(topic, "x" * (1024 * KIB + 1))


def test_a_small_maximum(world: World) -> None:
    topic = world.topic(MaximumMessageSize="1024")
    world.publish(topic, "x" * 1024)
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        world.publish(topic, "x" * 1025)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (".a", text("x"), "Invalid message attribute name starting with character '.' was found."),
        ("a.", text("x"), "Invalid message attribute name ending with character '.' was found."),
        ("a..b", text("x"), "Message attribute name can not have successive '.' character."),
        ("a" * 256, text("x"), "Length of message attribute name must be less than 256 bytes."),
        (
            "a^",
            text("x"),
            (
                "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. "
                "Can only include alphanumeric characters, hyphens, underscores, or dots."
            ),
        ),
        (
            "attr1",
            text("x", "Strings"),
            (
                "The message attribute 'attr1' has an invalid message attribute type, "
                "the set of supported type prefixes is Binary, Number, and String."
            ),
        ),
        (
            "attr1",
            text(""),
            (
                "The message attribute 'attr1' must contain non-empty message attribute value "
                "for message attribute type 'String'."
            ),
        ),
        (
            "attr1",
            binary(b""),
            (
                "The message attribute 'attr1' must contain non-empty message attribute value "
                "for message attribute type 'Binary'."
            ),
        ),
        ("attr1", binary(b"x", "String"), "The message attribute 'attr1' with type 'String' must use field 'String'."),
        ("attr1", binary(b"x", "Number"), "The message attribute 'attr1' with type 'Number' must use field 'String'."),
        ("attr1", text("x", "Binary"), "The message attribute 'attr1' with type 'Binary' must use field 'Binary'."),
    ],
)
def test_attributes_that_are_refused(
    world: World, topic: str, name: str, value: MessageAttributeValue, message: str
) -> None:
    with refused("ParameterValueInvalid", message):
        world.publish(topic, MessageAttributes={name: value})


def test_a_type_of_one_s_own(world: World, topic: str, queue: str) -> None:
    world.publish(topic, MessageAttributes={"a": text("1", "Number.int"), "b": binary(b"x", "Binary.png")})
    found = json.loads(world.bodies(queue)[0])["MessageAttributes"]
    assert [value["Type"] for value in found.values()] == ["Number.int", "Binary.png"]


def test_a_group_is_for_standard_queues(world: World, topic: str, queue: str) -> None:
    world.publish(topic, MessageGroupId="tenant")
    [message] = world.receive(queue)
    assert message.Attributes["MessageGroupId"] == "tenant"
    for group in ("", "a b", "x" * 129):
        with refused("InvalidParameter"):
            world.publish(topic, MessageGroupId=group)


def test_a_deduplication_id_is_for_fifo_topics(world: World, topic: str) -> None:
    message = (
        "Invalid parameter: MessageDeduplicationId Reason: "
        "The request includes MessageDeduplicationId parameter that is not valid for this topic type"
    )
    with refused("InvalidParameter", message):
        world.publish(topic, MessageDeduplicationId="one")


def test_where_to(world: World, topic: str, queue: str) -> None:
    world.ask("Publish", TargetArn=topic, Message="hi")
    assert world.messages(queue) == ["hi"]
    with refused("InvalidParameter"):
        world.ask("Publish", Message="hi")
    with refused("InvalidParameter"):
        world.ask("Publish", Message="hi", TopicArn=topic, TargetArn=topic)
    for arn, count in (("randomstring", 1), ("randomstring:1", 2), ("arn:aws:sns:us-east-1:random", 5)):
        message = f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {count}"
        with refused("InvalidParameter", message):
            world.publish(arn)
    with refused("NotFound", "Topic does not exist", 404):
        world.publish(topic_arn("other"))
    with refused("InvalidParameter", "Invalid parameter: TopicArn"):
        world.ask("Publish", TopicArn=topic, Message="hi", region="eu-west-1")


def test_to_nobody(world: World, topic: str) -> None:
    end = world.journal.end
    assert world.publish(topic)
    assert world.journal.end == end


def test_a_queue_costs_one_fact(world: World, topic: str) -> None:
    for name in ("a", "b", "c"):
        world.subscribe(topic, world.queue(name))
    end = world.journal.end
    world.publish(topic)
    assert world.journal.end == end + 1


def test_who_may(world: World, topic: str) -> None:
    message = (
        f"User: arn:aws:iam::{OTHER}:root is not authorized to perform: SNS:Publish on resource: {topic} "
        "because no resource-based policy allows the SNS:Publish action"
    )
    with refused("AuthorizationError", message, 403):
        world.publish(topic, caller=STRANGER)
    world.publish(topic, caller=user_of(ACCOUNT, "ann", "AKIDANN"))


def test_signature_version_2(world: World) -> None:
    topic, queue = world.topic(SignatureVersion="2"), world.queue()
    world.subscribe(topic, queue)
    world.publish(topic)
    assert json.loads(world.bodies(queue)[0])["SignatureVersion"] == "2"


def test_a_queue_of_another_region(world: World, topic: str) -> None:
    other = queue_arn("orders", region="eu-west-1")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": other}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    request = CreateQueueRequest(QueueName="orders", Attributes={"Policy": policy})
    world.sqs.operations["CreateQueue"](world.sqs, world.call(region="eu-west-1"), request)
    world.subscribe(topic, other)
    world.publish(topic, "far")
    assert world.sqs.machine.by_arn[other].ready == 1


def test_after_a_restart(world: World, topic: str, queue: str) -> None:
    world.publish(topic, "one")
    first = world.restarted()
    first.publish(topic, "two")
    assert first.messages(queue) == ["one", "two"]
    second = world.restored()
    assert second.messages(queue) == ["one"]


def policy(statement: dict[str, object]) -> str:
    whole = {"Principal": "*", "Action": "sns:Publish", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


def test_a_policy_that_changes(world: World, topic: str) -> None:
    ann = user_of(ACCOUNT, "ann", "AKIDANN")
    for _ in range(2):
        world.publish(topic, caller=ann)
    world.ask("SetTopicAttributes", TopicArn=topic, AttributeName="Policy", AttributeValue=policy({"Effect": "Deny"}))
    with refused("AuthorizationError", status=403):
        world.publish(topic, caller=ann)
    with refused("AuthorizationError", status=403):
        world.publish(topic)


def test_a_policy_for_a_while(world: World) -> None:
    until = {"DateLessThan": {"aws:CurrentTime": "2023-11-14T23:00:00Z"}}
    topic = world.topic(Policy=policy({"Effect": "Allow", "Condition": until}))
    for _ in range(2):
        world.publish(topic, caller=STRANGER)
    world.clock.advance(hours=1)
    with refused("AuthorizationError", status=403):
        world.publish(topic, caller=STRANGER)


def test_another_caller_with_the_same_key(world: World, topic: str) -> None:
    world.publish(topic, caller=user_of(ACCOUNT, "ann", "AKIDANN"))
    with refused("AuthorizationError", status=403):
        world.publish(topic, caller=user_of(OTHER, "ann", "AKIDANN"))

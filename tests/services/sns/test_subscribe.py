import json

import pytest

from tests.services.sns.world import ACCOUNT, ORIGIN, OTHER, STRANGER, World, queue_arn, refused, topic_arn
from weirmq.engine.errands import HttpErrand, MailErrand
from weirmq.iam.caller import user_of
from weirmq.services.sns.limits import Quotas
from weirmq.wire.aws.types.sns import PublishInput

PENDING = "pending confirmation"
DIFFERENT = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"


def ask(world: World, topic: str, protocol: str, endpoint: str | None, **more: object) -> str:
    arn: str = world.ask("Subscribe", TopicArn=topic, Protocol=protocol, Endpoint=endpoint, **more).SubscriptionArn
    return arn


def test_a_queue_is_confirmed_at_once(world: World) -> None:
    topic, queue = world.topic(), world.queue()
    arn = ask(world, topic, "sqs", queue)
    assert arn.startswith(f"{topic}:")
    assert world.subscription_attributes(arn) == {
        "SubscriptionArn": arn,
        "TopicArn": topic,
        "Owner": ACCOUNT,
        "Protocol": "sqs",
        "Endpoint": queue,
        "PendingConfirmation": "false",
        "ConfirmationWasAuthenticated": "true",
        "SubscriptionPrincipal": f"arn:aws:iam::{ACCOUNT}:root",
        "RawMessageDelivery": "false",
    }


def test_the_same_endpoint_again(world: World) -> None:
    topic, queue = world.topic(), world.queue()
    arn = world.subscribe(topic, queue, RawMessageDelivery="true")
    assert world.subscribe(topic, queue) == arn
    assert world.subscribe(topic, queue, RawMessageDelivery="true") == arn
    with refused("InvalidParameter", DIFFERENT):
        world.subscribe(topic, queue, RawMessageDelivery="false")
    with refused("InvalidParameter", DIFFERENT):
        world.subscribe(topic, queue, FilterPolicy='{"a": ["b"]}')


def test_an_endpoint_that_must_confirm(world: World) -> None:
    topic = world.topic()
    assert ask(world, topic, "https", "https://example.com/") == PENDING
    shown = ask(world, topic, "email", "ann@example.com", ReturnSubscriptionArn=True)
    assert world.subscription_attributes(shown)["PendingConfirmation"] == "true"
    listed = world.ask("ListSubscriptionsByTopic", TopicArn=topic).Subscriptions
    assert [each.SubscriptionArn for each in listed] == ["PendingConfirmation"] * 2


def test_what_the_endpoint_is_sent(world: World) -> None:
    topic = world.topic()
    ask(world, topic, "http", "http://example.com/hook")
    [task] = world.tasks()
    errand = world.errand(task)
    assert isinstance(errand, HttpErrand)
    headers = dict(errand.headers)
    assert errand.url == "http://example.com/hook"
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert headers["x-amz-sns-topic-arn"] == topic
    assert headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert "x-amz-sns-subscription-arn" not in headers
    body = json.loads(errand.body)
    assert list(body) == [
        "Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp", "SignatureVersion",
        "Signature", "SigningCertURL",
    ]  # fmt: skip
    assert headers["x-amz-sns-message-id"] == body["MessageId"]
    link = f"{ORIGIN}/?Action=ConfirmSubscription&TopicArn={topic}&Token={body['Token']}"
    assert body["SubscribeURL"] == link
    assert body["Message"].startswith(f"You have chosen to subscribe to the topic {topic}.")


def test_what_a_mailbox_is_sent(world: World) -> None:
    topic = world.topic()
    ask(world, topic, "email", "ann@example.com")
    [task] = world.tasks()
    errand = world.errand(task)
    assert isinstance(errand, MailErrand)
    assert errand.to == "ann@example.com"
    assert errand.subject == "AWS Notification - Subscription Confirmation"
    assert f"{ORIGIN}/?Action=ConfirmSubscription&TopicArn={topic}&Token=" in errand.text


def test_asked_again_while_it_waits(world: World) -> None:
    topic = world.topic()
    arn = ask(world, topic, "email", "ann@example.com", ReturnSubscriptionArn=True)
    first = world.subscription(arn).token
    assert ask(world, topic, "email", "ann@example.com") == PENDING
    assert world.subscription(arn).token != first
    old, new = world.tasks()
    assert not isinstance(world.errand(old), MailErrand)
    assert isinstance(world.errand(new), MailErrand)


def test_nobody_confirms(world: World) -> None:
    topic = world.topic()
    arn = ask(world, topic, "email", "ann@example.com", ReturnSubscriptionArn=True)
    world.clock.advance(hours=47)
    world.work()
    assert world.subscription_attributes(arn)
    world.clock.advance(hours=1)
    world.work()
    with refused("NotFound", "Subscription does not exist", 404):
        world.subscription_attributes(arn)
    assert world.attributes(topic)["SubscriptionsDeleted"] == "0"


def test_a_queue_of_another_account_must_be_confirmed_by_it(world: World) -> None:
    topic, queue = world.topic(), world.queue(caller=STRANGER)
    assert ask(world, topic, "sqs", queue) == PENDING
    [body] = world.bodies(queue)
    message = json.loads(body)
    assert message["Type"] == "SubscriptionConfirmation"
    world.publish(topic)
    assert world.bodies(queue) == []
    world.ask("ConfirmSubscription", TopicArn=topic, Token=message["Token"], caller=STRANGER)
    world.publish(topic, "hi")
    assert world.messages(queue) == ["hi"]


def test_an_account_subscribes_its_queue_to_the_topic_of_another(world: World) -> None:
    topic, queue = world.topic(), world.queue(caller=STRANGER)
    with refused("AuthorizationError", status=403):
        world.subscribe(topic, queue, caller=STRANGER)
    world.ask("AddPermission", TopicArn=topic, Label="x", AWSAccountId=[OTHER], ActionName=["Subscribe"])
    arn = world.subscribe(topic, queue, caller=STRANGER)
    world.publish(topic, "hi")
    assert world.messages(queue) == ["hi"]
    found = world.ask("GetSubscriptionAttributes", SubscriptionArn=arn, caller=STRANGER).Attributes
    assert found["Owner"] == OTHER
    assert len(world.ask("ListSubscriptions", caller=STRANGER).Subscriptions) == 1
    assert world.ask("ListSubscriptions").Subscriptions == []


def test_a_policy_on_endpoints_and_protocols(world: World) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Subscribe",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"sns:Protocol": "https"}},
    }
    topic = world.topic(Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    with refused("AuthorizationError", status=403):
        world.subscribe(topic, world.queue())
    assert ask(world, topic, "https", "https://example.com/") == PENDING


@pytest.mark.parametrize(
    ("protocol", "endpoint", "message"),
    [
        ("test-protocol", "x", "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol"),
        ("http", "https://example.com", "Invalid parameter: Endpoint must match the specified protocol"),
        ("https", "https://", "Invalid parameter: Endpoint"),
        ("https", "https://example.com:0/", "Invalid parameter: Endpoint"),
        ("https", "https://example.com:99999/", "Invalid parameter: Endpoint"),
        ("https", "https://exa mple.com/", "Invalid parameter: Endpoint"),
        ("https", "https://example.com/\r\nX: 1", "Invalid parameter: Endpoint"),
        ("https", "", "Invalid parameter: Endpoint"),
        ("https", None, "Invalid parameter: Endpoint"),
        ("email", "ann", "Invalid parameter: Email address"),
        ("email", "ann@example.com\n", "Invalid parameter: Email address"),
        ("email-json", "a@b@c.de", "Invalid parameter: Email address"),
        ("sms", "+15--551234567", "Invalid SMS endpoint: +15--551234567"),
        ("sms", "+15551234567.", "Invalid SMS endpoint: +15551234567."),
        ("sms", "/+15551234567", "Invalid SMS endpoint: /+15551234567"),
        ("sms", "NAA+15551234567", "Invalid SMS endpoint: NAA+15551234567"),
        ("sms", "invalid-number", "Invalid SMS endpoint: invalid-number"),
        ("sqs", "orders", "Invalid parameter: SQS endpoint ARN"),
        ("sqs", "arn:aws:sns:us-east-1:111122223333:orders", "Invalid parameter: SQS endpoint ARN"),
        ("lambda", "arn:aws:lambda:us-east-1:111122223333:layer:x", "Invalid parameter: Lambda endpoint ARN"),
        ("application", "x", "Invalid parameter: ApplicationEndpoint endpoint ARN"),
    ],
)
def test_endpoints_that_cannot_be_one(world: World, protocol: str, endpoint: str, message: str) -> None:
    with refused("InvalidParameter", message):
        ask(world, world.topic(), protocol, endpoint)


@pytest.mark.parametrize("hostile", ["1" * 2_000 + "x", "1-" * 1_000, "+" + "1 " * 80])
def test_hostile_phone_numbers(world: World, hostile: str) -> None:
    topic = world.topic()
    for _ in range(100):  # a search that tries all ways to share the digits out would take a minute
        with refused("InvalidParameter", f"Invalid SMS endpoint: {hostile}"):
            ask(world, topic, "sms", hostile)


@pytest.mark.parametrize("number", ["+49 151 123-4567", "491511234567", "+1.555.123.4567", "12345"])
def test_phone_numbers_as_people_write_them(world: World, number: str) -> None:
    subscription = world.subscribe(world.topic(), number, "sms")
    digits = "".join(letter for letter in number if letter.isdigit())
    assert world.subscription_attributes(subscription)["Endpoint"] == f"+{digits}"


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("lambda", "arn:aws:lambda:us-east-1:111122223333:function:bill"),
        ("email", "ann@example.com"),
        ("email-json", "ann@example.com"),
        ("sms", "+491511234567"),
    ],
)
def test_raw_delivery_is_for_queues_and_urls(world: World, protocol: str, endpoint: str) -> None:
    topic, message = world.topic(), f"Delivery protocol [{protocol}] does not support raw message delivery."
    with refused("InvalidParameter", f"Invalid parameter: Attributes Reason: {message}"):
        world.subscribe(topic, endpoint, protocol, RawMessageDelivery="true")
    arn = world.subscribe(topic, endpoint, protocol, RawMessageDelivery="false")
    with refused("InvalidParameter", f"Invalid parameter: {message}"):
        world.ask(
            "SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true"
        )


def test_a_fifo_queue_on_a_standard_topic(world: World) -> None:
    message = (
        "Invalid parameter: Invalid parameter: Endpoint Reason: "
        "FIFO SQS Queues can not be subscribed to standard SNS topics"
    )
    with refused("InvalidParameter", message):
        ask(world, world.topic(), "sqs", queue_arn("orders.fifo"))


def test_what_fifo_topics_deliver_to(world: World) -> None:
    topic = world.topic("orders.fifo")
    ask(world, topic, "sqs", world.queue("orders.fifo"))
    ask(world, topic, "sqs", world.queue("orders"))
    with refused("InvalidParameter"):
        ask(world, topic, "https", "https://example.com/")


def test_firehose_is_not_there_yet(world: World) -> None:
    stream = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/x"
    with refused("InvalidParameter"):
        ask(world, world.topic(), "firehose", stream, Attributes={"SubscriptionRoleArn": "arn:aws:iam::1:role/x"})


def test_topics_that_are_not_there(world: World) -> None:
    with refused("NotFound", "Topic does not exist", 404):
        ask(world, topic_arn("orders"), "sqs", queue_arn("orders"))
    with refused("InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"):
        ask(world, "randomstring", "sqs", queue_arn("orders"))
    with refused("InvalidParameter", "Invalid parameter: TopicArn"):
        ask(world, topic_arn("orders", region="us-west-2"), "sqs", queue_arn("orders"))


def test_a_user_needs_a_policy_or_the_topic_s(world: World) -> None:
    user = user_of(ACCOUNT, "ann", "AKIDANN")
    topic = world.topic()
    world.subscribe(topic, world.queue(), caller=user)  # the default policy lets in all callers of the account
    closed = world.topic("closed", Policy=json.dumps({"Statement": [DENY]}))
    with refused("AuthorizationError", status=403):
        world.subscribe(closed, world.queue(), caller=user)


DENY = {"Effect": "Deny", "Principal": "*", "Action": "sns:Subscribe", "Resource": "*"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("InvalidKey", "x", "Invalid parameter: Attributes Reason: Invalid attribute name: InvalidKey"),
        (
            "RawMessageDelivery",
            "wrongvalue",
            (
                "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or"
                " false."
            ),
        ),
        (
            "FilterPolicy",
            '{"key":[]}',
            (
                "Invalid parameter: Attributes Reason: FilterPolicy: Empty arrays are not allowed\n at [Source: "
                '(String)"{"key":[]}"; line: 1, column: 10]'
            ),
        ),
        (
            "FilterPolicy",
            json.dumps({f"k{n}": ["v"] for n in range(6)}),
            "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy can not have more than 5 keys",
        ),
        (
            "FilterPolicy",
            json.dumps({f"k{n}": [str(v) for v in range(6)] for n in range(3)}),
            "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy is too complex",
        ),
        (
            "FilterPolicy",
            '{"k": {"nested": ["v"]}}',
            "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        ("RedrivePolicy", "{}", ""),
        ("DeliveryPolicy", '{"http": {}}', ""),
        ("ReplayPolicy", '{"PointType": "Timestamp", "StartingPoint": "2024-01-01T00:00:00Z"}', ""),
    ],
)
def test_attributes_that_are_refused(world: World, name: str, value: str, message: str) -> None:
    with refused("InvalidParameter", message):
        world.subscribe(world.topic(), world.queue(), **{name: value})


def test_quotas(world: World) -> None:
    topic = world.topic()
    world.sns.quotas = Quotas(filter_policies_of_topic=1)
    world.subscribe(topic, world.queue("one"), FilterPolicy='{"a": ["b"]}')
    world.subscribe(topic, world.queue("none"), FilterPolicy="{}")
    with refused("FilterPolicyLimitExceeded", status=403):
        world.subscribe(topic, world.queue("two"), FilterPolicy='{"a": ["b"]}')
    world.sns.quotas = Quotas(subscriptions=2)
    with refused("SubscriptionLimitExceeded", status=403):
        world.subscribe(topic, world.queue("three"))
    assert world.subscribe(topic, queue_arn("one"))
    world.sns.quotas = Quotas(pending_subscriptions=1)
    world.subscribe(topic, "https://example.com/1", "https")
    with refused("SubscriptionLimitExceeded", status=403):
        world.subscribe(topic, "https://example.com/2", "https")


def test_after_a_restart(world: World) -> None:
    topic = world.topic()
    arn = world.subscribe(topic, world.queue(), RawMessageDelivery="true", FilterPolicy='{"a": ["b"]}')
    waiting = world.subscribe(topic, "https://example.com/", "https")
    for other in (world.restarted(), world.restored()):
        assert other.subscription_attributes(arn) == world.subscription_attributes(arn)
        assert other.subscription_attributes(waiting) == world.subscription_attributes(waiting)
        token = world.subscription(waiting).token
        assert other.ask("ConfirmSubscription", TopicArn=topic, Token=token).SubscriptionArn == waiting
        assert other.sns.machine.filter_policies[ACCOUNT] == 1


def test_a_password_is_not_shown(world: World) -> None:
    topic = world.topic()
    arn = world.subscribe(topic, "https://ann:p%40ss:w@example.com:8443/a?b=c@d", "https")
    assert world.subscription_attributes(arn)["Endpoint"] == "https://ann:****@example.com:8443/a?b=c@d"
    [listed] = world.ask("ListSubscriptionsByTopic", TopicArn=topic).Subscriptions
    assert listed.Endpoint == "https://ann:****@example.com:8443/a?b=c@d"
    assert world.errand(world.tasks()[0]).url == "https://ann:p%40ss:w@example.com:8443/a?b=c@d"


def test_hosts_that_are_none_are_not_linked_to(world: World) -> None:
    topic, queue = world.topic(), world.queue()
    world.subscribe(topic, queue)
    call = world.call()
    call.origin = 'http://x","Type":"y'
    world.sns.operations["Publish"](world.sns, call, PublishInput(TopicArn=topic, Message="hi"))
    assert json.loads(world.bodies(queue)[0])["SigningCertURL"].startswith("http://localhost/Simple")

import json

import pytest

from tests.services.sns.world import ACCOUNT, STRANGER, World, queue_arn, refused

SOURCE = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]"


@pytest.fixture
def arn(world: World) -> str:
    return world.subscribe(world.topic(), world.queue())


def put(world: World, arn: str, name: str, value: str | None) -> None:
    world.ask("SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName=name, AttributeValue=value)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("RawMessageDelivery", "TRUE", "true"),
        ("FilterPolicy", '{"a": ["b"]}', '{"a": ["b"]}'),
        ("FilterPolicyScope", "MessageBody", "MessageBody"),
        (
            "RedrivePolicy",
            json.dumps({"deadLetterTargetArn": queue_arn("dead")}),
            f'{{"deadLetterTargetArn":"{queue_arn("dead")}"}}',
        ),
        ("DeliveryPolicy", '{"throttlePolicy": {"maxReceivesPerSecond": 5}}', ""),
    ],
)
def test_one_after_the_other(world: World, arn: str, name: str, value: str, shown: str) -> None:
    put(world, arn, name, value)
    found = world.subscription_attributes(arn)[name]
    assert found == shown or json.loads(found) == json.loads(value)
    assert world.restarted().subscription_attributes(arn)[name] == found


def test_back_to_what_it_was(world: World, arn: str) -> None:
    put(world, arn, "FilterPolicy", '{"a": ["b"]}')
    assert world.subscription_attributes(arn)["FilterPolicyScope"] == "MessageAttributes"
    put(world, arn, "FilterPolicy", "")
    assert "FilterPolicy" not in world.subscription_attributes(arn)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FakeAttribute", "x", "AttributeName"),
        ("Owner", "x", "AttributeName"),
        ("RawMessageDelivery", "", "RawMessageDelivery: Invalid value []. Must be true or false."),
        ("RawMessageDelivery", "test-ValUe", "RawMessageDelivery: Invalid value [test-ValUe]. Must be true or false."),
        (
            "FilterPolicyScope",
            "RandomValue",
            "FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes",
        ),
        (
            "RedrivePolicy",
            "{invalidjson}",
            (
                "RedrivePolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
                f"double-quote to start field name{SOURCE}"
            ),
        ),
        (
            "RedrivePolicy",
            '{"deadLetterTargetArn": "fake-arn"}',
            "RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
        (
            "FilterPolicy",
            '{"key_a": {"b": ["c"]}}',
            "Filter policy scope MessageAttributes does not support nested filter policy",
        ),
    ],
)
def test_values_that_are_refused(world: World, arn: str, name: str, value: str, message: str) -> None:
    with refused("InvalidParameter", f"Invalid parameter: {message}"):
        put(world, arn, name, value)


def test_a_nested_policy_keeps_its_scope(world: World, arn: str) -> None:
    put(world, arn, "FilterPolicyScope", "MessageBody")
    put(world, arn, "FilterPolicy", '{"a": {"b": ["c"]}}')
    message = "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy"
    with refused("InvalidParameter", message):
        put(world, arn, "FilterPolicyScope", "MessageAttributes")


def test_a_fifo_subscription_needs_a_fifo_dead_letter_queue(world: World) -> None:
    arn = world.subscribe(world.topic("t.fifo"), world.queue("q.fifo"))
    message = "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
    with refused("InvalidParameter", message):
        put(world, arn, "RedrivePolicy", json.dumps({"deadLetterTargetArn": queue_arn("dead")}))
    put(world, arn, "RedrivePolicy", json.dumps({"deadLetterTargetArn": queue_arn("dead.fifo")}))


def test_subscriptions_that_are_not_there(world: World, arn: str) -> None:
    with refused("NotFound", "Subscription does not exist", 404):
        put(world, f"{arn[:-1]}x", "RawMessageDelivery", "true")
    message = "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"
    with refused("InvalidParameter", message):
        put(world, "x", "RawMessageDelivery", "true")


def test_strangers_may_not(world: World, arn: str) -> None:
    assert ACCOUNT in arn
    with refused("AuthorizationError", status=403):
        world.ask(
            "SetSubscriptionAttributes",
            SubscriptionArn=arn,
            AttributeName="RawMessageDelivery",
            AttributeValue="true",
            caller=STRANGER,
        )


def test_an_effective_delivery_policy(world: World) -> None:
    topic_policy = {"http": {"defaultHealthyRetryPolicy": {"numRetries": 7}}}
    arn = world.subscribe(world.topic(DeliveryPolicy=json.dumps(topic_policy)), "https://example.com/", "https")

    def effective() -> dict[str, object]:
        found: dict[str, object] = json.loads(world.subscription_attributes(arn)["EffectiveDeliveryPolicy"])
        return found

    first = effective()
    assert list(first) == ["healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed"]
    assert first["healthyRetryPolicy"]["numRetries"] == 7  # type: ignore[index]
    own = {"healthyRetryPolicy": {"numRetries": 9}, "requestPolicy": {"headerContentType": "application/json"}}
    put(world, arn, "DeliveryPolicy", json.dumps(own))
    second = effective()
    assert second["healthyRetryPolicy"]["numRetries"] == 9  # type: ignore[index]
    assert second["requestPolicy"] == {"headerContentType": "application/json"}
    topic_policy["http"]["disableSubscriptionOverrides"] = True  # type: ignore[assignment]
    world.ask(
        "SetTopicAttributes",
        TopicArn=arn.rpartition(":")[0],
        AttributeName="DeliveryPolicy",
        AttributeValue=json.dumps(topic_policy),
    )
    assert effective() == first

import json

import pytest

from tests.services.sns.world import World, queue_arn, refused, topic_arn

RETRY = "http.defaultHealthyRetryPolicy"


def put(world: World, arn: str, name: str, value: str | None) -> None:
    world.ask("SetTopicAttributes", TopicArn=arn, AttributeName=name, AttributeValue=value)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("DisplayName", "Orders", "Orders"),
        ("KmsMasterKeyId", "alias/mine", "alias/mine"),
        ("SignatureVersion", "2", "2"),
        ("TracingConfig", "Active", "Active"),
        ("MaximumMessageSize", "01024", "1024"),
        ("LambdaFailureFeedbackRoleArn", "arn:aws:iam::111122223333:role/log", "arn:aws:iam::111122223333:role/log"),
        ("LambdaSuccessFeedbackSampleRate", "10", "10"),
    ],
)
def test_one_after_the_other(world: World, name: str, value: str, shown: str) -> None:
    arn = world.topic()
    put(world, arn, name, value)
    assert world.attributes(arn)[name] == shown
    assert world.restarted().attributes(arn)[name] == shown


def test_back_to_what_it_was(world: World) -> None:
    arn = world.topic(DisplayName="Orders")
    put(world, arn, "DisplayName", None)
    assert world.attributes(arn)["DisplayName"] == ""


@pytest.mark.parametrize("name", ["FakeAttribute", "TopicArn", "FifoTopic", "ContentBasedDeduplication", ""])
def test_attributes_that_cannot_be_set(world: World, name: str) -> None:
    with refused("InvalidParameter", "Invalid parameter: AttributeName"):
        put(world, world.topic(), name, "true")


def test_content_based_deduplication_can_be_changed(world: World) -> None:
    arn = world.topic("orders.fifo")
    put(world, arn, "ContentBasedDeduplication", "true")
    assert world.publish(arn, "a", MessageGroupId="g")


def test_a_topic_that_is_not_there(world: World) -> None:
    with refused("NotFound", "Topic does not exist", 404):
        put(world, topic_arn("orders"), "DisplayName", "x")


def test_a_delivery_policy(world: World) -> None:
    arn = world.topic()
    policy = {
        "http": {
            "defaultHealthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 60, "numRetries": 50},
            "defaultThrottlePolicy": {"maxReceivesPerSecond": 10},
            "defaultRequestPolicy": {"headerContentType": "application/json"},
        }
    }
    put(world, arn, "DeliveryPolicy", json.dumps(policy))
    found = world.attributes(arn)
    assert json.loads(found["DeliveryPolicy"]) == policy
    effective = json.loads(found["EffectiveDeliveryPolicy"])["http"]
    assert effective["defaultHealthyRetryPolicy"]["numRetries"] == 50
    assert effective["defaultHealthyRetryPolicy"]["backoffFunction"] == "linear"
    assert effective["defaultThrottlePolicy"] == {"maxReceivesPerSecond": 10}
    assert effective["defaultRequestPolicy"] == {"headerContentType": "application/json"}


@pytest.mark.parametrize(
    "http",
    [
        {"defaultHealthyRetryPolicy": {"minDelayTarget": 0}},
        {"defaultHealthyRetryPolicy": {"minDelayTarget": 30, "maxDelayTarget": 29}},
        {"defaultHealthyRetryPolicy": {"numRetries": 101}},
        {"defaultHealthyRetryPolicy": {"numRetries": 3, "numMinDelayRetries": 2, "numMaxDelayRetries": 2}},
        {"defaultHealthyRetryPolicy": {"numRetries": 100, "minDelayTarget": 37, "maxDelayTarget": 37}},
        {"defaultHealthyRetryPolicy": {"backoffFunction": "cubic"}},
        {"defaultHealthyRetryPolicy": {"tries": 3}},
        {"defaultHealthyRetryPolicy": []},
        {"defaultThrottlePolicy": {"maxReceivesPerSecond": 0}},
        {"defaultRequestPolicy": {"headerContentType": "text/plain\r\nX: 1"}},
        {"disableSubscriptionOverrides": "yes"},
        {"more": 1},
    ],
)
def test_delivery_policies_that_are_refused(world: World, http: object) -> None:
    with refused("InvalidParameter"):
        put(world, world.topic(), "DeliveryPolicy", json.dumps({"http": http}))


def test_no_json(world: World) -> None:
    message = (
        "Invalid parameter: DeliveryPolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
        "double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
        "disabled); line: 1, column: 2]"
    )
    with refused("InvalidParameter", message):
        put(world, world.topic(), "DeliveryPolicy", "{invalid}")


def test_large_messages_need_few_and_near_subscribers(world: World) -> None:
    near, far = world.topic("near"), world.topic("far")
    world.subscribe(near, world.queue())
    put(world, near, "MaximumMessageSize", "1048576")
    with refused("InvalidParameter"):
        world.subscribe(near, "https://example.com/", "https")
    world.subscribe(far, "https://example.com/", "https")
    put(world, far, "MaximumMessageSize", "262144")
    with refused("InvalidParameter"):
        put(world, far, "MaximumMessageSize", "262145")


def test_large_messages_have_a_hundred_subscribers_at_most(world: World) -> None:
    topic = world.topic(MaximumMessageSize="1048576")
    for number in range(100):
        world.subscribe(topic, queue_arn(f"orders-{number}"))
    with refused("InvalidParameter"):
        world.subscribe(topic, queue_arn("orders-100"))
    put(world, topic, "MaximumMessageSize", "1048576")


def test_an_archive_is_for_fifo_topics(world: World) -> None:
    with refused("InvalidParameter", "Invalid parameter: AttributeName"):
        put(world, world.topic(), "ArchivePolicy", '{"MessageRetentionPeriod": 1}')
    fifo = world.topic("orders.fifo")
    for days in ("0", "366", '"x"', "null"):
        with refused("InvalidParameter"):
            put(world, fifo, "ArchivePolicy", f'{{"MessageRetentionPeriod": {days}}}')
    put(world, fifo, "ArchivePolicy", '{"MessageRetentionPeriod": 365}')
    assert world.topic_of(fifo).settings.archive_days == 365

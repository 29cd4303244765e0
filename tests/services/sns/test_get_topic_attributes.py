import json

from tests.services.sns.world import ACCOUNT, OTHER, REGION, STRANGER, World, refused, topic_arn

RETRY = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}


def test_of_a_new_topic(world: World) -> None:
    arn = world.topic()
    found = world.attributes(arn)
    policy, delivery = json.loads(found.pop("Policy")), json.loads(found.pop("EffectiveDeliveryPolicy"))
    assert found == {
        "TopicArn": arn,
        "Owner": ACCOUNT,
        "DisplayName": "",
        "SubscriptionsConfirmed": "0",
        "SubscriptionsPending": "0",
        "SubscriptionsDeleted": "0",
    }
    assert delivery == {
        "http": {
            "defaultHealthyRetryPolicy": RETRY,
            "disableSubscriptionOverrides": False,
            "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
        }
    }
    assert policy["Id"] == "__default_policy_ID"
    assert policy["Version"] == "2008-10-17"
    [statement] = policy["Statement"]
    assert statement == {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            "SNS:GetTopicAttributes",
            "SNS:SetTopicAttributes",
            "SNS:AddPermission",
            "SNS:RemovePermission",
            "SNS:DeleteTopic",
            "SNS:Subscribe",
            "SNS:ListSubscriptionsByTopic",
            "SNS:Publish",
        ],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
    }


def test_of_a_fifo_topic(world: World) -> None:
    found = world.attributes(world.topic("orders.fifo"))
    assert found["FifoTopic"] == "true"
    assert found["ContentBasedDeduplication"] == "false"
    assert found["FifoThroughputScope"] == "Topic"


def test_subscriptions_are_counted(world: World) -> None:
    arn = world.topic()
    first = world.subscribe(arn, world.queue("one"))
    world.subscribe(arn, world.queue("two"))
    world.subscribe(arn, "https://example.com/", "https")
    world.ask("Unsubscribe", SubscriptionArn=first)
    found = world.attributes(arn)
    names = ("SubscriptionsConfirmed", "SubscriptionsPending", "SubscriptionsDeleted")
    assert [found[name] for name in names] == ["1", "1", "1"]


def test_where_the_archive_begins(world: World) -> None:
    arn = world.topic("orders.fifo", ArchivePolicy='{"MessageRetentionPeriod": 2}', ContentBasedDeduplication="true")
    world.clock.advance(hours=1)
    world.publish(arn, "one", MessageGroupId="g")
    world.clock.advance(days=1)
    world.publish(arn, "two", MessageGroupId="g")
    assert world.attributes(arn)["BeginningArchiveTime"] == "2023-11-14T23:13:20.000Z"
    world.clock.advance(days=1)
    assert world.attributes(arn)["BeginningArchiveTime"] == "2023-11-15T23:13:20.000Z"


def test_topics_that_are_not_there(world: World) -> None:
    with refused("NotFound", "Topic does not exist", 404):
        world.attributes(topic_arn("orders"))
    with refused("InvalidParameter", "Invalid parameter: TopicArn"):
        world.attributes(topic_arn("orders", region="eu-west-1"))
    with refused("InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 5"):
        world.attributes("arn:aws:sns:us-east-1:random")
    with refused("InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2"):
        world.attributes("randomstring:1")


def test_of_another_account(world: World) -> None:
    arn = world.topic()
    message = (
        f"User: arn:aws:iam::{OTHER}:root is not authorized to perform: SNS:GetTopicAttributes on resource: {arn} "
        "because no resource-based policy allows the SNS:GetTopicAttributes action"
    )
    with refused("AuthorizationError", message, 403):
        world.ask("GetTopicAttributes", TopicArn=arn, caller=STRANGER)
    assert REGION in arn

import json

from tests.services.sns.world import ACCOUNT, OTHER, STRANGER, World, refused
from weirmq.engine.errands import HttpErrand, MailErrand
from weirmq.iam.caller import root_of

UNSIGNED = root_of(ACCOUNT)


def confirmed(world: World, endpoint: str, protocol: str) -> str:
    topic = world.topic()
    arn = world.subscribe(topic, endpoint, protocol)
    world.ask("ConfirmSubscription", TopicArn=topic, Token=world.subscription(arn).token)
    return arn


def test_no_more_messages(world: World) -> None:
    topic, queue = world.topic(), world.queue()
    arn = world.subscribe(topic, queue)
    world.ask("Unsubscribe", SubscriptionArn=arn)
    world.publish(topic)
    assert world.bodies(queue) == []
    assert world.restarted().ask("ListSubscriptions").Subscriptions == []


def test_one_that_is_gone_is_not_missed(world: World) -> None:
    arn = world.subscribe(world.topic(), world.queue())
    world.ask("Unsubscribe", SubscriptionArn=arn)
    world.ask("Unsubscribe", SubscriptionArn=arn)


def test_what_cannot_be_its_arn(world: World) -> None:
    for text, message in (
        ("", "Invalid parameter: SubscriptionArn Reason: no value for required parameter"),
        (
            "randomstring",
            "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1",
        ),
        (
            "arn:aws:sns:us-east-1:random",
            "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 5",
        ),
        (f"arn:aws:sns:us-east-1:{ACCOUNT}:random", "Invalid parameter: SubscriptionId"),
    ):
        with refused("InvalidParameter", message):
            world.ask("Unsubscribe", SubscriptionArn=text)


def test_strangers_may_not(world: World) -> None:
    arn = world.subscribe(world.topic(), world.queue())
    with refused("AuthorizationError", status=403):
        world.ask("Unsubscribe", SubscriptionArn=arn, caller=STRANGER)
    with refused("AuthorizationError", status=403):
        world.ask("Unsubscribe", SubscriptionArn=arn, caller=UNSIGNED)


def test_the_topic_s_owner_may(world: World) -> None:
    topic, queue = world.topic(), world.queue(caller=STRANGER)
    world.ask("AddPermission", TopicArn=topic, Label="x", AWSAccountId=[OTHER], ActionName=["Subscribe"])
    arn = world.subscribe(topic, queue, caller=STRANGER)
    world.ask("Unsubscribe", SubscriptionArn=arn)


def test_a_link_in_a_mail(world: World) -> None:
    arn = confirmed(world, "ann@example.com", "email")
    world.ask("Unsubscribe", SubscriptionArn=arn, caller=UNSIGNED)
    task = world.tasks()[-1]
    errand = world.errand(task)
    assert isinstance(errand, MailErrand)
    assert "Action=ConfirmSubscription" in errand.text


def test_the_owner_sends_no_mail(world: World) -> None:
    arn = confirmed(world, "ann@example.com", "email")
    count = len(world.tasks())
    world.ask("Unsubscribe", SubscriptionArn=arn)
    assert len(world.tasks()) == count


def test_an_http_endpoint_is_told(world: World) -> None:
    arn = confirmed(world, "https://example.com/", "https")
    world.ask("Unsubscribe", SubscriptionArn=arn)
    errand = world.errand(world.tasks()[-1])
    assert isinstance(errand, HttpErrand)
    headers, body = dict(errand.headers), json.loads(errand.body)
    assert headers["x-amz-sns-message-type"] == body["Type"] == "UnsubscribeConfirmation"
    assert headers["x-amz-sns-subscription-arn"] == arn
    assert body["Message"].startswith(f"You have chosen to deactivate subscription {arn}.")


def test_farewells_do_not_wait_for_each_other(world: World) -> None:
    urls = ("https://hangs.example.com/", "https://example.com/")
    arns = [confirmed(world, url, "https") for url in urls]
    for arn in arns:
        world.ask("Unsubscribe", SubscriptionArn=arn)
    lanes = [world.outbox.carriers["sns"]().lane(arn) for arn in arns]
    assert len(set(lanes)) == 2


def test_it_can_come_back(world: World) -> None:
    arn = confirmed(world, "https://example.com/", "https")
    topic = arn.rpartition(":")[0]
    world.ask(
        "SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true"
    )
    world.ask("Unsubscribe", SubscriptionArn=arn)
    token = json.loads(world.errand(world.tasks()[-1]).body)["Token"]
    for other in (world.restarted(), world.restored(), world):
        assert other.ask("ConfirmSubscription", TopicArn=topic, Token=token, caller=UNSIGNED).SubscriptionArn == arn
        assert other.subscription_attributes(arn)["RawMessageDelivery"] == "true"
        assert other.subscription_attributes(arn)["PendingConfirmation"] == "false"


def test_not_for_ever(world: World) -> None:
    arn = confirmed(world, "https://example.com/", "https")
    world.ask("Unsubscribe", SubscriptionArn=arn)
    token = json.loads(world.errand(world.tasks()[-1]).body)["Token"]
    world.clock.advance(days=3)
    with refused("InvalidParameter", "Invalid parameter: Token"):
        world.ask("ConfirmSubscription", TopicArn=arn.rpartition(":")[0], Token=token)

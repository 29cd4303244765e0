import pytest

from tests.services.sns.world import ACCOUNT, World, refused, topic_arn
from weirmq.iam.caller import Caller, root_of

UNSIGNED = root_of(ACCOUNT)
NOBODY = Caller("", "anonymous", "anonymous")


@pytest.fixture
def topic(world: World) -> str:
    return world.topic()


@pytest.fixture
def waiting(world: World, topic: str) -> str:
    """A subscription that waits."""
    return world.subscribe(topic, "https://example.com/", "https")


def test_whoever_has_the_token(world: World, topic: str, waiting: str) -> None:
    token = world.subscription(waiting).token
    answer = world.ask("ConfirmSubscription", TopicArn=topic, Token=token, caller=UNSIGNED)
    assert answer.SubscriptionArn == waiting
    found = world.subscription_attributes(waiting)
    assert found["PendingConfirmation"] == "false"
    assert found["ConfirmationWasAuthenticated"] == "false"
    assert world.attributes(topic)["SubscriptionsConfirmed"] == "1"


def test_somebody_of_no_account(world: World, topic: str, waiting: str) -> None:
    token = world.subscription(waiting).token
    world.ask("ConfirmSubscription", TopicArn=topic, Token=token, caller=NOBODY)
    assert world.subscription_attributes(waiting)["PendingConfirmation"] == "false"
    world.ask("Unsubscribe", SubscriptionArn=waiting, caller=NOBODY)
    assert world.ask("ListSubscriptions").Subscriptions == []


def test_twice(world: World, topic: str, waiting: str) -> None:
    token = world.subscription(waiting).token
    for _ in range(2):
        assert world.ask("ConfirmSubscription", TopicArn=topic, Token=token).SubscriptionArn == waiting


def test_it_no_longer_runs_out(world: World, topic: str, waiting: str) -> None:
    world.ask("ConfirmSubscription", TopicArn=topic, Token=world.subscription(waiting).token)
    world.clock.advance(days=10)
    world.work()
    assert world.subscription_attributes(waiting)


def test_only_the_owner_may_unsubscribe(world: World, topic: str, waiting: str) -> None:
    token = world.subscription(waiting).token
    members = {"TopicArn": topic, "Token": token, "AuthenticateOnUnsubscribe": "true"}
    with refused("AuthorizationError", status=403):
        world.ask("ConfirmSubscription", caller=UNSIGNED, **members)
    world.ask("ConfirmSubscription", **members)
    assert world.subscription_attributes(waiting)["ConfirmationWasAuthenticated"] == "true"
    with refused("AuthorizationError", status=403):
        world.ask("Unsubscribe", SubscriptionArn=waiting, caller=UNSIGNED)
    world.ask("Unsubscribe", SubscriptionArn=waiting)


def test_tokens_that_are_none(world: World, topic: str, waiting: str) -> None:
    token = world.subscription(waiting).token
    unknown = token[:-4] + ("0000" if token[-4:] != "0000" else "1111")
    with refused("InvalidParameter", "Invalid token"):
        world.ask("ConfirmSubscription", TopicArn=topic, Token="abc")
    with refused("InvalidParameter", "Invalid parameter: Token"):
        world.ask("ConfirmSubscription", TopicArn=topic, Token=unknown)
    with refused("InvalidParameter", "Invalid parameter: Topic"):
        world.ask("ConfirmSubscription", TopicArn=topic_arn("other"), Token=token)
    with refused("InvalidParameter", "Invalid parameter: Topic"):
        world.ask("ConfirmSubscription", TopicArn="other", Token=token)


def test_a_token_that_ran_out(world: World, topic: str, waiting: str) -> None:
    token = world.subscription(waiting).token
    world.clock.advance(days=2)
    world.work()
    with refused("InvalidParameter", "Invalid parameter: Token"):
        world.ask("ConfirmSubscription", TopicArn=topic, Token=token)


def test_every_token_is_another(world: World, topic: str, waiting: str) -> None:
    other = world.subscribe(topic, "https://example.org/", "https")
    assert world.subscription(other).token != world.subscription(waiting).token
    assert len(world.subscription(other).token) > 100


def test_after_a_restart(world: World, topic: str, waiting: str) -> None:
    token = world.subscription(waiting).token
    world.ask("ConfirmSubscription", TopicArn=topic, Token=token)
    for other in (world.restarted(), world.restored()):
        assert other.subscription_attributes(waiting) == world.subscription_attributes(waiting)
        other.clock.advance(days=3)
        other.work()
        assert other.subscription_attributes(waiting)

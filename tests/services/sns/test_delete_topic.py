from tests.services.sns.world import OTHER, ROOT, STRANGER, World, refused, topic_arn
from weirmq.services.sns.model import Subscription


def test_it_goes_with_its_subscriptions(world: World) -> None:
    arn = world.topic()
    subscription = world.subscribe(arn, world.queue())
    world.ask("DeleteTopic", TopicArn=arn)
    with refused("NotFound", "Topic does not exist", 404):
        world.publish(arn)
    with refused("NotFound", "Subscription does not exist", 404):
        world.subscription_attributes(subscription)
    assert world.ask("ListSubscriptions").Subscriptions == []


def test_one_that_is_gone_is_not_missed(world: World) -> None:
    world.ask("DeleteTopic", TopicArn=topic_arn("never"))


def test_a_text_that_is_no_arn(world: World) -> None:
    with refused("InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"):
        world.ask("DeleteTopic", TopicArn="orders")


def test_an_archive_keeps_it(world: World) -> None:
    arn = world.topic("orders.fifo", ArchivePolicy='{"MessageRetentionPeriod": "30"}')
    with refused("InvalidState"):
        world.ask("DeleteTopic", TopicArn=arn)
    world.ask("SetTopicAttributes", TopicArn=arn, AttributeName="ArchivePolicy", AttributeValue="{}")
    world.ask("DeleteTopic", TopicArn=arn)


def test_the_name_is_free_at_once(world: World) -> None:
    arn = world.topic()
    queue = world.queue()
    world.subscribe(arn, queue)
    world.ask("DeleteTopic", TopicArn=arn)
    assert world.topic() == arn
    world.publish(arn)
    assert world.bodies(queue) == []


def test_strangers_may_not(world: World) -> None:
    arn = world.topic()
    with refused("AuthorizationError", status=403):
        world.ask("DeleteTopic", TopicArn=arn, caller=STRANGER)
    with refused("AuthorizationError", status=403):
        world.ask("DeleteTopic", TopicArn=topic_arn("theirs", OTHER), caller=ROOT)


def test_nothing_is_counted_of_it_any_more(world: World) -> None:
    gone, other = world.topic("gone"), world.topic("other")
    for topic in (gone, other):
        world.subscribe(topic, world.queue())
        world.publish(topic)
    world.ask("DeleteTopic", TopicArn=gone)
    assert {topic for topic, _, _ in world.sns.counts.messages} == {other}


def test_after_a_restart_it_is_still_gone(world: World) -> None:
    arn = world.topic()
    world.subscribe(arn, world.queue())
    world.ask("DeleteTopic", TopicArn=arn)
    other = world.restarted()
    assert not other.sns.machine.topics
    found: dict[int, Subscription] = other.sns.machine.subscriptions
    assert not found

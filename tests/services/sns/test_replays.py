import json
from collections.abc import Callable

import pytest

from tests.services.sns.world import NOW_MS, OTHER, STRANGER, World, queue_arn, refused, text
from weirmq.services.sns.limits import Quotas
from weirmq.services.sns.machine import replay_due_ms

ARCHIVED = '{"MessageRetentionPeriod": "30"}'
START = "2023-11-14T22:13:20Z"  # NOW_MS


@pytest.fixture
def topic(world: World) -> str:
    assert NOW_MS == 1_700_000_000_000
    return world.topic("orders.fifo", ArchivePolicy=ARCHIVED, ContentBasedDeduplication="true")


def policy(start: str = START, end: str | None = None) -> str:
    found = {"PointType": "Timestamp", "StartingPoint": start}
    return json.dumps(found if end is None else found | {"EndingPoint": end})


Publish = Callable[..., None]


@pytest.fixture(params=["the journal has it", "the log has it"])
def publish(world: World, request: pytest.FixtureRequest) -> Publish:
    """Publishes one message each minute."""

    def publish(topic: str, *messages: str, **members: object) -> None:
        for message in messages:
            world.publish(topic, message, MessageGroupId="g", **members)
            world.clock.advance(minutes=1)
        if request.param == "the log has it":
            world.rest()

    return publish


def work(world: World, arn: str) -> None:
    """Until the replay has ended."""
    for _ in range(100):
        if arn not in {each.arn for each in world.sns.machine.replays.values()}:
            return
        world.work()
    raise AssertionError("the replay doesn't end")


def status(world: World, arn: str) -> str:
    return world.subscription_attributes(arn)["ReplayStatus"]


def test_a_late_subscriber_gets_all(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a", "b", "c")
    queue = world.queue("q.fifo")
    arn = world.subscribe(topic, queue, ReplayPolicy=policy())
    assert status(world, arn) == "Pending"
    work(world, arn)
    assert status(world, arn) == "Completed"
    envelopes = [json.loads(body) for body in world.bodies(queue)]
    assert [each["Message"] for each in envelopes] == ["a", "b", "c"]
    assert all(each["Replayed"] for each in envelopes)
    assert envelopes[1]["Timestamp"] == "2023-11-14T22:14:20.000Z"


def test_messages_keep_their_names(world: World, topic: str, publish: Publish) -> None:
    queue = world.queue("q.fifo")
    arn = world.subscribe(topic, queue)
    publish(topic, "a", MessageAttributes={"size": text("big")})
    [first] = [json.loads(body) for body in world.bodies(queue)]
    world.ask("SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName="ReplayPolicy", AttributeValue=policy())
    work(world, arn)
    [again] = [json.loads(body) for body in world.bodies(queue)]
    assert again.pop("Replayed") is True
    assert again == first


def test_from_and_to(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a", "b", "c", "d")
    queue = world.queue("q.fifo")
    arn = world.subscribe(
        topic, queue, RawMessageDelivery="true", ReplayPolicy=policy("2023-11-14T22:14:20.000Z", "2023-11-14T22:15:30Z")
    )
    work(world, arn)
    assert world.bodies(queue) == ["b", "c"]


def test_filtered(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a")
    publish(topic, "b", MessageAttributes={"size": text("big")})
    queue = world.queue("q.fifo")
    arn = world.subscribe(
        topic, queue, RawMessageDelivery="true", ReplayPolicy=policy(), FilterPolicy='{"size": ["big"]}'
    )
    work(world, arn)
    assert world.bodies(queue) == ["b"]


def test_only_to_who_asked(world: World, topic: str, publish: Publish) -> None:
    other = world.queue("other.fifo")
    world.subscribe(topic, other)
    publish(topic, "a")
    world.bodies(other)
    arn = world.subscribe(topic, world.queue("q.fifo"), ReplayPolicy=policy())
    work(world, arn)
    assert world.bodies(other) == []


def test_past_retention(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "old")
    world.clock.advance(days=29)
    publish(topic, "new")
    world.clock.advance(days=1)
    queue = world.queue("q.fifo")
    work(world, world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy()))
    assert world.bodies(queue) == ["new"]


def test_without_an_archive_nothing_is_kept(world: World, publish: Publish) -> None:
    topic = world.topic("t.fifo", ContentBasedDeduplication="true")
    publish(topic, "a")
    assert world.journal.holdings.held().payloads == 0
    with refused("InvalidParameter"):
        world.subscribe(topic, world.queue("q.fifo"), ReplayPolicy=policy())


def test_again(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a")
    queue = world.queue("q.fifo")
    arn = world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy())
    work(world, arn)
    world.clock.advance(seconds=1)
    world.ask("SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName="ReplayPolicy", AttributeValue=policy())
    work(world, arn)
    found: list[str] = []
    while more := world.bodies(queue):
        found += more
    assert found == ["a", "a"]


def test_many(world: World, topic: str, publish: Publish) -> None:
    expected = [f"m{number}" for number in range(120)]
    publish(topic, *expected)
    queue = world.queue("q.fifo")
    work(world, world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy()))
    found: list[str] = []
    while more := world.bodies(queue):
        found += more
    assert found == expected


def test_many_replays_take_turns(world: World, topic: str, publish: Publish) -> None:
    publish(topic, *(f"m{number}" for number in range(120)))
    queues = [world.queue(f"q{number}.fifo") for number in range(3)]
    for queue in queues:
        world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy())
    for turn in range(1, 7):
        world.work()
        counts = [len(world.sqs.machine.by_arn[queue].messages) for queue in queues]
        assert sum(counts) == 50 * turn
        assert max(counts) - min(counts) <= 50


def test_a_restart_in_the_middle(world: World, topic: str, publish: Publish) -> None:
    publish(topic, *(f"m{number}" for number in range(60)))
    queue = world.queue("q.fifo")
    arn = world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy())
    world.work()
    assert status(world, arn) == "In progress"
    for other in (world.restarted(), world.restored()):
        work(other, arn)
        found: list[str] = []
        while more := other.bodies(queue):
            found += more
        assert found == [f"m{number}" for number in range(60)]


def test_new_messages_wait_for_the_end_of_a_replay(world: World, topic: str, publish: Publish) -> None:
    publish(topic, *(f"m{number}" for number in range(60)))
    queue = world.queue("q.fifo")
    arn = world.subscribe(topic, queue, ReplayPolicy=policy())
    world.work()
    publish(topic, "meanwhile")
    work(world, arn)
    publish(topic, "afterwards")
    found: list[dict[str, object]] = []
    while more := world.bodies(queue):
        found += map(json.loads, more)
    assert [each["Message"] for each in found[-3:]] == ["m59", "meanwhile", "afterwards"]
    assert len(found) == 62
    assert found[-2]["Replayed"]
    assert "Replayed" not in found[-1]


def test_nothing_comes_after_an_ending_point(world: World, topic: str, publish: Publish) -> None:
    """botocore's text of ReplayStatus: "the subscription will no longer receive newly published messages"."""
    publish(topic, "a")
    queue = world.queue("q.fifo")
    arn = world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy(end="2023-11-14T22:13:30Z"))
    work(world, arn)
    publish(topic, "b")
    assert world.bodies(queue) == ["a"]
    world.ask("SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName="ReplayPolicy", AttributeValue="{}")
    assert "ReplayStatus" not in world.subscription_attributes(arn)
    publish(topic, "c")
    assert world.bodies(queue) == ["c"]


def test_an_ending_point_to_come(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a")
    queue = world.queue("q.fifo")
    arn = world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy(end="2023-11-14T22:18:00Z"))
    world.work()
    assert status(world, arn) == "In progress"
    publish(topic, "b")
    world.work()
    world.clock.advance(minutes=10)
    publish(topic, "too late")
    world.work()
    assert status(world, arn) == "Completed"
    assert world.bodies(queue) == ["a", "b"]


def test_a_replay_that_waits_costs_nothing(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a")
    end_ms = NOW_MS + 86_400_000
    world.subscribe(topic, world.queue("q.fifo"), ReplayPolicy=policy(end="2023-11-15T22:13:20Z"))
    world.rest()
    [replay] = world.sns.machine.replays.values()
    assert replay_due_ms(replay) == end_ms + 1
    world.publish(topic, "b", MessageGroupId="g")
    assert replay_due_ms(replay) <= world.clock.now_ms()


def test_a_queue_that_had_to_be_asked(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a")
    world.ask("AddPermission", TopicArn=topic, Label="theirs", AWSAccountId=[OTHER], ActionName=["Subscribe"])
    queue = world.queue("q.fifo", caller=STRANGER)
    arn = world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy())
    [asked] = [json.loads(body) for body in world.bodies(queue)]
    world.ask("ConfirmSubscription", TopicArn=topic, Token=asked["Token"])
    assert status(world, arn) == "Pending"
    work(world, arn)
    assert world.bodies(queue) == ["a"]


@pytest.mark.parametrize(
    "text_of_it",
    [
        '{"PointType": "Offset", "StartingPoint": "2023-11-14T22:13:20Z"}',
        '{"PointType": "Timestamp"}',
        '{"PointType": "Timestamp", "StartingPoint": "yesterday"}',
        '{"PointType": "Timestamp", "StartingPoint": "2023-13-14T22:13:20Z"}',
        '{"PointType": "Timestamp", "StartingPoint": 5}',
        policy(START, START),
        '{"PointType": "Timestamp", "StartingPoint": "2023-11-14T22:13:20Z", "More": 1}',
        "[]",
        "{",
    ],
)
def test_policies_that_are_refused(world: World, topic: str, text_of_it: str) -> None:
    with refused("InvalidParameter"):
        world.subscribe(topic, queue_arn("q.fifo"), ReplayPolicy=text_of_it)


def test_too_many_at_a_time(world: World, topic: str, publish: Publish) -> None:
    world.sns.quotas = Quotas(replays_of_topic=1)
    publish(topic, "a")
    world.subscribe(topic, world.queue("one.fifo"), ReplayPolicy=policy())
    with refused("ReplayLimitExceeded", status=403):
        world.subscribe(topic, world.queue("two.fifo"), ReplayPolicy=policy())


def test_the_archive_ends_in_the_middle(world: World, topic: str, publish: Publish) -> None:
    publish(topic, "a")
    arn = world.subscribe(topic, world.queue("q.fifo"), ReplayPolicy=policy())
    world.ask("SetTopicAttributes", TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue="{}")
    work(world, arn)
    assert status(world, arn) == "Failed"

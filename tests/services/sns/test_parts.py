"""A snapshot says what the log says, whatever happened before."""

from contextlib import suppress
from random import Random
from typing import Any

import msgspec
import pytest

from tests.services.sns.world import World, text
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.types.sns import Tag

STEPS = 120


class Life:
    """Somebody who uses SNS in no particular order."""

    def __init__(self, seed: int) -> None:
        self.world = World()
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose
        self.queues = [self.world.queue(name) for name in ("a", "b", "c.fifo")]
        self.topics: list[str] = []
        self.subscriptions: list[str] = []

    def step(self) -> None:
        """One thing that SNS may refuse."""
        act = self.random.choice(
            [self.topic, self.subscribe, self.publish, self.publish, self.change, self.confirm, self.end, self.wait]
        )
        with suppress(ServiceError, IndexError):  # the latter: there is nothing yet to do it with
            act()

    def topic(self) -> None:
        number = self.random.randrange(4)
        if number < 2:
            self.topics.append(self.world.topic(f"t{number}", DisplayName="x"))
        else:
            archive = '{"MessageRetentionPeriod": "1"}'
            self.topics.append(self.world.topic(f"t{number}.fifo", ArchivePolicy=archive))

    def subscribe(self) -> None:
        protocol, endpoint = self.random.choice(
            [
                *(("sqs", queue) for queue in self.queues),
                ("https", "https://example.com/"),
                ("email", "ann@example.com"),
                ("sms", "+491511234567"),
            ]
        )
        more = {"FilterPolicy": '{"size": ["big"]}'} if self.random.random() < 0.3 else {}
        if self.random.random() < 0.2:
            more["ReplayPolicy"] = '{"PointType": "Timestamp", "StartingPoint": "2023-01-01T00:00:00Z"}'
        self.subscriptions.append(self.world.subscribe(self.random.choice(self.topics), endpoint, protocol, **more))

    def publish(self) -> None:
        topic = self.random.choice(self.topics)
        fifo = {"MessageGroupId": "g", "MessageDeduplicationId": str(self.random.randrange(9))}
        more: dict[str, Any] = fifo if topic.endswith(".fifo") else {}
        self.world.publish(topic, "hi", MessageAttributes={"size": text("big")}, **more)

    def change(self) -> None:
        name, value = self.random.choice(
            [("RawMessageDelivery", "true"), ("FilterPolicy", "{}"), ("FilterPolicy", '{"n": [1]}')]
        )
        arn = self.random.choice(self.subscriptions)
        self.world.ask("SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
        topic = self.random.choice(self.topics)
        self.world.ask("TagResource", ResourceArn=topic, Tags=[Tag(Key="k", Value=str(self.random.randrange(3)))])

    def confirm(self) -> None:
        machine = self.world.sns.machine
        token = self.random.choice([*machine.by_token, *machine.ended])
        known = machine.by_token.get(token)
        topic = known.topic.arn if known is not None else machine.ended[token].topic_arn
        self.world.ask("ConfirmSubscription", TopicArn=topic, Token=token)

    def end(self) -> None:
        if self.random.random() < 0.2:
            arn = self.random.choice(self.topics)
            self.world.ask("SetTopicAttributes", TopicArn=arn, AttributeName="ArchivePolicy", AttributeValue="")
            self.world.ask("DeleteTopic", TopicArn=arn)
        else:
            self.world.ask("Unsubscribe", SubscriptionArn=self.random.choice(self.subscriptions))

    def wait(self) -> None:
        self.world.clock.advance(hours=self.random.choice([0, 1, 20]))
        self.world.work()


def state(world: World) -> list[Any]:
    now_ms = world.clock.now_ms()
    for topic in world.sns.machine.topics.values():
        world.sns.machine.advance(topic, now_ms)
    return [msgspec.to_builtins(part) for part in world.sns.machine.snapshot()]


def quotas(world: World) -> Any:
    machine = world.sns.machine
    return (
        +machine.filter_policies,
        +machine.unconfirmed,
        [topic.filter_policies for topic in machine.topics.values()],
        sorted(machine.replays),
        sorted(machine.by_token),
    )


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happened(seed: int) -> None:
    life = Life(seed)
    for _ in range(STEPS):
        life.step()
    world = life.world
    expected, held = state(world), world.journal.holdings.held().payloads
    assert len(expected) > 2
    for other in (world.restarted(), world.restored()):
        assert state(other) == expected
        assert quotas(other) == quotas(world)
        assert other.journal.holdings.held().payloads == held

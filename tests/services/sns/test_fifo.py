import json

import pytest

from tests.services.sns.world import World, refused


@pytest.fixture
def topic(world: World) -> str:
    return world.topic("orders.fifo")


@pytest.fixture
def queue(world: World, topic: str) -> str:
    arn = world.queue("orders.fifo")
    world.subscribe(topic, arn, RawMessageDelivery="true")
    return arn


def publish(world: World, topic: str, message: str, group: str = "g", name: str | None = None) -> tuple[str, str]:
    answer = world.ask("Publish", TopicArn=topic, Message=message, MessageGroupId=group, MessageDeduplicationId=name)
    return answer.MessageId, answer.SequenceNumber


def test_a_message_needs_a_group(world: World, topic: str) -> None:
    with refused("InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"):
        world.publish(topic, MessageDeduplicationId="a")


def test_and_something_to_deduplicate_by(world: World, topic: str) -> None:
    message = (
        "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly"
    )
    with refused("InvalidParameter", message):
        world.publish(topic, MessageGroupId="g")


def test_order_within_a_group(world: World, topic: str, queue: str) -> None:
    for number in range(30):
        publish(world, topic, f"{number}", name=f"{number}")
    found: list[str] = []
    while more := world.bodies(queue):
        found += more
    assert found == [str(number) for number in range(30)]


def test_groups_and_ids_go_along(world: World, topic: str, queue: str) -> None:
    publish(world, topic, "a", "blue", "one")
    [message] = world.receive(queue)
    assert message.Attributes["MessageGroupId"] == "blue"
    assert message.Attributes["MessageDeduplicationId"] == "one"


def test_standard_queues_get_them_too(world: World, topic: str) -> None:
    queue = world.queue("plain")
    world.subscribe(topic, queue)
    _, number = publish(world, topic, "a", "blue", "one")
    [message] = world.receive(queue)
    assert message.Attributes["MessageGroupId"] == "blue"
    body = json.loads(message.Body)
    assert (body["Message"], body["SequenceNumber"]) == ("a", number)
    assert list(body)[:4] == ["Type", "MessageId", "SequenceNumber", "TopicArn"]


def test_duplicates_for_five_minutes(world: World, topic: str, queue: str) -> None:
    first = publish(world, topic, "a", name="one")
    world.clock.advance(minutes=4, seconds=59)
    assert publish(world, topic, "b", name="one") == first
    assert publish(world, topic, "b", "other", "one") == first
    world.clock.advance(seconds=1)
    assert publish(world, topic, "c", name="one") != first
    assert world.bodies(queue) == ["a", "c"]


def test_duplicates_within_a_group_only(world: World) -> None:
    topic, queue = world.topic("t.fifo", FifoThroughputScope="MessageGroup"), world.queue("q.fifo")
    world.subscribe(topic, queue, RawMessageDelivery="true")
    first = publish(world, topic, "a", "one", "x")
    second = publish(world, topic, "b", "two", "x")
    assert first != second
    assert publish(world, topic, "c", "one", "x") == first


def test_by_content(world: World) -> None:
    topic, queue = world.topic("t.fifo", ContentBasedDeduplication="true"), world.queue("q.fifo")
    world.subscribe(topic, queue, RawMessageDelivery="true")
    first = publish(world, topic, "a")
    assert publish(world, topic, "a") == first
    assert publish(world, topic, "b") != first
    assert publish(world, topic, "a", name="explicit") != first
    assert world.bodies(queue) == ["a", "b", "a"]


def test_sequence_numbers_grow(world: World, topic: str) -> None:
    numbers = [publish(world, topic, "a", name=f"{n}")[1] for n in range(5)]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 5
    assert all(len(number) == 20 and number.isdigit() for number in numbers)


def test_after_a_restart(world: World, topic: str, queue: str) -> None:
    first = publish(world, topic, "a", name="one")
    for other in (world.restarted(), world.restored()):
        assert publish(other, topic, "b", name="one") == first
        assert publish(other, topic, "b", name="two")[1] > first[1]
        assert other.bodies(queue) == ["a", "b"]


@pytest.mark.parametrize("value", ["", "a b", "\u00e9", "x" * 129])
def test_groups_and_ids_that_are_none(world: World, topic: str, value: str) -> None:
    with refused("InvalidParameter"):
        world.publish(topic, MessageGroupId=value, MessageDeduplicationId="a")
    with refused("InvalidParameter"):
        world.publish(topic, MessageGroupId="g", MessageDeduplicationId=value)


def test_a_refused_message_has_no_number(world: World, topic: str, queue: str) -> None:
    with refused("InvalidParameter"):
        publish(world, topic, "x" * 300_000, name="one")
    publish(world, topic, "small", name="one")
    assert world.bodies(queue) == ["small"]

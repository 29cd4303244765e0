import json

import pytest

from tests.services.sns.world import World, binary, refused, text
from weirmq.wire.aws.types.sns import MessageAttributeValue


def subscribed(world: World, topic: str, name: str, policy: object, **more: str) -> str:
    queue = world.queue(name)
    world.subscribe(topic, queue, FilterPolicy=json.dumps(policy), RawMessageDelivery="true", **more)
    return queue


@pytest.mark.parametrize(
    ("policy", "attributes", "passes"),
    [
        ({"size": ["big"]}, {"size": text("big")}, True),
        ({"size": ["big"]}, {"size": text("small")}, False),
        ({"size": ["big"]}, {}, False),
        ({"size": ["big", "small"]}, {"size": text("small")}, True),
        ({"size": ["big"], "kind": ["x"]}, {"size": text("big")}, False),
        ({"size": ["big"], "kind": ["x"]}, {"size": text("big"), "kind": text("x")}, True),
        ({"size": [{"anything-but": ["big"]}]}, {"size": text("small")}, True),
        ({"size": [{"prefix": "b"}]}, {"size": text("big")}, True),
        ({"size": [{"suffix": "g"}]}, {"size": text("big")}, True),
        ({"n": [{"numeric": [">", 5, "<=", 10]}]}, {"n": text("10", "Number")}, True),
        ({"n": [{"numeric": [">", 5, "<=", 10]}]}, {"n": text("5", "Number")}, False),
        ({"n": [5]}, {"n": text("5.0", "Number")}, True),
        ({"n": ["5"]}, {"n": text("5", "Number")}, False),
        ({"kinds": ["b"]}, {"kinds": text('["a", "b"]', "String.Array")}, True),
        ({"kinds": ["c"]}, {"kinds": text('["a", "b"]', "String.Array")}, False),
        ({"size": [{"exists": True}]}, {"size": text("x")}, True),
        ({"size": [{"exists": False}]}, {"size": text("x")}, False),
        ({"size": [{"exists": False}]}, {"other": text("x")}, True),
        ({"raw": [{"exists": True}]}, {"raw": binary(b"x")}, True),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, {"ip": text("10.0.0.7")}, True),
        ({"$or": [{"a": ["1"]}, {"b": ["2"]}]}, {"b": text("2")}, True),
        ({"$or": [{"a": ["1"]}, {"b": ["2"]}]}, {"b": text("3")}, False),
    ],
)
def test_by_attributes(
    world: World, policy: object, attributes: dict[str, MessageAttributeValue], passes: bool
) -> None:
    topic = world.topic()
    queue = subscribed(world, topic, "q", policy)
    world.publish(topic, "hi", MessageAttributes=attributes)
    assert world.bodies(queue) == (["hi"] if passes else [])


@pytest.mark.parametrize(
    ("policy", "message", "passes"),
    [
        ({"size": ["big"]}, '{"size": "big"}', True),
        ({"a": {"b": ["c"]}}, '{"a": {"b": "c"}}', True),
        ({"a": {"b": ["c"]}}, '{"a": [{"b": "x"}, {"b": "c"}]}', True),
        ({"a": {"b": ["c"]}}, '{"a": "c"}', False),
        ({"size": ["big"]}, "big", False),
        ({"size": ["big"]}, "[1]", False),
    ],
)
def test_by_body(world: World, policy: object, message: str, passes: bool) -> None:
    topic = world.topic()
    queue = subscribed(world, topic, "q", policy, FilterPolicyScope="MessageBody")
    world.publish(topic, message)
    assert world.bodies(queue) == ([message] if passes else [])


def test_each_subscriber_has_its_own(world: World) -> None:
    topic = world.topic()
    big, small = subscribed(world, topic, "big", {"size": ["big"]}), subscribed(world, topic, "small", {"size": ["s"]})
    body = subscribed(world, topic, "body", {"size": ["s"]}, FilterPolicyScope="MessageBody")
    everything = world.queue("all")
    world.subscribe(topic, everything, RawMessageDelivery="true")
    world.publish(topic, '{"size": "s"}', MessageAttributes={"size": text("big")})
    found = [world.bodies(queue) for queue in (big, small, body, everything)]
    assert found == [['{"size": "s"}'], [], ['{"size": "s"}'], ['{"size": "s"}']]
    assert world.sns.counts.messages[topic, "", "filtered_out"] == 1


def test_a_change_acts_at_once(world: World) -> None:
    topic = world.topic()
    queue = world.queue()
    arn = world.subscribe(topic, queue, FilterPolicy='{"size": ["big"]}', RawMessageDelivery="true")

    def put(name: str, value: str) -> None:
        world.ask("SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName=name, AttributeValue=value)

    put("FilterPolicy", '{"size": ["small"]}')
    world.publish(topic, "1", MessageAttributes={"size": text("big")})
    world.publish(topic, "2", MessageAttributes={"size": text("small")})
    put("FilterPolicyScope", "MessageBody")
    world.publish(topic, '{"size": "small"}')
    put("FilterPolicy", "{}")
    world.publish(topic, "3")
    assert world.bodies(queue) == ["2", '{"size": "small"}', "3"]


def test_after_a_restart(world: World) -> None:
    topic = world.topic()
    queue = subscribed(world, topic, "big", {"size": ["big"]})
    for other in (world.restarted(), world.restored()):
        other.publish(topic, "1", MessageAttributes={"size": text("small")})
        other.publish(topic, "2", MessageAttributes={"size": text("big")})
        assert other.bodies(queue) == ["2"]


SOURCE = '\n at [Source: (String)"{}"; line: 1, column: {}]'


@pytest.mark.parametrize(
    ("policy", "message", "column"),
    [
        ('{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19),
        ('{"key":[{"numeric":[">",20,"test"]}]}', "Bad numeric range operator: test", 34),
        ('{"key":[{"numeric":[">",3,"<",1]}]}', "Bottom must be less than top", 33),
        ('{"key":[["value"]]}', "Match value must be String, number, true, false, or null", 10),
        ('{"key":[{"wrong-operator":true}]}', "Unrecognized match type wrong-operator", 31),
        ('{"key":[{"exists":"no"}]}', "exists match pattern must be either true or false.", 20),
    ],
)
def test_the_place_is_named(world: World, policy: str, message: str, column: int) -> None:
    topic, queue = world.topic(), world.queue()
    tail = SOURCE.format(policy, column)
    with refused("InvalidParameter", f"Invalid parameter: Attributes Reason: FilterPolicy: {message}{tail}"):
        world.subscribe(topic, queue, FilterPolicy=policy)
    arn = world.subscribe(topic, queue)
    with refused("InvalidParameter", f"Invalid parameter: FilterPolicy: {message}{tail}"):
        world.ask("SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=policy)


def test_no_json(world: World) -> None:
    arn = world.subscribe(world.topic(), world.queue())
    message = (
        "Invalid parameter: FilterPolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
        "double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
        "disabled); line: 1, column: 2]"
    )
    with refused("InvalidParameter", message):
        world.ask(
            "SetSubscriptionAttributes", SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue="{invalid"
        )


def test_subscriptions_that_come_and_go(world: World) -> None:
    topic = world.topic()
    queues = [world.queue(f"q{number}") for number in range(4)]
    attributes = {"size": text("big")}

    def gets() -> list[bool]:
        world.publish(topic, "hi", MessageAttributes=attributes)
        return [world.bodies(queue) == ["hi"] for queue in queues]

    def subscribe(number: int, **more: str) -> str:
        return world.subscribe(topic, queues[number], RawMessageDelivery="true", **more)

    assert gets() == [False, False, False, False]
    plain, filtered = subscribe(0), subscribe(1, FilterPolicy='{"size": ["big"]}')
    assert gets() == [True, True, False, False]
    subscribe(2, FilterPolicy='{"size": ["big"]}')
    subscribe(3)
    assert gets() == [True, True, True, True]
    for arn in (plain, filtered):
        world.ask("Unsubscribe", SubscriptionArn=arn)
    assert gets() == [False, False, True, True]
    subscribe(0, FilterPolicy='{"size": ["small"]}')
    subscribe(1)
    assert gets() == [False, True, True, True]

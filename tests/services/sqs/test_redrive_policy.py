import json

import pytest

from tests.services.sqs.world import OTHER, World, arn, refused
from weirmq.iam.caller import root_of

PARAMETER = "InvalidParameterValueException"


def policy(target: str = arn("dead"), count: object = 3, **more: object) -> str:
    return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": count, **more})


def wrong(value: str, reason: str) -> str:
    return f"Value {value} for parameter RedrivePolicy is invalid. Reason: {reason}"


def test_it_is_shown_as_a_number(world: World) -> None:
    world.create("dead")
    url = world.create("orders", RedrivePolicy=policy(count="1000"))
    shown = world.attributes(url, "RedrivePolicy")["RedrivePolicy"]
    assert shown == f'{{"deadLetterTargetArn":"{arn("dead")}","maxReceiveCount":1000}}'


@pytest.mark.parametrize("count", [0, 1001, -1, "0", "x", 1.5, True, [], {}, "1" * 5000])
def test_counts_out_of_range(world: World, count: object) -> None:
    world.create("dead")
    with refused(PARAMETER):
        world.create("orders", RedrivePolicy=policy(count=count))


def test_what_it_must_have(world: World) -> None:
    world.create("dead")
    for text in ("x", "[]", "3", "[" * 100_000):
        with refused(PARAMETER, wrong(text, "Redrive policy is not a valid JSON map.")):
            world.create("orders", RedrivePolicy=text)
    for member in ("deadLetterTargetArn", "maxReceiveCount"):
        rest = {name: value for name, value in json.loads(policy()).items() if name != member}
        reason = f"Redrive policy does not contain mandatory attribute: {member}."
        with refused(PARAMETER, wrong(json.dumps(rest), reason)):
            world.create("orders", RedrivePolicy=json.dumps(rest))
    with refused(PARAMETER):
        world.create("orders", RedrivePolicy=policy(colour="red"))


def test_targets_that_cannot_be_one(world: World) -> None:
    world.create("dead.fifo", FifoQueue="true")
    world.ask("CreateQueue", region="eu-west-1", QueueName="dead")
    world.ask("CreateQueue", caller=root_of(OTHER), QueueName="dead")
    for target, reason in (
        (arn("none"), "Dead letter target does not exist."),
        (arn("dead", account=OTHER), "Dead letter target owner should be same as the source."),
        (arn("dead", region="eu-west-1"), "Dead letter target should be in the same region as the source."),
        (arn("dead.fifo"), "Dead-letter queue must be same type of queue as the source."),
        ("dead", "Invalid deadLetterTargetArn: dead."),
    ):
        with refused(PARAMETER, wrong(policy(target), reason)):
            world.create("orders", RedrivePolicy=policy(target))


def test_a_queue_is_not_its_own_dead_letter_queue(world: World) -> None:
    url = world.create("dead")
    with refused(PARAMETER):
        world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"RedrivePolicy": policy()})


def test_whom_the_target_allows(world: World) -> None:
    url = world.create("dead", RedriveAllowPolicy='{"redrivePermission":"denyAll"}')
    with refused(PARAMETER):
        world.create("orders", RedrivePolicy=policy())
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [arn("orders")]}
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"RedriveAllowPolicy": json.dumps(allowed)})
    world.create("orders", RedrivePolicy=policy())
    with refused(PARAMETER):
        world.create("others", RedrivePolicy=policy())
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"RedriveAllowPolicy": '{"redrivePermission":"allowAll"}'})
    world.create("others", RedrivePolicy=policy())


@pytest.mark.parametrize(
    "allowed",
    [
        "x",
        "[]",
        {},
        {"redrivePermission": "some"},
        {"redrivePermission": "denyAll", "more": 1},
        {"redrivePermission": "denyAll", "sourceQueueArns": [arn("a")]},
        {"redrivePermission": "byQueue"},
        {"redrivePermission": "byQueue", "sourceQueueArns": []},
        {"redrivePermission": "byQueue", "sourceQueueArns": [arn(f"q{n}") for n in range(11)]},
        {"redrivePermission": "byQueue", "sourceQueueArns": ["orders"]},
        {"redrivePermission": "byQueue", "sourceQueueArns": [7]},
        {"redrivePermission": "byQueue", "sourceQueueArns": arn("orders")},
        {"redrivePermission": [], "sourceQueueArns": [arn("\ud800")]},
        {"redrivePermission": "byQueue", "sourceQueueArns": [arn("\ud800")]},
    ],
)
def test_allow_policies_that_cannot_be_one(world: World, allowed: object) -> None:
    with refused(PARAMETER):
        world.create("dead", RedriveAllowPolicy=allowed if isinstance(allowed, str) else json.dumps(allowed))


def test_ten_sources_at_most(world: World) -> None:
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [arn(f"q{n}") for n in range(10)]}
    world.create("dead", RedriveAllowPolicy=json.dumps(allowed))
    world.create("q9", RedrivePolicy=policy())

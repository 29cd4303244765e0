import json

import pytest

from tests.services.sns.world import ACCOUNT, World, binary, text
from weirmq.engine.errands import Dead, Done, FunctionErrand, Lane, Outcome, Retry

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders"


@pytest.fixture
def topic(world: World) -> str:
    return world.topic()


def test_the_event(world: World, topic: str) -> None:
    arn = world.subscribe(topic, FUNCTION, "lambda")
    message_id = world.publish(
        topic, "hi", Subject="Hello", MessageAttributes={"size": text("big"), "raw": binary(b"\x01")}
    )
    [task] = world.tasks()
    errand = world.errand(task)
    assert isinstance(errand, FunctionErrand)
    assert errand.function_arn == FUNCTION
    [record] = json.loads(errand.payload)["Records"]
    sns = record.pop("Sns")
    assert record == {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": arn}
    assert sns["MessageAttributes"] == {
        "size": {"Type": "String", "Value": "big"},
        "raw": {"Type": "Binary", "Value": "AQ=="},
    }
    assert (sns["Type"], sns["MessageId"], sns["TopicArn"]) == ("Notification", message_id, topic)
    assert (sns["Subject"], sns["Message"], sns["Timestamp"]) == ("Hello", "hi", "2023-11-14T22:13:20.000Z")
    assert sns["UnsubscribeUrl"].endswith(arn)
    assert sns["SigningCertUrl"].endswith(".pem")
    assert len(sns["Signature"]) == 344


def test_without_a_subject(world: World, topic: str) -> None:
    world.subscribe(topic, FUNCTION, "lambda")
    world.publish(topic, json.dumps({"default": "x", "lambda": "y"}), MessageStructure="json")
    [record] = json.loads(world.errand(world.tasks()[0]).payload)["Records"]
    assert record["Sns"]["Subject"] is None
    assert record["Sns"]["Message"] == "y"
    assert record["Sns"]["MessageAttributes"] == {}


def test_its_lane(world: World, topic: str) -> None:
    arn = world.subscribe(topic, FUNCTION, "lambda")
    assert world.outbox.carriers["sns"]().lane(arn) == Lane(FUNCTION)


def test_what_came_of_it(world: World, topic: str) -> None:
    world.subscribe(topic, FUNCTION, "lambda")
    world.publish(topic)
    [task] = world.tasks()
    assert isinstance(world.outcome(task, Outcome(status=200)), Done)
    assert world.outcome(task, Outcome(error="no answer")) == Retry(world.clock.now_ms())
    assert isinstance(world.outcome(task, Outcome(error="no such function", is_permanent=True)), Dead)
    task.attempts = 100_015
    assert isinstance(world.outcome(task, Outcome(error="no answer")), Dead)


def test_one_that_ran_and_failed_is_tried_twice_more(world: World, topic: str) -> None:
    world.subscribe(topic, FUNCTION, "lambda")
    world.publish(topic)
    [task] = world.tasks()
    failed = Outcome(status=200, error="ValueError: no")
    for attempts, least_s in ((0, 60), (1, 120)):
        task.attempts = attempts
        verdict = world.outcome(task, failed)
        assert isinstance(verdict, Retry)
        assert least_s * 1_000 <= verdict.due_ms - world.clock.now_ms() <= least_s * 1_200
    task.attempts = 2
    assert isinstance(world.outcome(task, failed), Dead)
    task.attempts = 5  # it was throttled: it wasn't even invoked
    assert isinstance(world.outcome(task, Outcome(status=429, error="throttled")), Retry)

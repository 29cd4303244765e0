import json

import pytest

from tests.services.sns.world import World
from weirmq.engine.errands import Dead, Done, MailErrand, Outcome, Retry


@pytest.fixture
def topic(world: World) -> str:
    return world.topic(DisplayName="Shop")


def sent(world: World, topic: str, protocol: str, **members: object) -> MailErrand:
    arn = world.subscribe(topic, "ann@example.com", protocol)
    world.ask("ConfirmSubscription", TopicArn=topic, Token=world.subscription(arn).token)
    world.publish(topic, **members)  # type: ignore[arg-type]
    errand = world.errand(world.tasks()[-1])
    assert isinstance(errand, MailErrand)
    assert errand.to == "ann@example.com"
    assert errand.sender_name == "Shop"
    return errand


def test_plain(world: World, topic: str) -> None:
    errand = sent(world, topic, "email", message="Your order is on its way.", Subject="Order 7")
    assert errand.subject == "Order 7"
    assert errand.text.startswith("Your order is on its way.\n")
    link = dict(errand.headers)["List-Unsubscribe"].strip("<>")
    assert "Action=Unsubscribe" in link
    assert link in errand.text


def test_without_a_subject(world: World, topic: str) -> None:
    assert sent(world, topic, "email").subject == "AWS Notification Message"


@pytest.mark.parametrize("name", ["The\nShop", "The\r\n Shop", " The\tShop\n"])
def test_a_name_of_several_lines_stands_on_one(world: World, name: str) -> None:
    topic = world.topic("lines", DisplayName=name)
    arn = world.subscribe(topic, "ann@example.com", "email")
    world.ask("ConfirmSubscription", TopicArn=topic, Token=world.subscription(arn).token)
    world.publish(topic)
    assert world.errand(world.tasks()[-1]).sender_name == "The Shop"


def test_a_body_of_its_own(world: World, topic: str) -> None:
    message = json.dumps({"default": "all", "email": "for readers"})
    assert sent(world, topic, "email", message=message, MessageStructure="json").text.startswith("for readers\n")


def test_json(world: World, topic: str) -> None:
    body = json.loads(sent(world, topic, "email-json", message="hi").text)
    assert (body["Type"], body["Message"], body["TopicArn"]) == ("Notification", "hi", topic)
    assert len(body["Signature"]) == 344


def test_a_confirmation_in_json(world: World, topic: str) -> None:
    world.subscribe(topic, "ann@example.com", "email-json")
    body = json.loads(world.errand(world.tasks()[0]).text)
    assert body["Type"] == "SubscriptionConfirmation"
    assert body["Token"] in body["SubscribeURL"]


def test_what_came_of_it(world: World, topic: str) -> None:
    sent(world, topic, "email")
    task = world.tasks()[-1]
    assert isinstance(world.outcome(task, Outcome(status=250)), Done)
    later = world.outcome(task, Outcome(status=451, error="try later"))
    assert isinstance(later, Retry)
    assert world.clock.now_ms() + 10_000 <= later.due_ms <= world.clock.now_ms() + 12_000
    assert isinstance(world.outcome(task, Outcome(status=550, error="unknown", is_permanent=True)), Dead)
    task.attempts = 50
    assert isinstance(world.outcome(task, Outcome(status=451, error="try later")), Dead)

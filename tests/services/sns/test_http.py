"""Messages on their way to HTTP endpoints, and what their answers mean."""

import json

import pytest

from tests.services.sns.world import World, queue_arn, text
from weirmq.engine.errands import Dead, Done, HttpErrand, Lane, Outcome, Retry
from weirmq.engine.outbox import Task
from weirmq.services.sqs.facts import MessageFannedOut

URL = "https://hooks.example.com:8443/orders?x=1"


@pytest.fixture
def topic(world: World) -> str:
    return world.topic()


def confirmed(world: World, topic: str, url: str = URL, protocol: str = "https", **attributes: str) -> str:
    arn = world.subscribe(topic, url, protocol, **attributes)
    world.ask("ConfirmSubscription", TopicArn=topic, Token=world.subscription(arn).token)
    return arn


def published(world: World, topic: str, message: str = "hi", **members: object) -> Task:
    world.publish(topic, message, **members)
    return world.tasks()[-1]


def sent(world: World, task: Task) -> HttpErrand:
    errand = world.errand(task)
    assert isinstance(errand, HttpErrand)
    return errand


def test_a_notification(world: World, topic: str) -> None:
    arn = confirmed(world, topic)
    errand = sent(world, published(world, topic, Subject="Hi", MessageAttributes={"size": text("big")}))
    body, headers = json.loads(errand.body), dict(errand.headers)
    assert (errand.url, errand.method) == (URL, "POST")
    assert headers["x-amz-sns-message-type"] == "Notification"
    assert headers["x-amz-sns-message-id"] == body["MessageId"]
    assert headers["x-amz-sns-topic-arn"] == topic
    assert headers["x-amz-sns-subscription-arn"] == arn
    assert headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert "x-amz-sns-rawdelivery" not in headers
    assert list(body) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL", "MessageAttributes",
    ]  # fmt: skip
    assert body["UnsubscribeURL"].endswith(f"?Action=Unsubscribe&SubscriptionArn={arn}")


def test_raw_delivery(world: World, topic: str) -> None:
    confirmed(world, topic, RawMessageDelivery="true")
    errand = sent(world, published(world, topic, "h\u00e9"))
    assert errand.body == "h\u00e9".encode()
    assert dict(errand.headers)["x-amz-sns-rawdelivery"] == "true"


def test_a_body_of_its_own(world: World, topic: str) -> None:
    confirmed(world, topic)
    message = json.dumps({"default": "all", "http": "plain", "https": "safe"})
    errand = sent(world, published(world, topic, message, MessageStructure="json"))
    assert json.loads(errand.body)["Message"] == "safe"


def test_a_content_type(world: World, topic: str) -> None:
    policy = json.dumps({"requestPolicy": {"headerContentType": "application/json"}})
    confirmed(world, topic, DeliveryPolicy=policy)
    assert dict(sent(world, published(world, topic)).headers)["Content-Type"] == "application/json"


def test_one_post_for_all(world: World, topic: str) -> None:
    for number in range(5):
        confirmed(world, topic, f"https://e{number}.example.com/")
    end = world.journal.end
    world.publish(topic)
    assert world.journal.end == end + 1
    assert len({task.post.first for task in world.tasks()[-5:]}) == 1


def test_no_message_before_the_confirmation(world: World, topic: str) -> None:
    world.subscribe(topic, URL, "https")
    world.publish(topic)
    assert len(world.tasks()) == 1


def test_gone_meanwhile(world: World, topic: str) -> None:
    arn = confirmed(world, topic)
    task = published(world, topic)
    world.ask("Unsubscribe", SubscriptionArn=arn)
    assert world.errand(task) == Done()


def test_a_greeting_after_the_confirmation(world: World, topic: str) -> None:
    confirmed(world, topic)
    assert world.errand(world.tasks()[0]) == Done()


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (Outcome(status=200), Done),
        (Outcome(status=204), Done),
        (Outcome(status=301), Dead),
        (Outcome(status=404), Dead),
        (Outcome(status=408), Retry),
        (Outcome(status=429), Retry),
        (Outcome(status=500), Retry),
        (Outcome(status=503), Retry),
        (Outcome(error="timed out"), Retry),
        (Outcome(error="refused address", is_permanent=True), Dead),
    ],
)
def test_answers(world: World, topic: str, result: Outcome, verdict: type) -> None:
    confirmed(world, topic)
    assert isinstance(world.outcome(published(world, topic), result), verdict)


def test_three_more_tries_at_first(world: World, topic: str) -> None:
    confirmed(world, topic)
    task = published(world, topic)
    now_ms = world.clock.now_ms()
    for attempts in range(3):
        task.attempts = attempts
        verdict = world.outcome(task, Outcome(status=500))
        assert isinstance(verdict, Retry)
        assert now_ms + 20_000 <= verdict.due_ms <= now_ms + 24_000
    task.attempts = 3
    dead = world.outcome(task, Outcome(status=500, body=b"no", elapsed_ms=12))
    assert isinstance(dead, Dead)
    assert dead.log is not None
    assert (dead.log["status"], dead.log["attempts"], dead.log["status_code"]) == ("FAILURE", 4, 500)
    assert (dead.log["dwell_time_ms"], dead.log["provider_response"]) == (12, "no")
    assert world.sns.counts.messages[topic, "https", "failed"] == 1


def test_a_policy_of_its_own(world: World, topic: str) -> None:
    retry = {
        "minDelayTarget": 5,
        "maxDelayTarget": 100,
        "numRetries": 10,
        "numNoDelayRetries": 1,
        "numMinDelayRetries": 2,
        "numMaxDelayRetries": 3,
        "backoffFunction": "exponential",
    }
    confirmed(world, topic, DeliveryPolicy=json.dumps({"healthyRetryPolicy": retry}))
    task = published(world, topic)
    found: list[int] = []
    while isinstance(verdict := world.outcome(task, Outcome(status=500)), Retry):
        found.append(verdict.due_ms - world.clock.now_ms())
        task.attempts += 1
    assert len(found) == 10
    assert found[0] == 0
    assert all(5_000 <= delay_ms <= 6_000 for delay_ms in found[1:3])
    assert all(100_000 <= delay_ms <= 120_000 for delay_ms in found[7:])


def test_lanes(world: World, topic: str) -> None:
    carrier = world.outbox.carriers["sns"]()
    for url in ("https://hooks.example.com/fast", "https://hooks.example.com/slow"):
        assert carrier.lane(confirmed(world, topic, url)) == Lane(url)
    policy = json.dumps({"throttlePolicy": {"maxReceivesPerSecond": 3}})
    slow = confirmed(world, topic, "https://slow.example.com/", DeliveryPolicy=policy)
    assert carrier.lane(slow) == Lane(slow, 3.0)


def test_the_dead_letter_queue(world: World, topic: str) -> None:
    dead = world.queue("dead")
    confirmed(world, topic, RedrivePolicy=json.dumps({"deadLetterTargetArn": queue_arn("dead")}))
    verdict = world.outcome(published(world, topic), Outcome(status=404))
    assert isinstance(verdict, Dead)
    [(machine, [fact])] = verdict.also
    assert isinstance(fact, MessageFannedOut)
    world.journal.commit(machine, [fact], world.clock.now_ms())
    assert world.messages(dead) == ["hi"]
    assert world.sns.counts.messages[topic, "https", "redriven_to_dead_letter_queue"] == 1


def test_successes_are_told_if_the_topic_wants_it(world: World) -> None:
    topic = world.topic(HTTPSuccessFeedbackRoleArn="arn:aws:iam::111122223333:role/log")
    confirmed(world, topic)
    verdict = world.outcome(published(world, topic), Outcome(status=200, elapsed_ms=3))
    assert isinstance(verdict, Done)
    assert verdict.log is not None
    assert (verdict.log["status"], verdict.log["dwell_time_ms"]) == ("SUCCESS", 3)
    quiet = world.topic("quiet")
    confirmed(world, quiet, "https://other.example.com/")
    assert world.outcome(published(world, quiet), Outcome(status=200)) == Done()


def test_after_a_restart(world: World, topic: str) -> None:
    confirmed(world, topic)
    errand = sent(world, published(world, topic))
    for other in (world.restarted(), world.restored()):
        assert sent(other, other.tasks()[-1]) == errand

"""Messages that other services hand over."""

import hashlib
import json
from typing import Any

import pytest

from tests.services.sqs.kit import bodies, delete, documented_md5, hide, reborn, receive, send, send_all, text
from tests.services.sqs.world import ACCOUNT, NOW_MS, OTHER, World, arn
from weirmq.engine.handover import Accepted, Address, Delivery, Value
from weirmq.iam.caller import service_of
from weirmq.services.sqs import receiver
from weirmq.services.sqs.facts import MessageFannedOut

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:news"
SNS = service_of("sns.amazonaws.com")


def allowing(queue: str, condition: dict[str, Any] | None = None, effect: str = "Allow") -> dict[str, Any]:
    """A statement by which SNS may, or may not, send to a queue."""
    return {
        "Effect": effect,
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn(queue),
        "Condition": condition or {},
    }


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def subscribed(world: World, name: str, **attributes: str) -> str:
    """The URL of a new queue that takes what SNS hands over."""
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    return world.create(name, Policy=policy(allowing(name)), **attributes)


def delivery(body: str = "hello", **members: Any) -> Delivery:
    return Delivery(body=body, sender="AIDASNS", source_arn=TOPIC, caller=SNS, **members)


def hand_over(world: World, *names: str, parcel: Delivery | None = None, ending: str = "") -> Accepted:
    """What became of a delivery to some queues, committed."""
    now_ms = world.clock.now_ms()
    addresses = [Address(arn(name), ending) for name in names]
    accepted = world.sqs.handover.accept(addresses, parcel or delivery(), now_ms)
    world.journal.commit(world.sqs.machine, [], now_ms, also=accepted.also)
    world.journal.flush()
    return accepted


def refusals(accepted: Accepted) -> dict[str, str]:
    return {name.rpartition(":")[2]: error.code for name, error in accepted.refused.items()}


def test_one_message_comes_into_several_queues_by_one_fact(world: World) -> None:
    urls = [subscribed(world, name) for name in ("a", "b", "c")]
    addresses = [Address(arn(name), f" {name}") for name in ("a", "b", "c")]
    accepted = world.sqs.handover.accept(addresses, delivery(), NOW_MS)
    [(machine, facts)] = accepted.also
    assert [type(fact) for fact in facts] == [MessageFannedOut]
    assert [receive(world, url) for url in urls] == [[], [], []]  # it was only decided
    world.journal.commit(machine, facts, NOW_MS)
    world.journal.flush()
    ids = set()
    for name, url in zip("abc", urls, strict=True):
        (message,) = receive(world, url, MessageSystemAttributeNames=["All"])
        assert message.Body == f"hello {name}"
        assert message.MD5OfBody == hashlib.md5(f"hello {name}".encode(), usedforsecurity=False).hexdigest()
        assert message.Attributes is not None
        assert message.Attributes["SenderId"] == "AIDASNS"
        assert message.Attributes["SentTimestamp"] == str(NOW_MS)
        assert set(message.Attributes) == {
            "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"
        }  # fmt: skip
        ids.add(message.MessageId)
        delete(world, url, message)
    assert len(ids) == 3
    assert sum(block.held for block in world.journal.holdings.blocks.values()) == 0


def test_attributes_trace_header_and_group(world: World) -> None:
    url = subscribed(world, "a")
    attributes = {"color": Value("String", "red"), "raw": Value("Binary", None, b"\x00")}
    parcel = delivery(attributes=attributes, trace_header="Root=1", group="g", deduplication_id="d")
    assert not hand_over(world, "a", parcel=parcel).refused
    (message,) = receive(world, url, MessageAttributeNames=["color"], MessageSystemAttributeNames=["All"])
    assert message.MessageAttributes == {"color": text("red")}
    assert message.MD5OfMessageAttributes == documented_md5({"color": text("red")})
    assert message.Attributes is not None
    assert message.Attributes["AWSTraceHeader"] == "Root=1"
    assert message.Attributes["MessageGroupId"] == "g"
    assert "MessageDeduplicationId" not in message.Attributes  # a standard queue has no such thing


def test_a_queue_may_have_a_message_twice(world: World) -> None:
    url = subscribed(world, "a")
    addresses = [Address(arn("a"), " 1"), Address(arn("a"), " 2")]
    accepted = world.sqs.handover.accept(addresses, delivery(), NOW_MS)
    world.journal.commit(world.sqs.machine, [], NOW_MS, also=accepted.also)
    assert bodies(receive(world, url)) == ["hello 1", "hello 2"]


def test_several_deliveries_before_one_commit(world: World) -> None:
    url = subscribed(world, "a")
    accepted = [world.sqs.handover.accept([Address(arn("a"), str(n))], delivery(), NOW_MS) for n in range(3)]
    also = [part for one in accepted for part in one.also]
    world.journal.commit(world.sqs.machine, [], NOW_MS, also=also)
    assert bodies(receive(world, url)) == ["hello0", "hello1", "hello2"]


def test_a_delivery_that_is_never_committed_leaves_no_trace(world: World) -> None:
    url = subscribed(world, "a")
    world.sqs.handover.accept([Address(arn("a"))], delivery("lost"), NOW_MS)
    send(world, url, "sent")
    hand_over(world, "a")
    send(world, url, "sent too")
    assert bodies(receive(world, url)) == ["sent", "hello", "sent too"]
    assert world.restarted().queue("a").next_seq == world.queue("a").next_seq


def test_many_queues_take_several_facts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "QUEUES_AT_ONCE", 4)
    urls = [subscribed(world, f"q{n}") for n in range(10)]
    [(_, facts)] = hand_over(world, *[f"q{n}" for n in range(10)]).also
    assert len(facts) == 3
    assert all(world.bodies(url) == ["hello"] for url in urls)


def test_a_body_is_finished_when_it_is_read(world: World) -> None:
    url = subscribed(world, "a")
    finished: list[str] = []
    world.sqs.handover.add_finisher("sns", lambda body: finished.append(body) or f"{body} signed")  # type: ignore[func-returns-value]
    hand_over(world, "a", parcel=delivery(finisher="sns", finisher_bytes=7), ending=" there")
    assert finished == []
    (message,) = receive(world, url)
    assert message.Body == "hello there signed"
    assert message.MD5OfBody == hashlib.md5(b"hello there signed", usedforsecurity=False).hexdigest()
    assert finished == ["hello there"]


@pytest.mark.parametrize("finisher", ["", "sns"])
def test_dead_letters_and_moves_keep_what_is_unfinished(world: World, finisher: str) -> None:
    world.sqs.handover.add_finisher("sns", lambda body: f"{body} signed")
    whole = "hello there signed" if finisher else "hello there"
    dead = world.create("dead")
    redrive = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})
    url = subscribed(world, "a", RedrivePolicy=redrive)
    hand_over(world, "a", parcel=delivery(finisher=finisher), ending=" there")
    (first,) = receive(world, url, VisibilityTimeout=0)
    assert receive(world, url) == []
    (letter,) = receive(world, dead, VisibilityTimeout=0)
    assert (letter.MessageId, letter.Body, letter.MD5OfBody) == (first.MessageId, whole, first.MD5OfBody)
    world.ask("StartMessageMoveTask", SourceArn=arn("dead"))
    world.work()
    assert world.bodies(url) == [whole]


def test_the_queues_own_delay_holds(world: World) -> None:
    slow, quick = subscribed(world, "slow", DelaySeconds="5"), subscribed(world, "quick")
    hand_over(world, "slow", "quick")
    assert (world.bodies(slow), world.bodies(quick)) == ([], ["hello"])
    world.clock.advance(seconds=5)
    assert world.bodies(slow) == ["hello"]


def test_long_polls_are_woken(world: World) -> None:
    url = subscribed(world, "a")
    answers: list[Any] = []
    world.waiting.add(world.ask("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20), answers.append)
    hand_over(world, "a")
    world.waiting.settle(NOW_MS)
    assert bodies(answers[0].Messages) == ["hello"]


# FIFO queues


def test_fifo_queues_keep_groups_and_leave_out_duplicates(world: World) -> None:
    url, standard = subscribed(world, "a.fifo"), subscribed(world, "a")
    for body, name in (("1", "x"), ("2", "y"), ("1 again", "x")):
        hand_over(world, "a.fifo", "a", parcel=delivery(body, group="g", deduplication_id=name))
    found = receive(world, url, MessageSystemAttributeNames=["All"])
    assert bodies(found) == ["1", "2"]
    system = [message.Attributes or {} for message in found]
    assert [each["MessageDeduplicationId"] for each in system] == ["x", "y"]
    assert system[0]["SequenceNumber"] < system[1]["SequenceNumber"]
    assert bodies(receive(world, standard)) == ["1", "2", "1 again"]
    answer = world.ask("SendMessage", QueueUrl=url, MessageBody="1", MessageGroupId="g", MessageDeduplicationId="x")
    assert answer.MessageId == found[0].MessageId
    for message in found:
        delete(world, url, message)
    world.clock.advance(minutes=5)
    hand_over(world, "a.fifo", parcel=delivery("1 anew", group="g", deduplication_id="x"))
    assert world.bodies(url) == ["1 anew"]


def test_duplicates_within_one_commit_and_by_group(world: World) -> None:
    high = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    url, scoped = subscribed(world, "a.fifo"), subscribed(world, "b.fifo", **high)
    addresses = [Address(arn("a.fifo")), Address(arn("b.fifo"))]
    parcels = [delivery(group, group=group, deduplication_id="x") for group in ("g", "h")]
    also = [part for parcel in parcels for part in world.sqs.handover.accept(addresses, parcel, NOW_MS).also]
    world.journal.commit(world.sqs.machine, [], NOW_MS, also=also)
    assert world.bodies(url) == ["g"]
    assert sorted(world.bodies(scoped)) == ["g", "h"]


def test_content_based_deduplication(world: World) -> None:
    url = subscribed(world, "a.fifo", ContentBasedDeduplication="true")
    for ending in ("1", "2", "1"):
        assert not hand_over(world, "a.fifo", parcel=delivery(group="g"), ending=ending).refused
    found = receive(world, url, MessageSystemAttributeNames=["All"])
    assert bodies(found) == ["hello1", "hello2"]
    assert (found[0].Attributes or {})["MessageDeduplicationId"] == hashlib.sha256(b"hello1").hexdigest()


def test_what_fifo_queues_need(world: World) -> None:
    subscribed(world, "a.fifo")
    no_group = hand_over(world, "a.fifo", parcel=delivery(deduplication_id="d"))
    assert refusals(no_group) == {"a.fifo": "MissingRequiredParameterException"}
    no_id = hand_over(world, "a.fifo", parcel=delivery(group="g"))
    assert refusals(no_id) == {"a.fifo": "InvalidParameterValueException"}


# Refusals


def test_who_is_refused_takes_no_part(world: World) -> None:
    url = subscribed(world, "a")
    closed, small = world.create("closed"), subscribed(world, "small", MaximumMessageSize="1024")
    accepted = hand_over(world, "a", "closed", "missing", "small", parcel=delivery("x" * 1_020), ending="äöü")
    assert refusals(accepted) == {
        "closed": "AccessDeniedException",
        "missing": "QueueDoesNotExist",
        "small": "InvalidParameterValueException",
    }
    assert len(world.bodies(url)) == 1
    assert world.bodies(closed) == world.bodies(small) == []


def test_the_length_is_that_of_the_finished_body(world: World) -> None:
    world.sqs.handover.add_finisher("sns", lambda body: body + "x" * 344)
    subscribed(world, "a", MaximumMessageSize="1024")
    attributes = {"k": Value("String", "v")}
    assert not hand_over(world, "a", parcel=delivery("x" * (1_024 - 344), finisher="sns", finisher_bytes=344)).refused
    parcel = delivery("x" * (1_024 - 344), finisher="sns", finisher_bytes=344, attributes=attributes)
    assert refusals(hand_over(world, "a", parcel=parcel)) == {"a": "InvalidParameterValueException"}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"body": "\x00"}, "InvalidMessageContents"),
        ({"group": ""}, "InvalidParameterValueException"),
        ({"deduplication_id": "x" * 129}, "InvalidParameterValueException"),
        ({"attributes": {f"a{n}": Value("String", "v") for n in range(11)}}, "InvalidParameterValueException"),
    ],
)
def test_what_no_queue_takes(world: World, members: dict[str, Any], code: str) -> None:
    subscribed(world, "a")
    assert refusals(hand_over(world, "a", "missing", parcel=delivery(**members))) == {"a": code, "missing": code}


def test_endings_are_checked_too(world: World) -> None:
    subscribed(world, "a")
    assert refusals(hand_over(world, "a", ending="\x01")) == {"a": "InvalidMessageContents"}


@pytest.mark.parametrize(
    ("condition", "lets_in"),
    [
        ({"ArnEquals": {"aws:SourceArn": TOPIC}}, True),
        ({"ArnEquals": {"aws:SourceArn": TOPIC + "2"}}, False),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"aws:SourceAccount": OTHER}}, False),
    ],
)
def test_the_policy_is_asked_about_the_source(world: World, condition: dict[str, Any], lets_in: bool) -> None:
    world.create("a", Policy=policy(allowing("a", condition)))
    for _ in range(2):  # the second time from memory
        assert refusals(hand_over(world, "a")) == ({} if lets_in else {"a": "AccessDeniedException"})


def test_a_new_policy_counts_at_once(world: World) -> None:
    url = subscribed(world, "a")
    assert not hand_over(world, "a").refused
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy(allowing("a", effect="Deny"))})
    assert refusals(hand_over(world, "a")) == {"a": "AccessDeniedException"}


@pytest.mark.parametrize("key", ["aws:CurrentTime", "\\u0061ws:currenttime"])
def test_a_policy_that_looks_at_the_clock_is_asked_each_time(world: World, key: str) -> None:
    text = policy(allowing("a", {"DateLessThan": {"KEY": "2023-11-14T22:13:21Z"}})).replace("KEY", key)
    world.create("a", Policy=text)
    assert not hand_over(world, "a").refused
    world.clock.advance(seconds=10)
    assert refusals(hand_over(world, "a")) == {"a": "AccessDeniedException"}


def test_verdicts_of_one_source_are_not_those_of_another(world: World) -> None:
    subscribed(world, "a")
    assert not hand_over(world, "a").refused
    other = Delivery(body="x", sender="x", source_arn=TOPIC, caller=service_of("events.amazonaws.com"))
    assert refusals(hand_over(world, "a", parcel=other)) == {"a": "AccessDeniedException"}


# Life in the log


def test_replay_snapshots_and_copies_keep_them(world: World) -> None:
    urls = {name: subscribed(world, name) for name in ("a", "b", "c.fifo")}
    for n in range(6):
        hand_over(world, *urls, parcel=delivery(str(n), group="g", deduplication_id=str(n % 4)))
    send_all(world, urls["a"], "own")
    found = receive(world, urls["a"], 3)
    delete(world, urls["a"], found[0])
    hide(world, urls["a"], found[1], 0)
    for other in (world.restarted(), reborn(world)):
        held = {index: block.held for index, block in other.journal.holdings.blocks.items()}
        assert held == {index: block.held for index, block in world.journal.holdings.blocks.items()}
        assert bodies(receive(other, urls["a"])) == ["1", "3", "4", "5", "own"]
        assert bodies(receive(other, urls["b"])) == ["0", "1", "2", "3", "4", "5"]
        assert bodies(receive(other, urls["c.fifo"])) == ["0", "1", "2", "3"]


def test_a_payload_is_held_until_the_last_queue_lets_go(world: World) -> None:
    machine, holdings = world.sqs.machine, world.journal.holdings
    urls = [subscribed(world, name) for name in ("a", "b")]
    offset = world.journal.end
    [(_, [fact])] = hand_over(world, "a", "b", parcel=delivery("x" * 100)).also
    assert machine.holds(fact, offset)
    assert not machine.holds(fact, offset + 1)
    (message,) = receive(world, urls[0])
    delete(world, urls[0], message)
    assert machine.holds(fact, offset)
    machine.relocate(fact, offset + 10_000)
    assert not machine.holds(fact, offset)
    assert machine.holds(fact, offset + 10_000)
    assert {index: block.held for index, block in holdings.blocks.items() if block.held} == {(offset + 10_000) >> 12: 1}
    world.ask("DeleteQueue", QueueUrl=urls[1])
    assert not machine.holds(fact, offset + 10_000)

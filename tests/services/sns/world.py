"""SNS and SQS on a log in memory, with a clock that is turned by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

import pytest

from weirmq.engine.handover import Handover
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.outbox import Outbox, Task
from weirmq.engine.service import Call
from weirmq.engine.streams import Streams
from weirmq.engine.waiting import Waiting
from weirmq.iam.caller import Caller, root_of
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import ServiceError
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.library import MemoryLibrary
from weirmq.log.memory import MemoryLog
from weirmq.services.sns.facts import KeyMade
from weirmq.services.sns.model import Subscription, Topic
from weirmq.services.sns.service import Sns
from weirmq.services.sns.signatures import Signer
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.model import load
from weirmq.wire.aws.types.sns import MessageAttributeValue

ACCOUNT = "111122223333"
OTHER = "444455556666"
REGION = "us-east-1"
ORIGIN = "http://localhost:4566"
NOW_MS = 1_700_000_000_000
ROOT = root_of(ACCOUNT, "AKIDEXAMPLE")
STRANGER = root_of(OTHER, "AKIDOTHER")


@cache
def key() -> KeyMade:
    """One key for all tests: making one takes a tenth of a second."""
    return Signer.new_key(SeededEntropy(1), NOW_MS)


class World:
    """The services, their clock, and one client of them."""

    def __init__(
        self,
        log: MemoryLog | None = None,
        clock: ManualClock | None = None,
        seed: int = 7,
        library: MemoryLibrary | None = None,
    ) -> None:
        self.clock = clock or ManualClock(NOW_MS)
        self.log = log or MemoryLog()
        self.journal = Journal(self.log, holdings=Holdings(), waits_for_sync=False)
        entropy = SeededEntropy(seed)
        self.handover = Handover()
        self.outbox = Outbox(self.journal.holdings)
        self.sqs = Sqs(self.journal, Waiting(), entropy, self.handover)
        self._library = library or MemoryLibrary()
        self.streams = Streams(self._library, waits_for_sync=False)
        self.sns = Sns(self.journal, self.streams, self.handover, self.outbox, entropy)
        self.said: list[dict[str, Any]] = []
        self.sns.on_status = lambda fields: self.said.append(dict(fields))
        for machine in (self.sqs.machine, self.sns.machine, self.outbox):
            self.journal.join(machine)
        if log is None:
            self.sns.commit([key()], NOW_MS)

    def call(self, caller: Caller | None = None, region: str = REGION) -> Call:
        """A call of the account's root, or of another caller, now."""
        return Call(caller or ROOT, region, self.clock.now_ms(), ORIGIN, "id")

    def ask(self, operation: str, *, caller: Caller | None = None, region: str = REGION, **members: Any) -> Any:
        """SNS's answer to a request with these members. What the operation committed is written, as in a server."""
        shape = load("sns").operations[operation].input
        try:
            return self.sns.operations[operation](self.sns, self.call(caller, region), shape(**members))
        finally:
            self.journal.flush()

    def ask_sqs(self, operation: str, *, caller: Caller | None = None, **members: Any) -> Any:
        """SQS's answer."""
        shape = load("sqs").operations[operation].input
        try:
            return self.sqs.operations[operation](self.sqs, self.call(caller), shape(**members))
        finally:
            self.journal.flush()

    def topic(self, name: str = "orders", *, caller: Caller | None = None, **attributes: str) -> str:
        """The ARN of a new topic."""
        if name.endswith(".fifo"):
            attributes.setdefault("FifoTopic", "true")
        answer: str = self.ask("CreateTopic", caller=caller, Name=name, Attributes=attributes).TopicArn
        return answer

    def queue(self, name: str = "orders", *, caller: Caller | None = None, is_open: bool = True, **more: str) -> str:
        """The ARN of a new queue, which takes what any topic sends."""
        attributes = {**more}
        if name.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        arn = queue_arn(name, (caller or ROOT).account)
        if is_open:
            statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
            attributes["Policy"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.ask_sqs("CreateQueue", caller=caller, QueueName=name, Attributes=attributes)
        return arn

    def subscribe(
        self, topic_arn: str, endpoint: str, protocol: str = "sqs", *, caller: Caller | None = None, **attributes: str
    ) -> str:
        """The ARN of a new subscription."""
        arn: str = self.ask(
            "Subscribe", caller=caller, TopicArn=topic_arn, Protocol=protocol, Endpoint=endpoint,
            Attributes=attributes, ReturnSubscriptionArn=True,
        ).SubscriptionArn  # fmt: skip
        return arn

    def publish(self, topic_arn: str, message: str = "hello", **members: Any) -> str:
        """The id of a new message."""
        message_id: str = self.ask("Publish", TopicArn=topic_arn, Message=message, **members).MessageId
        return message_id

    def receive(self, queue_arn: str) -> list[Any]:
        """Up to ten messages of a queue, with all that they have; they are deleted."""
        account, name = queue_arn.split(":")[4:]
        url = f"{ORIGIN}/{account}/{name}"
        caller = root_of(account, "AKID")
        members = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"], "MaxNumberOfMessages": 10}
        found = self.ask_sqs("ReceiveMessage", caller=caller, QueueUrl=url, **members).Messages or []
        for message in found:
            self.ask_sqs("DeleteMessage", caller=caller, QueueUrl=url, ReceiptHandle=message.ReceiptHandle)
        return list(found)

    def bodies(self, queue_arn: str) -> list[str]:
        """The bodies of up to ten messages, which are deleted."""
        return [message.Body for message in self.receive(queue_arn)]

    def messages(self, queue_arn: str) -> list[str]:
        """What the envelopes of up to ten messages hold."""
        return [json.loads(body)["Message"] for body in self.bodies(queue_arn)]

    def attributes(self, topic_arn: str) -> dict[str, str]:
        """What GetTopicAttributes says."""
        found: dict[str, str] = self.ask("GetTopicAttributes", TopicArn=topic_arn).Attributes
        return found

    def subscription_attributes(self, subscription_arn: str) -> dict[str, str]:
        """What GetSubscriptionAttributes says."""
        found: dict[str, str] = self.ask("GetSubscriptionAttributes", SubscriptionArn=subscription_arn).Attributes
        return found

    def subscription(self, arn: str) -> Subscription:
        """The subscription itself."""
        return self.sns.machine.subscriptions_by_arn[arn]

    def topic_of(self, arn: str) -> Topic:
        """The topic itself."""
        return self.sns.machine.topics_by_arn[arn]

    def tasks(self) -> list[Task]:
        """What is due in the outbox; it stays there."""
        return sorted(self.outbox.tasks.values(), key=lambda task: task.number)

    def content(self, task: Task) -> Any:
        """What a task of the outbox sends."""
        return self.journal.read(self.outbox, task.post.offset).content

    def errand(self, task: Task) -> Any:
        """What the carrier makes of a task now."""
        return self.outbox.carriers["sns"]().errand(task, self.content(task), self.clock.now_ms())

    def outcome(self, task: Task, result: Any) -> Any:
        """What the carrier makes of a result now."""
        return self.outbox.carriers["sns"]().outcome(task, self.content(task), result, self.clock.now_ms())

    def work(self) -> None:
        """Let the machines do what is due now, once, and the disk what it is for."""
        now_ms = self.clock.now_ms()
        found = self.sns.machine.due(now_ms)
        if found:
            self.sns.commit(found, now_ms)
        self.sync()
        removed = self.streams.take_removed()
        for name in removed:
            self.streams.library.remove(name)
        if removed:
            self.sns.archives.removed(removed, now_ms)
        self.journal.flush()

    def sync(self) -> None:
        """Write and sync all that there is."""
        self.journal.flush()
        self.journal.synced(self.journal.log.sync())
        self.streams.flush()
        for stream in self.streams.take_dirty():
            self.streams.synced(stream, stream.sync())

    def rest(self) -> None:
        """Let the archives' logs get what they haven't got yet."""
        for _ in range(3):  # the journal's sync, the log's, and what is recorded of it
            self.sync()
            self.clock.advance(seconds=1)
            self.work()

    def restarted(self) -> "World":
        """Another world that came up from a copy of this one's log."""
        other = World(deepcopy(self.log), self.clock, seed=8, library=deepcopy(self._library))
        other.journal.replay([], 0)
        return other

    def restored(self) -> "World":
        """Another world that came up from this one's snapshot, with a copy of its log."""
        self.journal.flush()
        parts = list(self.journal.snapshot())
        other = World(deepcopy(self.log), self.clock, seed=9, library=deepcopy(self._library))
        other.journal.replay(parts, other.log.end)
        return other


def topic_arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:sns:{region}:{account}:{name}"


def queue_arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:sqs:{region}:{account}:{name}"


def text(value: str, kind: str = "String") -> MessageAttributeValue:
    return MessageAttributeValue(DataType=kind, StringValue=value)


def binary(value: bytes, kind: str = "Binary") -> MessageAttributeValue:
    return MessageAttributeValue(DataType=kind, BinaryValue=value)


class Refusal(NamedTuple):
    code: str
    message: str
    status: int


@contextmanager
def refused(code: str, message: str = "", status: int = 400) -> Iterator[None]:
    """What is asked for within is refused so. `message` "" means: in any words."""
    with pytest.raises(ServiceError) as caught:
        yield
    found = Refusal(caught.value.code, caught.value.message, caught.value.status)
    assert found == Refusal(code, message or found.message, status)

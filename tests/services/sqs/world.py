"""SQS on a log in memory, with a clock that is turned by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.service import Call
from weirmq.engine.waiting import Waiting
from weirmq.iam.caller import Caller, root_of
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import ServiceError
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.memory import MemoryLog
from weirmq.services.sqs.model import Queue
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types import sqs as types

ACCOUNT = "111122223333"
OTHER = "444455556666"
REGION = "us-east-1"
ORIGIN = "http://localhost:4566"
NOW_MS = 1_700_000_000_000


class World:
    """A service, its clock, and one client of it."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW_MS)
        self.log = MemoryLog()
        self.waiting = Waiting()
        self.journal = Journal(self.log, holdings=Holdings(), waits_for_sync=False)
        self.sqs = Sqs(self.journal, self.waiting, SeededEntropy(7))
        self.journal.join(self.sqs.machine)

    def call(self, caller: Caller | None = None, region: str = REGION) -> Call:
        """A call of the account's root, or of another caller, now."""
        return Call(caller or root_of(ACCOUNT), region, self.clock.now_ms(), ORIGIN, "id")

    def ask(self, operation: str, *, caller: Caller | None = None, region: str = REGION, **members: Any) -> Any:
        """The answer to a request with these members. What the operation committed is written, as in a server."""
        shape = getattr(types, f"{operation}Request")
        try:
            return self.sqs.operations[operation](self.sqs, self.call(caller, region), shape(**members))
        finally:
            self.journal.flush()

    def create(self, name: str = "orders", tags: dict[str, str] | None = None, **attributes: str) -> str:
        """The URL of a new queue."""
        url: str = self.ask("CreateQueue", QueueName=name, Attributes=attributes, tags=tags).QueueUrl
        return url

    def queue(self, name: str = "orders") -> Queue:
        """The queue itself."""
        return self.sqs.machine.by_name[ACCOUNT, REGION, name]

    def attributes(self, url: str, *names: str) -> dict[str, str]:
        """What GetQueueAttributes says."""
        answer = self.ask("GetQueueAttributes", QueueUrl=url, AttributeNames=list(names or ("All",)))
        return answer.Attributes or {}

    def bodies(self, url: str) -> list[str]:
        """Up to ten messages, received."""
        messages = self.ask("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10).Messages or []
        return [message.Body for message in messages]

    def work(self) -> None:
        """Let the machine do what is due now, once."""
        now_ms = self.clock.now_ms()
        found = self.sqs.machine.due(now_ms)
        if found:
            self.sqs.commit(found, now_ms)
        self.journal.flush()

    def restarted(self) -> "World":
        """Another world that came up from a copy of this one's log."""
        other = World()
        other.clock = self.clock
        other.log = deepcopy(self.log)
        other.journal = Journal(other.log, holdings=Holdings(), waits_for_sync=False)
        other.sqs = Sqs(other.journal, other.waiting, SeededEntropy(8))
        other.journal.join(other.sqs.machine)
        other.journal.replay([], 0)
        return other


def arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:sqs:{region}:{account}:{name}"


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

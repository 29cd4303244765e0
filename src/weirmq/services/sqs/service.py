"""The service: its machine, and what every operation needs."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.engine.service import Call, Operation
from weirmq.engine.waiting import Waiting
from weirmq.iam import authorize
from weirmq.kernel.ids import Entropy
from weirmq.services.sqs import errors, facts
from weirmq.services.sqs.facts import MessageSent
from weirmq.services.sqs.listing import Directory
from weirmq.services.sqs.machine import SqsMachine
from weirmq.services.sqs.model import MoveTask, Queue

KEY_BYTES: Final = 32
URLS_REMEMBERED: Final = 4_096

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html: the
# last two segments name the queue, whatever host the client reached us by. Legacy URLs have the same path.
_QUEUE_URL: Final = re.compile(r"\A(?:https?://[^/]+)?/(?:queue/)?([0-9]{12})/([A-Za-z0-9_.-]{1,80})/?\Z")
_REGION: Final = re.compile(
    r"\Ahttps?://(?:(?:sqs\.|queue\.)?([a-z]{2}(?:-[a-z]+)+-[0-9]+)[.:]|[^/]*?sqs\.([a-z]{2}(?:-[a-z]+)+-[0-9]+)\.)"
)


class Sqs:
    """Simple Queue Service."""

    name = "sqs"

    def __init__(self, journal: Journal, waiting: Waiting, entropy: Entropy) -> None:
        self.journal = journal
        self.waiting = waiting
        self.entropy = entropy
        self.machine = SqsMachine(journal.holdings, waiting.signal)
        self.machine.move = self._move
        self.directory = Directory(self.machine)
        self._urls: dict[tuple[str, str], tuple[str, str, str]] = {}  # (url, the call's region) -> name

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of the model. (Their modules name this class, so they are imported when it stands.)"""
        from weirmq.services.sqs.api import OPERATIONS

        return OPERATIONS

    def _move(self, task: MoveTask, now_ms: int) -> Sequence[Fact]:
        from weirmq.services.sqs.move_tasks import step

        return step(self, task, now_ms)

    def commit(self, found: Sequence[Fact], now_ms: int, *, urgent: bool = True) -> None:
        """Record facts and let them take effect."""
        self.journal.commit(self.machine, found, now_ms, urgent=urgent)

    def read(self, offset: int) -> MessageSent:
        """The message whose fact stands at `offset`."""
        sent: MessageSent = self.journal.read(self.machine, offset)
        return sent

    def find(self, call: Call, queue_url: str, action: str) -> Queue:
        """The queue, brought up to the time of the call. Raises QueueDoesNotExist, AccessDenied."""
        name = self._urls.get((queue_url, call.region)) or self._locate(call, queue_url)
        queue = self.machine.by_name.get(name)
        if queue is None:
            raise errors.no_such_queue()
        authorize(call, action, queue.arn, queue.settings.policy)
        self.machine.advance(queue, call.now_ms)
        return queue

    def _locate(self, call: Call, queue_url: str) -> tuple[str, str, str]:
        """Account, region and name that a queue URL stands for. A bare name is the caller's own queue."""
        match = _QUEUE_URL.match(queue_url)
        if match is None:
            if "/" in queue_url or not queue_url:
                raise errors.no_such_address(queue_url)
            return (call.caller.account, call.region, queue_url)
        region = _REGION.match(queue_url)
        name = (match[1], (region[1] or region[2]) if region else call.region, match[2])
        if len(self._urls) >= URLS_REMEMBERED:
            self._urls.clear()
        self._urls[queue_url, call.region] = name
        return name

    @property
    def receipt_key(self) -> bytes:
        """The key of receipt handles, drawn when the first is needed."""
        return self.machine.receipt_key

    def draw_receipt_key(self, now_ms: int) -> None:
        """Draw the key of this data folder, if there is none."""
        if not self.machine.receipt_key:
            self.commit([facts.ReceiptKeyDrawn(self.entropy.take(KEY_BYTES))], now_ms)


def url_of(call: Call, queue: Queue) -> str:
    """The queue's URL, reachable from where the caller stands."""
    return f"{call.origin}/{queue.account}/{queue.name}"

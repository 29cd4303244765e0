"""The service: its machine, and what every operation needs."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from weirmq.engine.handover import Handover
from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.engine.service import Call, Operation
from weirmq.engine.waiting import Waiting
from weirmq.iam import authorize
from weirmq.kernel.ids import Entropy
from weirmq.services.sqs import errors, facts
from weirmq.services.sqs.facts import MessageSent
from weirmq.services.sqs.machine import SqsMachine
from weirmq.services.sqs.model import MoveTask, Queue
from weirmq.services.sqs.receiver import Receiver, copy_in

KEY_BYTES: Final = 32
URLS_REMEMBERED: Final = 4_096
URL_LETTERS: Final = 1_024  # a host name has up to 255 (RFC 1035, 2.3.4), a queue's name 80

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html: the
# last two segments name the queue, whatever host the client reached us by. Legacy URLs have the same path.
_QUEUE_URL: Final = re.compile(r"\A(?:https?://[^/]+)?/(?:queue/)?([0-9]{12})/([A-Za-z0-9_.-]{1,80})/?\Z")
_REGION: Final = re.compile(
    r"\Ahttps?://(?:(?:sqs\.|queue\.)?([a-z]{2}(?:-[a-z]+)+-[0-9]+)[.:]|[^/]*?sqs\.([a-z]{2}(?:-[a-z]+)+-[0-9]+)\.)"
)


# What a queue's policy can't keep from the root of its account, so that nobody is locked out for good.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-tasks.html: to "edit or delete" one that denies all.
UNLOCKING: Final = frozenset(("sqs:GetQueueAttributes", "sqs:SetQueueAttributes"))


class Sqs:
    """Simple Queue Service."""

    name = "sqs"
    unsigned: Collection[str] = ()

    def __init__(self, journal: Journal, waiting: Waiting, entropy: Entropy, handover: Handover | None = None) -> None:
        """Other services hand messages over through `handover`; where None is given, there are no others."""
        self.journal = journal
        self.waiting = waiting
        self.entropy = entropy
        self.machine = SqsMachine(journal.holdings, waiting.signal)
        self.machine.move = self._move
        self.handover = handover or Handover()
        self.handover.add(self.name, Receiver(self.machine, entropy))
        self._urls: dict[tuple[str, str], Queue] = {}  # by URL and the call's region

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

    def read(self, queue: Queue, seq: int) -> MessageSent:
        """A message of the queue, its body perhaps unfinished."""
        sent = self.journal.read(self.machine, queue.messages[seq].offset)
        return sent if type(sent) is MessageSent else copy_in(sent, queue, seq)

    def find(self, call: Call, queue_url: str, action: str) -> Queue:
        """The queue, brought up to the time of the call. Raises QueueDoesNotExist, AccessDenied."""
        queue = self._urls.get((queue_url, call.region))
        if queue is None or queue.number not in self.machine.queues:
            queue = self._locate(call, queue_url)
        policy = queue.settings.policy
        if policy is not None and policy.denies and action in UNLOCKING and _is_owners_root(call, queue):
            policy = None
        authorize(call, action, queue.arn, policy)
        if call.now_ms != queue.at_ms:
            self.machine.advance(queue, call.now_ms)
        return queue

    def _locate(self, call: Call, queue_url: str) -> Queue:
        """The queue that a URL stands for. A bare name is the caller's own. Raises QueueDoesNotExist."""
        account, region, name = call.caller.account, call.region, queue_url
        match = _QUEUE_URL.match(queue_url) if len(queue_url) <= URL_LETTERS else None
        if match is not None:
            account, name = match[1], match[2]
            if (found := _REGION.match(queue_url)) is not None:
                region = found[1] or found[2]
        elif "/" in queue_url or not queue_url:
            raise errors.no_such_address(queue_url)
        queue = self.machine.by_name.get((account, region, name))
        if queue is None:
            raise errors.no_such_queue()
        if match is not None:
            if len(self._urls) >= URLS_REMEMBERED:
                self._urls.clear()
            self._urls[queue_url, call.region] = queue
        return queue

    @property
    def receipt_key(self) -> bytes:
        """The key of receipt handles, drawn when the first is needed."""
        return self.machine.receipt_key

    def draw_receipt_key(self, now_ms: int) -> None:
        """Draw the key of this data folder, if there is none."""
        if not self.machine.receipt_key:
            self.commit([facts.ReceiptKeyDrawn(self.entropy.take(KEY_BYTES))], now_ms)


def _is_owners_root(call: Call, queue: Queue) -> bool:
    return call.caller.is_root and call.caller.account == queue.account


def url_of(call: Call, queue: Queue) -> str:
    """The queue's URL, reachable from where the caller stands."""
    return f"{call.origin}/{queue.account}/{queue.name}"

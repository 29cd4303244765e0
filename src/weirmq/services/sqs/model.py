"""A queue and what it remembers of a message.

A message is small here: its body stays in the log. What a million of them cost is written in `docs/architecture.md`.
"""

from array import array
from collections import deque
from itertools import islice
from typing import Final

import msgspec

from weirmq.iam.policy import Policy
from weirmq.kernel import arn
from weirmq.kernel.blocks import Blocks
from weirmq.kernel.deadlines import Deadlines
from weirmq.kernel.errors import ServiceError
from weirmq.kernel.pieces import Pieces
from weirmq.services.sqs.limits import DEDUPLICATION_MS

DELAYED: Final = 0
READY: Final = 1
IN_FLIGHT: Final = 2


class Lane:
    """Messages that share a MessageGroupId; on a standard queue, also those without one.

    The numbers of its ready messages stand in `full_rows` and then in `row`, growing, from place `first` of the first
    of these rows on; `back` is a heap of those that came back since. Numbers of messages that are gone or in flight may
    linger in both. `queued` is the number under which the lane stands in its queue's order, -1 where it doesn't.
    """

    __slots__ = ("back", "first", "full_rows", "group", "in_flight", "queued", "row", "size", "tidied")

    def __init__(self, group: str | None) -> None:
        self.group = group
        self.full_rows: tuple[array[int], ...] = ()
        self.row: list[int] = []
        self.first = 0
        self.back: list[int] = []
        self.in_flight = 0
        self.queued = -1
        self.size = 0  # messages in any state
        self.tidied = 0  # when the order was tidied last in which it has been found


class Message(msgspec.Struct, gc=False):
    """What memory holds of one message. `offset` is where the payload that it came by stands in the journal."""

    offset: int
    sent_ms: int
    lane: Lane
    state: int = READY
    visible_at_ms: int = 0
    receive_count: int = 0
    first_received_ms: int = 0
    received_ms: int = 0


class Duplicate(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """What an accepted deduplication id stands for, and until when it counts."""

    seq: int
    message_id: str
    forget_ms: int


class Attempt(msgspec.Struct, array_like=True, frozen=True):
    """What a receive request attempt id stands for: the messages, until when they were in flight, and how long it
    counts.
    """

    seqs: list[int]
    visible_at_ms: int
    forget_ms: int


class Redrive(msgspec.Struct, frozen=True):
    """A RedrivePolicy."""

    dead_letter_arn: str
    max_receive_count: int


class Settings(msgspec.Struct, frozen=True):
    """The attributes that the machine acts on, parsed. Times in seconds, sizes in bytes, as in the API."""

    visibility_timeout_s: int
    delay_s: int
    retention_s: int
    wait_time_s: int
    max_message_bytes: int
    is_fifo: bool
    content_based_deduplication: bool
    deduplication_by_group: bool
    redrive: Redrive | None
    policy: Policy | None


Scoped = tuple[str, str]
"""A deduplication id, with the scope in which it counts before it."""

Verdicts = dict[tuple[str, str], ServiceError | None]
"""Why a queue's policy doesn't let in what a source (an ARN) hands over, by the source and who acts for it."""


class Queue:
    """One queue. Only `machine.py` changes it; `delivery.py` keeps the order in which lanes are served."""

    __slots__ = (
        "account", "arn", "at_ms", "attempts", "attributes", "created_ms", "deadlines", "deduplication", "delayed",
        "expire_from", "forget", "in_flight", "is_behind", "lanes", "late", "latest_lane", "messages", "modified_ms",
        "name", "next_seq", "noisy", "number", "old", "order", "promised", "purged_ms", "region", "settings", "tags",
        "tidied", "to_delay", "verdicts",
    )  # fmt: skip

    def __init__(self, number: int, account: str, region: str, name: str, now_ms: int) -> None:
        self.number = number
        self.account = account
        self.region = region
        self.name = name
        self.arn = arn.build("sqs", region, account, name)
        self.created_ms = now_ms
        self.modified_ms = now_ms
        self.purged_ms = -(10**15)
        self.at_ms = -1  # the time that it was last brought up to, wholly
        self.is_behind = False  # messages past their retention may still be there, or some whose delay is to change:
        # none may be handed out before
        self.attributes: dict[str, str] = {}  # as set by callers
        self.tags: dict[str, str] = {}
        self.settings: Settings
        self.next_seq = 0
        self.promised = 0  # the numbers below are given to messages, or promised to some that may come
        self.verdicts: Verdicts = {}
        self.deduplication: Pieces[Scoped, Duplicate] = Pieces()
        self.forget: deque[tuple[int, Scoped]] = deque()  # when each of them is forgotten, in order
        self.attempts: dict[str, Attempt] = {}  # by ReceiveRequestAttemptId, oldest first
        self.clear()

    def clear(self) -> None:
        """Start with no message."""
        self.messages: Blocks[Message] = Blocks()
        self.lanes: Pieces[str | None, Lane] = Pieces()
        self.latest_lane: Lane | None = None  # of the message that came last: where most of the next ones come, too
        self.order: list[int] = []  # heap of the oldest messages of lanes that have something
        self.late: list[int] = []  # the rest of the order before, of which a new one is being made
        self.noisy: list[int] = []  # the same, of those that must let others go first
        self.deadlines: Deadlines[int] = Deadlines(Blocks())  # when delayed and in-flight messages become visible
        self.delayed = 0
        self.in_flight = 0
        self.expire_from = self.next_seq  # messages below are gone, or in `old`
        self.to_delay = range(0)  # of these messages the delayed ones have an old delay yet
        self.tidied = 0  # how often a new order was begun
        self.old: Deadlines[int] = Deadlines(Blocks())  # dead letters that were sent before their neighbours: sent_ms

    def promise(self) -> int:
        """A number for a message that is about to be recorded. Nobody else gets it, even should it never come."""
        seq = max(self.promised, self.next_seq)
        self.promised = seq + 1
        return seq

    def duplicate(self, scoped: Scoped, now_ms: int) -> Duplicate | None:
        """The message that came with this deduplication id before, if that still counts."""
        known = self.deduplication.get(scoped)
        return known if known is not None and known.forget_ms > now_ms else None

    def remember(self, scoped: Scoped, seq: int, message_id: str, now_ms: int) -> None:
        """Take later messages with this deduplication id for duplicates of this one."""
        forget_ms = now_ms + DEDUPLICATION_MS
        self.deduplication[scoped] = Duplicate(seq, message_id, forget_ms)
        self.forget.append((forget_ms, scoped))

    def forget_until(self, now_ms: int, most: int) -> None:
        """Let go of what no longer counts: up to `most` deduplication ids, and as many attempt ids."""
        forget, deduplication, attempts = self.forget, self.deduplication, self.attempts
        for _ in range(min(most, len(forget))):
            if forget[0][0] > now_ms:
                break
            forget_ms, scoped = forget.popleft()
            if deduplication[scoped].forget_ms == forget_ms:  # else the id was used again since
                del deduplication[scoped]
        for attempt_id in list(islice(attempts, most)):
            if attempts[attempt_id].forget_ms > now_ms:
                break
            del attempts[attempt_id]

    @property
    def ready(self) -> int:
        """How many messages could be received now, locked groups' included."""
        return len(self.messages) - self.delayed - self.in_flight


class MoveTask(msgspec.Struct, array_like=True):
    """A message move task: messages of a dead-letter queue on their way back, or elsewhere."""

    handle: str
    source: int
    source_arn: str
    destination_arn: str | None
    rate_per_s: int | None
    to_move: int
    started_ms: int
    moved: int = 0
    status: str = "RUNNING"
    reason: str | None = None
    next_ms: int = 0

    @property
    def is_active(self) -> bool:
        """Whether it still moves messages, or is about to stop."""
        return self.status in ("RUNNING", "CANCELLING")

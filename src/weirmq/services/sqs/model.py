"""A queue and what it remembers of a message.

A message is small here: its body stays in the log. What a million of them cost is written in `docs/architecture.md`.
"""

from collections import deque
from typing import Any, Final

import msgspec

from weirmq.iam.policy import Policy
from weirmq.kernel.deadlines import Deadlines

DELAYED: Final = 0
READY: Final = 1
IN_FLIGHT: Final = 2


class Lane:
    """Messages that share a MessageGroupId; on a standard queue, also those without one.

    `ready` is a heap of message numbers, the oldest first; numbers of messages that are gone or in flight may linger in it.
    `queued` is the number under which the lane stands in its queue's order, -1 where it doesn't.
    """

    __slots__ = ("group", "in_flight", "queued", "ready", "size")

    def __init__(self, group: str | None) -> None:
        self.group = group
        self.ready: list[int] = []
        self.in_flight = 0
        self.queued = -1
        self.size = 0  # messages in any state


class Message(msgspec.Struct, gc=False):
    """What memory holds of one message. `offset` is where its MessageSent stands in the journal."""

    offset: int
    sent_ms: int
    lane: Lane
    state: int = READY
    visible_at_ms: int = 0
    receive_count: int = 0
    first_received_ms: int = 0


class Duplicate(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """What an accepted deduplication id stands for."""

    seq: int
    message_id: str


class Attempt(msgspec.Struct, array_like=True, frozen=True):
    """What a receive request attempt id stands for: the messages, and until when they were in flight."""

    seqs: list[int]
    visible_at_ms: int


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


class Queue:
    """One queue. Only `machine.py` and `delivery.py` change it."""

    __slots__ = (
        "account", "arn", "attempts", "attributes", "condemned_below", "created_ms", "deadlines", "deduplication",
        "deduplication_order", "delayed", "dict_guard", "expire_from", "in_flight", "lanes", "messages", "modified_ms",
        "name", "next_seq", "noisy", "number", "old", "order", "plain", "purged_ms", "ready", "region", "settings", "tags",
    )  # fmt: skip

    def __init__(self, number: int, account: str, region: str, name: str, arn: str, created_ms: int) -> None:
        self.number = number
        self.account = account
        self.region = region
        self.name = name
        self.arn = arn
        self.created_ms = created_ms
        self.modified_ms = created_ms
        self.purged_ms = 0

"""What the log holds of SQS. Added to, never edited: logs of every released version must replay for ever.

A queue is known by a number, which is never used again; a message by its queue and its number in it (`seq`), which
grows in the order of arrival.
"""

import msgspec

from weirmq.engine.machine import Fact
from weirmq.kernel.ids import UUID_BYTES, uuid_of


class Attribute(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One message attribute. Exactly one of `string` and `binary` is there."""

    data_type: str
    string: str | None = None
    binary: bytes | None = None


class ReceiptKeyDrawn(Fact, tag=0):
    """The key that receipt handles are sealed with: once in the life of a data folder."""

    key: bytes


class QueueCreated(Fact, tag=1):
    """`attributes` are those that the caller set, in AWS's names and text form."""

    queue: int
    account: str
    region: str
    name: str
    attributes: dict[str, str]
    tags: dict[str, str]


class QueueDeleted(Fact, tag=2):
    """The queue, all its messages and its move tasks are gone."""

    queue: int


class AttributesSet(Fact, tag=3):
    """`attributes` are all that are set from now on."""

    queue: int
    attributes: dict[str, str]


class TagsSet(Fact, tag=4):
    """`tags` are all that are there from now on."""

    queue: int
    tags: dict[str, str]


class QueuePurged(Fact, tag=5):
    """All messages that were sent before are gone."""

    queue: int


class MessageSent(Fact, tag=6):
    """A message is in the queue: the payload that receives read back.

    `visible_at_ms` 0 means at once, `sent_ms` 0 means the fact's own time: only a dead letter keeps its first queue's.
    `deduplicate_in` is the scope (the group, or "" for the queue) in which `deduplication_id` is remembered; None
    where it isn't, as for a dead letter. `body_md5` is "" where it is made when the message is read: `finisher` then
    completes the body first, if it is named (see `engine/handover.py`).
    """

    queue: int
    seq: int
    message_id: str
    body: str
    body_md5: str
    sender: str
    attributes: dict[str, Attribute] = msgspec.field(default_factory=dict)
    attributes_md5: str | None = None
    trace_header: str | None = None
    group: str | None = None
    deduplication_id: str | None = None
    deduplicate_in: str | None = None
    visible_at_ms: int = 0
    sent_ms: int = 0
    dead_letter_source: str | None = None
    finisher: str = ""


class MessagesReceived(Fact, tag=7):
    """The messages are in flight until `visible_at_ms`."""

    queue: int
    seqs: list[int]
    visible_at_ms: int
    attempt_id: str | None = None


class MessagesDeleted(Fact, tag=8):
    """The messages are gone."""

    queue: int
    seqs: list[int]


class VisibilityChanged(Fact, tag=9):
    """The messages in flight become visible at `visible_at_ms`; at once if that isn't in the future.

    `attempt_id` is there where a receive was asked for again, and gets the same messages.
    """

    queue: int
    seqs: list[int]
    visible_at_ms: int
    attempt_id: str | None = None


class MoveTaskStarted(Fact, tag=10):
    """Messages of `source` go to `destination` (None: to the queues that they came from), at `rate_per_s` at most, if
    given.
    """

    handle: str
    source: int
    destination_arn: str | None
    rate_per_s: int | None
    to_move: int


class MoveTaskMoved(Fact, tag=11):
    """`count` more messages of the task have been moved."""

    handle: str
    count: int


class MoveTaskEnded(Fact, tag=12):
    """The task has ended as `status` says: COMPLETED, CANCELLED or FAILED, the last with a reason."""

    handle: str
    status: str
    reason: str | None = None


class MoveTaskCancelled(Fact, tag=13):
    """The task was told to stop."""

    handle: str


class MessageFannedOut(Fact, tag=14):
    """One message came into several queues: a payload that all of them read back.

    For each queue there is its number, the message's number in it, 16 bytes of the message's id, and what the body
    ends in there. The queues' own settings say how long it is delayed, and the scope of its deduplication: a FIFO
    queue that knows the id already leaves the message out.
    """

    queues: list[int]
    seqs: list[int]
    ids: bytes
    endings: list[str]
    body: str
    sender: str
    attributes: dict[str, Attribute] = msgspec.field(default_factory=dict)
    attributes_md5: str | None = None
    trace_header: str | None = None
    group: str | None = None
    deduplication_id: str | None = None
    finisher: str = ""

    def index_of(self, queue: int, seq: int) -> int:
        """Where a queue's message stands in the lists. Raises ValueError where it doesn't."""
        index = self.queues.index(queue)
        while self.seqs[index] != seq:  # one queue may have the message more than once
            index = self.queues.index(queue, index + 1)
        return index

    def message_id(self, index: int) -> str:
        """The id of the message that stands there."""
        return uuid_of(self.ids[index * UUID_BYTES : (index + 1) * UUID_BYTES])


SqsFact = (
    ReceiptKeyDrawn
    | QueueCreated
    | QueueDeleted
    | AttributesSet
    | TagsSet
    | QueuePurged
    | MessageSent
    | MessagesReceived
    | MessagesDeleted
    | VisibilityChanged
    | MoveTaskStarted
    | MoveTaskMoved
    | MoveTaskEnded
    | MoveTaskCancelled
    | MessageFannedOut
)

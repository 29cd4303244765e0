"""A queue, and what it knows of each shard: a position, and the few records below it that aren't acknowledged.

What a queue holds in memory grows with the records that were received and not acknowledged, dead letters among them;
not with the backlog, and not with what was acknowledged.
"""

from collections import OrderedDict

import msgspec

from weirmq.iam.policy import Policy
from weirmq.kernel import arn
from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kinesis.model import Stream
from weirmq.services.kinesis.queues.facts import Start

_OFFSET_BITS = 64
_OFFSET_MASK = 2**_OFFSET_BITS - 1


class Held(msgspec.Struct, array_like=True, gc=False):
    """A record that was received and isn't acknowledged. In flight until `visible_at_ms`, and visible from then on.

    Receives before it was restored are `forgiven`.
    """

    receives: int = 0
    forgiven: int = 0
    first_received_ms: int = 0
    visible_at_ms: int = 0
    is_dead: bool = False

    @property
    def count(self) -> int:
        """Its ReceiveCount."""
        return self.receives - self.forgiven


class Cursor:
    """How far a queue has come in a shard.

    All records below `position` were received; those that aren't in `held` (by offset, ascending) are acknowledged. So
    are those of `ahead`, above: a crash took the receive, but not the acknowledgement.
    """

    __slots__ = ("ahead", "held", "position")

    def __init__(self, position: int) -> None:
        self.position = position
        self.held: dict[int, Held] = {}
        self.ahead: set[int] = set()


class Queue:
    """One queue. Only `machine.py` changes it, but for what a restart finds out anew: `stirred`, `done`, `damaged`."""

    __slots__ = (
        "account", "arn", "created_ms", "cursors", "damaged", "dead", "deadlines", "done", "id", "max_receives", "name",
        "number", "policy", "policy_text", "ready", "region", "start", "start_ms", "stirred", "stream", "tags",
        "visibility_s",
    )  # fmt: skip

    def __init__(
        self, number: int, stream: Stream, account: str, region: str, name: str, queue_id: str, created_ms: int
    ) -> None:
        self.number = number
        self.stream = stream
        self.account = account
        self.region = region
        self.name = name
        self.id = queue_id
        self.arn = arn.build("kinesis", region, account, f"queue/{queue_id}")
        self.created_ms = created_ms
        self.start: Start = "LATEST"
        self.start_ms = created_ms
        self.visibility_s = 0
        self.max_receives = 0  # 0: there are no dead letters
        self.tags: dict[str, str] = {}
        self.policy: Policy | None = None
        self.policy_text = ""
        self.cursors: dict[int, Cursor] = {}  # by the index of the shard
        self.ready: OrderedDict[int, None] = OrderedDict()  # keys of held records that are visible, the first due first
        self.dead: OrderedDict[int, None] = OrderedDict()  # the same of dead letters
        self.deadlines: Deadlines[int] = Deadlines()  # when records in flight become visible, by key
        self.stirred: dict[int, None] = dict.fromkeys(stream.shards)  # shards that may have records not yet received
        self.damaged: set[int] = set()  # shards with records that came back, and can't be read
        self.done: set[int] = set()  # closed shards that were received to their end, and their parents before them

    @property
    def live_key(self) -> int:
        """The key of polls for records. Keys of other services are above 0."""
        return -2 * self.number

    @property
    def dead_key(self) -> int:
        """The key of polls for dead letters."""
        return -2 * self.number - 1

    def cursor(self, shard: int) -> Cursor:
        """How far the queue is in a shard. For the machine: a shard that wasn't begun is begun."""
        found = self.cursors.get(shard)
        if found is None:
            found = self.cursors[shard] = Cursor(0)
        return found

    def position(self, shard: int) -> int:
        """The offset of a shard's first record that wasn't received."""
        found = self.cursors.get(shard)
        return found.position if found is not None else 0

    def held(self, shard: int, offset: int) -> Held | None:
        """A record that isn't acknowledged."""
        found = self.cursors.get(shard)
        return found.held.get(offset) if found is not None else None

    def is_in_flight(self, shard: int, offset: int) -> bool:
        """Whether a record was handed out and isn't visible again."""
        return key_of(shard, offset) in self.deadlines


def key_of(shard: int, offset: int) -> int:
    """A record as one number. Those of a shard are in their order."""
    return shard << _OFFSET_BITS | offset


def place_of(key: int) -> tuple[int, int]:
    """The shard and offset of a key."""
    return key >> _OFFSET_BITS, key & _OFFSET_MASK

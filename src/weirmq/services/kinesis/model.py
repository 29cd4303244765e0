"""Streams, shards and consumers, as the machine knows them. The records are in the logs of the engine's streams."""

from bisect import bisect_right
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from weirmq.iam.policy import Policy
from weirmq.kernel import arn
from weirmq.services.kinesis import sequence
from weirmq.services.kinesis.load import Load

if TYPE_CHECKING:
    from weirmq.services.kinesis.facts import ChangeBegun

KEYS: Final = 2**128  # hash keys: MD5 digests as numbers
Mode = Literal["PROVISIONED", "ON_DEMAND"]
Distribution = Literal["AUTO", "USER_PARTITION_KEY"]
MetricsName = Literal[
    "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds", "ALL",
]  # fmt: skip
Status = Literal["CREATING", "DELETING", "ACTIVE", "UPDATING"]
ON_DEMAND: Final = "ON_DEMAND"
PROVISIONED: Final = "PROVISIONED"
AUTO: Final = "AUTO"
BY_KEY: Final = "USER_PARTITION_KEY"


class Shard(msgspec.Struct, gc=False, eq=False):
    """A range of hash keys, and the log of the records that fell into it.

    A stream may have 20,000, most of which nobody asks for their names soon: those are put together when somebody does.
    """

    index: int
    start: int  # first and last hash key
    end: int
    created_ms: int
    epoch_ms: int  # when its sequence numbers say that it was made: a second after its parents at least
    group: str  # of the stream's logs
    mark: str = ""  # of the change that made it: a change that a crash undid leaves no log for the next one
    parent: int | None = None
    adjacent: int | None = None  # the other parent, of a merge
    closed_ms: int = 0  # while it takes records
    children: tuple[int, ...] = ()
    _id: str = ""
    _log: str = ""
    _base: int = 0

    @property
    def id(self) -> str:
        """As clients know it."""
        if not self._id:
            self._id = id_of(self.index)
        return self._id

    @property
    def log(self) -> str:
        """Its name in the engine."""
        if not self._log:
            self._log = f"{self.group}/{self.index:012}{'-' if self.mark else ''}{self.mark}"
        return self._log

    @property
    def base(self) -> int:
        """What its sequence numbers have in common; see sequence.py."""
        if not self._base:
            self._base = sequence.base_of(self.epoch_ms, self.index)
        return self._base


def id_of(index: int) -> str:
    """The id of a stream's shard."""
    return f"shardId-{index:012}"


class Consumer:
    """An enhanced fan-out consumer."""

    __slots__ = ("arn", "change", "created_ms", "name", "policy", "policy_text", "tags")

    def __init__(self, name: str, arn: str, created_ms: int, tags: dict[str, str]) -> None:
        self.name = name
        self.arn = arn
        self.created_ms = created_ms
        self.tags = tags
        self.policy: Policy | None = None
        self.policy_text = ""
        self.change: ChangeBegun | None = None  # that is under way

    @property
    def status(self) -> Literal["CREATING", "DELETING", "ACTIVE"]:
        """CREATING and DELETING only where changes take time."""
        if self.change is None:
            return "ACTIVE"
        return "DELETING" if self.change.status == "DELETING" else "CREATING"


class Commitment(msgspec.Struct, array_like=True, frozen=True):
    """A minimum throughput billing commitment of an account in a region. `end_ms` is 0 while nobody has ended it."""

    started_ms: int
    end_ms: int = 0

    def stands(self, now_ms: int) -> bool:
        """Whether it counts."""
        return not self.end_ms or now_ms < self.end_ms


class Stream:
    """One stream. Only `machine.py` changes it."""

    __slots__ = (
        "account", "arn", "change", "consumers", "count_changes_ms", "created_ms", "distribution",
        "encryption_changes_ms", "floor_ms", "group", "id", "key_id", "load", "max_record_kib", "metrics", "mode",
        "mode_changes_ms", "name", "next_shard", "number", "open", "peaks", "policy", "policy_text", "region",
        "retention_h", "shards", "starts", "tags", "turn", "warm_mibps",
    )  # fmt: skip

    def __init__(self, number: int, account: str, region: str, name: str, stream_id: str, created_ms: int) -> None:
        self.number = number
        self.account = account
        self.region = region
        self.name = name
        self.id = stream_id
        self.arn = arn.build("kinesis", region, account, f"stream/{name}")
        self.group = f"{account}-{region}-{name}-{stream_id}"  # of its logs in the engine
        self.created_ms = created_ms
        self.mode: Mode = PROVISIONED
        self.retention_h = 24
        self.floor_ms = 0  # what came before is gone for good, whatever the retention is now
        self.key_id = ""  # of KMS, while encryption is on
        self.metrics: list[MetricsName] = []
        self.max_record_kib = 1_024
        self.warm_mibps = 0
        self.distribution: Distribution = BY_KEY
        self.tags: dict[str, str] = {}
        self.policy: Policy | None = None
        self.policy_text = ""
        self.consumers: dict[str, Consumer] = {}  # by name
        self.mode_changes_ms: list[int] = []
        self.count_changes_ms: list[int] = []
        self.encryption_changes_ms: list[tuple[int, bool]] = []  # when, and whether it was switched on
        self.change: ChangeBegun | None = None  # that is under way
        self.load: Load | None = None  # of a stream on demand, since the last look at it
        self.peaks: dict[int, int] = {}  # by day: how many shards double the load of its busiest minute needs
        self.shards: dict[int, Shard] = {}  # by index, ascending
        self.next_shard = 0
        self.open: list[Shard] = []  # by hash key
        self.starts: list[bytes] = []  # the first hash keys of the open ones, as digests
        self.turn = 0  # of AUTO distribution: whose it is

    def begin(self, shards: int) -> None:
        """The stream is new, and has so many shards."""
        made_ms, group = self.created_ms, self.group
        self.shards = {
            index: Shard(index, start, end, made_ms, made_ms, group)
            for index, (start, end) in enumerate(even_ranges(shards))
        }
        self.next_shard = shards
        self.settle()

    def add(self, shard: Shard) -> None:
        """A shard is there. `settle` comes after the last."""
        self.shards[shard.index] = shard
        self.next_shard = max(self.next_shard, shard.index + 1)
        for index in (shard.parent, shard.adjacent):
            if index is not None and index in self.shards:
                self.shards[index].children += (shard.index,)

    def settle(self) -> None:
        """Put the open shards in the order of their hash keys."""
        self.open = sorted((shard for shard in self.shards.values() if not shard.closed_ms), key=lambda s: s.start)
        self.starts = [shard.start.to_bytes(16, "big") for shard in self.open]

    def shard_of(self, digest: bytes) -> Shard:
        """The open shard that takes a hash key."""
        return self.open[bisect_right(self.starts, digest) - 1]

    @property
    def status(self) -> Status:
        """Other than ACTIVE only where changes take time."""
        return "ACTIVE" if self.change is None else self.change.status

    @property
    def known_shards(self) -> Collection[Shard]:
        """Those that one gets to know of: none before the stream is there."""
        return () if self.status == "CREATING" else self.shards.values()

    def set_mode(self, mode: Mode) -> None:
        """Provisioned streams have no need to know their load."""
        self.mode = mode
        self.load = Load() if mode == ON_DEMAND else None


def even_ranges(count: int) -> list[tuple[int, int]]:
    """The hash key ranges of a new stream's shards: all of floor(2^128 / count), and the last takes the rest."""
    size = KEYS // count
    return [(size * i, size * (i + 1) - 1 if i < count - 1 else KEYS - 1) for i in range(count)]

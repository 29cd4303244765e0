"""Kinesis as a state machine: streams, shards, consumers; queues are in queues/machine.py. Records are no part of it.

                    created                split, merged, counted anew         all records past their retention
    (nothing) ---------------> open shard ------------------------> closed ---------------------> (nothing)

Rules:
1. The open shards of a stream cover all hash keys, each key once.
2. A closed shard's log gets no more records; it is read to its end, and its children go on from there.
3. A log that isn't needed any more is condemned; when it is gone from the disk, a fact says so. Until then every start
   tries again.
4. A change that takes time is decided when it begins. Until it ends no other begins, so what was decided still fits.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import structs

from weirmq.engine.machine import Fact
from weirmq.iam.policy import Kind, parse
from weirmq.kernel.clock import HOUR_MS, SECOND_MS
from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kinesis import parts
from weirmq.services.kinesis.facts import (
    ChangeBegun,
    ChangeEnded,
    CommitmentSet,
    ConsumerDeregistered,
    ConsumerRegistered,
    DistributionSet,
    EncryptionSet,
    KeyDrawn,
    KinesisFact,
    LoadPeaked,
    LogsRemoved,
    MaxRecordSizeSet,
    MetricsSet,
    ModeSet,
    PolicySet,
    Resharded,
    RetentionSet,
    ShardsExpired,
    StreamCreated,
    StreamDeleted,
    TagsSet,
    WarmThroughputSet,
)
from weirmq.services.kinesis.limits import (
    COMMITMENT_MS,
    ENCRYPTION_WINDOW_MS,
    MODE_WINDOW_MS,
    PEAK_DAYS,
    SHARD_COUNT_WINDOW_MS,
)
from weirmq.services.kinesis.model import Commitment, Consumer, Shard, Stream
from weirmq.services.kinesis.queues.machine import Queues
from weirmq.services.kinesis.queues.model import Queue

if TYPE_CHECKING:
    from weirmq.services.kinesis.changing import Changer
    from weirmq.services.kinesis.scaling import Scaler
    from weirmq.services.kinesis.sweeping import Sweeper

Name = tuple[str, str, str]
"""Account, region, name."""


def _change_key(number: int, consumer: str) -> str:
    return f"{number}/{consumer}"


class KinesisMachine:
    """All streams of all accounts and regions."""

    name: ClassVar[str] = "kinesis"
    facts: ClassVar[Any] = KinesisFact
    payloads: ClassVar[tuple[type[Fact], ...]] = ()
    parts: ClassVar[Any] = parts.KinesisPart

    def __init__(self) -> None:
        self.key = b""
        self.streams: dict[int, Stream] = {}
        self.by_name: dict[Name, Stream] = {}
        self.by_arn: dict[str, Stream] = {}
        self.next_stream = 1
        self.condemned: dict[str, int] = {}  # logs to be removed: name -> the offset of the fact that gave them up
        self.commitments: dict[tuple[str, str], Commitment] = {}  # by account and region
        self.changes: Deadlines[str] = Deadlines()  # under way
        self.sweeper: Sweeper | None = None
        self.signal: Callable[[str], None] = lambda _log: None  # whoever reads this log is to look again
        self.scaler: Scaler | None = None
        self.changer: Changer | None = None
        self.queues = Queues(self.streams)
        self._appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            KeyDrawn: self._key_drawn,
            StreamCreated: self._stream_created,
            StreamDeleted: self._stream_deleted,
            Resharded: self._resharded,
            ShardsExpired: self._shards_expired,
            LogsRemoved: self._logs_removed,
            RetentionSet: self._retention_set,
            ModeSet: self._mode_set,
            EncryptionSet: self._encryption_set,
            MetricsSet: self._metrics_set,
            MaxRecordSizeSet: self._max_record_size_set,
            WarmThroughputSet: self._warm_throughput_set,
            DistributionSet: self._distribution_set,
            TagsSet: self._tags_set,
            PolicySet: self._policy_set,
            ConsumerRegistered: self._consumer_registered,
            ConsumerDeregistered: self._consumer_deregistered,
            CommitmentSet: self._commitment_set,
            ChangeBegun: self._change_begun,
            ChangeEnded: self._change_ended,
            LoadPeaked: self._load_peaked,
            **self.queues.appliers,
        }

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        """Change the state as `fact` says."""
        self._appliers[type(fact)](fact, offset, now_ms)

    def _key_drawn(self, fact: KeyDrawn, _offset: int, _now_ms: int) -> None:
        self.key = fact.key

    # Streams

    def _stream_created(self, fact: StreamCreated, _offset: int, now_ms: int) -> None:
        stream = Stream(fact.number, fact.account, fact.region, fact.name, fact.stream_id, now_ms)
        stream.set_mode(fact.mode)
        stream.tags = fact.tags
        stream.warm_mibps = fact.warm_mibps
        stream.max_record_kib = fact.max_record_kib
        stream.distribution = fact.distribution
        stream.begin(fact.shards)
        self.adopt(stream)

    def adopt(self, stream: Stream) -> None:
        """Let a stream be found."""
        self.next_stream = max(self.next_stream, stream.number + 1)
        self.streams[stream.number] = stream
        self.by_name[stream.account, stream.region, stream.name] = stream
        self.by_arn[stream.arn] = stream

    def _stream_deleted(self, fact: StreamDeleted, offset: int, _now_ms: int) -> None:
        stream = self.streams.pop(fact.number)
        for name in ("", *stream.consumers):
            self.changes.drop(_change_key(fact.number, name))
        del self.by_name[stream.account, stream.region, stream.name], self.by_arn[stream.arn]
        self._condemn(stream.shards.values(), offset)

    def _condemn(self, shards: Iterable[Shard], offset: int) -> None:
        for shard in shards:
            self.condemned[shard.log] = offset
            self.signal(shard.log)

    def _logs_removed(self, fact: LogsRemoved, _offset: int, _now_ms: int) -> None:
        for name in fact.names:
            self.condemned.pop(name, None)

    # Shards

    def _resharded(self, fact: Resharded, _offset: int, now_ms: int) -> None:
        stream = self.streams[fact.number]
        for made in fact.made:
            index = stream.next_shard
            start, end = int.from_bytes(made.start, "big"), int.from_bytes(made.end, "big")
            # Its sequence numbers follow those of its parents, also where all were made within a second.
            parents = [stream.shards[i] for i in (made.parent, made.adjacent) if i is not None]
            epoch_ms = max(now_ms, *((parent.epoch_ms // SECOND_MS + 1) * SECOND_MS for parent in parents))
            shard = Shard(index, start, end, now_ms, epoch_ms, stream.group, fact.mark, made.parent, made.adjacent)
            stream.add(shard)
        for index in fact.closed:  # some may have been made by the same change
            stream.shards[index].closed_ms = now_ms
            self.signal(stream.shards[index].log)
        stream.settle()
        if fact.target is not None:
            stream.count_changes_ms = [
                *(ms for ms in stream.count_changes_ms if ms > now_ms - SHARD_COUNT_WINDOW_MS),
                now_ms,
            ]

    def _shards_expired(self, fact: ShardsExpired, offset: int, _now_ms: int) -> None:
        stream = self.streams[fact.number]
        self._condemn((stream.shards.pop(index) for index in fact.shards), offset)
        self.queues.shards_expired(stream, fact.shards)

    # Settings

    def _retention_set(self, fact: RetentionSet, _offset: int, now_ms: int) -> None:
        stream = self.streams[fact.number]
        stream.floor_ms = max(stream.floor_ms, now_ms - stream.retention_h * HOUR_MS)
        stream.retention_h = fact.hours

    def _mode_set(self, fact: ModeSet, _offset: int, now_ms: int) -> None:
        stream = self.streams[fact.number]
        stream.set_mode(fact.mode)
        stream.mode_changes_ms = [*(ms for ms in stream.mode_changes_ms if ms > now_ms - MODE_WINDOW_MS), now_ms]

    def _encryption_set(self, fact: EncryptionSet, _offset: int, now_ms: int) -> None:
        stream = self.streams[fact.number]
        stream.key_id = fact.key_id
        stream.encryption_changes_ms = [
            *(change for change in stream.encryption_changes_ms if change[0] > now_ms - ENCRYPTION_WINDOW_MS),
            (now_ms, bool(fact.key_id)),
        ]

    def _metrics_set(self, fact: MetricsSet, _offset: int, _now_ms: int) -> None:
        self.streams[fact.number].metrics = fact.names

    def _max_record_size_set(self, fact: MaxRecordSizeSet, _offset: int, _now_ms: int) -> None:
        self.streams[fact.number].max_record_kib = fact.kib

    def _warm_throughput_set(self, fact: WarmThroughputSet, _offset: int, _now_ms: int) -> None:
        self.streams[fact.number].warm_mibps = fact.mibps

    def _distribution_set(self, fact: DistributionSet, _offset: int, _now_ms: int) -> None:
        self.streams[fact.number].distribution = fact.strategy

    def _tags_set(self, fact: TagsSet, _offset: int, _now_ms: int) -> None:
        self._tagged(fact).tags = fact.tags

    def _policy_set(self, fact: PolicySet, _offset: int, _now_ms: int) -> None:
        resource = self._tagged(fact)
        resource.policy_text = fact.text
        resource.policy = parse(fact.text, Kind.RESOURCE) if fact.text else None

    def _tagged(self, fact: TagsSet | PolicySet) -> Stream | Consumer | Queue:
        if fact.queue:
            return self.queues.by_number[fact.queue]
        stream = self.streams[fact.number]
        return stream.consumers[fact.consumer] if fact.consumer else stream

    # Consumers and accounts

    def _consumer_registered(self, fact: ConsumerRegistered, _offset: int, now_ms: int) -> None:
        stream = self.streams[fact.number]
        own_arn = f"{stream.arn}/consumer/{fact.name}:{now_ms // 1000}"
        stream.consumers[fact.name] = Consumer(fact.name, own_arn, now_ms, fact.tags)

    def _consumer_deregistered(self, fact: ConsumerDeregistered, _offset: int, _now_ms: int) -> None:
        stream = self.streams[fact.number]
        del stream.consumers[fact.name]
        for shard in stream.shards.values():
            self.signal(shard.log)

    def _commitment_set(self, fact: CommitmentSet, _offset: int, now_ms: int) -> None:
        known = self.commitments.get((fact.account, fact.region))
        if fact.is_on or known is None:  # one whose end is still to come goes on as if nobody had ended it
            started_ms = known.started_ms if known is not None and known.stands(now_ms) else now_ms
            self.commitments[fact.account, fact.region] = Commitment(started_ms)
        else:
            self.commitments[fact.account, fact.region] = Commitment(
                known.started_ms, max(now_ms, known.started_ms + COMMITMENT_MS)
            )

    # What takes time

    def _change_begun(self, fact: ChangeBegun, _offset: int, _now_ms: int) -> None:
        self.begin(fact)

    def begin(self, change: ChangeBegun) -> None:
        """Let a stream or consumer be in another state for a while."""
        self._changed(change).change = change
        self.changes.put(_change_key(change.number, change.consumer), change.due_ms)

    def _change_ended(self, fact: ChangeEnded, offset: int, now_ms: int) -> None:
        if fact.number not in self.streams:
            return  # deleted by another change that ended at the same time
        changed = self._changed(fact)
        change, changed.change = changed.change, None
        self.changes.drop(_change_key(fact.number, fact.consumer))
        for each in change.then if change else ():
            if isinstance(each, Resharded):
                each = structs.replace(each, mark=fact.mark)
            self.apply(each, offset, now_ms)

    def _changed(self, fact: ChangeBegun | ChangeEnded) -> Stream | Consumer:
        stream = self.streams[fact.number]
        return stream.consumers[fact.consumer] if fact.consumer else stream

    def _load_peaked(self, fact: LoadPeaked, _offset: int, _now_ms: int) -> None:
        stream = self.streams[fact.number]
        stream.peaks = {day: shards for day, shards in stream.peaks.items() if day >= fact.day - PEAK_DAYS}
        stream.peaks[fact.day] = fact.shards

    # What the engine asks

    def holds(self, _fact: Any, _offset: int) -> bool:
        """No fact is read back."""
        return False

    def relocate(self, _fact: Any, _offset: int) -> None:
        """No fact is moved."""

    def next_due_ms(self) -> int | None:
        """When `due` wants to be called next."""
        asked = [each.next_due_ms() for each in (self.sweeper, self.scaler, self.changer) if each is not None]
        return min((ms for ms in asked if ms is not None), default=None)

    def due(self, now_ms: int) -> Sequence[Fact]:
        """Let go of records past their retention, end changes, and give streams on demand as many shards as they need;
        returns what is to be recorded of it.
        """
        found: list[Fact] = []
        if self.sweeper:
            found += self.sweeper.sweep(now_ms)
        if self.scaler:
            found += self.scaler.scale(now_ms)
        if self.changer:
            found += self.changer.end(now_ms)
        return found

    def snapshot(self) -> Iterable[Any]:
        """The whole state as a sequence of parts."""
        return parts.of(self)

    def restore(self, part: Any) -> None:
        """Take up one part of a snapshot."""
        parts.restore(self, part)

"""What a snapshot of Kinesis consists of. Like facts: added to, never edited."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from weirmq.iam.policy import Kind, parse
from weirmq.services.kinesis.facts import ChangeBegun
from weirmq.services.kinesis.model import Commitment, Consumer, Distribution, MetricsName, Mode, Shard, Stream
from weirmq.services.kinesis.queues import parts as queue_parts

if TYPE_CHECKING:
    from weirmq.services.kinesis.machine import KinesisMachine


class ServicePart(msgspec.Struct, array_like=True, tag=0):
    """What belongs to no stream. `commitments` is (account, region, commitment)."""

    key: bytes
    next_stream: int
    condemned: dict[str, int]
    commitments: list[tuple[str, str, Commitment]]


class StreamPart(msgspec.Struct, array_like=True, tag=1):
    """A stream with its shards and consumers."""

    number: int
    account: str
    region: str
    name: str
    stream_id: str
    created_ms: int
    mode: Mode
    retention_h: int
    floor_ms: int
    key_id: str
    metrics: list[MetricsName]
    max_record_kib: int
    warm_mibps: int
    distribution: Distribution
    tags: dict[str, str]
    policy: str
    mode_changes_ms: list[int]
    count_changes_ms: list[int]
    next_shard: int
    shards: list["ShardPart"]
    consumers: list["ConsumerPart"]


class ShardPart(msgspec.Struct, array_like=True):
    """A shard; see model.Shard."""

    index: int
    start: bytes
    end: bytes
    parent: int | None
    adjacent: int | None
    created_ms: int
    epoch_ms: int
    closed_ms: int
    mark: str


class ConsumerPart(msgspec.Struct, array_like=True):
    """A consumer; see model.Consumer."""

    name: str
    arn: str
    created_ms: int
    tags: dict[str, str]
    policy: str


class HistoryPart(msgspec.Struct, array_like=True, tag=40):
    """What a stream has behind it: the peaks of its load, and when its encryption was changed; see model.Stream."""

    number: int
    peaks: dict[int, int]
    encryption_changes_ms: list[tuple[int, bool]]


class ChangePart(msgspec.Struct, array_like=True, tag=41):
    """A change that is under way."""

    change: ChangeBegun


KinesisPart = ServicePart | StreamPart | HistoryPart | ChangePart | queue_parts.QueuesParts


def of(machine: "KinesisMachine") -> Iterator[Any]:
    """The parts of a machine's state."""
    commitments = [(*where, commitment) for where, commitment in machine.commitments.items()]
    yield ServicePart(machine.key, machine.next_stream, machine.condemned, commitments)
    for stream in machine.streams.values():
        yield _part_of(stream)
        if stream.peaks or stream.encryption_changes_ms:
            yield HistoryPart(stream.number, stream.peaks, stream.encryption_changes_ms)
        changes = [stream.change, *(consumer.change for consumer in stream.consumers.values())]
        yield from (ChangePart(change) for change in changes if change is not None)
    yield from queue_parts.of(machine)


def _part_of(stream: Stream) -> StreamPart:
    shards = [
        ShardPart(
            shard.index, shard.start.to_bytes(16, "big"), shard.end.to_bytes(16, "big"), shard.parent, shard.adjacent,
            shard.created_ms, shard.epoch_ms, shard.closed_ms, shard.mark,
        )
        for shard in stream.shards.values()
    ]  # fmt: skip
    consumers = [
        ConsumerPart(consumer.name, consumer.arn, consumer.created_ms, consumer.tags, consumer.policy_text)
        for consumer in stream.consumers.values()
    ]
    return StreamPart(
        stream.number, stream.account, stream.region, stream.name, stream.id, stream.created_ms, stream.mode,
        stream.retention_h, stream.floor_ms, stream.key_id, stream.metrics, stream.max_record_kib, stream.warm_mibps,
        stream.distribution, stream.tags, stream.policy_text, stream.mode_changes_ms, stream.count_changes_ms,
        stream.next_shard, shards, consumers,
    )  # fmt: skip


def restore(machine: "KinesisMachine", part: Any) -> None:
    """Take up one part."""
    if isinstance(part, StreamPart):
        machine.adopt(_stream_of(part))
        return
    if isinstance(part, HistoryPart):
        stream = machine.streams[part.number]
        stream.peaks, stream.encryption_changes_ms = part.peaks, part.encryption_changes_ms
        return
    if isinstance(part, ChangePart):
        machine.begin(part.change)
        return
    if not isinstance(part, ServicePart):
        queue_parts.restore(machine, part)
        return
    machine.key = part.key
    machine.next_stream = max(machine.next_stream, part.next_stream)
    machine.condemned = part.condemned
    machine.commitments = {(account, region): commitment for account, region, commitment in part.commitments}


def _stream_of(part: StreamPart) -> Stream:
    stream = Stream(part.number, part.account, part.region, part.name, part.stream_id, part.created_ms)
    for name in (
        "retention_h", "floor_ms", "key_id", "metrics", "max_record_kib", "warm_mibps", "distribution", "tags",
        "mode_changes_ms", "count_changes_ms",
    ):  # fmt: skip
        setattr(stream, name, getattr(part, name))
    stream.set_mode(part.mode)
    stream.policy_text = part.policy
    stream.policy = parse(part.policy, Kind.RESOURCE) if part.policy else None
    for each in part.shards:
        stream.add(_shard_of(stream, each))
    stream.next_shard = part.next_shard
    stream.settle()
    for each_consumer in part.consumers:
        consumer = Consumer(each_consumer.name, each_consumer.arn, each_consumer.created_ms, each_consumer.tags)
        consumer.policy_text = each_consumer.policy
        consumer.policy = parse(each_consumer.policy, Kind.RESOURCE) if each_consumer.policy else None
        stream.consumers[consumer.name] = consumer
    return stream


def _shard_of(stream: Stream, part: ShardPart) -> Shard:
    start, end = int.from_bytes(part.start, "big"), int.from_bytes(part.end, "big")
    return Shard(
        part.index, start, end, part.created_ms, part.epoch_ms, stream.group, part.mark, part.parent, part.adjacent,
        part.closed_ms,
    )  # fmt: skip

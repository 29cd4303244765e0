"""AWS's rates, where `kinesis_strict` is on: a layer around the operations, so that without it they cost nothing.

    shard    in: 1 MiB and 1,000 records a second; out: 2 MiB and 5 calls of GetRecords a second
    stream, account    so many calls of an operation a second

Rates are counted over windows of a second, which begin with what comes first. Who takes more at once than a second has
(10 MiB in one answer, a record of 5 MiB) has used up the seconds after it as well.

Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html, and the operations' pages
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Literal, cast

from weirmq.engine.service import Call, Operation
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.kinesis import errors, putting, tokens
from weirmq.services.kinesis.limits import READ_BYTES, READ_CALLS, SHARD_BYTES, SHARD_RECORDS
from weirmq.services.kinesis.model import AUTO, Shard, Stream
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.types.kinesis import (
    GetRecordsInput,
    GetRecordsOutput,
    GetShardIteratorInput,
    GetShardIteratorOutput,
    PutRecordInput,
    PutRecordOutput,
    PutRecordsInput,
    PutRecordsOutput,
    PutRecordsRequestEntry,
    PutRecordsResultEntry,
)

Scope = Literal["account", "stream"]

RATES: Final[Mapping[str, tuple[int, Scope]]] = {
    "AddTagsToStream": (5, "account"),
    "CreateStream": (5, "account"),
    "DecreaseStreamRetentionPeriod": (5, "stream"),
    "DeleteStream": (5, "account"),
    "DeregisterStreamConsumer": (5, "stream"),
    "DescribeAccountSettings": (5, "account"),
    "DescribeLimits": (1, "account"),
    "DescribeStream": (10, "account"),
    "DescribeStreamConsumer": (20, "stream"),
    "DescribeStreamSummary": (20, "account"),
    "DisableEnhancedMonitoring": (5, "stream"),
    "EnableEnhancedMonitoring": (5, "stream"),
    "IncreaseStreamRetentionPeriod": (5, "stream"),
    "ListShards": (1_000, "stream"),
    "ListStreamConsumers": (5, "stream"),
    "ListStreams": (5, "account"),
    "ListTagsForStream": (5, "account"),
    "MergeShards": (5, "account"),
    "RegisterStreamConsumer": (5, "account"),
    "RemoveTagsFromStream": (5, "account"),
    "SplitShard": (5, "account"),
    "UpdateAccountSettings": (5, "account"),
    "UpdateShardCount": (10, "account"),
    "UpdateStreamWarmThroughput": (5, "account"),
}
"""Calls a second. What isn't here has no documented rate."""

_WINDOWS_KEPT: Final = 10_000  # before those that are over are forgotten


class Window:
    """What was used of a rate since a moment, and when that is over."""

    __slots__ = ("_calls", "_ends_ms", "_most_bytes", "_most_calls", "_size", "_start_ms")

    def __init__(self, most_calls: int, most_bytes: int = 0) -> None:
        """So much a second; a rate of 0 bytes doesn't look at them."""
        self._most_calls = most_calls
        self._most_bytes = most_bytes
        self._start_ms = self._ends_ms = 0
        self._calls = self._size = 0

    def has(self, now_ms: int, size: int = 0) -> bool:
        """Whether there is room for one more, of that size."""
        if self.is_over(now_ms):
            self._start_ms, self._ends_ms = now_ms, now_ms + SECOND_MS
            self._calls = self._size = 0
        return self._calls < self._most_calls and (not self._size or self._size + size <= self._most_bytes)

    def is_over(self, now_ms: int) -> bool:
        """Whether nothing of it counts any more."""
        return not self._start_ms <= now_ms < self._ends_ms

    def use(self, calls: int, size: int = 0) -> None:
        """Take of it."""
        self._calls += calls
        self._size += size
        if self._most_bytes:
            self._ends_ms = max(self._ends_ms, self._start_ms + self._size * SECOND_MS // self._most_bytes)


class Windows:
    """All windows of a service."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Window] = {}

    def window(self, now_ms: int, key: tuple[object, ...], most_calls: int, most_bytes: int = 0) -> Window:
        """The window of a key; the same rates go with it every time."""
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _WINDOWS_KEPT:
                self._found = {key: window for key, window in self._found.items() if not window.is_over(now_ms)}
            found = self._found[key] = Window(most_calls, most_bytes)
        return found

    def incoming(self, stream: Stream, shard: Shard, now_ms: int) -> Window:
        """What a shard takes. A stream that spreads its records by itself takes what all of its shards do."""
        if stream.distribution == AUTO:
            count = len(stream.open)
            return self.window(now_ms, ("in", stream.number, count), count * SHARD_RECORDS, count * SHARD_BYTES)
        return self.window(now_ms, ("in", stream.number, shard.index), SHARD_RECORDS, SHARD_BYTES)


def throttled(operations: Mapping[str, Operation]) -> Mapping[str, Operation]:
    """The same operations, with AWS's rates."""
    windows = Windows()
    found = dict(operations)
    for name, (rate, scope) in RATES.items():
        found[name] = partial(_limited, operations[name], windows, (name, rate, scope))
    for name, around in (
        ("PutRecord", _put_record),
        ("PutRecords", _put_records),
        ("GetShardIterator", _get_shard_iterator),
        ("GetRecords", _get_records),
    ):
        found[name] = partial(around, operations[name], windows)
    return found


def _limited(
    operation: Operation, windows: Windows, limit: tuple[str, int, Scope], service: Kinesis, call: Call, request: Any
) -> Any:
    """An operation with a rate. Raises LimitExceeded."""
    name, rate, scope = limit
    account = call.caller.account
    named = _named(request)
    window = windows.window(call.now_ms, (name, account, call.region, named if scope == "stream" else ""), rate)
    if not window.has(call.now_ms):
        what = f"stream {named} under account {account}" if named else f"account {account}"
        raise errors.limit(f"Rate exceeded for {what}.")
    window.use(1)
    return operation(service, call, request)


def _named(request: Any) -> str:
    """The name of the stream that a request is about; empty where it is about none."""
    name = getattr(request, "StreamName", None)
    arn = getattr(request, "StreamARN", None) or getattr(request, "ConsumerARN", None)
    if name is None and arn is not None:
        name = arn.partition(":stream/")[2].partition("/")[0]
    return name or ""


def _find(service: Kinesis, call: Call, request: Any, action: str) -> Stream:
    """The stream of a request for its data. Raises ResourceNotFound also of one that isn't there yet."""
    stream = service.find(call, request.StreamName, request.StreamARN, action)
    if stream.status == "CREATING":
        raise errors.no_such_stream(stream.name, stream.account)
    return stream


def _place(stream: Stream, record: PutRecordInput | PutRecordsRequestEntry, member: str) -> tuple[Shard, int]:
    """The shard that takes a record, and its size. Raises as PutRecord does."""
    key = putting.key_of(stream, record, member)
    turn = stream.turn
    shard = putting.shard_of(stream, key, record.ExplicitHashKey)
    stream.turn = turn  # it isn't put yet
    return shard, len(record.Data) + len(key)


def _put_record(
    operation: Operation, windows: Windows, service: Kinesis, call: Call, request: PutRecordInput
) -> PutRecordOutput:
    """Raises ProvisionedThroughputExceeded besides."""
    stream = _find(service, call, request, "kinesis:PutRecord")
    shard, size = _place(stream, request, "partitionKey")
    window = windows.incoming(stream, shard, call.now_ms)
    if not window.has(call.now_ms, size):
        raise errors.throttled(shard.id, stream.name, stream.account)
    answer: PutRecordOutput = operation(service, call, request)
    window.use(1, size)
    return answer


def _put_records(
    operation: Operation, windows: Windows, service: Kinesis, call: Call, request: PutRecordsInput
) -> PutRecordsOutput:
    """The records that are within the rates are put; each of the others gets an error of its own."""
    stream = _find(service, call, request, "kinesis:PutRecords")
    if request.DryRun:
        return cast("PutRecordsOutput", operation(service, call, request))
    results: list[PutRecordsResultEntry | None] = []
    kept: list[PutRecordsRequestEntry] = []
    for number, record in enumerate(request.Records, 1):
        shard, size = _place(stream, record, f"records.{number}.member.partitionKey")
        window = windows.incoming(stream, shard, call.now_ms)
        if window.has(call.now_ms, size):
            window.use(1, size)
            kept.append(record)
            results.append(None)
        else:
            words = errors.rate_exceeded(shard.id, stream.name, stream.account)
            results.append(PutRecordsResultEntry(ErrorCode=errors.THROTTLED, ErrorMessage=words))
    answer = PutRecordsOutput(Records=[], EncryptionType="KMS" if stream.key_id else None)
    if kept:
        some = PutRecordsInput(Records=kept, StreamName=request.StreamName, StreamARN=request.StreamARN)
        answer = operation(service, call, some)
    placed = iter(answer.Records)
    answer.Records = [next(placed) if result is None else result for result in results]
    answer.FailedRecordCount = len(results) - len(kept)
    return answer


def _get_shard_iterator(
    operation: Operation, windows: Windows, service: Kinesis, call: Call, request: GetShardIteratorInput
) -> GetShardIteratorOutput:
    """Five calls a second, account and shard. Raises ProvisionedThroughputExceeded besides."""
    stream = _find(service, call, request, "kinesis:GetShardIterator")
    shard = service.shard(stream, request.ShardId)
    key = ("iterator", call.caller.account, stream.number, shard.index)
    window = windows.window(call.now_ms, key, READ_CALLS)
    if not window.has(call.now_ms):
        raise errors.throttled(shard.id, stream.name, stream.account)
    window.use(1)
    return cast("GetShardIteratorOutput", operation(service, call, request))


def _get_records(
    operation: Operation, windows: Windows, service: Kinesis, call: Call, request: GetRecordsInput
) -> GetRecordsOutput:
    """Raises ProvisionedThroughputExceeded besides."""
    position = tokens.unseal(service.machine.key, request.ShardIterator)
    stream = service.machine.streams.get(position.stream) if position else None
    shard = stream.shards.get(position.shard) if position and stream else None
    if stream is None or shard is None:
        return cast("GetRecordsOutput", operation(service, call, request))  # which says what is wrong
    service.authorize(call, "kinesis:GetRecords", stream)
    window = windows.window(call.now_ms, ("out", stream.number, shard.index), READ_CALLS, READ_BYTES)
    if not window.has(call.now_ms):
        raise errors.throttled(shard.id, stream.name, stream.account)
    answer: GetRecordsOutput = operation(service, call, request)
    size = sum(len(record.Data) + len((record.PartitionKey or "").encode()) for record in answer.Records)
    window.use(1, size)
    return answer

"""PutRecord and PutRecords.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html and API_PutRecords.html
"""

import hashlib
from bisect import bisect_right
from functools import partial
from typing import Any, Final, cast

from weirmq.engine.service import Call
from weirmq.engine.streams import Part, Run
from weirmq.services.kinesis import errors, sequence
from weirmq.services.kinesis.limits import MIB, PUT_BYTES
from weirmq.services.kinesis.model import AUTO, KEYS, Shard, Stream
from weirmq.services.kinesis.records import Results
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.types.kinesis import (
    PutRecordInput,
    PutRecordOutput,
    PutRecordsInput,
    PutRecordsOutput,
    PutRecordsRequestEntry,
)

try:
    from _md5 import md5  # type: ignore[import-not-found]
except ImportError:  # a Python that has OpenSSL's alone
    md5 = partial(hashlib.md5, usedforsecurity=False)

_md5: Final = md5  # Python's own takes a third of the time of OpenSSL's for so few bytes


def put_record(service: Kinesis, call: Call, request: PutRecordInput) -> PutRecordOutput:
    """Append one record. Raises ResourceNotFound, InvalidArgument, Validation."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:PutRecord")
    key = key_of(stream, request, "partitionKey")
    _check_size(stream, len(request.Data) + len(key), "data")
    shard = shard_of(stream, key, request.ExplicitHashKey)
    if request.SequenceNumberForOrdering is not None:
        _check_ordering(stream, request.SequenceNumberForOrdering, call.now_ms)
    if request.DryRun:
        raise errors.dry_run()
    [put] = service.streams.append([Part(service.log(shard), [(key, (request.Data,), call.now_ms)])], call.now_ms)
    if stream.load is not None:
        stream.load.count(call.now_ms, len(request.Data) + len(key), 1)
    return PutRecordOutput(
        ShardId=shard.id,
        SequenceNumber=sequence.number(shard.base, put.offset, put.now_ms),
        EncryptionType="KMS" if stream.key_id else None,
    )


def put_records(service: Kinesis, call: Call, request: PutRecordsInput) -> PutRecordsOutput:
    """Append up to 500 records; those of a shard come to stand in the order that they have here.

    Raises ResourceNotFound, InvalidArgument, Validation: a record that can't be taken fails the whole request.
    """
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:PutRecords")
    groups: dict[Shard, list[Run]] = {}
    slots: dict[Shard, int] = {}
    placed: list[int] = []
    starts, opened, now_ms = stream.starts, stream.open, call.now_ms
    total, most = 0, stream.max_record_kib * 1024
    is_keyed = stream.distribution != AUTO
    for record in request.Records:
        data, key, explicit = record.Data, record.PartitionKey, record.ExplicitHashKey
        if is_keyed and key is not None and explicit is None:  # the usual case, in line
            packed = key.encode()
            shard = opened[bisect_right(starts, _md5(packed).digest()) - 1]
        else:
            packed = key_of(stream, record, f"records.{len(placed) + 1}.member.partitionKey")
            shard = shard_of(stream, packed, explicit)
        size = len(data) + len(packed)
        total += size
        if size > most:
            _check_size(stream, size, f"records.{len(placed) + 1}.member.data")
        runs = groups.get(shard)
        if runs is None:
            runs = groups[shard] = []
            slots[shard] = len(slots)
        runs.append((packed, (data,), now_ms))
        placed.append(slots[shard])
    if total > PUT_BYTES:
        raise errors.invalid(f"Records size exceeds {PUT_BYTES // MIB} MB limit")
    if request.DryRun:
        raise errors.dry_run()
    results = _append(service, call, groups, placed)
    if stream.load is not None:
        stream.load.count(now_ms, total, len(placed))
    return PutRecordsOutput(
        FailedRecordCount=0,
        Records=cast("Any", results),
        EncryptionType="KMS" if stream.key_id else None,
    )


def _append(service: Kinesis, call: Call, groups: dict[Shard, list[Run]], placed: list[int]) -> Results:
    """Append each shard's records; returns where they went, in the order of the request."""
    puts = service.streams.append([Part(service.log(shard), runs) for shard, runs in groups.items()], call.now_ms)
    numbers = [sequence.value(shard.base, put.offset, put.now_ms) for shard, put in zip(groups, puts, strict=True)]
    return Results(placed, numbers, [shard.id for shard in groups])


def key_of(stream: Stream, record: PutRecordInput | PutRecordsRequestEntry, member: str) -> bytes:
    """The partition key in UTF-8; empty where the stream doesn't need one. Raises Validation."""
    if record.PartitionKey is None:
        if stream.distribution != AUTO:
            raise errors.missing(member)
        return b""
    return record.PartitionKey.encode()


def _check_size(stream: Stream, size: int, member: str) -> None:
    """Refuse data and key that are more than the stream takes. Raises Validation."""
    most = stream.max_record_kib * 1024
    if size > most:
        raise errors.validation(
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {most}"
        )


def shard_of(stream: Stream, key: bytes, explicit: str | None) -> Shard:
    """The shard that takes a record. Raises InvalidArgument."""
    if explicit is not None and int(explicit) >= KEYS:
        raise errors.invalid(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
            f"Specified value was {explicit}"
        )
    if stream.distribution == AUTO:
        stream.turn += 1
        return stream.open[stream.turn % len(stream.open)]
    return stream.shard_of(_md5(key).digest() if explicit is None else int(explicit).to_bytes(16, "big"))


def _check_ordering(stream: Stream, number: str, now_ms: int) -> None:
    """The number of a record put before; new ones are greater anyhow, for they grow along a key's shards.

    Raises InvalidArgument.
    """
    found = sequence.parse(number)
    if found is None or found.time_s > now_ms // 1000:
        raise errors.invalid(
            f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {stream.name} under account "
            f"{stream.account} is invalid."
        )

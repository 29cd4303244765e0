"""A record batch, as clients produce it: what is checked of it before it goes to the log as it is.

Source: https://kafka.apache.org/documentation/#recordbatch. Checks and their codes are those of Kafka's LogValidator.
What is in the records isn't looked at here: that would cost more than all else, and harms nobody but their readers
(records.py does, for topics that are compacted).
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from weirmq.kernel.crc import crc32c
from weirmq.wire.kafka.codes import Code

HEADER_BYTES: Final = 61
_HEADER: Final = struct.Struct(">qiibIhiqqqhii")
_LENGTH_AT: Final = 8
_BEFORE_LENGTH: Final = 12
_MAGIC_AT: Final = 16
_MAGIC: Final = 2
_EPOCH: Final = struct.Struct(">i")
_EPOCH_AT: Final = 12
_CRC_AT: Final = 17
_ATTRIBUTES_AT: Final = 21
_MAX_TIMESTAMP_AT: Final = 35
_PRODUCER: Final = struct.Struct(">qh")
_PRODUCER_AT: Final = 43
_COUNT_AT: Final = 57
_BASE_TIMESTAMP_AT: Final = 27

COMPRESSION: Final = 0x07
APPEND_TIME: Final = 0x08
TRANSACTIONAL: Final = 0x10
CONTROL: Final = 0x20
DELETE_HORIZON: Final = 0x40  # the base timestamp says when tombstones and markers may go (KIP-534)
_CODECS: Final = 4  # gzip, snappy, lz4, zstd
SEQUENCES: Final = 2**31  # of a producer, before they begin anew


class Refused(Exception):  # noqa: N818 - says what is so
    """A batch that isn't taken. `records` are the indexes of the records that are why, if it is some of them, each with
    what is wrong with it.
    """

    def __init__(self, code: Code, reason: str, records: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.records = records


class Producer(msgspec.Struct, frozen=True, gc=False):
    """What a batch says of who produced it. `first` and `last` are its sequences, which wrap around at 2^31."""

    id: int
    epoch: int
    first: int
    last: int


class Batch(msgspec.Struct, frozen=True, gc=False):
    """One batch. `base_ms` and `max_ms` are the times of its first and its youngest record, `span` is how many offsets
    it takes up: compaction leaves fewer records than that.
    """

    data: memoryview
    attributes: int
    span: int
    base_ms: int
    max_ms: int
    producer: Producer

    @property
    def is_idempotent(self) -> bool:
        """Whether its producer numbers what it sends."""
        return self.producer.id >= 0

    @property
    def records(self) -> int:
        """How many records it has."""
        return int.from_bytes(self.data[_COUNT_AT:HEADER_BYTES], "big")

    @property
    def horizon_ms(self) -> int | None:
        """From when on its tombstones, or its marker, may go; None where that isn't known yet."""
        return self.base_ms if self.attributes & DELETE_HORIZON else None

    @property
    def is_transactional(self) -> bool:
        """Whether it belongs to a transaction."""
        return bool(self.attributes & TRANSACTIONAL)


def read(records: bytes | memoryview | None, most_bytes: int) -> Batch:
    """The one batch that `records` is. Raises Refused."""
    data = records if isinstance(records, memoryview) else memoryview(records or b"")
    held = len(data)
    if held < HEADER_BYTES:
        raise _not_one(data)
    _, length, _, magic, crc, attributes, last_delta, base_ms, max_ms, producer, epoch, first, count = (
        _HEADER.unpack_from(data)
    )
    if magic != _MAGIC or length != held - _BEFORE_LENGTH:
        raise _not_one(data)
    if held > most_bytes:
        raise Refused(Code.MESSAGE_TOO_LARGE, f"a batch of {held} bytes, where the topic takes {most_bytes}")
    if crc32c(data[_ATTRIBUTES_AT:]) != crc:
        raise Refused(Code.CORRUPT_MESSAGE, "the CRC of a batch is wrong")
    if count != last_delta + 1 or count < 1:
        raise Refused(Code.INVALID_RECORD, f"a batch of {count} records with a last offset delta of {last_delta}")
    if attributes & (CONTROL | DELETE_HORIZON):
        raise Refused(Code.INVALID_RECORD, "clients write no control records, and no delete horizons")
    if attributes & COMPRESSION > _CODECS:
        raise Refused(Code.UNSUPPORTED_COMPRESSION_TYPE, f"there is no codec {attributes & COMPRESSION}")
    if producer >= 0 and (epoch < 0 or first < 0):
        raise Refused(Code.INVALID_RECORD, f"producer {producer} with epoch {epoch} and sequence {first}")
    if attributes & TRANSACTIONAL and producer < 0:
        raise Refused(Code.INVALID_RECORD, "a transactional batch without a producer id")
    return Batch(data, attributes, count, base_ms, max_ms, _producer(producer, epoch, first, count))


def _not_one(data: memoryview) -> Refused:
    """Why these bytes are not one batch of the right format."""
    if len(data) <= _MAGIC_AT:
        return Refused(Code.INVALID_RECORD, "there is no batch")
    if data[_MAGIC_AT] != _MAGIC:
        return Refused(
            Code.UNSUPPORTED_FOR_MESSAGE_FORMAT,
            f"message format {data[_MAGIC_AT]}; Kafka 4 takes format {_MAGIC} alone",
        )
    size = _BEFORE_LENGTH + int.from_bytes(data[_LENGTH_AT:_BEFORE_LENGTH], "big", signed=True)
    if size < HEADER_BYTES or size > len(data):
        return Refused(Code.CORRUPT_MESSAGE, f"a batch of {size} bytes, where {len(data)} are there")
    return Refused(Code.INVALID_RECORD, "a partition gets one batch a request (since version 3)")


def _producer(producer: int, epoch: int, first: int, count: int) -> Producer:
    return Producer(producer, epoch, first, (first + count - 1) % SEQUENCES)


def own(data: memoryview, leader_epoch: int) -> None:
    """Write the partition's leader epoch into a batch; the CRC doesn't cover it."""
    _EPOCH.pack_into(data, _EPOCH_AT, leader_epoch)


def transactional(records: bytes | memoryview | None) -> tuple[int, int] | None:
    """Id and epoch of the producer, if `records` looks like a batch of a transaction. Nothing of it is checked."""
    if records is None or len(records) < HEADER_BYTES or not records[_ATTRIBUTES_AT + 1] & TRANSACTIONAL:
        return None
    return _PRODUCER.unpack_from(records, _PRODUCER_AT)


def set_append_time(batch: Batch, now_ms: int) -> Batch:
    """Have all records of a batch come at `now_ms` (KIP-32)."""
    data = batch.data
    attributes = batch.attributes | APPEND_TIME
    struct.pack_into(">h", data, _ATTRIBUTES_AT, attributes)
    struct.pack_into(">q", data, _MAX_TIMESTAMP_AT, now_ms)
    struct.pack_into(">I", data, _CRC_AT, crc32c(data[_ATTRIBUTES_AT:]))
    return msgspec.structs.replace(batch, attributes=attributes, max_ms=now_ms)


def rewritten(
    batch: Batch, body: bytes, count: int, *, attributes: int, base_ms: int | None = None, max_ms: int | None = None
) -> bytes:
    """The same batch with other records: `count` of them, packed as `attributes` says, in `body`."""
    data = bytearray(batch.data[:HEADER_BYTES]) + body
    struct.pack_into(">i", data, _LENGTH_AT, len(data) - _BEFORE_LENGTH)
    struct.pack_into(">h", data, _ATTRIBUTES_AT, attributes)
    struct.pack_into(">q", data, _BASE_TIMESTAMP_AT, batch.base_ms if base_ms is None else base_ms)
    struct.pack_into(">q", data, _MAX_TIMESTAMP_AT, batch.max_ms if max_ms is None else max_ms)
    struct.pack_into(">i", data, _COUNT_AT, count)
    struct.pack_into(">I", data, _CRC_AT, crc32c(memoryview(data)[_ATTRIBUTES_AT:]))
    return bytes(data)


def heads(data: memoryview) -> Iterator[tuple[int, Batch]]:
    """Base offset and head of each of the sound batches that follow each other in `data`."""
    at = 0
    while at < len(data):
        (base, length, _, _, _, attributes, last_delta, base_ms, max_ms, producer, epoch, first, _) = (
            _HEADER.unpack_from(data, at)
        )
        end = at + _BEFORE_LENGTH + length
        found = _producer(producer, epoch, first, last_delta + 1)  # compaction may have left fewer records
        yield base, Batch(data[at:end], attributes, last_delta + 1, base_ms, max_ms, found)
        at = end

"""The records inside a batch.

    length | attributes 1 | timestamp delta | offset delta | key length | key | value length | value | headers

Lengths, deltas and the number of headers are zigzag varints; a length of -1 says that there is none.
Source: https://kafka.apache.org/documentation/#record
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from weirmq.wire.kafka.batch import (
    APPEND_TIME,
    COMPRESSION,
    DELETE_HORIZON,
    HEADER_BYTES,
    Batch,
    Refused,
    rewritten,
)
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import pack, unpack

_NULL: Final = 1  # a length of -1, in zigzag
_MAX_SHIFT: Final = 63  # ten groups of seven bits hold any 64-bit number
_SHOWN: Final = 3  # of a batch's faulty records, in the message
RECORDS_MAX: Final = 500_000  # our own: of a batch that is looked into


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record, as it lies from `start` to `end` in the unpacked records of its batch. Its offset delta is at `rest`;
    what is behind that changes with neither offsets nor times.
    """

    start: int
    rest: int
    end: int
    time_delta: int
    offset_delta: int
    key: bytes | None
    has_value: bool


def body_of(batch: Batch) -> bytes:
    """The records of a batch, unpacked. Raises Refused."""
    return unpack(batch.attributes & COMPRESSION, batch.data[HEADER_BYTES:])


def read(body: bytes, count: int, span: int) -> list[Record]:
    """The `count` records in `body`, of a batch that takes up `span` offsets. Raises Refused where they aren't well
    formed, or their offsets don't rise.
    """
    found: list[Record] = []
    if count > RECORDS_MAX:
        raise Refused(Code.INVALID_RECORD, f"a batch of {count} records, where {RECORDS_MAX} are looked at")
    try:
        _read(body, count, span, found)
    except IndexError:
        raise Refused(Code.INVALID_RECORD, f"record {len(found)} of a batch runs over its end") from None
    except ValueError as error:
        raise Refused(Code.INVALID_RECORD, f"record {len(found)} of a batch: {error}") from None
    return found


def _read(body: bytes, count: int, span: int, found: list[Record]) -> None:  # noqa: C901 - in line for speed
    """Add the records to `found`. Raises IndexError, ValueError.

    The one loop over records, so varints of one byte are read in line, and of two where those are common.
    """
    at, before = 0, -1
    for _ in range(count):
        start = at
        length = body[at]
        at += 1
        if length > 0x7F:
            if (byte := body[at]) < 0x80:
                length, at = length + ((byte - 1) << 7), at + 1
            else:
                length, at = _number(body, start)
        end = at + (length >> 1)  # a negative length fails where the record ends
        late = body[at + 1]  # behind the attributes of a record, which have no meaning yet
        rest = at + 2
        if late > 0x7F:
            late, rest = _number(body, rest - 1)
        delta = body[rest]
        at = rest + 1
        if delta > 0x7F:
            if (byte := body[at]) < 0x80:
                delta, at = delta + ((byte - 1) << 7), at + 1
            else:
                delta, at = _number(body, rest)
        if delta & 1 or not before < delta >> 1 < span:
            raise ValueError(f"its offset delta is not from {before + 1} to {span - 1}")
        before = delta >> 1
        length = body[at]
        at += 1
        if length > 0x7F:
            length, at = _number(body, at - 1)
        key = None
        if length != _NULL:
            first, at = at, _after(at, length)
            key = body[first:at]
        length = body[at]
        at += 1
        if length > 0x7F:
            if (byte := body[at]) < 0x80:
                length, at = length + ((byte - 1) << 7), at + 1
            else:
                length, at = _number(body, at - 1)
        if length != _NULL:
            at = _after(at, length)
        at = _behind_headers(body, at) if body[at] else at + 1
        if at != end:
            raise ValueError(f"it ends at byte {at}, its length says {end}")
        found.append(Record(start, rest, end, (late >> 1) ^ -(late & 1), before, key, length != _NULL))
    if at != len(body):
        raise ValueError(f"{len(body) - at} bytes where there should be no more")


def _number(body: bytes, at: int) -> tuple[int, int]:
    """The varint at `at`, still in zigzag, and where it ends."""
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > _MAX_SHIFT:
            raise ValueError("a varint of more than ten bytes")


def _after(at: int, length: int) -> int:
    if length & 1:
        raise ValueError(f"a length of {~(length >> 1)}")
    return at + (length >> 1)


def _behind_headers(body: bytes, at: int) -> int:
    count, at = _number(body, at)
    if count & 1:
        raise ValueError("a negative number of headers")
    for _ in range(count >> 1):
        length, at = _number(body, at)
        at = _after(at, length)
        length, at = _number(body, at)
        if length != _NULL:
            at = _after(at, length)
    return at


def check_keys(batch: Batch) -> None:
    """Look through the records of a batch that is to be compacted: they must be well formed, and have keys. Raises
    Refused, which names those that haven't.
    """
    records = read(body_of(batch), batch.span, batch.span)
    keyless = [index for index, record in enumerate(records) if record.key is None]
    if keyless:
        raise Refused(Code.INVALID_RECORD, _told(keyless), [(index, _KEYLESS) for index in keyless])


_KEYLESS: Final = "Compacted topic cannot accept message without key."


def _told(keyless: Sequence[int]) -> str:
    shown = ", ".join(str(index) for index in keyless[:_SHOWN])
    more = ", ..." if len(keyless) > _SHOWN else ""
    return f"One or more records have been rejected, for they have no key, and the topic is compacted: {shown}{more}"


# Written again


def thinned(batch: Batch, body: bytes, kept: Sequence[Record], horizon_ms: int | None = None) -> bytes:
    """A batch with some of its records alone, and with a delete horizon, if one is given (KIP-534)."""
    attributes, base_ms = batch.attributes, batch.base_ms
    if horizon_ms is None:
        pieces = [body[record.start : record.end] for record in kept]
    else:
        attributes, base_ms = attributes | DELETE_HORIZON, horizon_ms
        pieces = [_moved(body, record, batch.base_ms + record.time_delta - horizon_ms) for record in kept]
    max_ms = batch.max_ms
    if not attributes & APPEND_TIME:
        max_ms = batch.base_ms + max(record.time_delta for record in kept)
    packed = pack(attributes & COMPRESSION, b"".join(pieces))
    return rewritten(batch, packed, len(kept), attributes=attributes, base_ms=base_ms, max_ms=max_ms)


def repacked(batch: Batch, codec: int, level: int | None) -> Batch:
    """The same records, packed with another codec. Raises Refused where they can't be unpacked."""
    attributes = batch.attributes & ~COMPRESSION | codec
    data = rewritten(batch, pack(codec, body_of(batch), level), batch.records, attributes=attributes)
    return msgspec.structs.replace(batch, data=memoryview(bytearray(data)), attributes=attributes)


def emptied(batch: Batch) -> bytes:
    """A batch without records: it goes on telling of its producer."""
    return rewritten(batch, b"", 0, attributes=batch.attributes & ~COMPRESSION)


def _moved(body: bytes, record: Record, time_delta: int) -> bytes:
    """A record with another time delta."""
    moved = b"\0" + _varint(time_delta) + body[record.rest : record.end]
    return _varint(len(moved)) + moved


def _varint(number: int) -> bytes:
    """A number as a zigzag varint."""
    rest = number << 1 ^ number >> 63
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)

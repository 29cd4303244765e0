"""Kafka's record batch, version 2 (magic 2): the format of everything that a log holds.

Source: https://kafka.apache.org/documentation/#recordbatch, KIP-98 (the format), KIP-32 (timestamps).

    base offset 8 | length 4 | leader epoch 4 | magic 1 | crc 4 | attributes 2 | last offset delta 4 | base timestamp 8
    | max timestamp 8 | producer id 8 | producer epoch 2 | base sequence 4 | count 4 | records ...

Numbers are big-endian. `length` counts the bytes after itself. The CRC-32C covers attributes to the end: base offset
and leader epoch lie outside of it, so that a broker can set them without reading the records. A record is

    length | attributes 1 | timestamp delta | offset delta | key length | key | value length | value | headers

with zigzag varints for all lengths and deltas. We write no compression, no producer id and no record headers, and read
batches of other producers that have the last two.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from weirmq.kernel.crc import crc32c

HEADER_BYTES: Final = 61
MAX_BATCH_BYTES: Final = 2**31 - 1  # `length` is a signed 32-bit number; the 12 bytes before it aren't worth a bound

_HEADER: Final = struct.Struct(">qiibIhiqqqhii")
_BASE_OFFSET: Final = struct.Struct(">q")
_LENGTH: Final = struct.Struct(">i")
_CRC: Final = struct.Struct(">I")
_SPAN: Final = struct.Struct(">i4xb6xi8xq")  # length, magic, last offset delta, max timestamp
_LENGTH_AT: Final = 8
_BEFORE_LENGTH: Final = 12  # base offset and length itself
_MAX_INT64: Final = 2**63 - 1
_CRC_FROM: Final = 21  # attributes
_MAGIC: Final = 2
_NO_PRODUCER: Final = -1
_COMPRESSION: Final = 0x07  # attributes bits 0-2
_APPEND_TIME: Final = 0x08  # attributes bit 3: all records carry the batch's max timestamp
_MAX_VARINT_SHIFT: Final = 63  # ten groups of seven bits hold any 64-bit number


class BadBatch(ValueError):  # noqa: N818 - as the errors of the kernel: it names what is so
    """These bytes are no sound record batch. `position` is where in the given bytes the batch starts."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"batch at byte {position}: {reason}")
        self.position = position
        self.reason = reason


class Header(msgspec.Struct, frozen=True, gc=False):
    """The fixed part of a batch, in the order of the format."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    base_timestamp_ms: int
    max_timestamp_ms: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    count: int

    @property
    def size(self) -> int:
        """Bytes of the whole batch, header included."""
        return _BEFORE_LENGTH + self.length

    @property
    def next_offset(self) -> int:
        """The offset after the batch's last record."""
        return self.base_offset + self.last_offset_delta + 1


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record. `key` and `value` are copies, so they outlive the bytes that they were read from.

    A null key or value (which we never write) is the object `NULL`, an empty `bytes`: tell it by `is`.
    """

    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes


class _Null(bytes):
    __slots__ = ()


NULL: Final[bytes] = _Null()


def _varint(number: int) -> bytes:
    """A number >= 0 as a zigzag varint."""
    rest = number << 1
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


# All zigzag varints of up to two bytes; a look-up costs a twentieth of the arithmetic.
_ONE_BYTE: Final = [bytes((byte,)) for byte in range(0, 0x80, 2)]
_VARINTS: Final = _ONE_BYTE + [bytes((low, high)) for high in range(1, 0x80) for low in range(0x80, 0x100, 2)]


def _varint_of(number: int) -> bytes:
    return _VARINTS[number] if number < len(_VARINTS) else _varint(number)


class BatchBuilder:
    """Collects records and makes one batch of them. Usable again after `build`."""

    __slots__ = ("_base_ms", "_buffer", "_latest_ms", "count")

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._buffer = bytearray(HEADER_BYTES)
        self.count = 0  # records added since the last `build`
        self._base_ms = 0
        self._latest_ms = 0

    @property
    def size(self) -> int:
        """Bytes of the batch, were it built now; the bare header where there is no record."""
        return len(self._buffer)

    def add(self, key: bytes, value: bytes, timestamp_ms: int) -> int:
        """Add a record; returns its index in the batch. Raises ValueError for a timestamp below the one before."""
        index = self.count
        self.extend(((key, (value,), timestamp_ms),))
        return index

    def extend(self, runs: Iterable[tuple[bytes, Sequence[bytes], int]]) -> None:
        """Add the records of `runs`, each (key, values, timestamp in ms). Raises as `add`, and adds none then.

        It is one flat loop, because every message of a journal passes here.
        """
        index = self.count
        base_ms, latest_ms = self._base_ms, self._latest_ms
        prefix = keyed = b""
        known_key = None
        fixed = 0
        pieces: list[bytes | bytearray] = [] if index else [self._buffer]
        for key, values, timestamp_ms in runs:
            if timestamp_ms != latest_ms or not prefix:
                if not index:
                    base_ms = latest_ms = timestamp_ms
                if not 0 <= latest_ms <= timestamp_ms <= _MAX_INT64:
                    raise ValueError(
                        f"a timestamp is from 0 to {_MAX_INT64} and no less than the one before: {timestamp_ms}"
                    )
                latest_ms = timestamp_ms
                prefix = b"\0" + _varint_of(timestamp_ms - base_ms)  # attributes and timestamp delta
                known_key = None
            if key is not known_key:
                known_key = key
                size = len(key)
                keyed = (_VARINTS[size] if size < len(_VARINTS) else _varint(size)) + key
                fixed = len(prefix) + len(keyed) + 1
            for value in values:
                size = len(value)
                try:
                    delta, length = _VARINTS[index], _VARINTS[size]
                    whole = _VARINTS[fixed + len(delta) + len(length) + size]
                except IndexError:  # a number of more than two bytes
                    delta, length = _varint_of(index), _varint_of(size)
                    whole = _varint_of(fixed + len(delta) + len(length) + size)
                pieces += (whole, prefix, delta, keyed, length, value, b"\0")
                index += 1
        # One join before the batch is touched: an argument of the wrong type leaves it as it was.
        if index == self.count:
            return
        if self.count:
            self._buffer += b"".join(pieces)
        else:  # spares a copy of everything
            self._buffer = bytearray().join(pieces)
        self.count, self._base_ms, self._latest_ms = index, base_ms, latest_ms

    def build(self) -> bytearray:
        """The finished batch with base offset 0; starts the next. Raises ValueError for no record or over 2 GiB."""
        buffer, count = self._buffer, self.count
        if not count:
            raise ValueError("a batch has at least one record")
        if len(buffer) > MAX_BATCH_BYTES:
            raise ValueError(f"a batch of {len(buffer)} bytes is over the format's {MAX_BATCH_BYTES}")
        length = len(buffer) - _BEFORE_LENGTH
        fields = (0, length, 0, _MAGIC, 0, 0, count - 1, self._base_ms, self._latest_ms)
        _HEADER.pack_into(buffer, 0, *fields, _NO_PRODUCER, _NO_PRODUCER, _NO_PRODUCER, count)
        _sign(buffer)
        self._clear()
        return buffer


def hollow(base_offset: int, offsets: int, timestamp_ms: int = 0) -> bytearray:
    """A batch of no records that takes up `offsets` offsets, as compaction leaves where all records of one are gone."""
    batch = bytearray(HEADER_BYTES)
    fields = (base_offset, HEADER_BYTES - _BEFORE_LENGTH, 0, _MAGIC, 0, 0, offsets - 1, timestamp_ms, timestamp_ms)
    _HEADER.pack_into(batch, 0, *fields, _NO_PRODUCER, _NO_PRODUCER, _NO_PRODUCER, 0)
    _sign(batch)
    return batch


def _sign(batch: bytearray) -> None:
    _CRC.pack_into(batch, _CRC_FROM - _CRC.size, crc32c(memoryview(batch)[_CRC_FROM:]))


def stamp(batch: bytearray | memoryview, base_offset: int) -> None:
    """Set the base offset in place; the CRC doesn't cover it."""
    _BASE_OFFSET.pack_into(batch, 0, base_offset)


def span(batch: bytes | bytearray | memoryview) -> tuple[int, int]:
    """How many offsets one batch takes up, and its latest time. Raises BadBatch where the bytes aren't just one; looks
    not at the CRC.
    """
    if len(batch) < HEADER_BYTES:
        raise BadBatch(0, f"{len(batch)} bytes are too few for a header")
    length, magic, last, latest_ms = _SPAN.unpack_from(batch, _LENGTH_AT)
    if magic != _MAGIC:
        raise BadBatch(0, f"magic is {magic}, not {_MAGIC}")
    if _BEFORE_LENGTH + length != len(batch):
        raise BadBatch(0, f"{len(batch)} bytes are not one batch of {_BEFORE_LENGTH + length}")
    if last < 0:
        raise BadBatch(0, f"a last offset delta of {last}")
    return last + 1, latest_ms


def size_at(data: bytes | bytearray | memoryview, position: int) -> int:
    """Bytes that the batch at `position` says it has; at least those of a header, also where too little is there."""
    if len(data) - position < _BEFORE_LENGTH:
        return HEADER_BYTES
    length: int = _LENGTH.unpack_from(data, position + _BEFORE_LENGTH - _LENGTH.size)[0]
    return max(HEADER_BYTES, _BEFORE_LENGTH + length)


def header(data: bytes | bytearray | memoryview, position: int = 0, due: int | None = None) -> Header:
    """The header at `position`, whose base offset is `due` if that is given. Raises BadBatch; looks not at the CRC."""
    if len(data) - position < HEADER_BYTES:
        raise BadBatch(position, f"{len(data) - position} bytes are too few for a header")
    found = Header(*_HEADER.unpack_from(data, position))
    if found.magic != _MAGIC:
        raise BadBatch(position, f"magic is {found.magic}, not {_MAGIC}")
    if found.length < HEADER_BYTES - _BEFORE_LENGTH:
        raise BadBatch(position, f"length {found.length} is less than a header")
    if found.base_offset < 0 or found.base_offset + found.last_offset_delta >= _MAX_INT64:
        raise BadBatch(position, f"base offset {found.base_offset} is out of range")
    if due is not None and found.base_offset != due:  # the CRC doesn't cover it, only the neighbours vouch for it
        raise BadBatch(position, f"base offset {found.base_offset} where {due} was due")
    # Compaction may leave fewer records than offsets, down to none; never more.
    if not 0 <= found.count <= found.last_offset_delta + 1 or found.last_offset_delta < 0:
        raise BadBatch(position, f"{found.count} records over a last offset delta of {found.last_offset_delta}")
    return found


def check(data: bytes | bytearray | memoryview, position: int = 0, due: int | None = None) -> Header:
    """The header at `position`, as `header`, of a batch that is whole and whose CRC is right. Raises BadBatch."""
    found = header(data, position, due)
    end = position + found.size
    if end > len(data):
        raise BadBatch(position, f"{len(data) - position} of {found.size} bytes are there")
    with memoryview(data) as view, view[position + _CRC_FROM : end] as covered:
        crc = crc32c(covered)
    if crc != found.crc:
        raise BadBatch(position, f"CRC-32C is {crc:#010x}, the header says {found.crc:#010x}")
    return found


def headers(data: bytes | bytearray | memoryview) -> Iterator[tuple[int, Header]]:
    """Position and header of each of the whole batches that follow each other in `data`. Raises BadBatch."""
    position = 0
    while position < len(data):
        found = header(data, position)
        if position + found.size > len(data):
            raise BadBatch(position, f"{len(data) - position} of {found.size} bytes are there")
        yield position, found
        position += found.size


def is_compressed(batch: Header) -> bool:
    """Whether the records of a batch are packed by one of Kafka's codecs."""
    return bool(batch.attributes & _COMPRESSION)


def has_append_time(batch: Header) -> bool:
    """Whether all records of a batch came at its max timestamp, whatever they say themselves."""
    return bool(batch.attributes & _APPEND_TIME)


def records(data: bytes | bytearray | memoryview) -> Iterator[Record]:
    """All records of one or more whole batches. Raises BadBatch; the CRC isn't looked at (`check` does that)."""
    for position, found in headers(data):
        if is_compressed(found):
            raise BadBatch(position, "the records are compressed")
        body = bytes(data[position + HEADER_BYTES : position + found.size])
        try:
            yield from _records(found, body)
        except IndexError:
            raise BadBatch(position, "a record runs over the end") from None
        except ValueError as error:
            raise BadBatch(position, str(error)) from None


def _records(batch: Header, body: bytes) -> Iterator[Record]:  # noqa: C901 - in line for speed
    """The records in `body`. Raises ValueError or IndexError where they aren't well formed.

    The one hot loop of reading, so varints are read in line: of one byte, and of two where those are common.
    """
    base_offset, base_ms, last_delta = batch.base_offset, batch.base_timestamp_ms, batch.last_offset_delta
    fixed_ms = batch.max_timestamp_ms if has_append_time(batch) else None
    position, before = 0, -1
    for _ in range(batch.count):
        length = body[position]
        position += 1
        if length > 0x7F:
            if (byte := body[position]) < 0x80:
                length, position = length + ((byte - 1) << 7), position + 1
            else:
                length, position = raw_varint(body, position)
        end = position + (length >> 1)  # a negative length fails the comparison with `end` below
        position += 1  # the attributes of a record have no meaning yet
        late = body[position]
        position += 1
        if late > 0x7F:
            late, position = raw_varint(body, position)
        delta = body[position]
        position += 1
        if delta > 0x7F:
            if (byte := body[position]) < 0x80:
                delta, position = delta + ((byte - 1) << 7), position + 1
            else:
                delta, position = raw_varint(body, position)
        if delta & 1 or not before < delta >> 1 <= last_delta:
            raise ValueError(f"raw offset delta {delta} after {before}, of at most {last_delta}")
        before = delta >> 1
        length = body[position]
        position += 1
        if length > 0x7F:
            length, position = raw_varint(body, position)
        after = position if length & 1 else position + (length >> 1)
        key = _null(length) if length & 1 else body[position:after]
        length = body[after]
        position = after + 1
        if length > 0x7F:
            if (byte := body[position]) < 0x80:
                length, position = length + ((byte - 1) << 7), position + 1
            else:
                length, position = raw_varint(body, position)
        after = position if length & 1 else position + (length >> 1)
        value = _null(length) if length & 1 else body[position:after]
        position = skip_headers(body, after) if body[after] else after + 1
        if position != end:
            raise ValueError(f"a record ends at {position}, its length says {end}")
        timestamp_ms = base_ms + ((late >> 1) ^ -(late & 1)) if fixed_ms is None else fixed_ms
        yield Record(base_offset + before, timestamp_ms, key, value)
    if position != len(body):
        raise ValueError(f"{len(body) - position} bytes after the last record")


def raw_varint(body: bytes, position: int) -> tuple[int, int]:
    """The varint whose second byte is at `position`, not yet unzigzagged, and the position after it."""
    byte = body[position]
    raw = body[position - 1] - 0x80 + (byte << 7)
    shift = 7
    while byte > 0x7F:
        if shift == _MAX_VARINT_SHIFT:
            raise ValueError("a varint of more than ten bytes")
        position += 1
        shift += 7
        byte = body[position]
        raw += (byte - 1) << shift  # and takes back the high bit that the byte before left there
    return raw, position + 1


def _null(raw: int) -> bytes:
    """NULL for a length of -1, raw 1. Raises ValueError for other negative lengths."""
    if raw != 1:
        raise ValueError(f"a length of {~(raw >> 1)}")
    return NULL


def skip_headers(body: bytes, position: int) -> int:
    """The position after the record headers that start at `position`."""
    count, position = _any_raw(body, position)
    if count & 1:
        raise ValueError("a negative number of headers")
    for _ in range(count >> 1):
        length, position = _any_raw(body, position)
        if length & 1:
            raise ValueError("a header without a key")
        length, position = _any_raw(body, position + (length >> 1))
        position += len(_null(length)) if length & 1 else length >> 1
    return position


def _any_raw(body: bytes, position: int) -> tuple[int, int]:
    raw = body[position]
    return raw_varint(body, position + 1) if raw > 0x7F else (raw, position + 1)

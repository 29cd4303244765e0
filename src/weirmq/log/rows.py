"""Records as plain tuples, for readers of thousands at a time: half the cost of `batch.records`.

A row is (offset, time in ms, key, value). The bytes must have come from a log, whose CRCs were checked.
"""

from collections.abc import Iterator
from itertools import repeat
from typing import Final, NamedTuple

from weirmq.log.batch import (
    HEADER_BYTES,
    BadBatch,
    Header,
    has_append_time,
    headers,
    is_compressed,
    raw_varint,
    skip_headers,
)

Row = tuple[int, int, bytes, bytes]

MANY: Final = 8  # records of a batch; with fewer there is nothing to gain, and their bytes can be told exactly


class Even(NamedTuple):
    """Records of one batch that came at one time, and follow each other: those with the indexes `first` to `stop`.

    They aren't taken apart yet. `is_whole` says that they are all of the batch.
    """

    base_offset: int  # of the batch
    time_ms: int
    body: memoryview
    first: int
    stop: int
    is_whole: bool

    def fields(self) -> tuple[list[bytes], list[bytes]]:
        """All keys, and all values. Raises BadBatch."""
        try:
            return _fields(bytes(self.body), self.first, self.stop)
        except (IndexError, ValueError) as error:
            raise BadBatch(0, f"a record is not well formed: {error}") from None

    def rows(self) -> Iterator[Row]:
        """One by one."""
        return zip(
            range(self.base_offset + self.first, self.base_offset + self.stop),
            repeat(self.time_ms),
            *self.fields(),
            strict=False,
        )


Span = Even | list[Row]


def take_rows(found: list[Row], data: memoryview, low: int, most: int, max_bytes: int) -> tuple[int, int, int]:
    """Add `most` records of whole batches from offset `low` on to `found`, as long as their keys and values are no more
    than `max_bytes`; but at least one if it is empty. Null keys and values are empty.

    Returns the offset behind the last one, how many more there may be, and how many bytes are left: below 0 where the
    next one was too much. Raises BadBatch.
    """
    for position, batch in headers(data):
        if batch.next_offset <= low:
            continue
        first = len(found)
        if batch.size <= max_bytes and _is_even(batch):
            found += _even(batch, data, position, low, most).rows()
            max_bytes -= sum(len(key) + len(value) for _, _, key, value in found[first:])
        else:
            max_bytes = _take_uneven(found, batch, data, position, low, most, max_bytes, is_first=not found)
        most -= len(found) - first
        if max_bytes < 0 or not most:
            return found[-1][0] + 1, most, max_bytes
        low = batch.next_offset
    return low, most, max_bytes


def take_spans(found: list[Span], data: memoryview, low: int, most: int, max_bytes: int) -> tuple[int, int, int]:
    """The same for those who take thousands apart at once: records come in spans, batch by batch.

    What is left of `max_bytes` is too little by what batches of many records have beside keys and values.
    """
    for position, batch in headers(data):
        if batch.next_offset <= low:
            continue
        if batch.count >= MANY and batch.size <= max_bytes and _is_even(batch):
            span: Span = _even(batch, data, position, low, most)
            max_bytes -= batch.size - HEADER_BYTES
        else:
            span = []
            max_bytes = _take_uneven(span, batch, data, position, low, most, max_bytes, is_first=not found)
        if span:
            found.append(span)
            most -= len_of(span)
        if max_bytes < 0 or not most:
            return end_of(found[-1]), most, max_bytes
        low = batch.next_offset
    return low, most, max_bytes


def len_of(span: Span) -> int:
    """How many records it has."""
    return span.stop - span.first if isinstance(span, Even) else len(span)


def end_of(span: Span) -> int:
    """The offset behind its last record."""
    return span.base_offset + span.stop if isinstance(span, Even) else span[-1][0] + 1


def _take_uneven(
    found: list[Row],
    batch: Header,
    data: memoryview,
    position: int,
    low: int,
    most: int,
    max_bytes: int,
    *,
    is_first: bool,
) -> int:
    """Add up to `most` records of a batch one by one; the first of all even if it is too large. Returns what is left of
    `max_bytes`, below 0 where one was too much.
    """
    if is_compressed(batch):
        raise BadBatch(position, "the records are compressed")
    first = len(found)
    try:
        body = bytes(data[position + HEADER_BYTES : position + batch.size])
        max_bytes = _take(batch, body, low, most, max_bytes, found, is_first=is_first)
    except (IndexError, ValueError) as error:
        raise BadBatch(position, f"a record is not well formed: {error}") from None
    if has_append_time(batch):
        found[first:] = [(offset, batch.max_timestamp_ms, key, value) for offset, _, key, value in found[first:]]
    return max_bytes


def _is_even(batch: Header) -> bool:
    """Whether all records of a batch came at one time, and none is missing: as in all that we wrote in one turn."""
    return (
        batch.count == batch.last_offset_delta + 1
        and batch.base_timestamp_ms == batch.max_timestamp_ms
        and not is_compressed(batch)
    )


def _even(batch: Header, data: memoryview, position: int, low: int, most: int) -> Even:
    """The records of an even batch from offset `low` on, as many as `most`."""
    base_offset, count = batch.base_offset, batch.count
    first = max(0, low - base_offset)
    stop = min(count, first + most)
    body = data[position + HEADER_BYTES : position + batch.size]
    return Even(base_offset, batch.base_timestamp_ms, body, first, stop, stop - first == count)


def _fields(body: bytes, first: int, last: int) -> tuple[list[bytes], list[bytes]]:
    """Keys and values of an even batch: time deltas are all 0, and offset deltas count, so neither needs to be read."""
    keys: list[bytes] = []
    values: list[bytes] = []
    add_key, add_value = keys.append, values.append
    position = _skip(body, first)
    for width in (1, 2, 3, 4, 5):  # bytes of an offset delta; varints of so many bytes are below 2^(7 * width - 1)
        stop = min(last, 1 << 7 * width - 1)
        before_key = 2 + width  # attributes, time delta, offset delta
        for _ in range(first, stop):
            length = body[position]
            position += 1
            if length > 0x7F:
                if (byte := body[position]) < 0x80:
                    length, position = length + ((byte - 1) << 7), position + 1
                else:
                    length, position = raw_varint(body, position)
            end = position + (length >> 1)
            position += before_key
            length = body[position]
            position += 1
            if length > 0x7F:
                length, position = raw_varint(body, position)
            after = position if length & 1 else position + (length >> 1)
            add_key(body[position:after])
            length = body[after]
            position = after + 1
            if length > 0x7F:
                if (byte := body[position]) < 0x80:
                    length, position = length + ((byte - 1) << 7), position + 1
                else:
                    length, position = raw_varint(body, position)
            add_value(body[position : position if length & 1 else position + (length >> 1)])
            position = end
        first = max(first, stop)
    return keys, values


def _skip(body: bytes, count: int) -> int:
    """Where in `body` the record after the first `count` ones starts."""
    position = 0
    for _ in range(count):
        length = body[position]
        position += 1
        if length > 0x7F:
            if (byte := body[position]) < 0x80:
                length, position = length + ((byte - 1) << 7), position + 1
            else:
                length, position = raw_varint(body, position)
        position += length >> 1
    return position


def _take(  # noqa: C901 - in line
    batch: Header, body: bytes, low: int, most: int, max_bytes: int, found: list[Row], *, is_first: bool
) -> int:
    """The same, of the bytes behind a batch's header.

    The one loop of every consumer, so varints of one and two bytes are read in line.
    """
    base_offset, base_ms = batch.base_offset, batch.base_timestamp_ms
    position = 0
    room = most
    for _ in range(batch.count):
        length = body[position]
        position += 1
        if length > 0x7F:
            if (byte := body[position]) < 0x80:
                length, position = length + ((byte - 1) << 7), position + 1
            else:
                length, position = raw_varint(body, position)
        end = position + (length >> 1)
        late = body[position + 1]  # behind the attributes of a record, which have no meaning yet
        position += 2
        if late > 0x7F:
            late, position = raw_varint(body, position)
        delta = body[position]
        position += 1
        if delta > 0x7F:
            if (byte := body[position]) < 0x80:
                delta, position = delta + ((byte - 1) << 7), position + 1
            else:
                delta, position = raw_varint(body, position)
        offset = base_offset + (delta >> 1)
        if offset < low:
            position = end
            continue
        length = body[position]
        position += 1
        if length > 0x7F:
            length, position = raw_varint(body, position)
        after = position + (length >> 1) if not length & 1 else position
        key = body[position:after]
        length = body[after]
        position = after + 1
        if length > 0x7F:
            if (byte := body[position]) < 0x80:
                length, position = length + ((byte - 1) << 7), position + 1
            else:
                length, position = raw_varint(body, position)
        after = position + (length >> 1) if not length & 1 else position
        if body[after] and skip_headers(body, after) != end:
            raise ValueError(f"a record ends not at {end}, where its length says")
        max_bytes -= len(key) + after - position
        if max_bytes < 0 and not is_first:
            return -1
        is_first = False
        found.append((offset, base_ms + ((late >> 1) ^ -(late & 1)), key, body[position:after]))
        room -= 1
        if not room:
            return max_bytes
        position = end
    return max_bytes

"""Records as plain tuples, for readers of thousands at a time: half the cost of `batch.records`.

A row is (offset, time in ms, key, value). The bytes must have come from a log, whose CRCs were checked.
"""

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


def take_rows(found: list[Row], data: memoryview, low: int, most: int, max_bytes: int) -> tuple[int, int]:
    """Add the records of whole batches from offset `low` on to `found`, as long as it is shorter than `most`, and as
    their keys and values are no more than `max_bytes`; but at least one. Null keys and values are empty.

    Returns the offset behind the last one, and how many bytes are left: below 0 where the next one was too much.
    Raises BadBatch.
    """
    end = low
    for position, batch in headers(data):
        if batch.next_offset <= low:
            continue
        if is_compressed(batch):
            raise BadBatch(position, "the records are compressed")
        body = bytes(data[position + HEADER_BYTES : position + batch.size])
        first = len(found)
        try:
            take = _take_even if _is_even(batch) else _take
            max_bytes = take(batch, body, low, most, max_bytes, found)
        except (IndexError, ValueError) as error:
            raise BadBatch(position, f"a record is not well formed: {error}") from None
        if has_append_time(batch):
            found[first:] = [(offset, batch.max_timestamp_ms, key, value) for offset, _, key, value in found[first:]]
        if max_bytes < 0 or len(found) >= most:
            return found[-1][0] + 1, max_bytes
        end = batch.next_offset
    return end, max_bytes


def _is_even(batch: Header) -> bool:
    """Whether all records of a batch came at one time, and none is missing: as in all that we wrote in one turn."""
    return batch.count == batch.last_offset_delta + 1 and batch.base_timestamp_ms == batch.max_timestamp_ms


def _take_even(batch: Header, body: bytes, low: int, most: int, max_bytes: int, found: list[Row]) -> int:
    """As `_take`, of an even batch: time deltas are all 0, and offset deltas count, so neither needs to be read."""
    base_offset, base_ms = batch.base_offset, batch.base_timestamp_ms
    first = max(0, low - base_offset)
    last = min(batch.count, first + most - len(found))
    position = _skip(body, first)
    add = found.append
    for width in (1, 2, 3, 4, 5):  # bytes of an offset delta; varints of so many bytes are below 2^(7 * width - 1)
        stop = min(last, 1 << 7 * width - 1)
        before_key = 2 + width  # attributes, time delta, offset delta
        for offset in range(base_offset + first, base_offset + stop):
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
            key = body[position:after]
            length = body[after]
            position = after + 1
            if length > 0x7F:
                if (byte := body[position]) < 0x80:
                    length, position = length + ((byte - 1) << 7), position + 1
                else:
                    length, position = raw_varint(body, position)
            after = position if length & 1 else position + (length >> 1)
            max_bytes -= len(key) + after - position
            if max_bytes < 0 and found:
                return -1
            add((offset, base_ms, key, body[position:after]))
            position = end
        first = max(first, stop)
    return max_bytes


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


def _take(batch: Header, body: bytes, low: int, most: int, max_bytes: int, found: list[Row]) -> int:  # noqa: C901 - in line
    """Add a batch's records to `found`; returns what is left of `max_bytes`, below 0 where one was too much.

    The one loop of every consumer, so varints of one and two bytes are read in line.
    """
    base_offset, base_ms = batch.base_offset, batch.base_timestamp_ms
    position = 0
    room = most - len(found)
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
        if max_bytes < 0 and found:
            return -1
        found.append((offset, base_ms + ((late >> 1) ^ -(late & 1)), key, body[position:after]))
        room -= 1
        if not room:
            return max_bytes
        position = end
    return max_bytes

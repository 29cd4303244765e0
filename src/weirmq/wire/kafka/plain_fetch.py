"""What a Fetch asks, told from its bytes: consumers without a fetch session repeat theirs while nothing comes.

They name the partitions in another order each time, so that each comes first once: librdkafka turns them by one, others
take them as a hash table has them. So the request is put in order where it lies, at a fraction of the cost of the
message made from the schema (codec.py). For that all partitions must take the same number of bytes: where one has a
tagged field, which no consumer sends, the request isn't plain.
Layout: https://kafka.apache.org/protocol#The_Messages_Fetch
"""

import struct
from typing import Final

from weirmq.wire.kafka import varints
from weirmq.wire.kafka.errors import Malformed

KEY: Final = 1
FIRST, LAST = 4, 18
_FLEXIBLE: Final = 12
_BY_ID: Final = 13
_HEAD: Final = struct.Struct(">hhih")  # key, version, correlation, length of the client id
_INT16: Final = struct.Struct(">h")
_INT32: Final = struct.Struct(">i")
_UUID_BYTES: Final = 16


def sense(frame: memoryview) -> bytes | None:
    """What all requests have in common that ask the same: everything but the correlation id, with the partitions in
    order. None where the request isn't plain; with anything else it may still be malformed.
    """
    try:
        _, version, _, size = _HEAD.unpack_from(frame)
        if not FIRST <= version <= LAST:
            return None
        data = bytes(frame)
        at = _HEAD.size + max(size, 0)
        if version >= _FLEXIBLE:
            if data[at]:
                return None
            at += 1
        begin = at + _fixed_bytes(version)
        topics: dict[bytes, list[bytes]] = {}
        at = _read(frame, data, begin, version, topics)
    except (struct.error, IndexError, Malformed):
        return None
    if at < 0:
        return None
    parts = [data[:4], data[8:begin], _INT32.pack(len(topics))]
    for topic, partitions in sorted(topics.items()) if len(topics) > 1 else topics.items():
        partitions.sort()
        parts += (_INT32.pack(len(topic)), topic, _INT32.pack(len(partitions)), *partitions)
    parts.append(data[at:])
    return b"".join(parts)


def _fixed_bytes(version: int) -> int:
    """Of what comes before the topics: the replica's id up to version 14, 17 bytes of limits, the session from 7 on."""
    return (4 if version < 15 else 0) + 13 + (8 if version >= 7 else 0)


def _partition_bytes(version: int) -> int:
    """Index, offset, limit; the log's start from version 5 on, epochs from 9 and 12 on, the number of tagged fields."""
    return 16 + (8 if version >= 5 else 0) + (4 if version >= 9 else 0) + (5 if version >= _FLEXIBLE else 0)


def _read(frame: memoryview, data: bytes, at: int, version: int, topics: dict[bytes, list[bytes]]) -> int:
    """Take the partitions of all topics. Returns where they end; -1 where one isn't plain."""
    is_flexible, size = version >= _FLEXIBLE, _partition_bytes(version)
    count, at = _count(frame, at, is_flexible=is_flexible)
    for _ in range(count):
        length = _UUID_BYTES
        if is_flexible and version < _BY_ID:
            length, at = _count(frame, at, is_flexible=True)
        elif not is_flexible:
            [length] = _INT16.unpack_from(data, at)
            at += _INT16.size
        topic = data[at : at + length]
        number, begin = _count(frame, at + length, is_flexible=is_flexible)
        at = begin + number * size
        if length < 0 or number < 0 or at > len(data):
            return -1
        topics.setdefault(topic, []).extend([data[each : each + size] for each in range(begin, at, size)])
        if is_flexible:
            if data[begin + size - 1 : at : size] != bytes(number) or data[at]:  # tagged fields
                return -1
            at += 1
    return at


def _count(frame: memoryview, at: int, *, is_flexible: bool) -> tuple[int, int]:
    """How many there are of something; -1 for null. And where that ends."""
    if is_flexible:
        number, at = varints.read(frame, at)
        return number - 1, at
    return _INT32.unpack_from(frame, at)[0], at + _INT32.size

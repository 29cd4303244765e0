"""Records as the Kinesis Producer Library packs many into one: a mark, a message of Protocol Buffers, an MD5.

    F3 89 9A C2   AggregatedRecord { 1: keys*, 2: explicit hash keys*, 3: records* { 1: key's index, 3: data } }   MD5

Source: the library's own aggregation-format.md.
"""

import hashlib
from collections.abc import Iterator

MAGIC = b"\xf3\x89\x9a\xc2"
_MD5_BYTES = 16
_VARINT, _BYTES = 0, 2


def unpacked(data: bytes, key: str) -> list[tuple[str, bytes]]:
    """Keys and data of the records in one, or of the one itself."""
    if not data.startswith(MAGIC):
        return [(key, data)]
    message, digest = data[len(MAGIC) : -_MD5_BYTES], data[-_MD5_BYTES:]
    assert hashlib.md5(message).digest() == digest
    fields = list(_fields(message))
    keys = [value.decode() for number, value in fields if number == 1 and isinstance(value, bytes)]
    records = [dict(_fields(value)) for number, value in fields if number == 3 and isinstance(value, bytes)]
    found = []
    for record in records:
        index, body = record.get(1, 0), record[3]
        assert isinstance(index, int)
        assert isinstance(body, bytes)
        found.append((keys[index], body))
    return found


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """https://protobuf.dev/programming-guides/encoding/: numbers and values of a message's fields."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value, at = _varint(message, at)
        if tag & 7 == _VARINT:
            yield tag >> 3, value
        else:
            assert tag & 7 == _BYTES
            yield tag >> 3, message[at : at + value]
            at += value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at

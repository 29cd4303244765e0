"""The records inside a batch."""

import struct

import pytest
from crc32c import crc32c

from weirmq.log.batch import BatchBuilder
from weirmq.wire.kafka import batch as batches
from weirmq.wire.kafka.batch import Batch, Refused
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import pack
from weirmq.wire.kafka.records import body_of, check_keys, read

NOW_MS = 1_700_000_000_000
MOST = 100_000_000


def number(value: int) -> bytes:
    """A zigzag varint."""
    rest, out = value << 1 ^ value >> 63, bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes(out) + bytes((rest,))


def record(
    delta: int,
    key: bytes | None,
    value: bytes | None,
    *,
    time: int = 0,
    headers: tuple[tuple[bytes, bytes | None], ...] = (),
) -> bytes:
    body = b"\0" + number(time) + number(delta)
    for each in (key, value):
        body += number(-1) if each is None else number(len(each)) + each
    body += number(len(headers))
    for name, content in headers:
        body += number(len(name)) + name + (number(-1) if content is None else number(len(content)) + content)
    return number(len(body)) + body


def batch_of(body: bytes, count: int, codec: int = 0) -> Batch:
    packed = pack(codec, body)
    tail = struct.pack(">hiqqqhii", codec, count - 1, NOW_MS, NOW_MS, -1, -1, -1, count) + packed
    head = struct.pack(">qiibI", 0, len(tail) + 9, 0, 2, crc32c(tail))
    return batches.read(head + tail, MOST)


@pytest.mark.parametrize("codec", range(5))
def test_records_are_read(codec: int) -> None:
    parts = [
        record(0, b"a", b"x" * 300, time=-70_000),
        record(1, b"b" * 200, None, time=2**40, headers=((b"h", b"v"), (b"", None))),
        record(2, None, b""),
    ]
    body = b"".join(parts)
    batch = batch_of(body, 3, codec)
    assert body_of(batch) == body
    found = read(body, 3, 3)
    assert [(each.key, each.has_value, each.time_delta, each.offset_delta) for each in found] == [
        (b"a", True, -70_000, 0), (b"b" * 200, False, 2**40, 1), (None, True, 0, 2),
    ]  # fmt: skip
    assert [body[each.start : each.end] for each in found] == parts
    assert body[found[1].rest] == 2  # the offset delta, 1


def test_many_records() -> None:
    builder = BatchBuilder()
    for n in range(20_000):
        builder.add(b"%d" % n, b"v", NOW_MS + n)
    batch = batches.read(bytes(builder.build()), MOST)
    found = read(body_of(batch), batch.span, batch.span)
    assert [each.key for each in found] == [b"%d" % n for n in range(20_000)]
    assert [each.time_delta for each in found] == list(range(20_000))
    check_keys(batch)


def test_offsets_that_compaction_left_out() -> None:
    body = record(1, b"a", b"") + record(4, b"b", b"")
    assert [each.offset_delta for each in read(body, 2, 5)] == [1, 4]


GOOD = record(0, b"k", b"v")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"", 1),
        (GOOD, 2),
        (GOOD + GOOD, 1),
        (GOOD + GOOD, 2),  # one offset twice
        (record(1, b"k", b"v"), 1),
        (record(-1, b"k", b"v"), 1),
        (GOOD[:-1], 1),
        (number(len(GOOD)) + GOOD[1:], 1),
        (number(-1) + GOOD[1:], 1),
        (GOOD + b"\0", 1),
        (b"\xff" * 11, 1),
        (number(6) + b"\0\0\0" + number(-2) + b"\1\0", 1),  # a key of -2 bytes
        (number(8) + b"\0\0\0" + number(1000) + b"k\0\0", 1),
        (number(6) + b"\0\0\0\1\1" + number(-1), 1),  # -1 headers
        (number(7) + b"\0\0\0\1\1\2" + number(-1), 1),  # a header without a name
    ],
)
def test_records_that_are_not_well_formed(body: bytes, count: int) -> None:
    with pytest.raises(Refused) as caught:
        read(body, count, count)
    assert caught.value.code == Code.INVALID_RECORD


def test_those_without_a_key_are_named() -> None:
    body = record(0, b"k", b"v") + record(1, None, b"v") + record(2, b"", b"v") + record(3, None, None)
    with pytest.raises(Refused) as caught:
        check_keys(batch_of(body, 4))
    assert caught.value.code == Code.INVALID_RECORD
    assert [index for index, _ in caught.value.records] == [1, 3]

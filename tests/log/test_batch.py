"""Record batches: against the format's documentation, and against another implementation's bytes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.log.batch import (
    HEADER_BYTES,
    NULL,
    BadBatch,
    BatchBuilder,
    check,
    header,
    headers,
    hollow,
    records,
    size_at,
    stamp,
)

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors").joinpath("kafka_python.json").read_text()
)
# What our builder never writes: nulls, record headers, time going back, producers, compression.
OURS = [
    vector for vector in VECTORS if vector["name"] not in ("nulls", "headers", "time going back", "transaction", "gzip")
]


def crc_of(data: bytes) -> int:
    """CRC-32C bit by bit, from its definition (RFC 3720, 12.1: reflected polynomial 0x82F63B78)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


# One batch written out by hand from https://kafka.apache.org/documentation/#recordbatch
RECORDS = bytes.fromhex(
    "14"  # length 10
    "00"  # attributes
    "00"  # timestamp delta 0
    "00"  # offset delta 0
    "02 61"  # key of 1 byte: "a"
    "06 62 62 62"  # value of 3 bytes: "bbb"
    "00"  # no headers
    "18"  # length 12
    "00"
    "c801"  # timestamp delta 100: zigzag 200 = 0b1_1001000, the low seven bits first
    "02"  # offset delta 1
    "00"  # empty key
    "0a 63 63 63 63 63"  # value of 5 bytes
    "00"
)
AFTER_CRC = (
    bytes.fromhex(
        "0000"  # attributes
        "00000001"  # last offset delta
        "0000000000000fa0"  # base timestamp 4000
        "0000000000001004"  # max timestamp 4100
        "ffffffffffffffff"  # no producer id
        "ffff"  # no producer epoch
        "ffffffff"  # no base sequence
        "00000002"  # two records
    )
    + RECORDS
)
BY_HAND = (
    bytes(8)  # base offset 0
    + (4 + 1 + 4 + len(AFTER_CRC)).to_bytes(4, "big")
    + bytes(4)  # leader epoch
    + b"\x02"  # magic
    + crc_of(AFTER_CRC).to_bytes(4, "big")
    + AFTER_CRC
)


def test_the_crc_used_here_is_crc32c() -> None:
    assert crc_of(b"123456789") == 0xE3069283  # the check value of CRC-32/ISCSI


def test_builds_what_the_documentation_says() -> None:
    builder = BatchBuilder()
    assert builder.add(b"a", b"bbb", 4000) == 0
    assert builder.add(b"", b"ccccc", 4100) == 1
    assert (builder.count, builder.size) == (2, len(BY_HAND))
    assert builder.build() == BY_HAND


def test_reads_what_the_documentation_says() -> None:
    found = check(BY_HAND)
    assert (found.size, found.count, found.next_offset) == (len(BY_HAND), 2, 2)
    assert (found.base_timestamp_ms, found.max_timestamp_ms) == (4000, 4100)
    assert [(r.offset, r.timestamp_ms, r.key, r.value) for r in records(BY_HAND)] == [
        (0, 4000, b"a", b"bbb"),
        (1, 4100, b"", b"ccccc"),
    ]


@pytest.mark.parametrize("vector", OURS, ids=lambda vector: vector["name"])
def test_builds_what_kafka_python_builds(vector: dict[str, Any]) -> None:
    builder = BatchBuilder()
    for _, timestamp_ms, key, value in vector["records"]:
        builder.add(bytes.fromhex(key), bytes.fromhex(value), timestamp_ms)
    assert builder.build().hex() == vector["batch"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_reads_what_kafka_python_builds(vector: dict[str, Any]) -> None:
    batch = bytes.fromhex(vector["batch"])
    assert check(batch).count == len(vector["records"])
    if vector["name"] == "gzip":
        with pytest.raises(BadBatch, match="compressed"):
            next(records(batch))
        return
    found = [
        [r.offset, r.timestamp_ms, None if r.key is NULL else r.key.hex(), None if r.value is NULL else r.value.hex()]
        for r in records(batch)
    ]
    assert found == vector["records"]


def test_the_header_of_another_producer_can_be_read() -> None:
    batch = bytes.fromhex(next(vector["batch"] for vector in VECTORS if vector["name"] == "transaction"))
    found = check(batch)
    assert (found.producer_id, found.producer_epoch, found.base_sequence) == (4_000_000_000, 7, 12)
    assert found.attributes == 0x10  # bit 4: transactional


def test_append_time_stands_for_all_records() -> None:
    batch = bytearray(BY_HAND)
    batch[22] |= 0x08  # attributes bit 3
    assert [r.timestamp_ms for r in records(batch)] == [4100, 4100]


def test_the_base_offset_lies_outside_of_the_crc() -> None:
    batch = bytearray(BY_HAND)
    stamp(batch, 1 << 40)
    assert check(batch).base_offset == 1 << 40
    assert [r.offset for r in records(batch)] == [1 << 40, (1 << 40) + 1]


rows = st.lists(st.tuples(st.binary(max_size=200), st.binary(max_size=9000), st.integers(0, 1 << 40)), min_size=1)


@given(rows, st.integers(0, 1 << 45))
def test_gives_back_what_was_added(rows: list[tuple[bytes, bytes, int]], start_ms: int) -> None:
    builder, expected, now_ms = BatchBuilder(), [], start_ms
    for at, (key, value, step_ms) in enumerate(rows):
        now_ms += step_ms
        assert builder.add(key, value, now_ms) == at
        expected.append((at, now_ms, key, value))
    size = builder.size
    batch = builder.build()
    assert len(batch) == size
    assert check(batch).max_timestamp_ms == now_ms
    assert [(r.offset, r.timestamp_ms, r.key, r.value) for r in records(batch)] == expected


def test_a_builder_starts_again_after_a_batch() -> None:
    builder = BatchBuilder()
    builder.add(b"a", b"later", 9000)
    builder.build()
    assert (builder.count, builder.size) == (0, HEADER_BYTES)
    builder.add(b"b", b"earlier", 10)
    (record,) = records(builder.build())
    assert (record.offset, record.timestamp_ms, record.key, record.value) == (0, 10, b"b", b"earlier")


def test_a_builder_refuses_time_going_back() -> None:
    builder = BatchBuilder()
    for never_ms in (-1, 1 << 63):
        with pytest.raises(ValueError):
            builder.add(b"", b"", never_ms)
    builder.add(b"", b"", 10)
    with pytest.raises(ValueError):
        builder.add(b"", b"", 9)
    assert builder.count == 1
    assert check(builder.build()).count == 1


def test_a_builder_is_unharmed_by_wrong_types() -> None:
    builder = BatchBuilder()
    builder.add(b"a", b"b", 1)
    with pytest.raises(TypeError):
        builder.add(b"key", "text", 1)  # type: ignore[arg-type]
    builder.add(b"c", b"d", 1)
    assert [(r.offset, r.key) for r in records(builder.build())] == [(0, b"a"), (1, b"c")]


def test_a_batch_without_records_is_refused() -> None:
    with pytest.raises(ValueError):
        BatchBuilder().build()


def test_a_hollow_batch_takes_up_offsets() -> None:
    batch = hollow(70, 30)
    found = check(batch)
    assert (found.count, found.base_offset, found.next_offset) == (0, 70, 100)
    assert list(records(batch)) == []


def test_walks_from_batch_to_batch() -> None:
    second = bytearray(BY_HAND)
    stamp(second, 2)
    both = BY_HAND + second
    assert [(at, h.base_offset) for at, h in headers(both)] == [(0, 0), (len(BY_HAND), 2)]
    assert [r.offset for r in records(memoryview(both))] == [0, 1, 2, 3]
    assert size_at(both, len(BY_HAND)) == len(second)
    with pytest.raises(BadBatch) as caught:
        list(headers(both[:-1]))
    assert caught.value.position == len(BY_HAND)


@pytest.mark.parametrize(
    ("position", "data", "said"),
    [
        (16, b"\x01", "magic"),
        (8, b"\0\0\0\x30", "length"),
        (8, b"\xff\xff\xff\xff", "length"),
        (8, b"\x7f\xff\xff\xff", "bytes are there"),
        (0, b"\xff" * 8, "base offset"),
        (0, b"\x7f" + b"\xff" * 7, "base offset"),
        (23, b"\xff\xff\xff\xff", "last offset delta"),
        (57, b"\xff\xff\xff\xff", "last offset delta"),
        (57, b"\0\0\0\3", "last offset delta"),
        (-1, b"\x01", "CRC"),
    ],
)
def test_says_what_is_wrong_with_a_header(position: int, data: bytes, said: str) -> None:
    batch = bytearray(BY_HAND)
    position %= len(batch)
    batch[position : position + len(data)] = data
    with pytest.raises(BadBatch, match=said):
        check(batch)


def test_an_offset_that_was_not_due_is_refused() -> None:
    assert check(BY_HAND, 0, 0).base_offset == 0
    with pytest.raises(BadBatch, match="due"):
        check(BY_HAND, 0, 1)


@pytest.mark.parametrize("size", range(len(BY_HAND)))
def test_a_part_of_a_batch_is_refused(size: int) -> None:
    with pytest.raises(BadBatch):
        check(BY_HAND[:size])


@pytest.mark.parametrize(
    "wrong",
    [
        "16 00 00 00 02 61 06 62 62 62 00",  # longer than it is
        "12 00 00 00 02 61 06 62 62 62 00",  # shorter
        "01 00 00 00 02 61 06 62 62 62 00",  # negative length
        "14 00 00 01 02 61 06 62 62 62 00",  # negative offset delta
        "14 00 00 02 02 61 06 62 62 62 00",  # offset delta beyond the last
        "14 00 00 00 03 61 06 62 62 62 00",  # key length -2
        "14 00 00 00 02 61 03 62 62 62 00",  # value length -2
        "14 00 00 00 02 61 06 62 62 62 01",  # -1 headers
        "14 00 00 00 02 61 06 62 62 62 7e",  # headers that aren't there
        "14 00 00 00 02 61 7e 62 62 62 00",  # a value over the end
        "ff ff ff ff ff ff ff ff ff ff ff 7f 00 00 00 00",  # a varint without end
        "14 00 00 00 02 61 06 62 62 62 00 00",  # a byte too many
        "18 00 00 00 02 61 06 62 62 62 02 01 00",  # a header with key length -1
        "",
    ],
)
def test_records_that_are_not_well_formed_are_refused(wrong: str) -> None:
    body = bytes.fromhex(wrong)
    batch = bytearray(hollow(0, 1)) + body
    batch[8:12] = (len(batch) - 12).to_bytes(4, "big")
    batch[57:61] = (1).to_bytes(4, "big")
    with pytest.raises(BadBatch):
        list(records(batch))


def test_offsets_of_records_must_grow() -> None:
    batch = bytearray(BY_HAND)
    batch[-9] = 0
    with pytest.raises(BadBatch, match="offset delta"):
        list(records(batch))


@given(st.binary(max_size=400))
def test_any_bytes_behind_a_header_are_records_or_refused(body: bytes) -> None:
    batch = bytearray(hollow(0, 3)) + body
    batch[8:12] = (len(batch) - 12).to_bytes(4, "big")
    batch[57:61] = (2).to_bytes(4, "big")
    try:
        found = list(records(batch))
    except BadBatch:
        return
    assert len(found) == 2


def test_header_needs_enough_bytes() -> None:
    assert header(BY_HAND[:HEADER_BYTES]).count == 2
    with pytest.raises(BadBatch, match="too few"):
        header(BY_HAND[: HEADER_BYTES - 1])

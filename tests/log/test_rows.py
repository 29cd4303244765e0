import struct

import pytest
from crc32c import crc32c
from hypothesis import given
from hypothesis import strategies as st

from weirmq.log.batch import HEADER_BYTES, BadBatch, BatchBuilder, records, stamp
from weirmq.log.rows import Row, take_rows

ALL = 1 << 40
SIZES = st.sampled_from([0, 1, 5, 62, 63, 64, 65, 127, 128, 130, 8190, 8191, 8192, 8200])


def batch_of(entries: list[tuple[int, int, int]], base: int = 0) -> bytes:
    """A batch of records (key size, value size, time)."""
    builder = BatchBuilder()
    for number, (key, value, time_ms) in enumerate(entries):
        builder.add(bytes([number % 256]) * key, bytes([number % 251]) * value, time_ms)
    batch = builder.build()
    stamp(batch, base)
    return bytes(batch)


def rows(data: bytes, low: int = 0, most: int = ALL, max_bytes: int = ALL) -> list[Row]:
    found: list[Row] = []
    take_rows(found, memoryview(data), low, most, max_bytes)
    return found


def expected(data: bytes, low: int = 0) -> list[Row]:
    return [(each.offset, each.timestamp_ms, each.key, each.value) for each in records(data) if each.offset >= low]


@given(
    st.lists(
        st.tuples(st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=5), st.lists(st.integers(0, 9), min_size=5)),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 16),
    st.integers(1, 16),
)
def test_agrees_with_records(shapes: list[tuple[list[tuple[int, int]], list[int]]], low: int, most: int) -> None:
    data = b""
    base = 0
    for sizes, times in shapes:
        entries = [(key, value, sum(times[: number + 1])) for number, (key, value) in enumerate(sizes)]
        data += batch_of(entries, base)
        base += len(sizes)
    assert rows(data, low, most) == expected(data, low)[:most]


@pytest.mark.parametrize("time_ms", [0, 1])
def test_reads_offset_deltas_of_every_width(time_ms: int) -> None:
    data = batch_of([(1, 1, 5)] * 9_000 + [(1, 1, 5 + time_ms)], base=7)
    assert rows(data) == expected(data)
    assert rows(data, 8_500, 3) == expected(data, 8_500)[:3]


@pytest.mark.parametrize("late_ms", [0, 1])
def test_takes_no_more_bytes_than_asked(late_ms: int) -> None:
    data = batch_of([(2, 8, 1)] * 9 + [(2, 8, 1 + late_ms)])
    found: list[Row] = []
    assert take_rows(found, memoryview(data), 0, ALL, 35) == (3, ALL - 3, -1)
    assert len(found) == 3
    found = []
    assert take_rows(found, memoryview(data), 4, ALL, 1) == (5, ALL - 1, -1)  # one is always taken
    assert take_rows(found, memoryview(data), 5, ALL, 1) == (5, ALL, -1)  # but no second
    assert len(found) == 1
    found = []
    assert take_rows(found, memoryview(data), 0, ALL, ALL) == (10, ALL - 10, ALL - 100)


def signed(batch: bytearray) -> bytes:
    struct.pack_into(">I", batch, 17, crc32c(bytes(batch[21:])))
    return bytes(batch)


def foreign(record: bytes, *, attributes: int = 0) -> bytes:
    """A batch of one record, as another producer writes it."""
    batch = bytearray(batch_of([(0, 0, 5)])[:HEADER_BYTES]) + bytes([len(record) << 1]) + record
    struct.pack_into(">i", batch, 8, len(batch) - 12)
    struct.pack_into(">h", batch, 21, attributes)
    struct.pack_into(">q", batch, 35, 9)  # the max timestamp
    return signed(batch)


def test_reads_what_other_producers_write() -> None:
    with_header = b"\0\x02\0" + b"\x02k" + b"\x04vv" + b"\x02" + b"\x02h\x02v"
    data = foreign(with_header)
    assert rows(data) == expected(data) == [(0, 6, b"k", b"vv")]
    data = foreign(with_header, attributes=8)
    assert rows(data) == expected(data) == [(0, 9, b"k", b"vv")]  # stamped when it was appended
    data = foreign(b"\0\x02\0" + b"\x01" + b"\x01" + b"\0")
    assert rows(data) == [(0, 6, b"", b"")]  # nulls


@pytest.mark.parametrize("record", [b"\0\x02\0\x02k\x04vv\x02\x02h\x02", b"\0\x02\0\x40k", b""])
def test_what_is_not_well_formed_is_refused(record: bytes) -> None:
    with pytest.raises(BadBatch):
        rows(foreign(record))


def test_packed_records_are_refused() -> None:
    with pytest.raises(BadBatch, match="compressed"):
        rows(foreign(b"", attributes=1))

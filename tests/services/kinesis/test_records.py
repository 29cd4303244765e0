"""Lists that write themselves are, byte for byte, what the codecs make of the Structs that they stand for."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weirmq.engine.streams import Row
from weirmq.services.kinesis import sequence
from weirmq.services.kinesis.records import Records, Results
from weirmq.services.kinesis.rendered import Rendered
from weirmq.wire.aws.cbor import CborCodec
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load
from weirmq.wire.aws.types.kinesis import GetRecordsOutput, PutRecordsOutput

CODECS = {"json": JsonCodec("1.1"), "cbor": CborCodec()}
BASE = sequence.base_of(1_700_000_000_000, 37)
LENGTHS = (0, 1, 23, 24, 255, 256, 257, 65_535, 65_536, 70_000)

# JSON has milliseconds with three decimals always, the generic encoder as few as it can; CBOR the same for small times.
TIMES = st.integers(2**32, 2**41).filter(lambda time_ms: time_ms % 10)
DATA = st.binary(max_size=50) | st.sampled_from(LENGTHS).map(bytes)
KEYS = st.text(min_size=1, max_size=20) | st.sampled_from(('"\\\x00\x7f%d', "é" * 256, "k" * 24))
ROWS = st.lists(st.tuples(st.integers(0, 2**63 - 3), TIMES, KEYS | st.just(""), DATA), min_size=1, max_size=6)

both = pytest.mark.parametrize("form", list(CODECS))


def encoded(form: str, operation: str, answer: Any) -> bytes:
    return CODECS[form].encode(load("kinesis").operations[operation], answer, "id").body


def packed(rows: Sequence[tuple[int, int, str, bytes]]) -> list[Row]:
    return [(offset, time_ms, key.encode(), value) for offset, time_ms, key, value in rows]


@both
@given(ROWS, st.booleans())
@example([(0, 0x25_2525_2525, "%d%b", b"%d"), (1, 0x25_2525_2525, "", b"%")], True)
def test_records_got(form: str, rows: list[tuple[int, int, str, bytes]], is_encrypted: bool) -> None:
    records = Records([packed(rows)], BASE, Rendered(), "log", is_encrypted=is_encrypted)
    generic = encoded(form, "GetRecords", GetRecordsOutput(Records=list(records)))
    assert encoded(form, "GetRecords", GetRecordsOutput(Records=records)) == generic  # type: ignore[arg-type]


@both
def test_thousands_of_records_got(form: str) -> None:
    rows = [(n, 1_700_000_000_001 + n // 50 * 10, f"key-{n}", bytes((n % 256,)) * (n % 300)) for n in range(1_000)]
    records = Records([packed(rows)], BASE, Rendered(), "log", is_encrypted=False)
    generic = encoded(form, "GetRecords", GetRecordsOutput(Records=list(records)))
    assert encoded(form, "GetRecords", GetRecordsOutput(Records=records)) == generic  # type: ignore[arg-type]


@both
@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(0, 2**62))
def test_records_put(form: str, placed: list[int], offset: int) -> None:
    numbers = [sequence.value(BASE, offset + slot, 1_700_000_000_000) for slot in range(4)]

    def results() -> Results:
        return Results(placed, numbers, [f"shardId-{slot:012}" for slot in range(4)])

    def answer(records: Any) -> bytes:
        return encoded(form, "PutRecords", PutRecordsOutput(Records=records))

    assert answer(results()) == answer(list(results()))


@given(st.integers(0, 2**36 - 1), st.integers(0, 2**32 - 1), st.integers(-1, 2**63 - 2), st.integers(0, 2**46))
def test_all_numbers_have_as_many_digits(created_s: int, shard: int, offset: int, time_ms: int) -> None:
    assert len(sequence.number(sequence.base_of(created_s * 1000, shard), offset, time_ms)) == sequence.DIGITS

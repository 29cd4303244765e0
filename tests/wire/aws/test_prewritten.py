from collections.abc import Iterator, Sequence

import cbor2
import msgspec
import pytest

from weirmq.wire.aws.cbor import CborCodec
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load
from weirmq.wire.aws.prewritten import (
    CBOR_BYTES,
    CBOR_LIST,
    CBOR_MAP,
    CBOR_TEXT,
    Prewritten,
    cbor_head,
    cbor_text,
)
from weirmq.wire.aws.types.kinesis import GetRecordsOutput, Record

GET_RECORDS = load("kinesis").operations["GetRecords"]


class Two(Prewritten):
    """A list that says of itself how it was written."""

    def __iter__(self) -> Iterator[Record]:
        yield Record(SequenceNumber="1", Data=b"as structs")

    def as_json(self) -> Sequence[bytes]:
        return b"[", b'{"Data":"as JSON"}', b"]"

    def as_cbor(self) -> bytes:
        return cbor2.dumps([{"Data": b"as CBOR"}])


def answer() -> GetRecordsOutput:
    return GetRecordsOutput(Records=Two(), NextShardIterator="next", MillisBehindLatest=5)  # type: ignore[arg-type]


def test_json_takes_its_text() -> None:
    shown = msgspec.json.decode(JsonCodec("1.1").encode(GET_RECORDS, answer(), "id").body)
    assert shown == {"Records": [{"Data": "as JSON"}], "NextShardIterator": "next", "MillisBehindLatest": 5}
    alone = JsonCodec("1.1").encode(GET_RECORDS, GetRecordsOutput(Records=Two()), "id")  # type: ignore[arg-type]
    assert alone.body == b'{"Records":[{"Data":"as JSON"}]}'
    without = JsonCodec("1.1").encode(GET_RECORDS, GetRecordsOutput(Records=[]), "id")
    assert without.body == b'{"Records":[]}'


def test_aws_cbor_takes_its_bytes() -> None:
    shown = cbor2.loads(CborCodec().encode(GET_RECORDS, answer(), "id").body)
    assert shown == {"Records": [{"Data": b"as CBOR"}], "NextShardIterator": "next", "MillisBehindLatest": 5}


def test_other_codecs_iterate_it() -> None:
    shown = cbor2.loads(CborCodec(smithy=True).encode(GET_RECORDS, answer(), "id").body)
    assert shown["Records"] == [{"SequenceNumber": "1", "Data": b"as structs"}]


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65_535, 65_536])
def test_heads_are_those_of_a_cbor_library(length: int) -> None:
    assert cbor_head(CBOR_BYTES, length) + b"x" * length == cbor2.dumps(b"x" * length)
    assert cbor_text(b"x" * length) == cbor_head(CBOR_TEXT, length) + b"x" * length == cbor2.dumps("x" * length)
    assert cbor_head(CBOR_LIST, length) + b"\0" * length == cbor2.dumps([0] * length)
    assert cbor_head(CBOR_MAP, length) == cbor2.dumps(dict.fromkeys(range(length)))[: len(cbor_head(CBOR_MAP, length))]

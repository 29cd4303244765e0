"""AWS CBOR 1.1, as the Java SDK speaks it to Kinesis, and what hostile CBOR costs."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws.generated import service_of
from tests.wire.aws.services import request_of
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.cbor import CborCodec
from weirmq.wire.aws.scalars import Timestamp

CODEC = CborCodec()
SERVICE = service_of(
    {
        "metadata": {"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "Kinesis_20131202"},
        "operations": {
            "GetRecords": {
                "name": "GetRecords",
                "input": {"shape": "Records"},
                "output": {"shape": "Records"},
                "errors": [{"shape": "Expired"}],
            },
            "Describe": {"name": "Describe"},
        },
        "shapes": {
            "Records": {
                "type": "structure",
                "required": ["Name"],
                "members": {
                    "Name": {"shape": "Name"},
                    "Records": {"shape": "RecordList"},
                    "Tags": {"shape": "Tags"},
                    "Number": {"shape": "Number"},
                    "Share": {"shape": "Share"},
                    "Open": {"shape": "Open"},
                },
            },
            "RecordList": {"type": "list", "member": {"shape": "Record"}},
            "Record": {
                "type": "structure",
                "members": {"Data": {"shape": "Data"}, "At": {"shape": "Time"}, "Inner": {"shape": "RecordList"}},
            },
            "Expired": {
                "type": "structure",
                "exception": True,
                "members": {"message": {"shape": "Name"}, "At": {"shape": "Time"}},
            },
            "Name": {"type": "string", "min": 1, "max": 5},
            "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Name"}},
            "Data": {"type": "blob"},
            "Time": {"type": "timestamp"},
            "Number": {"type": "integer"},
            "Share": {"type": "double"},
            "Open": {"type": "boolean"},
        },
    }
)
GET = SERVICE.operations["GetRecords"]


def decoded(tree: Any) -> Any:
    return CODEC.decode(GET, request_of(cbor2.dumps(tree)))


def test_blobs_are_bytes_and_times_are_milliseconds() -> None:
    record = {"Data": b"\x00\xff", "At": cbor2.CBORTag(1, 1_422_172_800_500)}
    found = decoded({"Name": "n", "Records": [record], "Tags": {"k": "v"}, "Number": 5, "Share": 0.5, "Open": True})
    assert found.Records[0].Data == b"\x00\xff"
    assert found.Records[0].At == 1_422_172_800_500
    assert (found.Tags, found.Number, found.Share, found.Open) == ({"k": "v"}, 5, 0.5, True)


def test_answer_is_written_as_it_is_read() -> None:
    record = GET.service.shapes["Record"].struct(Data=b"\x00\xff", At=Timestamp(1_422_172_800_500))
    answer = GET.input(Name="n", Records=[record])
    response = CODEC.encode(GET, answer, "1f")
    assert response.content_type == b"application/x-amz-cbor-1.1"
    assert response.headers == ((b"x-amzn-RequestId", b"1f"),)
    # Tag 1 (0xc1), then an integer of eight bytes (0x1b): RFC 8949, 3.
    assert b"\xc1\x1b" + (1_422_172_800_500).to_bytes(8, "big") in response.body
    assert CODEC.decode(GET, request_of(response.body)) == answer


def test_indefinite_lengths_are_read() -> None:
    body = bytes.fromhex("bf 644e616d65 7f 6161 6162 ff 675265636f726473 9f a1 6444617461 5f 4101 4102 ff ff ff")
    found: Any = CODEC.decode(GET, request_of(body))
    assert found.Name == "ab"
    assert found.Records[0].Data == b"\x01\x02"


def test_no_body_is_an_empty_structure() -> None:
    CODEC.decode(SERVICE.operations["Describe"], request_of())
    with pytest.raises(
        ServiceError, match="Value null at 'name' failed to satisfy constraint: Member must not be null"
    ):
        CODEC.decode(GET, request_of())


def test_error_has_its_members() -> None:
    error = ServiceError("Expired", "late", fields={"At": Timestamp(5)})
    response = CODEC.encode_error(SERVICE, error, "1f")
    assert response.status == 400
    tree = cbor2.loads(response.body, semantic_decoders={1: lambda value, _: ("tag 1", value)})
    assert tree == {"__type": "Expired", "message": "late", "At": ("tag 1", 5)}


@pytest.mark.parametrize(
    "tree",
    [
        5,
        [],
        {"Name": 5},
        {"Name": b"n"},
        {"Name": cbor2.undefined},
        {"Name": cbor2.CBORTag(1, 5)},
        {"Name": cbor2.CBORTag(99, "n")},
        {"Name": "n", "Number": 2**40},
        {"Name": "n", "Number": 2**80},
        {"Name": "n", "Number": "5"},
        {"Name": "n", "Number": True},
        {"Name": "n", "Open": 1},
        {"Name": "n", "Share": "x"},
        {"Name": "n", "Tags": {"k": 5}},
        {"Name": "n", "Tags": {5: "v"}},
        {"Name": "n", "Tags": []},
        {"Name": "n", "Records": {}},
        {"Name": "n", "Records": [5]},
        {"Name": "n", "Records": [{"Data": "text"}]},
        {"Name": "n", "Records": [{"At": "2015-01-25T08:00:00Z"}]},
        {"Name": "n", "Records": [{"At": cbor2.CBORTag(1, 2**62)}]},
        {"Name": "n", "Records": [{"At": cbor2.CBORTag(1, float("nan"))}]},
        {"Name": "n", "Records": [{"At": cbor2.CBORTag(1, float("inf"))}]},
        {"Name": "n", "Records": [{"At": cbor2.CBORTag(1, "5")}]},
    ],
    ids=str,
)
def test_a_value_of_the_wrong_kind_is_refused(tree: Any) -> None:
    with pytest.raises(ServiceError) as caught:
        decoded(tree)
    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize(
    "body",
    [
        "ff",
        "1c",
        "a1",
        "a1644e616d65",
        "5bffffffffffffffff",  # a string of 2^64 bytes
        "9bffffffffffffffff",  # an array of as many items
        "bbffffffffffffffff",
        "62ffff",  # not UTF-8
        "81" * 5000,
        "9f" * 5000,
        "d81c9fd81d00ff",  # an array that holds itself
        "c482" + "1b7fffffffffffffff" + "01",  # 10 to the power 2^63
        "d82368" + "28612b292b24".ljust(16, "0"),  # a regular expression
    ],
)
def test_hostile_bytes_are_refused(body: str) -> None:
    with pytest.raises(ServiceError) as caught:
        CODEC.decode(GET, request_of(bytes.fromhex(body)))
    assert caught.value.code == "SerializationException"


def test_a_shape_that_holds_itself_has_a_deepest_level() -> None:
    inner: Any = {}
    for _ in range(150):
        inner = {"Inner": [inner]}
    with pytest.raises(ServiceError) as caught:
        decoded({"Name": "n", "Records": [inner]})
    assert caught.value.code == "SerializationException"


@given(st.binary(max_size=100) | st.binary(max_size=60).map(lambda rest: b"\xa2\x64Name\x61n\x67Records" + rest))
def test_any_bytes_are_a_request_or_a_refusal(body: bytes) -> None:
    for codec in (CODEC, CborCodec(smithy=True)):
        try:
            codec.decode(GET, request_of(body))
        except ServiceError as error:
            codec.encode_error(SERVICE, error, "1f")

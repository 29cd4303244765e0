"""REST-JSON, where botocore's vectors say nothing or can't be read back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws.generated import service_of
from tests.wire.aws.services import request_of
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.model import load
from weirmq.wire.aws.rest import RestJsonCodec
from weirmq.wire.aws.scalars import Timestamp

CODEC = RestJsonCodec()
BOUND = {
    "Name": {"shape": "Text", "location": "uri", "locationName": "name"},
    "Count": {"shape": "Number", "location": "querystring", "locationName": "count"},
    "Names": {"shape": "Texts", "location": "querystring", "locationName": "names"},
    "Etag": {"shape": "Text", "location": "header", "locationName": "ETag"},
    "List": {"shape": "Texts", "location": "header", "locationName": "X-List"},
    "Times": {"shape": "Times", "location": "header", "locationName": "X-Times"},
    "Metadata": {"shape": "Map", "location": "headers", "locationName": "x-meta-"},
    "Body": {"shape": "Number"},
    "Inner": {"shape": "Inner"},
}
SERVICE = service_of(
    {
        "metadata": {"protocol": "rest-json"},
        "operations": {
            "Put": {
                "name": "Put",
                "http": {"method": "PUT", "requestUri": "/things/{name}", "responseCode": 201},
                "input": {"shape": "Thing"},
                "output": {"shape": "Thing"},
                "errors": [{"shape": "Conflict"}],
            },
            "Delete": {"name": "Delete", "http": {"method": "DELETE", "requestUri": "/x", "responseCode": 204}},
        },
        "shapes": {
            "Thing": {"type": "structure", "required": ["Name"], "members": BOUND},
            "Inner": {"type": "structure", "members": {"At": {"shape": "Iso"}}},
            "Conflict": {
                "type": "structure",
                "exception": True,
                "members": {
                    "Message": {"shape": "Text", "locationName": "message"},
                    "After": {"shape": "Number", "location": "header", "locationName": "Retry-After"},
                    "Id": {"shape": "Text"},
                },
            },
            "Text": {"type": "string", "max": 50},
            "Number": {"type": "integer"},
            "Texts": {"type": "list", "member": {"shape": "Text"}},
            "Times": {"type": "list", "member": {"shape": "Time"}},
            "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
            "Time": {"type": "timestamp"},
            "Iso": {"type": "timestamp", "timestampFormat": "iso8601"},
        },
    }
)
PUT = SERVICE.operations["Put"]


def decoded(body: bytes = b"", path: bytes = b"/things/t", query: bytes = b"", **headers: str) -> Any:
    return CODEC.decode(PUT, request_of(body, method=b"PUT", path=path, query=query, **headers))


def test_every_place_of_a_request() -> None:
    found = decoded(
        b'{"Body":5,"Inner":{"At":"2015-01-25T08:00:00Z"},"name":"no"}',
        b"/things/a%2Fb%20c",
        b"count=3&names=x&names=y%26&other",
        etag="e",
        x_list='a, "b,c", "\\"d\\""',
        x_times="Sun, 25 Jan 2015 08:00:00 GMT, Sun, 25 Jan 2015 08:00:01 GMT",
        x_meta_k="v",
    )
    assert (found.Name, found.Count, found.Names, found.Etag) == ("a/b c", 3, ["x", "y&"], "e")
    assert found.List == ["a", "b,c", '"d"']
    assert {type(each) for each in (found.Name, *found.Names, found.Etag, *found.List)} == {str}
    assert found.Times == [1_422_172_800_000, 1_422_172_801_000]
    assert found.Metadata == {"k": "v"}
    assert (found.Body, found.Inner.At) == (5, 1_422_172_800_000)


def test_every_place_of_an_answer() -> None:
    answer = PUT.input(
        Name="n",
        Etag="e",
        List=["a", "b,c", '"d"', ""],
        Times=[Timestamp(1_422_172_800_000)],
        Metadata={"k": "v"},
        Body=5,
    )
    response = CODEC.encode(PUT, answer, "1f")
    assert response.status == 201
    assert dict(response.headers) == {
        b"x-amzn-RequestId": b"1f",
        b"ETag": b"e",
        b"X-List": b'a, "b,c", "\\"d\\"", ""',
        b"X-Times": b"Sun, 25 Jan 2015 08:00:00 GMT",
        b"x-meta-k": b"v",
    }
    assert json.loads(response.body) == {"Body": 5}


def test_no_client_can_write_a_header_of_its_own() -> None:
    answer = PUT.input(Name="n", Etag="e\r\nSet-Cookie: x", Metadata={"a\nb": "\x00"})
    for name, value in CODEC.encode(PUT, answer, "1f").headers:
        assert not set(b"\r\n\x00") & set(name + value)


def test_an_empty_answer() -> None:
    response = CODEC.encode(SERVICE.operations["Delete"], None, "1f")
    assert (response.status, response.body, response.content_type) == (204, b"", b"")


def test_an_error_has_its_code_in_a_header() -> None:
    error = ServiceError("Conflict", "no", status=409, fields={"After": 5, "Id": "i"})
    response = CODEC.encode_error(SERVICE, error, "1f")
    assert response.status == 409
    headers = dict(response.headers)
    assert (headers[b"x-amzn-ErrorType"], headers[b"Retry-After"]) == (b"Conflict", b"5")
    assert json.loads(response.body) == {"message": "no", "Id": "i"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"path": b"/things/%FF"}, "SerializationException"),
        ({"query": b"count=x"}, "SerializationException"),
        ({"query": b"names=%FF"}, "SerializationException"),
        ({"query": b"names=\xff"}, "SerializationException"),
        ({"query": b"&".join([b"names=x"] * 20_000)}, "SerializationException"),
        ({"body": b"{"}, "SerializationException"),
        ({"body": b"[]"}, "SerializationException"),
        ({"body": b'{"Body":"5"}'}, "SerializationException"),
        ({"body": b'{"Inner":{"At":"x"}}'}, "SerializationException"),
        ({"x_list": 'a, "b'}, None),
        ({"x_list": 'a, "b" c'}, None),
        ({"x_times": "now"}, "SerializationException"),
        ({"path": b"/things/" + b"x" * 51}, "ValidationException"),
        ({"path": b"/elsewhere"}, "ValidationException"),
    ],
    ids=str,
)
def test_what_is_malformed_is_refused(arguments: Any, code: str | None) -> None:
    if code is None:
        assert decoded(**arguments).List[0] == "a"
        return
    with pytest.raises(ServiceError) as caught:
        decoded(**arguments)
    assert caught.value.code == code


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60), st.text(max_size=30))
def test_any_bytes_are_a_request_or_a_refusal(path: bytes, query: bytes, body: bytes, header: str) -> None:
    try:
        decoded(body, b"/things/" + path, query, x_list=header.encode("utf-8", "replace").decode(), x_times="x, y")
    except ServiceError as error:
        CODEC.encode_error(SERVICE, error, "1f")


def test_a_service_with_an_error_of_its_own_for_what_is_invalid() -> None:
    kafka = load("kafka")
    asked = request_of(b'{"clusterName":"a","brokerNodeGroupInfo":{}}', path=b"/v1/clusters")
    with pytest.raises(ServiceError, match="must not be null") as caught:
        CODEC.decode(kafka.operations["CreateCluster"], asked)
    response = CODEC.encode_error(kafka, caught.value, "1f")
    assert dict(response.headers)[b"x-amzn-ErrorType"] == b"BadRequestException"
    assert json.loads(response.body)["invalidParameter"] == "brokerNodeGroupInfo.clientSubnets"
    with pytest.raises(ServiceError) as caught:
        CODEC.decode(kafka.operations["CreateCluster"], request_of(b"{", path=b"/v1/clusters"))
    assert (caught.value.code, caught.value.fields) == ("BadRequestException", None)

"""What we write is read by botocore's parsers as its own vectors expect it."""

from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel
from botocore.model import ServiceModel as BotocoreModel
from botocore.parsers import JSONParser, QueryParser, RestJSONParser, RpcV2CBORParser
from botocore.utils import parse_timestamp

from tests.wire.aws.vectors_in_reverse import Case, parameters, struct_of
from weirmq.kernel.errors import ServiceError
from weirmq.wire.http import Response

PARSERS = {"json": JSONParser, "query": QueryParser, "rest-json": RestJSONParser, "smithy-rpc-v2-cbor": RpcV2CBORParser}
UNREAD = "botocore doesn't read this either (its list of ignored vectors)"
SKIPPED = {
    "QueryXmlLists": "AWS's services name a flattened list by its items, this vector by the member",
    "QueryComplexError": UNREAD,
    "RestJsonHttpPayloadTraitsWithNoBlobBody": UNREAD,
    "RestJsonHttpPayloadWithUnsetUnion": UNREAD,
    "RestJsonInputAndOutputWithQuotedStringHeaders": UNREAD,
    "RestJsonInputAndOutputWithTimestampHeaders": UNREAD,
}


def seconds(value: Any) -> float:
    return float(parse_timestamp(value).timestamp())


def read(case: Case, response: Response, shape: Any) -> dict[str, Any]:
    """What botocore makes of a response."""
    headers = {name.decode(): value.decode() for name, value in response.headers}
    headers["Content-Type"] = response.content_type.decode()
    parser = PARSERS[case.model["metadata"]["protocol"]](timestamp_parser=seconds)
    name = case.facts["given"].get("name", "OperationName")
    raw = {
        "status_code": response.status,
        "headers": HeadersDict(headers),
        "body": response.body,
        "context": {"operation_name": name},
    }
    parsed: dict[str, Any] = parser.parse(raw, shape)
    return parsed


def botocore_model(case: Case) -> Any:
    name = case.facts["given"].get("name", "OperationName")
    return BotocoreModel({**case.model, "operations": {name: case.facts["given"]}})


def as_in_vectors(value: Any) -> Any:
    """Bytes as text, floats that are no numbers by name."""
    if isinstance(value, dict):
        return {name: as_in_vectors(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_in_vectors(part) for part in value]
    if isinstance(value, float) and str(value) in {"nan", "inf", "-inf"}:
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value.decode() if isinstance(value, bytes) else value


ANSWERS = [p for p in parameters("output", SKIPPED) if "error" not in p.values[0].facts]
ERRORS = [p for p in parameters("output", SKIPPED) if "error" in p.values[0].facts]


@pytest.mark.parametrize("case", ANSWERS)
def test_answer_is_read_as_what_it_was_made_of(case: Case) -> None:
    operation = case.operation()
    expected = case.facts["result"]
    shape = operation.output_shape
    answer = struct_of(shape, expected) if shape else None
    response = case.codec().encode(operation, answer, "1f")
    model = OperationModel(case.facts["given"], botocore_model(case))
    if model.output_shape and case.protocol == "query":
        model.output_shape.serialization["resultWrapper"] = f"{operation.name}Result"
    parsed = read(case, response, model.output_shape)
    parsed.pop("ResponseMetadata", None)
    if "prefixHeaders" in parsed:  # an empty prefix takes the headers in that every response has
        del parsed["prefixHeaders"]["x-amzn-RequestId"], parsed["prefixHeaders"]["Content-Type"]
    assert as_in_vectors(parsed) == expected
    assert response.status == case.facts["response"]["status_code"]


@pytest.mark.parametrize("case", ERRORS)
def test_error_is_read_as_what_it_was_made_of(case: Case) -> None:
    operation = case.operation()
    given = case.facts["error"]
    code = next(iter(case.facts["given"]["errors"]))["shape"]
    message = case.facts.get("errorMessage", "")
    fields = {name: value for name, value in given.items() if name.lower() != "message"}
    error = ServiceError(code, message, status=case.facts["response"]["status_code"], fields=fields)
    response = case.codec().encode_error(operation.service, error, "1f")
    model = botocore_model(case)
    parsed = read(case, response, None)
    assert parsed["Error"]["Code"] == case.facts.get("errorCode", "")
    assert (parsed["Error"].get("Message") or "") == message
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == error.status
    parsed = read(case, response, model.shape_for(code))
    assert {name: as_in_vectors(parsed[name]) for name in given} == given

"""What botocore's serialisers send, by its own vectors, is what we read and route."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.wire.aws.vectors_in_reverse import Case, body_of, parameters, plain
from weirmq.wire.aws.routes import Router
from weirmq.wire.aws.shapes import Nothing
from weirmq.wire.http import Request

UNSENT = "what is empty isn't sent, so that it can't be told from what is absent"
DECODE_SKIPPED = {
    "PutWithContentEncoding operation": "the vectors have no bodies",
    "QueryProtocolIdempotencyTokenAutoFill": "the client adds a token that is not among the parameters",
    "RestJsonQueryIdempotencyTokenAutoFill": "the client adds a token that is not among the parameters",
    "QueryEmptyQueryMaps": UNSENT,
    "RestJsonOmitsEmptyListQueryValues": UNSENT,
    "RestJsonHttpWithEmptyStructurePayload": UNSENT,
    "RestJsonHttpWithHeadersButNoPayload": UNSENT,
    "RestJsonQueryParamsStringListMap": "a server's map takes the parameters too that have members of their own",
    "RestJsonQueryPrecedence": "of two parameters for one name the client sends one",
    "MediaTypeHeaderInputBase64": "the vector has the text of a JSON value where the type has the value",
}
ROUTE_SKIPPED = {
    "PutWithContentEncoding operation": "the vectors have no bodies",
    "AwsJson10EndpointTrait": "the vector has no target",
    "AwsJson10EndpointTraitWithHostLabel": "the vector has no target",
    "AwsJson10HostWithPath": "the vector is about an endpoint below a path",
    "RestJsonHostWithPath": "the vector is about an endpoint below a path",
}


def request_of(case: Case) -> Request:
    """The request that a vector expects a client to send."""
    sent: dict[str, Any] = case.facts["serialized"]
    parts = urlsplit(sent["uri"])
    headers = {name.lower().encode(): value.encode() for name, value in sent.get("headers", {}).items()}
    path, query = parts.path.encode(), parts.query.encode()
    return Request(sent["method"].encode(), sent["uri"].encode(), path, query, headers, body_of(case, "serialized"))


@pytest.mark.parametrize("case", parameters("input", DECODE_SKIPPED))
def test_request_is_read_as_the_parameters_that_it_was_made_of(case: Case) -> None:
    operation = case.operation()
    found = case.codec().decode(operation, request_of(case))
    if operation.input_shape is None:
        assert isinstance(found, Nothing)
    else:
        sent = {name: value for name, value in case.facts["params"].items() if value is not None}
        assert plain(operation.input_shape, found) == sent


@pytest.mark.parametrize("case", parameters("input", ROUTE_SKIPPED))
def test_request_is_routed_to_its_operation(case: Case) -> None:
    operation = case.operation()
    route = Router([operation.service]).route(request_of(case))
    assert route is not None
    assert route.operation is operation
    assert route.codec.name == case.codec().name

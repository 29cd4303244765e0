"""Which operation a request is for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws.generated import service_of
from tests.wire.aws.services import SQS, STS, request_of
from weirmq.wire.aws.model import ServiceModel
from weirmq.wire.aws.routes import Route, Router
from weirmq.wire.http import Request

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def rest_service(name: str, *operations: tuple[str, str, str]) -> ServiceModel:
    """A REST service with operations of (name, method, path)."""
    return service_of(
        {
            "metadata": {"protocol": "rest-json", "endpointPrefix": name, "apiVersion": "2020-01-01"},
            "operations": {n: {"name": n, "http": {"method": m, "requestUri": p}} for n, m, p in operations},
            "shapes": {},
        }
    )


PIPES = rest_service(
    "pipes",
    ("CreatePipe", "POST", "/v1/pipes/{Name}"),
    ("ListPipes", "GET", "/v1/pipes"),
    ("ListTags", "GET", "/tags/{resourceArn}"),
    ("Untag", "DELETE", "/tags/{resourceArn}"),
)
FILES = rest_service(
    "files",
    ("GetFile", "GET", "/files/{Key+}"),
    ("GetLatest", "GET", "/files/latest"),
    ("ListFiles", "GET", "/list?kind=file"),
    ("ListAll", "GET", "/list"),
    ("ListFilesDeep", "GET", "/list?kind=file&deep"),
    ("ListTags", "GET", "/tags/{Arn}"),
)
STREAMS = service_of(
    {
        "metadata": {
            "protocol": "json",
            "protocols": ["json", "cbor"],
            "jsonVersion": "1.1",
            "targetPrefix": "Streams_20131202",
            "endpointPrefix": "streams",
        },
        "operations": {"Put": {"name": "Put"}},
        "shapes": {},
    }
)
ROUTER = Router([SQS, STS, PIPES, FILES, STREAMS])


def signed(service: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential=AK/20150125/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"


def route_of(request: Request) -> Route:
    found = ROUTER.route(request)
    assert found is not None
    return found


def place(request: Request) -> tuple[str, str, str]:
    """Service, operation and protocol."""
    found = route_of(request)
    assert found.operation is not None
    assert found.refusal is None
    return found.service.name, found.operation.name, found.codec.name


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (request_of(b"{}", x_amz_target="AmazonSQS.SendMessage"), ("sqs", "SendMessage", "json-1.0")),
        (
            request_of(b"{}", path=b"/123456789012/q", x_amz_target="AmazonSQS.SendMessage"),
            ("sqs", "SendMessage", "json-1.0"),
        ),
        (
            request_of(b"", x_amz_target="Streams_20131202.Put", content_type="application/x-amz-cbor-1.1"),
            ("streams", "Put", "cbor-1.1"),
        ),
        (
            request_of(b"", x_amz_target="Streams_20131202.Put", content_type="application/x-amz-json-1.1"),
            ("streams", "Put", "json-1.1"),
        ),
        (
            request_of(b"Action=GetCallerIdentity&Version=2011-06-15", content_type=FORM),
            ("sts", "GetCallerIdentity", "query"),
        ),
        (
            request_of(b"Version=2012-11-05&Action=ListQueues", content_type=FORM, authorization=signed("sqs")),
            ("sqs", "ListQueues", "query"),
        ),
        (request_of(method=b"GET", query=b"Action=ListQueues"), ("sqs", "ListQueues", "query")),
        (
            request_of(b"Action=DeleteQueue", path=b"/123456789012/q", content_type=FORM),
            ("sqs", "DeleteQueue", "query"),
        ),
        (
            request_of(
                method=b"GET",
                query=b"Action=ListQueues&X-Amz-Credential=AK%2F20150125%2Fus-east-1%2Fsqs%2Faws4_request",
            ),
            ("sqs", "ListQueues", "query"),
        ),
        (request_of(path=b"/v1/pipes/p"), ("pipes", "CreatePipe", "rest-json")),
        (request_of(method=b"GET", path=b"/v1/pipes", query=b"Limit=1"), ("pipes", "ListPipes", "rest-json")),
        (
            request_of(method=b"GET", path=b"/tags/arn%3Aaws%3Apipes%3A%3A1%3Apipe%2Fp"),
            ("pipes", "ListTags", "rest-json"),
        ),
        (
            request_of(method=b"GET", path=b"/tags/x", authorization=signed("files")),
            ("files", "ListTags", "rest-json"),
        ),
        (request_of(method=b"DELETE", path=b"/tags/x"), ("pipes", "Untag", "rest-json")),
        (request_of(method=b"GET", path=b"/files/a/b/c"), ("files", "GetFile", "rest-json")),
        (request_of(method=b"GET", path=b"/files/latest"), ("files", "GetLatest", "rest-json")),
        (request_of(method=b"GET", path=b"/list"), ("files", "ListAll", "rest-json")),
        (request_of(method=b"GET", path=b"/list", query=b"kind=file&x=1"), ("files", "ListFiles", "rest-json")),
        (request_of(method=b"GET", path=b"/list", query=b"deep&kind=file"), ("files", "ListFilesDeep", "rest-json")),
    ],
    ids=str,
)
def test_a_request_reaches_its_operation(request_: Request, expected: tuple[str, str, str]) -> None:
    assert place(request_) == expected


def test_a_form_that_is_signed_for_a_rest_service_is_no_query() -> None:
    request = request_of(b"Action=ListQueues", path=b"/v1/pipes/p", authorization=signed("pipes"))
    assert place(request) == ("pipes", "CreatePipe", "rest-json")


@pytest.mark.parametrize(
    ("request_", "service", "codec", "code", "status"),
    [
        (request_of(x_amz_target="AmazonSQS.Fly"), "sqs", "json-1.0", "UnknownOperationException", 404),
        (
            request_of(x_amz_target="Nobody.Fly", authorization=signed("sqs")),
            "sqs",
            "json-1.0",
            "UnknownOperationException",
            404,
        ),
        (request_of(b"Action=Fly&Version=2011-06-15"), "sts", "query", "UnknownOperationException", 400),
        (request_of(b"Action=Fly", authorization=signed("sqs")), "sqs", "query", "UnknownOperationException", 400),
        (request_of(authorization=signed("sqs")), "sqs", "query", "MissingAction", 400),
        (
            request_of(path=b"/v2", authorization=signed("pipes")),
            "pipes",
            "rest-json",
            "UnknownOperationException",
            404,
        ),
    ],
    ids=str,
)
def test_an_unknown_operation_is_refused_in_the_services_protocol(
    request_: Request, service: str, codec: str, code: str, status: int
) -> None:
    found = route_of(request_)
    assert (found.service.name, found.codec.name, found.operation) == (service, codec, None)
    assert found.refusal is not None
    assert (found.refusal.code, found.refusal.status) == (code, status)


def test_an_unknown_action_is_refused_in_the_words_of_query() -> None:
    found = route_of(request_of(b"Action=F%3Cly&Version=2012-11-05"))
    assert found.refusal is not None
    body = found.codec.encode_error(found.service, found.refusal, "1f").body
    assert b"<Code>InvalidAction</Code><Message>The action F&lt;ly is not valid for this endpoint.</Message>" in body


@pytest.mark.parametrize(
    "request_",
    [
        request_of(method=b"GET"),
        request_of(method=b"GET", path=b"/health"),
        request_of(b"{}"),
        request_of(x_amz_target="Nobody.Fly"),
        request_of(authorization=signed("nobody")),
        request_of(path=b"/service/Nobody/operation/Fly"),
        request_of(method=b"GET", path=b"/tags/"),
        request_of(method=b"PUT", path=b"/v1/pipes/p"),
    ],
    ids=str,
)
def test_what_no_service_is_asked_for_has_no_route(request_: Request) -> None:
    assert ROUTER.route(request_) is None


def test_an_action_of_an_unknown_version_goes_to_who_has_it() -> None:
    assert place(request_of(b"Action=ListQueues&Version=1999-01-01")) == ("sqs", "ListQueues", "query")


@given(
    st.binary(max_size=60),
    st.binary(max_size=30),
    st.sampled_from([b"GET", b"POST", b"\xff"]),
    st.dictionaries(
        st.sampled_from([b"x-amz-target", b"authorization", b"content-type", b"smithy-protocol"]),
        st.binary(max_size=40),
    ),
)
def test_any_request_has_a_route_or_none(path: bytes, body: bytes, method: bytes, headers: dict[bytes, Any]) -> None:
    request = Request(method, b"/" + path, b"/" + path, path, headers, b"Action=" + body)
    found = ROUTER.route(request)
    if found and found.refusal:
        found.codec.encode_error(found.service, found.refusal, "1f")

"""Payloads and tokens of MSK's clients, and the requests that were signed."""

import json
from base64 import urlsafe_b64encode

import pytest

from weirmq.wire.kafka import msk_iam
from weirmq.wire.sasl.errors import Malformed

PAYLOAD = {
    "version": "2020_10_22",
    "host": "b-1.example.com",
    "user-agent": "aws-msk-iam-auth/2.3",
    "action": "kafka-cluster:Connect",
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": "AKIAANN/20260131/us-east-1/kafka-cluster/aws4_request",
    "x-amz-date": "20260131T235959Z",
    "x-amz-signedheaders": "host",
    "x-amz-expires": "900",
    "x-amz-signature": "abc",
}
URL = (
    "https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Expires=900"
    "&X-Amz-SignedHeaders=host&X-Amz-Signature=abc"
)


def token(url: str) -> str:
    return urlsafe_b64encode(url.encode()).rstrip(b"=").decode()


def test_a_payload() -> None:
    found = msk_iam.from_payload(json.dumps({**PAYLOAD, "x-amz-security-token": "a/b+c="}).encode())
    assert (found.method, found.path, found.headers, found.body) == (b"GET", b"/", {b"host": b"b-1.example.com"}, b"")
    assert found.query.startswith(b"Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=")
    assert b"X-Amz-Security-Token=a%2Fb%2Bc%3D" in found.query
    assert b"ser-agent" not in found.query.lower()
    assert msk_iam.from_payload(json.dumps({key.upper(): each for key, each in PAYLOAD.items()}).encode()).query


def test_a_token() -> None:
    found = msk_iam.from_token(token(URL + "&User-Agent=signer%2F1"))
    assert found is not None
    assert found.headers == {b"host": b"kafka.us-east-1.amazonaws.com"}
    assert found.query == URL.partition("?")[2].encode()


@pytest.mark.parametrize("text", ["eyJhbGciOiJub25lIn0.e30.", "x", "", token("http://h/"), "\u00fc"])
def test_tokens_of_another_kind(text: str) -> None:
    assert msk_iam.from_token(text) is None


@pytest.mark.parametrize(
    "change",
    [
        {"version": "2020_10_23"}, {"host": ""}, {"host": "a\r\nb"}, {"action": "kafka-cluster:Read"},
        {"x-amz-signedheaders": "host;x"}, {"x-amz-expires": "901"}, {"x-amz-expires": "-1"}, {"x-amz-expires": ""},
        {"x-amz-expires": "\u0663"}, {"x-amz-date": 7},
    ],
)  # fmt: skip
def test_payloads_that_are_none(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        msk_iam.from_payload(json.dumps({**PAYLOAD, **change}).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"null", b'{"version":"2020_10_22"}'])
def test_bytes_that_are_no_payload(data: bytes) -> None:
    with pytest.raises(Malformed):
        msk_iam.from_payload(data)


@pytest.mark.parametrize(
    "url",
    [
        "https://h", "https://[/?a", URL.replace("900", "901"), URL.replace("Connect", "Read"),
        URL.replace("=host", "="),
        URL + "&Action=kafka-cluster%3AConnect", URL.replace("kafka.", "k%20"), URL + "&a=%ff",
    ],
)  # fmt: skip
def test_tokens_with_urls_that_are_none(url: str) -> None:
    with pytest.raises(Malformed):
        msk_iam.from_token(token(url))


def test_what_is_said_to_whom_it_lets_in() -> None:
    assert json.loads(msk_iam.answer("id")) == {"version": "2020_10_22", "request-id": "id"}

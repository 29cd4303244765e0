from collections.abc import Sequence
from datetime import UTC, datetime
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Theirs
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws.signing import ACCESS_KEY, NOW_MS, SECRET, request_of
from weirmq.wire.aws.signing import Credentials, sign
from weirmq.wire.aws.sigv4 import Verifier

OURS = Credentials(ACCESS_KEY, SECRET)
ARN = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aresize"


def by_botocore(url: str, headers: Sequence[tuple[str, str]], body: bytes, token: str = "") -> dict[str, str]:
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    now = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        SigV4Auth(Theirs(ACCESS_KEY, SECRET, token or None), "lambda", "eu-west-1").add_auth(request)
    return {str(name).lower(): str(value) for name, value in request.headers.items()}


def by_us(url: str, headers: Sequence[tuple[str, str]], body: bytes, token: str = "") -> dict[str, str]:
    who = Credentials(ACCESS_KEY, SECRET, token)
    signed = sign(who, "POST", url, headers, body, region="eu-west-1", service="lambda", now_ms=NOW_MS)
    return {name.lower(): value for name, value in signed}


@pytest.mark.parametrize("token", ["", "FwoGZXIvYXdzE"])
@pytest.mark.parametrize(
    "url",
    [
        "https://lambda.eu-west-1.amazonaws.com/",
        "https://lambda.eu-west-1.amazonaws.com",
        f"https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/{ARN}/invocations",
        "http://localhost:3001/2015-03-31/functions/f/invocations?Qualifier=live&b=%C3%A4&a",
        "http://localhost:80/a//b/../c",
        "https://Example.COM:443/x",
        "http://[::1]:9001/x",
    ],
)
def test_a_request_is_signed_as_botocore_signs_it(url: str, token: str) -> None:
    headers = [("Content-Type", "application/json"), ("X-Amz-Invocation-Type", "Event"), ("X-Odd", "  a   b ")]
    theirs = by_botocore(url, headers, b'{"a": 1}', token)
    assert by_us(url, headers, b'{"a": 1}', token) == theirs


@given(st.binary(), st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=20))
def test_bodies_and_values(body: bytes, value: str) -> None:
    headers = [("X-Value", value)]
    url = "http://localhost:3001/invocations"
    assert by_us(url, headers, body)["authorization"] == by_botocore(url, headers, body)["authorization"]


def test_the_verifier_accepts_it() -> None:
    path = f"/2015-03-31/functions/{ARN}/invocations"
    url = f"http://localhost:3001{path}"
    headers = sign(OURS, "POST", url, [], b"{}", region="us-east-1", service="lambda", now_ms=NOW_MS)
    request = request_of("POST", path, {"Host": "localhost:3001", **dict(headers)}, b"{}")
    signed = Verifier({ACCESS_KEY: SECRET}).verify(request, NOW_MS)
    assert (signed.access_key, signed.region, signed.service) == (ACCESS_KEY, "us-east-1", "lambda")


def test_the_secret_is_not_told() -> None:
    assert SECRET not in repr(OURS)

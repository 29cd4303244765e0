"""Requests as botocore signs them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from unittest import mock
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from weirmq.wire.http import Request

ACCESS_KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z


def request_of(
    method: str, target: str, headers: Mapping[str, str], body: bytes = b"", encoding: str = "utf-8"
) -> Request:
    """A request as the HTTP layer hands it on."""
    raw = target.encode(encoding)
    path, _, query = raw.partition(b"?")
    named = {name.lower().encode(): value.encode(encoding) for name, value in headers.items()}
    return Request(method.encode(), raw, path, query, named, body)


def sign(
    method: str = "POST",
    url: str = "http://localhost:4566/",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"{}",
    *,
    access_key: str = ACCESS_KEY,
    secret: str = SECRET,
    token: str | None = None,
    region: str = "us-east-1",
    service: str = "sqs",
    at_ms: int = NOW_MS,
    expires_s: int | None = None,
) -> Request:
    """A request signed in its header, or with `expires_s` in its query."""
    credentials = Credentials(access_key, secret, token)
    request = AWSRequest(method, url, headers=dict(headers or {}), data=body)
    signer = (
        SigV4Auth(credentials, service, region)
        if expires_s is None
        else SigV4QueryAuth(credentials, service, region, expires=expires_s)
    )
    now = datetime.fromtimestamp(at_ms / 1000, UTC)
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        signer.add_auth(request)
    parts = urlsplit(request.url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    sent = {str(name): str(value) for name, value in request.headers.items()}
    return request_of(method, target or "/", {"Host": parts.netloc, **sent}, body)

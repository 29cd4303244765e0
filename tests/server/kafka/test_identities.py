"""AWS identities at a Kafka port, as AWS's own signer presigns them, before the server's users."""

import datetime as dt
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from weirmq.iam.caller import Caller
from weirmq.kernel.errors import ServiceError
from weirmq.server.auth import Authenticator
from weirmq.server.users import User
from weirmq.wire.kafka import msk_iam

ANN = User(name="ann", access_key="AKIAANN", secret="hush", account="111122223333")
GUEST = User(
    name="guest",
    access_key="ASIAGUEST",
    secret="hush",
    session_token="to/ken+=",
    session_expires=dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
)


def now_ms() -> int:
    return int(dt.datetime.now(dt.UTC).timestamp() * 1000)


def payload(
    access_key: str = "AKIAANN", secret: str = ANN.secret, token: str | None = None, expires: int = 900
) -> bytes:
    """What aws-msk-iam-auth sends."""
    request = AWSRequest("GET", "https://b-1.example.com/?Action=kafka-cluster%3AConnect")
    signer = SigV4QueryAuth(Credentials(access_key, secret, token), "kafka-cluster", "us-east-1", expires=expires)
    signer.add_auth(request)
    query = {name.lower(): value for name, value in parse_qsl(urlsplit(request.url).query)}
    return json.dumps({"version": "2020_10_22", "host": "b-1.example.com", "user-agent": "test", **query}).encode()


def identified(data: bytes, later_ms: int = 0, *, is_open: bool = False) -> tuple[Caller, str, int | None]:
    users = () if is_open else (ANN, GUEST)
    found, end_ms = Authenticator(users, is_open=is_open).identify(msk_iam.from_payload(data), now_ms() + later_ms)
    return found.caller, found.service, end_ms


def test_a_user() -> None:
    caller, service, end_ms = identified(payload())
    assert (caller.arn, service, end_ms) == ("arn:aws:iam::111122223333:user/ann", "kafka-cluster", None)


def test_a_session() -> None:
    caller, _, end_ms = identified(payload("ASIAGUEST", token="to/ken+="))
    assert (caller.username, end_ms) == ("guest", 4_102_444_800_000)


@pytest.mark.parametrize(
    ("data", "later_ms", "code"),
    [
        (payload(secret="wrong"), 0, "InvalidSignatureException"),
        (payload("AKIAEVE"), 0, "UnrecognizedClientException"),
        (payload("ASIAGUEST"), 0, "UnrecognizedClientException"),
        (payload("ASIAGUEST", token="other"), 0, "UnrecognizedClientException"),
        (payload(), 10_000_000, "InvalidSignatureException"),
        (payload(), -10_000_000, "InvalidSignatureException"),
        (payload(expires=60), 120_000, "InvalidSignatureException"),
        (payload().replace(b"b-1", b"b-2"), 0, "InvalidSignatureException"),
    ],
)
def test_who_is_nobody(data: bytes, later_ms: int, code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        identified(data, later_ms)
    assert refused.value.code == code


def test_a_server_without_users_takes_any_access_key() -> None:
    caller, service, _ = identified(payload("AKIAEVE", "whatever"), is_open=True)
    assert (caller.arn, service) == ("arn:aws:iam::000000000000:root", "kafka-cluster")


def test_but_nobody_without_one() -> None:
    unsigned = {"version": "2020_10_22", "host": "h", "action": "kafka-cluster:Connect"}
    fields = {"x-amz-signedheaders": "host", "x-amz-expires": "900"}
    _, service, _ = identified(json.dumps(unsigned | fields).encode(), is_open=True)
    assert not service  # which the login refuses

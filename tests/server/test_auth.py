"""Who is let in, as whom, on an open and on a closed server."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.aws.signing import ACCESS_KEY, NOW_MS, SECRET, request_of, sign
from weirmq.iam.caller import root_of
from weirmq.kernel.errors import ServiceError
from weirmq.server.auth import Authenticator
from weirmq.server.users import ConfigError, User
from weirmq.wire.http import Request

ACCOUNT = "111122223333"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}


def user(**changes: Any) -> User:
    fields: dict[str, Any] = {"name": "bob", "access_key": ACCESS_KEY, "secret": SECRET, "account": ACCOUNT}
    return User(**(fields | changes))


def authenticator(*users: User, is_open: bool = False) -> Authenticator:
    return Authenticator(users, is_open=is_open)


def refusal(checks: Authenticator, request: Request, now_ms: int = NOW_MS) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        checks.authenticate(request, now_ms)
    return caught.value


def test_a_user_is_known_by_a_signature() -> None:
    checks = authenticator(user(policies=(ALLOW,)))
    for _ in range(2):
        found = checks.authenticate(sign(region="eu-west-1", service="sns"), NOW_MS)
        assert (found.region, found.service) == ("eu-west-1", "sns")
        assert found.caller.arn == f"arn:aws:iam::{ACCOUNT}:user/bob"
        assert (found.caller.account, found.caller.access_key) == (ACCOUNT, ACCESS_KEY)
        assert not found.caller.is_root
        assert len(found.caller.policies) == 1


def test_a_presigned_request_will_do() -> None:
    request = sign("GET", "http://localhost:4566/?Action=ListQueues", body=b"", expires_s=60)
    assert authenticator(user()).authenticate(request, NOW_MS).caller.username == "bob"


def test_the_same_user_in_other_regions_and_services_is_kept_apart() -> None:
    checks = authenticator(user())
    for region in ("us-east-1", "cn-north-1", "us-gov-west-1"):
        for service in ("sqs", "sts"):
            found = checks.authenticate(sign(region=region, service=service), NOW_MS)
            assert (found.region, found.service) == (region, service)
    assert checks.authenticate(sign(region="cn-north-1"), NOW_MS).caller.arn == f"arn:aws-cn:iam::{ACCOUNT}:user/bob"


def test_the_user_named_root_is_the_root_of_the_account() -> None:
    found = authenticator(user(name="root")).authenticate(sign(), NOW_MS)
    assert found.caller == root_of(ACCOUNT, ACCESS_KEY)


def test_a_closed_server_refuses_all_others() -> None:
    checks = authenticator(user())
    for request, code in (
        (sign(access_key="test", secret="test"), "UnrecognizedClientException"),
        (sign(access_key="000000000000", secret="test"), "UnrecognizedClientException"),
        (sign(secret="wrong"), "InvalidSignatureException"),
        (sign(token="token"), "UnrecognizedClientException"),
        (request_of("GET", "/?Action=ListQueues", {"Host": "localhost"}), "MissingAuthenticationTokenException"),
    ):
        error = refusal(checks, request)
        assert (error.code, error.status) == (code, 403)
    assert checks.account_of(ACCESS_KEY) == ACCOUNT
    assert checks.account_of("test") is None


def test_a_server_without_users_that_is_closed_lets_nobody_in() -> None:
    assert refusal(authenticator(), sign()).code == "UnrecognizedClientException"


def test_a_session_token_must_be_the_users_own_and_in_time() -> None:
    session = user(session_token="FwoG", session_expires=datetime.fromtimestamp(NOW_MS / 1000 + 60, UTC))
    assert authenticator(session).authenticate(sign(token="FwoG"), NOW_MS).caller.username == "bob"
    for token in (None, "FwoGx", "Fwo", "\x7f"):
        assert refusal(authenticator(session), sign(token=token)).code == "UnrecognizedClientException"
    error = refusal(authenticator(session), sign(token="FwoG", at_ms=NOW_MS + 60_000), NOW_MS + 60_000)
    assert (error.code, error.status) == ("ExpiredTokenException", 403)
    assert error.message == "The security token included in the request is expired"


def test_a_known_client_without_its_token_is_refused() -> None:
    checks = authenticator(user(session_token="FwoG"))
    request = sign(token="FwoG")
    checks.authenticate(request, NOW_MS)
    del request.headers[b"x-amz-security-token"]
    refusal(checks, request)


@pytest.mark.parametrize(
    ("access_key", "account"),
    [("test", "000000000000"), ("123456789012", "123456789012"), ("1234567890123", "000000000000"),
     ("12345678901a", "000000000000"), ("a/b", "000000000000"), ("", "000000000000")],
)  # fmt: skip
def test_an_open_server_lets_anyone_in_as_the_root_of_the_account_that_they_name(access_key: str, account: str) -> None:
    checks = authenticator(is_open=True)
    for _ in range(2):
        for request in (
            sign(access_key=access_key, region="eu-west-1"),
            sign("GET", body=b"", access_key=access_key, region="eu-west-1", expires_s=60),
        ):
            found = checks.authenticate(request, NOW_MS)
            assert (found.caller, found.region, found.service) == (root_of(account, access_key), "eu-west-1", "sqs")
    assert checks.account_of(access_key) == account


def test_an_open_server_keeps_clients_apart() -> None:
    checks = authenticator(is_open=True)
    for _ in range(2):
        for access_key in ("111111111111", "222222222222"):
            for region in ("us-east-1", "eu-west-1"):
                found = checks.authenticate(sign(access_key=access_key, region=region), NOW_MS)
                assert (found.caller.account, found.region) == (access_key, region)


def test_an_open_server_is_not_misled_by_the_order_of_the_header() -> None:
    checks = authenticator(is_open=True)
    for account in ("111111111111", "222222222222"):
        credential = f"{account}/20260101/us-east-1/sqs/aws4_request"
        text = f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0, Credential={credential}"
        request = request_of("POST", "/", {"Authorization": text})
        assert checks.authenticate(request, NOW_MS).caller.account == account


def test_an_open_server_takes_unsigned_requests() -> None:
    found = authenticator(is_open=True).authenticate(
        request_of("GET", "/?Action=ListQueues", {"Host": "localhost"}), NOW_MS
    )
    assert (found.caller, found.region, found.service) == (root_of("000000000000"), "us-east-1", "")


FOREIGN_PAGES = [
    {"Origin": "https://example.com"},
    {"Origin": "http://example.com:4566"},  # a name that was made to lead here
    {"Origin": "null"},  # a page in a sandbox, whose ever it is
    {"Origin": "http://localhost.example.com"},
    {"Origin": "http://127.0.0.1.example.com"},
    {"Origin": "https://example.com/", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},  # an image
]
OWN_PAGES = [
    {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "cross-site"},  # as seen from 127.0.0.1
    {"Origin": "http://127.0.0.1:4566"},
    {"Origin": "http://[::1]:3000"},
    {"Origin": "https://app.localhost"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},  # typed in
]


@pytest.mark.parametrize("headers", FOREIGN_PAGES)
def test_an_open_server_takes_nothing_from_web_pages_of_other_machines(headers: dict[str, str]) -> None:
    checks = authenticator(is_open=True)
    for request in (
        request_of("POST", "/?Action=PurgeQueue", headers),
        request_of("GET", "/?Action=PurgeQueue&X-Amz-Credential=test/20260101/us-east-1/sqs/aws4_request", headers),
    ):
        found = refusal(checks, request)
        assert (found.code, found.status) == ("AccessDeniedException", 403)
        assert "web page of" in found.message
        assert Authenticator((), is_open=True, takes_any_page=True).authenticate(request, NOW_MS).caller.is_root


@pytest.mark.parametrize("headers", OWN_PAGES)
def test_an_open_server_takes_requests_from_pages_of_its_own_machine(headers: dict[str, str]) -> None:
    request = request_of("POST", "/?Action=PurgeQueue", headers)
    assert authenticator(is_open=True).authenticate(request, NOW_MS).caller.is_root


OWN_HOSTS = [
    "",
    "localhost",
    "LocalHost:4566",
    "localhost.:4566",
    "orders.localhost",
    "127.0.0.1:4566",
    "192.168.1.7",
    "[::1]:4566",
    "[fe80::1]",
    "weirmq:4566",  # a container
    "weirmq.default.svc.cluster.local:4566",
    "host.docker.internal:4566",
    "mq.test",
    "mq.home.arpa",
    "localhost.localstack.cloud:4566",
    "sqs.us-east-1.localhost.localstack.cloud:4566",
    "queue.amazonaws.com",
    "us-east-2.queue.amazonaws.com",
    "sqs.us-east-1.amazonaws.com",
    "sns.cn-north-1.amazonaws.com.cn",
    "sqs.eusc-de-east-1.amazonaws.eu",
    "sqs.us-east-1.api.aws:443",
]
FOREIGN_HOSTS = [
    "example.com:4566",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "1.2.3.4.nip.io",
    "amazonaws.com.example.com",
    "evilamazonaws.com",
    "evilinternal.com",
    "localstack.cloud",
    "xn--internal-.app",
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("host", OWN_HOSTS)
def test_an_open_server_is_known_by_its_own_names(method: str, host: str) -> None:
    request = request_of(method, "/?Action=ListQueues", {"Host": host})
    assert authenticator(is_open=True).authenticate(request, NOW_MS).caller.is_root


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_names_that_others_could_have_lead_here_are_refused_to_open_servers(method: str, host: str) -> None:
    checks = authenticator(is_open=True)
    headers = {"Host": host, "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request"}
    request = request_of(method, "/?Action=PurgeQueue", headers)
    for _ in range(2):
        found = refusal(checks, request)
        assert (found.code, found.status) == ("AccessDeniedException", 403)
        assert f"the name {host} lead here" in found.message
    assert Authenticator((), is_open=True, takes_any_page=True).authenticate(request, NOW_MS).caller.is_root


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_under_such_a_name_goes_what_browsers_send_with_an_origin(method: str) -> None:
    request = request_of(method, "/v1/clusters", {"Host": "example.com"})
    assert authenticator(is_open=True).authenticate(request, NOW_MS).caller.is_root
    request.headers[b"origin"] = b"http://example.com"
    assert "web page of http://example.com" in refusal(authenticator(is_open=True), request).message


def test_tls_shows_that_a_name_is_ours() -> None:
    request = request_of("GET", "/?Action=ListQueues", {"Host": "example.com"})
    request.secure = True
    assert authenticator(is_open=True).authenticate(request, NOW_MS).caller.is_root


def test_users_may_call_the_server_as_they_like() -> None:
    request = sign("GET", "http://example.com:4566/?Action=ListQueues", body=b"", expires_s=60)
    assert authenticator(user()).authenticate(request, NOW_MS).caller.username == "bob"


def test_a_login_to_kafka_is_no_page() -> None:
    request = sign("GET", "http://b-1.example.com/?Action=kafka-cluster:Connect", body=b"", expires_s=60)
    found, end_ms = authenticator(is_open=True).identify(request, NOW_MS)
    assert found.caller.is_root
    assert end_ms is None


def test_a_signature_of_a_user_needs_no_page() -> None:
    request = sign()
    request.headers[b"origin"] = b"https://example.com"
    assert authenticator(user()).authenticate(request, NOW_MS).caller.username == "bob"


def test_the_region_of_unsigned_requests_can_be_told() -> None:
    checks = Authenticator((), is_open=True, region="cn-north-1")
    found = checks.authenticate(request_of("GET", "/", {}), NOW_MS)
    assert (found.region, found.caller.arn) == ("cn-north-1", "arn:aws-cn:iam::000000000000:root")


def test_an_open_server_with_users_still_checks_theirs() -> None:
    checks = authenticator(user(), is_open=True)
    for _ in range(2):
        assert checks.authenticate(sign(), NOW_MS).caller.username == "bob"
        assert checks.authenticate(sign(access_key="test"), NOW_MS).caller.is_root
        assert refusal(checks, sign(secret="wrong")).code == "InvalidSignatureException"


@given(text=st.binary(max_size=300))
def test_no_header_is_too_strange_for_an_open_server(text: bytes) -> None:
    checks = authenticator(is_open=True)
    for value in (text, b"AWS4-HMAC-SHA256 Credential=" + text, b"Credential=a/b/" + text + b"/d/e, Signature=" + text):
        request = Request(b"GET", b"/", b"/", b"X-Amz-Credential=" + text, {b"authorization": value}, b"")
        assert checks.authenticate(request, NOW_MS).caller.is_root
        del request.headers[b"authorization"]
        assert checks.authenticate(request, NOW_MS).caller.is_root


@pytest.mark.parametrize("region", ["us east", "us:east", "EU", "a" * 65, "", "é", "us-east-1\n"])
def test_an_open_server_takes_no_strange_regions(region: str) -> None:
    credential = f"test/20260101/{region}/sqs/aws4_request"
    text = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={'0' * 64}"
    found = authenticator(is_open=True).authenticate(request_of("POST", "/", {"Authorization": text}), NOW_MS)
    assert (found.region, found.caller.account) == ("us-east-1", "000000000000")


def test_what_is_remembered_is_bounded() -> None:
    checks = authenticator(is_open=True)
    for number in range(1500):
        checks.authenticate(sign_cheaply(f"{number}"), NOW_MS)
    assert len(checks._admitted) <= 1024


def sign_cheaply(access_key: str) -> Request:
    credential = f"{access_key}/20260101/us-east-1/sqs/aws4_request"
    text = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={'0' * 64}"
    return request_of("POST", "/", {"Authorization": text})


def test_a_faulty_policy_is_named() -> None:
    with pytest.raises(ConfigError, match=r"user bob: policies\[1\]: Statement\[0\]\.Effect: must be Allow or Deny"):
        authenticator(user(policies=(ALLOW, {"Statement": [{"Action": "sqs:*", "Resource": "*"}]})))


def test_the_root_user_has_no_policies() -> None:
    with pytest.raises(ConfigError, match="can't have policies"):
        authenticator(user(name="root", policies=(ALLOW,)))

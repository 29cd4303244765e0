"""SaslHandshake and SaslAuthenticate: the states of a connection, PLAIN, AWS identities, and tokens."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from tests.services.kafka.logging_in import newcomer, plain, say, scram, shake
from tests.services.kafka.world import World
from weirmq.iam.caller import root_of
from weirmq.kernel.errors import ServiceError
from weirmq.services.kafka.ask import ANONYMOUS, Principal
from weirmq.services.kafka.exchanges import OTHER_AUTHZID
from weirmq.services.kafka.login import AGAIN_MIN_MS, NotLoggedIn
from weirmq.services.kafka.verifiers import Done, Identity, Outcome, Proof, Refusal
from weirmq.wire.http import Request
from weirmq.wire.kafka.codes import Code

ANN = Principal("User", "ann")
GOOD = b"\0ann\0hush"
INVALID = "Authentication failed during authentication due to invalid credentials with SASL mechanism {}"
PRODUCE, HANDSHAKE, VERSIONS, AUTHENTICATE = 0, 17, 18, 36


@pytest.fixture
def world() -> World:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush", "bob": "other"}
    return world


# States


def test_a_login(world: World) -> None:
    peer = newcomer("PLAIN")
    assert peer.login is not None
    peer.login.require(VERSIONS, 0)
    answer = plain(world, peer, GOOD)
    assert (answer.error_code, answer.error_message, answer.auth_bytes, answer.session_lifetime_ms) == (0, None, b"", 0)
    assert (peer.principal, peer.caller, peer.is_closed) == (ANN, None, False)
    peer.login.require(PRODUCE, world.clock.now_ms())


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_nothing_is_answered_before(steps: int, world: World) -> None:
    peer = newcomer("SCRAM-SHA-512")
    assert peer.login is not None
    if steps:
        shake(world, peer, "SCRAM-SHA-512")
    if steps == 2:
        assert say(world, peer, b"n,,n=ann,r=x").auth_bytes
    for key in (PRODUCE, 3, 10, 60, 99, *([VERSIONS] if steps else [])):
        with pytest.raises(NotLoggedIn):
            peer.login.require(key, world.clock.now_ms())
    assert peer.principal == ANONYMOUS


def test_a_mechanism_that_the_listener_has_not(world: World) -> None:
    for mechanism in ("GSSAPI", "PLAIN", "", "scram-sha-512"):
        peer = newcomer("SCRAM-SHA-512", "AWS_MSK_IAM")
        answer = shake(world, peer, mechanism)
        assert answer.error_code == Code.UNSUPPORTED_SASL_MECHANISM
        assert answer.mechanisms == ["SCRAM-SHA-512", "AWS_MSK_IAM"]
        assert peer.is_closed
        assert peer.reason == f"it failed to log in: UNSUPPORTED_SASL_MECHANISM with the mechanism {mechanism!r}"


def test_a_second_handshake_before_the_login(world: World) -> None:
    peer = newcomer("PLAIN")
    shake(world, peer, "PLAIN")
    assert shake(world, peer, "PLAIN").error_code == Code.ILLEGAL_SASL_STATE
    assert peer.is_closed
    assert say(world, peer, GOOD).error_code == Code.ILLEGAL_SASL_STATE
    assert peer.principal == ANONYMOUS


def test_a_token_before_the_handshake(world: World) -> None:
    peer = newcomer("PLAIN")
    answer = say(world, peer, GOOD)
    assert answer.error_code == Code.ILLEGAL_SASL_STATE
    assert peer.is_closed


def test_a_token_behind_a_failed_login(world: World) -> None:
    peer = newcomer("PLAIN")
    assert plain(world, peer, b"\0ann\0wrong").error_code == Code.SASL_AUTHENTICATION_FAILED
    assert say(world, peer, GOOD).error_code == Code.ILLEGAL_SASL_STATE
    assert peer.principal == ANONYMOUS


def test_listeners_that_want_no_login(world: World) -> None:
    answer = shake(world, world.peer, "PLAIN")
    assert (answer.error_code, answer.mechanisms) == (Code.ILLEGAL_SASL_STATE, [])
    answer = say(world, world.peer, GOOD)
    assert answer.error_code == Code.ILLEGAL_SASL_STATE
    assert answer.error_message == "SaslAuthenticate request received after successful authentication"
    assert not world.peer.is_closed


def test_bare_tokens_follow_a_handshake_of_version_0(world: World) -> None:
    peer = newcomer("PLAIN")
    assert peer.login is not None
    shake(world, peer, "PLAIN", version=0)
    assert peer.login.takes_tokens
    assert not say(world, peer, GOOD).error_code
    assert not peer.login.takes_tokens


# Sessions that end, of KIP-368


def test_a_session_that_ends(world: World) -> None:
    peer = newcomer("PLAIN", lasts_ms=60_000)
    assert peer.login is not None
    assert plain(world, peer, GOOD).session_lifetime_ms == 60_000
    world.clock.advance(seconds=60)
    peer.login.require(PRODUCE, world.clock.now_ms())
    world.clock.advance(seconds=1)
    with pytest.raises(NotLoggedIn, match="session is over"):
        peer.login.require(PRODUCE, world.clock.now_ms())
    peer.login.require(HANDSHAKE, world.clock.now_ms())
    assert plain(world, peer, GOOD).session_lifetime_ms == 60_000
    peer.login.require(PRODUCE, world.clock.now_ms())


def test_logging_in_again_too_soon(world: World) -> None:
    peer = newcomer("PLAIN", lasts_ms=60_000)
    plain(world, peer, GOOD)
    world.clock.advance(milliseconds=AGAIN_MIN_MS - 1)
    assert shake(world, peer, "PLAIN").error_code == Code.ILLEGAL_SASL_STATE
    assert say(world, peer, GOOD).error_code == Code.ILLEGAL_SASL_STATE
    assert not peer.is_closed
    world.clock.advance(milliseconds=1)
    assert not plain(world, peer, GOOD).error_code


def test_logging_in_again_as_somebody_else(world: World) -> None:
    peer = newcomer("PLAIN", lasts_ms=60_000)
    plain(world, peer, GOOD)
    world.clock.advance(seconds=2)
    answer = plain(world, peer, b"\0bob\0other")
    assert answer.error_code == Code.SASL_AUTHENTICATION_FAILED
    assert answer.error_message == "Cannot change principals during re-authentication from User.ann: User.bob"
    assert (peer.is_closed, peer.principal) == (True, ANN)


def test_logging_in_again_by_another_mechanism(world: World) -> None:
    peer = newcomer("PLAIN", "SCRAM-SHA-512", lasts_ms=60_000)
    plain(world, peer, GOOD)
    world.clock.advance(seconds=2)
    assert not shake(world, peer, "SCRAM-SHA-512").error_code
    answer = say(world, peer, b"n,,n=ann,r=x")
    assert answer.error_message == (
        "SASL mechanism 'SCRAM-SHA-512' requested by client is not supported for re-authentication of mechanism 'PLAIN'"
    )
    assert peer.is_closed


def test_failing_to_log_in_again(world: World) -> None:
    peer = newcomer("SCRAM-SHA-512", lasts_ms=60_000)
    assert not scram(world, peer, "ann", "hush").error_code
    world.clock.advance(seconds=2)
    answer = scram(world, peer, "ann", "wrong")
    assert answer.error_message == INVALID.replace("during auth", "during re-auth").format("SCRAM-SHA-512")
    assert peer.is_closed


# PLAIN


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (b"\0ann\0wrong", "Authentication failed: Invalid username or password"),
        (b"\0eve\0hush", "Authentication failed: Invalid username or password"),
        (b"\0eve\0" + b"x" * 100_000, "Authentication failed: Invalid username or password"),
        (b"\0\0hush", "Authentication failed: username not specified"),
        (b"\0ann\0", "Authentication failed: password not specified"),
        (
            b"bob\0ann\0hush",
            OTHER_AUTHZID,
        ),
        (b"ann\0hush", INVALID.format("PLAIN")),
        (b"", INVALID.format("PLAIN")),
        (b"\xff\0\0", INVALID.format("PLAIN")),
    ],
)
def test_plain_that_fails(token: bytes, why: str, world: World) -> None:
    peer = newcomer("PLAIN")
    answer = plain(world, peer, token)
    assert (answer.error_code, answer.error_message) == (Code.SASL_AUTHENTICATION_FAILED, why)
    assert (peer.principal, peer.is_closed) == (ANONYMOUS, True)
    assert "hush" not in peer.reason


def test_an_authorization_id_of_ones_own(world: World) -> None:
    peer = newcomer("PLAIN")
    assert not plain(world, peer, b"ann\0ann\0hush").error_code
    assert peer.principal == ANN


# AWS identities

CALLER = root_of("111122223333", "AKIAROOT")
PAYLOAD = {
    "version": "2020_10_22",
    "host": "localhost",
    "action": "kafka-cluster:Connect",
    "x-amz-signedheaders": "host",
    "x-amz-expires": "900",
}


def with_identity(world: World, service: str = "kafka-cluster", expires_ms: int | None = None) -> list[Request]:
    requests: list[Request] = []

    def identify(request: Request, _now_ms: int) -> Identity:
        requests.append(request)
        return Identity(CALLER, service, expires_ms)

    world.kafka.verifiers.identify = identify
    return requests


def iam(world: World, payload: bytes) -> tuple[Any, Any]:
    peer = newcomer("AWS_MSK_IAM")
    shake(world, peer, "AWS_MSK_IAM")
    return peer, say(world, peer, payload)


def test_who_signed_is_let_in(world: World) -> None:
    requests = with_identity(world)
    peer, answer = iam(world, json.dumps(PAYLOAD).encode())
    assert json.loads(answer.auth_bytes)["version"] == "2020_10_22"
    assert json.loads(answer.auth_bytes)["request-id"]
    assert (peer.principal.name, peer.caller) == (CALLER.arn, CALLER)
    assert requests[0].headers == {b"host": b"localhost"}


def test_a_session_of_aws_ends_with_its_credentials(world: World) -> None:
    with_identity(world, expires_ms=world.clock.now_ms() + 5_000)
    assert iam(world, json.dumps(PAYLOAD).encode())[1].session_lifetime_ms == 5_000


def test_an_identity_that_may_not_connect(world: World) -> None:
    with_identity(world)
    world.kafka.authorizer.may_connect = lambda _ask, _caller: False  # type: ignore[method-assign]
    peer, answer = iam(world, json.dumps(PAYLOAD).encode())
    assert (answer.error_code, answer.error_message) == (Code.SASL_AUTHENTICATION_FAILED, "Access denied")
    assert (peer.principal, peer.caller) == (ANONYMOUS, None)
    assert peer.reason == f"it failed to log in: {CALLER.arn} may not kafka-cluster:Connect"


def test_who_did_not_sign(world: World) -> None:
    def identify(_request: Request, _now_ms: int) -> Identity:
        raise ServiceError("InvalidSignatureException", "The signature is wrong.")

    world.kafka.verifiers.identify = identify
    peer, answer = iam(world, json.dumps(PAYLOAD).encode())
    assert answer.error_code == Code.SASL_AUTHENTICATION_FAILED
    assert answer.error_message.endswith("]: Access denied")
    assert peer.reason == "it failed to log in: InvalidSignatureException: The signature is wrong."


def test_a_signature_for_another_service(world: World) -> None:
    with_identity(world, service="sqs")
    peer, answer = iam(world, json.dumps(PAYLOAD).encode())
    assert answer.error_message.endswith("]: Access denied")
    assert "for the service 'sqs'" in peer.reason


def test_a_payload_that_is_none(world: World) -> None:
    with_identity(world)
    peer, answer = iam(world, b"{}")
    assert answer.error_message == INVALID.format("AWS_MSK_IAM")
    assert peer.reason == "it failed to log in: the payload's version isn't 2020_10_22"


# Tokens


class Issuer:
    """Takes the token `good`; later, where `is_slow`."""

    def __init__(self, world: World, *, is_slow: bool = False) -> None:
        self.is_slow = is_slow
        self.waiting: list[tuple[Done, Outcome]] = []
        world.kafka.verifiers.check_token = self.check

    def check(self, token: str, now_ms: int, done: Done) -> None:
        outcome = Proof("ann", expires_ms=now_ms + 9_000) if token == "good" else Refusal("", "it is bad")
        if self.is_slow:
            self.waiting.append((done, outcome))
        else:
            done(outcome)


def bearer(token: bytes, authzid: bytes = b"") -> bytes:
    return b"n," + (b"a=" + authzid if authzid else b"") + b",\x01auth=Bearer " + token + b"\x01\x01"


def test_a_good_token(world: World) -> None:
    Issuer(world)
    peer = newcomer("OAUTHBEARER", lasts_ms=60_000)
    shake(world, peer, "OAUTHBEARER")
    answer = say(world, peer, bearer(b"good", b"ann"))
    assert (answer.error_code, answer.session_lifetime_ms) == (0, 9_000)
    assert peer.principal == ANN


def test_a_token_that_takes_time(world: World) -> None:
    issuer = Issuer(world, is_slow=True)
    peer = newcomer("OAUTHBEARER")
    shake(world, peer, "OAUTHBEARER")
    assert say(world, peer, bearer(b"good")) is None
    assert peer.principal == ANONYMOUS
    done, outcome = issuer.waiting[0]
    done(outcome)
    assert peer.principal == ANN


@pytest.mark.parametrize("has_issuer", [True, False])
def test_a_bad_token(has_issuer: bool, world: World) -> None:
    """The client is told, says that it has seen it, and is turned away (RFC 7628, 3.2.3)."""
    if has_issuer:
        Issuer(world)
    peer = newcomer("OAUTHBEARER")
    shake(world, peer, "OAUTHBEARER")
    answer = say(world, peer, bearer(b"bad"))
    assert (answer.error_code, answer.auth_bytes) == (0, b'{"status":"invalid_token"}')
    assert peer.principal == ANONYMOUS
    answer = say(world, peer, b"\x01")
    assert (answer.error_code, answer.error_message) == (
        Code.SASL_AUTHENTICATION_FAILED,
        '{"status":"invalid_token"}',
    )
    assert peer.reason.endswith("it is bad" if has_issuer else "no issuer of tokens is configured")


def test_a_token_for_somebody_else(world: World) -> None:
    Issuer(world)
    peer = newcomer("OAUTHBEARER")
    shake(world, peer, "OAUTHBEARER")
    answer = say(world, peer, bearer(b"good", b"bob"))
    assert answer.error_message == (
        "Authentication failed: Client requested an authorization id (bob) that is different from the token's "
        "principal name (ann)"
    )


@pytest.mark.parametrize("data", [b"\x01", b"", b"n,,\x01\x01"])
def test_what_is_no_token(data: bytes, world: World) -> None:
    Issuer(world)
    peer = newcomer("OAUTHBEARER")
    shake(world, peer, "OAUTHBEARER")
    assert say(world, peer, data).error_message == INVALID.format("OAUTHBEARER")


def test_an_aws_token_is_for_listeners_of_aws_identities(world: World) -> None:
    with_identity(world)
    url = urlsafe_b64encode(
        b"https://h/?Action=kafka-cluster%3AConnect&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
    ).rstrip(b"=")
    peer = newcomer("OAUTHBEARER", "AWS_MSK_IAM")
    shake(world, peer, "OAUTHBEARER")
    assert not say(world, peer, bearer(url)).error_code
    assert (peer.principal.name, peer.caller) == (CALLER.arn, CALLER)
    other = newcomer("OAUTHBEARER")
    shake(world, other, "OAUTHBEARER")
    assert say(world, other, bearer(url)).auth_bytes == b'{"status":"invalid_token"}'

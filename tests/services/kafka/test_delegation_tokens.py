"""Delegation tokens (KIP-48): who gets one, who sees it, who logs in with it, until when."""

from base64 import b64encode
from typing import Any

import pytest

from tests.services.kafka.logging_in import newcomer, plain, scram
from tests.services.kafka.world import Peer, World
from weirmq.iam.caller import root_of
from weirmq.services.kafka import delegation_tokens
from weirmq.services.kafka.access_facts import AclsCreated
from weirmq.services.kafka.acls import Acl, Operation, PatternType, Permission, ResourceType
from weirmq.services.kafka.ask import ANONYMOUS, Principal
from weirmq.services.kafka.authorizer import Rules
from weirmq.services.kafka.login import NotLoggedIn
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_delegation_token_request import (
    CreatableRenewers,
    CreateDelegationTokenRequest,
)
from weirmq.wire.kafka.messages.describe_delegation_token_request import (
    DescribeDelegationTokenOwner,
    DescribeDelegationTokenRequest,
)
from weirmq.wire.kafka.messages.expire_delegation_token_request import ExpireDelegationTokenRequest
from weirmq.wire.kafka.messages.renew_delegation_token_request import RenewDelegationTokenRequest

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ANN, BOB, EVE = Peer("ann"), Peer("bob"), Peer("eve")
BY_TOKEN = ",tokenauth=true"


@pytest.fixture
def world() -> World:
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush"}
    world.cluster()
    return world


def create(
    world: World, *renewers: str, peer: Peer = ANN, owner: str = "", life_ms: int = -1, kind: str = "User"
) -> Any:
    wanted = [CreatableRenewers("User", name) for name in renewers]
    request = CreateDelegationTokenRequest(kind if owner else None, owner or None, wanted, life_ms)
    return world.ask(request, peer=peer)


def renew(world: World, hmac: bytes, period_ms: int = -1, peer: Peer = ANN) -> tuple[int, int]:
    answer = world.ask(RenewDelegationTokenRequest(hmac, period_ms), peer=peer)
    return answer.error_code, answer.expiry_timestamp_ms


def expire(world: World, hmac: bytes, period_ms: int = -1, peer: Peer = ANN) -> tuple[int, int]:
    answer = world.ask(ExpireDelegationTokenRequest(hmac, period_ms), peer=peer)
    return answer.error_code, answer.expiry_timestamp_ms


def seen(world: World, *owners: str, peer: Peer = ANN, is_all: bool = True) -> list[str]:
    """The ids of the tokens that somebody sees."""
    asked = None if is_all and not owners else [DescribeDelegationTokenOwner("User", each) for each in owners]
    answer = world.ask(DescribeDelegationTokenRequest(asked), peer=peer)
    assert not answer.error_code
    return [each.token_id for each in answer.tokens]


def log_in(world: World, token: Any, peer: Peer | None = None, mechanism: str = "SCRAM-SHA-512") -> tuple[Any, Peer]:
    peer = peer or newcomer("SCRAM-SHA-256", "SCRAM-SHA-512")
    word = b64encode(token.hmac).decode()
    return scram(world, peer, token.token_id, word, mechanism, extensions=BY_TOKEN), peer


def allow(world: World, who: str, operation: Operation, kind: ResourceType, name: str) -> None:
    acl = Acl(kind, PatternType.LITERAL, name, f"User:{who}", "*", operation, Permission.ALLOW)
    world.kafka.commit(world.clock.now_ms(), AclsCreated(0, [acl]))


# Made


def test_a_token_of_ones_own(world: World) -> None:
    now_ms = world.clock.now_ms()
    made = create(world, "bob")
    assert (made.error_code, made.principal_type, made.principal_name) == (0, "User", "ann")
    assert (made.token_requester_principal_type, made.token_requester_principal_name) == ("User", "ann")
    times = made.issue_timestamp_ms, made.expiry_timestamp_ms, made.max_timestamp_ms
    assert times == (now_ms, now_ms + DAY_MS, now_ms + 7 * DAY_MS)
    assert len(made.hmac) == 64
    (told,) = world.ask(DescribeDelegationTokenRequest(None), peer=ANN).tokens
    assert (told.token_id, told.hmac, told.principal_name) == (made.token_id, made.hmac, "ann")
    assert [each.principal_name for each in told.renewers] == ["bob"]
    assert (told.issue_timestamp, told.expiry_timestamp, told.max_timestamp) == times


@pytest.mark.parametrize(
    ("life_ms", "expires_ms", "max_ms"),
    [(HOUR_MS, HOUR_MS, HOUR_MS), (2 * DAY_MS, DAY_MS, 2 * DAY_MS), (99 * DAY_MS, DAY_MS, 7 * DAY_MS)],
)
def test_how_long_it_may_live(world: World, life_ms: int, expires_ms: int, max_ms: int) -> None:
    made = create(world, life_ms=life_ms)
    assert made.expiry_timestamp_ms - made.issue_timestamp_ms == expires_ms
    assert made.max_timestamp_ms - made.issue_timestamp_ms == max_ms


def test_for_somebody_else_with_an_acl_alone(world: World) -> None:
    assert create(world, owner="bob").error_code == Code.DELEGATION_TOKEN_AUTHORIZATION_FAILED
    allow(world, "ann", Operation.CREATE_TOKENS, ResourceType.USER, "User:bob")
    made = create(world, owner="bob")
    assert (made.error_code, made.principal_name, made.token_requester_principal_name) == (0, "bob", "ann")
    assert log_in(world, made)[1].principal == Principal("User", "bob")
    assert create(world, owner="eve").error_code == Code.DELEGATION_TOKEN_AUTHORIZATION_FAILED
    assert create(world, owner="ann").error_code == 0
    world.kafka.authorizer.rules = Rules.of("User:ann", requires_acls=False)
    assert create(world, owner="eve").error_code == 0
    assert create(world, owner="eve", kind="Group").error_code == Code.INVALID_PRINCIPAL_TYPE


def test_who_gets_none(world: World) -> None:
    nobody, known_to_aws = Peer(), Peer("arn:aws:iam::000000000000:root")
    known_to_aws.caller = root_of("000000000000")
    _, by_token = log_in(world, create(world))
    for peer in (nobody, known_to_aws, by_token):
        made = create(world, peer=peer)
        assert made.error_code == Code.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED
        assert (made.token_id, made.hmac) == ("", b"")
        assert renew(world, b"", peer=peer) == (Code.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, -1)
        assert expire(world, b"", peer=peer) == (Code.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, -1)
        described = world.ask(DescribeDelegationTokenRequest(None), peer=peer)
        assert described.error_code == Code.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED


def test_who_may_renew_is_a_user(world: World) -> None:
    request = CreateDelegationTokenRequest(None, None, [CreatableRenewers("Group", "g")], -1)
    assert world.ask(request, peer=ANN).error_code == Code.INVALID_PRINCIPAL_TYPE


def test_there_is_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delegation_tokens, "TOKENS_MAX", 1)
    monkeypatch.setattr(delegation_tokens, "RENEWERS_MAX", 1)
    assert create(world, "a", "b").error_code == Code.INVALID_REQUEST
    assert create(world, "a").error_code == 0
    assert create(world).error_code == Code.POLICY_VIOLATION


# Seen


def test_who_sees_it(world: World) -> None:
    token = create(world, "bob").token_id
    assert seen(world, peer=ANN) == seen(world, peer=BOB) == seen(world, "ann") == seen(world, "bob", "eve") == [token]
    assert seen(world, "eve") == seen(world, is_all=False) == seen(world, peer=EVE) == []
    allow(world, "eve", Operation.DESCRIBE, ResourceType.DELEGATION_TOKEN, token)
    assert seen(world, peer=EVE) == [token]
    other = create(world).token_id
    assert seen(world, peer=EVE) == [token]
    allow(world, "eve", Operation.DESCRIBE_TOKENS, ResourceType.USER, "User:ann")
    assert seen(world, peer=EVE) == [token, other]


# Renewed, expired


def test_it_is_renewed_up_to_its_maximum(world: World) -> None:
    made = create(world, "bob", life_ms=2 * DAY_MS)
    assert renew(world, made.hmac, 2 * HOUR_MS) == (0, made.issue_timestamp_ms + 2 * HOUR_MS)
    world.clock.advance(hours=1)
    assert renew(world, made.hmac, peer=BOB) == (0, made.issue_timestamp_ms + 25 * HOUR_MS)
    world.clock.advance(hours=23)
    assert renew(world, made.hmac, 99 * DAY_MS) == (0, made.max_timestamp_ms)
    assert renew(world, made.hmac, peer=EVE) == (Code.DELEGATION_TOKEN_OWNER_MISMATCH, -1)
    assert renew(world, b"another") == (Code.DELEGATION_TOKEN_NOT_FOUND, -1)


def test_it_is_let_expire(world: World) -> None:
    made = create(world)
    now_ms = world.clock.now_ms()
    assert expire(world, made.hmac, peer=EVE) == (Code.DELEGATION_TOKEN_OWNER_MISMATCH, -1)
    assert expire(world, made.hmac, HOUR_MS) == (0, now_ms + HOUR_MS)
    assert expire(world, made.hmac) == (0, now_ms)
    assert expire(world, made.hmac) == (Code.DELEGATION_TOKEN_NOT_FOUND, -1)
    assert seen(world) == []
    assert log_in(world, made)[0].error_code == Code.SASL_AUTHENTICATION_FAILED


def test_an_expired_one_is_known_for_an_hour(world: World) -> None:
    made = create(world)
    world.clock.advance(milliseconds=DAY_MS + 1)
    world.tick()
    assert seen(world) == []
    assert renew(world, made.hmac) == expire(world, made.hmac, 1) == (Code.DELEGATION_TOKEN_EXPIRED, -1)
    assert log_in(world, made)[0].error_code == Code.SASL_AUTHENTICATION_FAILED
    world.clock.advance(milliseconds=HOUR_MS - 2)
    world.tick()
    assert renew(world, made.hmac)[0] == Code.DELEGATION_TOKEN_EXPIRED
    world.clock.advance(milliseconds=1)
    world.tick()
    assert renew(world, made.hmac)[0] == Code.DELEGATION_TOKEN_NOT_FOUND
    assert world.kafka.machine.tokens_due.next_ms() is None
    assert len(world.restarted().cluster().tokens) == 0


# Logins


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_login_is_the_owners_until_the_token_expires(world: World, mechanism: str) -> None:
    made = create(world)
    world.clock.advance(hours=23)
    for _ in range(2):
        answer, peer = log_in(world, made, mechanism=mechanism)
        assert (answer.error_code, answer.session_lifetime_ms) == (0, HOUR_MS)
        assert (peer.principal, peer.caller) == (Principal("User", "ann"), None)
    assert peer.login is not None
    peer.login.require(0, made.expiry_timestamp_ms)
    with pytest.raises(NotLoggedIn):
        peer.login.require(0, made.expiry_timestamp_ms + 1)


def test_a_renewed_one_lets_go_on(world: World) -> None:
    made = create(world)
    _, peer = log_in(world, made)
    world.clock.advance(hours=23)
    renew(world, made.hmac)
    answer, _ = log_in(world, made, peer)
    assert (answer.error_code, answer.session_lifetime_ms) == (0, DAY_MS)


def test_tokens_and_users_are_kept_apart(world: World) -> None:
    made = create(world)
    word = b64encode(made.hmac).decode()
    for user, password, extensions in (
        (made.token_id, word, ""),  # it is no user
        ("ann", "hush", BY_TOKEN),  # nor is a user a token
        (made.token_id, "wrong", BY_TOKEN),
        (made.token_id, made.hmac.hex(), BY_TOKEN),
        ("nobody", word, BY_TOKEN),
    ):
        peer = newcomer("SCRAM-SHA-512")
        answer = scram(world, peer, user, password, extensions=extensions)
        assert (answer.error_code, peer.principal) == (Code.SASL_AUTHENTICATION_FAILED, ANONYMOUS)


def test_who_logs_in_anew_with_a_password_may_have_tokens(world: World) -> None:
    peer = newcomer("PLAIN", "SCRAM-SHA-512")
    plain(world, peer, b"\0ann\0hush")
    assert create(world, peer=peer).error_code == 0


def test_tokens_outlive_a_restart(world: World) -> None:
    made = create(world, "bob")
    world = world.restarted()
    assert log_in(world, made)[0].error_code == 0
    assert renew(world, made.hmac, peer=BOB)[0] == 0
    assert world.kafka.machine.tokens_due.next_ms() is not None

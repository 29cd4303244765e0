"""CreateDelegationToken, RenewDelegationToken, ExpireDelegationToken, DescribeDelegationToken; and logins with tokens.

Who has logged in may have a token made, and give it to others: with its id for a name and its HMAC for a password they
log in by SCRAM as the token's owner, until it expires (KIP-48, KIP-373).

Rules:
1. Owner, requester and renewers may renew a token, up to its maximum, let it expire, and see it. Whoever sees it can
   log in with it.
2. To have one made for somebody else takes an ACL of CREATE_TOKENS on that user; to see others' one of DESCRIBE_TOKENS
   on their owner, or of DESCRIBE on the token. Where no ACL speaks of them it isn't allowed, whatever else is.
3. Who has logged in with a token gets no other one, nor does who said nothing, nor an AWS identity: a token would let
   it in without its policies.
4. An expired token lets nobody in. It is known for another hour, to say so.
"""

import hmac
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from msgspec import structs

from weirmq.kernel.clock import DAY_MS, MINUTE_MS
from weirmq.kernel.ids import uuid4
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import ANONYMOUS, Ask, Principal
from weirmq.services.kafka.scram import ITERATIONS_MIN, hash_of, salt_of, secret
from weirmq.services.kafka.token_facts import DelegationTokenDropped, DelegationTokenSet
from weirmq.services.kafka.tokens import digest
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.listeners import SCRAM_SHA_256, SCRAM_SHA_512
from weirmq.wire.kafka.messages.create_delegation_token_request import CreateDelegationTokenRequest
from weirmq.wire.kafka.messages.create_delegation_token_response import CreateDelegationTokenResponse
from weirmq.wire.kafka.messages.describe_delegation_token_request import DescribeDelegationTokenRequest
from weirmq.wire.kafka.messages.describe_delegation_token_response import (
    DescribedDelegationToken,
    DescribedDelegationTokenRenewer,
    DescribeDelegationTokenResponse,
)
from weirmq.wire.kafka.messages.expire_delegation_token_request import ExpireDelegationTokenRequest
from weirmq.wire.kafka.messages.expire_delegation_token_response import ExpireDelegationTokenResponse
from weirmq.wire.kafka.messages.renew_delegation_token_request import RenewDelegationTokenRequest
from weirmq.wire.kafka.messages.renew_delegation_token_response import RenewDelegationTokenResponse
from weirmq.wire.sasl import scram as wire

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

USER: Final = "User"
LIFE_MS: Final = 7 * DAY_MS  # delegation.token.max.lifetime.ms
RENEWED_MS: Final = DAY_MS  # delegation.token.expiry.time.ms
TOKENS_MAX: Final = 10_000  # of a cluster; our own, as is
RENEWERS_MAX: Final = 100
NO_TIME: Final = -1  # in answers that refuse
_RETRY_MS: Final = MINUTE_MS


def _request_fault(ask: Ask) -> Code:
    """Whether whoever asks may have nothing to do with tokens."""
    connection = ask.connection
    is_by_token = connection.login is not None and connection.login.is_by_token
    if connection.principal == ANONYMOUS or connection.caller is not None or is_by_token:
        return Code.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED
    return Code.NONE


def _is_of(token: DelegationTokenSet, name: str) -> bool:
    return name in {token.owner, token.requester, *token.renewers}


def password(kafka: "Kafka", now_ms: int, token_id: str) -> bytes:
    """The HMAC of a token. Raises NoRoom."""
    return hmac.digest(secret(kafka, now_ms), f"delegation token\0{token_id}".encode(), "sha512")


# Create


def create_delegation_token(
    kafka: "Kafka", ask: Ask, request: CreateDelegationTokenRequest
) -> CreateDelegationTokenResponse:
    """Make a token."""
    requester = ask.connection.principal
    owner = requester
    if request.owner_principal_name:
        owner = Principal(request.owner_principal_type or "", request.owner_principal_name)
    code = _creation_fault(kafka, ask, request, owner)
    names = (owner.type, owner.name, requester.type, requester.name)
    if code:
        return CreateDelegationTokenResponse(code, *names, NO_TIME, NO_TIME, NO_TIME)
    most_ms = min(LIFE_MS, request.max_lifetime_ms) if request.max_lifetime_ms > 0 else LIFE_MS
    token_id = uuid4(kafka.entropy)
    found = password(kafka, ask.now_ms, token_id)
    token = DelegationTokenSet(
        ask.cluster,
        token_id,
        digest(found),
        owner.name,
        requester.name,
        [each.principal_name for each in request.renewers],
        ask.now_ms,
        ask.now_ms + most_ms,
        ask.now_ms + min(most_ms, RENEWED_MS),
    )
    if code := kafka.record(ask.now_ms, token):
        return CreateDelegationTokenResponse(code, *names, NO_TIME, NO_TIME, NO_TIME)
    return CreateDelegationTokenResponse(
        0, *names, token.issued_ms, token.expires_ms, token.max_ms, token.token_id, found
    )


def _creation_fault(kafka: "Kafka", ask: Ask, request: CreateDelegationTokenRequest, owner: Principal) -> Code:
    if code := _request_fault(ask):
        return code
    requester = ask.connection.principal
    is_granted = kafka.authorizer.is_granted(ask, Operation.CREATE_TOKENS, ResourceType.USER, str(owner))
    if owner != requester and not is_granted:
        return Code.DELEGATION_TOKEN_AUTHORIZATION_FAILED
    if owner.type != USER or any(each.principal_type != USER for each in request.renewers):
        return Code.INVALID_PRINCIPAL_TYPE
    if len(request.renewers) > RENEWERS_MAX:
        return Code.INVALID_REQUEST
    return Code.POLICY_VIOLATION if len(kafka.cluster(ask).tokens) >= TOKENS_MAX else Code.NONE


# Renew, expire


def renew_delegation_token(
    kafka: "Kafka", ask: Ask, request: RenewDelegationTokenRequest
) -> RenewDelegationTokenResponse:
    """Let a token be good for longer."""
    token = _find(kafka, ask, request.hmac)
    if isinstance(token, Code):
        return RenewDelegationTokenResponse(token, NO_TIME)
    if token.expires_ms < ask.now_ms:
        return RenewDelegationTokenResponse(Code.DELEGATION_TOKEN_EXPIRED, NO_TIME)
    longest_ms = min(RENEWED_MS, request.renew_period_ms) if request.renew_period_ms > 0 else RENEWED_MS
    code, expires_ms = _moved(kafka, ask, token, longest_ms)
    return RenewDelegationTokenResponse(code, expires_ms)


def expire_delegation_token(
    kafka: "Kafka", ask: Ask, request: ExpireDelegationTokenRequest
) -> ExpireDelegationTokenResponse:
    """Let a token be good for a while from now on; with a negative one, drop it."""
    token = _find(kafka, ask, request.hmac)
    if isinstance(token, Code):
        return ExpireDelegationTokenResponse(token, NO_TIME)
    if request.expiry_time_period_ms < 0:
        code = _drop(kafka, ask.now_ms, ask.cluster, token.token_id)
        return ExpireDelegationTokenResponse(code, NO_TIME if code else ask.now_ms)
    if token.expires_ms < ask.now_ms:
        return ExpireDelegationTokenResponse(Code.DELEGATION_TOKEN_EXPIRED, NO_TIME)
    code, expires_ms = _moved(kafka, ask, token, request.expiry_time_period_ms)
    return ExpireDelegationTokenResponse(code, expires_ms)


def _find(kafka: "Kafka", ask: Ask, asked: bytes) -> DelegationTokenSet | Code:
    """The token with an HMAC, for those who may renew it."""
    if code := _request_fault(ask):
        return code
    token = kafka.cluster(ask).tokens.of_password(asked)
    if token is None:
        return Code.DELEGATION_TOKEN_NOT_FOUND
    return token if _is_of(token, ask.connection.principal.name) else Code.DELEGATION_TOKEN_OWNER_MISMATCH


def _moved(kafka: "Kafka", ask: Ask, token: DelegationTokenSet, from_now_ms: int) -> tuple[Code, int]:
    """Have it expire so long from now on, or at its maximum."""
    moved = structs.replace(token, expires_ms=min(token.max_ms, ask.now_ms + from_now_ms))
    code = kafka.record(ask.now_ms, moved)
    return code, NO_TIME if code else moved.expires_ms


# Describe


def describe_delegation_token(
    kafka: "Kafka", ask: Ask, request: DescribeDelegationTokenRequest
) -> DescribeDelegationTokenResponse:
    """The tokens that have to do with some, or with anybody, of those that whoever asks may see."""
    if code := _request_fault(ask):
        return DescribeDelegationTokenResponse(code)
    owners = None
    if request.owners is not None:
        owners = {each.principal_name for each in request.owners if each.principal_type == USER}
    tokens = [
        _described(kafka, ask, token)
        for token in kafka.cluster(ask).tokens
        if token.expires_ms >= ask.now_ms
        and (owners is None or any(_is_of(token, name) for name in owners))
        and _is_visible(kafka, ask, token)
    ]
    return DescribeDelegationTokenResponse(0, tokens)


def _is_visible(kafka: "Kafka", ask: Ask, token: DelegationTokenSet) -> bool:
    if _is_of(token, ask.connection.principal.name):
        return True
    granted = kafka.authorizer.is_granted
    return granted(ask, Operation.DESCRIBE, ResourceType.DELEGATION_TOKEN, token.token_id) or granted(
        ask, Operation.DESCRIBE_TOKENS, ResourceType.USER, f"{USER}:{token.owner}"
    )


def _described(kafka: "Kafka", ask: Ask, token: DelegationTokenSet) -> DescribedDelegationToken:
    return DescribedDelegationToken(
        USER,
        token.owner,
        USER,
        token.requester,
        token.issued_ms,
        token.expires_ms,
        token.max_ms,
        token.token_id,
        password(kafka, ask.now_ms, token.token_id),
        [DescribedDelegationTokenRenewer(USER, name) for name in token.renewers],
    )


# Logins, and time


def token_of(kafka: "Kafka", now_ms: int, cluster: int, token_id: str) -> DelegationTokenSet | None:
    """The token that somebody logs in with, if it is good."""
    found = kafka.machine.clusters.get(cluster)
    token = found.tokens.get(token_id) if found is not None else None
    return token if token is not None and now_ms <= token.expires_ms else None


def verifier(kafka: "Kafka", now_ms: int, token: DelegationTokenSet, mechanism: str) -> wire.Verifier:
    """What the proof of somebody is held against who logs in with a token. Raises NoRoom."""
    key = _key(token.token_id, mechanism)
    made = kafka.scram_verifiers.get(key)
    if made is None:
        algorithm, salt = hash_of(mechanism), salt_of(kafka, now_ms, token.token_id, mechanism)
        word = b64encode(password(kafka, now_ms, token.token_id))
        salted = wire.salted(algorithm, word, salt, ITERATIONS_MIN)
        made = kafka.scram_verifiers[key] = wire.verifier(algorithm, salted, salt, ITERATIONS_MIN)
    return made


def _key(token_id: str, mechanism: str) -> tuple[str, str]:
    return f"token\0{token_id}", mechanism


def _drop(kafka: "Kafka", now_ms: int, cluster: int, token_id: str) -> Code:
    for mechanism in (SCRAM_SHA_256, SCRAM_SHA_512):
        kafka.scram_verifiers.pop(_key(token_id, mechanism), None)
    return kafka.record(now_ms, DelegationTokenDropped(cluster, token_id))


def expire(kafka: "Kafka", now_ms: int) -> None:
    """Drop tokens that have been expired for long enough. Raises LogFailed."""
    due = kafka.machine.tokens_due
    while (key := due.pop_due(now_ms)) is not None:
        cluster, _, token_id = key.partition("\0")
        if _drop(kafka, now_ms, int(cluster), token_id):
            due.put(key, now_ms + _RETRY_MS)
            return

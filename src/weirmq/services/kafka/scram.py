"""Who may log in by SCRAM: users of the server, and those whom AlterUserScramCredentials gives a cluster.

Of a cluster's users the journal holds verifiers. Those of the server's users are made of their passwords when they
first log in. Somebody whom nobody knows is shown a salt as well, the same at each try, and fails as a wrong password
does: nobody finds out whom there is.
"""

import hmac
from collections import Counter
from typing import TYPE_CHECKING, Final

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.scram_facts import ScramCredentialDropped, ScramCredentialSet, ScramSecretMade
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.listeners import SCRAM_SHA_256, SCRAM_SHA_512
from weirmq.wire.kafka.messages.alter_user_scram_credentials_request import (
    AlterUserScramCredentialsRequest,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)
from weirmq.wire.kafka.messages.alter_user_scram_credentials_response import (
    AlterUserScramCredentialsResponse,
    AlterUserScramCredentialsResult,
)
from weirmq.wire.kafka.messages.describe_user_scram_credentials_request import DescribeUserScramCredentialsRequest
from weirmq.wire.kafka.messages.describe_user_scram_credentials_response import (
    CredentialInfo,
    DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
)
from weirmq.wire.sasl import scram as wire

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

ITERATIONS_MIN: Final = 4_096  # RFC 7677, 4
ITERATIONS_MAX: Final = 16_384  # Kafka's, so that nobody has clients work for minutes
SALT_BYTES: Final = 24
DENIED: Final = "Cluster authorization failed."
_SECRET_BYTES: Final = 32
_HASHES: Final = {SCRAM_SHA_256: "sha256", SCRAM_SHA_512: "sha512"}
_NUMBERS: Final = {SCRAM_SHA_256: 1, SCRAM_SHA_512: 2}  # in the protocol (KIP-554)
_NAMES: Final = {number: name for name, number in _NUMBERS.items()}

_Change = ScramCredentialDeletion | ScramCredentialUpsertion


def hash_of(mechanism: str) -> str:
    """The hash function of a mechanism, as hashlib names it."""
    return _HASHES[mechanism]


def put_credential(
    kafka: "Kafka", now_ms: int, cluster: Cluster, user: str, password: str, mechanism: str = SCRAM_SHA_512
) -> None:
    """Let a user of a cluster log in with a password, and with no other one by that mechanism. Raises NoRoom."""
    salt = kafka.entropy.take(SALT_BYTES)
    salted = wire.salted(_HASHES[mechanism], password.encode(), salt, ITERATIONS_MIN)
    kafka.commit(now_ms, _fact(cluster, user, mechanism, salted, salt, ITERATIONS_MIN))


def drop_credential(kafka: "Kafka", now_ms: int, cluster: Cluster, user: str, mechanism: str = SCRAM_SHA_512) -> None:
    """Let a user of a cluster no longer log in by a mechanism; connections that are open stay. Raises NoRoom."""
    if mechanism in cluster.scram.get(user, {}):
        kafka.commit(now_ms, ScramCredentialDropped(cluster.number, user, mechanism))


def verifier(kafka: "Kafka", now_ms: int, cluster: int, user: str, mechanism: str) -> tuple[wire.Verifier, bool]:
    """What a user's proof is held against, and whether there is such a user. Raises NoRoom."""
    found = kafka.machine.clusters.get(cluster)
    known = found.scram.get(user, {}).get(mechanism) if found is not None else None
    if known is not None:
        return wire.Verifier(known.salt, known.iterations, known.stored_key, known.server_key), True
    password = kafka.verifiers.passwords.get(user)
    if password is None:
        return strangers(kafka, now_ms, user, mechanism), False
    made = kafka.scram_verifiers.get((user, mechanism))
    if made is None:
        algorithm, salt = _HASHES[mechanism], salt_of(kafka, now_ms, user, mechanism)
        salted = wire.salted(algorithm, password.encode(), salt, ITERATIONS_MIN)
        made = kafka.scram_verifiers[user, mechanism] = wire.verifier(algorithm, salted, salt, ITERATIONS_MIN)
    return made, True


def strangers(kafka: "Kafka", now_ms: int, user: str, mechanism: str) -> wire.Verifier:
    """What is shown to somebody whom nobody knows. Raises NoRoom."""
    return wire.Verifier(salt_of(kafka, now_ms, user, mechanism), ITERATIONS_MIN, b"", b"")


def salt_of(kafka: "Kafka", now_ms: int, user: str, mechanism: str) -> bytes:
    """The salt of somebody who has none of their own, the same at each try. Raises NoRoom."""
    return hmac.digest(secret(kafka, now_ms), f"{mechanism}\0{user}".encode(), "sha256")[:SALT_BYTES]


def secret(kafka: "Kafka", now_ms: int) -> bytes:
    """What such salts, and the passwords of delegation tokens, are made of. Raises NoRoom."""
    if not kafka.machine.scram_secret:
        kafka.commit(now_ms, ScramSecretMade(kafka.entropy.take(_SECRET_BYTES)))
    return kafka.machine.scram_secret


def _fact(
    cluster: Cluster, user: str, mechanism: str, salted: bytes, salt: bytes, iterations: int
) -> ScramCredentialSet:
    made = wire.verifier(_HASHES[mechanism], salted, salt, iterations)
    return ScramCredentialSet(
        cluster.number, user, mechanism, made.salt, made.iterations, made.stored_key, made.server_key
    )


def describe_user_scram_credentials(
    kafka: "Kafka", ask: Ask, request: DescribeUserScramCredentialsRequest
) -> DescribeUserScramCredentialsResponse:
    """Who may log in by which mechanism, with how many iterations (KIP-554)."""
    if not kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.CLUSTER):
        return DescribeUserScramCredentialsResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED, DENIED)
    cluster = kafka.cluster(ask)
    names = [each.name for each in request.users or ()] or sorted({*cluster.scram, *kafka.verifiers.passwords})
    counts = Counter(names)
    return DescribeUserScramCredentialsResponse(
        0, 0, None, [_described(kafka, cluster, name, is_twice=counts[name] > 1) for name in counts]
    )


def _described(kafka: "Kafka", cluster: Cluster, name: str, *, is_twice: bool) -> DescribeUserScramCredentialsResult:
    if is_twice:
        reason = f"Cannot describe SCRAM credentials for the same user twice in a single request: {name}"
        return DescribeUserScramCredentialsResult(name, Code.DUPLICATE_RESOURCE, reason)
    infos = [
        CredentialInfo(_NUMBERS[mechanism], known.iterations)
        for mechanism, known in sorted(cluster.scram.get(name, {}).items())
    ]
    if name in kafka.verifiers.passwords:
        infos = [CredentialInfo(number, ITERATIONS_MIN) for number in _NUMBERS.values()]
    if not infos:
        reason = f"Attempt to describe a user credential that does not exist: {name}"
        return DescribeUserScramCredentialsResult(name, Code.RESOURCE_NOT_FOUND, reason)
    return DescribeUserScramCredentialsResult(name, 0, None, infos)


def alter_user_scram_credentials(
    kafka: "Kafka", ask: Ask, request: AlterUserScramCredentialsRequest
) -> AlterUserScramCredentialsResponse:
    """Let users of a cluster log in, or no longer; all that a request says of one user, or nothing (KIP-554)."""
    changes: dict[str, list[_Change]] = {}
    asked: list[_Change] = [*request.deletions, *request.upsertions]
    for each in asked:
        changes.setdefault(each.name, []).append(each)
    if not kafka.authorizer.may(ask, Operation.ALTER, ResourceType.CLUSTER):
        denied = [AlterUserScramCredentialsResult(name, Code.CLUSTER_AUTHORIZATION_FAILED, DENIED) for name in changes]
        return AlterUserScramCredentialsResponse(0, denied)
    cluster = kafka.cluster(ask)
    return AlterUserScramCredentialsResponse(
        0, [_altered(kafka, ask, cluster, name, found) for name, found in changes.items()]
    )


def _altered(
    kafka: "Kafka", ask: Ask, cluster: Cluster, name: str, changes: list[_Change]
) -> AlterUserScramCredentialsResult:
    if len({each.mechanism for each in changes}) < len(changes):
        reason = "A user credential cannot be altered twice in the same request"
        return AlterUserScramCredentialsResult(name, Code.DUPLICATE_RESOURCE, reason)
    for each in changes:
        code, reason = _fault(kafka, cluster, each)
        if code:
            return AlterUserScramCredentialsResult(name, code, reason)
    code = kafka.record(ask.now_ms, *(_fact_of(cluster, each) for each in changes))
    return AlterUserScramCredentialsResult(name, code, None)


def _fault(kafka: "Kafka", cluster: Cluster, change: _Change) -> tuple[Code, str]:
    mechanism = _NAMES.get(change.mechanism)
    if not change.name:
        return Code.UNACCEPTABLE_CREDENTIAL, "Username must not be empty"
    if mechanism is None:
        return Code.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"
    if change.name in kafka.verifiers.passwords:
        return Code.UNACCEPTABLE_CREDENTIAL, "The user stands in the server's configuration file, which alone says so"
    if isinstance(change, ScramCredentialDeletion):
        if mechanism in cluster.scram.get(change.name, {}):
            return Code.NONE, ""
        return Code.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist"
    if change.iterations < ITERATIONS_MIN:
        return Code.UNACCEPTABLE_CREDENTIAL, "Too few iterations"
    if change.iterations > ITERATIONS_MAX:
        return Code.UNACCEPTABLE_CREDENTIAL, "Too many iterations"
    if not change.salt or not change.salted_password:
        return Code.UNACCEPTABLE_CREDENTIAL, "Salt and salted password must not be empty"
    return Code.NONE, ""


def _fact_of(cluster: Cluster, change: _Change) -> ScramCredentialSet | ScramCredentialDropped:
    mechanism = _NAMES[change.mechanism]
    if isinstance(change, ScramCredentialDeletion):
        return ScramCredentialDropped(cluster.number, change.name, mechanism)
    return _fact(cluster, change.name, mechanism, change.salted_password, change.salt, change.iterations)

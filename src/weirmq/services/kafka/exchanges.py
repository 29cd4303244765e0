"""The mechanisms of SASL, each as an exchange: the client's messages in, what comes of them out.

PLAIN, OAUTHBEARER and AWS_MSK_IAM take one message, SCRAM two. An outcome may come later: a token's key may have to be
fetched first.
"""

import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from weirmq.kernel.errors import ServiceError
from weirmq.kernel.ids import uuid4
from weirmq.services.kafka import delegation_tokens, scram
from weirmq.services.kafka.verifiers import Challenge, Done, Outcome, Proof, Refusal
from weirmq.wire.http import Request
from weirmq.wire.kafka import msk_iam
from weirmq.wire.kafka.listeners import AWS_MSK_IAM, OAUTHBEARER, PLAIN, SCRAM_SHA_256, SCRAM_SHA_512
from weirmq.wire.sasl import oauthbearer, plain
from weirmq.wire.sasl import scram as wire

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

NONCE_BYTES: Final = 24
DELEGATED: Final = "tokenauth=true"  # an extension of SCRAM's first message (KIP-48)
OTHER_AUTHZID: Final = "Authentication failed: Client requested an authorization id that is different from username"


class Exchange(Protocol):
    """What the client is asked and answers. A message that the mechanism doesn't allow raises wire.sasl's Malformed."""

    def step(self, data: bytes, now_ms: int, done: Done) -> None:
        """Take the client's next message, and tell `done` what comes of it."""
        ...


class PlainExchange:
    """Name and password, held against the server's users."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka

    def step(self, data: bytes, _now_ms: int, done: Done) -> None:
        """Take the only message."""
        done(self._outcome(plain.read(data)))

    def _outcome(self, found: plain.Plain) -> Outcome:
        if not found.name:
            return Refusal("Authentication failed: username not specified")
        if not found.password:
            return Refusal("Authentication failed: password not specified")
        password = self._kafka.verifiers.passwords.get(found.name)
        is_right = hmac.compare_digest((password or "").encode(), found.password.encode())
        if password is None or not is_right:
            return Refusal("Authentication failed: Invalid username or password")
        if found.authzid not in {"", found.name}:
            return Refusal(OTHER_AUTHZID)
        return Proof(found.name)


class ScramExchange:
    """SCRAM: a nonce of ours, and a proof that both hold (wire/sasl/scram.py)."""

    def __init__(self, kafka: "Kafka", cluster: int, mechanism: str) -> None:
        self._kafka = kafka
        self._cluster = cluster
        self._mechanism = mechanism
        self._first: wire.ClientFirst | None = None
        self._nonce = self._challenge = ""

    def step(self, data: bytes, now_ms: int, done: Done) -> None:
        """Take the first message, and then the last."""
        first = self._first
        done(self._begun(wire.client_first(data), now_ms) if first is None else self._ended(first, data, now_ms))

    def _begun(self, first: wire.ClientFirst, now_ms: int) -> Outcome:
        if first.authzid not in {"", first.name}:
            return Refusal(OTHER_AUTHZID)
        self._first = first
        self._nonce = first.nonce + self._kafka.entropy.take(NONCE_BYTES).hex()
        known, _ = self._verifier(first, now_ms)
        self._challenge = wire.server_first(self._nonce, known.salt, known.iterations)
        return Challenge(self._challenge.encode())

    def _ended(self, first: wire.ClientFirst, data: bytes, now_ms: int) -> Outcome:
        final = wire.client_final(data)
        if final.nonce != self._nonce or final.header != first.header.encode():
            return Refusal("", "another nonce or header than before")
        known, proof = self._verifier(first, now_ms)
        messages = f"{first.bare},{self._challenge},{final.without_proof}"
        signature = wire.signature(scram.hash_of(self._mechanism), known, messages, final.proof)
        if signature is None or proof is None:
            return Refusal("", f"{first.name!r} isn't known, or has another password")
        return proof._replace(data=wire.server_final(signature))

    def _verifier(self, first: wire.ClientFirst, now_ms: int) -> tuple[wire.Verifier, Proof | None]:
        """What the proof is held against, and whom it lets in, if anybody. The name may be that of a token."""
        name, mechanism = first.name, self._mechanism
        if DELEGATED not in first.extensions.split(","):
            known, is_known = scram.verifier(self._kafka, now_ms, self._cluster, name, mechanism)
            return known, Proof(name) if is_known else None
        token = delegation_tokens.token_of(self._kafka, now_ms, self._cluster, name)
        if token is None:
            return scram.strangers(self._kafka, now_ms, name, mechanism), None
        proof = Proof(token.owner, expires_ms=token.expires_ms, is_by_token=True)
        return delegation_tokens.verifier(self._kafka, now_ms, token, mechanism), proof


class IamExchange:
    """A presigned request, as JSON."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka

    def step(self, data: bytes, now_ms: int, done: Done) -> None:
        """Take the only message."""
        request_id = uuid4(self._kafka.entropy)
        found = identified(self._kafka, msk_iam.from_payload(data), now_ms)
        if isinstance(found, Proof):
            done(found._replace(data=msk_iam.answer(request_id)))
        else:
            done(Refusal(f"[{request_id}]: Access denied", found.reason))


class BearerExchange:
    """A token: a JSON Web Token, or with `takes_iam` a presigned request."""

    def __init__(self, kafka: "Kafka", *, takes_iam: bool) -> None:
        self._kafka = kafka
        self._takes_iam = takes_iam
        self._refusal: Refusal | None = None

    def step(self, data: bytes, now_ms: int, done: Done) -> None:
        """Take the token; or the client's word that it has seen that the token isn't good."""
        if self._refusal is not None and data == oauthbearer.CONTROL_A:
            done(self._refusal)
            return
        found = oauthbearer.read(data)
        request = msk_iam.from_token(found.token) if self._takes_iam else None
        check = self._kafka.verifiers.check_token
        told = partial(self._told, found.authzid, done)
        if request is not None:
            told(identified(self._kafka, request, now_ms))
        elif check is None:
            told(Refusal("", "no issuer of tokens is configured"))
        else:
            check(found.token, now_ms, told)

    def _told(self, authzid: str, done: Done, outcome: Outcome) -> None:
        if isinstance(outcome, Refusal):
            said = oauthbearer.refusal()
            self._refusal = Refusal(said.decode(), outcome.reason)
            done(Challenge(said))
        elif isinstance(outcome, Proof) and authzid not in {"", outcome.name}:
            done(
                Refusal(
                    f"Authentication failed: Client requested an authorization id ({authzid}) that is different from "
                    f"the token's principal name ({outcome.name})"
                )
            )
        else:
            done(outcome)


def identified(kafka: "Kafka", request: Request, now_ms: int) -> Proof | Refusal:
    """Who signed a request for `kafka-cluster:Connect`."""
    identify = kafka.verifiers.identify
    if identify is None:
        return Refusal("", "there are no AWS identities here")
    try:
        found = identify(request, now_ms)
    except ServiceError as error:
        return Refusal("", f"{error.code}: {error.message}")
    if found.service != msk_iam.SERVICE:
        return Refusal("", f"it is signed for the service {found.service!r}, not for {msk_iam.SERVICE}")
    return Proof(found.caller.arn, expires_ms=found.expires_ms, caller=found.caller)


EXCHANGES: Final[Mapping[str, Callable[["Kafka", int, tuple[str, ...]], Exchange]]] = {
    PLAIN: lambda kafka, _cluster, _enabled: PlainExchange(kafka),
    SCRAM_SHA_256: lambda kafka, cluster, _enabled: ScramExchange(kafka, cluster, SCRAM_SHA_256),
    SCRAM_SHA_512: lambda kafka, cluster, _enabled: ScramExchange(kafka, cluster, SCRAM_SHA_512),
    OAUTHBEARER: lambda kafka, _cluster, enabled: BearerExchange(kafka, takes_iam=AWS_MSK_IAM in enabled),
    AWS_MSK_IAM: lambda kafka, _cluster, _enabled: IamExchange(kafka),
}
"""By mechanism: what begins an exchange on a cluster, on a listener with these mechanisms."""

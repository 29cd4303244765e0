"""JSON Web Tokens of a configured issuer (RFC 7519): whether one is good, and whom it is for.

The issuer's keys are read when the first token comes, and again when one names a key that isn't among them, once a
minute at most; and every hour, for an issuer may have given one up. Tokens that come meanwhile wait.
"""

import asyncio
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from weirmq.engine.errands import HttpErrand
from weirmq.kernel.clock import MINUTE_MS
from weirmq.server.kafka.tables import KafkaOauth
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.http import HttpSender
from weirmq.server.outbound.trust import Trust
from weirmq.services.kafka.verifiers import Done, Proof, Refusal

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

AGAIN_MS: Final = MINUTE_MS
STALE_MS: Final = 60 * MINUTE_MS
FETCH_MS: Final = 10_000
KEYS_BYTES: Final = 1024 * 1024
# Signatures by private keys alone: whoever can read the key set must not be able to make tokens.
ALGORITHMS: Final = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA",
]  # fmt: skip
NOBODY: Final = -AGAIN_MS


class Tokens:
    """Checks them."""

    def __init__(self, oauth: KafkaOauth, ca_file: str) -> None:
        """`ca_file` has further authorities, for the issuer's HTTPS."""
        self._oauth = oauth
        self._ca_file = ca_file
        self._keys: KeySet | None = None
        self._read_ms = NOBODY
        self._reading: asyncio.Task[None] | None = None
        self._failure = "the issuer's keys could not be read"

    def check(self, token: str, now_ms: int, done: Done) -> None:
        """Tell `done` whom a token is for, or why it isn't good; now, or once the issuer's keys are there."""
        if self._reading is None:
            if self._is_known(token, now_ms) or now_ms < self._read_ms + AGAIN_MS:
                done(self._checked(token, now_ms))
                return
            self._read_ms = now_ms
            self._reading = asyncio.get_running_loop().create_task(self._read())
        self._reading.add_done_callback(lambda _task: done(self._checked(token, now_ms)))

    def _is_known(self, token: str, now_ms: int) -> bool:
        """Whether the keys at hand will do."""
        if self._oauth.allows_unsecured:
            return True
        if self._keys is None or now_ms >= self._read_ms + STALE_MS:
            return False
        wanted = _header(token).get("kid")
        return wanted is None or any(key.kid == wanted for key in self._keys)

    async def _read(self) -> None:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            self._keys = KeySet.import_key_set(msgspec.json.decode(await self._key_set()))
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            self._failure = f"the issuer's keys could not be read: {error}"
        finally:
            self._reading = None

    async def _key_set(self) -> bytes:
        if self._oauth.jwks_file:
            return Path(self._oauth.jwks_file).read_bytes()  # noqa: ASYNC240 - a small file, once an hour
        sender = HttpSender(Guard(allows_private=True), Trust(self._ca_file))
        try:
            errand = HttpErrand(
                url=self._oauth.jwks_url, method="GET", timeout_ms=FETCH_MS, answer_bytes=KEYS_BYTES, is_trusted=True
            )
            found = await sender.send(errand)
        finally:
            await sender.close()
        if found.status != 200 or not found.is_whole:
            raise OSError(f"{self._oauth.jwks_url}: {found.error or f'answered with status {found.status}'}")
        return found.body

    def _checked(self, token: str, now_ms: int) -> Proof | Refusal:
        from joserfc.errors import JoseError

        try:
            claims = self._claims(token)
            self._hold(claims, now_ms)
            name = claims.get(self._oauth.principal_claim)
            if not isinstance(name, str) or not name:
                return Refusal("", f"the token has no claim {self._oauth.principal_claim}")
            return Proof(name, expires_ms=int(claims["exp"] * 1000))
        except (JoseError, ValueError) as error:
            return Refusal("", f"the token isn't good: {error}")

    def _claims(self, token: str) -> Mapping[str, Any]:
        from joserfc import jwt
        from joserfc.errors import SecurityWarning

        if self._oauth.allows_unsecured:
            return _unsecured(token)
        if self._keys is None:
            raise ValueError(self._failure)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA has another name now, which not all issuers use
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims

    def _hold(self, claims: Mapping[str, Any], now_ms: int) -> None:
        """Hold the claims against the configuration and the time. Raises JoseError, ValueError."""
        from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

        oauth = self._oauth
        options: dict[str, ClaimsOption] = {"exp": {"essential": True}}
        if oauth.issuer:
            options["iss"] = {"essential": True, "value": oauth.issuer}
        if oauth.audiences:
            options["aud"] = {"essential": True, "values": list(oauth.audiences)}
        if any(type(claims.get(name, 0)) not in (int, float) for name in ("exp", "nbf", "iat")):
            raise ValueError("exp, nbf and iat must be numbers")
        JWTClaimsRegistry(now=now_ms // 1000, leeway=oauth.clock_skew_s, **options).validate(dict(claims))


def _header(token: str) -> Mapping[str, Any]:
    """What a token says of itself; nothing where it can't be read, which its check will find out too."""
    try:
        return _json(token.partition(".")[0])
    except ValueError:
        return {}


def _unsecured(token: str) -> Mapping[str, Any]:
    """The claims of a token without a signature (RFC 7515, A.5). Raises ValueError."""
    parts = token.split(".")
    if len(parts) != 3 or parts[2] or _json(parts[0]).get("alg") != "none":
        raise ValueError("it must be an unsecured one, with the algorithm none and no signature")
    return _json(parts[1])


def _json(part: str) -> dict[str, Any]:
    from base64 import urlsafe_b64decode

    return msgspec.json.decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=dict[str, Any])

"""Firebase Cloud Messaging: a PushErrand as a request to its HTTP v1 API, and the access token that it takes.

Source: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send and
https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from weirmq.engine.errands import HttpErrand, Outcome, PushErrand
from weirmq.server.outbound import jwt

PLATFORMS: Final = frozenset({"GCM", "FCM"})
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
ASSERTION_S: Final = 3600  # "a maximum of 1 hour after the issued time"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Account(msgspec.Struct, frozen=True):
    """What counts of a service account's key file."""

    client_email: str
    private_key: str
    project_id: str
    private_key_id: str = ""
    token_uri: str = TOKEN_URL


class Granted(msgspec.Struct, frozen=True):
    """What the token endpoint answers (RFC 6749, 5.1)."""

    access_token: str
    expires_in: int = ASSERTION_S


def account(errand: PushErrand) -> Account:
    """The service account of an application. Raises ValueError."""
    if not errand.credential.lstrip().startswith("{"):
        raise ValueError("FCM no longer takes API keys: the application needs the key of a service account")
    try:
        return msgspec.json.decode(errand.credential, type=Account)
    except (msgspec.DecodeError, UnicodeError):
        raise ValueError("the application's credential is no service account's key") from None


def token_request(told: Account, configured_url: str, now_ms: int) -> HttpErrand:
    """Ask for an access token. Raises ValueError.

    The address comes with the key, so from whoever made the application: it is trusted only where the operator says it.
    """
    now_s = now_ms // 1000
    claims = {
        "iss": told.client_email,
        "scope": SCOPE,
        "aud": told.token_uri,
        "iat": now_s,
        "exp": now_s + ASSERTION_S,
    }
    header = {"typ": "JWT"} | ({"kid": told.private_key_id} if told.private_key_id else {})
    assertion = jwt.sign(header, claims, told.private_key)
    return HttpErrand(
        url=configured_url or told.token_uri,
        headers=[("Content-Type", "application/x-www-form-urlencoded")],
        body=urlencode({"grant_type": _GRANT, "assertion": assertion}).encode(),
        is_trusted=bool(configured_url),
    )


def granted(outcome: Outcome) -> Granted | Outcome:
    """The token in an answer, or why there is none."""
    if outcome.status == 200 and not outcome.error:
        try:
            return msgspec.json.decode(outcome.body, type=Granted)
        except (msgspec.DecodeError, UnicodeError):
            return Outcome(error="the token endpoint's answer holds no token")
    said = outcome.body[:200].decode("utf-8", "backslashreplace")
    reason = outcome.error or f"status {outcome.status}: {said}"
    # RFC 6749, 5.2: 400 and 401 are about the key.
    is_permanent = outcome.is_permanent or outcome.status in {400, 401}
    return Outcome(error=f"no access token: {reason}", is_permanent=is_permanent, elapsed_ms=outcome.elapsed_ms)


def request(errand: PushErrand, base_url: str, token: str, project_id: str) -> HttpErrand:
    """The request to the service at `base_url`. The payload is `{"message": {...}}`. Raises ValueError."""
    try:
        told: Any = msgspec.json.decode(errand.payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"the notification is no JSON: {error}") from None
    match told:
        case {"message": dict() as message}:
            message["token"] = errand.token
        case _:
            raise ValueError('the notification is no object with a "message"')
    return HttpErrand(
        url=f"{base_url}/v1/projects/{quote(project_id, safe='')}/messages:send",
        headers=[("Content-Type", "application/json"), ("Authorization", f"Bearer {token}")],
        body=msgspec.json.encode(told),
        h2=base_url.startswith("https:"),
        is_trusted=True,
    )

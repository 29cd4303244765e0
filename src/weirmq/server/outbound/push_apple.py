"""Apple Push Notification service: a PushErrand as a request over HTTP/2.

Source: https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns and
establishing-a-token-based-connection-to-apns; the AWS.SNS.MOBILE attributes:
https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
"""

import ssl
import tempfile
from typing import Any, Final
from urllib.parse import quote

import msgspec

from weirmq.engine.errands import HttpErrand, Outcome, PushErrand
from weirmq.server.outbound import jwt
from weirmq.server.outbound.trust import Trust

PLATFORMS: Final = frozenset({"APNS", "APNS_VOIP", "APNS_MDM", "APNS_PASSBOOK", "MACOS"})
SANDBOX: Final = "_SANDBOX"
# "Refresh your token no more than once every 20 minutes and no less than once every 60 minutes."
TOKEN_S: Final = 50 * 60
TOPIC_SUFFIX: Final = {"APNS_VOIP": ".voip"}
_PEM_CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----"
_STALE: Final = (b"ExpiredProviderToken", b"InvalidProviderToken")
_HIGH, _LOW = "10", "5"
_SEEN: Final = {"alert", "sound", "badge"}  # what makes a notification one that the user notices


def is_certified(errand: PushErrand) -> bool:
    """Whether the application has a certificate; else it has a signing key."""
    return _PEM_CERTIFICATE in errand.principal


def provider_token(errand: PushErrand, now_ms: int) -> str:
    """The token that a signing key stands for. Raises ValueError."""
    team = errand.attributes.get("ApplePlatformTeamID", "")
    return jwt.sign({"kid": errand.principal}, {"iss": team, "iat": now_ms // 1000}, errand.credential)


def request(errand: PushErrand, base_url: str, token: str, now_ms: int) -> HttpErrand:
    """The request to the service at `base_url`; `token` is empty with a certificate. Raises ValueError."""
    platform = errand.platform.removesuffix(SANDBOX)
    kind = _attribute(errand, "PUSH_TYPE") or _push_type(platform, errand.payload)
    headers = [
        ("apns-push-type", kind),
        ("apns-priority", _attribute(errand, "PRIORITY") or (_LOW if kind == "background" else _HIGH)),
    ]
    topic = _attribute(errand, "TOPIC") or _topic(errand, platform)
    if topic:
        headers.append(("apns-topic", topic))
    ttl_s = _attribute(errand, "TTL")
    if ttl_s:
        headers.append(("apns-expiration", _expiration(ttl_s, now_ms)))
    collapse_id = _attribute(errand, "COLLAPSE_ID")
    if collapse_id:
        headers.append(("apns-collapse-id", collapse_id))
    if token:
        headers.append(("authorization", f"bearer {token}"))
    return HttpErrand(
        url=f"{base_url}/3/device/{quote(errand.token, safe='')}",
        headers=headers,
        body=errand.payload,
        h2=base_url.startswith("https:"),
        is_trusted=True,
    )


def _attribute(errand: PushErrand, name: str) -> str:
    """A message attribute: that of the platform, or of the platform without its sandbox."""
    own = errand.attributes.get(f"AWS.SNS.MOBILE.{errand.platform}.{name}", "")
    return own or errand.attributes.get(f"AWS.SNS.MOBILE.{errand.platform.removesuffix(SANDBOX)}.{name}", "")


def _push_type(platform: str, payload: bytes) -> str:
    """The type that the payload and the platform tell. Raises ValueError."""
    if platform in {"APNS_VOIP", "APNS_MDM"}:
        return platform.removeprefix("APNS_").lower()
    try:
        told: Any = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"the notification is no JSON: {error}") from None
    aps = told.get("aps") if isinstance(told, dict) else None
    is_silent = isinstance(aps, dict) and aps.get("content-available") == 1 and not aps.keys() & _SEEN
    return "background" if is_silent else "alert"


def _topic(errand: PushErrand, platform: str) -> str:
    """The app: its bundle id, or what its certificate is made out to."""
    bundle = errand.attributes.get("ApplePlatformBundleID", "")
    if not bundle and is_certified(errand):
        return _subject(errand.principal)
    return bundle + TOPIC_SUFFIX.get(platform, "") if bundle else ""


def _subject(certificate: str) -> str:
    """The user id in a certificate's subject: the topic that it is for."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    names = x509.load_pem_x509_certificate(certificate.encode()).subject.get_attributes_for_oid(NameOID.USER_ID)
    return str(names[0].value) if names else ""


def _expiration(ttl_s: str, now_ms: int) -> str:
    """A time to live as the time when it is over; 0: now or never. Raises ValueError."""
    if not (ttl_s.isascii() and ttl_s.isdigit() and len(ttl_s) <= 10):
        raise ValueError(f"{ttl_s!r} is no time to live in seconds")
    return str(now_ms // 1000 + int(ttl_s)) if int(ttl_s) else "0"


class CertificateTrust(Trust):
    """TLS contexts that show a client certificate."""

    def __init__(self, ca_file: str, certificate: str, key: str) -> None:
        """`certificate` and `key` are PEM texts. Raises TlsError for the file."""
        super().__init__(ca_file)
        self._certificate = certificate
        self._key = key
        self._shown: set[ssl.SSLContext] = set()

    async def context(self, alpn: str) -> ssl.SSLContext:
        """The context for connections that speak `alpn`. Raises TlsError, OSError."""
        context = await super().context(alpn)
        if context not in self._shown:
            # ssl reads certificates from files only; this one is its owner's alone, and gone in a moment.
            with tempfile.NamedTemporaryFile("w", encoding="ascii", suffix=".pem") as file:
                file.write(f"{self._certificate.strip()}\n{self._key.strip()}\n")
                file.flush()
                context.load_cert_chain(file.name)
            self._shown.add(context)
        return context


def is_about_token(outcome: Outcome) -> bool:
    """Whether a refusal is about our provider token, so that a new one may help."""
    return outcome.status == 403 and any(reason in outcome.body for reason in _STALE)

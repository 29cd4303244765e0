"""The platforms of mobile push, and what each takes for credentials.

    platform    PlatformPrincipal       PlatformCredential
    ADM         client id               client secret
    APNS        certificate             its private key           "certificate"
                key id                  signing key               "token", with ApplePlatformTeamID and ...BundleID
    BAIDU       API key                 secret key
    GCM, FCM    -                       service account's key     "token": a JSON document
                -                       API key                   "key"
    MPNS        certificate             its private key
    WNS         package security id     secret key

Source: https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC
from typing import Final

# `cryptography` is imported where it is needed: it takes 40 ms and 8 MB.
from weirmq.services.sns import errors

APPLE: Final = frozenset(
    {
        "APNS",
        "APNS_SANDBOX",
        "APNS_VOIP",
        "APNS_VOIP_SANDBOX",
        "APNS_MDM",
        "APNS_MDM_SANDBOX",
        "APNS_PASSBOOK",
        "APNS_PASSBOOK_SANDBOX",
        "MACOS",
        "MACOS_SANDBOX",
    }
)
GOOGLE: Final = frozenset({"GCM", "FCM"})  # AWS knows Firebase Cloud Messaging by its old name only
ADM: Final = "ADM"
BAIDU: Final = "BAIDU"
MPNS: Final = "MPNS"
WNS: Final = "WNS"
PLATFORMS: Final = APPLE | GOOGLE | {ADM, BAIDU, MPNS, WNS}

PRINCIPAL: Final = "PlatformPrincipal"
CREDENTIAL: Final = "PlatformCredential"
TEAM: Final = "ApplePlatformTeamID"
BUNDLE: Final = "ApplePlatformBundleID"
SECRETS: Final = (PRINCIPAL, CREDENTIAL)  # which no operation answers with

TOKEN: Final = "token"  # noqa: S105 - a kind of credentials
KEY: Final = "key"
CERTIFICATE: Final = "certificate"

_PEM_CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----"
_APPLE_ID: Final = re.compile(r"[A-Za-z0-9]{10}")  # of a team, and of a key
_BUNDLE_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,155}")
_DEVICE_TOKEN: Final = re.compile(r"[0-9A-Fa-f]{1,400}")
_SERVICE_ACCOUNT: Final = ("client_email", "private_key", "project_id")


def check_platform(platform: str) -> None:
    """Raises InvalidParameter for a platform that there isn't."""
    if platform not in PLATFORMS:
        raise errors.bad_parameter("Platform", f"{platform} is not supported")


def check_credentials(platform: str, attributes: Mapping[str, str]) -> None:
    """What an application of this platform must have. Raises InvalidParameter."""
    principal, credential = attributes.get(PRINCIPAL, ""), attributes.get(CREDENTIAL, "")
    if platform in GOOGLE:
        if not credential:
            raise _empty(CREDENTIAL)
        if credential.lstrip().startswith("{"):
            _check_service_account(credential)
        return
    check_pair(platform, attributes)
    if not principal:
        raise _empty(PRINCIPAL)
    if platform == MPNS or (platform in APPLE and _PEM_CERTIFICATE in principal):
        _check_certificate(principal, credential)
    elif platform in APPLE:
        _check_apple_token(principal, credential, attributes)


def check_pair(platform: str, attributes: Mapping[str, str]) -> None:
    """Where a platform has both a principal and a credential, one of them alone says nothing."""
    if platform in GOOGLE:
        return
    if attributes.get(CREDENTIAL) and not attributes.get(PRINCIPAL):
        raise errors.bad_parameter("Attributes", f"{CREDENTIAL} attribute provided without {PRINCIPAL}")
    if attributes.get(PRINCIPAL) and not attributes.get(CREDENTIAL):
        raise errors.bad_parameter("Attributes", f"{PRINCIPAL} attribute provided without {CREDENTIAL}")


def authentication_method(platform: str, attributes: Mapping[str, str]) -> str:
    """What AuthenticationMethod shows: token, certificate or key; "" for platforms with one method only."""
    if platform in GOOGLE:
        return TOKEN if attributes.get(CREDENTIAL, "").lstrip().startswith("{") else KEY
    if platform in APPLE:
        return CERTIFICATE if _PEM_CERTIFICATE in attributes.get(PRINCIPAL, "") else TOKEN
    return ""


def certificate_ends(attributes: Mapping[str, str]) -> str:
    """When an application's certificate ends, as AppleCertificateExpirationDate shows it; "" where it has none."""
    principal = attributes.get(PRINCIPAL, "")
    if _PEM_CERTIFICATE not in principal:
        return ""
    from cryptography import x509

    ends = x509.load_pem_x509_certificate(principal.encode()).not_valid_after_utc
    return ends.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_device_token(platform: str, token: str) -> None:
    """Raises InvalidParameter for what can't be a device's token."""
    if not token:
        raise errors.bad_parameter("Token", "cannot be empty")
    if platform in APPLE and not _DEVICE_TOKEN.fullmatch(token):
        raise errors.bad_parameter("Token", "iOS device tokens must be no more than 400 hexadecimal characters")


def _check_service_account(credential: str) -> None:
    """A service account's key, as the Firebase console gives it out."""
    try:
        account = json.loads(credential)
    except (ValueError, RecursionError):
        raise _bad_credentials() from None
    if not isinstance(account, dict) or not all(isinstance(account.get(name), str) for name in _SERVICE_ACCOUNT):
        raise _bad_credentials()
    _check_key(account["private_key"])


def _check_certificate(principal: str, credential: str) -> None:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        certificate = x509.load_pem_x509_certificate(principal.encode())
        key = load_pem_private_key(credential.encode(), None)
        matches = certificate.public_key() == key.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        matches = False
    if not matches:
        raise _bad_credentials()


def _check_apple_token(principal: str, credential: str, attributes: Mapping[str, str]) -> None:
    if not _APPLE_ID.fullmatch(principal):
        raise _bad_credentials()
    for name, form in ((TEAM, _APPLE_ID), (BUNDLE, _BUNDLE_ID)):
        value = attributes.get(name, "")
        if not value:
            raise _empty(name)
        if not form.fullmatch(value):
            raise errors.bad_parameter("Attributes", f"Invalid value for attribute: {name}: {value}")
    _check_key(credential)


def _check_key(text: str) -> None:
    """A private key: PEM, or the base64 between its first and last line, as some hand it in."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    try:
        if "-----BEGIN" in text:
            load_pem_private_key(text.encode(), None)
        else:
            load_der_private_key(b64decode(text), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _bad_credentials() from None


def _bad_credentials() -> Exception:
    return errors.bad_parameter("Attributes", "Platform credentials are invalid")


def _empty(name: str) -> Exception:
    return errors.bad_parameter("Attributes", f"Invalid value for attribute: {name}: cannot be empty")

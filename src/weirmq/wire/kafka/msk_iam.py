"""How clients of MSK prove an AWS identity: a presigned request for `kafka-cluster:Connect`, never sent as one.

By AWS_MSK_IAM it comes as JSON, by OAUTHBEARER as a URL in base64url. Either becomes the request that was signed, for
the verifier of all signatures.
Sources: https://github.com/aws/aws-msk-iam-auth#details, https://github.com/aws/aws-msk-iam-sasl-signer-python
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

import msgspec

from weirmq.wire.http import Request
from weirmq.wire.sasl.errors import Malformed

VERSION: Final = "2020_10_22"
ACTION: Final = "kafka-cluster:Connect"
SERVICE: Final = "kafka-cluster"  # in the credential's scope
EXPIRES_MAX_S: Final = 900
_HOST: Final = re.compile(r"[A-Za-z0-9.\-:\[\]]{1,255}")
_SIGNED: Final = {
    "x-amz-algorithm": "X-Amz-Algorithm", "x-amz-credential": "X-Amz-Credential", "x-amz-date": "X-Amz-Date",
    "x-amz-security-token": "X-Amz-Security-Token", "x-amz-signedheaders": "X-Amz-SignedHeaders",
    "x-amz-expires": "X-Amz-Expires", "x-amz-signature": "X-Amz-Signature",
}  # fmt: skip


def from_payload(data: bytes) -> Request:
    """The request that the JSON of AWS_MSK_IAM stands for. Raises Malformed."""
    try:
        found = msgspec.json.decode(data, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed("the payload is no JSON object of strings") from None
    given = {name.lower(): value for name, value in found.items()}
    if given.get("version") != VERSION:
        raise Malformed(f"the payload's version isn't {VERSION}")
    query = [("Action", given.get("action", ""))]
    query += [(name, given[key]) for key, name in _SIGNED.items() if key in given]
    return _request(given.get("host", ""), query)


def from_token(token: str) -> Request | None:
    """The request that a bearer token stands for; None for a token of another kind. Raises Malformed."""
    try:
        url = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except (Error, UnicodeDecodeError, ValueError):
        return None
    if not url.startswith("https://"):
        return None
    try:
        parts = urlsplit(url)
        query = [_pair(piece) for piece in parts.query.split("&")]
    except ValueError:
        raise Malformed("the token's URL can't be read") from None
    # The signers add User-Agent when they have signed.
    return _request(parts.netloc, [(name, value) for name, value in query if name != "User-Agent"])


def _pair(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()


def _request(host: str, query: list[tuple[str, str]]) -> Request:
    given = dict(query)
    if len(given) != len(query):
        raise Malformed("a parameter is there twice")
    if not _HOST.fullmatch(host):
        raise Malformed("the host is none")
    if given.get("Action") != ACTION:
        raise Malformed(f"the action isn't {ACTION}")
    if given.get("X-Amz-SignedHeaders") != "host":
        raise Malformed("the signed headers aren't the host alone")
    expires = given.get("X-Amz-Expires", "")
    if not (expires.isdecimal() and expires.isascii() and len(expires) < 6 and int(expires) <= EXPIRES_MAX_S):
        raise Malformed(f"it must expire in {EXPIRES_MAX_S} seconds or less")
    raw = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query).encode()
    return Request(b"GET", b"/?" + raw, b"/", raw, {b"host": host.encode()}, b"")


def answer(request_id: str) -> bytes:
    """What AWS_MSK_IAM says to whom it lets in."""
    return msgspec.json.encode({"version": VERSION, "request-id": request_id})

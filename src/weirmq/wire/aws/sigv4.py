"""Signature Version 4, verified: who signed this request, and is it really what they signed?

Both forms: the Authorization header, and the presigned query. No socket and no clock: the time is an argument.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

What the pages leave open, and what holds here:

- The body is always hashed. `UNSIGNED-PAYLOAD` is S3's alone; elsewhere it makes a signature that doesn't match.
- A header `x-amz-content-sha256` is signed like any other, and can't stand in for the hash of the real body.
- `x-amz-target` must be signed where it is sent: it names the operation, and a body alone often fits several.
- A `+` in a query is a space, because the Query protocol will read it as one.

Errors have the names of the JSON protocols; `errors.py` knows what the Query protocol calls them.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec

from weirmq.kernel.clock import MINUTE_MS, SECOND_MS
from weirmq.kernel.errors import ServiceError
from weirmq.wire.http import Request

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

ALGORITHM = b"AWS4-HMAC-SHA256"
TERMINATOR = b"aws4_request"
MAX_SKEW_MS = 15 * MINUTE_MS
MAX_EXPIRES_S = 7 * 24 * 3600  # a signing key holds for seven days

_SIGNATURE_CHARS = 64  # SHA-256 in hexadecimal
_MAX_KNOWN = 1024  # forms and keys kept: some hundred clients with a few regions each
_MAX_KNOWN_CHARS = 1024  # a form longer than this is no SDK's, and not worth keeping
_MAX_ECHO_CHARS = 256  # how much of a bad value an error message repeats
_HEADER_FIELDS = (b"Credential", b"Signature", b"SignedHeaders")
_QUERY_FIELDS = (b"X-Amz-Algorithm", b"X-Amz-Credential", b"X-Amz-Date", b"X-Amz-SignedHeaders", b"X-Amz-Signature")

_STAMP = re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_NAME = re.compile(rb"[a-z0-9-]{1,64}")
_PLAIN = re.compile(rb"[A-Za-z0-9_.~-]*")
_PLAIN_PATH = re.compile(rb"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?")
_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))


class Signed(msgspec.Struct, frozen=True, gc=False):
    """Who signed, and for which region and service. `token` is the session token that was sent, or empty."""

    access_key: str
    region: str
    service: str
    token: str = ""


class SigningKey:
    """HMAC-SHA-256 under one key, its padded blocks (RFC 2104, 2) hashed once: half the time of `hmac.digest`."""

    __slots__ = ("_inner", "outer")

    def __init__(self, secret: str, date: bytes, region: bytes, service: bytes) -> None:
        key = b"AWS4" + secret.encode()
        for part in (date, region, service, TERMINATOR):
            key = hmac.digest(key, part, "sha256")
        block = key.ljust(64, b"\0")
        self._inner = sha256(block.translate(_INNER_PAD))
        self.outer = sha256(block.translate(_OUTER_PAD))

    def sign(self, text: bytes) -> bytes:
        """The signature over `text`, as lower-case hexadecimal digits."""
        outer = self.outer.copy()
        outer.update(self.begin(text).digest())
        return outer.hexdigest().encode()

    def begin(self, text: bytes) -> "Hash":
        """The inner hash, given the beginning of a text. The outer one is to be given what it comes to."""
        inner = self._inner.copy()
        inner.update(text)
        return inner


class _Form(msgspec.Struct, frozen=True, eq=False):
    """All of a signature that a client's next request will share: who, for what, over which headers.

    `template` is the canonical request up to the body's hash, with places for the method, path, query and each header's
    value. `values_of` takes the values out of a request's headers: KeyError where one isn't there.
    """

    signed: Signed
    date: bytes
    scope: bytes
    names: list[bytes]
    values_of: Callable[[dict[bytes, bytes]], tuple[bytes, ...]]
    signs_target: bool
    template: bytes
    key: SigningKey


class _Begun:
    """A signature of which only the body is missing: requests of one second share all that is hashed before it."""

    __slots__ = ("_canonical", "_outer", "_text", "at_ms")

    def __init__(self, beginning: "_Beginning") -> None:
        """Raises ServiceError for a time that is none, or isn't of the day that the key is for."""
        form, stamp, method, path, query, values = beginning
        self.at_ms = _parse_stamp(stamp)
        if stamp[:8] != form.date:
            _refuse_date(form.date, stamp)
        self._canonical = sha256(form.template % (method, canonical_path(path), query, *values))
        self._text = form.key.begin(b"%b\n%b\n%b\n" % (ALGORITHM, stamp, form.scope))
        self._outer = form.key.outer

    def sign(self, body: bytes) -> bytes:
        """The signature of the request with this body."""
        canonical = self._canonical.copy()
        canonical.update(sha256(body).hexdigest().encode())
        text = self._text.copy()
        text.update(canonical.hexdigest().encode())
        outer = self._outer.copy()
        outer.update(text.digest())
        return outer.hexdigest().encode()


_Beginning = tuple[_Form, bytes, bytes, bytes, bytes, tuple[bytes, ...]]
"""What a _Begun goes by: form, stamp, method, path, query and the values of the signed headers."""


class Verifier:
    """Checks signatures against the secrets of a set of access keys."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets
        self._known: dict[bytes, _Form] = {}
        self._keys: dict[tuple[str, bytes, bytes, bytes], SigningKey] = {}
        self._begun: dict[_Beginning, _Begun] = {}

    def verify(self, request: Request, now_ms: int) -> Signed:
        """Who signed `request`. Raises ServiceError where nobody did, or not this, or not now."""
        headers = request.headers
        authorization = headers.get(b"authorization")
        if authorization is None:
            return self._verify_presigned(request, now_ms)
        form = self._known.get(authorization[:-_SIGNATURE_CHARS])
        signature = authorization[-_SIGNATURE_CHARS:]
        is_new = form is None
        if form is None:
            form, signature = self._read_header(authorization, headers)
        stamp = headers.get(b"x-amz-date") or _stamp_of_date(headers)
        query = canonical_query(request.query) if request.query else b""
        self._check(form, request, query, stamp, MAX_SKEW_MS, signature, now_ms)
        if is_new:
            self._keep(authorization, form)
        token = headers.get(b"x-amz-security-token")
        return form.signed if token is None else _with_token(form.signed, token)

    def _verify_presigned(self, request: Request, now_ms: int) -> Signed:
        fields = _auth_fields(request.query)
        if not fields:
            raise ServiceError(
                "MissingAuthenticationTokenException", "Request is missing Authentication Token", status=403
            )
        missing = [name.decode() for name in _QUERY_FIELDS if not fields.get(name)]
        if missing:
            names = ", ".join(f"'{name}'" for name in missing)
            _refuse_incomplete(
                f"AWS query-string parameters must include {names}. Re-examine the query-string parameters."
            )
        _require_algorithm(fields[b"X-Amz-Algorithm"])
        form = self._form(fields[b"X-Amz-Credential"], fields[b"X-Amz-SignedHeaders"])
        valid_ms = _valid_ms(fields.get(b"X-Amz-Expires"))
        query = canonical_query(request.query, leave_out=b"X-Amz-Signature")
        self._check(form, request, query, fields[b"X-Amz-Date"], valid_ms, fields[b"X-Amz-Signature"], now_ms)
        token = fields.get(b"X-Amz-Security-Token")
        return form.signed if token is None else _with_token(form.signed, token)

    def _check(
        self, form: _Form, request: Request, query: bytes, stamp: bytes, valid_ms: int, signature: bytes, now_ms: int
    ) -> None:
        try:
            values = form.values_of(request.headers)
        except KeyError:  # a header that was signed as empty needn't have been sent
            values = tuple([request.headers.get(name, b"") for name in form.names])
        beginning = (form, stamp, request.method, request.path, query, values)
        known = self._begun.get(beginning)
        begun = known or _Begun(beginning)
        if not -MAX_SKEW_MS <= now_ms - begun.at_ms <= valid_ms:
            _refuse_time(stamp, begun.at_ms, now_ms, valid_ms)
        if not form.signs_target and b"x-amz-target" in request.headers:
            _refuse_signature("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization header.")
        body = request.body if request.sent is None else request.sent
        if not hmac.compare_digest(begun.sign(body), signature):
            # Values are signed with their white space trimmed and folded. Hardly any has such, so that is tried second.
            folded = tuple([b" ".join(value.split()) for value in values])
            begun = _Begun((*beginning[:5], folded))
            if folded == values or not hmac.compare_digest(begun.sign(body), signature):
                _refuse_signature()
        elif known is None and len(request.path) + len(query) + sum(map(len, values)) <= _MAX_KNOWN_CHARS:
            _bound(self._begun)
            self._begun[beginning] = begun

    def _read_header(self, authorization: bytes, headers: dict[bytes, bytes]) -> tuple[_Form, bytes]:
        fields = _header_fields(authorization)
        missing = [name.decode() for name in _HEADER_FIELDS if not fields.get(name)]
        lines = [f"Authorization header requires '{name}' parameter." for name in missing]
        if b"x-amz-date" not in headers and b"date" not in headers:
            lines.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        if lines:
            lines.append(f"(Hashed with SHA-256 and encoded with Base64) Authorization={_digest(authorization)}")
            _refuse_incomplete(" ".join(lines))
        return self._form(fields[b"Credential"], fields[b"SignedHeaders"]), fields[b"Signature"]

    def _form(self, credential: bytes, signed_headers: bytes) -> _Form:
        parts = credential.split(b"/", 5)
        if len(parts) != 5:
            _refuse_incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                f"got '{_echo(credential)}'"
            )
        raw_access_key, date, region, service, terminator = parts
        if terminator != TERMINATOR:
            _refuse_signature(
                f"Credential should be scoped with a valid terminator: 'aws4_request', not '{_echo(terminator)}'."
            )
        if not _NAME.fullmatch(region):
            _refuse_signature("Credential should be scoped to a valid region.")
        if not _NAME.fullmatch(service):
            _refuse_signature("Credential should be scoped to a valid service.")
        access_key = raw_access_key.decode("ascii", "replace")
        key = self._key(access_key, date, region, service)
        names = signed_headers.split(b";")
        # Over HTTP/2 the SDK for JavaScript signs :authority in the place of Host; the two are the same.
        sources = [b"host" if name == b":authority" else name for name in names]
        if b"host" not in sources:
            _refuse_signature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization header.")
        if len(set(names)) != len(names):  # or a long header, named often, would be hashed that often
            _refuse_signature()
        return _Form(
            signed=Signed(access_key, region.decode(), service.decode()),
            date=date,
            scope=b"/".join(parts[1:]),
            names=names,
            values_of=itemgetter(*sources) if len(sources) > 1 else _host_alone,
            signs_target=b"x-amz-target" in names,
            template=_template(names),
            key=key,
        )

    def _key(self, access_key: str, date: bytes, region: bytes, service: bytes) -> SigningKey:
        secret = self._secrets.get(access_key)
        if secret is None:
            refuse_client()
        scope = (access_key, date, region, service)
        key = self._keys.get(scope)
        if key is None:
            key = SigningKey(secret, date, region, service)
            if len(date) == 8:
                _bound(self._keys)
                self._keys[scope] = key
        return key

    def _keep(self, authorization: bytes, form: _Form) -> None:
        """Remember a form under the header that it came in, less the signature. Only for those who proved their key."""
        prefix = form_of(authorization)
        if prefix:
            _bound(self._known)
            self._known[prefix] = form


def claimed(request: Request) -> Signed | None:
    """Who says to have signed `request`, unchecked; None where nobody does, or not legibly."""
    authorization = request.headers.get(b"authorization")
    if authorization is None:
        credential = _auth_fields(request.query).get(b"X-Amz-Credential", b"")
    else:
        credential = authorization.partition(b"Credential=")[2].partition(b",")[0]
    parts = credential.strip().rsplit(b"/", 4)
    if len(parts) != 5 or not _NAME.fullmatch(parts[2]) or not _NAME.fullmatch(parts[3]):
        return None
    return Signed(_echo(parts[0]), parts[2].decode(), parts[3].decode())


def is_unsigned(request: Request) -> bool:
    """Whether nobody even says to have signed `request`."""
    return b"authorization" not in request.headers and b"X-Amz-" not in request.query


def form_of(authorization: bytes) -> bytes:
    """What of an Authorization header stays the same in a client's next request; empty where that can't be told."""
    prefix = authorization[:-_SIGNATURE_CHARS]
    return prefix if prefix.endswith(b"Signature=") and len(prefix) <= _MAX_KNOWN_CHARS else b""


def canonical_path(path: bytes) -> bytes:
    """A path as every service but S3 signs it: dots and double slashes resolved, then percent-encoded once more."""
    if path in (b"/", b""):
        return b"/"
    if _PLAIN_PATH.fullmatch(path):
        return path
    kept: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(segment)
    first = b"/" if path.startswith(b"/") else b""
    last = b"/" if path.endswith(b"/") and kept else b""
    return quote_from_bytes(first + b"/".join(kept) + last, safe="/~").encode()


def canonical_query(query: bytes, leave_out: bytes = b"") -> bytes:
    """A query as it is signed: each name and value percent-encoded in the one way, sorted by name, then by value.

    The first member that is named `leave_out` is left out.
    """
    pairs = []
    for piece in query.split(b"&"):
        name, _, value = piece.partition(b"=")
        if name and name == leave_out:
            leave_out = b""
        elif piece:
            pairs.append((_recode(name), _recode(value)))
    pairs.sort()
    return b"&".join([name + b"=" + value for name, value in pairs])


def refuse_client() -> NoReturn:
    """Refuse an access key that nobody has, or a session token that isn't its own."""
    raise ServiceError(
        "UnrecognizedClientException", "The security token included in the request is invalid.", status=403
    )


def refuse_expired_token() -> NoReturn:
    """Refuse a session token whose time is over."""
    raise ServiceError("ExpiredTokenException", "The security token included in the request is expired", status=403)


def _host_alone(headers: dict[bytes, bytes]) -> tuple[bytes, ...]:
    """What itemgetter would be for one name: it makes no tuple then."""
    return (headers[b"host"],)


def _template(names: list[bytes]) -> bytes:
    escaped = [name.replace(b"%", b"%%") for name in names]
    return b"%b\n%b\n%b\n" + b"".join([name + b":%b\n" for name in escaped]) + b"\n" + b";".join(escaped) + b"\n"


def _recode(text: bytes) -> bytes:
    if _PLAIN.fullmatch(text):
        return text
    return quote_from_bytes(unquote_to_bytes(text.replace(b"+", b" ")), safe="~").encode()


def _header_fields(authorization: bytes) -> dict[bytes, bytes]:
    scheme, _, rest = authorization.partition(b" ")
    _require_algorithm(scheme)
    fields: dict[bytes, bytes] = {}
    for piece in rest.split(b",", 8):
        name, equals, value = piece.strip().partition(b"=")
        if not equals:
            _refuse_incomplete(
                "Invalid key=value pair (missing equal-sign) in Authorization header "
                f"(hashed with SHA-256 and encoded with Base64): '{_digest(authorization)}'."
            )
        fields.setdefault(name, value)
    return fields


def _auth_fields(query: bytes) -> dict[bytes, bytes]:
    """The X-Amz-... members of a query, decoded; the first of each name."""
    fields: dict[bytes, bytes] = {}
    if b"X-Amz-" in query:
        for piece in query.split(b"&"):
            if piece.startswith(b"X-Amz-"):
                name, _, value = piece.partition(b"=")
                fields.setdefault(name, unquote_to_bytes(value))
    return fields


def _require_algorithm(name: bytes) -> None:
    if name != ALGORITHM:
        _refuse_incomplete(f"Unsupported AWS 'algorithm': '{_echo(name)}'.")


def _parse_stamp(stamp: bytes) -> int:
    """`20260131T235959Z` in milliseconds."""
    found = _STAMP.fullmatch(stamp)
    try:
        year, month, day, hour, minute, second = map(int, found.groups() if found else ())
        time = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        _refuse_incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{_echo(stamp)}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    return int(time.timestamp()) * SECOND_MS


def _stamp_of_date(headers: dict[bytes, bytes]) -> bytes:
    """The time in the Date header, which counts where there is no X-Amz-Date: in that form, or in HTTP's."""
    date = headers.get(b"date", b"")
    if _STAMP.fullmatch(date):
        return date
    from email.utils import parsedate_to_datetime  # half a megabyte, for what hardly anybody sends

    try:
        return parsedate_to_datetime(date.decode("ascii")).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ").encode()
    except (ValueError, OverflowError):
        return date  # refused as a bad stamp


def _valid_ms(expires: bytes | None) -> int:
    """How long a presigned request is valid; without X-Amz-Expires, as long as one signed in its header."""
    if expires is None:
        return MAX_SKEW_MS
    if not expires.isdigit() or len(expires) > 10 or not 1 <= int(expires) <= MAX_EXPIRES_S:
        _refuse_incomplete(
            f"X-Amz-Expires must be a number of seconds between 1 and 604800 (one week); got '{_echo(expires)}'"
        )
    return int(expires) * SECOND_MS


def _with_token(signed: Signed, token: bytes) -> Signed:
    return Signed(signed.access_key, signed.region, signed.service, token.decode("ascii", "replace"))


def _bound(cache: dict[Any, Any]) -> None:
    """Make room in a cache. Emptied as a whole: it fills again in a moment, and this costs nothing meanwhile."""
    if len(cache) >= _MAX_KNOWN:
        cache.clear()


def stamp_at(time_ms: int) -> str:
    """A time as `X-Amz-Date` has it: 20260101T000000Z."""
    return datetime.fromtimestamp(time_ms // SECOND_MS, UTC).strftime("%Y%m%dT%H%M%SZ")


def _echo(text: bytes) -> str:
    return text[:_MAX_ECHO_CHARS].decode("ascii", "backslashreplace")


def _digest(text: bytes) -> str:
    return b64encode(sha256(text).digest()).decode()


def _refuse_time(stamp: bytes, stamp_ms: int, now_ms: int, valid_ms: int) -> NoReturn:
    text, now = stamp.decode(), stamp_at(now_ms)
    if stamp_ms > now_ms:
        _refuse_signature(
            f"Signature not yet current: {text} is still later than {stamp_at(now_ms + MAX_SKEW_MS)} ({now} + 15 min.)"
        )
    seconds = valid_ms // SECOND_MS
    length = f"{seconds} sec." if seconds % 60 else f"{seconds // 60} min."
    _refuse_signature(f"Signature expired: {text} is now earlier than {stamp_at(now_ms - valid_ms)} ({now} - {length})")


def _refuse_date(date: bytes, stamp: bytes) -> NoReturn:
    text = stamp.decode()
    _refuse_signature(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        f"'{_echo(date)}' != '{text[:8]}', from '{text}'."
    )


def _refuse_incomplete(message: str) -> NoReturn:
    raise ServiceError("IncompleteSignatureException", message, status=400)


def _refuse_signature(
    message: str = "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
) -> NoReturn:
    raise ServiceError("InvalidSignatureException", message, status=403)

"""Who sends a request: a configured user, proved by a signature, or on an open server whoever they say they are.

An open server lets in any access key that no user has, as the root of an account: the one that a key of 12 digits
names, else 000000000000. Their signatures aren't checked, for nobody knows their secret; requests without one are let
in too. A server is open where it can be reached from its own machine only and has no users, or where it was told so.

But a browser on that machine shows pages of anybody, and lets them send requests to it. What comes from pages of
other machines is refused, unless everybody on the network is let in anyway. A page may also have the name of its own
machine lead here (DNS rebinding), and is then taken for one of ours: so that name is looked at, too.

A user is allowed what their policies allow, and nothing without any, as in AWS. The user named `root` is the root of
the account, and needs none.
"""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import msgspec

from weirmq.iam.caller import Caller, root_of, user_of
from weirmq.kernel.arn import partition_of
from weirmq.kernel.errors import ServiceError
from weirmq.server.users import ROOT, User, policies_of
from weirmq.wire.aws import sigv4
from weirmq.wire.http import Request

DEFAULT_ACCOUNT = "000000000000"

_ACCOUNT = re.compile(r"[0-9]{12}")
_MAX_REMEMBERED = 1024  # access keys, each with the regions and services that it is used for
_OWN_PAGE = re.compile(rb"https?://(?:localhost|[a-z0-9.-]+\.localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?")
# What nobody can have lead to this machine by the public DNS: addresses, names without a dot, those that are kept for
# private use (RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`), AWS's and LocalStack's.
_OWN_HOST = re.compile(
    rb"(?:[^.:]*|[0-9.]+|\[[^]]*\]|(?:[^:]*\.)?(?:localhost|local|test|internal|home\.arpa|localhost\.localstack\.cloud)"
    rb"|[^:]*\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws))\.?(?::[0-9]*)?",
    re.IGNORECASE,
)
_WITHOUT_ORIGIN = {b"GET", b"HEAD"}
_SHOWN_MAX = 256  # of a header
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Authenticated(msgspec.Struct, frozen=True):
    """Whose request it is, and for which region and service it was signed. `service` is empty for an unsigned one."""

    caller: Caller
    region: str
    service: str


ANONYMOUS = Authenticated(Caller("", "anonymous", "anonymous"), "", "")
"""Who follows a link in a mail, say. It names no region."""


class Authenticator:
    """Tells callers by their requests."""

    def __init__(
        self, users: Iterable[User], *, is_open: bool, takes_any_page: bool = False, region: str = "us-east-1"
    ) -> None:
        """`takes_any_page`: where it is open, it is so for web pages of any machine. `region` is that of unsigned
        requests. Raises ConfigError for a user's policy that can't be used.
        """
        self._users = {user.access_key: user for user in users}
        self._policies = {user.access_key: policies_of(user, f"user {user.name}") for user in self._users.values()}
        self._is_open = is_open
        self._fears_pages = is_open and not takes_any_page
        self._verifier = sigv4.Verifier({user.access_key: user.secret for user in self._users.values()})
        self._verified: dict[sigv4.Signed, Authenticated] = {}
        self._admitted: dict[bytes, Authenticated] = {}
        self._unsigned = Authenticated(root_of(DEFAULT_ACCOUNT, partition=partition_of(region)), region, "")

    def authenticate_if_signed(self, request: Request, now_ms: int) -> Authenticated:
        """Whose `request` is; nobody's, where it is unsigned. Raises as `authenticate`."""
        return ANONYMOUS if sigv4.is_unsigned(request) else self.authenticate(request, now_ms)

    def authenticate(self, request: Request, now_ms: int) -> Authenticated:
        """Whose `request` is. Raises ServiceError for one that nobody signed who may."""
        headers = request.headers
        if self._fears_pages and (b"origin" in headers or b"sec-fetch-site" in headers or request.method != b"POST"):
            _check_page(request)
        return self._tell(request, now_ms)

    def _tell(self, request: Request, now_ms: int) -> Authenticated:
        if not self._is_open:
            signed = self._verifier.verify(request, now_ms)
            return self._verified.get(signed) or self._verified_user(signed, now_ms)
        form = sigv4.form_of(request.headers.get(b"authorization", b""))
        return self._admitted.get(form) or self._admit(request, form, now_ms)

    def account_of(self, access_key: str) -> str | None:
        """The account that an access key belongs to; None for a key that isn't let in."""
        user = self._users.get(access_key)
        if user is not None:
            return user.account
        if not self._is_open:
            return None
        return access_key if _ACCOUNT.fullmatch(access_key) else DEFAULT_ACCOUNT

    def identify(self, request: Request, now_ms: int) -> tuple[Authenticated, int | None]:
        """The same of a request that came in another way than HTTP, so not from a page; and when their session ends, if
        it does, in milliseconds.
        """
        found = self._tell(request, now_ms)
        user = self._users.get(found.caller.access_key)
        return found, _end_ms(user) if user is not None else None

    def _verified_user(self, signed: sigv4.Signed, now_ms: int) -> Authenticated:
        user = self._users[signed.access_key]
        is_session = bool(signed.token or user.session_token)
        if is_session:
            _check_session(user, signed.token, now_ms)
        partition = partition_of(signed.region)
        if user.name == ROOT:
            caller = root_of(user.account, user.access_key, partition)
        else:
            policies = self._policies[user.access_key]
            caller = user_of(user.account, user.name, user.access_key, policies, partition)
        found = Authenticated(caller, signed.region, signed.service)
        if not is_session:  # that of a session ends, so it is looked at each time
            if len(self._verified) >= _MAX_REMEMBERED:
                self._verified.clear()
            self._verified[signed] = found
        return found

    def _admit(self, request: Request, form: bytes, now_ms: int) -> Authenticated:
        signed = sigv4.claimed(request)
        if signed is None:
            return self._unsigned
        if signed.access_key in self._users:
            verified = self._verifier.verify(request, now_ms)
            return self._verified.get(verified) or self._verified_user(verified, now_ms)
        account = self.account_of(signed.access_key) or DEFAULT_ACCOUNT
        caller = root_of(account, signed.access_key, partition_of(signed.region))
        found = Authenticated(caller, signed.region, signed.service)
        if form:
            if len(self._admitted) >= _MAX_REMEMBERED:
                self._admitted.clear()
            self._admitted[form] = found
        return found


def _check_page(request: Request) -> None:
    """Refuse what a browser sends for a page of another machine.

    Origin says whose page it is (https://fetch.spec.whatwg.org/#origin-header). It is left out of GET and HEAD where a
    page merely has an image loaded, say; then Sec-Fetch-Site tells (https://w3c.github.io/webappsec-fetch-metadata/).
    And it is left out where the page has the same host as the request: then the host is to be one of ours. With TLS it
    is, for the browser has seen a certificate for it.
    """
    headers = request.headers
    origin = headers.get(b"origin")
    if origin is not None:
        if not _OWN_PAGE.fullmatch(origin):
            _refuse_page_of(_shown(origin))
    elif headers.get(b"sec-fetch-site") == b"cross-site":
        _refuse_page_of("another machine")
    elif request.method in _WITHOUT_ORIGIN and not request.secure:
        host = headers.get(b"host", b"")
        if not _OWN_HOST.fullmatch(host):
            raise ServiceError(
                "AccessDeniedException",
                f"A web page could have the name {_shown(host)} lead here, so a server without users takes no"
                f" {request.method.decode()} under it. Say localhost, an IP address or a name that ends in .internal,"
                " or configure users.",
                status=403,
            )


def _refuse_page_of(whom: str) -> NoReturn:
    raise ServiceError(
        "AccessDeniedException",
        f"The request was sent by a web page of {whom}. A server without users takes none from pages of other"
        " machines.",
        status=403,
    )


def _shown(header: bytes) -> str:
    return header[:_SHOWN_MAX].decode("ascii", "replace")


def _check_session(user: User, token: str, now_ms: int) -> None:
    """Hold a session token against the user's. A key without one is a long-term key, which must come without one."""
    if not hmac.compare_digest(token.encode(), user.session_token.encode()):
        sigv4.refuse_client()
    end_ms = _end_ms(user)
    if end_ms is not None and now_ms >= end_ms:
        sigv4.refuse_expired_token()


def _end_ms(user: User) -> int | None:
    """When the user's session ends."""
    return None if user.session_expires is None else (user.session_expires - _EPOCH) // timedelta(milliseconds=1)

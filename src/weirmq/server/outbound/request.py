"""An errand as an HTTP/1.1 request: where it goes, and the bytes of its head (RFC 9112).

Everything in an errand may come from strangers, so nothing gets into the head that could end a line in it.
"""

import re
from base64 import b64encode
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from weirmq.engine.errands import HttpErrand

HEAD_BYTES: Final = 64 * 1024  # of headers that we send: above what any server takes

_TOKEN: Final = re.compile(r"\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")  # RFC 9110, 5.6.2
_HOST: Final = re.compile(r"\A[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?\Z")
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f]")
_AS_IT_IS: Final = "/?:@!$&'()*+,;=-._~%[]"  # what quoting must leave alone: delimiters, and what is quoted already
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "te", "upgrade"})
_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """What connections are kept for: two errands of one origin may use the same one."""

    secure: bool
    host: str
    port: int
    is_trusted: bool

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Target(NamedTuple):
    """A URL, taken apart. `authority` is the Host header; `basic` the value of Authorization, if the URL names a
    user.
    """

    secure: bool
    host: str
    port: int
    path: str
    authority: str
    basic: str


@lru_cache(4096)
def target(url: str) -> Target:
    """Take `url` apart. Raises ValueError, saying what is wrong with it."""
    if _UNSAFE.search(url):
        raise ValueError("the URL holds a space or a control character")
    parts = urlsplit(url)
    port = _PORTS.get(parts.scheme)
    if port is None:
        raise ValueError("the URL begins neither with http:// nor with https://")
    host = _host(parts.hostname or "")
    given = parts.port  # raises ValueError above 65535
    if given == 0:
        raise ValueError("the URL names port 0")
    authority = f"[{host}]" if ":" in host else host
    if given is not None and given != port:
        port = given
        authority = f"{authority}:{port}"
    path = quote(parts.path or "/", safe=_AS_IT_IS)
    if parts.query:
        path += "?" + quote(parts.query, safe=_AS_IT_IS)
    return Target(parts.scheme == "https", host, port, path, authority, _basic(parts.username, parts.password))


def _host(host: str) -> str:
    """The host as the lookup and the Host header take it: an address, or a name in ASCII."""
    if ":" in host:
        return str(IPv6Address(host.partition("%")[0])) + _no_zone(host)
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("the URL's host is no host name") from None
    if not _HOST.match(name):
        raise ValueError("the URL's host is no host name")
    return name


def _no_zone(host: str) -> str:
    if "%" in host:
        raise ValueError("the URL's address names a zone of this machine")
    return ""


def _basic(user: str | None, password: str | None) -> str:
    if user is None and password is None:
        return ""
    pair = f"{unquote(user or '')}:{unquote(password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


def origin(errand: HttpErrand) -> Origin:
    """The origin of an errand. Raises ValueError."""
    where = target(errand.url)
    return Origin(where.secure, where.host, where.port, errand.is_trusted)


@lru_cache(4096)
def _start(method: str, url: str) -> str:
    """The request line and the Host header: the same for each request to a URL."""
    if not _TOKEN.match(method):
        raise ValueError(f"{method!r} is no HTTP method")
    where = target(url)
    return f"{method} {where.path} HTTP/1.1\r\nHost: {where.authority}\r\n"


@lru_cache(1024)
def is_ours(name: str) -> bool:
    """Whether the header is left to the client. Raises ValueError for what is no header name."""
    if not _TOKEN.match(name):
        raise ValueError(f"{name!r} is no header name")
    return name.lower() in _OURS


def head(errand: HttpErrand) -> bytes:
    """The bytes in front of the body. Raises ValueError for what would break them."""
    lines = [_start(errand.method, errand.url)]
    lines += [f"{name}: {value}\r\n" for name, value in fields(errand)]
    if errand.body or errand.method not in {"GET", "HEAD", "DELETE"}:
        lines.append(f"Content-Length: {len(errand.body)}\r\n")
    lines.append("\r\n")
    text = "".join(lines)
    # Each part ends one line. Counting the ends of all finds a value with one inside, at a fraction of the cost.
    if text.count("\r") != len(lines) + 1 or text.count("\n") != len(lines) + 1 or "\0" in text:
        raise ValueError("a header's value holds a line break")
    if len(text) > HEAD_BYTES:
        raise ValueError(f"the headers are longer than {HEAD_BYTES} characters")
    return text.encode("latin-1")


def fields(errand: HttpErrand) -> list[tuple[str, str]]:
    """The headers that aren't ours to set, with the Authorization that the URL stands for. Raises ValueError."""
    chosen = [field for field in errand.headers if not is_ours(field[0])]
    basic = target(errand.url).basic
    if basic and not any(name.lower() == "authorization" for name, _ in chosen):
        chosen.append(("Authorization", basic))
    return chosen


def pseudo_fields(errand: HttpErrand) -> list[tuple[str, str]]:
    """The whole head as HTTP/2 has it (RFC 9113, 8.3.1). Raises ValueError for what would break it."""
    if not _TOKEN.match(errand.method):
        raise ValueError(f"{errand.method!r} is no HTTP method")
    where = target(errand.url)
    scheme = "https" if where.secure else "http"
    head = [(":method", errand.method), (":scheme", scheme), (":authority", where.authority), (":path", where.path)]
    head += [(name.lower(), value.strip()) for name, value in fields(errand)]
    head.append(("content-length", str(len(errand.body))))
    if any(end in value for _, value in head for end in "\r\n\0"):
        raise ValueError("a header's value holds a line break")
    if sum(len(name) + len(value) for name, value in head) > HEAD_BYTES:
        raise ValueError(f"the headers are longer than {HEAD_BYTES} characters")
    return head

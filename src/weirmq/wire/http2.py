"""What HTTP/2's frames carry (RFC 9113, 8): header fields to a request, a response to header fields. No frames here.

A request that HTTP/2 calls malformed is `Malformed`: its stream is reset, as clause 8.1.1 asks. One that is well-formed
and still not taken is `Refused` with a status, just as over HTTP/1.1.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from weirmq.wire import hpack
from weirmq.wire.chunked import Refused
from weirmq.wire.http import Request, Response
from weirmq.wire.http1 import HEADERS_LIMIT, HOST

# Of names and values and 32 bytes a field, as SETTINGS_MAX_HEADER_LIST_SIZE counts: twice HTTP/1.1's 64 KiB, because a
# presigned GET has as much in its path.
HEADER_LIST_LIMIT_BYTES = 128 * 1024
FRAME_LIMIT_BYTES = 16 * 1024  # SETTINGS_MAX_FRAME_SIZE: the initial value, and the smallest that may be asked for
STREAMS_LIMIT = 128  # requests in progress on one connection; SDKs' own limits are 50 (Kinesis, Java) to 100
WINDOW_BYTES = 1024 * 1024  # of bodies that may come unasked, on a stream and on the whole connection

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED = range(6)
FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM = range(6, 12)

Field = tuple[bytes, bytes]

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")  # a token (RFC 9110, 5.6.2) without capitals (RFC 9113, 8.2.1)
_METHOD = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NO_VALUE = re.compile(rb"[\0-\x08\x0a-\x1f\x7f]")  # RFC 9110, 5.5: control characters other than a tab
_has_no_value = _NO_VALUE.search
_NO_FIELD = (
    "a header field's name is no lower-case token, or its value has blanks around it or control characters inside"
)
_NO_TARGET = re.compile(rb"[\0-\x20\x7f]")
_LENGTH = re.compile(rb"[0-9]{1,19}")
_BLANKS = b" \t"
_PSEUDO = (b":method", b":scheme", b":authority", b":path")
# RFC 9113, 8.2.2: what speaks of the connection
_OF_THE_CONNECTION = (b"connection", b"proxy-connection", b"keep-alive", b"transfer-encoding", b"upgrade")
_WITHOUT_BODY = frozenset({*range(100, 200), 204, 304})  # nor a length (RFC 9110, 8.6)


class Malformed(Exception):  # noqa: N818 - says what is so
    """A request that breaks HTTP/2's rules; the message says which one."""


class Head(msgspec.Struct, gc=False):
    """A request without its body. `length` is what it promises of it, -1 where it says nothing; `continues` says that
    the client waits for `100 Continue`.
    """

    request: Request
    length: int
    continues: bool


def head_of(fields: Iterable[Field], peer: str, secure: bool, body_limit_bytes: int) -> Head:
    """The request that header fields make, in their order. Raises Malformed, Refused."""
    pseudo: dict[bytes, bytes] = {}
    headers: dict[bytes, bytes] = {}
    for count, (name, value) in enumerate(fields):
        if not _is_name(name) or _has_no_value(value) or value.strip(_BLANKS) != value:
            raise Malformed(_NO_FIELD)
        if name[0] == 0x3A:
            if headers or name in pseudo or name not in _PSEUDO:
                raise Malformed("a pseudo-header field is unknown, repeated or behind the others")
            pseudo[name] = value
        elif name in headers:
            headers[name] += (b"; " if name == b"cookie" else b",") + value  # RFC 9113, 8.2.3; RFC 9110, 5.3
        else:
            headers[name] = value
        if count >= HEADERS_LIMIT:
            raise Refused(431, f"There are more than {HEADERS_LIMIT} header fields.")
    if not _OF_THE_CONNECTION_SET.isdisjoint(headers):
        raise Malformed("a header field speaks of the connection")
    if headers.get(b"te", b"trailers") != b"trailers":
        raise Malformed("te is something other than trailers")
    method, target = _line(pseudo)
    _settle_host(headers, pseudo.get(b":authority"))
    path, _, query = target.partition(b"?")
    length = _length(headers, body_limit_bytes)
    request = Request(method, target, path, query, headers, b"", peer, secure)
    return Head(request, length, b"expect" in headers and _continues(headers[b"expect"]))


def check_trailers(fields: Iterable[Field]) -> None:
    """Fields behind a body (RFC 9113, 8.1), of which nothing is kept. Raises Malformed."""
    for name, value in fields:
        _check_field(name, value)
        if name[0] == 0x3A:
            raise Malformed("a pseudo-header field is in the trailers")


_OF_THE_CONNECTION_SET = frozenset(_OF_THE_CONNECTION)


def _check_field(name: bytes, value: bytes) -> None:
    if not _is_name(name) or _has_no_value(value) or value.strip(_BLANKS) != value:
        raise Malformed(_NO_FIELD)


@lru_cache(maxsize=1024)
def _is_name(name: bytes) -> bool:
    return _NAME.fullmatch(name[1:] if name.startswith(b":") else name) is not None


def _line(pseudo: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """The method and the target (RFC 9113, 8.3.1)."""
    method = pseudo.get(b":method")
    if method == b"CONNECT":
        raise Refused(501, "This is no proxy: CONNECT is not supported.")
    target = pseudo.get(b":path")
    if method is None or target is None or b":scheme" not in pseudo:
        raise Malformed("a request needs :method, :scheme and :path")
    if _METHOD.fullmatch(method) is None:
        raise Malformed("the method is no token")
    if not (target.startswith(b"/") or (target == b"*" and method == b"OPTIONS")) or _NO_TARGET.search(target):
        raise Malformed("the path is none")
    if b"#" in target:
        raise Refused(400, "A request target has no fragment.")
    return method, target


def _settle_host(headers: dict[bytes, bytes], authority: bytes | None) -> None:
    """:authority is the Host (RFC 9113, 8.3.1); where both are there, they must agree. Queue URLs are made of it."""
    host = headers.get(b"host")
    if authority is not None:
        if host is not None and host.lower() != authority.lower():
            raise Malformed("Host and :authority differ")
        if host is None:
            headers[b"host"] = host = authority
    if host is None:
        raise Refused(400, "A request needs an :authority or a Host header.")
    if not _is_host(host):
        raise Refused(400, "The authority is not one host and port.")


@lru_cache(maxsize=64)
def _is_host(host: bytes) -> bool:
    return HOST.fullmatch(host) is not None


def _length(headers: dict[bytes, bytes], limit_bytes: int) -> int:
    text = headers.get(b"content-length")
    if text is None:
        return -1
    if _LENGTH.fullmatch(text) is None:
        raise Malformed("content-length is no number")
    length = int(text)
    if length > limit_bytes:
        raise Refused(413, f"The request body is longer than {limit_bytes} bytes.")
    return length


def _continues(expectation: bytes) -> bool:
    if expectation.lower() != b"100-continue":
        raise Refused(417, "The only expectation that is met is 100-continue.")
    return True


def block_of(response: Response, date: bytes, length: int | None) -> bytes:
    """The compressed header section of a response; `length` is its body's, None where it isn't known yet.

    Raises ValueError where a field is none: a line break or NUL in it, or one that speaks of the connection.
    """
    status = response.status
    block = _start(status, response.content_type)
    if length is not None and status not in _WITHOUT_BODY:
        block += _length_field(length)
    block += _date_field(date)
    for name, value in response.headers:
        if _NO_VALUE.search(value):
            raise ValueError(f"the value of {name!r} can't be sent")
        block += _name_of(name) + hpack.plain(value)
    return block


@lru_cache(maxsize=256)
def _start(status: int, content_type: bytes) -> bytes:
    if not 200 <= status <= 999:
        raise ValueError(f"{status} is no final HTTP status")
    if _NO_VALUE.search(content_type):
        raise ValueError("a content type holds a control character")
    fields = [(b":status", b"%d" % status)]
    if content_type:
        fields.append((b"content-type", content_type))
    return hpack.encode(fields)


@lru_cache(maxsize=1024)
def _length_field(length: int) -> bytes:
    return hpack.encode([(b"content-length", b"%d" % length)])


@lru_cache(maxsize=4)
def _date_field(date: bytes) -> bytes:
    return hpack.encode([(b"date", date)])


@lru_cache(maxsize=256)
def _name_of(name: bytes) -> bytes:
    """A response header's name, compressed."""
    name = name.lower()
    if _NAME.fullmatch(name) is None or name in _OF_THE_CONNECTION:
        raise ValueError(f"{name!r} can't be sent as a response header")
    return hpack.name(name)


def has_body(response: Response) -> bool:
    """False where the status allows none."""
    return response.status not in _WITHOUT_BODY

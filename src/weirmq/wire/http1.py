"""HTTP/1.1 framing (RFC 9112): bytes in, whole requests out; responses in, bytes out. No socket, no clock.

Rules:

1. A head is looked at only when all of it is there, so a request means the same however its bytes were cut. What can
   never become a head is refused before its end: no capital letter first, a bare line feed, a limit passed.
2. llhttp (by httptools) checks and splits the header section; the framing of bodies is done here.
3. What is ambiguous is refused, never repaired: the next server might repair it otherwise (request smuggling).
   After a refusal nothing more is read from the connection, because nobody knows where the next request begins.
4. Nothing is read past a request that is the connection's last (`Connection: close`, HTTP/1.0).
"""

import re
import sys
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus

import httptools
import msgspec

from weirmq.wire.chunked import ChunkedBody, Refused
from weirmq.wire.http import Request, Response

REQUEST_LINE_LIMIT_BYTES = 64 * 1024  # a presigned Query GET: percent-encoding triples a message, tokens add kilobytes
HEADERS_LIMIT_BYTES = 64 * 1024  # session tokens come to some KiB; nothing honest comes near
HEADERS_LIMIT = 200  # fields; SDKs send 10 to 20, proxies add a few
BODY_LIMIT_BYTES = 16 * 1024 * 1024  # PutRecords takes 10 MiB, which Base64 makes 13.4; a 1 MiB batch all \u00XX is 6

CONTINUE_BYTES = b"HTTP/1.1 100 Continue\r\n\r\n"

_CRLF = b"\r\n"
_HEAD_END = b"\r\n\r\n"
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_PREFACE_LINE = b"PRI * HTTP/2.0"
_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
HOST = re.compile(rb"[A-Za-z0-9._~\-]*(:[0-9]*)?|\[[0-9A-Fa-f:.]+\](:[0-9]*)?")
_ABSOLUTE_FORM = re.compile(rb"https?://([^/?]+)(/[^?]*)?(?:\?(.*))?", re.IGNORECASE)


class Incoming(msgspec.Struct, gc=False):
    """A whole request has come. `minor` is the 1 of HTTP/1.1; `size` counts the bytes that it took on the wire."""

    request: Request
    keep_alive: bool
    minor: int
    size: int


class Continue(msgspec.Struct, gc=False):
    """The client waits for `100 Continue` before it sends its body (RFC 9110, 10.1.1)."""


class Refusal(msgspec.Struct, gc=False):
    """Answer `status` and close: what came is not a request that we take. `reason` is a sentence for the client."""

    status: int
    reason: str


class Preface(msgspec.Struct, gc=False):
    """The connection opens with HTTP/2's preface (RFC 9113, 3.4): the rest isn't ours. `data` is all of it so far."""

    data: bytes


Event = Incoming | Continue | Refusal | Preface

BETWEEN, IN_HEAD, IN_BODY = range(3)  # RequestParser.phase


class _Fields:
    """What llhttp finds in one head. Apart from the parser so that the two don't hold each other."""

    __slots__ = ("headers", "repeated")

    # httptools asks for every callback that it knows; None is quicker found than nothing.
    on_message_begin = on_url = on_headers_complete = on_body = on_message_complete = None
    on_chunk_header = on_chunk_complete = None

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.repeated = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        headers = self.headers
        if name not in headers:
            headers[name] = value.rstrip()  # llhttp lets no white space but SP and HTAB through
            return
        self.repeated += 1
        if self.repeated <= HEADERS_LIMIT:  # beyond it the request is refused: don't join on for a flood
            headers[name] += b"," + value.rstrip()


class RequestParser:
    """The requests of one connection. After a Refusal, a Preface or a last request it has `ended`."""

    __slots__ = (
        "_at",
        "_body_limit_bytes",
        "_buffer",
        "_chunked",
        "_fields",
        "_host",
        "_incoming",
        "_llhttp",
        "_missing",
        "_peer",
        "_pieces",
        "_searched",
        "_secure",
        "_size",
        "_stale",
        "_started",
        "ended",
        "phase",
        "stopped",
    )

    def __init__(self, *, peer: str = "", secure: bool = False, body_limit_bytes: int = BODY_LIMIT_BYTES) -> None:
        self.ended = False
        self.phase = BETWEEN  # requests, IN_HEAD or IN_BODY: which patience applies to the peer
        self.stopped = False  # receive() stopped at `most`, not for want of bytes: call it again, with nothing
        self._peer = peer
        self._secure = secure
        self._body_limit_bytes = body_limit_bytes
        self._fields = _Fields()
        self._llhttp = httptools.HttpRequestParser(self._fields)
        self._buffer = b""  # what isn't consumed begins at _at
        self._at = 0
        self._searched = 0  # so many bytes from _at on hold no end of a head
        self._size = 0  # bytes consumed for the request under way
        self._incoming: Incoming | None = None  # its head is there, its body not yet
        self._pieces: list[bytes] = []
        self._missing = 0
        self._chunked: ChunkedBody | None = None
        self._host = b""  # the last one that was checked
        self._stale = False  # llhttp has lost its place; a new one must see the next head
        self._started = False  # the first head is behind us

    def receive(self, data: bytes, most: int = sys.maxsize) -> list[Event]:
        """Take `data` and give what is complete, at most `most` whole requests; the rest waits for the next call."""
        if self.ended:
            return []
        if self._buffer:
            data = self._buffer[self._at :] + data
        self._buffer = data
        self._at = 0
        self.stopped = False
        events: list[Event] = []
        size = len(data)
        try:
            while self._at < size:
                if len(events) >= most:  # a Continue may be among them: then one request fewer, which does no harm
                    self.stopped = True
                    break
                event = self._head() if self._incoming is None else self._body(self._incoming)
                if event is None:
                    break
                events.append(event)
                if self.ended:
                    break
        except Refused as refused:
            events.append(Refusal(refused.status, refused.reason))
            self.ended = True
        if self.ended or self._at == size:
            self._buffer = b""
        self.phase = IN_BODY if self._incoming is not None else IN_HEAD if self._buffer else BETWEEN
        return events

    def _head(self) -> Event | None:
        data, at = self._buffer, self._at
        if not 0x41 <= data[at] <= 0x5A:
            if data[at] != 0x0D or self._size:
                raise Refused(400, "This is not HTTP: a request begins with its method, in capital letters.")
            return self._head() if self._skip_blank_line() else None
        end = data.find(_HEAD_END, at + self._searched)
        if end < 0:
            self._check_unfinished()
            return None
        self._searched = 0
        line_end = data.find(_CRLF, at)
        if line_end - at > REQUEST_LINE_LIMIT_BYTES:
            raise self._refused(414, "The request line is too long.", at + REQUEST_LINE_LIMIT_BYTES + 2)
        if end - line_end > HEADERS_LIMIT_BYTES:
            raise self._refused(431, "The header section is too long.", line_end + HEADERS_LIMIT_BYTES + 4)
        line = data[at:line_end]
        if not self._started and line == _PREFACE_LINE and line_end == end:
            self.ended = True
            return Preface(data[at:])
        try:
            facts = _known_line(line) if len(line) < _KNOWN_LINE_BYTES else _request_line(line)
        except Refused as refused:
            raise self._refused(refused.status, refused.reason, end) from None
        headers = self._split_head(at, end)
        self._at = end + 4
        self._size += end + 4 - at
        return self._begin(facts, headers)

    def _skip_blank_line(self) -> bool:
        """Pass over one empty line before a request (RFC 9112, 2.2). False: wait for more."""
        came = self._buffer[self._at : self._at + 2]
        if came != _CRLF:
            if len(came) == 2:
                raise Refused(400, "A carriage return stands alone.")
            return False
        self._at += 2
        self._size = 2
        return self._at < len(self._buffer)

    def _check_unfinished(self) -> None:
        """Refuse what no further byte can turn into a head that we take."""
        data, at = self._buffer, self._at
        if _BARE_LINE_FEED.search(data, at + self._searched):
            raise Refused(400, "A line ends in a bare line feed.")
        line_end = data.find(_CRLF, at, at + REQUEST_LINE_LIMIT_BYTES + 2)
        if line_end < 0:
            if len(data) - at >= REQUEST_LINE_LIMIT_BYTES + 2:
                raise Refused(414, "The request line is too long.")
        elif len(data) - line_end > HEADERS_LIMIT_BYTES + 3:  # the end lies at len(data) - 3 or later
            raise Refused(431, "The header section is too long.")
        self._searched = max(0, len(data) - at - 3)

    def _refused(self, status: int, reason: str, until: int) -> Refused:
        """A refusal, unless a bare line feed comes before: it would have been seen first, had the bytes come singly."""
        if _BARE_LINE_FEED.search(self._buffer, self._at, until):
            return Refused(400, "A line ends in a bare line feed.")
        return Refused(status, reason)

    def _split_head(self, at: int, end: int) -> dict[bytes, bytes]:
        fields = self._fields
        fields.headers = {}
        fields.repeated = 0
        head = self._buffer if at == 0 and end + 4 == len(self._buffer) else self._buffer[at : end + 4]
        try:
            self._llhttp.feed_data(head)
        except httptools.HttpParserUpgrade:
            # An upgrade is an offer that a server may pass over (RFC 9110, 7.8). But llhttp now expects no body.
            self._stale = True
        except httptools.HttpParserInvalidMethodError:
            raise self._refused(501, "The method is not known.", end) from None
        except httptools.HttpParserError as error:
            raise self._refused(400, f"The request head is malformed: {error}.", end) from None
        if len(fields.headers) + fields.repeated > HEADERS_LIMIT:
            raise Refused(431, f"There are more than {HEADERS_LIMIT} header fields.")
        return fields.headers

    def _begin(self, line: "_RequestLine", headers: dict[bytes, bytes]) -> Event | None:
        """The head is good as far as llhttp can tell: check the rest, and find out where the body ends."""
        self._started = True
        method, target, path, query, minor, authority = line
        if authority:
            headers[b"host"] = authority  # RFC 9112, 3.2.2: the target's host overrules the header
        host = headers.get(b"host")
        if host != self._host:  # clients name the same one every time
            self._check_host(host, minor)
        connection = headers.get(b"connection")
        keep_alive = minor == 1 if connection is None else _keeps_alive(connection, minor)
        request = Request(method, target, path, query, headers, b"", self._peer, self._secure)
        incoming = Incoming(request, keep_alive, minor, 0)
        length = headers.get(b"content-length")
        if length is not None:
            self._missing = int(length)
            if self._missing > self._body_limit_bytes:
                raise Refused(413, f"The request body is longer than {self._body_limit_bytes} bytes.")
        elif b"transfer-encoding" in headers:
            self._begin_chunked(headers, minor)
        if b"expect" not in headers or not minor or not (self._missing or self._chunked):
            return self._body(incoming)
        if headers[b"expect"].lower() != b"100-continue":
            raise Refused(417, "The only expectation that is met is 100-continue.")
        self._incoming = incoming
        return Continue()

    def _check_host(self, host: bytes | None, minor: int) -> None:
        """RFC 9112, 3.2: 400 for a Host that is missing, sent twice or malformed. Queue URLs are made of it."""
        if host is None:
            if minor:
                raise Refused(400, "An HTTP/1.1 request needs a Host header.")
            return
        if HOST.fullmatch(host) is None:
            raise Refused(400, "The Host header is not one host and port.")
        self._host = host

    def _begin_chunked(self, headers: dict[bytes, bytes], minor: int) -> None:
        # llhttp has refused Transfer-Encoding together with Content-Length. RFC 9112, 6.1: not defined for HTTP/1.0;
        # 501 for a coding that isn't known.
        if not minor:
            raise Refused(400, "HTTP/1.0 knows no Transfer-Encoding.")
        if headers[b"transfer-encoding"].lower() != b"chunked":
            raise Refused(501, "The only transfer coding that is taken is chunked.")
        self._chunked = ChunkedBody(self._body_limit_bytes)
        self._stale = True  # llhttp isn't shown the chunks

    def _body(self, incoming: Incoming) -> Incoming | None:
        """What of the body has come; None where more must come."""
        if self._chunked is not None:
            return self._chunked_body(incoming, self._chunked)
        missing = self._missing
        if missing:
            at = self._at
            piece = self._buffer[at : at + missing]
            came = len(piece)
            self._at = at + came
            self._size += came
            self._missing = missing - came
            if came < missing:
                self._pieces.append(piece)
                self._incoming = incoming
                return None
            if self._pieces:
                self._pieces.append(piece)
                piece = b"".join(self._pieces)
                self._pieces.clear()
            incoming.request.body = piece
            if not self._stale:
                self._llhttp.feed_data(piece)  # it counts the body's bytes to know where the next head begins
        return self._complete(incoming)

    def _chunked_body(self, incoming: Incoming, chunked: ChunkedBody) -> Incoming | None:
        at = self._at
        self._at = chunked.receive(self._buffer, at)
        self._size += self._at - at
        if not chunked.complete:
            self._incoming = incoming
            return None
        incoming.request.body = chunked.body()
        self._chunked = None
        return self._complete(incoming)

    def _complete(self, incoming: Incoming) -> Incoming:
        incoming.size = self._size
        self._size = 0
        self._incoming = None
        if self._stale:
            self._stale = False
            self._llhttp = httptools.HttpRequestParser(self._fields)
        if not incoming.keep_alive:
            self.ended = True
        return incoming


def _keeps_alive(connection: bytes, minor: int) -> bool:
    """RFC 9112, 9.3: close closes; HTTP/1.0 stays open only if it asks to."""
    tokens = [token.strip() for token in connection.lower().split(b",")]
    return b"close" not in tokens and (minor == 1 or b"keep-alive" in tokens)


_RequestLine = tuple[bytes, bytes, bytes, bytes, int, bytes]  # method, target, path, query, minor, authority


def _request_line(line: bytes) -> _RequestLine:
    """A request line taken apart (RFC 9112, 3); `authority` is set where the target is a whole URL. Raises Refused."""
    parts = line.split(b" ")
    if len(parts) != 3:
        raise Refused(400, "The request line is not `method target version`.")
    method, target, version = parts
    if version not in (b"HTTP/1.1", b"HTTP/1.0"):
        if _VERSION.fullmatch(version) is None:
            raise Refused(400, "The request line ends in no HTTP version.")
        raise Refused(505, "This port speaks HTTP/1.1.")
    minor = int(version == b"HTTP/1.1")
    if b"#" in target:
        raise Refused(400, "A request target has no fragment.")
    path, _, query = target.partition(b"?")
    if path.startswith(b"/") or (target == b"*" and method == b"OPTIONS"):
        return method, target, path, query, minor, b""
    if method == b"CONNECT":
        raise Refused(501, "This is no proxy: CONNECT is not supported.")
    match = _ABSOLUTE_FORM.fullmatch(target)
    if match is None:
        raise Refused(400, "The request target is neither a path nor an http URL.")
    return method, target, match[2] or b"/", match[3] or b"", minor, match[1]


_KNOWN_LINE_BYTES = 256  # what is longer carries a query that won't come again
_known_line = lru_cache(maxsize=1024)(_request_line)


_heads: dict[tuple[int, bytes], bytes] = {}
_WITHOUT_BODY = frozenset({*range(100, 200), 204, 304})  # nor a length (RFC 9110, 8.6)
_HEADS_LIMIT = 256  # kinds of answers; far above what services give, but a handler may make content types up


def encode(response: Response, keep_alive: bool, date: bytes, head_only: bool = False, minor: int = 1) -> bytes:
    """The bytes of `response`. `date` is an HTTP date; `head_only` answers HEAD; `minor` is the request's HTTP/1.x.

    Raises ValueError where a header or the content type would break the framing (a CR, LF or NUL in it).
    """
    status, body = response.status, response.body
    head = _heads.get((status, response.content_type)) or _new_head(status, response.content_type)
    extra = b""
    for header in response.headers:
        extra += b"%b: %b\r\n" % header
    if extra and (not extra.count(b"\r") == extra.count(b"\n") == len(response.headers) or 0 in extra):
        raise ValueError("a response header holds a line break or NUL")
    if not keep_alive:
        extra += b"Connection: close\r\n"
    elif not minor:
        extra += b"Connection: keep-alive\r\n"
    if status != 200 and status in _WITHOUT_BODY:
        return b"%bDate: %b\r\n%b\r\n" % (head, date, extra)
    size = len(body)
    if head_only:
        body = b""
    return b"%bContent-Length: %d\r\nDate: %b\r\n%b\r\n%b" % (head, size, date, extra, body)


def encode_start(response: Response, keep_alive: bool, date: bytes, minor: int = 1) -> bytes:
    """The head of a response whose body follows in chunks, or to an HTTP/1.0 client up to the close of the connection.

    Raises ValueError as `encode`.
    """
    bare = Response(response.status, b"", response.content_type, response.headers)
    head = encode(bare, keep_alive, date, minor=minor)
    framing = b"\r\nTransfer-Encoding: chunked\r\n" if minor else b"\r\n"
    return head.replace(b"\r\nContent-Length: 0\r\n", framing, 1)


def _new_head(status: int, content_type: bytes) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""  # RFC 9112, 4: the phrase may be absent
    if not 100 <= status <= 999:
        raise ValueError(f"{status} is no HTTP status")
    head = b"HTTP/1.1 %d %b\r\n" % (status, phrase.encode())
    if content_type:
        if any(byte in content_type for byte in (b"\r", b"\n", b"\0")):
            raise ValueError("a content type holds a line break or NUL")
        head += b"Content-Type: %b\r\n" % content_type
    if len(_heads) < _HEADS_LIMIT:
        _heads[status, content_type] = head
    return head


_DAYS = (b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun")
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")


def http_date(now_ms: int) -> bytes:
    """A time in milliseconds since the Unix epoch as an HTTP date (IMF-fixdate; RFC 9110, 5.6.7)."""
    t = datetime.fromtimestamp(now_ms // 1000, UTC)
    day, month = _DAYS[t.weekday()], _MONTHS[t.month - 1]
    return b"%b, %02d %b %04d %02d:%02d:%02d GMT" % (day, t.day, month, t.year, t.hour, t.minute, t.second)

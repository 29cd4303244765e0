"""HTTP/1.1 framing: what is taken, what is refused, and that the cut of the bytes makes no difference."""

import pytest

from weirmq.wire import http1
from weirmq.wire.http import Request, Response
from weirmq.wire.http1 import Continue, Event, Incoming, Preface, Refusal, RequestParser

DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"  # the example of RFC 9110, 5.6.7


def parse(data: bytes, **options: int) -> list[Event]:
    return RequestParser(**options).receive(data)


def parse_singly(data: bytes, **options: int) -> list[Event]:
    parser = RequestParser(**options)
    return [event for byte in data for event in parser.receive(bytes([byte]))]


def both(data: bytes, **options: int) -> list[Event]:
    """The events of `data`, which are the same whole and byte by byte."""
    whole, singly = parse(data, **options), parse_singly(data, **options)
    assert whole == singly
    return whole


def one(data: bytes) -> Request:
    (event,) = both(data)
    assert isinstance(event, Incoming)
    assert event.size == len(data)
    return event.request


def refused(data: bytes, **options: int) -> int:
    """The status of the refusal that `data` ends in."""
    event = both(data, **options)[-1]
    assert isinstance(event, Refusal), event
    assert event.reason
    return event.status


def bodies(events: list[Event]) -> list[bytes]:
    return [event.request.body for event in events if isinstance(event, Incoming)]


# ---- what is taken


def test_a_post_with_a_body() -> None:
    parser = RequestParser(peer="192.0.2.1", secure=True)
    data = (
        b"POST /a%20b/?x=1&y=%2F HTTP/1.1\r\nHost: example.com:4566\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n"
        b"Content-Length: 5\r\n\r\nhello"
    )
    (event,) = parser.receive(data)
    assert event == Incoming(
        Request(
            method=b"POST",
            target=b"/a%20b/?x=1&y=%2F",
            path=b"/a%20b/",
            query=b"x=1&y=%2F",
            headers={b"host": b"example.com:4566", b"x-amz-target": b"AmazonSQS.SendMessage", b"content-length": b"5"},
            body=b"hello",
            peer="192.0.2.1",
            secure=True,
        ),
        keep_alive=True,
        minor=1,
        size=len(data),
    )


def test_pipelined_requests_come_apart() -> None:
    request = b"POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n%02d"
    events = both(b"".join(request % (n, n) for n in range(20)))
    assert bodies(events) == [b"%02d" % n for n in range(20)]
    assert [event.request.path for event in events if isinstance(event, Incoming)] == [b"/%d" % n for n in range(20)]


def test_as_many_as_asked_for_and_the_rest_later() -> None:
    parser = RequestParser()
    request = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    assert len(parser.receive(request * 5, 2)) == 2
    assert parser.stopped
    assert len(parser.receive(b"", 2)) == 2
    assert parser.stopped
    assert len(parser.receive(request, 2)) == 2
    assert not parser.stopped
    assert parser.phase == http1.BETWEEN


def test_values_are_trimmed_and_repeated_names_joined() -> None:
    headers = one(b"GET / HTTP/1.1\r\nHost: h\r\nA: \t x y \t \r\nB:\r\na:z\r\nA: \r\n\r\n").headers
    assert headers == {b"host": b"h", b"a": b"x y,z,", b"b": b""}


def test_header_bytes_above_ascii_are_kept() -> None:
    assert one(b"GET / HTTP/1.1\r\nHost: h\r\nA: \xc3\xa9\xff\r\n\r\n").headers[b"a"] == b"\xc3\xa9\xff"


def test_one_empty_line_before_a_request_is_passed_over() -> None:
    events = both(b"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert [event.size for event in events if isinstance(event, Incoming)] == [29, 29]


@pytest.mark.parametrize(
    ("target", "path", "query", "host"),
    [
        (b"/", b"/", b"", b"h"),
        (b"/a?b?c", b"/a", b"b?c", b"h"),
        (b"//a", b"//a", b"", b"h"),
        (b"/?", b"/", b"", b"h"),
        (b"http://other:99/a?b", b"/a", b"b", b"other:99"),
        (b"HTTP://other", b"/", b"", b"other"),
        (b"https://other?b", b"/", b"b", b"other"),
        (b"http://[::1]:80/x", b"/x", b"", b"[::1]:80"),
    ],
)
def test_targets(target: bytes, path: bytes, query: bytes, host: bytes) -> None:
    request = one(b"GET " + target + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (request.target, request.path, request.query) == (target, path, query)
    assert request.headers[b"host"] == host


def test_the_asterisk_is_for_options_alone() -> None:
    assert one(b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").path == b"*"
    assert refused(b"GET * HTTP/1.1\r\nHost: h\r\n\r\n") == 400


@pytest.mark.parametrize(
    ("version", "connection", "keeps"),
    [
        (b"1.1", None, True),
        (b"1.1", b"keep-alive", True),
        (b"1.1", b"close", False),
        (b"1.1", b"foo, Close", False),
        (b"1.0", None, False),
        (b"1.0", b"Keep-Alive", True),
        (b"1.0", b"keep-alive, close", False),
    ],
)
def test_keep_alive(version: bytes, connection: bytes | None, keeps: bool) -> None:
    line = b"Connection: " + connection + b"\r\n" if connection is not None else b""
    head = b"GET / HTTP/%b\r\nHost: h\r\n%b\r\n" % (version, line)
    events = both(head + head)
    assert len(events) == (2 if keeps else 1)
    assert all(isinstance(event, Incoming) and event.keep_alive is keeps for event in events)


def test_http_1_0_needs_no_host() -> None:
    (event,) = both(b"GET / HTTP/1.0\r\n\r\n")
    assert isinstance(event, Incoming)
    assert event.minor == 0


def test_an_offered_upgrade_is_passed_over() -> None:
    # Java's HttpClient offers h2c in its first request over plaintext, with a body.
    head = (
        b"POST / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"
    )
    events = both(
        head
        + b"Content-Length: 3\r\n\r\nabc"
        + head
        + b"Transfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\n\r\n"
        + head
        + b"\r\n"
    )
    assert bodies(events) == [b"abc", b"d", b""]


# ---- bodies


def test_chunked_bodies() -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
    events = both(
        head
        + b'5;name="a, b"\r\nhello\r\n00A\r\n, chunked!\r\n0\r\nTrailer: x\r\nOther:\r\n\r\n'
        + head
        + b"0\r\n\r\n"
        + b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    )
    assert bodies(events) == [b"hello, chunked!", b"", b""]


def test_large_bodies_come_in_pieces() -> None:
    parser = RequestParser()
    assert parser.receive(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n") == []
    assert parser.phase == http1.IN_BODY
    for _ in range(9):
        assert parser.receive(b"a" * 100_000) == []
    assert bodies(parser.receive(b"b" * 100_000 + b"GET ")) == [b"a" * 900_000 + b"b" * 100_000]
    assert parser.phase == http1.IN_HEAD


def test_the_body_limit_counts_to_the_byte() -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\n"
    assert bodies(both(head + b"Content-Length: 4\r\n\r\nabcd", body_limit_bytes=4)) == [b"abcd"]
    assert refused(head + b"Content-Length: 5\r\n\r\n", body_limit_bytes=4) == 413
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    assert bodies(both(chunked + b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", body_limit_bytes=4)) == [b"abcd"]
    assert refused(chunked + b"2\r\nab\r\n3\r\n", body_limit_bytes=4) == 413
    assert refused(chunked + b"FFFFFFFFFFFFFFFF\r\n", body_limit_bytes=4) == 413


def test_expect_continue() -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n"
    parser = RequestParser()
    assert parser.receive(head + b"Content-Length: 2\r\n\r\n") == [Continue()]
    assert bodies(parser.receive(b"ab")) == [b"ab"]
    assert len(both(head + b"Content-Length: 2\r\n\r\nab")) == 2
    assert len(both(head + b"Content-Length: 0\r\n\r\n")) == 1  # no body to wait for
    assert refused(head + b"Content-Length: 5\r\n\r\n", body_limit_bytes=4) == 413
    assert refused(head.replace(b"100-Continue", b"miracles") + b"Content-Length: 2\r\n\r\n") == 417


# ---- what is refused


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Content-Length: 5\r\nContent-Length: 5",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5, 5",
        b"Content-Length: 5 6",
        b"Content-Length: +5",
        b"Content-Length: -5",
        b"Content-Length: 0x5",
        b"Content-Length: 5_0",
        b"Content-Length: \xb2",
        b"Content-Length:",
        b"Content-Length: 18446744073709551616",
        b"Content-Length : 5",
        b"Content-Length\t: 5",
        b"Content_Length: 5\r\n Content-Length: 6",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: \x0bchunked",
        b"Transfer-Encoding: \xa0chunked",
        b"Transfer-Encoding:\r\n chunked",
        b"Transfer-Encoding\x00: chunked",
        b"X: a\r\n b",
        b"X: a\r\n\tb",
        b"X: a\nY: b",
        b"X: a\rY: b",
        b"X: a\r\n\nY: b",
        b"X: a\x00b",
        b"X: a\x7f",
        b"X\x80: a",
        b"X(: a",
        b"X Y: a",
        b": a",
        b"X",
        b"Host: other",
        b"\x00",
    ],
)
def test_what_smuggles_is_refused(headers: bytes) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
    data = b"POST / HTTP/1.1\r\nHost: h\r\n" + headers + b"\r\n\r\n0\r\n\r\n" + smuggled
    events = both(data)
    assert [type(event) for event in events] == [Refusal]
    assert isinstance(events[0], Refusal)
    assert events[0].status in (400, 501)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\n", 400),
        (b"GET / HTTP/1.1\nHost: h\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\n", 400),
        (b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400),
        (b"GET /\tHTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1x\r\n\r\n", 400),
        (b"GET / http/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET / RTSP/1.0\r\nHost: h\r\n\r\n", 400),
        (b"GET / HTTP/0.9\r\n\r\n", 505),
        (b"GET / HTTP/1.2\r\n\r\n", 505),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET a:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET ftp://a/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET http://u@a/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /\x80 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"CONNECT a:80 HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        (b"BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        (b"get / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),  # TLS where none is spoken
        (b"\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"\rGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),  # no Host
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a<script>\r\n\r\n", 400),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ],
)
def test_refusals(data: bytes, status: int) -> None:
    assert refused(data) == status


def test_nothing_is_read_after_a_refusal() -> None:
    parser = RequestParser()
    assert len(parser.receive(b"nonsense")) == 1
    assert parser.ended
    assert parser.receive(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n") == []
    assert parser.phase == http1.BETWEEN


# ---- limits


def test_the_request_line_limit() -> None:
    def head(line_bytes: int) -> bytes:
        return b"GET /" + b"a" * (line_bytes - 14) + b" HTTP/1.1\r\nHost: h\r\n\r\n"

    limit = http1.REQUEST_LINE_LIMIT_BYTES
    assert isinstance(parse(head(limit))[0], Incoming)
    assert parse(head(limit + 1)) == [Refusal(414, "The request line is too long.")]
    assert parse(head(limit + 1)[: limit + 1]) == []
    assert parse(head(limit + 1)[: limit + 2]) == [Refusal(414, "The request line is too long.")]


def test_the_header_section_limit() -> None:
    def head(section_bytes: int) -> bytes:
        return b"GET / HTTP/1.1\r\nHost: h\r\nA: " + b"a" * (section_bytes - 14) + b"\r\n\r\n"

    limit = http1.HEADERS_LIMIT_BYTES
    assert isinstance(parse(head(limit))[0], Incoming)
    assert parse(head(limit + 1)) == [Refusal(431, "The header section is too long.")]
    assert parse(head(limit + 100)[: limit + 17]) == []
    assert parse(head(limit + 100)[: limit + 18]) == [Refusal(431, "The header section is too long.")]


@pytest.mark.parametrize("name", [b"A%d", b"A"])
def test_the_header_count_limit(name: bytes) -> None:
    def head(count: int) -> bytes:
        fields = b"".join((name % n if b"%" in name else name) + b": b\r\n" for n in range(count - 1))
        return b"GET / HTTP/1.1\r\nHost: h\r\n" + fields + b"\r\n"

    assert isinstance(parse(head(200))[0], Incoming)
    assert refused(head(201)) == 431


def test_the_http_2_preface_is_told_apart() -> None:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    assert parse(preface) == [Preface(preface)]
    assert [type(event) for event in parse_singly(preface)] == [Preface]
    assert refused(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" + preface) == 505


# ---- responses


def encode(response: Response, *, keep_alive: bool = True, head_only: bool = False, minor: int = 1) -> bytes:
    return http1.encode(response, keep_alive=keep_alive, date=DATE, head_only=head_only, minor=minor)


def test_a_response() -> None:
    response = Response(200, b'{"a":1}', b"application/x-amz-json-1.0", ((b"x-amzn-RequestId", b"123"),))
    assert encode(response) == (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 7\r\n"
        b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-amzn-RequestId: 123\r\n\r\n"
        b'{"a":1}'
    )
    assert encode(response, head_only=True) == encode(response).removesuffix(b'{"a":1}')


def test_a_response_says_how_the_connection_goes_on() -> None:
    assert b"Connection" not in encode(Response(200))
    assert b"\r\nConnection: close\r\n" in encode(Response(200), keep_alive=False)
    assert b"\r\nConnection: close\r\n" in encode(Response(200), keep_alive=False, minor=0)
    assert b"\r\nConnection: keep-alive\r\n" in encode(Response(200), minor=0)


@pytest.mark.parametrize("status", [204, 304])
def test_responses_without_a_body(status: int) -> None:
    encoded = encode(Response(status, b"dropped"))
    assert b"Content-Length" not in encoded
    assert encoded.endswith(b"\r\n\r\n")


def test_unknown_statuses_have_no_phrase() -> None:
    assert encode(Response(299)).startswith(b"HTTP/1.1 299 \r\n")
    with pytest.raises(ValueError, match="no HTTP status"):
        encode(Response(99))
    with pytest.raises(ValueError, match="no HTTP status"):
        encode(Response(1000))


@pytest.mark.parametrize("evil", [b"a\r\nSet-Cookie: b", b"a\nb", b"a\rb", b"a\r\n", b"\r\n", b"a\r", b"\n", b"a\0b"])
def test_headers_cannot_be_injected(evil: bytes) -> None:
    for response in (
        Response(200, headers=((b"X", evil),)),
        Response(200, headers=((b"A", b"b"), (b"X", evil))),
        Response(200, headers=((b"X" + evil, b"a"),)),
        Response(200, content_type=evil),
    ):
        with pytest.raises(ValueError, match="line break or NUL"):
            encode(response)


def test_content_types_without_end_are_not_kept() -> None:
    for n in range(1000):
        assert b"Content-Type: x/%d\r\n" % n in encode(Response(200, content_type=b"x/%d" % n))
    assert len(http1._heads) <= http1._HEADS_LIMIT


def test_http_dates() -> None:
    assert http1.http_date(784_111_777_000) == DATE
    assert http1.http_date(951_782_400_999) == b"Tue, 29 Feb 2000 00:00:00 GMT"

"""Any bytes at the HTTP parser: an answer or a wait, never an exception; the same for every cut of the bytes."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from weirmq.wire.http1 import Continue, Event, Incoming, Preface, Refusal, RequestParser

_BODY_LIMIT_BYTES = 64

_PIECES = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /q?a=b HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.0\r\n",
        b"CONNECT a:1 HTTP/1.1\r\n",
        b"HEAD http://h/x HTTP/1.1\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"BREW / HTTP/3.0\r\n",
        b"Host: h\r\n",
        b"Host: h\r\n\r\n",
        b"Connection: close\r\n",
        b"Connection: Upgrade\r\nUpgrade: h2c\r\n",
        b"Content-Length: 3\r\n",
        b"Content-Length: 3\r\n\r\nabc",
        b"Content-Length: 99\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Expect: 100-continue\r\n",
        b"A: b\r\n c\r\n",
        b"A : b\r\n",
        b"3\r\nabc\r\n",
        b"3;x\r\nabc\r\n",
        b"0\r\n\r\n",
        b"0\r\nT: x\r\n\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\r",
        b"\n",
        b" ",
        b":",
        b"\x00",
        b"\xff",
    ]
)
_ALMOST_HTTP = st.lists(_PIECES | st.binary(max_size=6), max_size=16).map(b"".join)
_WELL_FORMED = st.lists(
    st.sampled_from(
        [
            b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            b"POST /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
            b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;e\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
            b"POST /d HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nGE",
            b"\r\nGET /e HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        ]
    ),
    max_size=8,
)


def _events(pieces: list[bytes]) -> list[Event]:
    parser = RequestParser(body_limit_bytes=_BODY_LIMIT_BYTES)
    events = [event for piece in pieces for event in parser.receive(piece)]
    # What follows the preface is handed over as it comes, so how much of it is in the event depends on the cut.
    return [Preface(event.data[:18]) if isinstance(event, Preface) else event for event in events]


def _cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


def _check(data: bytes, places: list[int]) -> list[Event]:
    whole = _events([data])
    assert _events(_cut(data, places)) == whole
    assert _events([data[n : n + 1] for n in range(len(data))]) == whole
    assert all(isinstance(event, Incoming | Continue) for event in whole[:-1])  # nothing after a refusal or a preface
    sizes = sum(event.size for event in whole if isinstance(event, Incoming))
    assert sizes <= len(data)
    return whole


@settings(max_examples=400, deadline=None)
@given(_ALMOST_HTTP, st.lists(st.integers(0, 500), max_size=6))
@example(b"GET / HTTP/1.1\r\nHost: h\r\nA: b\n\r\n\r\n", [])
@example(b"BREW / HTTP/1.1\r\nHost: h\r\nA: b\n\r\n\r\n", [])
@example(b"GET / HTTP/9.9\r\nHost: h\r\nA: b\n\r\n\r\n", [])
def test_almost_http(data: bytes, places: list[int]) -> None:
    _check(data, places)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4))
def test_any_bytes(data: bytes, places: list[int]) -> None:
    _check(data, places)


@settings(max_examples=200, deadline=None)
@given(_WELL_FORMED, st.lists(st.integers(0, 2000), max_size=6), st.binary(max_size=6), st.integers(0, 2000))
def test_requests_with_one_place_overwritten(
    requests: list[bytes], places: list[int], overwrite: bytes, where: int
) -> None:
    data = b"".join(requests)
    whole = _check(data, places)
    assert sum(isinstance(event, Incoming) for event in whole) == len(requests)
    assert sum(event.size for event in whole if isinstance(event, Incoming)) == len(data)
    where %= len(data) + 1
    _check(data[:where] + overwrite + data[where + len(overwrite) :], places)


@settings(max_examples=100, deadline=None)
@given(_WELL_FORMED, st.lists(st.integers(1, 3), min_size=1, max_size=30))
def test_stopping_after_some_loses_nothing(requests: list[bytes], most: list[int]) -> None:
    data = b"".join(requests)
    parser = RequestParser(body_limit_bytes=_BODY_LIMIT_BYTES)
    events = parser.receive(data, most[0])
    for count in [*most[1:], 100]:
        events += parser.receive(b"", count)
    assert events == _events([data])
    assert not any(isinstance(event, Refusal) for event in events)

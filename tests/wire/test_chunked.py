"""The chunked coding: what is taken, and that what is malformed or wasteful is refused, however it is cut."""

import pytest

from weirmq.wire.chunked import ChunkedBody, Refused


def decode(data: bytes, limit_bytes: int = 1_000_000) -> tuple[bytes, int]:
    """The body, and how many bytes of `data` it took."""
    chunked = ChunkedBody(limit_bytes)
    at = chunked.receive(data, 0)
    assert chunked.complete
    return chunked.body(), at


def decode_singly(data: bytes, limit_bytes: int = 1_000_000) -> tuple[bytes, int]:
    chunked = ChunkedBody(limit_bytes)
    waiting = b""
    for n in range(len(data)):
        waiting += data[n : n + 1]
        waiting = waiting[chunked.receive(waiting, 0) :]
        if chunked.complete:
            return chunked.body(), n + 1
    raise AssertionError("not complete")


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"0\r\n\r\n", b""),
        (b"000\r\n\r\n", b""),
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"0A\r\n0123456789\r\n1\r\n\r\r\n0\r\n\r\n", b"0123456789\r"),
        (b'1;a;b=c;d="e, f"\r\nx\r\n0;last\r\n\r\n', b"x"),
        (b"1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n", b"x"),
    ],
)
def test_what_is_taken(data: bytes, body: bytes) -> None:
    assert decode(data + b"GET /") == (body, len(data))
    assert decode_singly(data + b"GET /") == (body, len(data))


@pytest.mark.parametrize(
    "data",
    [
        b"x\r\n",
        b"5 \r\nhello\r\n",
        b" 5\r\nhello\r\n",
        b"\r\n",
        b"0x5\r\nhello\r\n",
        b"-1\r\n",
        b"+1\r\n",
        b"1_0\r\n",
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloo\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhello\r0\r\n\r\n",
        b"11111111111111111\r\n",
        b";a\r\n",
        b"1;\x00\r\na\r\n",
        b"1;\n\r\na\r\n",
        b"0\r\nnot a trailer\r\n\r\n",
        b"0\r\nA: b\r\n folded\r\n\r\n",
        b"0\r\nA : b\r\n\r\n",
        b"0\r\n: b\r\n\r\n",
        b"0\r\nA: \x00\r\n\r\n",
        b"1;" + b"e" * 1100,
        (b"1;" + b"e" * 1000 + b"\r\na\r\n") * 17,
        b"1\r\na\r\n" * 65_537,
        b"0\r\n" + (b"A: " + b"b" * 1000 + b"\r\n") * 17,
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_refused(data: bytes) -> None:
    for way in (decode, decode_singly):
        with pytest.raises(Refused) as caught:
            way(data)
        assert caught.value.status == 400


def test_the_limit_counts_to_the_byte() -> None:
    assert decode(b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", limit_bytes=4) == (b"abcd", 19)
    for data in (b"2\r\nab\r\n3\r\n", b"5\r\n", b"FFFFFFFFFFFFFFFF\r\n"):
        with pytest.raises(Refused) as caught:
            decode(data, limit_bytes=4)
        assert caught.value.status == 413

"""Header compression, against RFC 7541's own examples and against another implementation."""

import hpack as other
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.wire import hpack
from weirmq.wire.hpack import Decoder, HpackError

# RFC 7541, C.3 and C.4: three requests on one connection, without and with Huffman codes.
REQUESTS = [
    [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/"), (b":authority", b"www.example.com")],
    [
        (b":method", b"GET"),
        (b":scheme", b"http"),
        (b":path", b"/"),
        (b":authority", b"www.example.com"),
        (b"cache-control", b"no-cache"),
    ],
    [
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":path", b"/index.html"),
        (b":authority", b"www.example.com"),
        (b"custom-key", b"custom-value"),
    ],
]
PLAIN = [
    "828684410f7777772e6578616d706c652e636f6d",
    "828684be58086e6f2d6361636865",
    "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
]
CODED = [
    "828684418cf1e3c2e5f23a6ba0ab90f4ff",
    "828684be5886a8eb10649cbf",
    "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
]
# RFC 7541, C.2: literals with, without and never with an entry in the table.
LITERALS = [
    ("400a637573746f6d2d6b65790d637573746f6d2d686561646572", (b"custom-key", b"custom-header")),
    ("040c2f73616d706c652f70617468", (b":path", b"/sample/path")),
    ("100870617373776f726406736563726574", (b"password", b"secret")),
]


@pytest.mark.parametrize("blocks", [PLAIN, CODED], ids=["plain", "coded"])
def test_the_requests_of_the_rfc(blocks: list[str]) -> None:
    decoder = Decoder()
    assert [decoder.decode(bytes.fromhex(block), 100) for block in blocks] == REQUESTS


@pytest.mark.parametrize(("block", "field"), LITERALS)
def test_the_literals_of_the_rfc(block: str, field: tuple[bytes, bytes]) -> None:
    assert Decoder().decode(bytes.fromhex(block), 100) == [field]


def test_a_number_of_the_rfc() -> None:
    """C.1.2: 1337 with a prefix of five bits; here as a table size, and as a length."""
    decoder = Decoder()
    assert decoder.decode(bytes.fromhex("3f9a0a"), 100) == []
    text = b"x" * 1337
    assert decoder.decode(hpack.encode([(b"a", text)]), 100) == [(b"a", text)]


def test_every_byte_has_its_code() -> None:
    """What the other implementation codes is read, each byte beside each kind of neighbour."""
    for byte in range(256):
        for neighbour in (b"", b"0", b"~", b"\xff"):
            text = neighbour + bytes((byte,)) * 3 + neighbour
            coded = other.huffman.HuffmanEncoder(
                other.huffman_constants.REQUEST_CODES, other.huffman_constants.REQUEST_CODES_LENGTH
            ).encode(text)
            assert hpack.huffman(coded) == text


NAMES = st.sampled_from([b"a", b":path", b"content-type", b"x-amz-date", b"x" * 500]) | st.binary(
    min_size=1, max_size=8
)
FIELDS = st.lists(st.tuples(NAMES, st.binary(max_size=300)), max_size=20)


@given(st.lists(FIELDS, max_size=8), st.booleans())
def test_what_another_implementation_writes_is_read(blocks: list[list[tuple[bytes, bytes]]], codes: bool) -> None:
    encoder, decoder = other.Encoder(), Decoder()
    for fields in blocks:
        assert decoder.decode(encoder.encode(fields, huffman=codes), 100) == fields


@given(FIELDS)
def test_what_is_written_another_implementation_reads(fields: list[tuple[bytes, bytes]]) -> None:
    assert [tuple(field) for field in other.Decoder().decode(hpack.encode(fields), raw=True)] == fields


@given(st.binary(max_size=60))
def test_any_bytes_mean_the_same_to_both(block: bytes) -> None:
    try:
        theirs = [tuple(field) for field in other.Decoder().decode(block, raw=True)]
    except Exception:  # noqa: BLE001 - it has many, some of them by accident
        theirs = None
    try:
        ours = Decoder().decode(block, 100)
    except HpackError:
        ours = None
    if theirs is not None and ours is not None:
        assert ours == theirs
    assert theirs is not None or ours is None, "what the other refuses"


def test_the_table_changes_its_size() -> None:
    encoder, decoder = other.Encoder(), Decoder()
    fields = [(b"name-%d" % number, b"v" * 100) for number in range(20)]
    for size in (4096, 200, 0, 1000, 4096):
        encoder.header_table_size = size
        for _ in range(3):
            assert decoder.decode(encoder.encode(fields), 100) == fields


@pytest.mark.parametrize(
    "block",
    [
        "80",  # index 0
        "be",  # an entry that isn't there
        "ff",
        "ffffffffffffffffff01",  # too large a number
        "3fe21f",  # a table larger than ours
        "823f00",  # and resized in the middle
        "4001",
        "400161",
        "40016105",
        "40016181",
        "4001618100",  # a code without its end
        "40016181f8",  # '&' is 11111000: whole; but see the next
        "40016182ffff",  # padded with more than seven ones
        "40016184ffffffff",  # the end of a string inside of it
    ],
)
def test_what_is_refused(block: str) -> None:
    if block == "40016181f8":
        assert Decoder().decode(bytes.fromhex(block), 100) == [(b"a", b"&")]
        return
    with pytest.raises(HpackError):
        Decoder().decode(bytes.fromhex(block), 100)


def test_no_more_fields_than_asked_for() -> None:
    with pytest.raises(HpackError, match="more than 100"):
        Decoder().decode(b"\x82" * 101, 100)


def test_the_table_stays_within_its_limit() -> None:
    decoder = Decoder()
    for number in range(1000):
        decoder.decode(b"\x40" + hpack.plain(b"name") + hpack.plain(b"v" * (number % 5000)), 100)
        assert sum(len(name) + len(value) + 32 for name, value in decoder._table) == decoder._size <= hpack.TABLE_BYTES

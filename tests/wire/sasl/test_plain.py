"""PLAIN's one message."""

import pytest

from weirmq.wire.sasl import plain
from weirmq.wire.sasl.errors import Malformed


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\0ann\0hush", ("", "ann", "hush")),
        (b"bob\0ann\0hu sh", ("bob", "ann", "hu sh")),
        ("\0j\u00fcrgen\0\u4e2d".encode(), ("", "j\u00fcrgen", "\u4e2d")),
        (b"\0\0", ("", "", "")),
    ],
)
def test_messages(data: bytes, found: tuple[str, str, str]) -> None:
    assert plain.read(data) == found


@pytest.mark.parametrize("data", [b"", b"ann", b"ann\0hush", b"\0ann\0hush\0", b"\0ann\0\xff"])
def test_what_is_none(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"Invalid SASL/PLAIN response"):
        plain.read(data)

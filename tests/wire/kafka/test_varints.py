"""Unsigned varints."""

import pytest

from weirmq.wire.kafka import varints
from weirmq.wire.kafka.errors import Malformed

# From the guide's own scheme: seven bits a byte, the lowest first.
KNOWN = {0: "00", 1: "01", 127: "7f", 128: "8001", 300: "ac02", 2**32 - 1: "ffffffff0f"}


@pytest.mark.parametrize(("number", "raw"), KNOWN.items())
def test_known_numbers(number: int, raw: str) -> None:
    data = bytes.fromhex(raw)
    assert varints.write(number) == data
    assert varints.read(memoryview(b"x" + data + b"y"), 1) == (number, 1 + len(data))


@pytest.mark.parametrize("raw", ["ffffffff1f", "8080808080", "808080808001"])
def test_numbers_of_more_than_32_bits(raw: str) -> None:
    with pytest.raises(Malformed):
        varints.read(memoryview(bytes.fromhex(raw)), 0)


def test_a_number_that_does_not_end() -> None:
    with pytest.raises(IndexError):
        varints.read(memoryview(b"\x80"), 0)

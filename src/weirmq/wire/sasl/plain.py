"""PLAIN (RFC 4616): authorization id, name and password, with NULs between them."""

from typing import NamedTuple

from weirmq.wire.sasl.errors import Malformed


class Plain(NamedTuple):
    """What a client sends. `authzid` is whom it wants to act as; empty for itself."""

    authzid: str
    name: str
    password: str


def read(data: bytes) -> Plain:
    """The message. Raises Malformed."""
    try:
        parts = data.decode().split("\0")
    except UnicodeDecodeError:
        raise Malformed("Invalid SASL/PLAIN response: it is not UTF-8") from None
    if len(parts) != 3:
        raise Malformed(f"Invalid SASL/PLAIN response: expected 3 tokens, got {len(parts)}")
    return Plain(*parts)

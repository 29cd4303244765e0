"""OAUTHBEARER (RFC 7628): a bearer token, and what a server says of one that isn't good."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from weirmq.wire.sasl.errors import Malformed

CONTROL_A: Final = b"\x01"  # what a client says to a refusal (RFC 7628, 3.2.3)
_PAIR: Final = r"[A-Za-z]+=[\x21-\x7e \t\r\n]*\x01"
# RFC 7628, 3.1: gs2-header kvsep *kvpair kvsep
_MESSAGE: Final = re.compile(rf"[ny],(?:a=([\x21-\x2b\x2d-\x7e]+))?,\x01((?:{_PAIR})*)\x01")
_TOKEN: Final = re.compile(r"Bearer +([-_~+/.A-Za-z0-9]+=*)", re.IGNORECASE)


class Bearer(NamedTuple):
    """`authzid` is whom the client wants to act as; empty for whoever the token is for."""

    authzid: str
    token: str
    extensions: Mapping[str, str]


def read(data: bytes) -> Bearer:
    """The message. Raises Malformed."""
    found = _MESSAGE.fullmatch(data.decode("latin-1"))
    if found is None:
        raise Malformed("Invalid OAUTHBEARER client first message")
    extensions = dict(pair.split("=", 1) for pair in found[2].split("\x01") if pair)
    token = _TOKEN.fullmatch(extensions.pop("auth", ""))
    if token is None:
        raise Malformed("Invalid OAUTHBEARER client first message: no bearer token under 'auth'")
    return Bearer((found[1] or "").replace("=2C", ",").replace("=3D", "="), token[1], extensions)


def refusal(status: str = "invalid_token") -> bytes:
    """What a client gets in place of being let in; it answers CONTROL_A."""
    return msgspec.json.encode({"status": status})

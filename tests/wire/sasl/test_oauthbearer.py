"""OAUTHBEARER's messages, as in RFC 7628."""

import pytest

from weirmq.wire.sasl import oauthbearer
from weirmq.wire.sasl.errors import Malformed


def test_a_token() -> None:
    found = oauthbearer.read(b"n,a=user@example.com,\x01host=h\x01port=143\x01auth=Bearer vF9dft4qmT=\x01\x01")
    assert found == ("user@example.com", "vF9dft4qmT=", {"host": "h", "port": "143"})
    assert oauthbearer.read(b"n,,\x01auth=bearer  a.b-c_d~e+f/g\x01\x01") == ("", "a.b-c_d~e+f/g", {})


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x01", b"n,,\x01\x01", b"n,,\x01auth=Basic x\x01\x01", b"n,,\x01auth=Bearer x\x01", b"n,,auth=Bearer x",
        b"n,,\x01auth=Bearer \x01\x01", b"n,,\x01auth=Bearer a b\x01\x01", b"n,,\x01auth=Bearer \xff\x01\x01",
        b"p=x,,\x01auth=Bearer x\x01\x01", b"n,,\x011=2\x01auth=Bearer x\x01\x01", b"n,," + b"\x01a=" * 50_000,
    ],
)  # fmt: skip
def test_what_is_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        oauthbearer.read(data)


def test_a_refusal() -> None:
    assert oauthbearer.refusal() == b'{"status":"invalid_token"}'

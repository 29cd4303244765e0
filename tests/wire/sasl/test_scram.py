"""SCRAM's messages and proofs, held against the examples of the RFCs."""

from base64 import b64decode

import pytest

from weirmq.wire.sasl import scram
from weirmq.wire.sasl.errors import Malformed

# RFC 7677, 3: the user `user` with the password `pencil`.
FIRST = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SALT = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
FINAL = f"c=biws,r={NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".encode()
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def known(password: bytes = b"pencil") -> scram.Verifier:
    return scram.verifier("sha256", scram.salted("sha256", password, SALT, 4096), SALT, 4096)


def test_the_example_of_rfc_7677() -> None:
    first, final = scram.client_first(FIRST), scram.client_final(FINAL)
    assert (first.name, first.nonce, first.authzid, first.header) == ("user", "rOprNGfwEbeRWgbNEkqO", "", "n,,")
    challenge = scram.server_first(NONCE, SALT, 4096)
    assert challenge == f"r={NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    assert (final.nonce, final.header) == (NONCE, b"n,,")
    messages = f"{first.bare},{challenge},{final.without_proof}"
    signature = scram.signature("sha256", known(), messages, final.proof)
    assert signature is not None
    assert scram.server_final(signature) == SERVER_FINAL
    assert scram.signature("sha256", known(b"pencils"), messages, final.proof) is None
    assert scram.signature("sha256", known(), messages + "x", final.proof) is None
    assert scram.signature("sha256", known(), messages, final.proof[:-1]) is None


def test_names_with_commas_and_equals_signs() -> None:
    first = scram.client_first("y,a=a=2Cb,n=a=2Cb=3D\u00fc,r=x,tokenauth=true".encode())
    assert (first.authzid, first.name, first.extensions) == ("a,b", "a,b=\u00fc", "tokenauth=true")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"n", b"n,,", b"n,,n=user", b"n,,n=,r=x", b"n,,n=user,r=", b"n,,r=x,n=user", b"p=tls-unique,,n=u,r=x",
        b"n,,n=a=b,r=x", b"n,,n=a=2c,r=x", b"n,,n=a,r=x y", b"n,,m=x,n=a,r=x", b"n,,n=a,r=x,m=must", b"n,,n=\xff,r=x",
        b"n,b,n=a,r=x", b"n,,n=a\0,r=x", b"=" * 1000,
    ],
)  # fmt: skip
def test_first_messages_that_are_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        scram.client_first(data)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"c=biws", b"c=biws,r=x", b"r=x,c=biws,p=eA==", b"c=biws,r=x,p=", b"c=biws,r=x,p=%", b"c=biws,r=x,p=eA",
        b"c=b,r=x,p=eA==", b"c=biws,r=x,p=eA==,", b"\xff", b"c=biws,r=,p=eA==", b"c=biws,r=x," + b"a=b," * 9999 + b"q=",
    ],
)  # fmt: skip
def test_final_messages_that_are_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        scram.client_final(data)

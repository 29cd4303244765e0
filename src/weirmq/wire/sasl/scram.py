"""SCRAM's messages and proofs (RFC 5802, RFC 7677), without channel binding. As Kafka has it, names and passwords are
taken as they are, in UTF-8: no SASLprep.

    client                                    server
    n,,n=user,r=CLIENT          ->
                                <-            r=CLIENTSERVER,s=SALT,i=ITERATIONS
    c=biws,r=CLIENTSERVER,p=PROOF ->
                                <-            v=SIGNATURE
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import new, pbkdf2_hmac
from typing import Final, NamedTuple

from weirmq.wire.sasl.errors import Malformed

# RFC 5802, 7. `y`: the client could bind channels, and has seen that we don't. `p`: it insists.
_VALUE: Final = r"[^,\0]+"
_BASE64: Final = r"[A-Za-z0-9+/=]+"
_NONCE: Final = r"[\x21-\x2b\x2d-\x7e]+"
_FIRST: Final = re.compile(rf"([ny],(?:a=({_VALUE}))?,)(n=({_VALUE}),r=({_NONCE})(?:,(.*))?)", re.DOTALL)
_FINAL: Final = re.compile(rf"(c=({_BASE64}),r=({_NONCE})(?:,[A-Za-z]={_VALUE})*),p=({_BASE64})")
_ESCAPE: Final = re.compile(r"=(2C|3D)?")


class ClientFirst(NamedTuple):
    """`header` and `bare` are its two parts as they came; `extensions` stand behind the nonce."""

    header: str
    bare: str
    authzid: str
    name: str
    nonce: str
    extensions: str


class ClientFinal(NamedTuple):
    """`without_proof` is all of it that the proof is about; `header` is that of the first message, once more."""

    without_proof: str
    header: bytes
    nonce: str
    proof: bytes


class Verifier(NamedTuple):
    """What a server keeps of a password: it can tell who knows the password, and nobody can log in with it."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes


def client_first(data: bytes) -> ClientFirst:
    """The first message. Raises Malformed."""
    found = _FIRST.fullmatch(_text(data))
    if found is None:
        raise Malformed("Invalid SCRAM client first message format")
    header, authzid, bare, name, nonce, extensions = found.groups()
    if extensions and extensions.startswith("m="):
        raise Malformed("SCRAM extensions that must be understood are not supported")
    return ClientFirst(header, bare, _name(authzid or ""), _name(name), nonce, extensions or "")


def client_final(data: bytes) -> ClientFinal:
    """The last message. Raises Malformed."""
    found = _FINAL.fullmatch(_text(data))
    if found is None:
        raise Malformed("Invalid SCRAM client final message format")
    without_proof, header, nonce, proof = found.groups()
    return ClientFinal(without_proof, _decoded(header), nonce, _decoded(proof))


def server_first(nonce: str, salt: bytes, iterations: int) -> str:
    """The server's challenge; `nonce` is the client's with the server's behind it."""
    return f"r={nonce},s={b64encode(salt).decode()},i={iterations}"


def server_final(signature: bytes) -> bytes:
    """The server's own proof."""
    return b"v=" + b64encode(signature)


def salted(algorithm: str, password: bytes, salt: bytes, iterations: int) -> bytes:
    """SaltedPassword (RFC 5802, 3). Takes a millisecond for 4,096 iterations."""
    return pbkdf2_hmac(algorithm, password, salt, iterations)


def verifier(algorithm: str, salted_password: bytes, salt: bytes, iterations: int) -> Verifier:
    """What to keep of a salted password; `algorithm` as hashlib names it."""
    client_key = hmac.digest(salted_password, b"Client Key", algorithm)
    server_key = hmac.digest(salted_password, b"Server Key", algorithm)
    return Verifier(salt, iterations, new(algorithm, client_key).digest(), server_key)


def signature(algorithm: str, known: Verifier, messages: str, proof: bytes) -> bytes | None:
    """The server's signature where the client's proof is right, else None. `messages` is the AuthMessage."""
    said = messages.encode()
    mask = hmac.digest(known.stored_key, said, algorithm)
    if len(proof) != len(mask):
        return None
    client_key = bytes(one ^ other for one, other in zip(proof, mask, strict=True))
    if not hmac.compare_digest(new(algorithm, client_key).digest(), known.stored_key):
        return None
    return hmac.digest(known.server_key, said, algorithm)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Malformed("a SCRAM message that is not UTF-8") from None


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except Error:
        raise Malformed("a SCRAM message with invalid Base64") from None


def _name(text: str) -> str:
    """A saslname: a comma is `=2C` in it and an equals sign `=3D`, and there is no other `=`."""

    def character(found: "re.Match[str]") -> str:
        if found[1] is None:
            raise Malformed("Invalid username in SCRAM: = stands for =2C or =3D only")
        return "," if found[1] == "2C" else "="

    return _ESCAPE.sub(character, text)

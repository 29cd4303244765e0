"""Clients on their way in: what they send, whatever the mechanism."""

import hmac
from base64 import b64decode, b64encode
from hashlib import new, pbkdf2_hmac
from typing import Any

from tests.services.kafka.world import Peer, World
from weirmq.services.kafka.login import Login
from weirmq.wire.kafka.messages.sasl_authenticate_request import SaslAuthenticateRequest
from weirmq.wire.kafka.messages.sasl_handshake_request import SaslHandshakeRequest

HASHES = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}


def newcomer(*mechanisms: str, lasts_ms: int | None = None) -> Peer:
    """A connection to a listener with these mechanisms."""
    peer = Peer()
    peer.login = Login(mechanisms, lasts_ms)
    return peer


def shake(world: World, peer: Peer, mechanism: str, version: int = 1) -> Any:
    return world.ask(SaslHandshakeRequest(mechanism), peer=peer, version=version)


def say(world: World, peer: Peer, token: bytes, version: int = 2) -> Any:
    return world.ask(SaslAuthenticateRequest(token), peer=peer, version=version)


def plain(world: World, peer: Peer, token: bytes) -> Any:
    """Log in by PLAIN; the last answer."""
    assert not shake(world, peer, "PLAIN").error_code
    return say(world, peer, token)


def scram(
    world: World,
    peer: Peer,
    user: str,
    password: str,
    mechanism: str = "SCRAM-SHA-512",
    header: str = "n,,",
    extensions: str = "",
) -> Any:
    """Log in by SCRAM; the last answer. The server's own proof is checked."""
    assert not shake(world, peer, mechanism).error_code
    bare = f"n={user},r=mine{extensions}"
    answer = say(world, peer, f"{header}{bare}".encode())
    if answer.error_code:
        return answer
    challenge = answer.auth_bytes.decode()
    fields = dict(each.split("=", 1) for each in challenge.split(","))
    algorithm = HASHES[mechanism]
    salted = pbkdf2_hmac(algorithm, password.encode(), b64decode(fields["s"]), int(fields["i"]))
    without = f"c={b64encode(header.encode()).decode()},r={fields['r']}"
    messages = f"{bare},{challenge},{without}".encode()
    client_key = hmac.digest(salted, b"Client Key", algorithm)
    mask = hmac.digest(new(algorithm, client_key).digest(), messages, algorithm)
    proof = bytes(one ^ other for one, other in zip(client_key, mask, strict=True))
    answer = say(world, peer, f"{without},p={b64encode(proof).decode()}".encode())
    if not answer.error_code:
        signature = hmac.digest(hmac.digest(salted, b"Server Key", algorithm), messages, algorithm)
        assert answer.auth_bytes == b"v=" + b64encode(signature)
    return answer

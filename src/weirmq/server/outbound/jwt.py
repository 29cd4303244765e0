"""JSON Web Tokens (RFC 7519), signed (RFC 7515) with the keys that push platforms give out."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

import msgspec

_COORDINATE_BYTES: Final = 32  # RFC 7518, 3.4: R and S of P-256


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], key: str) -> str:
    """A token. `key` is a private key, PEM or the base64 of its DER: RSA makes RS256, P-256 makes ES256.

    Raises ValueError for what is no such key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    try:
        loaded = load_pem_private_key(key.encode(), None) if "-----BEGIN" in key else _der(key, load_der_private_key)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it wants a password
        raise ValueError("the signing key is no private key that can be read") from None
    match loaded:
        case rsa.RSAPrivateKey():
            text = _text({"alg": "RS256", **header}, claims)
            signature = loaded.sign(text, padding.PKCS1v15(), hashes.SHA256())
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
            text = _text({"alg": "ES256", **header}, claims)
            r, s = utils.decode_dss_signature(loaded.sign(text, ec.ECDSA(hashes.SHA256())))
            signature = r.to_bytes(_COORDINATE_BYTES) + s.to_bytes(_COORDINATE_BYTES)
        case _:
            raise ValueError("the signing key is neither an RSA nor a P-256 key")
    return (text + b"." + _encode(signature)).decode()


def _der(key: str, load: Any) -> Any:
    return load(b64decode(key), None)


def _text(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bytes:
    return _encode(msgspec.json.encode(header)) + b"." + _encode(msgspec.json.encode(claims))


def _encode(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")

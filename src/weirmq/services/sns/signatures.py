"""Signed messages: the key, its certificate, what is signed, and the finisher that signs what is read.

A signature costs some 350 us of CPU. So a message that goes into queues is kept without one, and gets it when it is
read; one message in many queues is signed once.
Source: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from weirmq.kernel.clock import SECOND_MS
from weirmq.kernel.ids import Entropy
from weirmq.services.sns.facts import KeyMade

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from weirmq.services.sns.machine import SnsMachine

NAME: Final = "sns"  # of the finisher, in queues' facts
KEY_BITS: Final = 2_048  # as AWS's
SIGNATURE_CHARS: Final = 344  # KEY_BITS in base64
_LIFETIME: Final = timedelta(days=3_650)
_REMEMBERED: Final = 4_096  # signatures of messages that may be read again

# `cryptography` is imported where it is needed: it takes 40 ms and 8 MB, and many servers have no topic.

# What is signed, in this order; a Subject only where there is one.
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_BEHIND_SIGNATURE: Final = '  "SigningCertURL" : "'
ADDED_CHARS: Final = len('  "Signature" : "",\n') + SIGNATURE_CHARS


def canonical(fields: Mapping[str, str]) -> str:
    """What is signed of an envelope: names and values, a line each."""
    return "".join([f"{name}\n{fields[name]}\n" for name in _SIGNED[fields["Type"]] if name in fields])


class Signer:
    """Signs with the machine's key."""

    def __init__(self, machine: "SnsMachine") -> None:
        self._machine = machine
        self._key: RSAPrivateKey | None = None
        self._signatures: dict[tuple[str, bytes], str] = {}

    @staticmethod
    def new_key(entropy: Entropy, now_ms: int) -> KeyMade:
        """A new key with its certificate. (OpenSSL draws the key itself.)"""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.x509.oid import NameOID

        key = rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        start = datetime.fromtimestamp(now_ms // SECOND_MS, UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(int.from_bytes(entropy.take(16)) >> 1 or 1)
            .not_valid_before(start - timedelta(days=1))
            .not_valid_after(start + _LIFETIME)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return KeyMade(entropy.take(16).hex(), private, certificate.public_bytes(serialization.Encoding.PEM))

    def certificate_url(self, origin: str) -> str:
        """Where the certificate is served."""
        return f"{origin}{self.certificate_path}"

    @cached_property  # a data folder's key is made once; every notification names it
    def certificate_path(self) -> str:
        """The path of the certificate on this server."""
        return f"/SimpleNotificationService-{self._made.name}.pem"

    def page(self, path: str) -> bytes | None:
        """The certificate, PEM, where `path` is its own."""
        key = self._machine.key
        return key.certificate if key is not None and path == self.certificate_path else None

    @property
    def _made(self) -> KeyMade:
        if self._machine.key is None:
            raise RuntimeError("no key was made")
        return self._machine.key

    def sign(self, text: str, version: str) -> str:
        """The signature of a canonical text, in base64."""
        digest = sha256(text.encode()).digest()
        known = self._signatures.get((version, digest))
        if known is not None:
            return known
        made = b64encode(self._signed(text.encode(), version)).decode()
        if len(self._signatures) >= _REMEMBERED:
            del self._signatures[next(iter(self._signatures))]
        self._signatures[version, digest] = made
        return made

    def _signed(self, text: bytes, version: str) -> bytes:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa

        if self._key is None:
            key = serialization.load_pem_private_key(self._made.key, password=None)
            assert isinstance(key, rsa.RSAPrivateKey), "new_key makes no other"  # noqa: S101
            self._key = key
        digest = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 - version 1 is SHA1withRSA
        return self._key.sign(text, padding.PKCS1v15(), digest)

    def finish(self, body: str) -> str:
        """An envelope with its signature: `body` is one without."""
        fields = json.loads(body)
        line = f'  "Signature" : "{self.sign(canonical(fields), fields["SignatureVersion"])}",\n'
        place = body.index(_BEHIND_SIGNATURE)
        return f"{body[:place]}{line}{body[place:]}"

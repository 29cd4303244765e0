"""A certificate for servers that were given none: made at the first start, by an authority of its own.

The authority's key is thrown away, so who trusts its certificate trusts this one server and nobody else. Operators who
want other names, or another end than in ten years, give a certificate of their own; or delete the folder.
"""

import ipaddress
import os
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:  # a start without it does without: it takes 100 ms to import
    from cryptography import x509

FOLDER: Final = "kafka-tls"  # below the data folder
_VALID: Final = timedelta(days=3650)
_SKEW: Final = timedelta(days=1)  # of clients whose clocks are behind


class Files(NamedTuple):
    """What clients trust, and what the server shows them; PEM."""

    authority: Path
    certificate: Path
    key: Path


def files(data: Path) -> Files:
    """Where they are, or will be."""
    folder = data / FOLDER
    return Files(folder / "ca.pem", folder / "server.pem", folder / "server.key")


def make(data: Path, host: str, now_ms: int) -> Files:
    """The files below `data`, made now if they aren't there. `host` is where the server listens. Raises OSError."""
    found = files(data)
    if not all(path.exists() for path in found):
        found.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in zip(found, _made(_names(host), datetime.fromtimestamp(now_ms / 1000, UTC)), strict=True):
            _write(path, content)
    return found


def _write(path: Path, content: bytes) -> None:
    """All or nothing, and for nobody else to read."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600, exist_ok=False)
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _names(host: str) -> list[str]:
    """By which clients may reach the server."""
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname(), host]
    return [name for name in dict.fromkeys(names) if name not in {"", "0.0.0.0", "::"}]  # noqa: S104 - left out


def _made(names: Iterable[str], now: datetime) -> tuple[bytes, bytes, bytes]:
    """The authority's certificate, the server's, and the server's key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name, name = _subject("WeirMQ, this server's own authority"), _subject("WeirMQ")
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)  # signatures of any kind
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _begun(authority_name, authority_name, now)
        .public_key(authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _begun(name, authority_name, now)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(each) for each in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = serialization.Encoding.PEM
    return authority.public_bytes(pem), certificate.public_bytes(pem), private


def _begun(subject: "x509.Name", issuer: "x509.Name", now: datetime) -> "x509.CertificateBuilder":
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _VALID)
    )


def _subject(name: str) -> "x509.Name":
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])


def _alternative(name: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)

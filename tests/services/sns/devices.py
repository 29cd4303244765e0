"""What tests of mobile push share."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.services.sns.world import World

ENDS = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
TOKEN = "a1" * 32


def application(world: World, name: str = "shop", platform: str = "ADM", **more: str) -> str:
    """The ARN of a new application; Amazon's platform takes any text for credentials."""
    attributes = {"PlatformPrincipal": "id", "PlatformCredential": "secret", **more}
    arn: str = world.ask(
        "CreatePlatformApplication", Name=name, Platform=platform, Attributes=attributes
    ).PlatformApplicationArn
    return arn


def endpoint(world: World, application_arn: str, token: str = TOKEN, **members: Any) -> str:
    """The ARN of an endpoint."""
    arn: str = world.ask(
        "CreatePlatformEndpoint", PlatformApplicationArn=application_arn, Token=token, **members
    ).EndpointArn
    return arn


@cache
def key() -> str:
    """A private key in PEM."""
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def certificate() -> tuple[str, str]:
    """A certificate that ends at ENDS, and its key."""
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Apple Push Services: com.example.shop")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(made.public_key())
        .serial_number(1)
        .not_valid_before(ENDS - timedelta(days=365))
        .not_valid_after(ENDS)
        .sign(made, hashes.SHA256())
    )
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return built.public_bytes(Encoding.PEM).decode(), pem

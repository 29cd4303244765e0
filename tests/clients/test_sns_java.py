"""The AWS SDK for Java v2 with SNS, and its message manager, which checks signatures as it comes, unconfigured.

It believes a certificate only if it comes over HTTPS from sns.REGION.amazonaws.com. So here the server has that name,
as a network's DNS would give it, and a certificate for it that this Java trusts.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.clients import programs, toolchains
from tests.clients.server import REGION, USER_KEY, USERS, Certificate, Server
from tests.server.outbound.certificates import certificate

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

STEPS = frozenset({"topics", "fanout", "batch", "fifo", "signatures", "queued"})
NAME = f"sns.{REGION}.amazonaws.com"
_PASSWORD = "changeit"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that verifies signatures, and stands where AWS's would."""
    made = certificate(tmp_path, NAME)
    server = Server(tmp_path, USER_KEY, USERS, Certificate(made.path, made.path.with_suffix(".key")))
    yield from programs.serving(server)


@pytest.fixture
def command(server: Server, tmp_path: Path) -> programs.Command:
    """Java with names and trust of its own."""
    authority = x509.load_pem_x509_certificate((tmp_path / f"{NAME}.pem").read_bytes())
    known = [pkcs12.PKCS12Certificate(authority, NAME.encode())]
    store, hosts = tmp_path / "trusted.p12", tmp_path / "hosts"
    store.write_bytes(pkcs12.serialize_java_truststore(known, BestAvailableEncryption(_PASSWORD.encode())))
    hosts.write_text(f"127.0.0.1 localhost {NAME}\n")
    return (
        *("java", "-XX:TieredStopAtLevel=1"),
        *(f"-Djdk.net.hosts.file={hosts}", f"-Djavax.net.ssl.trustStore={store}"),
        f"-Djavax.net.ssl.trustStorePassword={_PASSWORD}",
        *("-cp", toolchains.java("java-sns"), "clients.Notifications"),
    )


@pytest.fixture
def place(server: Server) -> dict[str, str]:
    """The endpoint, by name."""
    return {"AWS_ENDPOINT_URL": f"https://{NAME}:{server.port}"}


def test_the_whole_surface(server: Server, command: programs.Command, place: dict[str, str]) -> None:
    programs.takes_every_step(command, server, STEPS, **place)


def test_a_wrong_secret_is_refused(server: Server, command: programs.Command, place: dict[str, str]) -> None:
    programs.is_refused(command, server, **place)

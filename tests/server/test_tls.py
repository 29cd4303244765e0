"""TLS over real sockets: what is negotiated, what is refused at the start, and renewal in place."""

import asyncio
import datetime as dt
import ssl
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.server.serving import GET, Client, echo, on_both_loops
from weirmq.kernel.clock import ManualClock
from weirmq.server.http import Exchange, Server
from weirmq.server.tls import Certificate, TlsError
from weirmq.wire.http import Request


class Pem(NamedTuple):
    certificate: bytes
    key: bytes
    encrypted_key: bytes


def make(serial: int) -> Pem:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )

    def pem(encryption: serialization.KeySerializationEncryption) -> bytes:
        return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    return Pem(
        certificate.public_bytes(serialization.Encoding.PEM),
        pem(serialization.NoEncryption()),
        pem(serialization.BestAvailableEncryption(b"x")),
    )


OLD, NEW = make(1), make(2)


def write(folder: Path, certificate: bytes, key: bytes) -> tuple[Path, Path]:
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    return folder / "certificate.pem", folder / "key.pem"


class Failures(list[tuple[str, BaseException]]):
    def __call__(self, what: str, why: BaseException) -> None:
        self.append((what, why))


def load(folder: Path, certificate: bytes, key: bytes) -> Certificate:
    return Certificate(*write(folder, certificate, key), on_error=Failures())


def trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


async def connect(port: int, name: str = "", context: ssl.SSLContext | None = None) -> Client:
    return Client(*await asyncio.open_connection("127.0.0.1", port, ssl=context or trusting(), server_hostname=name))


def serial(client: Client) -> int:
    der = client.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der).serial_number


_folders: list[Path] = []


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    """Scenarios take no fixtures: they find the folder here."""
    _folders[:] = [tmp_path]


@on_both_loops
async def test_requests_over_tls() -> None:
    requests: list[Request] = []

    def handler(request: Request, exchange: Exchange) -> None:
        requests.append(request)
        echo(request, exchange)

    failures = Failures()
    server = Server(handler, clock=ManualClock(), on_error=failures)
    ((_, port),) = await server.listen("127.0.0.1", 0, load(_folders[0], OLD.certificate, OLD.key).context)
    client = await connect(port)
    for _ in range(2):
        assert (await client.ask(GET)).status == 200
    assert all(request.secure for request in requests)
    session = client.writer.get_extra_info("ssl_object")
    assert session.selected_alpn_protocol() == "http/1.1"
    assert session.version() in ("TLSv1.2", "TLSv1.3")
    assert (await client.ask(b"nonsense")).status == 400
    assert server.sweep(asyncio.get_running_loop().time() + 6) == 1  # TLS has no half-close: it lingers, then goes
    assert await client.at_end() == b""
    client.writer.close()
    await server.close(1)
    assert failures == []


@on_both_loops
async def test_a_client_that_leaves_is_noticed() -> None:
    gone = asyncio.Event()
    came = asyncio.Event()

    def handler(_request: Request, exchange: Exchange) -> None:
        exchange.on_gone(gone.set)
        came.set()

    server = Server(handler, clock=ManualClock(), on_error=Failures())
    ((_, port),) = await server.listen("127.0.0.1", 0, load(_folders[0], OLD.certificate, OLD.key).context)
    client = await connect(port)
    client.send(GET)
    await came.wait()
    client.writer.close()
    await gone.wait()
    await server.close(0)


@on_both_loops
async def test_old_versions_are_refused() -> None:
    server = Server(echo, clock=ManualClock(), on_error=Failures())
    context = load(_folders[0], OLD.certificate, OLD.key).context
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    ((_, port),) = await server.listen("127.0.0.1", 0, context)
    old = trusting()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await connect(port, context=old)
    await server.close(0)


@on_both_loops
async def test_a_renewed_certificate_is_taken_up() -> None:
    failures = Failures()
    certificate = Certificate(*write(_folders[0], OLD.certificate, OLD.key), on_error=failures)
    server = Server(echo, clock=ManualClock(), on_error=failures)
    ((_, port),) = await server.listen("127.0.0.1", 0, certificate.context)

    async def seen(name: str = "") -> int:
        client = await connect(port, name)
        assert (await client.ask(GET)).status == 200
        assert client.writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
        client.writer.close()
        return serial(client)

    assert await seen() == 1
    write(_folders[0], NEW.certificate, OLD.key)  # halfway
    assert [await seen(), await seen()] == [1, 1]
    assert len(failures) == 1
    assert "isn't the key of" in str(failures[0][1])
    (_folders[0] / "key.pem").unlink()
    assert await seen() == 1
    assert "can't be read" in str(failures[1][1])
    write(_folders[0], NEW.certificate, NEW.key)
    assert [await seen(), await seen("localhost")] == [2, 2]
    assert len(failures) == 2
    await server.close(1)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match=r"no\.pem: can't be read: No such file"):
        Certificate(tmp_path / "no.pem", tmp_path / "key.pem", on_error=Failures())
    with pytest.raises(TlsError, match=r"can't be read: Is a directory"):
        Certificate(tmp_path, tmp_path / "key.pem", on_error=Failures())


@pytest.mark.parametrize(
    ("certificate", "key", "message"),
    [
        (OLD.certificate, NEW.key, r"key\.pem: isn't the key of .*certificate\.pem"),
        (OLD.certificate, OLD.encrypted_key, r"key\.pem: is encrypted"),
        (OLD.certificate, b"nonsense", "not a PEM certificate and its PEM key"),
        (b"nonsense", OLD.key, "not a PEM certificate and its PEM key"),
        (b"", b"", "not a PEM certificate and its PEM key"),
        (OLD.key, OLD.certificate, "not a PEM certificate and its PEM key"),
    ],
)
def test_what_cannot_be_used_is_said_at_the_start(tmp_path: Path, certificate: bytes, key: bytes, message: str) -> None:
    with pytest.raises(TlsError, match=message):
        load(tmp_path, certificate, key)

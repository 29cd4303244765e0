"""Endpoints that behave as they are told, for the tests of what goes out."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Asked(NamedTuple):
    """One request as it came. `connection` counts them from 1."""

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes


class Peer(NamedTuple):
    """The endpoint's side of one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    endpoint: "Endpoint"

    async def asked(self) -> Asked:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.split("\r\n")[:-2]
        headers = dict(line.split(": ", 1) for line in lines)
        body = await self.reader.readexactly(int(headers.get("Content-Length", "0")))
        asked = Asked(self.number, line, headers, body)
        self.endpoint.asked.append(asked)
        return asked

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Until the other side closes."""
        with suppress(ConnectionError):
            while await self.reader.read(65536):
                pass


class Endpoint:
    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.asked: list[Asked] = []
        self.came = asyncio.Event()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


Script = Callable[[Peer], Awaitable[None]]


def answering(*answers: bytes) -> Script:
    """On each connection, one of the answers for each request, the last one again and again."""

    async def script(peer: Peer) -> None:
        rest = list(answers)
        while True:
            await peer.asked()
            peer.say(rest.pop(0) if len(rest) > 1 else rest[0])

    return script


async def silent(peer: Peer) -> None:
    """Takes a request and answers nothing."""
    await peer.asked()
    peer.endpoint.came.set()
    await peer.gone()


@asynccontextmanager
async def endpoint(script: Script, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Endpoint]:
    it = Endpoint()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        it.connections += 1
        try:
            await script(Peer(reader, writer, it.connections, it))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, backlog=1000)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


class Authority(NamedTuple):
    """A certificate authority of a test's own: `ca_file` to believe it, and contexts for servers."""

    ca_file: str
    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def server(self, *names: str, alpn: str = "http/1.1", until: int = 2120) -> ssl.SSLContext:
        """For a server that is known as `names`, with a certificate good until that year."""
        key = ec.generate_private_key(ec.SECP256R1())
        known: list[x509.GeneralName] = [_name(name) for name in names]
        certificate = (
            _begun(key, "server", self.certificate.subject, until)
            .add_extension(x509.SubjectAlternativeName(known), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = self.folder / f"{'-'.join(names)}.pem".replace(":", "_")
        path.write_bytes(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.set_alpn_protocols([alpn])
        return context


def authority(folder: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's authority")])
    certificate = (
        _begun(key, "A test's authority", subject, 2120)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(*(n in (5, 6) for n in range(9))), critical=True)  # signs certificates, CRLs
        .sign(key, hashes.SHA256())
    )
    path = folder / "authority.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(str(path), folder, key, certificate)


def _begun(key: ec.EllipticCurvePrivateKey, name: str, issuer: x509.Name, until: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(until, 1, 1, tzinfo=dt.UTC))
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)

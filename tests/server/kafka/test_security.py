"""Listeners that speak TLS: whose certificate they show, which clients they want to see one of, and whom they see."""

import asyncio
import ssl
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.server.kafka.certificates import CN, Authority, Files, O
from tests.server.kafka.serving import Serving, serving
from tests.server.serving import on_both_loops
from weirmq.kernel.clock import ManualClock
from weirmq.server.config import Options
from weirmq.server.kafka import self_signed
from weirmq.server.kafka.security import Securities, Security
from weirmq.server.kafka.tables import KafkaListener
from weirmq.server.tls import TlsError
from weirmq.services.kafka.ask import Principal

NOW_MS = 1_750_000_000_000


def security(folder: Path, table: KafkaListener | None = None, **options: Any) -> Security:
    tables = (table,) if table is not None else ()
    found = Options(data=str(folder), kafka_listeners=tables, **options)
    return Securities(found, ManualClock(NOW_MS), lambda _what, _why: None).of("SSL")


def table(authority: Authority, **more: Any) -> KafkaListener:
    server = authority.certify("server")
    files = {"tls_certificate": str(server.certificate), "tls_key": str(server.key)}
    return KafkaListener(name="SSL", protocol="SSL", **(files | more))


def trusting(ca: Path, client: Files | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca)
    if client is not None:
        context.load_cert_chain(client.certificate, client.key)
    return context


async def connect(it: Serving, context: ssl.SSLContext) -> Any:
    return await it.connect(ssl=context, server_hostname="localhost")


@on_both_loops
async def test_a_certificate_that_nobody_gave(tmp_path: Path) -> None:
    async with serving(security=security(tmp_path, host="0.0.0.0")) as it:
        files = self_signed.files(tmp_path)
        client = await connect(it, trusting(files.authority))
        assert await client.ask(b"hello") == b"hello"
        connection = await it.connection()
        assert (connection.principal, connection.is_encrypted) == (Principal("User", "ANONYMOUS"), True)
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    before = files.certificate.read_bytes()
    assert self_signed.make(tmp_path, "0.0.0.0", NOW_MS) == files
    assert files.certificate.read_bytes() == before


@on_both_loops
async def test_the_servers_certificate_is_that_of_its_listeners(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    files = authority.certify("http")
    found = security(tmp_path, tls_certificate=str(files.certificate), tls_key=str(files.key))
    async with serving(security=found) as it:
        client = await connect(it, trusting(authority.ca))
        assert await client.ask(b"hello") == b"hello"
    assert not self_signed.files(tmp_path).key.exists()


@pytest.mark.parametrize("client_auth", ["requested", "required"])
@on_both_loops
async def test_who_shows_a_certificate_is_its_subject(client_auth: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    given = table(authority, client_auth=client_auth, client_ca_file=str(authority.ca))
    async with serving(security=security(tmp_path, given)) as it:
        alice = authority.certify("alice", ((O, "Weir"), (CN, "alice")))
        client = await connect(it, trusting(authority.ca, alice))
        assert await client.ask(b"hello") == b"hello"
        assert str((await it.connection()).principal) == "User:CN=alice,O=Weir"


@on_both_loops
async def test_a_certificate_that_rules_speak_of(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    given = table(
        authority,
        client_auth="required",
        client_ca_file=str(authority.ca),
        principal_mapping_rules="RULE:CN=(.*?),O=Weir/$1/",
    )
    async with serving(security=security(tmp_path, given)) as it:
        alice = authority.certify("alice", ((O, "Weir"), (CN, "alice")))
        client = await connect(it, trusting(authority.ca, alice))
        assert await client.ask(b"hello") == b"hello"
        assert str((await it.connection()).principal) == "User:alice"
        stranger = await connect(it, trusting(authority.ca, authority.certify("bob", ((CN, "bob"),))))
        assert await stranger.at_end() == b""
        assert it.told[-1]["reason"].startswith("no rule of principal_mapping_rules")


@pytest.mark.parametrize("client_auth", ["requested", "required"])
@on_both_loops
async def test_certificates_of_other_authorities(client_auth: str, tmp_path: Path) -> None:
    authority, other = Authority(tmp_path), Authority(tmp_path, "other")
    given = table(authority, client_auth=client_auth, client_ca_file=str(authority.ca))
    async with serving(security=security(tmp_path, given)) as it:
        for client in (other.certify("mallory", ((CN, "alice"),)), None):
            is_let_in = client is None and client_auth == "requested"
            try:
                found = await connect(it, trusting(authority.ca, client))
                assert await found.ask(b"hello") == b"hello"
            except (ssl.SSLError, ConnectionError, asyncio.IncompleteReadError):
                assert not is_let_in
            else:
                assert is_let_in


@on_both_loops
async def test_plain_bytes_where_tls_is_spoken(tmp_path: Path) -> None:
    async with serving(security=security(tmp_path)) as it:
        for data in (b"GET / HTTP/1.1\r\n\r\n", bytes(100), b"\x16\x03\x01\xff\xff" + bytes(100)):
            client = await it.connect()
            client.send(data)
            client.writer.write_eof()
            await client.at_end()
        assert it.words.handled == []


def test_a_file_of_authorities_that_is_none(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    (tmp_path / "none.pem").write_text("none")
    given = table(authority, client_auth="required", client_ca_file=str(tmp_path / "none.pem"))
    with pytest.raises(TlsError, match=r"none\.pem: no PEM file of certificates"):
        security(tmp_path, given)

import ssl
from pathlib import Path

import pytest

from tests.server.outbound.endpoints import authority
from weirmq.server.outbound.trust import Trust
from weirmq.server.tls import TlsError


async def test_contexts_verify_and_are_made_once(tmp_path: Path) -> None:
    trust = Trust(authority(tmp_path).ca_file)
    first, second = await trust.context("http/1.1"), await trust.context("http/1.1")
    assert first is second
    assert (first.verify_mode, first.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert first.minimum_version == ssl.TLSVersion.TLSv1_2
    assert {"commonName": "A test's authority"} in [
        {name: value for pair in ca["subject"] for name, value in pair} for ca in first.get_ca_certs()
    ]


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_that_holds_no_certificate_is_told_at_the_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TlsError, match=r"ca\.pem: no PEM file of certificates"):
        Trust(str(path))

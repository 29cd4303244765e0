"""Which certificates outbound connections believe: the system's authorities, and those of a configured file."""

import asyncio
import ssl
from functools import partial

from weirmq.server.tls import TlsError


class Trust:
    """Contexts for TLS connections to others, made at the first use: reading all authorities takes some 30 ms."""

    def __init__(self, ca_file: str = "") -> None:
        """`ca_file` is a PEM file of further authorities. Raises TlsError."""
        if ca_file:
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ca_file)
        self._ca_file = ca_file
        self._contexts: dict[str, asyncio.Future[ssl.SSLContext]] = {}

    async def context(self, alpn: str) -> ssl.SSLContext:
        """The context for connections that speak `alpn` (RFC 7301): `http/1.1` or `h2`. Raises TlsError."""
        making = self._contexts.get(alpn)
        if making is None:
            loop = asyncio.get_running_loop()
            making = self._contexts[alpn] = loop.run_in_executor(None, partial(_make, self._ca_file, alpn))
        return await asyncio.shield(making)


def _make(ca_file: str, alpn: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([alpn])
    if ca_file:
        _load(context, ca_file)
    return context


def _load(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise TlsError(f"{ca_file}: no PEM file of certificates: {error.strerror or error}") from error

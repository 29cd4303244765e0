"""New connections: to an address that the guard allows, and with TLS to a host that proves its name."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Final, TypeVar

from weirmq.server.outbound.addresses import Guard, Refused, reason
from weirmq.server.outbound.request import Origin
from weirmq.server.outbound.trust import Trust
from weirmq.server.tls import TlsError

HTTP1: Final = "http/1.1"  # ALPN protocol ids (RFC 7301, 6)
HTTP2: Final = "h2"

P = TypeVar("P", bound=asyncio.BaseProtocol)


class Opener:
    """Opens connections for all senders."""

    def __init__(self, guard: Guard, trust: Trust) -> None:
        self._guard = guard
        self._trust = trust
        self._loop = asyncio.get_running_loop()

    async def open(self, origin: Origin, alpn: str, protocol: Callable[[], P]) -> P:
        """A connection to the first address of `origin` that takes one. Raises OSError, TlsError."""
        addresses = await self._guard.addresses(origin.host, origin.port, is_trusted=origin.is_trusted)
        context = await self._trust.context(alpn) if origin.secure else None
        name = origin.host if origin.secure else None
        failure = OSError("there is no address")
        for address in addresses:
            try:
                _, connection = await self._loop.create_connection(
                    protocol, address, origin.port, ssl=context, server_hostname=name
                )
            except OSError as error:
                failure = error
            else:
                return connection
        raise failure


def told(origin: Origin, error: OSError | TlsError) -> str:
    """Why there is no connection, in one text."""
    match error:
        case Refused() | TlsError():
            return str(error)
        case socket.gaierror():
            return f"{origin.host} is not known: {reason(error)}"
        case ssl.SSLCertVerificationError():
            return f"the certificate of {origin} is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"no TLS connection to {origin}: {error.reason or reason(error)}"
        case _:
            return f"no connection to {origin}: {reason(error)}"

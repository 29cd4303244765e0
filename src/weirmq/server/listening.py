"""Sockets that listen at all addresses of a host.

The kernel lets clients in as soon as a socket listens: they wait in its backlog until the loop gets there.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Sequence
from typing import Final

BACKLOG: Final = 4096  # connections not yet accepted: a fleet reconnects at once after a restart. The kernel cuts it
TRIES: Final = 20  # to find a port that is free on all addresses

Address = tuple[socket.AddressFamily, str]


async def addresses_of(host: str) -> list[Address]:
    """Where `host` can be heard: a name, an IPv4 or IPv6 address, or empty for all there are. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def listening(addresses: Sequence[Address], port: int) -> list[socket.socket]:
    """Sockets that listen, one for each address, all at the same port; with 0 at any free one. Raises OSError."""
    for _ in range(TRIES - 1):
        try:
            return _listening(addresses, port)
        except OSError:
            if port or len(addresses) == 1:
                raise
    return _listening(addresses, port)  # what is free on one address may be taken on another


def _listening(addresses: Sequence[Address], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, host in addresses:
            found = _socket(family)
            if found is None:
                continue
            sockets.append(found)
            found.setblocking(False)
            if os.name == "posix":  # elsewhere it would let two processes listen at the same port
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            found.bind((host, port))
            found.listen(BACKLOG)
            port = found.getsockname()[1]
    except OSError:
        for each in sockets:
            each.close()
        raise
    if not sockets:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
    return sockets


def _socket(family: socket.AddressFamily) -> socket.socket | None:
    """None where the kernel has no such family: names have IPv6 addresses all the same."""
    try:
        # asyncio sets TCP_NODELAY only where the protocol is named.
        return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT:
            return None
        raise

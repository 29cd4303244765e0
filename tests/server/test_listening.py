"""Sockets that listen at all addresses of a host."""

import errno
import socket
from typing import Any

import pytest

from weirmq.server.listening import addresses_of, listening

ONE, OTHER = (socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.2")


async def test_the_addresses_of_a_host() -> None:
    assert await addresses_of("127.0.0.1") == [ONE]
    assert (socket.AF_INET, "0.0.0.0") in await addresses_of("")
    with pytest.raises(OSError, match=r"not known|[Nn]o address|failure"):
        await addresses_of("no-such-host.invalid")


def test_ports_are_the_same_on_all_addresses() -> None:
    sockets = listening([ONE, OTHER], 0)
    try:
        assert len({each.getsockname()[1] for each in sockets}) == 1
    finally:
        for each in sockets:
            each.close()


def test_a_port_that_is_taken_on_one_of_them_is_taken() -> None:
    (taken,) = listening([OTHER], 0)
    port = taken.getsockname()[1]
    with taken, pytest.raises(OSError, match="in use"):
        listening([ONE, OTHER], port)
    for each in listening([ONE, OTHER], port):  # nothing was left open
        each.close()


def test_a_kernel_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    made = socket.socket

    def without(family: int, *rest: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return made(family, *rest)

    monkeypatch.setattr(socket, "socket", without)
    (found,) = listening([(socket.AF_INET6, "::1"), ONE], 0)
    with found:
        assert found.family == socket.AF_INET
    with pytest.raises(OSError, match="not supported"):
        listening([(socket.AF_INET6, "::1")], 0)

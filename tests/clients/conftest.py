"""The servers that the clients talk to: one that takes any key, and one that verifies every signature."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.server import USER_KEY, USERS, Server


def _serving(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.kill()


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[Server]:
    """A server as it comes: any access key, on this machine only."""
    yield from _serving(Server(tmp_path))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with configured users, so that the signature of every request is verified."""
    yield from _serving(Server(tmp_path, USER_KEY, USERS))

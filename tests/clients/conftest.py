"""The servers that the clients talk to: one that takes any key, and one that verifies every signature."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import programs
from tests.clients.server import USER_KEY, USERS, Server


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[Server]:
    """A server as it comes: any access key, on this machine only."""
    yield from programs.serving(Server(tmp_path))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with configured users, so that the signature of every request is verified."""
    yield from programs.serving(Server(tmp_path, USER_KEY, USERS))

"""The pytest plugin: the fixtures `weirmq` and `weirmq_endpoint_url`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from weirmq.testing.server import Server


@pytest.fixture
def weirmq() -> Iterator["Server"]:
    """A server of this test's own, empty, that keeps everything in memory: see `weirmq.testing.Server`."""
    from weirmq.testing.server import Server

    with Server() as server:
        yield server


@pytest.fixture
def weirmq_endpoint_url(weirmq: "Server") -> str:
    """The URL of this test's server, e.g. `http://127.0.0.1:40123`."""
    return weirmq.endpoint_url

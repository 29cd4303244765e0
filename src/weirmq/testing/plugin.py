"""The pytest plugin: the fixtures `weirmq` and `weirmq_endpoint_url`, and the marker `weirmq`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from weirmq.testing.server import Server


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest know the marker."""
    config.addinivalue_line("markers", "weirmq(**options): options of the server that this test gets")


@pytest.fixture
def weirmq(request: pytest.FixtureRequest) -> Iterator["Server"]:
    """A server of this test's own, empty, that keeps everything in memory: see `weirmq.testing.Server`. It takes the
    options of the test's marker `weirmq`; those nearest to the test win.
    """
    from weirmq.testing.server import Server

    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("weirmq"))):
        options |= marker.kwargs
    with Server(**options) as server:
        yield server


@pytest.fixture
def weirmq_endpoint_url(weirmq: "Server") -> str:
    """The URL of this test's server, e.g. `http://127.0.0.1:40123`."""
    return weirmq.endpoint_url

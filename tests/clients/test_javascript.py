"""The AWS SDK for JavaScript v3, which checks MD5s, reads the error header, and speaks HTTP/2 with prior knowledge."""

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def command() -> programs.Command:
    return ("node", toolchains.javascript())


def test_the_whole_surface(server: Server, command: programs.Command) -> None:
    programs.takes_every_step(command, server)


def test_the_whole_surface_over_http_2(server: Server, command: programs.Command) -> None:
    programs.takes_every_step(command, server, HTTP_VERSION="2")


def test_a_wrong_secret_is_refused(server: Server, command: programs.Command) -> None:
    programs.is_refused(command, server)

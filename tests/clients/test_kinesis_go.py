"""The AWS SDK for Go v2 with Kinesis: AWS JSON 1.1, and subscriptions over HTTP/1.1."""

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def command() -> programs.Command:
    return (toolchains.go(), "kinesis")


def test_the_whole_surface(server: Server, command: programs.Command) -> None:
    programs.takes_every_step(command, server, programs.STREAM_STEPS)


def test_a_wrong_secret_is_refused(server: Server, command: programs.Command) -> None:
    programs.is_refused(command, server)

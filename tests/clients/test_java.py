"""The AWS SDK for Java v2, which checks every MD5: the blocking client, the asynchronous one and its batch manager."""

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

STEPS = programs.STEPS | {"batchmanager"}


@pytest.fixture(scope="module")
def command() -> programs.Command:
    # A short program starts faster without the second compiler.
    return "java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java(), "clients.Scenario"


def test_the_whole_surface(server: Server, command: programs.Command) -> None:
    programs.takes_every_step(command, server, STEPS)


def test_a_wrong_secret_is_refused(server: Server, command: programs.Command) -> None:
    programs.is_refused(command, server)

"""The AWS command line, version 1, with Kinesis."""

import os

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

COMMAND = ("bash", toolchains.HERE / "awscli" / "kinesis.sh")
STEPS = (programs.STREAM_STEPS - {"fanout"}) | {"consumers"}  # it leaves out SubscribeToShard


@pytest.fixture(scope="module")
def path() -> str:
    """A PATH on which aws is found."""
    toolchains.need("bash")
    return f"{toolchains.python_environment('awscli')}:{os.environ['PATH']}"


def test_the_whole_surface(server: Server, path: str) -> None:
    programs.takes_every_step(COMMAND, server, STEPS, PATH=path)


def test_a_wrong_secret_is_refused(server: Server, path: str) -> None:
    programs.is_refused(COMMAND, server, PATH=path)

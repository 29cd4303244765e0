"""boto3, the newest, with Kinesis: AWS JSON 1.1, and subscriptions over HTTP/1.1."""

import sys

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

COMMAND = (sys.executable, toolchains.HERE / "python" / "kinesis_story.py")
STEPS = programs.STREAM_STEPS | {"settings", "consumers", "operations"}


def test_the_whole_surface(server: Server) -> None:
    programs.takes_every_step(COMMAND, server, STEPS)


def test_a_wrong_secret_is_refused(server: Server) -> None:
    programs.is_refused(COMMAND, server)

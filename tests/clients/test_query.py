"""A boto3 from before SQS spoke JSON: the Query protocol with answers in XML, and the error codes of that time."""

from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

# Move tasks came after this version.
STEPS = (programs.STEPS - {"move"}) | {"addresses", "regions", "identity"}


@pytest.fixture(scope="module")
def command() -> tuple[Path, Path]:
    return toolchains.python_environment("query") / "python", toolchains.HERE / "python" / "scenario.py"


def test_the_whole_surface(server: Server, command: programs.Command) -> None:
    programs.takes_every_step(command, server, STEPS)


def test_a_wrong_secret_is_refused(server: Server, command: programs.Command) -> None:
    programs.is_refused(command, server)

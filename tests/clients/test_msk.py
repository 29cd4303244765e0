"""Amazon MSK's control plane: boto3 and the AWS command line, and Kafka's clients with what these give them."""

import os

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

STEPS = frozenset({"cluster", "brokers", "replicator", "topics", "configuration", "logins", "growth", "removal"})
COMMAND_STEPS = frozenset({"cluster", "changes", "secrets", "removal"})


def test_boto3(open_server: Server) -> None:
    command = (toolchains.python_environment("kafka") / "python", toolchains.HERE / "python" / "msk_story.py")
    programs.takes_every_step(command, open_server, STEPS)


def test_the_aws_command_line(open_server: Server) -> None:
    toolchains.need("bash")
    path = f"{toolchains.python_environment('awscli')}:{os.environ['PATH']}"
    command = ("bash", toolchains.HERE / "awscli" / "msk.sh")
    programs.takes_every_step(command, open_server, COMMAND_STEPS, PATH=path)

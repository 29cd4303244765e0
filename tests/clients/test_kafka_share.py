"""Share groups (KIP-932), with the clients that have them."""

from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

PROGRAM = Path(__file__).parent / "python" / "kafka_share.py"


def test_java(open_server: Server) -> None:
    java = ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"), "clients.Sharing")
    steps = frozenset({"implicit", "explicit", "shared", "expired", "transactions", "administration"})
    programs.takes_every_step(java, open_server, steps)


def test_confluent_kafka(open_server: Server) -> None:
    command = (toolchains.python_environment("kafka") / "python", PROGRAM)
    programs.takes_every_step(command, open_server, frozenset({"explicit", "implicit", "killed"}))

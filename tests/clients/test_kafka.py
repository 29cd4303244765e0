"""Kafka's clients, each with a session of its own: topics, a producer, a group of two, administration."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

PYTHON = Path(__file__).parent / "python"


def python(program: str) -> Callable[[], programs.Command]:
    return lambda: (toolchains.python_environment("kafka") / "python", PYTHON / program)


@pytest.mark.parametrize(
    ("command", "more"),
    [
        pytest.param(python("kafka_confluent.py"), set(), id="confluent-kafka"),
        pytest.param(python("kafka_pure.py"), set(), id="kafka-python"),
        pytest.param(python("kafka_async.py"), set(), id="aiokafka"),
        pytest.param(
            lambda: ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"), "clients.Session"),
            {"admin"},
            id="java",
        ),
        pytest.param(lambda: (toolchains.go("go-kafka"),), set(), id="franz-go"),
        pytest.param(lambda: ("node", toolchains.javascript("session.mjs", "kafkajs")), set(), id="kafkajs"),
    ],
)
def test_a_session(open_server: Server, command: Callable[[], programs.Command], more: set[str]) -> None:
    programs.takes_every_step(command(), open_server, programs.KAFKA_STEPS | more)

"""Kafka's clients: a session of each, with topics, a producer, a group of two and administration; then transactions,
groups of every kind, and all that AKHQ and kafka-ui ask of Java's Admin. On the default cluster, which has one broker,
and on one of three brokers, whose partitions and groups are spread over all of them.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.clients import msk, programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

PYTHON = Path(__file__).parent / "python"


def python(program: str) -> Callable[[], programs.Command]:
    return lambda: (toolchains.python_environment("kafka") / "python", PYTHON / program)


def java(program: str) -> Callable[[], programs.Command]:
    return lambda: ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"), f"clients.{program}")


def go(*arguments: str) -> Callable[[], programs.Command]:
    return lambda: (toolchains.go("go-kafka"), *arguments)


@pytest.fixture(params=["one broker", "three brokers"])
def kafka(request: pytest.FixtureRequest, open_server: Server) -> str:
    """Where the brokers of a cluster are."""
    if request.param == "one broker":
        return f"127.0.0.1:{open_server.kafka_port}"
    with closing(msk.client(open_server)) as client:
        return ",".join(msk.brokers(client, msk.create(client, "weir")))


@pytest.mark.parametrize(
    ("command", "more"),
    [
        pytest.param(python("kafka_confluent.py"), set(), id="confluent-kafka"),
        pytest.param(python("kafka_pure.py"), {"transaction"}, id="kafka-python"),
        pytest.param(python("kafka_async.py"), {"transaction"}, id="aiokafka"),
        pytest.param(java("Session"), {"admin"}, id="java"),
        pytest.param(go(), set(), id="franz-go"),
        pytest.param(lambda: ("node", toolchains.javascript("session.mjs", "kafkajs")), {"transaction"}, id="kafkajs"),
    ],
)
def test_a_session(open_server: Server, kafka: str, command: Callable[[], programs.Command], more: set[str]) -> None:
    programs.takes_every_step(command(), open_server, programs.KAFKA_STEPS | more, KAFKA=kafka)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(python("kafka_transactions.py"), id="confluent-kafka"),
        pytest.param(java("Transactions"), id="java"),
        pytest.param(go("transactions"), id="franz-go"),
    ],
)
def test_transactions(open_server: Server, kafka: str, command: Callable[[], programs.Command]) -> None:
    programs.takes_every_step(command(), open_server, programs.TRANSACTION_STEPS, KAFKA=kafka)


@pytest.mark.parametrize(
    "command",
    [pytest.param(python("kafka_groups.py"), id="confluent-kafka"), pytest.param(java("Groups"), id="java")],
)
def test_groups(open_server: Server, command: Callable[[], programs.Command]) -> None:
    programs.takes_every_step(command(), open_server, programs.GROUP_STEPS)


def test_what_consoles_ask(open_server: Server, kafka: str) -> None:
    programs.takes_every_step(java("Administration")(), open_server, programs.ADMIN_STEPS, KAFKA=kafka)

"""Kafka's clients: a session of each, with topics, a producer, a group of two and administration; then transactions,
groups of every kind, and all that AKHQ and kafka-ui ask of Java's Admin. On the default cluster, which has one broker,
and on one of three brokers, whose partitions and groups are spread over all of them.
"""

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from tests.clients import programs, toolchains
from tests.clients.server import REGION, Server

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
    msk = boto3.client(
        "kafka",
        endpoint_url=open_server.url,
        region_name=REGION,
        aws_access_key_id=open_server.key.access_key,
        aws_secret_access_key=open_server.key.secret,
    )
    made = msk.create_cluster(
        ClusterName="weir",
        BrokerNodeGroupInfo={"ClientSubnets": ["subnet-1", "subnet-2", "subnet-3"], "InstanceType": "kafka.m7g.large"},
        KafkaVersion="3.9.x.kraft",
        NumberOfBrokerNodes=3,
        EncryptionInfo={"EncryptionInTransit": {"ClientBroker": "TLS_PLAINTEXT"}},
    )
    found = str(msk.get_bootstrap_brokers(ClusterArn=made["ClusterArn"])["BootstrapBrokerString"])
    msk.close()
    assert found.count(",") == 2
    return found


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

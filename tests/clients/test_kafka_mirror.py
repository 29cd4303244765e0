"""MirrorMaker 2, exactly once and both ways between two clusters of a server, which is killed, and then MirrorMaker."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from tests.clients import programs, toolchains
from tests.clients.server import REGION, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

PROGRAM: Final = Path(__file__).parent / "python" / "kafka_mirrored.py"
FACTORS: Final = (
    "",
    "config.storage.",
    "offset.storage.",
    "status.storage.",
    "offset-syncs.topic.",
    "checkpoints.topic.",
    "heartbeats.topic.",
)
INTERVALS: Final = (
    *("refresh.topics", "refresh.groups", "sync.topic.configs", "sync.group.offsets"),
    *("emit.checkpoints", "emit.heartbeats"),
)
# Of the workers of each cluster.
WORKER: Final = {
    "exactly.once.source.support": "enabled",
    "consumer.isolation.level": "read_committed",
    "offset.flush.interval.ms": "500",
    "session.timeout.ms": "6000",
    "scheduled.rebalance.max.delay.ms": "1000",
    "plugin.discovery": "service_load",
}


def settings(upper: str, lower: str) -> dict[str, str]:
    return {
        "clusters": "upper,lower",
        "upper.bootstrap.servers": upper,
        "lower.bootstrap.servers": lower,
        "upper->lower.enabled": "true",
        "lower->upper.enabled": "true",
        "sync.group.offsets.enabled": "true",
        "offset.lag.max": "0",
        "dedicated.mode.enable.internal.rest": "true",
        "listeners": "http://127.0.0.1:0",
        "plugin.discovery": "service_load",
        **{f"{each}replication.factor": "-1" for each in FACTORS},
        **{f"{each}.interval.seconds": "1" for each in INTERVALS},
        **{f"{cluster}.{name}": value for cluster in ("upper", "lower") for name, value in WORKER.items()},
    }


class Mirror:
    """MirrorMaker between the server's default cluster and one that its API makes."""

    def __init__(self, server: Server) -> None:
        lower = another_cluster(server)
        self._environ = programs.environment(server, server.key, KAFKA_LOWER=lower)
        self._properties = server.folder / "mirror.properties"
        found = settings(f"127.0.0.1:{server.kafka_port}", lower)
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in found.items()))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Killed in the end."""
        main = "org.apache.kafka.connect.mirror.MirrorMaker"
        command = (*self._java(), main, self._properties)
        with subprocess.Popen(command, env=self._environ, stdout=subprocess.DEVNULL) as process:
            try:
                yield
            finally:
                process.kill()

    def does(self, *steps: str) -> set[str]:
        python = toolchains.python_environment("kafka") / "python"
        return programs.steps_of(programs.output((python, PROGRAM, *steps), self._environ))

    def client(self) -> set[str]:
        """What MirrorMaker's own client for Java finds."""
        return programs.steps_of(programs.output((*self._java(), "clients.Mirrored"), self._environ))

    def _java(self) -> tuple[str, ...]:
        return ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"))


def another_cluster(server: Server) -> str:
    """The bootstrap brokers of a cluster with three of them."""
    kafka: Any = boto3.session.Session().client(
        "kafka",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=server.key.access_key,
        aws_secret_access_key=server.key.secret,
    )
    arn = kafka.create_cluster(
        ClusterName="lower",
        BrokerNodeGroupInfo={"ClientSubnets": ["subnet-1", "subnet-2", "subnet-3"], "InstanceType": "kafka.m7g.large"},
        KafkaVersion="3.9.x.kraft",
        NumberOfBrokerNodes=3,
        EncryptionInfo={"EncryptionInTransit": {"ClientBroker": "TLS_PLAINTEXT"}},
    )["ClusterArn"]
    return str(kafka.get_bootstrap_brokers(ClusterArn=arn)["BootstrapBrokerString"])


def test_a_cluster_is_mirrored_exactly_once(open_server: Server) -> None:
    mirror = Mirror(open_server)
    mirror.does("make", "leave")
    with mirror.at_work():
        assert mirror.does("check", "follow") == {"copied", "translated"}
        assert mirror.client() == {"heartbeats", "checkpoints"}
        mirror.does("grow", "feed")
        open_server.kill()
        open_server.start()
        assert mirror.does("feed", "check") == {"copied"}
        mirror.does("feed")
    mirror.does("feed")
    with mirror.at_work():
        assert mirror.does("check", "move") == {"copied", "moved"}

"""The Kinesis Client Library as it comes: its leases in lease tables, its metrics at /metrics, its records in order."""

import shlex
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.clients import consuming, toolchains
from tests.clients.consuming import STREAM, Workers
from tests.clients.server import REGION, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

APPLICATION = "application"
KCL = toolchains.HERE / "kcl"
MODES = {"polling": "POLLING", "fanout": "FANOUT"}


@pytest.fixture(scope="module")
def class_path() -> str:
    return toolchains.java("java-kcl")


@pytest.fixture(params=sorted(MODES))
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def java(server: Server, class_path: str, mode: str, tmp_path: Path) -> Iterator[Workers]:
    def command(name: str, records: Path) -> Sequence[str | Path]:
        options = ("-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
        worker = ("clients.Worker", STREAM, APPLICATION, name, mode, records)
        return ("java", *options, "-cp", class_path, *worker)

    with consuming.fleet(tmp_path, server, command) as workers:
        yield workers


@pytest.fixture
def python(server: Server, mode: str, tmp_path: Path) -> Iterator[Workers]:
    toolchains.need("java")
    programs = toolchains.python_environment("kcl")

    def command(name: str, _records: Path) -> Sequence[str | Path]:
        properties = tmp_path / f"{name}.properties"
        properties.write_text(PROPERTIES.format(python=programs / "python", mode=MODES[mode], name=name))
        helper = (programs / "python", programs / "amazon_kclpy_helper.py", "--print_command", "--java", "java")
        printed = subprocess.run(
            [*helper, "--properties", properties, "--log-configuration", KCL / "logback.xml"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return shlex.split(printed.stdout)

    with consuming.fleet(tmp_path, server, command) as workers:
        yield workers


# Every wait as short as it can be.
PROPERTIES = f"""
executableName = {{python}} {KCL / "processor.py"}
streamName = {STREAM}
applicationName = {APPLICATION}
workerId = {{name}}
retrievalMode = {{mode}}
AwsCredentialsProvider = DefaultCredentialsProvider
regionName = {REGION}
initialPositionInStream = TRIM_HORIZON
failoverTimeMillis = 2000
leaseAssignmentIntervalMillis = 1000
shardSyncIntervalMillis = 1000
parentShardPollIntervalMillis = 500
idleTimeBetweenReadsInMillis = 200
schedulerInitializationBackoffTimeMillis = 500
metricsBufferTimeMillis = 500
inMemoryWorkerMetricsCaptureFrequencyMillis = 500
workerMetricsReporterFreqInMillis = 1000
gracefulLeaseHandoffTimeoutMillis = 2000
"""


def test_java(server: Server, java: Workers) -> None:
    consuming.story(server, java, start_s=90, failover_s=60)
    assert "weirmq_cloudwatch_metric_sum" in metrics(server)
    tables = consuming.client(server, "dynamodb")
    assert APPLICATION in tables.list_tables()["TableNames"]


def test_java_when_the_server_is_killed(server: Server, java: Workers) -> None:
    consuming.outage(server, java, start_s=90, failover_s=60)


def test_python(server: Server, python: Workers) -> None:
    consuming.story(server, python, start_s=150, failover_s=180)
    assert "weirmq_cloudwatch_metric_sum" in metrics(server)


def metrics(server: Server) -> str:
    """What Prometheus reads."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        return str(answer.read().decode())

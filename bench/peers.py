"""The peers: installed into `bench/.peers/` by their ecosystems' own tools, and how each is started."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench.processes import free_port
from bench.servers import EVERYTHING, HERE, Place, Server

PEERS = HERE / ".peers"
INSTALL_SECONDS = 900
MINISTACK = "1.5.33"
MOTO = "5.2.5"
ELASTICMQ = "1.7.1"  # named again in elasticmq.pom.xml
KINESALITE = "3.3.3"
KINESIS_LOCAL = "0.6.2"
GOAWS = "v0.4.5"  # the newest that the Go proxy serves
GOAWS_PROGRAM = "WEIRMQ_BENCH_GOAWS"  # a goaws program built elsewhere, for where the Go proxy doesn't serve it
ELASTICMQ_CONFIG = """\
include classpath("application.conf")
node-address {{ protocol = http, host = "127.0.0.1", port = {port}, context-path = "" }}
rest-sqs {{ enabled = true, bind-port = {port}, bind-hostname = "127.0.0.1", sqs-limits = strict }}
rest-stats {{ enabled = false }}
"""
APACHE_KAFKA = "4.3.0"  # named again in apache_kafka.pom.xml
APACHE_KAFKA_CLUSTER = "4L6g3nShT-eMCtK--X86sw"
APACHE_KAFKA_JVM = (  # what kafka-server-start.sh and kafka-run-class.sh set
    "-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent", "-Djava.awt.headless=true",
)  # fmt: skip
APACHE_KAFKA_CONFIG = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={data}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""
APACHE_KAFKA_SYNCS = "log.flush.interval.messages=1\n"  # nothing is answered before the disk has it
GOAWS_CONFIG = """\
Local:
  Host: 127.0.0.1
  Port: {port}
  Region: us-east-1
  AccountId: "000000000000"
  LogToFile: false
"""


class NotAvailableError(Exception):
    """A peer can't be installed on this machine."""


def _run(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise NotAvailableError(str(error)) from error
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise NotAvailableError(" / ".join(lines[-2:]) or f"{command[0]} failed")


def _python_package(folder: Path, requirement: str) -> None:
    _run(sys.executable, "-m", "venv", folder)
    _run(folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", requirement)


def ministack() -> Server:
    """An emulator of AWS in Python (asyncio), from PyPI."""
    folder = PEERS / f"ministack-{MINISTACK}"
    if not (folder / "bin/ministack").exists():
        _python_package(folder, f"ministack=={MINISTACK}")

    def env(place: Place) -> dict[str, str]:
        return {
            "GATEWAY_PORT": str(place.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
            "IOT_MTLS_ENABLED": "0",
            "TMPDIR": str(place.scratch),
            "DOCKER_HOST": f"unix://{place.scratch}/no-docker.sock",
        }

    return Server("ministack", MINISTACK, lambda _: [str(folder / "bin/ministack")], env, services=EVERYTHING)


def moto() -> Server:
    """The emulator of AWS that Python tests use most, as a server, from PyPI."""
    folder = PEERS / f"moto-{MOTO}"
    if not (folder / "bin/moto_server").exists():
        _python_package(folder, f"moto[server]=={MOTO}")
    program = str(folder / "bin/moto_server")

    def command(place: Place) -> list[str]:
        return [program, "-H", "127.0.0.1", "-p", str(place.port)]

    return Server("moto", MOTO, command, services=EVERYTHING, asks_endpoints=False, posts_raw=False)


def kinesalite() -> Server:
    """An implementation of Kinesis in JavaScript over LevelDB, here in memory, from npm."""
    program = _node_package("kinesalite", KINESALITE) / "kinesalite/cli.js"
    quick = ["--createStreamMs", "0", "--deleteStreamMs", "0", "--shardLimit", "1000"]

    def command(place: Place) -> list[str]:
        return ["node", str(program), "--port", str(place.port), *quick]

    return Server("kinesalite", KINESALITE, command, warm_up_seconds=4, services=frozenset({"kinesis"}))


def kinesis_local() -> Server:
    """kinesis-mock: Kinesis in Scala.js, in memory, from npm."""
    package = _node_package("kinesis-local", KINESIS_LOCAL) / "kinesis-local"

    def command(place: Place) -> list[str]:
        shutil.copy(package / "server.json", place.scratch)  # of its TLS port; it wants it where it is started
        return ["node", str(package / "main.js")]

    def env(place: Place) -> dict[str, str]:
        quick = dict.fromkeys(("CREATE_STREAM_DURATION", "DELETE_STREAM_DURATION"), "1ms")
        ports = {"KINESIS_MOCK_PLAIN_PORT": str(place.port), "KINESIS_MOCK_TLS_PORT": str(free_port())}
        return {**quick, **ports, "SHARD_LIMIT": "1000", "LOG_LEVEL": "ERROR"}

    return Server(
        "kinesis-local",
        KINESIS_LOCAL,
        command,
        env,
        warm_up_seconds=4,
        services=frozenset({"kinesis"}),
    )


def _node_package(name: str, version: str) -> Path:
    """The folder of installed packages."""
    folder = PEERS / f"{name}-{version}"
    if not (folder / "node_modules" / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", f"{name}@{version}")
    return folder / "node_modules"


def elasticmq() -> Server:
    """An SQS server in Scala, in memory, from Maven Central."""
    folder = PEERS / f"elasticmq-{ELASTICMQ}"
    if not list(folder.glob("elasticmq-server*.jar")):
        pom = HERE / "elasticmq.pom.xml"
        _run("mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={folder}")

    def command(place: Place) -> list[str]:
        config = place.scratch / "elasticmq.conf"
        config.write_text(ELASTICMQ_CONFIG.format(port=place.port))
        return ["java", f"-Dconfig.file={config}", "-cp", f"{folder}/*", "org.elasticmq.server.Main"]

    # The virtual machine compiles what is hot only after some thousand requests.
    return Server("elasticmq", ELASTICMQ, command, warm_up_seconds=8)


def goaws() -> Server:
    """An SQS and SNS server in Go, in memory, from the Go module proxy (or a program named by the environment)."""
    program = Path(os.environ.get(GOAWS_PROGRAM, PEERS / "goaws/cmd"))
    if not program.exists():
        _run("go", "install", f"github.com/Admiral-Piett/goaws/app/cmd@{GOAWS}", env={"GOBIN": str(program.parent)})

    def command(place: Place) -> list[str]:
        config = place.scratch / "goaws.yaml"
        config.write_text(GOAWS_CONFIG.format(port=place.port))
        return [str(program), "-config", str(config), "Local"]

    return Server("goaws", GOAWS, command)


def apache_kafka(name: str = "kafka", more: str = "") -> Server:
    """Apache Kafka itself, one broker that is its own controller, with its scripts' settings, from Maven Central.

    `more` are lines of its configuration.
    """
    folder = PEERS / f"apache-kafka-{APACHE_KAFKA}"
    if not list(folder.glob("kafka_2.13*.jar")):
        pom = HERE / "apache_kafka.pom.xml"
        _run("mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={folder}")

    def command(place: Place) -> list[str]:
        config = place.scratch / "server.properties"
        if not config.exists():
            settings = APACHE_KAFKA_CONFIG.format(port=place.kafka_port, controller=free_port(), data=place.data)
            config.write_text(settings + more)
            tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", APACHE_KAFKA_CLUSTER, "-c", str(config)]
            _run("java", "-cp", f"{folder}/*", *tool)
        return ["java", *APACHE_KAFKA_JVM, "-cp", f"{folder}/*", "kafka.Kafka", str(config)]

    # The virtual machine compiles what is hot only after some thousand requests.
    return Server(name, APACHE_KAFKA, command, warm_up_seconds=8, services=frozenset({"kafka"}))


def kafka_clients() -> Path:
    """A Python that has librdkafka: what loads all brokers. Raises NotAvailableError."""
    folder = PEERS / "kafka-clients"
    if not (folder / "bin/python").exists():
        _python_package(folder, "confluent-kafka")
    return folder / "bin/python"


ALL: dict[str, Callable[[], Server]] = {
    "goaws": goaws,
    "elasticmq": elasticmq,
    "ministack": ministack,
    "moto": moto,
    "kinesalite": kinesalite,
    "kinesis-local": kinesis_local,
    "kafka": apache_kafka,
    "kafka-fsync": partial(apache_kafka, "kafka-fsync", APACHE_KAFKA_SYNCS),
}

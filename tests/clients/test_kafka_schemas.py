"""Apicurio Registry keeps its schemas in topics, and serves them as Confluent's does: they are there again after the
registry and the server were killed, and so are the records that name them.
"""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server, free_port

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

SCHEMAS: Final = Path(__file__).parent / "python" / "kafka_schemas.py"
STEPS: Final = frozenset({"versions", "compatibility", "records"})
LIMIT_S: Final = 120


@contextmanager
def registry(server: Server) -> Iterator[str]:
    """The address that Confluent's clients take of a registry that is up. It is killed in the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
    environ = programs.environment(
        server,
        server.key,
        APICURIO_STORAGE_KIND="kafkasql",
        APICURIO_KAFKASQL_BOOTSTRAP_SERVERS=f"127.0.0.1:{server.kafka_port}",
        APICURIO_KAFKASQL_CONSUMER_POLL_TIMEOUT="200",  # ms that it waits for a snapshot as it starts
        APICURIO_STORAGE_SNAPSHOT_LOCATION=str(server.folder),
        QUARKUS_HTTP_HOST="127.0.0.1",
        QUARKUS_HTTP_PORT=str(port),
    )
    [jar] = toolchains.java_release("apicurio").glob("*-runner.jar")
    with (server.folder / "registry.out").open("ab") as output:
        command = ("java", "-XX:TieredStopAtLevel=1", "-jar", jar)
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + LIMIT_S
        while not answers(f"{url}/subjects"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=LIMIT_S) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def session(server: Server, what: str, steps: frozenset[str]) -> None:
    python = toolchains.python_environment("kafka") / "python"
    with registry(server) as url:
        programs.takes_every_step((python, SCHEMAS, what), server, steps, REGISTRY=url)


def test_schemas_outlive_the_registry_and_the_server(open_server: Server) -> None:
    session(open_server, "write", STEPS | {"journal"})
    open_server.kill()
    open_server.start()
    session(open_server, "read", STEPS)

"""Kafka Connect, distributed: a file is read exactly once into a topic, and from there written to another file, while
the server is killed, and then the worker.
"""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server, free_port

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

LINES: Final = 500  # a time
LIMIT_S: Final = 120
FILES: Final = "org.apache.kafka.connect.file.FileStream"
STRINGS: Final = "org.apache.kafka.connect.storage.StringConverter"
WORKER: Final = {
    "group.id": "connect",
    "key.converter": STRINGS,
    "value.converter": STRINGS,
    **{f"{each}.storage.topic": f"connect-{each}" for each in ("config", "offset", "status")},
    **{f"{each}.storage.replication.factor": "1" for each in ("config", "offset", "status")},
    "exactly.once.source.support": "enabled",
    "offset.flush.interval.ms": "500",
    "session.timeout.ms": "6000",
    "scheduled.rebalance.max.delay.ms": "1000",
    "plugin.discovery": "service_load",
}


class Worker:
    """A worker in a process of its own, and its REST interface."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._url = f"http://127.0.0.1:{free_port()}"
        self._properties = server.folder / "worker.properties"
        settings = WORKER | {"bootstrap.servers": f"127.0.0.1:{server.kafka_port}", "listeners": self._url}
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Killed in the end."""
        command = ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"))
        main = "org.apache.kafka.connect.cli.ConnectDistributed"
        environ = programs.environment(self._server, self._server.key)
        with subprocess.Popen([*command, main, self._properties], env=environ, stdout=subprocess.DEVNULL) as process:
            try:
                until(lambda: self.call("GET", "/connectors") is not None)
                yield
            finally:
                process.kill()

    def call(self, method: str, path: str, **body: str) -> Any:
        """What it answers; None where it can't yet."""
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            return None

    def run(self, name: str, **config: str) -> None:
        """Have a connector at work."""
        config = {key.replace("_", "."): value for key, value in config.items()}
        until(lambda: self.call("PUT", f"/connectors/{name}/config", **config))
        until(lambda: json.dumps(self.call("GET", f"/connectors/{name}/status")).count("RUNNING") == 2)


def until(so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_file_is_read_exactly_once(open_server: Server) -> None:
    source, sink = open_server.folder / "source", open_server.folder / "sink"
    expected: list[str] = []

    def write() -> None:
        more = [f"line {number}" for number in range(len(expected), len(expected) + LINES)]
        expected.extend(more)
        with source.open("a") as file:
            file.writelines(f"{line}\n" for line in more)

    write()
    worker = Worker(open_server)
    with worker.at_work():
        worker.run("reader", connector_class=f"{FILES}SourceConnector", file=str(source), topic="lines")
        worker.run("writer", connector_class=f"{FILES}SinkConnector", file=str(sink), topics="lines")
        until(lambda: is_written(sink, expected))
        write()
        open_server.kill()
        open_server.start()
        write()
        until(lambda: is_written(sink, expected))
    write()
    with worker.at_work():
        until(lambda: is_written(sink, expected))
    assert lines_of(open_server) == expected


def is_written(sink: Path, lines: list[str]) -> bool:
    """Whether all is there; a sink may write twice what it read before it was killed."""
    return sink.exists() and set(lines) <= set(sink.read_text().splitlines())


def lines_of(server: Server) -> list[str]:
    """What readers of what is committed find in the topic."""
    command = ("java", "-cp", toolchains.java("java-kafka"), "clients.Committed", "lines")
    return programs.output(command, programs.environment(server, server.key)).splitlines()

"""Kafka Connect, distributed: a worker in a process of its own, with Kafka's and Debezium's connectors."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.clients import programs, toolchains
from tests.clients.server import Server, free_port

LIMIT_S: Final = 120
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
    "consumer.session.timeout.ms": "6000",
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

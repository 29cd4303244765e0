"""A real `weirmq serve` in a process of its own, on a free port and a folder of its own."""

import secrets
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

# The command as script/setup installs it, beside the interpreter that runs the tests.
WEIRMQ = Path(sys.executable).with_name("weirmq")
REGION = "us-east-2"
_READY_S = 20
_STOP_S = 20


class Key(NamedTuple):
    """What a client signs with."""

    access_key: str
    secret: str


class Certificate(NamedTuple):
    """The files of a self-signed one, in PEM."""

    path: Path
    key_path: Path


ANY_KEY = Key("test", "test")
USER_KEY = Key("AKIAWEIRMQTESTS00001", "slashes/and+plus=signs%20belong/to/secrets")
WRONG_KEY = Key(USER_KEY.access_key, USER_KEY.secret + "!")
READER_KEY = Key("AKIAWEIRMQTESTS00002", "may-only-look")

USERS = f"""
[[users]]
name = "tester"
access_key = "{USER_KEY.access_key}"
secret = "{USER_KEY.secret}"
account = "111122223333"
policies = [{{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "*", Resource = "*" }}] }}]

[[users]]
name = "reader"
access_key = "{READER_KEY.access_key}"
secret = "{READER_KEY.secret}"
account = "111122223333"
policies = [{{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sqs:List*", Resource = "*" }}] }}]
"""


_PORTS = range(20_000, 32_000)  # below those that the system gives to outgoing connections
_given: set[int] = set()


def free_port() -> int:
    """A port that nothing listens on now, another one each time."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


class Server:
    """One data folder and the process that serves it, which may be killed and started again."""

    def __init__(
        self, folder: Path, key: Key = ANY_KEY, settings: str = "", certificate: Certificate | None = None
    ) -> None:
        """`settings` is the text of the config file. With a `certificate`, the server speaks HTTPS."""
        self.key = key
        self.port = free_port()
        self.kafka_port = free_port()
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.folder = folder
        self.outbox = folder / "data" / "outbox"
        self._tls = ssl.create_default_context(cafile=certificate.path) if certificate else None
        self._output = folder / "server.out"
        self._command: list[str | Path] = [WEIRMQ, "serve", "--port", str(self.port), "--data", folder / "data"]
        self._command += ["--kafka-port", str(self.kafka_port)]
        if settings:
            (folder / "weirmq.toml").write_text(settings)
            self._command += ["--config", folder / "weirmq.toml"]
        if certificate:
            self._command += ["--tls-certificate", certificate.path, "--tls-key", certificate.key_path]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> str:
        """All that the server has said, over all its starts."""
        return self._output.read_text(errors="replace")

    def start(self) -> None:
        """Start the process, and wait until it says that it is healthy."""
        with self._output.open("ab") as output:
            process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self._process = process
        deadline = time.monotonic() + _READY_S
        while not self._is_healthy():
            try:
                process.wait(timeout=0.02)
            except subprocess.TimeoutExpired:
                assert time.monotonic() < deadline, f"not ready after {_READY_S} s:\n{self.output}"
            else:
                raise AssertionError(f"ended with status {process.returncode}:\n{self.output}")

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=_READY_S, context=self._tls) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def kill(self) -> None:
        """End the process as a power cut would, for the process at least."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ask the process to end, and hold it to what it promises: status 0, and no traceback in all it said."""
        assert self._process is not None
        self._process.terminate()
        status = self._process.wait(timeout=_STOP_S)
        self._process = None
        assert status == 0, f"ended with status {status}:\n{self.output}"
        assert "Traceback" not in self.output, self.output

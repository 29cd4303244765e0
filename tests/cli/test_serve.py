"""`weirmq serve` as a process of its own, as a user starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from weirmq.cli import serve
from weirmq.cli.serve import why_not_listening
from weirmq.kernel.errors import LogFailed
from weirmq.server.app import App
from weirmq.server.config import Options
from weirmq.server.kafka.ports import NotListening
from weirmq.server.kafka.tables import KafkaListener
from weirmq.server.listening import listening

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "-m", "weirmq", "serve", "--port", "0"]


@contextmanager
def _running(folder: Path, *flags: str, command: list[str] = SERVE) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server, and the URL that its banner names."""
    process = subprocess.Popen(
        [*command, "--data", str(folder), *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        urls = (match[1] for line in lines if (match := re.search(r"endpoint +(\S+)", line)))
        yield process, next(urls, "")
    finally:
        process.kill()
        process.communicate()


def _ended(*flags: str) -> tuple[int, str]:
    """The exit code and last words of a server that doesn't start."""
    ended = subprocess.run([*SERVE, *flags], capture_output=True, text=True, check=False, timeout=30)
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    with _running(tmp_path) as (process, url):
        with urllib.request.urlopen(f"{url}/health") as answer:  # noqa: S310
            assert json.load(answer)["services"]["sqs"] == "running"
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0
        for line in errors.splitlines():
            json.loads(line)  # not a terminal, so one JSON object a line


async def test_a_disk_that_breaks_while_it_stops_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    begin, end = App.start, App.stop

    async def start(self: App) -> list[tuple[str, int]]:
        addresses = await begin(self)
        signal.raise_signal(signal.SIGTERM)
        return addresses

    async def stop(self: App) -> None:
        self._fail(LogFailed("broken"))
        await end(self)

    monkeypatch.setattr(App, "start", start)
    monkeypatch.setattr(App, "stop", stop)
    monkeypatch.setattr("weirmq.server.app.spare_collections", lambda: None)
    assert await serve._until_stopped(Options(port=0, durability="memory", log_format="json")) == 1
    assert "The disk failed, so the server has stopped: broken" in capfd.readouterr().err


def test_what_was_sent_is_there_after_a_kill(tmp_path: Path) -> None:
    with _running(tmp_path) as (process, url):
        _post(url, "Action=CreateQueue&QueueName=orders")
        _post(f"{url}/000000000000/orders", "Action=SendMessage&MessageBody=hello")
        process.kill()
        process.wait()
    with _running(tmp_path) as (_, url):
        assert "<Body>hello</Body>" in _post(f"{url}/000000000000/orders", "Action=ReceiveMessage")


def _post(url: str, form: str) -> str:
    with urllib.request.urlopen(url, form.encode()) as answer:  # noqa: S310
        return str(answer.read(), "utf-8")


def test_a_second_server_on_the_folder_is_refused(tmp_path: Path) -> None:
    with _running(tmp_path) as (process, _):
        code, said = _ended("--data", str(tmp_path))
        assert code == 1
        assert f"in use by another server (process {process.pid})" in said


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with _running(tmp_path / "one") as (_, url):
        code, said = _ended("--data", str(tmp_path / "other"), "--port", url.rpartition(":")[2])
        assert code == 1
        assert "is in use" in said


def test_a_port_for_kafka_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use") as error:
            listening([(socket.AF_INET, "127.0.0.1")], port)
    refused = NotListening(error.value, port)
    said = why_not_listening(refused, Options(kafka_port=port))
    assert said.startswith(f"127.0.0.1 port {port} for Kafka is in use.")
    assert said.endswith("choose another --kafka-port.")
    listener = KafkaListener(name="PLAINTEXT", port=port)
    said = why_not_listening(refused, Options(kafka_listeners=(listener,)))
    assert said.endswith("choose another --kafka-port, or port in [[kafka_listeners]].")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--port", "x"], "--port: 'x' is not allowed"),
        (["--host", "0.0.0.0"], "--insecure-allow-anyone"),
        (["--config", "/nowhere.toml"], "/nowhere.toml: can't be read"),
        (["--prot", "1"], "No such option: --prot"),
        (["--tls-key", "k.pem"], "give both or neither"),
    ],
)
def test_what_is_refused(flags: list[str], said: str) -> None:
    code, words = _ended(*flags)
    assert code == 2
    assert said in words


def test_json_logs_come_alone() -> None:
    process = subprocess.Popen(
        [*SERVE, "--durability", "memory", "--log-format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    first = json.loads(process.stderr.readline())
    process.terminate()
    out, _ = process.communicate(timeout=30)
    assert first["event"] == "listening"
    assert out == ""
    assert process.returncode == 0


def test_the_script_serves_from_an_empty_environment(tmp_path: Path) -> None:
    path = os.environ["PATH"]
    command = ["env", "-i", f"HOME={tmp_path}", f"PATH={path}", str(ROOT / "script" / "server"), "--port", "0"]
    with _running(tmp_path / "data", command=command) as (process, url):
        with urllib.request.urlopen(f"{url}/health") as answer:  # noqa: S310
            assert answer.status == 200
        process.terminate()
        process.communicate(timeout=30)
        assert process.returncode == 0

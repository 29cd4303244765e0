"""Kafka Streams with exactly_once_v2: the application is killed while it counts, then the server. Counts are exact."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

WORDS = Path(__file__).parent / "python" / "kafka_words.py"


@contextmanager
def counting(server: Server) -> Iterator[None]:
    """The application at work; killed in the end."""
    command = ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"), "clients.Counting")
    environ = programs.environment(server, server.key)
    state = str(server.folder / "state")
    with subprocess.Popen([*command, state], env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert "ok running\n" in iter(process.stdout.readline, "")
            yield
        finally:
            process.kill()


def words(server: Server, what: str) -> str:
    python = toolchains.python_environment("kafka") / "python"
    return programs.output((python, WORDS, what), programs.environment(server, server.key))


def test_words_are_counted_exactly_once(open_server: Server) -> None:
    words(open_server, "make")
    with counting(open_server):
        words(open_server, "feed")
    with counting(open_server):
        words(open_server, "feed")
        open_server.kill()
        open_server.start()
        words(open_server, "feed")
        assert words(open_server, "check") == "ok exact\n"

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


def java(program: str, *arguments: str) -> tuple[str, ...]:
    return ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"), f"clients.{program}", *arguments)


@contextmanager
def counting(
    server: Server, protocol: str, name: str = "state", *, processes: int = 1, ends: bool = False
) -> Iterator[None]:
    """The application at work, with a folder of that name for its state; killed in the end, or told to end.

    It knows which of so many processes have which partitions.
    """
    command = java("Counting", str(server.folder / name), protocol, str(processes))
    environ = programs.environment(server, server.key)
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert "ok found\n" in iter(process.stdout.readline, "")
            yield
            if ends:
                process.terminate()
                process.wait(60)
        finally:
            process.kill()


def words(server: Server, what: str) -> str:
    python = toolchains.python_environment("kafka") / "python"
    return programs.output((python, WORDS, what), programs.environment(server, server.key))


def administered(server: Server, *what: str) -> str:
    return programs.output(java("Applications", *what), programs.environment(server, server.key))


def test_words_are_counted_exactly_once(open_server: Server) -> None:
    words(open_server, "make")
    with counting(open_server, "classic"):
        words(open_server, "feed")
    with counting(open_server, "classic"):
        words(open_server, "feed")
        open_server.kill()
        open_server.start()
        words(open_server, "feed")
        assert words(open_server, "check") == "ok exact\n"


def test_an_application_goes_on_by_the_streams_protocol(open_server: Server) -> None:
    words(open_server, "make")
    with counting(open_server, "classic", ends=True):
        words(open_server, "feed")
    with counting(open_server, "streams", ends=True):
        with counting(open_server, "streams", "other state", processes=2):
            assert administered(open_server, "stable", "4", "0") == "ok stable\n"
            assert administered(open_server, "copied", "1") == "ok copied\n"
            assert administered(open_server, "stable", "4", "2") == "ok stable\n"
            words(open_server, "feed")
        open_server.kill()
        open_server.start()
        words(open_server, "feed")
        assert words(open_server, "check") == "ok exact\n"
        assert administered(open_server, "stable", "2", "0") == "ok stable\n"
    assert administered(open_server, "ended") == "ok ended\n"

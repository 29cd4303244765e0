"""Kafka Connect, distributed: a file is read exactly once into a topic, and from there written to another file, while
the server is killed, and then the worker.
"""

from pathlib import Path
from typing import Final

import pytest

from tests.clients import programs, toolchains
from tests.clients.connect import Worker, until
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

LINES: Final = 500  # a time
FILES: Final = "org.apache.kafka.connect.file.FileStream"


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

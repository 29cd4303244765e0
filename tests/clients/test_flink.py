"""Flink with its Kafka connector, exactly once: a job copies a topic, fails, is killed, and goes on from a checkpoint
and from a savepoint whose transactions nobody has committed yet. Readers of what is committed see each record once.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

COPIES: Final = Path(__file__).parent / "python" / "kafka_copies.py"
LIMIT_S: Final = 120
OFTEN_MS: Final = 100
NEVER_MS: Final = 3_600_000
Job: TypeAlias = "subprocess.Popen[str]"


class Copying:
    """The topics of the job, and the folder of its checkpoints."""

    def __init__(self, server: Server, naming: str) -> None:
        self._server = server
        self._naming = naming
        self._folder = server.folder / "flink"
        self._copies("make")

    def _copies(self, *arguments: str) -> str:
        python = toolchains.python_environment("kafka") / "python"
        return programs.output((python, COPIES, *arguments), programs.environment(self._server, self._server.key))

    def feed(self, first: int, end: int) -> None:
        self._copies("feed", str(first), str(end))

    def read(self, count: int, isolation: str = "read_committed") -> list[int]:
        """The numbers in the copy, once there are so many different ones."""
        return sorted(map(int, self._copies("read", isolation, str(count)).split()))

    @contextmanager
    def job(self, start: str = "", checkpoint_ms: int = OFTEN_MS, fails_at: str = "never") -> Iterator[Job]:
        """The job at work in a process of its own, which is killed in the end."""
        command = ["java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("flink"), "clients.Copying", self._naming]
        command += [self._folder.as_uri(), str(checkpoint_ms), fails_at, *([start] if start else [])]
        environ = programs.environment(self._server, self._server.key)
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def last_checkpoint(self) -> str:
        whole = self._folder.glob("*/chk-*/_metadata")
        return max(whole, key=lambda each: each.stat().st_mtime).parent.as_uri()


def savepoint_of(job: Job) -> str:
    """Where its savepoint is. The job is dead then, and has committed nothing of what is in it."""
    printed, _ = job.communicate("now\n", LIMIT_S)
    assert job.returncode == 0
    return printed.strip()


@pytest.mark.parametrize("naming", ["INCREMENTING", "POOLING"])
def test_a_topic_is_copied_exactly_once(open_server: Server, naming: str) -> None:
    copying = Copying(open_server, naming)
    copying.feed(0, 500)
    with copying.job(fails_at="750") as job:
        assert copying.read(500) == list(range(500))
        copying.feed(500, 1000)
        assert copying.read(1000) == list(range(1000))
        assert job.stdout is not None
        assert job.stdout.readline() == "failed\n"
        copying.feed(1000, 1200)
    with copying.job(copying.last_checkpoint(), NEVER_MS) as job:
        copying.feed(1200, 1500)
        assert copying.read(1500, "read_uncommitted")
        savepoint = savepoint_of(job)
    assert copying.read(1000)[-1] < 1200
    open_server.kill()
    open_server.start()
    with copying.job(savepoint):
        assert copying.read(1500) == list(range(1500))
        copying.feed(1500, 1700)
        open_server.kill()
        open_server.start()
        copying.feed(1700, 2000)
        assert copying.read(2000) == list(range(2000))

"""The server is killed at any moment, over and over, while idempotent producers write and a group commits.

What was acknowledged is there once, in its order; what was committed is never lost.
"""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(240)]

KILLS: Final = 20
LIFE_S: Final = (0.05, 0.8)  # between two kills
PROGRAM: Final = Path(__file__).parent / "python" / "kafka_killed.py"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    started.start()
    yield started
    started.kill()


def test_what_was_acknowledged_outlives_any_kill(server: Server) -> None:
    python = toolchains.python_environment("kafka") / "python"
    printed: list[str] = []

    def work(**more: Any) -> None:
        printed.append(programs.output((python, PROGRAM), programs.environment(server, server.key, **more)))

    working = threading.Thread(
        target=work, kwargs={"STOP": str(server.folder / "stop"), "STARTED": str(server.folder / "started")}
    )
    working.start()
    while not (server.folder / "started").exists() and working.is_alive():
        time.sleep(0.05)
    try:
        for _ in range(KILLS):
            time.sleep(random.uniform(*LIFE_S))  # noqa: S311 - any moment will do
            server.kill()
            server.start()
    finally:
        (server.folder / "stop").touch()
        working.join()
    (told,) = printed
    assert programs.steps_of(told) == {"once", "committed"}, told
    server.stop()

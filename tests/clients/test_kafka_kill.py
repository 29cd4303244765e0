"""The server is killed at any moment, over and over, under a load: idempotent producers and a group that commits, and
then transactions.

What was acknowledged is there once, in its order; what was committed is never lost; what was aborted is never seen.
WEIRMQ_KILLS tells how often it is killed.
"""

import os
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

KILLS: Final = int(os.environ.get("WEIRMQ_KILLS", "5"))
LIFE_S: Final = (0.05, 0.8)  # from the moment when the load goes on again to the next kill
PYTHON: Final = Path(__file__).parent / "python"

# Its mover may wait for the coordinator of its group for longer than this test may take.
when_asked_for = pytest.mark.skipif("WEIRMQ_KILLS" not in os.environ, reason="takes WEIRMQ_KILLS")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    started.start()
    yield started
    started.kill()


@pytest.mark.parametrize(
    ("program", "steps"),
    [
        pytest.param("kafka_killed.py", {"once", "committed"}, id="idempotent"),
        pytest.param(
            "kafka_killed_transactions.py", {"atomic", "exactly once"}, id="transactional", marks=when_asked_for
        ),
    ],
)
def test_what_was_acknowledged_outlives_any_kill(server: Server, program: str, steps: set[str]) -> None:
    python = toolchains.python_environment("kafka") / "python"
    printed: list[str] = []

    def work(**more: Any) -> None:
        printed.append(programs.output((python, PYTHON / program), programs.environment(server, server.key, **more)))

    stop, going = server.folder / "stop", server.folder / "going"
    working = threading.Thread(target=work, kwargs={"STOP": str(stop), "GOING": str(going)})
    working.start()
    try:
        for _ in range(KILLS):
            while not going.exists() and working.is_alive():
                time.sleep(0.01)
            time.sleep(random.uniform(*LIFE_S))  # noqa: S311 - any moment will do
            server.kill()
            going.unlink(missing_ok=True)
            server.start()
    finally:
        stop.touch()
        working.join()
    (told,) = printed
    assert programs.steps_of(told) == steps, told
    server.stop()

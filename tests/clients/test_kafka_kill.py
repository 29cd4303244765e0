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

# A mover may wait for the coordinator of its group for longer than a test may take, so it is part of long runs alone.
MOVES: Final = "WEIRMQ_KILLS" in os.environ
ATOMIC: Final = {"atomic", "exactly once"} if MOVES else {"atomic"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    started.start()
    yield started
    started.kill()


@pytest.mark.parametrize(
    ("program", "steps"),
    [("kafka_killed.py", {"once", "committed"}), ("kafka_killed_transactions.py", ATOMIC)],
    ids=["idempotent", "transactional"],
)
def test_what_was_acknowledged_outlives_any_kill(server: Server, program: str, steps: set[str]) -> None:
    python = toolchains.python_environment("kafka") / "python"
    printed: list[str] = []

    def work(**more: Any) -> None:
        printed.append(programs.output((python, PYTHON / program), programs.environment(server, server.key, **more)))

    stop, going = server.folder / "stop", server.folder / "going"
    working = threading.Thread(
        target=work, kwargs={"STOP": str(stop), "GOING": str(going), "MOVES": "1" if MOVES else ""}
    )
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

"""The server is killed at any moment, over and over, under a load: idempotent producers and a group that commits, and
then transactions.

What was acknowledged is there once, in its order; what was committed is never lost; what was aborted is never seen.
WEIRMQ_KILLS tells how often it is killed; under Java's client, which tells the same in more time, a quarter as often.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

KILLS: Final = int(os.environ.get("WEIRMQ_KILLS", "20"))
LIMIT_S: Final = 120 + 6 * KILLS
LIFE_S: Final = (0.05, 0.8)  # from the moment when the load goes on again to the next kill
PYTHON: Final = Path(__file__).parent / "python"

pytestmark = [pytest.mark.clients, pytest.mark.timeout(LIMIT_S)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    started.start()
    yield started
    started.kill()


def python(program: str, *arguments: str) -> programs.Command:
    return (toolchains.python_environment("kafka") / "python", PYTHON / program, *arguments)


def java(program: str) -> programs.Command:
    return ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"), f"clients.{program}")


@pytest.mark.parametrize(
    ("command", "steps", "kills"),
    [
        (partial(python, "kafka_killed.py"), {"once", "committed"}, KILLS),
        (partial(python, "kafka_killed_transactions.py"), {"atomic", "exactly once"}, KILLS),
        (partial(java, "Killed"), {"atomic", "exactly once"}, max(1, KILLS // 4)),
    ],
    ids=["idempotent", "transactional", "java"],
)
def test_what_was_acknowledged_outlives_any_kill(
    server: Server, command: Callable[[], programs.Command], steps: set[str], kills: int
) -> None:
    stop, going = server.folder / "stop", server.folder / "going"
    environ = programs.environment(server, server.key, STOP=str(stop), GOING=str(going))
    printed: list[str] = []
    load = command()
    working = threading.Thread(target=lambda: printed.append(programs.output(load, environ, LIMIT_S)))
    working.start()
    try:
        for _ in range(kills):
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


def test_what_a_lost_producer_left_open_ends_after_its_timeout(server: Server) -> None:
    environ = programs.environment(server, server.key)
    assert programs.output(python("kafka_left_open.py", "leave"), environ) == "ok left\n"
    server.kill()
    server.start()
    assert programs.output(python("kafka_left_open.py", "wait"), environ) == "ok over\n"
    server.stop()

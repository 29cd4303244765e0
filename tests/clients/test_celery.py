"""Celery on the SQS transport: a real worker, real tasks, and orders that outlive a kill of the server."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

APPLICATION = toolchains.HERE / "celery"
KINDS = frozenset({"task", "unicode", "countdown", "retry", "chain", "group", "large", "failure"})
ORDERS = "40"
_WORKER_STOP_S = 40


@pytest.fixture(scope="module")
def programs_folder() -> Path:
    return toolchains.python_environment("celery")


@pytest.fixture
def environ(server: Server, tmp_path: Path) -> dict[str, str]:
    results = tmp_path / "results"
    results.mkdir()
    more = {"PYTHONPATH": str(APPLICATION), "PYTHONDONTWRITEBYTECODE": "1", "RESULTS": str(results)}
    return programs.environment(server, server.key, QUEUE_PREFIX="celery-", **more)


@pytest.fixture
def start_worker(programs_folder: Path, environ: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Starts a worker; the newest gets a warm shutdown after the test, and must end well."""
    workers: list[subprocess.Popen[bytes]] = []
    log = tmp_path / "worker.log"

    def start() -> None:
        celery = programs_folder / "celery"
        options = ("--concurrency=2", "--loglevel=info", "--without-gossip", "--without-mingle")
        with log.open("ab") as said:
            worker = subprocess.Popen(
                [celery, "-A", "shop", "worker", *options],
                env=environ,
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        workers.append(worker)

    try:
        yield start
        workers[-1].terminate()
        assert workers[-1].wait(timeout=_WORKER_STOP_S) == 0, log.read_text()
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def test_every_kind_of_task(
    start_worker: Callable[[], None], programs_folder: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    start_worker()
    printed = programs.output((programs_folder / "python", APPLICATION / "orders.py", "scenario"), environ)
    assert programs.steps_of(printed) == KINDS


def test_orders_outlive_a_kill_of_the_server(
    server: Server,
    start_worker: Callable[[], None],
    programs_folder: Path,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    orders = (programs_folder / "python", APPLICATION / "orders.py")
    programs.output((*orders, "place", ORDERS, tmp_path / "first"), environ)
    server.kill()
    server.start()
    start_worker()
    programs.output((*orders, "collect", tmp_path / "first"), environ)
    # Now with a worker that is connected when the server goes. kombu 5 may take the lost connection of its long poll
    # for an answer and end, as it would with AWS; whoever runs workers starts them again.
    programs.output((*orders, "place", ORDERS, tmp_path / "second"), environ)
    server.kill()
    server.start()
    start_worker()
    programs.output((*orders, "collect", tmp_path / "second"), environ)

"""Celery on the SQS transport: a real worker, real tasks, and orders that outlive a kill of the server."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
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
    more = {"PYTHONPATH": str(APPLICATION), "RESULTS": str(results)}
    return programs.environment(server, server.key, QUEUE_PREFIX="celery-", **more)


class Workers:
    """The workers that a test starts, each in a process group with its children."""

    def __init__(self, celery: Path, environ: dict[str, str], folder: Path) -> None:
        self._celery = celery
        self._environ = environ
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start one with two processes for tasks."""
        options = ("--concurrency=2", "--loglevel=info", "--without-gossip", "--without-mingle")
        with (self._folder / "worker.log").open("ab") as said:
            worker = subprocess.Popen(
                [self._celery, "-A", "shop", "worker", *options],
                env=self._environ,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._running.append(worker)

    def stop(self) -> None:
        """A warm shutdown, as a deployment does it. Every worker must end well."""
        for worker in self._running:
            worker.terminate()
            assert worker.wait(timeout=_WORKER_STOP_S) == 0, (self._folder / "worker.log").read_text()
        self._running.clear()

    def kill(self) -> None:
        """End all at once, in the middle of what they do."""
        for worker in self._running:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        self._running.clear()


@pytest.fixture
def workers(programs_folder: Path, environ: dict[str, str], tmp_path: Path) -> Iterator[Workers]:
    started = Workers(programs_folder / "celery", environ, tmp_path)
    try:
        yield started
        started.stop()
    finally:
        started.kill()


@pytest.fixture
def orders(programs_folder: Path) -> programs.Command:
    return programs_folder / "python", APPLICATION / "orders.py"


def test_every_kind_of_task(workers: Workers, orders: programs.Command, environ: dict[str, str]) -> None:
    workers.start()
    assert programs.steps_of(programs.output((*orders, "scenario"), environ)) == KINDS


def test_orders_outlive_a_kill_of_the_server(
    server: Server, workers: Workers, orders: programs.Command, environ: dict[str, str], tmp_path: Path
) -> None:
    programs.output((*orders, "place", ORDERS, tmp_path / "waiting"), environ)
    server.kill()
    server.start()
    workers.start()
    programs.output((*orders, "collect", tmp_path / "waiting"), environ)


def test_orders_outlive_a_kill_of_server_and_workers_at_work(
    server: Server, workers: Workers, orders: programs.Command, environ: dict[str, str], tmp_path: Path
) -> None:
    workers.start()
    programs.output((*orders, "place", ORDERS, tmp_path / "at-work"), environ)
    programs.output((*orders, "collect", tmp_path / "at-work", "3"), environ)
    # Kombu 5.7 ends a worker whose poll fails, whoever the server is, so the workers go down with the server here.
    server.kill()
    workers.kill()
    server.start()
    workers.start()
    programs.output((*orders, "collect", tmp_path / "at-work"), environ)

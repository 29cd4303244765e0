"""aiobotocore: the same surface over an asyncio connection pool, and a crowd of tasks on one queue."""

from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

PROGRAMS = toolchains.HERE / "python"
STEPS = programs.STEPS | {"addresses", "regions", "identity"}


@pytest.fixture(scope="module")
def python() -> Path:
    return toolchains.python_environment("aiobotocore") / "python"


def test_the_whole_surface(server: Server, python: Path) -> None:
    programs.takes_every_step((python, PROGRAMS / "scenario.py"), server, STEPS)


def test_many_producers_and_consumers(server: Server, python: Path) -> None:
    programs.takes_every_step((python, PROGRAMS / "crowd.py"), server, frozenset({"crowd"}))


def test_a_wrong_secret_is_refused(server: Server, python: Path) -> None:
    programs.is_refused((python, PROGRAMS / "scenario.py"), server)

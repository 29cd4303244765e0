"""The AWS SDK for JavaScript v3 with SNS, and AWS's validator of messages for Node, sns-validator.

The validator takes certificates over HTTPS only, and from AWS's hosts unless it is told others: so the server speaks
HTTPS here, and the program tells it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import USER_KEY, USERS, Certificate, Server
from tests.server.outbound.certificates import certificate

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

STEPS = frozenset({"topics", "fanout", "batch", "fifo", "signatures", "queued", "trust"})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that verifies signatures and speaks HTTPS."""
    made = certificate(tmp_path, "localhost")
    pair = Certificate(made.path, made.path.with_suffix(".key"))
    yield from programs.serving(Server(tmp_path, USER_KEY, USERS, pair))


@pytest.fixture
def trusted(tmp_path: Path) -> dict[str, str]:
    """What makes Node believe in the server's certificate."""
    return {"NODE_EXTRA_CA_CERTS": str(tmp_path / "localhost.pem")}


@pytest.fixture(scope="module")
def command() -> programs.Command:
    return ("node", toolchains.javascript("sns.mjs"))


def test_the_whole_surface(server: Server, command: programs.Command, trusted: dict[str, str]) -> None:
    programs.takes_every_step(command, server, STEPS, **trusted)


def test_a_wrong_secret_is_refused(server: Server, command: programs.Command, trusted: dict[str, str]) -> None:
    programs.is_refused(command, server, **trusted)

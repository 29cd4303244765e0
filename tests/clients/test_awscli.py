"""The AWS command line, version 1: the whole surface, and a new user's first session."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.clients import programs, toolchains
from tests.clients.server import WEIRMQ, Server, free_port

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

SCRIPTS = toolchains.HERE / "awscli"
COMMAND = ("bash", SCRIPTS / "scenario.sh")
# A command line has no links to sign; delays and attempt ids are no different from there.
STEPS = (programs.STEPS - {"delay", "attempt", "presigned"}) | {"identity"}


@pytest.fixture(scope="module")
def path() -> str:
    """A PATH on which both aws and weirmq are found."""
    toolchains.need("bash", "curl")
    return f"{toolchains.python_environment('awscli')}:{WEIRMQ.parent}:{os.environ['PATH']}"


def test_the_whole_surface(server: Server, path: str) -> None:
    programs.takes_every_step(COMMAND, server, STEPS, PATH=path)


def test_a_wrong_secret_is_refused(server: Server, path: str) -> None:
    programs.is_refused(COMMAND, server, PATH=path)


def test_a_new_user_s_first_session(tmp_path: Path, path: str) -> None:
    environ = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}
    # A line that misses the server would go to AWS itself: nothing listens here, so it fails instead.
    environ |= {"https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1", "AWS_MAX_ATTEMPTS": "1"}
    session = subprocess.run(
        ["bash", SCRIPTS / "session.sh", str(free_port())],
        env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert session.returncode == 0, f"{session.stdout}\n{session.stderr}"
    assert session.stdout.endswith("ok session\n")

"""The AWS command line, version 1: the whole surface, and a new user's first session."""

import os
import signal
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
_LIMIT_S = 120


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
    said = _run_with_children(["bash", SCRIPTS / "session.sh", str(free_port())], environ)
    assert said.endswith("ok session\n"), said


def _run_with_children(command: programs.Command, environ: dict[str, str]) -> str:
    """What the command said. A script that hangs is ended with all that it started."""
    with subprocess.Popen(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
            pytest.fail(f"not done after {_LIMIT_S} s:\n{said}")
    return said

"""The AWS command line, version 1, with SNS: the first session of docs/sns.md, block by block as it stands there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.clients import toolchains
from tests.clients.server import WEIRMQ, free_port

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

PAGE = toolchains.HERE.parents[1] / "docs" / "sns.md"
_LIMIT_S = 120
# A page's reader looks after a second; a busy machine may need longer.
_WAIT = "until grep -q oars endpoint.log && grep -q 'billed: two oars' server.log; do sleep 0.1; done\n"
_CLEAN_UP = "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"


@pytest.fixture(scope="module")
def path() -> str:
    """A PATH on which aws, weirmq and python3 are found."""
    toolchains.need("bash", "curl")
    return f"{toolchains.python_environment('awscli')}:{WEIRMQ.parent}:{os.environ['PATH']}"


def session() -> str:
    """The blocks of the session, on free ports."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    text = "".join(blocks)
    assert text.count("sleep 1\n") == 1
    text = text.replace("sleep 1\n", _WAIT).replace("weirmq serve ", "weirmq serve --port 4566 ")
    for port in ("4566", "8080"):
        text = text.replace(port, str(free_port()))
    return _CLEAN_UP + text


def test_a_new_user_s_first_session(tmp_path: Path, path: str) -> None:
    environ = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}
    # A line that misses the server would go to AWS itself: nothing listens here, so it fails instead.
    environ |= {"https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1", "AWS_MAX_ATTEMPTS": "1"}
    command = ["timeout", "--kill-after=5", str(_LIMIT_S), "bash", "-e", "-u", "-o", "pipefail", "-c", session()]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{(tmp_path / 'shop' / 'server.log').read_text()}"
    lines = done.stdout.splitlines()
    assert lines.count("one boat") == 1  # in the queue of boats, alone
    assert "two oars" not in lines
    assert done.stdout.count('"Message" : "one boat"') == done.stdout.count('"Message" : "two oars"') == 1
    assert sorted(line for line in lines if line.startswith("came: ")) == ["came: one boat", "came: two oars"]
    assert "billed: one boat" in done.stdout
    assert "billed: two oars" in done.stdout

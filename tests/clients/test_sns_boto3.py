"""boto3, the newest, with all of SNS: the Query protocol, real queues, an HTTP endpoint, a function, mails, texts."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import USER_KEY, USERS, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

COMMAND = (sys.executable, toolchains.HERE / "python" / "sns_story.py")
STEPS = frozenset(
    {
        *("topics", "tags", "fanout", "filters", "batch", "fifo", "replay", "structure", "large", "deadletter"),
        *("permissions", "subscriptions", "http", "retries", "function", "mail", "sms", "sandbox", "devices"),
        *("protection", "operations"),
    }
)
FUNCTIONS = '''
"""What the function `keep` is: events become lines of a file."""
import json, os

def keep(event, context):
    with open(os.environ["KEPT"], "a") as file:
        file.write(json.dumps(event) + "\\n")
'''


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that verifies signatures, and has a function."""
    (tmp_path / "functions.py").write_text(FUNCTIONS)
    function = f'[functions.keep]\nhandler = "functions:keep"\nenvironment = {{ KEPT = "{tmp_path / "kept"}" }}\n'
    yield from programs.serving(Server(tmp_path, USER_KEY, USERS + function))


def test_the_whole_surface(server: Server) -> None:
    places = {"WEIRMQ_OUTBOX": str(server.outbox), "WEIRMQ_KEPT": str(server.folder / "kept")}
    programs.takes_every_step(COMMAND, server, STEPS, **places)


def test_a_wrong_secret_is_refused(server: Server) -> None:
    programs.is_refused(COMMAND, server, WEIRMQ_OUTBOX=str(server.outbox))

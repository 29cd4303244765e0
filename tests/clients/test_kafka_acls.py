"""ACLs through confluent-kafka: an administrator gives somebody rights, and takes them back."""

from pathlib import Path

import pytest

from tests.clients import programs, toolchains
from tests.clients.server import USER_KEY, USERS, Server, free_port

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

PASSWORD = "sesame"


def test_rights_are_given_and_taken(tmp_path: Path) -> None:
    port = free_port()
    users = "\n".join(f'[[kafka_users]]\nname = "{name}"\npassword = "{PASSWORD}"' for name in ("alice", "admin"))
    listener = (
        f'[[kafka_listeners]]\nname = "INSIDE"\nport = {port}\n'
        'protocol = "SASL_PLAINTEXT"\nmechanisms = ["SCRAM-SHA-256"]'
    )
    rules = 'kafka_super_users = "User:admin"\nkafka_acls_required = true'
    server = Server(tmp_path, USER_KEY, "\n".join([rules, USERS, users, listener]))
    for _ in programs.serving(server):
        program = Path(__file__).parent / "python" / "kafka_acls.py"
        steps = frozenset({"refused", "allowed", "described", "deleted"})
        command = (toolchains.python_environment("kafka") / "python", program)
        programs.takes_every_step(command, server, steps, PASSWORD=PASSWORD, INSIDE_PORT=str(port))

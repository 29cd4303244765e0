"""Runs a client's program against a server, and holds it to every step that it must take."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from tests.clients.server import REGION, WRONG_KEY, Key, Server

Command: TypeAlias = Sequence[str | Path]

# What every client's scenario shows. A step that the program doesn't report is a step that it didn't take.
STEPS = frozenset(
    {
        *("create", "url", "list", "attributes", "roundtrip", "select", "batch", "longpoll", "delay", "visibility"),
        *("delete", "fifo", "deduplication", "attempt", "deadletter", "move", "purge", "tags", "permission", "large"),
        *("unicode", "errors", "presigned", "removal"),
    }
)
# What every client shows of Kinesis.
STREAM_STEPS = frozenset({"streams", "records", "iterators", "resharding", "fanout", "refusals"})
# What every client shows of Kafka.
KAFKA_STEPS = frozenset({"create", "produce", "group", "restart", "offsets", "configs", "remove"})
# What those show that have transactions, and groups of all kinds.
TRANSACTION_STEPS = frozenset({"commit", "abort", "transform", "fence"})
ADMIN_STEPS = frozenset({"brokers", "topics", "groups", "transactions", "security", "telemetry"})
GROUP_STEPS = frozenset({"cooperative", "static", "consumer", "static consumer", "migration"})
# How SQS calls a signature that is not right: in the Query protocol and in AWS JSON.
SIGNATURE_CODES = {"SignatureDoesNotMatch", "InvalidSignatureException"}
_LIMIT_S = 240


def serving(server: Server) -> Iterator[Server]:
    """A server from its start to its orderly stop; for fixtures."""
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.kill()


def environment(server: Server, key: Key, **more: str) -> dict[str, str]:
    """What a client finds in its environment: the server's address and a key, and none of this machine's setup."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "JAVA_HOME") if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": server.url,
        "KAFKA": f"127.0.0.1:{server.kafka_port}",
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",  # a retry would hide a failure
        **more,
    }


def output(command: Command, environ: dict[str, str], limit_s: int = _LIMIT_S) -> str:
    """What the program printed. It must end well."""
    done = subprocess.run(
        command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit_s, check=False
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def steps_of(printed: str) -> set[str]:
    """The names on the `ok NAME` lines."""
    return {line.removeprefix("ok ") for line in printed.splitlines() if line.startswith("ok ")}


def takes_every_step(command: Command, server: Server, steps: frozenset[str] = STEPS, **more: str) -> None:
    """The client's scenario goes well from its first step to its last."""
    assert steps_of(output(command, environment(server, server.key, **more))) == steps


def is_refused(command: Command, server: Server, **more: str) -> None:
    """With a wrong secret the client gets its own exception, with the code that SQS gives it."""
    printed = output([*command, "refused"], environment(server, WRONG_KEY, **more)).split()
    assert printed[0] == "refused"
    assert printed[1] in SIGNATURE_CODES

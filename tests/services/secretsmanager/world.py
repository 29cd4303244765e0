"""Secrets Manager on a log in memory, or on a simulated disk, with a clock that is turned by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.service import Call
from weirmq.iam.caller import Caller, root_of
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import ServiceError
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.files import FileLog
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.services.secretsmanager.service import Secrets
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load
from weirmq.wire.http import Request

ACCOUNT = "111122223333"
REGION = "us-east-1"
ROOT = root_of(ACCOUNT, "AKIDEXAMPLE")
STRANGER = root_of("444455556666", "AKIDOTHER")
CODEC = JsonCodec("1.1")
NOT_FOUND = "ResourceNotFoundException"
PARAMETER = "InvalidParameterException"
REQUEST = "InvalidRequestException"


class World:
    """The service, its clock, and one client of it, that speaks JSON. `changed` is what it has told of."""

    def __init__(self, disk: SimulatedDisk | None = None, clock: ManualClock | None = None) -> None:
        self.disk = disk
        self.clock = clock or ManualClock()
        log: Log = FileLog(disk, "/data/journal", 100_000) if disk else MemoryLog()
        self.journal = Journal(log, holdings=Holdings(), waits_for_sync=disk is not None)
        self.secrets = Secrets(self.journal, SeededEntropy(7))
        self.changed: list[str] = []
        self.secrets.on_changed = lambda arn, _now_ms: self.changed.append(arn)
        self.journal.join(self.secrets.machine)
        if log.end:
            self.journal.replay((), 0)

    def restarted(self) -> "World":
        """A world that has what is on the disk of this one, or what a snapshot of this one has."""
        if self.disk is not None:
            self.disk.kill()
            return World(self.disk, self.clock)
        world = World(clock=self.clock)
        world.journal.replay(list(self.journal.snapshot()), 0)
        return world

    def ask(self, operation: str, *, caller: Caller = ROOT, region: str = REGION, **members: Any) -> Any:
        """What the client reads. What the operation left is written, as in a server."""
        spoken = load("secretsmanager").operations[operation]
        call = Call(caller, region, self.clock.now_ms(), "http://localhost:4566", "id")
        asked: Any = None
        if "input" in spoken.facts:
            asked = CODEC.decode(spoken, Request(b"POST", b"/", b"/", b"", {}, json.dumps(members).encode()))
        try:
            answer = self.secrets.operations[operation](self.secrets, call, asked)
        finally:
            self.journal.flush()
        return msgspec.json.decode(CODEC.encode(spoken, answer, "id").body)

    def tick(self) -> None:
        """Let time do its part."""
        machine, now_ms = self.secrets.machine, self.clock.now_ms()
        due_ms = machine.next_due_ms()
        if due_ms is not None and due_ms <= now_ms:
            self.journal.commit(machine, machine.due(now_ms), now_ms)
        self.journal.flush()

    def secret(self, name: str = "AmazonMSK_a", text: str | None = "one", **members: Any) -> str:
        """The ARN of a new secret."""
        if text is not None:
            members["SecretString"] = text
        return str(self.ask("CreateSecret", Name=name, **members)["ARN"])

    def value(self, name: str = "AmazonMSK_a", **members: Any) -> str:
        """A version's text."""
        return str(self.ask("GetSecretValue", SecretId=name, **members)["SecretString"])


@contextmanager
def refused(code: str, *words: str) -> Iterator[None]:
    """Expects ServiceError `code`, and `words` in its message."""
    with pytest.raises(ServiceError) as caught:
        yield
    assert caught.value.code == code, caught.value.message
    for word in words:
        assert word in caught.value.message

"""Lease tables on a log in memory, or on a simulated disk, with a clock that is turned by hand."""

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
from weirmq.services.dynamodb.service import LeaseTables
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load
from weirmq.wire.http import Request

ACCOUNT = "111122223333"
REGION = "us-east-1"
ROOT = root_of(ACCOUNT, "AKIDEXAMPLE")
STRANGER = root_of("444455556666", "AKIDOTHER")
CODEC = JsonCodec("1.0")
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leases"


class World:
    """The service, its clock, and one client of it, that speaks JSON."""

    def __init__(self, disk: SimulatedDisk | None = None, clock: ManualClock | None = None) -> None:
        self.disk = disk
        self.clock = clock or ManualClock()
        log: Log = FileLog(disk, "/data/journal", 100_000) if disk else MemoryLog()
        self.journal = Journal(log, holdings=Holdings(), waits_for_sync=disk is not None)
        self.tables = LeaseTables(self.journal, SeededEntropy(7))
        self.journal.join(self.tables.machine)
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

    def decide(self, operation: str, *, caller: Caller = ROOT, region: str = REGION, **members: Any) -> Any:
        """The answer to a request, before anything is written."""
        spoken = load("dynamodb").operations[operation]
        call = Call(caller, region, self.clock.now_ms(), "http://localhost:4566", "id")
        body = json.dumps(members).encode()
        asked = CODEC.decode(spoken, Request(b"POST", b"/", b"/", b"", {}, body))
        return self.tables.operations[operation](self.tables, call, asked)

    def ask(self, operation: str, *, caller: Caller = ROOT, region: str = REGION, **members: Any) -> Any:
        """What the client reads. What the operation left is written, as in a server."""
        try:
            answer = self.decide(operation, caller=caller, region=region, **members)
        finally:
            self.journal.flush()
        body = CODEC.encode(load("dynamodb").operations[operation], answer, "id").body
        return msgspec.json.decode(body)

    def table(self, name: str = "leases", **members: Any) -> Any:
        """A table as KCL makes it."""
        return self.ask("CreateTable", **created(name), **members)["TableDescription"]

    def index(self, name: str = "leases") -> Any:
        """The index that KCL makes."""
        return self.ask("UpdateTable", **index_request(name))["TableDescription"]

    def put(self, key: str, /, **attributes: Any) -> None:
        """An item; strings and numbers as they are."""
        self.ask("PutItem", TableName="leases", Item=item(key, **attributes))

    def get(self, key: str) -> Any:
        """An item, None where there is none."""
        return self.ask("GetItem", TableName="leases", Key=item(key)).get("Item")

    def update(self, key: str, /, **members: Any) -> Any:
        """What UpdateItem answers."""
        return self.ask("UpdateItem", TableName="leases", Key=item(key), **members)

    def scan(self, **members: Any) -> list[str]:
        """The keys of all items, in the order of the pages."""
        found: list[str] = []
        while True:
            page = self.ask("Scan", TableName="leases", **members)
            found += [each["leaseKey"]["S"] for each in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            members["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def created(name: str = "leases") -> dict[str, Any]:
    """CreateTable as KCL sends it."""
    return {
        "TableName": name,
        "AttributeDefinitions": [defined("leaseKey")],
        "KeySchema": [{"AttributeName": "leaseKey", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def index_request(name: str = "leases") -> dict[str, Any]:
    """UpdateTable as KCL sends it."""
    schema = [{"AttributeName": "leaseOwner", "KeyType": "HASH"}, {"AttributeName": "leaseKey", "KeyType": "RANGE"}]
    create = {
        "IndexName": "LeaseOwnerToLeaseKeyIndex",
        "KeySchema": schema,
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    return {
        "TableName": name,
        "AttributeDefinitions": [defined("leaseKey"), defined("leaseOwner")],
        "GlobalSecondaryIndexUpdates": [{"Create": create}],
    }


def defined(name: str, kind: str = "S") -> dict[str, str]:
    """An attribute definition."""
    return {"AttributeName": name, "AttributeType": kind}


def value(plain: Any) -> Any:
    """A string or number as DynamoDB's JSON has it; what is that already stays."""
    if isinstance(plain, dict):
        return plain
    return {"S": plain} if isinstance(plain, str) else {"N": str(plain)}


def item(key: str, /, **attributes: Any) -> Any:
    """An item as DynamoDB's JSON has it."""
    return {"leaseKey": {"S": key}, **{name: value(each) for name, each in attributes.items()}}


@contextmanager
def refused(code: str, *words: str) -> Iterator[pytest.ExceptionInfo[ServiceError]]:
    """Expects ServiceError `code`, and `words` in its message."""
    with pytest.raises(ServiceError) as caught:
        yield caught
    assert caught.value.code == code, caught.value.message
    for word in words:
        assert word in caught.value.message

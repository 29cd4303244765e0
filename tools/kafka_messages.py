"""Write the messages of Kafka's protocol from Apache Kafka's own descriptions (development only).

    python tools/kafka_messages.py            write src/weirmq/wire/kafka/messages/*.py
    python tools/kafka_messages.py --check    say what differs from what is committed, and exit 1 if anything does

The descriptions are in the jar of kafka-clients, which Maven fetches once. A new API is one name in APIS; DATA has what
members of groups say to each other in bytes that brokers needn't understand.
"""

import json
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from formatting import formatted

KAFKA = "4.3.0"
APIS = [
    "AddOffsetsToTxn", "AddPartitionsToTxn", "AlterClientQuotas", "AlterConfigs", "AlterPartitionReassignments",
    "AlterReplicaLogDirs", "DescribeQuorum",
    "AlterUserScramCredentials", "ApiVersions", "ConsumerGroupDescribe", "ConsumerGroupHeartbeat", "CreateAcls",
    "CreatePartitions", "CreateTopics", "DeleteAcls", "DeleteGroups", "DeleteRecords", "DeleteShareGroupOffsets",
    "DeleteTopics", "DescribeAcls", "DescribeClientQuotas", "DescribeCluster", "DescribeConfigs", "DescribeGroups",
    "DescribeLogDirs", "DescribeProducers", "DescribeShareGroupOffsets", "DescribeTopicPartitions",
    "DescribeTransactions", "DescribeUserScramCredentials", "ElectLeaders", "EndTxn", "Fetch", "FindCoordinator",
    "AlterShareGroupOffsets", "Heartbeat", "IncrementalAlterConfigs", "InitProducerId", "JoinGroup", "LeaveGroup",
    "ListConfigResources", "ListGroups", "ListOffsets", "ListPartitionReassignments", "ListTransactions", "Metadata",
    "OffsetCommit", "OffsetDelete", "OffsetFetch", "OffsetForLeaderEpoch", "Produce", "SaslAuthenticate",
    "SaslHandshake", "ShareAcknowledge", "ShareFetch", "ShareGroupDescribe", "ShareGroupHeartbeat",
    "StreamsGroupDescribe", "StreamsGroupHeartbeat", "SyncGroup", "TxnOffsetCommit", "UpdateFeatures",
    "WriteTxnMarkers", "GetTelemetrySubscriptions", "PushTelemetry",
    "CreateDelegationToken", "RenewDelegationToken", "ExpireDelegationToken", "DescribeDelegationToken",
]  # fmt: skip
DATA = ["ConsumerProtocolAssignment", "ConsumerProtocolSubscription"]

ROOT = Path(__file__).parent.parent
ROOM = ROOT / "src" / "weirmq" / "wire" / "kafka" / "messages"
CACHE = ROOT / "tools" / ".cache"

PYTHON = {
    "bool": "bool", "int8": "int", "int16": "int", "uint16": "int", "int32": "int", "uint32": "int", "int64": "int",
    "float64": "float", "string": "str", "uuid": "bytes", "bytes": "bytes", "records": "bytes | memoryview",
}  # fmt: skip
EMPTY = {"bool": "False", "float64": "0.0", "string": '""', "uuid": "NO_UUID", "bytes": 'b""', "records": 'b""'}

HEAD = '''"""{title}, as Apache Kafka {kafka} describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct{field}

from weirmq.wire.kafka.schema import {names}
'''


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them. Answers the exit status."""
    written = {ROOM / f"{snake(name)}.py": source(read(name)) for name in names()}
    written[ROOM / "__init__.py"] = index([read(name) for name in names()])
    stale = [path for path in ROOM.glob("*.py") if path not in written]
    differing = [path for path, text in written.items() if not path.exists() or path.read_text() != text] + stale
    if "--check" in arguments:
        for path in differing:
            print(f"{path} is not what tools/kafka_messages.py writes", file=sys.stderr)
        return 1 if differing else 0
    for path in differing:
        if path in written:
            path.write_text(written[path])
            print(f"wrote {path}")
        else:
            path.unlink()
            print(f"removed {path}")
    return 0


def names() -> list[str]:
    """The messages that are written."""
    return [f"{api}{kind}" for api in sorted(APIS) for kind in ("Request", "Response")] + DATA


@cache
def jar() -> zipfile.ZipFile:
    """The jar of kafka-clients, from Maven Central."""
    path = CACHE / f"kafka-clients-{KAFKA}.jar"
    if not path.exists():
        artifact = f"org.apache.kafka:kafka-clients:{KAFKA}"
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={CACHE}"]
        try:
            subprocess.run(command, check=True)
        except OSError as error:
            raise SystemExit(
                f"the descriptions of Kafka's messages come by Maven, which is not here: {error}"
            ) from None
    return zipfile.ZipFile(path)


@cache
def read(name: str) -> dict[str, Any]:
    """The description of a message: JSON with comments."""
    text = jar().read(f"common/message/{name}.json").decode()
    found: dict[str, Any] = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    return found


def snake(name: str) -> str:
    """`TransactionalId` as `transactional_id`, `ISRNodes` as `isr_nodes`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def versions(text: str | None) -> str:
    """`3-7`, `3+`, `3` or `none` as a range in Python."""
    if not text or text == "none":
        return "NEVER"
    first, dash, last = text.removesuffix("+").partition("-")
    end = "LATEST" if text.endswith("+") else last if dash else first
    return f"({first}, {end})"


def index(messages: list[dict[str, Any]]) -> str:
    """The module that knows which module has which message."""
    rows = "".join(f'    {m["apiKey"]}: "{snake(m["name"])[:-8]}",\n' for m in by_key(messages))
    text = f'''"""The messages of Apache Kafka {KAFKA}, a module each: what follows is by API key.

Written by tools/kafka_messages.py; change that, not this file.
"""

NAMES = {{
{rows}}}
'''
    return formatted(text)


def by_key(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The requests among `messages`, by key."""
    return sorted((m for m in messages if m["type"] == "request"), key=lambda m: m["apiKey"])


def source(message: dict[str, Any]) -> str:
    """The module of one message."""
    return formatted(Writer(message).source())


class Writer:
    """Writes one module."""

    def __init__(self, message: dict[str, Any]) -> None:
        self.message = message
        self.common = {each["name"]: each["fields"] for each in message.get("commonStructs", [])}
        self.classes: dict[str, str] = {}
        self.groups: dict[str, str] = {}

    def source(self) -> str:
        """The whole text."""
        message = self.message
        name = message["name"]
        self.add(name, message["fields"])
        first, last = versions(message["validVersions"]).strip("()").split(", ")
        flexible = message["flexibleVersions"].removesuffix("+")
        key = message.get("apiKey", "NO_KEY")
        body = "\n\n\n".join(self.classes.values()) + "\n\n\n" + "\n".join(self.groups.values())
        end = (
            f'\nMESSAGE = Message(\n    name="{name}",\n    key={key},\n    versions=({first}, {last}),\n'
            f"    flexible={'LATEST' if flexible == 'none' else flexible},\n    body=_{snake(name).upper()},\n)\n"
        )
        text = body + end
        used = [
            each
            for each in ("LATEST", "NEVER", "NO_KEY", "NO_UUID", "Field", "Group", "Message")
            if re.search(rf"\b{each}\b", text)
        ]
        kinds = {"request": "a request (API key {})", "response": "an answer (API key {})", "data": "of no API"}
        title = f"{name}, {kinds[message['type']].format(key)}, versions {message['validVersions']}"
        head = HEAD.format(
            title=title, kafka=KAFKA, names=", ".join(used), field=", field" if " field(" in text else ""
        )
        return head + "\n\n" + text

    def add(self, name: str, fields: list[dict[str, Any]]) -> None:
        """A class, behind those that it needs."""
        if name in self.classes:
            return
        kept = [each for each in fields if not self.is_gone(each)]
        for each in kept:
            kind = each["type"].removeprefix("[]")
            if kind not in PYTHON:
                self.add(kind, each.get("fields") or self.common[kind])
        lines = [f"    {snake(each['name'])}: {self.annotation(each)} = {self.default(each)}" for each in kept]
        self.classes[name] = f"class {name}(Struct, gc=False):\n" + ("\n".join(lines) or "    pass")
        rows = "".join(f"        {self.row(each)},\n" for each in kept)
        inside = f"(\n{rows}    )" if rows else "()"
        self.groups[name] = f"_{snake(name).upper()} = Group(\n    {name},\n    {inside},\n)"

    def is_gone(self, field: dict[str, Any]) -> bool:
        """No version that is still valid has it."""
        first = int(self.message["validVersions"].partition("-")[0])
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", field["versions"])
        return found is not None and int(found[2] or found[1]) < first

    def is_nullable(self, field: dict[str, Any]) -> bool:
        """Some version takes null."""
        return versions(field.get("nullableVersions")) != "NEVER"

    def annotation(self, field: dict[str, Any]) -> str:
        """The Python type of a field."""
        kind = field["type"]
        inner = PYTHON.get(kind.removeprefix("[]"), kind.removeprefix("[]"))
        text = f"list[{inner}]" if kind.startswith("[]") else inner
        return f"{text} | None" if self.is_nullable(field) else text

    def default(self, field: dict[str, Any]) -> str:
        """The default of a field as it stands in the class."""
        value = self.value(field)
        if value.startswith("["):
            return "field(default_factory=list)"
        return f"field(default_factory={value[:-2]})" if value.endswith("()") else value

    def value(self, field: dict[str, Any]) -> str:
        """The default of a field, as an expression."""
        kind, given = field["type"], field.get("default")
        if given == "null":
            return "None"
        if kind.startswith("[]"):
            return "[]"
        if kind not in PYTHON:
            return f"{kind}()"
        if given in {None, ""}:
            return EMPTY.get(kind, "0")
        if kind == "string":
            return json.dumps(given)
        if kind == "bool":
            return str(given).capitalize()
        return str(float(given)) if kind == "float64" else str(int(str(given), 0))

    def row(self, field: dict[str, Any]) -> str:
        """A field as data."""
        kind = field["type"].removeprefix("[]")
        parts = [
            f'"{snake(field["name"])}"',
            f'"{kind}"' if kind in PYTHON else f"_{snake(kind).upper()}",
            versions(field["versions"]),
        ]
        if field["type"].startswith("[]"):
            parts.append("many=True")
        if self.is_nullable(field):
            parts.append(f"nullable={versions(field['nullableVersions'])}")
        if "tag" in field:
            parts += [f"tag={field['tag']}", f"tagged={versions(field['taggedVersions'])}"]
        return f"Field({', '.join(parts)})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

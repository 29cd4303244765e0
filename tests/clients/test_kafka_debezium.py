"""Debezium: every change of a table in PostgreSQL arrives once, in a compacted topic, while the server is killed, and
then Connect's worker.
"""

import json
from typing import Any, Final

import pytest

from tests.clients import postgres, programs, toolchains
from tests.clients.connect import Worker, until
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

SHOWN: Final = toolchains.HERE / "python" / "kafka_shown.py"
JSON: Final = "org.apache.kafka.connect.json.JsonConverter"
TOPIC: Final = "weir.public.fish"
CONFIGS: Final = {
    "cleanup.policy": "compact",
    "compression.type": "lz4",
    "delete.retention.ms": "3600000",
    "min.compaction.lag.ms": "60000",
    "retention.ms": "-1",
    "retention.bytes": "-1",
}
CONNECTOR: Final = {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "exactly.once.support": "required",
    "plugin.name": "pgoutput",
    "publication.autocreate.mode": "filtered",
    "database.hostname": "127.0.0.1",
    "database.user": "postgres",
    "database.password": "",
    "database.dbname": "postgres",
    "topic.prefix": "weir",
    "table.include.list": "public.fish",
    **{f"{part}.converter": JSON for part in ("key", "value")},
    **{f"{part}.converter.schemas.enable": "false" for part in ("key", "value")},
    "topic.creation.default.partitions": "3",
    "topic.creation.default.replication.factor": "-1",
    **{f"topic.creation.default.{name}": value for name, value in CONFIGS.items()},
}


def test_changes_arrive_once(open_server: Server) -> None:
    worker = Worker(open_server)
    with postgres.serving() as database:
        database.does(
            "create table fish (id int primary key, name text)",
            "alter table fish replica identity full",
            "insert into fish values (1, 'salmon'), (2, 'trout')",
        )
        with worker.at_work():
            worker.run("fish", **CONNECTOR, database_port=str(database.port))
            expected = {1: ["r None salmon"], 2: ["r None trout"]}
            until(lambda: changes(open_server) == expected)
            database.does("insert into fish values (3, 'perch')", "update fish set name = 'grayling' where id = 2")
            database.does("begin; insert into fish values (4, 'pike'); rollback")
            database.does("delete from fish where id = 1")
            expected[1] += ["d salmon None", "tombstone"]
            expected[2] += ["u trout grayling"]
            expected[3] = ["c None perch"]
            until(lambda: changes(open_server) == expected)
            open_server.kill()
            database.does("update fish set name = 'zander' where id = 3")
            open_server.start()
            expected[3] += ["u perch zander"]
            until(lambda: changes(open_server) == expected)
        database.does("update fish set id = 5 where id = 3", "insert into fish values (1, 'eel')")
        with worker.at_work():
            expected[1] += ["c None eel"]
            expected[3] += ["d zander None", "tombstone"]
            expected[5] = ["c None zander"]
            until(lambda: changes(open_server) == expected)
    shown = topic(open_server)
    assert (shown["partitions"], shown["configs"]) == (3, CONFIGS)


def test_the_history_of_schemas(open_server: Server) -> None:
    """In which its connectors for MySQL, Oracle and SQL Server keep what became of tables."""
    command = ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka"), "clients.SchemaHistory")
    programs.takes_every_step(command, open_server, frozenset({"written", "recovered", "configs"}))


def changes(server: Server) -> dict[int, list[str]]:
    """Of each row, what became of it: an operation, the name before and the name after."""
    found: dict[int, list[str]] = {}
    for key, value in topic(server)["records"]:
        change = json.loads(value) if value else None
        names = [(change[which] or {}).get("name") for which in ("before", "after")] if change else []
        found.setdefault(json.loads(key)["id"], []).append(
            f"{change['op']} {names[0]} {names[1]}" if change else "tombstone"
        )
    return found


def topic(server: Server) -> Any:
    python = toolchains.python_environment("kafka") / "python"
    return json.loads(programs.output((python, SHOWN, TOPIC), programs.environment(server, server.key)))

"""A compacted topic with a real client: the server is in the test's own process, so that its clock can be turned."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.clients import msk, programs, toolchains
from weirmq.testing import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(120)]

PROGRAM = Path(__file__).parent / "python" / "kafka_compaction.py"


@pytest.mark.parametrize("durability", ["memory", "fsync"])
def test_the_newest_value_of_each_key_stays(durability: str, tmp_path: Path) -> None:
    more: dict[str, Any] = {} if durability == "memory" else {"data": str(tmp_path / "data")}
    python = toolchains.python_environment("kafka") / "python"
    with Server(durability=durability, **more) as server:
        client = server.client("kafka")
        kafka = ",".join(msk.brokers(client, msk.create(client, "weir")))

        def take(step: str) -> None:
            environ = {"PATH": os.environ["PATH"], "KAFKA": kafka}
            assert programs.steps_of(programs.output((python, PROGRAM, step), environ)) == {step}

        take("write")
        server.clock.advance(minutes=2)  # beyond segment.ms
        take("roll")
        server.clock.advance(minutes=1)  # the cleaner looks every minute
        take("compacted")
        server.clock.advance(minutes=11)  # beyond delete.retention.ms
        take("compacted")
        take("roll")
        server.clock.advance(minutes=1)
        take("gone")

"""Every call of Kafka's Admin, on which kafka-ui, AKHQ and the kafka-*.sh tools sit, answered as by Apache Kafka 4.3.

java-kafka-admin/apache-kafka.txt is what Apache Kafka's own broker said; `python -m tests.clients.admin_calls` makes
it anew. differences.toml beside it lists what is answered otherwise, and why.
"""

import pytest

from tests.clients import admin_calls
from tests.clients.server import Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]


def test_every_call(open_server: Server) -> None:
    expected = admin_calls.answers(admin_calls.APACHES.read_text())
    found = admin_calls.answers(admin_calls.called(f"127.0.0.1:{open_server.kafka_port}"))
    differing = {name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)}
    unknown = {name: (expected.get(name), found.get(name)) for name in differing if not admin_calls.is_known(name)}
    assert unknown == {}, "answered otherwise than by Apache Kafka"
    stale = [
        pattern
        for pattern, _ in admin_calls.differences()
        if not any(admin_calls.fnmatchcase(name, pattern) for name in differing)
    ]
    assert stale == [], "known differences that are none any more"

"""What a broker answers to all calls of Kafka's Admin: the program java-kafka-admin/, and what Apache Kafka made of it.

    python -m tests.clients.admin_calls      write java-kafka-admin/apache-kafka.txt anew, from Apache Kafka itself

That starts Apache Kafka as bench/peers.py does, with ACLs, and needs Maven Central.
"""

import os
import subprocess
import tempfile
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from tests.clients import toolchains

FOLDER: Final = Path(__file__).parent / "java-kafka-admin"
APACHES: Final = FOLDER / "apache-kafka.txt"
SECONDS: Final = 240
SETTLE_MS: Final = 100  # after each call, for what Apache Kafka's broker hears from its controller
SETTINGS: Final = """\
offsets.topic.num.partitions=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""


def called(kafka: str, settle_ms: int = 0) -> str:
    """All that the program prints about the broker at an address."""
    command = ("java", "-XX:TieredStopAtLevel=1", "-cp", toolchains.java("java-kafka-admin"), "clients.Calls")
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "KAFKA": kafka, "SETTLE_MS": str(settle_ms)}
    done = subprocess.run(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr}"
    return done.stdout


def answers(printed: str) -> dict[str, str]:
    """What came of each call. A name that comes twice is a mistake of the program."""
    found: dict[str, str] = {}
    for line in printed.splitlines():
        name, _, answer = line.partition(": ")
        assert name not in found, name
        found[name] = answer
    return found


def differences() -> list[tuple[str, str]]:
    """The calls, as patterns, that are known to be answered otherwise, each with the reason."""
    known = tomllib.loads((FOLDER / "differences.toml").read_text())["difference"]
    return [(call, each["why"]) for each in known for call in each["calls"]]


def is_known(call: str) -> bool:
    """Whether a call is known to be answered otherwise."""
    return any(fnmatchcase(call, pattern) for pattern, _ in differences())


def main() -> None:
    """Ask Apache Kafka."""
    from bench import peers, servers

    peers.APACHE_KAFKA_CONFIG += SETTINGS
    with tempfile.TemporaryDirectory() as folder, servers.running(peers.apache_kafka(), Path(folder)) as kafka:
        printed = called(f"127.0.0.1:{kafka.place.kafka_port}", SETTLE_MS)
    APACHES.write_text(printed, encoding="utf-8")
    print(f"{APACHES}: {len(answers(printed))} answers")


if __name__ == "__main__":
    main()

"""Share groups (KIP-932) with confluent-kafka: two workers of a group, one of which is killed."""

import os
import sys
from collections.abc import Callable
from subprocess import PIPE, Popen

from confluent_kafka import AcknowledgeType, Producer, ShareConsumer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

SERVERS = os.environ["KAFKA"]
TOPIC = "jobs"
ALL = 200


def consumer(group: str, mode: str = "explicit") -> ShareConsumer:
    found = ShareConsumer(
        {"bootstrap.servers": SERVERS, "group.id": group, "share.acknowledgement.mode": mode, "max.poll.records": 50}
    )
    found.subscribe([TOPIC])
    return found


def begin(group: str) -> None:
    """The group is to have all that the topic has."""
    entry = ConfigEntry("share.auto.offset.reset", "earliest", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.GROUP, group, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": SERVERS})
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(10)


def drain(found: ShareConsumer, say: Callable[[str, int], int], most: int = ALL) -> list[tuple[str, int]]:
    """Values with delivery counts, until nothing more comes."""
    got: list[tuple[str, int]] = []
    silent = 0
    while silent < 5 and len(got) < most:  # a worker that was killed has its connection closed a little later
        messages = found.poll(0.5)
        silent = 0 if len(messages) else silent + bool(got)
        for message in messages:
            assert message.error() is None, message.error()
            value, count = message.value().decode(), message.delivery_count()
            got.append((value, count))
            found.acknowledge(message, say(value, count))
        assert all(error is None for error in found.commit_sync(10.0).values())
    return got


def accept(_value: str, _count: int) -> int:
    return AcknowledgeType.ACCEPT


def explicit() -> None:
    begin("explicit")

    def say(value: str, count: int) -> int:
        if value == "5":
            return AcknowledgeType.REJECT
        return AcknowledgeType.RELEASE if value == "7" and count < 3 else AcknowledgeType.ACCEPT

    with consumer("explicit") as found:
        got = drain(found, say, ALL + 2)
    assert sorted(got) == sorted([(str(number), 1) for number in range(ALL)] + [("7", 2), ("7", 3)]), got
    print("ok explicit")


def implicit() -> None:
    begin("implicit")
    values: set[str] = set()
    with consumer("implicit", "implicit") as found:
        while len(values) < ALL:
            values |= {message.value().decode() for message in found.poll(0.5)}
        found.commit_sync(10.0)
    with consumer("implicit", "implicit") as found:
        assert not [message for _ in range(4) for message in found.poll(0.5)]
    print("ok implicit")


def killed() -> None:
    begin("killed")
    with Popen([sys.executable, __file__, "hang"], stdin=PIPE, stdout=PIPE, text=True) as worker:
        assert worker.stdout is not None
        had = int(worker.stdout.readline())
        worker.kill()
    with consumer("killed") as found:
        got = drain(found, accept)
    assert {value for value, _ in got} == {str(number) for number in range(ALL)}
    assert sum(count == 2 for _, count in got) == had > 0, got
    print("ok killed")


def hang() -> None:
    """A worker that is in the middle of something."""
    found = consumer("killed")
    while not (messages := found.poll(0.5)):
        pass
    print(len(messages), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1:] == ["hang"]:
        hang()
    else:
        admin = AdminClient({"bootstrap.servers": SERVERS})
        admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(10)
        producer = Producer({"bootstrap.servers": SERVERS})
        for number in range(ALL):
            producer.produce(TOPIC, str(number))
        assert producer.flush(10) == 0
        explicit()
        implicit()
        killed()

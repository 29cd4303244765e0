"""Groups of confluent-kafka (librdkafka): cooperative rebalancing, static members, KIP-848, and the way there."""

import os
from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC = "north"
PARTITIONS = 4
RECORDS = 40
LIMIT_S = 20
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}


class Member:
    """A consumer, what it has read, and what was given to it and taken from it."""

    def __init__(self, group: str, **more: Any) -> None:
        options = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
        self.consumer = Consumer(SERVER | options | {name.replace("_", "."): value for name, value in more.items()})
        self.values: set[bytes | None] = set()
        self.revoked: set[int] = set()
        self.rebalances = 0
        self.consumer.subscribe([TOPIC], on_assign=self.on_assign, on_revoke=self.on_revoke)

    def on_assign(self, _: Consumer, __: list[TopicPartition]) -> None:
        self.rebalances += 1

    def on_revoke(self, _: Consumer, taken: list[TopicPartition]) -> None:
        self.revoked |= {each.partition for each in taken}

    def has(self) -> set[int]:
        return {each.partition for each in self.consumer.assignment()}

    def read(self) -> int:
        return sum(max(each.offset, 0) for each in self.consumer.position(self.consumer.assignment()))


def until(so: Callable[[], bool], *members: Member) -> None:
    while not so():
        for each in members:
            each.values.update(message.value() for message in each.consumer.consume(100, 0.05) if not message.error())


def share(first: Member, second: Member) -> None:
    until(lambda: len(first.has()) == len(second.has()) == PARTITIONS // 2, first, second)


def rebalance(step: str, **how: Any) -> None:
    """A second member comes and goes; the first one keeps what it may keep."""
    first = Member(step, **how)
    until(lambda: len(first.has()) == PARTITIONS and len(first.values) == RECORDS, first)
    second = Member(step, **how)
    share(first, second)
    assert second.has() == first.revoked
    until(lambda: first.read() + second.read() == RECORDS, first, second)
    second.consumer.commit(asynchronous=False)
    second.consumer.close()
    until(lambda: len(first.has()) == PARTITIONS, first)
    assert len(first.revoked) == PARTITIONS // 2
    first.consumer.close()
    print("ok", step)


def come_back(step: str, **how: Any) -> None:
    """A static member goes without leaving, and has what it had when it comes back."""
    first, second = Member(step, group_instance_id="one", **how), Member(step, group_instance_id="two", **how)
    share(first, second)
    kept, rebalances = second.has(), first.rebalances
    second.consumer.close()
    again = Member(step, group_instance_id="two", **how)
    until(lambda: again.has() == kept, first, again)
    assert first.rebalances == rebalances
    first.consumer.close()
    again.consumer.close()
    print("ok", step)


def migrate(step: str) -> None:
    """Members change their protocol one by one, and change it back; where they stand is kept."""
    classic = {"partition_assignment_strategy": "cooperative-sticky", "heartbeat_interval_ms": 100}
    first = Member(step, **classic)
    until(lambda: len(first.values) == RECORDS, first)
    first.consumer.commit(asynchronous=False)
    second = Member(step, group_protocol="consumer")
    share(first, second)
    assert second.has() == first.revoked
    first.consumer.close()
    until(lambda: len(second.has()) == PARTITIONS, second)
    third = Member(step, **classic)
    share(second, third)
    second.consumer.close()
    until(lambda: len(third.has()) == PARTITIONS, third)
    assert sum(each.offset for each in third.consumer.committed(third.consumer.assignment())) == RECORDS
    assert not second.values | third.values
    third.consumer.close()
    print("ok", step)


if __name__ == "__main__":
    admin = AdminClient(SERVER)
    admin.create_topics([NewTopic(TOPIC, PARTITIONS)])[TOPIC].result(LIMIT_S)
    producer = Producer(SERVER)
    for number in range(RECORDS):
        producer.produce(TOPIC, f"record {number}", partition=number % PARTITIONS)
    assert producer.flush(LIMIT_S) == 0
    rebalance("cooperative", partition_assignment_strategy="cooperative-sticky", heartbeat_interval_ms=100)
    come_back("static", heartbeat_interval_ms=100)
    rebalance("consumer", group_protocol="consumer")
    come_back("static consumer", group_protocol="consumer")
    migrate("migration")

"""What MirrorMaker copies between two clusters, upper and lower.

`make` makes topics, `feed` writes to them, `grow` adds a topic, a partition and a config, and `check` waits until all
of it is in the other cluster. `leave` has a group read what is there, `follow` waits until its offsets are copied, and
with `move` it goes on in the copy.
"""

import os
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic

LIMIT_S = 60
RECORDS = 200  # a time
GROUPS = {"readers": "classic", "divers": "consumer"}  # and the protocol that each speaks
CONFIGS = {"cleanup.policy": "compact,delete", "retention.ms": "7200000", "max.message.bytes": "2000000"}
OPTIONS = {"enable.auto.commit": False, "isolation.level": "read_committed"}


class Cluster:
    def __init__(self, servers: str) -> None:
        self.settings = {"bootstrap.servers": servers}
        self.admin = AdminClient(self.settings)


UPPER, LOWER = Cluster(os.environ["KAFKA"]), Cluster(os.environ["KAFKA_LOWER"])
COPIES = {
    "rivers": (UPPER, LOWER, "upper.rivers"),
    "lakes": (UPPER, LOWER, "upper.lakes"),
    "seas": (LOWER, UPPER, "lower.seas"),
}


class Record(NamedTuple):
    """What must be the same in a copy."""

    key: bytes
    value: bytes
    headers: Any
    timestamp: tuple[int, int]


Records: TypeAlias = dict[int, dict[int, Record]]  # by partition and offset


def make() -> None:
    create(UPPER, NewTopic("rivers", 2, config=CONFIGS))
    create(LOWER, NewTopic("seas", 1))
    feed()


def feed() -> None:
    for topic, (home, _other, _copy) in COPIES.items():
        if topic in topics(home):
            write(home, topic)


def grow() -> None:
    create(UPPER, NewTopic("lakes", 1))
    change = ConfigEntry("retention.ms", "3600000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, "rivers", incremental_configs=[change])
    wait(UPPER.admin.incremental_alter_configs([resource]))
    wait(UPPER.admin.create_partitions([NewPartitions("rivers", 3)]))


def check() -> None:
    """Once, in order, in the same partitions, and no copies of copies."""
    for topic, (home, other, copy) in COPIES.items():
        is_copied(topic, home, other, copy)
    until_equal(lambda: configs(LOWER, "upper.rivers"), configs(UPPER, "rivers"))
    assert "upper.lower.seas" not in topics(LOWER)
    assert "lower.upper.rivers" not in topics(UPPER)
    print("ok copied")


def leave() -> None:
    for group in GROUPS:
        assert sum(map(len, read(group, UPPER, "rivers", RECORDS).values())) == RECORDS


def follow() -> None:
    """In the copy the groups are just behind all that they have read."""
    ends = {partition: max(found) + 1 for partition, found in records(LOWER, "upper.rivers").items()}
    for group in GROUPS:
        until_equal(lambda: committed(group), ends)  # noqa: B023 - called at once
    print("ok translated")


def move() -> None:
    """They get what they haven't read yet, and nothing else."""
    number = sum(map(len, records(UPPER, "rivers").values())) - RECORDS
    copy = records(LOWER, "upper.rivers")
    for group in GROUPS:
        begins = committed(group)
        rest = {
            partition: {offset: record for offset, record in found.items() if offset >= begins.get(partition, 0)}
            for partition, found in copy.items()
        }
        assert read(group, LOWER, "upper.rivers", number) == rest
    print("ok moved")


def is_copied(topic: str, home: Cluster, other: Cluster, copy: str) -> None:
    expected = {partition: list(found.values()) for partition, found in records(home, topic).items()}
    until_equal(
        lambda: {partition: list(found.values()) for partition, found in records(other, copy).items()}, expected
    )


def until_equal(find: Callable[[], Any], expected: Any) -> None:
    deadline = time.monotonic() + LIMIT_S
    while (found := find()) != expected:
        assert time.monotonic() < deadline, f"{found}\nis not\n{expected}"
        time.sleep(0.2)


def create(cluster: Cluster, topic: NewTopic) -> None:
    wait(cluster.admin.create_topics([topic]))


def wait(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result(LIMIT_S)


def write(cluster: Cluster, topic: str) -> None:
    """A transaction of records that are to be copied, after an aborted one."""
    producer = Producer(cluster.settings | {"transactional.id": topic, "linger.ms": 1})
    producer.init_transactions(LIMIT_S)
    producer.begin_transaction()
    producer.produce(topic, "no water", str(uuid.uuid4()))
    producer.flush(LIMIT_S)
    producer.abort_transaction(LIMIT_S)
    producer.begin_transaction()
    for number in range(RECORDS):
        producer.produce(topic, f"water {number}", str(uuid.uuid4()), headers=[("number", str(number))])
        producer.poll(0.001)  # so that there are many batches
    producer.commit_transaction(LIMIT_S)


def topics(cluster: Cluster) -> dict[str, Any]:
    return cluster.admin.list_topics(timeout=LIMIT_S).topics


def configs(cluster: Cluster, topic: str) -> dict[str, str]:
    """Those that are the topic's own."""
    [found] = cluster.admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values()
    try:
        return {name: each.value for name, each in found.result(LIMIT_S).items() if not each.is_default}
    except KafkaException:  # not there yet
        return {}


def committed(group: str) -> dict[int, int]:
    asked = LOWER.admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    partitions = asked[group].result(LIMIT_S).topic_partitions
    return {each.partition: each.offset for each in partitions if each.topic == "upper.rivers"}


def records(cluster: Cluster, topic: str) -> Records:
    """All that is committed of a topic; none where there is no such topic."""
    found: Records = {}
    there = topics(cluster).get(topic)
    consumer = Consumer(cluster.settings | OPTIONS | {"group.id": "none", "enable.partition.eof": True})
    for partition in there.partitions if there else ():
        consumer.assign([TopicPartition(topic, partition, 0)])
        found[partition] = {}
        while (message := consumer.poll(LIMIT_S)) is not None and not message.error():
            found[partition][message.offset()] = record(message)
    consumer.close()
    return found


def read(group: str, cluster: Cluster, topic: str, number: int) -> Records:
    """So many records, read and committed by the group."""
    member = {"group.id": group, "group.protocol": GROUPS[group], "auto.offset.reset": "earliest"}
    consumer = Consumer(cluster.settings | OPTIONS | member)
    consumer.subscribe([topic])
    found: Records = {each: {} for each in topics(cluster)[topic].partitions}
    for count in range(number):
        message = consumer.poll(LIMIT_S)
        assert message is not None, f"{count} of {number} records came"
        found[message.partition()][message.offset()] = record(message)
    consumer.commit(asynchronous=False)
    consumer.close()
    return found


def record(message: Any) -> Record:
    return Record(message.key(), message.value(), message.headers(), message.timestamp())


if __name__ == "__main__":
    for step in sys.argv[1:]:
        {each.__name__: each for each in (make, feed, grow, check, leave, follow, move)}[step]()

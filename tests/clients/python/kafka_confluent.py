"""A session of confluent-kafka (librdkafka): topics, an idempotent producer, a group of two, administration."""

import os
from typing import Any

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

TOPIC = "rivers"
PARTITIONS = 4
RECORDS = 100
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}
LIMIT_S = 20


def done(futures: dict[Any, Any]) -> list[Any]:
    return [future.result(LIMIT_S) for future in futures.values()]


def create(admin: AdminClient) -> None:
    topic = NewTopic(TOPIC, PARTITIONS, config={"retention.ms": "86400000"})
    done(admin.create_topics([topic]))
    try:
        done(admin.create_topics([topic]))
        raise AssertionError("made twice")
    except KafkaException as error:
        if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
            raise
    metadata = admin.list_topics(timeout=LIMIT_S)
    partitions = metadata.topics[TOPIC].partitions.values()
    assert len(partitions) == PARTITIONS
    assert {each.leader for each in partitions} == set(metadata.brokers)
    print("ok create")


def produce() -> None:
    told: list[tuple[int, int]] = []

    def on_delivery(error: Any, message: Any) -> None:
        assert error is None, error
        told.append((message.partition(), message.offset()))

    for compression in ("none", "gzip", "snappy", "lz4", "zstd"):
        producer = Producer(SERVER | {"enable.idempotence": True, "compression.type": compression})
        for number in range(RECORDS // 5):
            producer.produce(TOPIC, f"{compression} {number}", f"key {number % 10}", on_delivery=on_delivery)
        assert producer.flush(LIMIT_S) == 0
    assert len(set(told)) == RECORDS
    assert {partition for partition, _ in told} == set(range(PARTITIONS))
    for partition in range(PARTITIONS):
        offsets = [offset for where, offset in told if where == partition]
        assert offsets == list(range(len(offsets)))
    print("ok produce")


def member() -> Consumer:
    options = {"group.id": "readers", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer(SERVER | options)
    consumer.subscribe([TOPIC])
    return consumer


def take(consumer: Consumer) -> list[bytes]:
    messages = consumer.consume(100, 0.1)
    assert not [message.error() for message in messages if message.error()]
    return [message.value() for message in messages]


def read(consumer: Consumer) -> int:
    return sum(max(each.offset, 0) for each in consumer.position(consumer.assignment()))


def group(admin: AdminClient) -> None:
    members = [member(), member()]
    values: set[bytes] = set()
    while sum(map(read, members)) < RECORDS or any(len(each.assignment()) != PARTITIONS // 2 for each in members):
        for each in members:
            values.update(take(each))
    (described,) = done(admin.describe_consumer_groups(["readers"]))
    assert len(described.members) == 2
    listed = admin.list_consumer_groups().result(LIMIT_S).valid
    assert [each.group_id for each in listed] == ["readers"]
    assert len(values) == RECORDS
    for each in members:
        if any(place.offset >= 0 for place in each.position(each.assignment())):
            each.commit(asynchronous=False)
        each.close()
    print("ok group")


def restart() -> None:
    producer = Producer(SERVER)
    producer.produce(TOPIC, "one more")
    assert producer.flush(LIMIT_S) == 0
    consumer = member()
    found: list[bytes] = []
    while not found:
        found += take(consumer)
    assert found == [b"one more"]
    consumer.commit(asynchronous=False)
    consumer.close()
    print("ok restart")


def offsets(admin: AdminClient) -> None:
    (committed,) = done(admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions("readers")]))
    assert sum(max(each.offset, 0) for each in committed.topic_partitions) == RECORDS + 1
    ends = done(admin.list_offsets({TopicPartition(TOPIC, each): OffsetSpec.latest() for each in range(PARTITIONS)}))
    assert sum(each.offset for each in ends) == RECORDS + 1
    changed = ConsumerGroupTopicPartitions("readers", [TopicPartition(TOPIC, 0, 3)])
    done(admin.alter_consumer_group_offsets([changed]))
    (committed,) = done(admin.list_consumer_group_offsets([changed.__class__("readers", [TopicPartition(TOPIC, 0)])]))
    assert committed.topic_partitions[0].offset == 3
    print("ok offsets")


def configs(admin: AdminClient) -> None:
    change = ConfigEntry("max.message.bytes", "2000000", incremental_operation=AlterConfigOpType.SET)
    done(admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, TOPIC, incremental_configs=[change])]))
    (found,) = done(admin.describe_configs([ConfigResource(ResourceType.TOPIC, TOPIC)]))
    assert found["max.message.bytes"].value == "2000000"
    done(admin.create_partitions([NewPartitions(TOPIC, PARTITIONS + 1)]))
    (deleted,) = done(admin.delete_records([TopicPartition(TOPIC, 0, 2)]))
    assert deleted.low_watermark == 2
    print("ok configs")


def remove(admin: AdminClient) -> None:
    done(admin.delete_consumer_groups(["readers"]))
    done(admin.delete_topics([TOPIC]))
    assert TOPIC not in admin.list_topics(timeout=LIMIT_S).topics
    print("ok remove")


if __name__ == "__main__":
    client = AdminClient(SERVER)
    create(client)
    produce()
    group(client)
    restart()
    offsets(client)
    configs(client)
    remove(client)

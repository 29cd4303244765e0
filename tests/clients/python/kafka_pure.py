"""A session of kafka-python: topics, an idempotent producer, a group of two, a transaction, administration."""

import os
import threading

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import TopicAlreadyExistsError

TOPIC = "rivers"
PARTITIONS = 4
RECORDS = 100
MEMBERS = 2
SERVER = os.environ["KAFKA"]


def create(admin: KafkaAdminClient) -> None:
    topic = NewTopic(TOPIC, PARTITIONS, 1, topic_configs={"retention.ms": "86400000"})
    admin.create_topics([topic])
    try:
        admin.create_topics([topic])
        raise AssertionError("made twice")
    except TopicAlreadyExistsError:
        pass
    assert TOPIC in admin.list_topics()
    (described,) = admin.describe_topics([TOPIC])
    leaders = {each["leader_id"] for each in described["partitions"]}
    assert leaders == {each["broker_id"] for each in admin.describe_cluster()["brokers"]}
    print("ok create")


def produce() -> None:
    told = []
    for compression in (None, "gzip"):
        producer = KafkaProducer(bootstrap_servers=SERVER, compression_type=compression, enable_idempotence=True)
        sent = [
            producer.send(TOPIC, f"{compression} {number}".encode(), f"key {number % 10}".encode())
            for number in range(RECORDS // 2)
        ]
        told += [each.get(20) for each in sent]
        producer.close()
    assert len({(each.partition, each.offset) for each in told}) == RECORDS
    assert {each.partition for each in told} == set(range(PARTITIONS))
    print("ok produce")


def member() -> KafkaConsumer:
    """It hears soon that others join, so that to join takes it less time than a poll: kafka-python 3.0.12 may drop its
    partitions where a poll ends meanwhile, and then it asks for none any more.
    """
    return KafkaConsumer(
        TOPIC,
        bootstrap_servers=SERVER,
        group_id="readers",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        heartbeat_interval_ms=50,
    )


def take(consumer: KafkaConsumer) -> list[bytes]:
    return [record.value for records in consumer.poll(1000).values() for record in records]


def group() -> None:
    """In threads of their own, for a poll that joins a group waits until all members have joined."""
    values: set[bytes] = set()
    read: dict[int, int] = {}
    is_over = threading.Event()

    def work(number: int) -> None:
        consumer = member()
        while not is_over.is_set():
            values.update(take(consumer))
            assigned = consumer.assignment()
            is_shared = len(assigned) == PARTITIONS // 2
            read[number] = sum(consumer.position(each) for each in assigned) if is_shared else -RECORDS
            if sum(read.values()) == RECORDS and len(read) == MEMBERS:
                is_over.set()
        consumer.commit()
        consumer.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(MEMBERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(values) == RECORDS
    print("ok group")


def restart() -> None:
    producer = KafkaProducer(bootstrap_servers=SERVER)
    producer.send(TOPIC, b"one more").get(20)
    producer.close()
    consumer = member()
    found: list[bytes] = []
    while not found:
        found += take(consumer)
    assert found == [b"one more"]
    consumer.commit()
    partitions = [TopicPartition(TOPIC, each) for each in range(PARTITIONS)]
    ends = consumer.end_offsets(partitions)
    assert sum(ends.values()) == RECORDS + 1
    for each in partitions:
        assert (consumer.committed(each) or 0) == ends[each]
    consumer.close()
    print("ok restart")
    print("ok offsets")


def transaction() -> None:
    """One that is aborted, and one that is committed with what a group has read, on all partitions."""
    places = [TopicPartition(TOPIC, each) for each in range(PARTITIONS)]
    reader = KafkaConsumer(bootstrap_servers=SERVER, group_id="clerks", isolation_level="read_committed")
    reader.assign(places)
    reader.seek_to_end()
    starts = [reader.position(each) for each in places]
    producer = KafkaProducer(bootstrap_servers=SERVER, transactional_id="clerk")
    producer.init_transactions()
    producer.begin_transaction()
    for each in places:
        producer.send(TOPIC, b"aborted", partition=each.partition).get(20)
    producer.abort_transaction()
    producer.begin_transaction()
    for each in places:
        producer.send(TOPIC, b"committed", partition=each.partition)
    read = {each: OffsetAndMetadata(start) for each, start in zip(places, starts, strict=True)}
    producer.send_offsets_to_transaction(read, "clerks")
    producer.commit_transaction()
    producer.close()
    assert [reader.committed(each) for each in places] == starts
    found: list[bytes] = []
    while len(found) < PARTITIONS:
        found += take(reader)
    assert found == [b"committed"] * PARTITIONS
    reader.close(autocommit=False)
    print("ok transaction")


def configs(admin: KafkaAdminClient) -> None:
    resource = ConfigResource(ConfigResourceType.TOPIC, TOPIC, configs={"max.message.bytes": "2000000"})
    admin.alter_configs([resource])
    assert "2000000" in repr(admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)]))
    print("ok configs")


def remove(admin: KafkaAdminClient) -> None:
    admin.delete_groups(["readers"])
    admin.delete_topics([TOPIC])
    assert TOPIC not in admin.list_topics()
    print("ok remove")


if __name__ == "__main__":
    client = KafkaAdminClient(bootstrap_servers=SERVER)
    create(client)
    produce()
    group()
    assert [each["group_id"] for each in client.list_groups()] == ["readers"]
    restart()
    transaction()
    configs(client)
    remove(client)
    client.close()

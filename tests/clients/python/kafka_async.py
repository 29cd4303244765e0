"""A session of aiokafka: topics, an idempotent producer, a group of two, a transaction, administration."""

import asyncio
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

TOPIC = "rivers"
PARTITIONS = 4
RECORDS = 100
SERVER = os.environ["KAFKA"]


async def create(admin: AIOKafkaAdminClient) -> None:
    answer = await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1, topic_configs={"retention.ms": "86400000"})])
    assert answer.topic_errors[0][1] == 0
    assert await admin.list_topics() == [TOPIC]
    (described,) = await admin.describe_topics([TOPIC])
    leaders = {each["leader"] for each in described["partitions"]}
    assert leaders == {each["node_id"] for each in (await admin.describe_cluster())["brokers"]}
    print("ok create")


async def produce() -> None:
    told = []
    for compression in (None, "gzip"):
        async with AIOKafkaProducer(
            bootstrap_servers=SERVER, compression_type=compression, enable_idempotence=True
        ) as producer:
            sent = [
                await producer.send(TOPIC, f"{compression} {number}".encode(), f"key {number % 10}".encode())
                for number in range(RECORDS // 2)
            ]
            told += [await each for each in sent]
    assert len({(each.partition, each.offset) for each in told}) == RECORDS
    assert {each.partition for each in told} == set(range(PARTITIONS))
    print("ok produce")


def member() -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        TOPIC, bootstrap_servers=SERVER, group_id="readers", auto_offset_reset="earliest", enable_auto_commit=False
    )


async def take(consumer: AIOKafkaConsumer) -> list[bytes]:
    found = await consumer.getmany(timeout_ms=100)
    return [record.value for records in found.values() for record in records]


async def group(admin: AIOKafkaAdminClient) -> None:
    async with member() as first, member() as second:
        values: set[bytes] = set()
        read = 0
        while read < RECORDS or any(len(each.assignment()) != PARTITIONS // 2 for each in (first, second)):
            for each in (first, second):
                values.update(await take(each))
            read = sum([await each.position(at) for each in (first, second) for at in each.assignment()])
        assert len(values) == RECORDS
        assert await admin.list_consumer_groups() == [("readers", "consumer")]
        for each in (first, second):
            await each.commit()
    print("ok group")


async def restart() -> None:
    async with AIOKafkaProducer(bootstrap_servers=SERVER) as producer:
        await producer.send_and_wait(TOPIC, b"one more")
    async with member() as consumer:
        found: list[bytes] = []
        while not found:
            found += await take(consumer)
        assert found == [b"one more"]
        await consumer.commit()
    print("ok restart")


async def offsets(admin: AIOKafkaAdminClient) -> None:
    committed = await admin.list_consumer_group_offsets("readers")
    assert sum(each.offset for each in committed.values()) == RECORDS + 1
    async with AIOKafkaConsumer(bootstrap_servers=SERVER) as consumer:
        ends = await consumer.end_offsets([TopicPartition(TOPIC, each) for each in range(PARTITIONS)])
    assert sum(ends.values()) == RECORDS + 1
    print("ok offsets")


async def transaction() -> None:
    """One that is aborted, and one that is committed with what a group has read, on all partitions."""
    places = [TopicPartition(TOPIC, each) for each in range(PARTITIONS)]
    async with AIOKafkaConsumer(
        bootstrap_servers=SERVER, group_id="clerks", isolation_level="read_committed", enable_auto_commit=False
    ) as reader:
        reader.assign(places)
        await reader.seek_to_end()
        starts = [await reader.position(each) for each in places]
        async with AIOKafkaProducer(bootstrap_servers=SERVER, transactional_id="clerk") as producer:
            await producer.begin_transaction()
            for each in places:
                await producer.send_and_wait(TOPIC, b"aborted", partition=each.partition)
            await producer.abort_transaction()
            async with producer.transaction():
                for each in places:
                    await producer.send(TOPIC, b"committed", partition=each.partition)
                await producer.send_offsets_to_transaction(dict(zip(places, starts, strict=True)), "clerks")
        assert [await reader.committed(each) for each in places] == starts
        assert [(await reader.getone()).value for _ in places] == [b"committed"] * PARTITIONS
    print("ok transaction")


async def configs(admin: AIOKafkaAdminClient) -> None:
    await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, TOPIC, configs={"max.message.bytes": "2000000"})]
    )
    assert "2000000" in repr(await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)]))
    print("ok configs")


async def remove(admin: AIOKafkaAdminClient) -> None:
    await admin.delete_topics([TOPIC])
    assert await admin.list_topics() == []
    print("ok remove")


async def main() -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=SERVER)
    await admin.start()
    try:
        await create(admin)
        await produce()
        await group(admin)
        await restart()
        await offsets(admin)
        await transaction()
        await configs(admin)
        await remove(admin)
    finally:
        await admin.close()


if __name__ == "__main__":
    asyncio.run(main())

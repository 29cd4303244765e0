"""A whole server before a consumer that asks the same again and again, over a socket."""

import asyncio

from tests.server.hard_day import Day, day, spend, until
from tests.server.kafka.serving import KEYS, answer, request
from tests.server.kafka.test_disk import Kafka, connect
from tests.services.kafka.world import fetching
from weirmq.services.kafka.standing_fetches import StandingFetches
from weirmq.wire.kafka.messages.fetch_response import PartitionData

FETCH, WAIT_MS = KEYS["fetch"], 500
REST = 30  # turns of the loop, in which all that was sent is read


def standing(it: Day) -> StandingFetches:
    return it.app._kafka_ports[0]._kafka.standing_fetches


async def turn(it: Day) -> None:
    """Let those that wait wait for as long as they do."""
    await it.turn(milliseconds=WAIT_MS + WAIT_MS // 4)


async def sent(it: Day, kafka: Kafka, correlation: int) -> None:
    """Have a fetch wait."""
    kafka.client.send(request(FETCH, 16, fetching(kafka.topic_id, 1, wait_ms=WAIT_MS), correlation))
    await until(lambda: it.waiting == 1)


async def told(kafka: Kafka, correlation: int) -> PartitionData:
    data = await kafka.client.receive()
    assert int.from_bytes(data[:4], "big") == correlation
    [found] = answer(FETCH, 16, data).responses[0].partitions
    assert isinstance(found, PartitionData)
    return found


def test_repetitions_are_answered_until_something_comes() -> None:
    async def scenario() -> None:
        async with day() as it:
            kafka, producer = await connect(it), await connect(it)
            await kafka.create()
            producer.topic_id = kafka.topic_id
            await producer.produce(b"a")
            for correlation in (1, 2, 3):
                await sent(it, kafka, correlation)
                await turn(it)
                found = await told(kafka, correlation)
                assert (found.high_watermark, found.records) == (1, b"")
                assert len(standing(it)) == 1
            await sent(it, kafka, 4)
            await producer.produce(b"b")
            found = await told(kafka, 4)
            assert found.high_watermark == 2
            assert found.records
            assert not len(standing(it))

    spend(scenario())


def test_nothing_behind_a_repetition_is_handled() -> None:
    async def scenario() -> None:
        async with day() as it:
            kafka = await connect(it)
            await kafka.create()
            await kafka.produce(b"a")
            await sent(it, kafka, 1)
            await turn(it)
            await told(kafka, 1)
            fetch = fetching(kafka.topic_id, 1, wait_ms=WAIT_MS)
            kafka.client.send(request(FETCH, 16, fetch, 2) + request(FETCH, 16, fetch, 3))
            for correlation in (2, 3):
                for _ in range(REST):
                    await asyncio.sleep(0)
                assert it.waiting == 1
                await turn(it)
                await told(kafka, correlation)

    spend(scenario())


def test_a_client_that_leaves_is_waited_for_no_more() -> None:
    async def scenario() -> None:
        async with day() as it:
            kafka = await connect(it)
            await kafka.create()
            await kafka.produce(b"a")
            await sent(it, kafka, 1)
            await turn(it)
            await told(kafka, 1)
            await sent(it, kafka, 2)
            kafka.client.reset()
            await until(lambda: not it.waiting)
            assert not len(standing(it))

    spend(scenario())


def test_a_stop_closes_the_connection_of_a_repetition() -> None:
    async def scenario() -> None:
        async with day() as it:
            kafka = await connect(it)
            await kafka.create()
            await kafka.produce(b"a")
            await sent(it, kafka, 1)
            await turn(it)
            await told(kafka, 1)
            await sent(it, kafka, 2)
            await it.stop()
            assert it.told == []
            await kafka.client.at_end()

    spend(scenario())

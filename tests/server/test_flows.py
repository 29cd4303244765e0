"""Subscriptions to shards through a whole server: pushes, slow readers, clients that leave, stops, broken disks."""

import asyncio
from collections.abc import Awaitable, Callable
from time import process_time
from typing import Any

import pytest

from tests.server.hard_day import Day, day, spend, until
from tests.server.subscribers import (
    STREAM,
    Subscriber,
    ask,
    consumer,
    http2,
    put,
    subscribe_1,
    subscribe_2,
    subscription,
)
from weirmq.engine.flowing import Flow, Flowing
from weirmq.kernel.clock import ManualClock
from weirmq.server.flows import AT_ONCE, FlowWheel
from weirmq.testing.disk import SimulatedDisk

Subscribe = Callable[..., Awaitable[Any]]
over_both = pytest.mark.parametrize("subscribe", [subscribe_1, subscribe_2], ids=["http1", "http2"])

KB_64 = "A" * 65_536  # in Base64
TEN = [{"Data": KB_64, "PartitionKey": "k"}] * 10


def flows(it: Day) -> int:
    return len(it.app._dispatcher._flows._flowing)


async def subscribed(it: Day, subscribe: Subscribe, arn: str, kind: str = "TRIM_HORIZON") -> Subscriber:
    """A subscription whose first event has come."""
    found: Subscriber = await subscribe(it, **subscription(arn, kind))
    await found.until(lambda: len(found.heard.frames) >= 2)
    return found


@over_both
def test_what_is_put_is_pushed(subscribe: Subscribe) -> None:
    async def scenario() -> None:
        async with day(SimulatedDisk()) as it:
            client = await it.connect()
            arn = await consumer(client)
            await ask(client, "PutRecord", **put("b2xk"))
            found = await subscribed(it, subscribe, arn)
            for n in range(3):
                answer = await ask(client, "PutRecord", **put(f"bmV{n}"))
                await found.until(lambda n=n: len(found.heard.data) == 2 + n)
                assert found.heard.events[-1]["ContinuationSequenceNumber"] == answer["SequenceNumber"]
            assert found.heard.data == ["b2xk", "bmV0", "bmV1", "bmV2"]
            members = {"StreamName": "orders", "ShardToSplit": "shardId-000000000000", "NewStartingHashKey": "9"}
            await ask(client, "SplitShard", **members)
            await found.until(lambda: False)
            assert len(found.heard.events[-1]["ChildShards"]) == 2
            assert found.heard.has_ended
            assert flows(it) == 0

    spend(scenario())


@over_both
def test_time_alone_brings_an_event_and_the_end(subscribe: Subscribe) -> None:
    async def scenario() -> None:
        async with day() as it:
            found = await subscribed(it, subscribe, await consumer(await it.connect()))
            for count in (2, 3):
                await it.turn(seconds=5)
                await found.until(lambda count=count: len(found.heard.events) == count)
            await it.turn(minutes=5)
            await found.until(lambda: False)
            assert (found.heard.has_ended, found.heard.error) == (True, "None")

    spend(scenario())


@over_both
def test_an_error_within_the_stream(subscribe: Subscribe) -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            arn = await consumer(client)
            found = await subscribed(it, subscribe, arn)
            await ask(client, "DeregisterStreamConsumer", ConsumerARN=arn)
            await found.until(lambda: False)
            assert (found.heard.has_ended, found.heard.error) == (True, "ResourceNotFoundException")

    spend(scenario())


@over_both
def test_a_damaged_log_ends_the_stream_and_is_told_of(subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            found = await subscribed(it, subscribe, await consumer(client))

            def spans(*_: Any) -> None:
                raise ZeroDivisionError

            with monkeypatch.context() as patch:
                patch.setattr("weirmq.engine.streams.Stream.spans", spans)
                await ask(client, "PutRecord", **put("b2xk"))
                await found.until(lambda: False)
            assert found.heard.error == "InternalFailureException"
            assert "a request failed" in it.events
            assert flows(it) == 0

    spend(scenario())


@over_both
def test_a_client_that_leaves_is_forgotten(subscribe: Subscribe) -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            arn = await consumer(client)
            found = await subscribed(it, subscribe, arn)
            assert flows(it) == 1
            found.leave()
            await until(lambda: flows(it) == 0)
            await ask(client, "PutRecord", **put("b2xk"))
            assert (await subscribed(it, subscribe, arn)).heard.data == ["b2xk"]

    spend(scenario())


@over_both
def test_a_reader_that_stops_has_nothing_pile_up_and_slows_nobody(subscribe: Subscribe) -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            slow = await subscribed(it, subscribe, await consumer(client))
            quick = await subscribed(it, subscribe, await consumer(client, "quick"))
            count = 0
            for _ in range(40):
                count += 10
                await ask(client, "PutRecords", StreamName="orders", Records=TEN)
                await quick.until(lambda: len(quick.heard.data) == count)  # noqa: B023 - it is awaited here
            server = it.app._server
            piled_up = sum(connection._transport.get_write_buffer_size() for connection in server.connections)  # type: ignore[attr-defined]
            assert max(piled_up, server.budget.used) < 1_000_000
            await slow.until(lambda: len(slow.heard.data) == count)
            assert slow.heard.data == [KB_64] * count

    spend(scenario())


@over_both
def test_a_reader_that_stops_is_given_up(subscribe: Subscribe) -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            await subscribed(it, subscribe, await consumer(client))
            for _ in range(40):
                await ask(client, "PutRecords", StreamName="orders", Records=TEN)
            server, now = it.app._server, asyncio.get_running_loop().time()
            assert flows(it) == 1
            for later in (100, 200, 300):
                server.sweep(now + later)
            await until(lambda: flows(it) == 0)
            assert await ask(await it.connect(), "ListStreams")

    spend(scenario())


def test_a_hundred_streams_of_one_connection_reset_at_once() -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            arn = await consumer(client, shards=100)
            connection = await http2(it)
            found = [await subscribe_2(it, connection, **subscription(arn, shard=shard)) for shard in range(100)]
            for each in found:
                await each.until(lambda each=each: len(each.heard.frames) >= 2)  # type: ignore[misc]
            assert flows(it) == 100
            for each in found:
                each.leave()
            await connection.echo()
            assert flows(it) == 0

    spend(scenario())


@over_both
def test_a_stop_ends_subscriptions_at_once(subscribe: Subscribe) -> None:
    async def scenario() -> None:
        async with day() as it:
            arn = await consumer(await it.connect())
            found = await subscribed(it, subscribe, arn)
            stopping = asyncio.ensure_future(it.app.stop())
            it._is_over = True
            await found.until(lambda: False)
            assert (found.heard.has_ended, found.heard.error) == (True, "None")
            for client in it.clients:
                client.writer.close()
            await stopping

    spend(scenario())


def test_who_subscribes_while_the_server_stops_is_let_go() -> None:
    async def scenario() -> None:
        async with day() as it:
            arn = await consumer(await it.connect())
            it.app._dispatcher.end_polls()
            found = await subscribe_1(it, **subscription(arn))
            await found.until(lambda: False)
            assert [frame.headers[":event-type"] for frame in found.heard.frames] == ["initial-response"]

    spend(scenario())


@over_both
@pytest.mark.parametrize("verb", ["write", "sync"])
def test_a_broken_disk_pushes_nothing_more(subscribe: Subscribe, verb: str) -> None:
    async def scenario() -> None:
        disk = SimulatedDisk()
        async with day(disk) as it:
            client = await it.connect()
            found = await subscribed(it, subscribe, await consumer(client))
            disk.fail(verb)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await asyncio.gather(ask(client, "PutRecord", **put("b2xk")), _stopped_by_its_failure(it))
            assert found.heard.data == []
            frames = len(found.heard.frames)
            with pytest.raises((ConnectionError, EOFError)):
                await found.until(lambda: False)
            assert len(found.heard.frames) == frames

    spend(scenario())


async def _stopped_by_its_failure(it: Day) -> None:
    await asyncio.wait([it.app.failed])
    assert it.app.failed.exception() is not None
    it._is_over = True
    await it.app.stop()


def test_what_a_power_cut_undoes_was_never_pushed() -> None:
    """The end of a shard is said when the split is durable, not before."""

    async def scenario() -> None:
        disk = SimulatedDisk()
        async with day(disk) as it:
            client = await it.connect()
            found = await subscribed(it, subscribe_1, await consumer(client))
            journal = it.app._journal
            durable = journal.durable
            split = asyncio.ensure_future(
                ask(client, "SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="9")
            )
            await found.until(lambda: "ChildShards" in found.heard.events[-1])
            assert journal.durable > durable
            await split

    spend(scenario())


def test_a_thousand_quiet_subscriptions_cost_next_to_nothing() -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            arns = [await consumer(client, name, shards=100) for name in ("app", *"abcdefghi")]
            found = []
            for arn in arns:
                connection = await http2(it)
                found += [await subscribe_2(it, connection, **subscription(arn, shard=shard)) for shard in range(100)]
                for each in found[-100:]:
                    await each.until(lambda each=each: len(each.heard.frames) >= 2)  # type: ignore[misc]
            assert flows(it) == 1_000
            settled: list[None] = []
            flowing = it.app._dispatcher._flows._flowing
            await until(lambda: not flowing.is_ready)
            settle = flowing.settle
            flowing.settle = lambda *a: settled.append(settle(*a))  # type: ignore[method-assign]
            before_s = process_time()
            for _ in range(1_000):
                await asyncio.sleep(0)
            assert settled == []
            assert process_time() - before_s < 1.0
            await ask(client, "PutRecord", ExplicitHashKey="0", **put("b2xk"))
            for each in found[::100]:
                await each.until(lambda each=each: each.heard.data == ["b2xk"])  # type: ignore[misc]

    spend(scenario())


class Bad:
    """A sink that fails at its end."""

    has_room = True

    def take(self, _event: Any) -> None:
        raise ZeroDivisionError

    def end(self, _error: Exception | None) -> None:
        raise ZeroDivisionError


async def test_a_timer_that_is_early_comes_again() -> None:
    flowing, clock = Flowing(), ManualClock()
    wheel = FlowWheel(flowing, clock=clock, hold=lambda done, answer: done(answer), fail=print)
    due_ms = clock.now_ms() + 10
    flowing.add(Flow("a", due_ms, lambda _: None, lambda: due_ms, lambda: None), Bad())
    wheel.tick()
    early = wheel._timer
    wheel._time_out()
    assert wheel._timer is not early
    assert wheel._timer is not None
    wheel.halt()


async def test_what_goes_wrong_with_one_holds_up_no_other() -> None:
    flowing, clock, attempts = Flowing(), ManualClock(), list[int]()
    wheel = FlowWheel(flowing, clock=clock, hold=lambda done, answer: done(answer), fail=print)
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    until_ms = clock.now_ms() + 1_000
    for _ in range(2 * AT_ONCE):
        flowing.add(Flow("a", until_ms, lambda _: "event", lambda: until_ms, lambda: attempts.append(1)), Bad())
    await until(lambda: len(attempts) == 2 * AT_ONCE)
    assert {type(error) for error in told} == {ZeroDivisionError}
    wheel.halt()


def test_metrics_count_subscriptions() -> None:
    async def scenario() -> None:
        async with day() as it:
            await subscribed(it, subscribe_1, await consumer(await it.connect()))
            assert b"weirmq_event_streams 1.0" in it.app.metrics.render()
            assert b'operation="SubscribeToShard"' in it.app.metrics.render()

    spend(scenario())


def test_a_refusal_before_the_stream_is_an_answer_as_any() -> None:
    async def scenario() -> None:
        async with day() as it:
            client = await it.connect()
            await consumer(client)
            found = await subscribe_1(it, **subscription(f"{STREAM}/consumer/none:1"))
            answer = await found.client.receive()
            assert answer.status == 400
            assert b"ResourceNotFoundException" in answer.body

    spend(scenario())

"""Answers on a Kafka connection: their order, what they wait for, and who gets none."""

import asyncio
import resource

from tests.server.kafka.serving import Client, Serving, said, say, serving
from tests.server.serving import on_both_loops
from weirmq.server.kafka.connection import IN_PROGRESS, MADE_BYTES

BIG = b"size 1000000"


@on_both_loops
async def test_nothing_is_answered_before_it_is_durable() -> None:
    async with serving() as it:
        it.is_durable = False
        client = await it.connect()
        client.send(say(b"one", 1) + say(b"two", 2))
        await it.until(lambda: len(it.words.handled) == 2)
        await it.rest()
        assert it.listener.bytes_out == 0
        it.sync()
        assert [await client.hear(), await client.hear()] == [(1, b"one"), (2, b"two")]


@on_both_loops
async def test_answers_leave_in_the_order_of_their_requests() -> None:
    async with serving() as it:
        it.is_durable = False
        client = await it.connect()
        client.send(say(b"one", 1) + say(b"two", 2))
        await it.until(lambda: len(it.words.handled) == 2)
        it._held.reverse()  # the second is durable first
        it.sync()
        assert [await client.hear(), await client.hear()] == [(1, b"one"), (2, b"two")]


@on_both_loops
async def test_answers_that_may_leave_in_the_same_turn_leave_together() -> None:
    async with serving() as it:
        it.is_durable = False
        client = await it.connect()
        client.send(say(b"one", 1) + say(b"two", 2) + say(b"three", 3))
        await it.until(lambda: len(it.words.handled) == 3)
        (connection,) = it.listener.connections
        written: list[int] = []
        write = connection._write
        connection._write = lambda answers: (written.append(len(answers)), write(answers))  # type: ignore[method-assign, assignment, return-value, func-returns-value]
        it.sync()
        assert [await client.hear(), await client.hear(), await client.hear()][2] == (3, b"three")
        assert written == [3]


@on_both_loops
async def test_a_request_without_an_answer() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(say(b"none", 1) + say(b"two", 2) + say(b"none", 3) + say(b"four", 4))
        assert [await client.hear(), await client.hear()] == [(2, b"two"), (4, b"four")]


@on_both_loops
async def test_the_timers_hear_of_a_request_that_waits() -> None:
    async with serving() as it:
        client = await it.connect()
        await client.ask(b"one")
        assert it.expected == 0
        client.send(say(b"wait", 2))
        await it.until(lambda: bool(it.words.waiting))
        assert it.expected == 1
        it.words.waiting[0].answer(said(b"two"))
        assert await client.hear() == (2, b"two")


@on_both_loops
async def test_a_service_that_has_the_connection_closed() -> None:
    """As produce does for acks=0: what came before is answered, what came behind isn't handled."""
    async with serving() as it:
        it.is_durable = False
        client = await it.connect()
        client.send(say(b"one", 1) + say(b"close", 2) + say(b"three", 3))
        await it.until(lambda: len(it.words.handled) == 2)
        it.sync()
        assert await client.hear() == (1, b"one")
        assert await client.at_end() == b""
        assert it.words.handled == [b"one", b"close"]


@on_both_loops
async def test_no_more_than_so_many_are_in_progress() -> None:
    async with serving() as it:
        it.is_durable = False
        client = await it.connect()
        client.send(b"".join(say(b"x", number) for number in range(3 * IN_PROGRESS)))
        for rounds in (1, 2, 3):
            await it.until(lambda: len(it.words.handled) >= rounds * IN_PROGRESS)  # noqa: B023 - called at once
            await it.rest()
            assert len(it.words.handled) == rounds * IN_PROGRESS
            it.sync()
        for number in range(3 * IN_PROGRESS):
            assert await client.hear() == (number, b"x")


@on_both_loops
async def test_what_waits_lets_nothing_behind_it() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(say(b"wait", 1) + say(b"two", 2))
        await it.until(lambda: bool(it.words.waiting))
        await it.rest()
        assert it.words.handled == [b"wait"]
        it.words.waiting[0].answer(said(b"now"))
        assert [await client.hear(), await client.hear()] == [(1, b"now"), (2, b"two")]


@on_both_loops
async def test_a_client_that_leaves_while_it_waits() -> None:
    """It is noticed at once, and nobody is answered."""
    async with serving() as it:
        for leave in (
            lambda client: client.writer.close(),
            lambda client: client.reset(),
            lambda client: client.writer.write_eof(),
        ):
            client = await it.connect()
            client.send(say(b"wait"))
            await it.until(lambda: bool(it.words.waiting))
            gone = len(it.words.gone)
            leave(client)
            await it.until(lambda: len(it.words.gone) > gone)  # noqa: B023 - called at once
            it.words.waiting.pop().answer(said(b"too late"))
        assert it.listener.bytes_out == 0
        assert it.errors == []


@on_both_loops
async def test_an_answer_that_can_not_be_written_closes_the_connection() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(say(b"wait"))
        await it.until(lambda: bool(it.words.waiting))
        it.words.waiting[0].answer(said(None))  # type: ignore[arg-type]
        assert await client.at_end() == b""
        assert [what for what, _ in it.errors] == ["a Kafka request failed"]


@on_both_loops
async def test_a_defect_takes_its_connection_alone() -> None:
    async with serving() as it:
        other = await it.connect()
        client = await it.connect()
        client.send(say(b"one", 1) + say(b"bug", 2) + say(b"three", 3))
        assert await client.hear() == (1, b"one")
        assert await client.at_end() == b""
        assert [type(error) for _, error in it.errors] == [ZeroDivisionError]
        assert await other.ask(b"hello") == b"hello"


@on_both_loops
async def test_no_room_where_there_is_no_error_for_it() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(say(b"full"))
        assert await client.at_end() == b""
        assert it.errors == []
        assert it.told[0]["reason"] == "no room on the disk"


@on_both_loops
async def test_a_failed_log_is_the_end_of_all_answers() -> None:
    async with serving() as it:
        it.is_durable = False
        waiting, client = await it.connect(), await it.connect()
        waiting.send(say(b"wait"))
        await it.until(lambda: bool(it.words.waiting))
        client.send(say(b"one") + say(b"fail") + say(b"three"))
        await it.until(lambda: bool(it.failures))
        it.sync()
        it.words.waiting[0].answer(said(b"now"))
        client.send(say(b"four"))
        await it.rest()
        assert it.words.handled == [b"wait", b"one", b"fail"]
        assert it.listener.bytes_out == 0
        assert len(it.failures) == 1


# Clients that don't read


async def fill(it: Serving, client: Client) -> int:
    """Ask for so much that the client isn't sent all. Returns how many requests were handled."""
    client.writer.transport.pause_reading()
    client.send(say(BIG) * 200)
    connection = await it.connection()
    await it.until(lambda: connection._is_paused)
    await it.rest()
    return len(it.words.handled)


@on_both_loops
async def test_a_client_that_does_not_read_is_not_read_either() -> None:
    async with serving() as it:
        client = await it.connect(limit=1 << 16)
        handled = await fill(it, client)
        assert handled < 20  # what the sockets between us take, and little more
        connection = await it.connection()
        assert connection._transport.get_write_buffer_size() < MADE_BYTES + 2_000_000
        client.writer.transport.resume_reading()
        for _ in range(200):
            await client.hear()


@on_both_loops
async def test_a_client_that_reads_nothing_for_long_is_let_go() -> None:
    async with serving(stalled_s=30) as it:
        await fill(it, await it.connect())
        it.sweep(29)
        await it.rest()
        assert len(it.listener.connections) == 1
        it.sweep(70)
        await it.until(lambda: not it.listener.connections)


@on_both_loops
async def test_of_many_that_do_not_read_the_slowest_are_let_go() -> None:
    async with serving(buffered_bytes=3_000_000) as it:
        for _ in range(10):
            client = await it.connect()
            client.writer.transport.pause_reading()
            client.send(say(b"size 8000000"))
        await it.until(lambda: len(it.words.handled) == 10)
        await it.until(lambda: it.listener.budget.owed <= 3_000_000 or len(it.listener.budget._owing) == 1)
        await it.rest()
        assert len(it.listener.connections) < 3
        assert await (await it.connect()).ask(b"hello") == b"hello"


@on_both_loops
async def test_answers_that_wait_behind_another_are_bounded() -> None:
    async with serving() as it:
        it.is_durable = False
        client = await it.connect()
        client.send(say(BIG) * 20)
        await it.until(lambda: bool(it.words.handled))
        await it.rest()
        assert len(it.words.handled) * 1_000_000 <= MADE_BYTES + 1_000_000
        it.is_durable = True
        it.sync()
        for _ in range(20):
            await client.hear()


# Who stays, and for how long


@on_both_loops
async def test_idle_connections_are_closed() -> None:
    async with serving(idle_s=600) as it:
        client = await it.connect()
        assert await client.ask(b"hello") == b"hello"
        it.sweep(599)
        assert await client.ask(b"hello") == b"hello"
        it.sweep(601)
        assert await client.at_end() == b""


@on_both_loops
async def test_who_waits_is_not_idle() -> None:
    async with serving(idle_s=600) as it:
        client = await it.connect()
        client.send(say(b"wait"))
        await it.until(lambda: bool(it.words.waiting))
        client.send(say(b"behind"))
        await it.rest()
        it.sweep(10_000)
        it.words.waiting[0].answer(said(b"now"))
        assert [(await client.hear())[1] for _ in range(2)] == [b"now", b"behind"]


@on_both_loops
async def test_half_a_request_is_not_waited_for_for_ever() -> None:
    async with serving(stalled_s=30) as it:
        client = await it.connect()
        client.send(say(b"hello")[:-1])
        await it.until(lambda: it.listener.budget.frames > 0)
        it.sweep(29)
        await it.rest()
        assert len(it.listener.connections) == 1
        it.sweep(31)
        assert await client.at_end() == b""


@on_both_loops
async def test_connections_above_the_limit_are_closed() -> None:
    async with serving(connections=3) as it:
        clients = [await it.connect() for _ in range(3)]
        for client in clients:
            assert await client.ask(b"hello") == b"hello"
        assert await (await it.connect()).at_end() == b""
        assert it.listener.refused == 1
        clients[0].writer.close()
        await it.until(lambda: len(it.listener.connections) == 2)
        assert await (await it.connect()).ask(b"hello") == b"hello"


@on_both_loops
async def test_two_thousand_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096) if hard < 0 else min(max(soft, 4096), hard), hard))
    async with serving() as it:
        clients = await asyncio.gather(*(it.connect() for _ in range(2_000)))
        for client in clients:
            client.send(say(b"hello"))
        assert {await client.hear() for client in clients} == {(0, b"hello")}
        assert len(it.listener.connections) == 2_000
        assert it.listener.budget.frames == 0  # idle ones have no buffers


@on_both_loops
async def test_a_stop_closes_all_connections() -> None:
    async with serving() as it:
        idle, waiting = await it.connect(), await it.connect()
        waiting.send(say(b"wait"))
        await it.until(lambda: bool(it.words.waiting))
        it.listener.stop()
        assert await idle.at_end() == b""
        assert await waiting.at_end() == b""
        await it.until(lambda: not it.listener.connections)
        assert len(it.words.gone) == 2


@on_both_loops
async def test_one_that_is_muted_is_not_heard() -> None:
    async with serving() as it:
        client = await it.connect()
        connection = await it.connection()
        connection.mute()
        client.send(say(b"one", 1) + say(b"two", 2))
        await it.rest()
        assert it.words.handled == []
        connection.unmute()
        assert [await client.hear(), await client.hear()] == [(1, b"one"), (2, b"two")]

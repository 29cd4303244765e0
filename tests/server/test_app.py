import asyncio
import errno
import io
import json
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from weirmq import __version__
from weirmq.kernel.clock import ManualClock, SystemClock
from weirmq.kernel.errors import LogDamaged, LogFailed
from weirmq.server.app import App, sends_for
from weirmq.server.config import Options, User
from weirmq.server.dispatch import REFUSAL_LETTERS
from weirmq.server.logs import open_logger
from weirmq.server.outbound.lanes import MOST_IN_FLIGHT
from weirmq.server.snapshotter import Snapshotter
from weirmq.services.sqs.api import OPERATIONS
from weirmq.testing import Server
from weirmq.testing.disk import SimulatedDisk

QUEUE = "/000000000000/orders"


class Answer(NamedTuple):
    status: int
    body: str


class Running:
    """A started App, its log lines, and a client of raw HTTP."""

    def __init__(self, options: dict[str, Any], **parts: Any) -> None:
        defaults: dict[str, Any] = {"port": 0, "durability": "memory", "log_format": "json"}
        self.options = Options(**(defaults | options))
        self._lines = io.StringIO()
        self.app = App(self.options, logger=open_logger(self.options, self._lines), **parts)
        self.port = 0

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._lines.getvalue().splitlines()]

    @property
    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]

    async def ask(self, form: str, path: str = "/") -> Answer:
        return await self.send(f"POST {path}", form, "application/x-www-form-urlencoded")

    async def send(self, verb: str, body: str = "", kind: str = "") -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = f"{verb} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: {kind}\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        try:
            answer = await reader.read()
        finally:
            writer.close()
        head, _, text = answer.decode().partition("\r\n\r\n")
        return Answer(int(head.split()[1]) if head else 0, text)


@asynccontextmanager
async def running(options: dict[str, Any] | None = None, **parts: Any) -> AsyncIterator[Running]:
    server = Running(options or {}, **parts)
    addresses = await server.app.start()
    server.port = addresses[0][1]
    try:
        yield server
    finally:
        await server.app.stop()


def on(disk: SimulatedDisk, durability: str = "fsync") -> dict[str, Any]:
    return {"options": {"durability": durability, "data": "/data"}, "disk": disk}


async def until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)


# What is answered


async def test_pages() -> None:
    async with running() as server:
        health = await server.send("GET /health")
        names = ("cloudwatch", "dynamodb", "kafka", "kinesis", "secretsmanager", "sns", "sqs", "sts")
        assert json.loads(health.body)["services"] == dict.fromkeys(names, "running")
        assert await server.send("GET /_localstack/health") == health
        await server.ask("Action=ListQueues")
        assert (
            'weirmq_requests_total{code="OK",operation="ListQueues",service="sqs"} 1.0'
            in (await server.send("GET /metrics")).body
        )
        assert "WeirMQ" in (await server.send("GET /")).body
        assert (await server.send("GET /nowhere")).status == 404
        assert (await server.send("POST /nowhere")).status == 404


def test_sts_through_an_sdk() -> None:
    user = User(name="ann", access_key="AKIAANN", secret="s", account="111122223333")
    with Server(users=(user,)) as server:
        identity = server.client("sts", aws_access_key_id="AKIAANN", aws_secret_access_key="s").get_caller_identity()
        assert identity["Arn"] == "arn:aws:iam::111122223333:user/ann"
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            server.client("sts", aws_access_key_id="AKIAANN", aws_secret_access_key="x").get_caller_identity()


def test_urls_are_reachable_from_where_the_client_stands() -> None:
    with Server() as server:
        endpoint = server.endpoint_url.replace("127.0.0.1", "localhost")
        sqs = server.client("sqs", endpoint_url=endpoint)
        assert sqs.create_queue(QueueName="orders")["QueueUrl"] == f"{endpoint}/000000000000/orders"


async def test_an_operation_that_is_unknown() -> None:
    async with running() as server:
        answer = await server.ask("Action=SendMassage&Version=2012-11-05")
        assert (answer.status, "<Code>InvalidAction</Code>" in answer.body) == (400, True)


async def test_an_operation_that_isnt_there_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OPERATIONS, "ListQueues")
    async with running() as server:
        answer = await server.ask("Action=ListQueues")
        assert answer.status == 501
        assert "UnsupportedOperation" in answer.body


async def test_a_fault_of_ours_is_told_and_hurts_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "ListQueues", lambda *_: 1 // 0)
    monkeypatch.setitem(OPERATIONS, "ListQueueTags", lambda *_: object())  # can't be encoded
    async with running() as server:
        for form in ("Action=ListQueues", "Action=ListQueueTags&QueueUrl=x"):
            answer = await server.ask(form)
            assert (answer.status, "<Code>InternalFailure</Code>" in answer.body) == (500, True)
            assert "ZeroDivision" not in answer.body
        assert (await server.ask("Action=CreateQueue&QueueName=orders")).status == 200
        assert "ZeroDivisionError" in server.lines[1]["exception"]


async def test_a_refusal_is_a_line_for_those_who_look_closely() -> None:
    async with running({"log_level": "debug"}) as server:
        await server.ask("Action=GetQueueUrl&QueueName=none")
        line = server.lines[-1]
        assert line.pop("request_id")
        assert line.pop("timestamp")
        assert line == {
            "event": "a request was refused",
            "level": "debug",
            "service": "sqs",
            "operation": "GetQueueUrl",
            "code": "QueueDoesNotExist",
            "message": "The specified queue does not exist.",
            "peer": "127.0.0.1",
        }
        await server.ask("Action=Sing&Version=2012-11-05")
        assert (server.lines[-1]["code"], server.lines[-1]["operation"]) == ("UnknownOperationException", "")
        await server.ask("Action=CreateQueue&QueueName=" + "x" * 10_000)
        assert len(server.lines[-1]["message"]) <= REFUSAL_LETTERS
    async with running() as server:
        await server.ask("Action=GetQueueUrl&QueueName=none")
        assert server.events == ["listening"]


async def test_what_is_said_of_a_servers_life(tmp_path: Path) -> None:
    options = {"data": str(tmp_path), "durability": "os"}
    async with running(options) as server:
        address = f"127.0.0.1:{server.port}"
        kafka_ports = server.app.kafka_ports
    said = [{key: value for key, value in line.items() if key not in ("timestamp", "level")} for line in server.lines]
    assert said == [
        {"event": "listening", "addresses": [address], "version": __version__, "kafka_ports": kafka_ports, **options},
        {"event": "stopping"},
        {"event": "stopped"},
    ]


# What stays


@pytest.mark.parametrize("durability", ["fsync", "os"])
async def test_what_was_sent_is_there_after_a_stop(durability: str) -> None:
    disk = SimulatedDisk()
    async with running(**on(disk, durability)) as server:
        await server.ask("Action=CreateQueue&QueueName=orders")
        await server.ask("Action=SendMessage&MessageBody=hello", QUEUE)
    assert [name for name in disk.names("/data/snapshots") if name.endswith(".snapshot")]
    async with running(**on(disk, durability)) as server:
        assert "<Body>hello</Body>" in (await server.ask("Action=ReceiveMessage", QUEUE)).body


async def test_what_was_acknowledged_is_there_after_a_crash() -> None:
    from weirmq.kernel.ids import SeededEntropy

    disk = SimulatedDisk()
    first = Running(**on(disk) | {"options": {"durability": "fsync", "data": "/data"}})
    first.port = (await first.app.start())[0][1]
    await first.ask("Action=CreateQueue&QueueName=orders")
    await asyncio.gather(*(first.ask(f"Action=SendMessage&MessageBody={n}", QUEUE) for n in range(20)))
    disk.crash(SeededEntropy(1))
    with pytest.raises((LogFailed, OSError)):
        await first.app.stop()
    async with running(**on(disk)) as server:
        answer = await server.ask("Action=GetQueueAttributes&AttributeName.1=All", QUEUE)
        assert "<Name>ApproximateNumberOfMessages</Name><Value>20</Value>" in answer.body


async def test_the_clock_starts_where_the_log_ends() -> None:
    disk, clock = SimulatedDisk(), ManualClock(4_000_000_000_000)
    async with running(**on(disk), clock=clock) as server:
        await server.ask("Action=CreateQueue&QueueName=orders")
    own = SystemClock()
    async with running(**on(disk), clock=own):
        assert own.now_ms() == 4_000_000_000_000


async def test_a_damaged_log_is_refused_and_let_go_of() -> None:
    disk = SimulatedDisk()
    async with running(**on(disk)) as server:
        await server.ask("Action=CreateQueue&QueueName=orders")
    name = next(name for name in disk.names("/data/snapshots"))
    disk.remove(f"/data/snapshots/{name}")
    disk.put("/data/snapshots/00000000000000000099.snapshot", b"not a snapshot")
    async with running(**on(disk)) as server:
        assert "a snapshot was passed over" in server.events
        assert "orders" in (await server.ask("Action=ListQueues")).body
    segment = next(name for name in disk.names("/data/journal") if name.endswith(".log"))
    disk.put(f"/data/journal/{segment}", b"x" * len(disk.contents(f"/data/journal/{segment}")))
    for index in [name for name in disk.names("/data/journal") if name.endswith(".index")]:
        disk.remove(f"/data/journal/{index}")
    with pytest.raises(LogDamaged):
        await Running(**on(disk)).app.start()


async def test_a_port_that_is_taken_leaves_nothing_behind() -> None:
    async with running() as one:
        disk = SimulatedDisk()
        other = Running({"durability": "fsync", "data": "/data", "port": one.port}, disk=disk)
        with pytest.raises(OSError, match="in use"):
            await other.app.start()
    async with running(**on(disk)) as server:
        assert (await server.ask("Action=ListQueues")).status == 200


# When the disk is full, or fails


async def test_a_full_disk_refuses_changes_until_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SimulatedDisk()
    async with running(**on(disk)) as server:
        await server.ask("Action=CreateQueue&QueueName=orders")
        monkeypatch.setattr("weirmq.engine.journal.RESERVE_STEP_BYTES", 0)
        server.app._journal._room = 0
        with monkeypatch.context() as full:
            full.setattr(server.app._journal.log, "_allocated", 0)
            for nth in range(1, 5):  # each time a whole step is tried first, then what is needed
                disk.fail("allocate", nth=nth, error=errno.ENOSPC)
            for _ in range(2):
                answer = await server.ask("Action=SendMessage&MessageBody=hello", QUEUE)
                assert (answer.status, "<Code>InternalFailure</Code>" in answer.body) == (503, True)
            assert "<Member" not in (await server.ask("Action=ReceiveMessage", QUEUE)).body
        assert (await server.ask("Action=SendMessage&MessageBody=hello", QUEUE)).status == 200
        said = [event for event in server.events if "room" in event]
        assert [said[0][:7], *said[1:]] == ["no room", "there is room on the disk again"]


@pytest.mark.parametrize("verb", ["write", "sync"])
async def test_a_failed_disk_silences_the_server(verb: str) -> None:
    disk = SimulatedDisk()
    server = Running({"durability": "fsync", "data": "/data"}, disk=disk)
    server.port = (await server.app.start())[0][1]
    await server.ask("Action=CreateQueue&QueueName=orders")
    disk.fail(verb)
    asked = asyncio.ensure_future(server.ask("Action=SendMessage&MessageBody=hello", QUEUE))
    await asyncio.wait([server.app.failed])
    assert isinstance(server.app.failed.exception(), LogFailed)
    after = asyncio.ensure_future(server.send("GET /health"))
    await until(lambda: server.app._server.requests == 3)
    assert not asked.done()
    assert not after.done()
    await server.app.stop()
    for unanswered in (asked, after):
        assert await unanswered == Answer(0, "")
    assert "the log failed; nothing is answered any more" in server.events


# Time


async def test_a_long_poll_ends_with_what_comes_with_time_and_with_the_server() -> None:
    clock = ManualClock()
    async with running(clock=clock) as server:
        await server.ask("Action=CreateQueue&QueueName=orders")
        poll = "Action=ReceiveMessage&WaitTimeSeconds=20"

        async def polling() -> "asyncio.Task[Answer]":
            before = len(server.app._dispatcher._waiting)
            task = asyncio.create_task(server.ask(poll, QUEUE))
            await until(lambda: len(server.app._dispatcher._waiting) > before)
            return task

        sent = await polling()
        await server.ask("Action=SendMessage&MessageBody=now", QUEUE)
        assert "<Body>now</Body>" in (await sent).body
        await server.ask("Action=SendMessage&MessageBody=later&DelaySeconds=5", QUEUE)
        delayed = await polling()
        clock.advance(seconds=5)
        assert "<Body>later</Body>" in (await delayed).body
        expired = await polling()
        clock.advance(seconds=20)
        assert "<Message>" not in (await expired).body
        left = await polling()
    answer = await left
    assert (answer.status, "<Message>" in answer.body) == (200, False)
    clock.advance(seconds=1)  # nobody listens any more


@pytest.mark.parametrize("durability", ["memory", "os", "fsync"])
async def test_a_long_poll_ends_with_a_record_that_readers_may_see(durability: str) -> None:
    async with running(**on(SimulatedDisk(), durability)) as server:

        async def ask(operation: str, **members: Any) -> Any:
            kind = f"application/x-amz-json-1.1\r\nX-Amz-Target: Kinesis_20131202.{operation}"
            body = (await server.send("POST /", json.dumps(members), kind)).body
            return json.loads(body) if body else None

        await ask("CreateStream", StreamName="orders")
        arn = (await ask("DescribeStreamSummary", StreamName="orders"))["StreamDescriptionSummary"]["StreamARN"]
        made = await ask("CreateQueue", QueueName="work", StreamConfigurationList=[{"StreamARN": arn}])
        queue = made["QueueDescription"]["QueueARN"]
        poll = asyncio.create_task(ask("ReceiveQueueRecords", QueueARN=queue, WaitTimeSeconds=20))
        await until(lambda: len(server.app._dispatcher._waiting) == 1)
        await ask("PutRecord", StreamName="orders", Data="YQ==", PartitionKey="k")
        [record] = (await poll)["QueueRecords"]
        assert (record["Data"], record["PartitionKey"]) == ("YQ==", "k")


async def test_who_hangs_up_waits_no_longer() -> None:
    async with running() as server:
        await server.ask("Action=CreateQueue&QueueName=orders")
        task = asyncio.create_task(server.ask("Action=ReceiveMessage&WaitTimeSeconds=20", QUEUE))
        waiting = server.app._dispatcher._waiting
        await until(lambda: len(waiting) == 1)
        task.cancel()
        await until(lambda: len(waiting) == 0)


async def test_a_fault_in_what_time_does_doesnt_stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock()
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    async with running(clock=clock) as server:
        wheel = server.app._wheel
        assert wheel is not None
        with monkeypatch.context() as broken:
            broken.setattr(wheel, "_tick", lambda _: 1 // 0)
            clock.advance(seconds=1)
            await until(lambda: told)
        assert wheel._timer is not None
        assert not wheel._timer.cancelled()
        assert wheel._timer.when() > asyncio.get_running_loop().time() - 1


# Snapshots


@contextmanager
def _eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as eager:
        eager.setattr("weirmq.server.snapshotter.LEAST_FACTS", 3)
        eager.setattr("weirmq.server.snapshotter.MAINTAIN_S", 3600)
        yield


def ended(snapshotter: Snapshotter) -> None:
    """Wait for the child, and leave the news to the snapshotter."""
    os.waitid(os.P_PID, snapshotter._child, os.WEXITED | os.WNOWAIT)


async def test_a_child_writes_a_snapshot_while_the_server_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _eager(monkeypatch):
        async with running({"durability": "os", "data": str(tmp_path)}) as server:
            snapshotter = server.app._snapshotter
            assert snapshotter is not None
            await server.ask("Action=CreateQueue&QueueName=orders")
            for number in range(5):
                await server.ask(f"Action=SendMessage&MessageBody={number}", QUEUE)
            end = server.app._journal.end
            snapshotter._maintain()
            await server.ask("Action=SendMessage&MessageBody=meanwhile", QUEUE)
            ended(snapshotter)
            snapshotter._maintain()
            assert snapshotter._child == 0
            assert server.app._journal.snapshot_offset == end
            assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [f"{end:020}.snapshot"]
            assert server.events == ["listening"]
    async with running({"durability": "os", "data": str(tmp_path)}) as server:
        answer = await server.ask("Action=GetQueueAttributes&AttributeName.1=All", QUEUE)
        assert "<Name>ApproximateNumberOfMessages</Name><Value>6</Value>" in answer.body


async def test_a_child_holds_neither_the_port_nor_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spy(*_: Any) -> None:
        (tmp_path / "files").write_text(" ".join(file.name for file in Path("/dev/fd").iterdir()))

    with _eager(monkeypatch):
        async with running({"durability": "os", "data": str(tmp_path)}) as server:
            snapshotter = server.app._snapshotter
            assert snapshotter is not None
            for number in range(5):
                await server.ask(f"Action=CreateQueue&QueueName=orders{number}")
            monkeypatch.setattr("weirmq.server.snapshotter.write_snapshot", spy)
            snapshotter._maintain()
            ended(snapshotter)
            monkeypatch.undo()
    assert set((tmp_path / "files").read_text().split()) <= {"0", "1", "2", "3"}  # 3 is the listing's own


async def test_a_snapshot_that_fails_is_told_and_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "snapshots").mkdir()
    with _eager(monkeypatch):
        async with running({"durability": "os", "data": str(tmp_path)}) as server:
            snapshotter = server.app._snapshotter
            assert snapshotter is not None
            await server.ask("Action=CreateQueue&QueueName=orders")
            for number in range(5):
                await server.ask(f"Action=SendMessage&MessageBody={number}", QUEUE)
            with monkeypatch.context() as broken:
                broken.setattr("weirmq.server.snapshotter.write_snapshot", lambda *_: 1 // 0)
                snapshotter._maintain()
            ended(snapshotter)
            snapshotter._maintain()
            snapshotter._maintain()
            assert snapshotter._child == 0
            assert server.app._journal.snapshot_offset == 0
            assert "writing a snapshot failed; the log is kept" in server.events


async def test_a_stop_gives_up_a_snapshot_in_the_making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _eager(monkeypatch):
        async with running({"durability": "os", "data": str(tmp_path)}) as server:
            snapshotter = server.app._snapshotter
            assert snapshotter is not None
            await server.ask("Action=CreateQueue&QueueName=orders")
            for number in range(5):
                await server.ask(f"Action=SendMessage&MessageBody={number}", QUEUE)
            snapshotter._maintain()
            end = server.app._journal.end
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [f"{end:020}.snapshot"]
    assert snapshotter._child == 0


@pytest.mark.parametrize(
    ("files", "sends"), [(256, 16), (1024, 64), (1_048_576, MOST_IN_FLIGHT), (resource.RLIM_INFINITY, MOST_IN_FLIGHT)]
)
def test_sends_leave_files_to_the_others(files: int, sends: int) -> None:
    assert sends_for(files) == sends

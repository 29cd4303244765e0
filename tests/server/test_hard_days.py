"""Crowds, clients that leave at the worst moment or race each other, a kill in the middle of a snapshot, odd TLS."""

import asyncio
import gc
import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.server.hard_day import (
    FIFO,
    QUEUE,
    Day,
    bodies,
    change,
    code,
    create,
    day,
    delete,
    form,
    handles,
    poll,
    receive,
    send,
    spend,
    until,
)
from tests.server.serving import Answer, Client
from tests.server.test_tls import OLD, write
from weirmq.server.app import OWN_FILES, connections_for
from weirmq.server.http import SURPLUS_LIMIT

CROWD = 1_000
FILES = 4_096

POLL_BYTES = 12_000  # that a waiting poll may hold, its connection and request included
IDLE_CPU_S = 0.1  # for a thousand polls over 19 s; a millisecond or two where nothing looks at each of them


@pytest.fixture(scope="module", autouse=True)
def _many_files() -> None:
    """Both ends of each connection are in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FILES) if hard < 0 else min(max(soft, FILES), hard), hard))


# ---- crowds


def test_a_thousand_idle_polls_cost_nothing_and_one_message_wakes_one() -> None:
    async def scenario() -> None:
        async with day() as it:
            sender = await it.connect()
            await sender.ask(create())
            await sender.ask(receive())  # the first draws the key of receipt handles
            pollers = [await it.connect() for _ in range(CROWD)]
            for count, client in enumerate(pollers, 1):
                client.send(poll())
                await until(lambda count=count: it.waiting == count)
            started_s = time.process_time()
            for _ in range(19):
                await it.turn(seconds=1)
            assert time.process_time() - started_s < IDLE_CPU_S
            assert it.waiting == CROWD
            await sender.ask(send("for one"))
            assert it.waiting == CROWD - 1
            assert bodies(await pollers[0].receive()) == ["for one"]  # the one that has waited longest
            await it.turn(seconds=1)
            answers = [await client.receive() for client in pollers[1:]]
            assert all(answer.status == 200 and not bodies(answer) for answer in answers)
            assert it.waiting == 0

    spend(scenario())


def test_what_a_waiting_poll_holds() -> None:
    async def scenario() -> None:
        async with day() as it:
            clients = [await it.connect() for _ in range(200)]
            for client in clients:
                await client.ask(form("ListQueues"))
            await clients[0].ask(create())
            gc.collect()
            tracemalloc.start()
            try:
                for client in clients:
                    client.send(poll())
                await until(lambda: it.waiting == len(clients))
                gc.collect()
                ours = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*/weirmq/*")])
            finally:
                tracemalloc.stop()
            held = sum(statistic.size for statistic in ours.statistics("filename"))
            assert held / len(clients) < POLL_BYTES

    spend(scenario())


def test_a_thousand_connections_that_come_and_go_at_once() -> None:
    async def scenario() -> None:
        async with day() as it:
            server = it.app._server
            regular = await it.connect()
            for leave in ("close", "reset", "half close"):
                before = server.connections_total
                clients = await asyncio.gather(*(it.connect() for _ in range(CROWD)))
                for number, client in enumerate(clients):
                    client.send((b"", b"GET / HT", form("ListQueues"), poll())[number % 4])
                for client in clients:
                    if leave == "reset":
                        client.reset()
                    elif leave == "close":
                        client.writer.close()
                    else:
                        client.writer.write_eof()
                assert (await regular.ask(form("ListQueues"))).status == 200
                await until(lambda: server.connections_total == before + CROWD)  # noqa: B023 - called within the loop
                await until(lambda: len(server.connections) == 1)
                assert server.budget.used == 0
                assert it.waiting == 0

    spend(scenario())


def test_connections_leave_files_for_the_log() -> None:
    assert connections_for(resource.RLIM_INFINITY) == sys.maxsize
    assert connections_for(1_024) == 1_024 - OWN_FILES - SURPLUS_LIMIT
    assert connections_for(64) == 32


# ---- clients that leave, or take their time


@pytest.mark.parametrize("leave", ["close", "reset", "half close"])
def test_what_a_poll_was_waiting_for_goes_to_the_next_one_when_its_client_has_left(leave: str) -> None:
    async def scenario() -> None:
        async with day() as it:
            sender, first, second = [await it.connect() for _ in range(3)]
            await sender.ask(create())
            for count, client in enumerate((first, second), 1):
                client.send(poll())
                await until(lambda count=count: it.waiting == count)
            if leave == "reset":
                first.reset()
            elif leave == "close":
                first.writer.close()
            else:
                first.writer.write_eof()
            await until(lambda: it.waiting == 1)
            await sender.ask(send("hello"))
            assert bodies(await second.receive()) == ["hello"]

    spend(scenario())


def test_a_message_sent_to_a_client_that_has_left_comes_back_in_its_time() -> None:
    async def scenario() -> None:
        async with day() as it:
            sender, leaver = await it.connect(), await it.connect()
            await sender.ask(create(VisibilityTimeout=30))
            leaver.send(poll())
            await until(lambda: it.waiting == 1)
            leaver.reset()
            sender.send(send("hello"))  # in the same turn of the loop: nobody knows yet that the other has gone
            assert (await sender.receive()).status == 200
            await until(lambda: it.waiting == 0)
            found = bodies(await sender.ask(receive()))
            await it.turn(seconds=31)
            assert found + bodies(await sender.ask(receive())) == ["hello"]

    spend(scenario())


def test_a_slow_writer_and_a_slow_reader_hold_up_nobody() -> None:
    async def scenario() -> None:
        async with day() as it:
            regular, writer, reader = [await it.connect() for _ in range(3)]
            await regular.ask(create())
            for number in range(10):
                await regular.ask(send(f"{number}".ljust(100_000, "x")))
            reader.reader._transport.pause_reading()  # type: ignore[attr-defined]
            reader.send(receive(MaxNumberOfMessages=10, VisibilityTimeout=0) * 200)
            drops = send("in drops")
            for at in range(len(drops)):
                writer.send(drops[at : at + 1])
                assert (await regular.ask(form("ListQueues"))).status == 200
            assert (await writer.receive()).status == 200
            held = it.app._server.budget.used
            assert held < 40_000_000  # a reader that doesn't read isn't served on
            requests = it.app._server.requests
            assert (await regular.ask(form("ListQueues"))).status == 200
            assert it.app._server.requests == requests + 1
            reader.reset()
            await until(lambda: len(it.app._server.connections) == 2)
            assert it.app._server.budget.used == 0

    spend(scenario())


# ---- races


async def both(first: Client, second: Client, one: bytes, other: bytes) -> tuple[Answer, Answer]:
    """Two requests at the same time."""
    first.send(one)
    second.send(other)
    return await first.receive(), await second.receive()


async def two(it: Day) -> tuple[Client, Client]:
    return await it.connect(), await it.connect()


def test_two_receivers_of_one_group() -> None:
    async def scenario() -> None:
        async with day() as it:
            first, second = await two(it)
            await first.ask(create("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true"))
            for number in range(20):
                await first.ask(send(f"{number}", FIFO, MessageGroupId="g"))
            seen: list[str] = []
            while len(seen) < 20:
                answers = await both(first, second, receive(FIFO), receive(FIFO))
                found = [answer for answer in answers if bodies(answer)]
                assert len(found) == 1  # the group is locked for the other
                seen += bodies(found[0])
                handle = handles(found[0])[0]
                deleted = await both(first, second, delete(handle, FIFO), delete(handle, FIFO))
                assert [answer.status for answer in deleted] == [200, 200]  # a delete may be repeated
            assert seen == [f"{number}" for number in range(20)]

    spend(scenario())


@pytest.mark.parametrize("path", [QUEUE, FIFO])
@pytest.mark.parametrize("durable", [False, True])
def test_a_delete_races_a_change_of_visibility(path: str, durable: bool, tmp_path: Path) -> None:
    options: dict[str, Any] = {"durability": "os", "data": str(tmp_path)} if durable else {}
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if path == FIFO else {}
    group = {"MessageGroupId": "g"} if path == FIFO else {}

    async def scenario() -> None:
        async with day(**options) as it:
            first, second = await two(it)
            await first.ask(create(path.rpartition("/")[2], **attributes))
            codes: set[str] = set()
            for number in range(10):
                await first.ask(send(f"{number}", path, **group))
                (handle,) = handles(await first.ask(receive(path)))
                requests = [delete(handle, path), change(handle, 60, path)]
                if number % 2:
                    requests.reverse()
                answers = await both(first, second, requests[0], requests[1])
                if number % 2:
                    answers = answers[1], answers[0]
                assert answers[0].status == 200  # whichever came first, the message is deleted
                codes.add(code(answers[1]))
                await it.turn(seconds=61)
                assert not bodies(await first.ask(receive(path)))
                assert code(await first.ask(change(handle, 0, path))) == "InvalidParameterValue"
            assert codes <= {"OK", "InvalidParameterValue"}

    spend(scenario())


def test_a_message_made_visible_races_its_delete() -> None:
    async def scenario() -> None:
        async with day() as it:
            first, second = await two(it)
            await first.ask(create())
            await first.ask(send("x"))
            (handle,) = handles(await first.ask(receive()))
            second.send(poll())
            await until(lambda: it.waiting == 1)
            await first.ask(change(handle, 0))
            again = await second.receive()
            assert bodies(again) == ["x"]
            # A standard queue's older handle still deletes; the newer one finds nothing left, and that is no error.
            assert code(await first.ask(delete(handle))) == "OK"
            assert code(await second.ask(delete(handles(again)[0]))) == "OK"
            assert code(await second.ask(change(handles(again)[0], 10))) == "InvalidParameterValue"

    spend(scenario())


def test_two_create_the_same_queue() -> None:
    async def scenario() -> None:
        async with day() as it:
            first, second = await two(it)
            answers = await both(first, second, create(), create())
            assert [code(answer) for answer in answers] == ["OK", "OK"]
            assert len({answer.body.partition(b"<ResponseMetadata>")[0] for answer in answers}) == 1
            answers = await both(first, second, create("other", DelaySeconds=1), create("other", DelaySeconds=2))
            assert sorted(code(answer) for answer in answers) == ["OK", "QueueAlreadyExists"]
            assert (await first.ask(form("ListQueues"))).body.count(b"<QueueUrl>") == 2

    spend(scenario())


def test_one_deletes_what_others_use() -> None:
    async def scenario() -> None:
        gone = "AWS.SimpleQueueService.NonExistentQueue"
        async with day() as it:
            first, second = await two(it)
            poller = await it.connect()
            await first.ask(create())
            poller.send(poll())
            await until(lambda: it.waiting == 1)
            answers = await both(first, second, form("DeleteQueue", QUEUE), form("DeleteQueue", QUEUE))
            assert sorted(code(answer) for answer in answers) == sorted([gone, "OK"])
            assert code(await poller.receive()) == gone
            assert code(await first.ask(send("x"))) == gone
            answers = await both(first, second, create(), create())
            assert {code(answer) for answer in answers} == {"AWS.SimpleQueueService.QueueDeletedRecently"}
            await it.turn(seconds=60)
            assert code(await first.ask(create())) == "OK"
            assert not bodies(await first.ask(receive()))

    spend(scenario())


# ---- a kill


_SERVER = """
import os, sys, time
import weirmq.server.snapshotter as snapshotter
from weirmq.cli import serve
from weirmq.log import snapshots
from weirmq.server.config import Options

folder, port = sys.argv[1], int(sys.argv[2])
snapshotter.LEAST_FACTS, snapshotter.MAINTAIN_S = 3, 0.01
written = snapshotter.write_snapshot

def slowly(disk, where, offset, parts):
    def one_by_one():
        for part in parts:
            with open(os.path.join(folder, "child"), "w") as said:
                said.write(str(os.getpid()))
            while os.getppid() == parent:
                time.sleep(0.005)
            yield part
    return written(disk, where, offset, one_by_one())

parent = os.getpid()
if sys.argv[3] == "slow":
    snapshotter.write_snapshot = slowly
sys.exit(serve.run({"port": str(port), "data": os.path.join(folder, "data"), "log_format": "json"}))
"""


class Process:
    """A server that may write its snapshots so slowly that it can be killed meanwhile."""

    def __init__(self, folder: Path, port: int, pace: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(folder), str(port), pace], stderr=subprocess.PIPE
        )
        assert self._process.stderr is not None
        first = json.loads(self._process.stderr.readline())
        assert first["event"] == "listening", first
        self.port = int(first["addresses"][0].rpartition(":")[2])

    def ask(self, request: bytes) -> str:
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            client.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            answer = b""
            while piece := client.recv(1 << 16):
                answer += piece
        return answer.decode()

    def end(self, how: signal.Signals) -> int:
        self._process.send_signal(how)
        code = self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()
        return code


def test_a_server_killed_while_its_child_writes_a_snapshot_is_replaced_at_once(tmp_path: Path) -> None:
    old = Process(tmp_path, 0, "slow")
    try:
        old.ask(create())
        for number in range(20):
            assert "200 OK" in old.ask(send(f"{number}"))
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.005)
        child = int((tmp_path / "child").read_text())
        old.ask(send("20"))
    finally:
        old.end(signal.SIGKILL)
    new = Process(tmp_path, old.port, "fast")  # port and lock are free
    try:
        attributes = new.ask(form("GetQueueAttributes", QUEUE, **{"AttributeName.1": "All"}))
        assert "<Name>ApproximateNumberOfMessages</Name><Value>21</Value>" in attributes
        while _is_there(child):  # it notices that its parent is gone
            time.sleep(0.005)
    finally:
        assert new.end(signal.SIGTERM) == 0
    snapshots = list((tmp_path / "data" / "snapshots").iterdir())
    assert snapshots
    assert all(path.suffix == ".snapshot" for path in snapshots)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


# ---- TLS


def test_odd_clients_of_a_tls_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = write(tmp_path, OLD.certificate, OLD.key)
    monkeypatch.setattr("weirmq.server.http._HANDSHAKE_S", 0.05)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE

    async def scenario() -> None:
        async with day(tls_certificate=str(certificate), tls_key=str(key)) as it:
            plain = await it.connect()
            plain.send(form("ListQueues"))
            assert b"HTTP" not in await plain.at_end()
            stalled = [await it.connect() for _ in range(50)]
            for number, client in enumerate(stalled):
                client.send((b"", b"\x16", b"\x16\x03\x01\x02\x00\x01")[number % 3])
            for client in stalled:
                await client.at_end()  # cut off when a handshake has had its time
            honest = await it.connect(ssl=trusting)
            assert (await honest.ask(form("ListQueues"))).status == 200
            assert len(it.app._server.connections) == 1
            assert it.app._server.budget.used == 0
            assert [event for event in it.events if event != "listening"] == []

    spend(scenario())

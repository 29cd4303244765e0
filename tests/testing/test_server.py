import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from weirmq.server.config import ConfigError
from weirmq.server.lock import FolderInUse
from weirmq.testing import ManualClock, Server


def test_servers_are_strangers_to_each_other() -> None:
    with Server() as one, Server() as other:
        one.client("sqs").create_queue(QueueName="orders")
        assert one.endpoint_url != other.endpoint_url
        assert "QueueUrls" not in other.client("sqs").list_queues()


def test_nothing_is_left_of_a_server() -> None:
    before = threading.active_count()
    with Server() as server:
        server.client("sqs").list_queues()
    assert threading.active_count() == before
    with pytest.raises(OSError, match="refused"):
        _connect(server.endpoint_url)


def _connect(url: str) -> None:
    import socket

    host, _, port = url.removeprefix("http://").partition(":")
    socket.create_connection((host, int(port)), timeout=5).close()


def test_turning_the_clock_ends_a_long_poll() -> None:
    with Server(clock=ManualClock()) as server:
        sqs = server.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        turner = _when_polled(server, lambda: server.clock.advance(seconds=20))
        assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        turner.join()


def _when_polled(server: Server, then: Callable[[], None]) -> threading.Thread:
    """Call `then` again and again in a thread, until the server's clock has gone on by a minute."""
    start_ms = server.clock.now_ms()
    pause = threading.Event()

    def turn() -> None:
        while server.clock.now_ms() < start_ms + 60_000:
            pause.wait(0.02)
            then()

    thread = threading.Thread(target=turn)
    thread.start()
    return thread


def test_an_error_of_the_service_is_the_clients() -> None:
    with Server() as server, pytest.raises(ClientError, match=r"NonExistentQueue|QueueDoesNotExist"):
        server.client("sqs").get_queue_url(QueueName="none")


def test_a_restart_on_a_folder(tmp_path: Path) -> None:
    with Server(durability="os", data=str(tmp_path)) as server:
        server.client("sqs").create_queue(QueueName="orders")
        with pytest.raises(FolderInUse), Server(durability="os", data=str(tmp_path)):
            pass
    with Server(durability="os", data=str(tmp_path)) as server:
        assert len(server.client("sqs").list_queues()["QueueUrls"]) == 1


def test_options_are_checked() -> None:
    with pytest.raises(ConfigError), Server(host="0.0.0.0"):
        pass
    with pytest.raises(TypeError, match="prot"):
        Server(prot=1)


def test_a_failure_inside_the_block_is_the_tests_own() -> None:
    with pytest.raises(ZeroDivisionError), Server():
        raise ZeroDivisionError

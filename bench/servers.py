"""How each server is started, and proof that it works before it is measured."""

import contextlib
import functools
import itertools
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from bench import kafka_wire
from bench.generator import answers_yet
from bench.processes import Process, free_port
from bench.signed import ACCESS_KEY, SECRET_KEY, Recorder, client

HERE = Path(__file__).parent
DURABILITIES = ("memory", "os", "fsync")
EVERYTHING = frozenset({"sqs", "sns", "kinesis"})
WEIRMQ_SERVICES = EVERYTHING | {"kafka"}
START_SECONDS = 60
POLL_SECONDS = 0.002
WEIRMQ_CONFIG = f"""\
[[users]]
name = "bench"
access_key = "{ACCESS_KEY}"
secret = "{SECRET_KEY}"
account = "000000000000"

[[users.policies]]
Version = "2012-10-17"
Statement = [{{ Effect = "Allow", Action = ["sqs:*", "sns:*", "kinesis:*"], Resource = "*" }}]

[sns_quotas]
filter_policies_of_topic = 1000

[[kafka_listeners]]
name = "PLAINTEXT"
port = KAFKA_PORT
"""


@dataclass(frozen=True)
class Place:
    """Where one server runs: its ports, its data folder, and a folder for its configuration and output."""

    port: int
    data: Path
    scratch: Path
    kafka_port: int

    @property
    def endpoint(self) -> str:
        """The URL that clients use."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Server:
    """A program that speaks some of SQS, SNS, Kinesis and Kafka. `durability` is WeirMQ's; a peer has ""."""

    program: str
    version: str
    command: Callable[[Place], list[str]]
    env: Callable[[Place], Mapping[str, str]] = field(default=lambda _: {})
    durability: str = ""
    warm_up_seconds: int = 1
    services: frozenset[str] = frozenset({"sqs"})
    asks_endpoints: bool = True  # whether they want to be subscribed
    posts_raw: bool = True  # to endpoints that were subscribed so

    @property
    def name(self) -> str:
        """The program and, where there is a choice, its durability."""
        return f"{self.program} {self.durability}".strip()

    @property
    def is_peer(self) -> bool:
        """Whether it is somebody else's program."""
        return self.program != "weirmq"


class Running:
    """A started server. `start_seconds` is the time from exec to the answer of the first request: CreateQueue, or
    ListStreams where there are no queues.
    """

    def __init__(self, server: Server, place: Place) -> None:
        self.server = server
        self.place = place
        self.recorder = Recorder(place.endpoint)
        self.stream_recorder = Recorder(place.endpoint, "kinesis")
        self._numbers = itertools.count(1)
        self.process, self.start_seconds = self._start()

    def _start(self) -> tuple[Process, float]:
        output = self.place.scratch / "output.log"
        process = Process(self.server.command(self.place), self.server.env(self.place), output, cwd=self.place.scratch)
        deadline = process.started_at + START_SECONDS
        answers = self._greeting()
        while not answers():
            if not process.alive() or time.perf_counter() > deadline:
                process.stop(signal.SIGKILL)
                raise RuntimeError(f"{self.server.name} does not answer its first request:\n{process.last_words()}")
            time.sleep(POLL_SECONDS)
        return process, time.perf_counter() - process.started_at

    def _greeting(self) -> Callable[[], bool]:
        """Asks for the first answer. Returns whether it came."""
        if self.server.services == {"kafka"}:
            return functools.partial(kafka_wire.answers_yet, self.place.kafka_port)
        if "sqs" in self.server.services:
            hello = self.recorder.record("create_queue", QueueName="hello")
        else:
            hello = self.stream_recorder.record("list_streams")
        return functools.partial(answers_yet, self.place.port, hello)

    def restart(self, how: signal.Signals) -> tuple[float, float]:
        """Stops and starts it on the same data. Returns the seconds that each took."""
        stopped = self.process.stop(how)
        self.process, self.start_seconds = self._start()
        return stopped, self.start_seconds

    def sqs(self, secret_key: str = SECRET_KEY) -> Any:
        """A boto3 client of this server."""
        return client(self.place.endpoint, "sqs", secret_key)

    def client(self, service: str) -> Any:
        """The same for another service."""
        return client(self.place.endpoint, service)

    def sns(self) -> Any:
        """The same for SNS."""
        return self.client("sns")

    @functools.cached_property
    def topic_recorder(self) -> Recorder:
        """Records requests of SNS."""
        return Recorder(self.place.endpoint, "sns")

    @contextlib.contextmanager
    def queue(self, name: str) -> Iterator[str]:
        """A queue that lives as long as the block; gives its URL. Numbered: a deleted name is not free for a minute."""
        sqs = self.sqs()
        url: str = sqs.create_queue(QueueName=f"{name}-{next(self._numbers)}")["QueueUrl"]
        yield url
        sqs.delete_queue(QueueUrl=url)
        self.process.come_to_rest()


@contextlib.contextmanager
def running(server: Server, root: Path) -> Iterator[Running]:
    """Starts a server on a fresh data folder below `root`; stops it and removes the folder at the end."""
    scratch = root / server.name.replace(" ", "-")
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "data").mkdir(parents=True)
    started = Running(server, Place(free_port(), scratch / "data", scratch, free_port()))
    try:
        yield started
    finally:
        started.process.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def prove(started: Running) -> bool:
    """A round trip by boto3 (of Kafka, a record). Returns whether a wrong secret key is refused, too."""
    if started.server.services == {"kafka"}:
        kafka_wire.first_produce(started.place.kafka_port, "proof", time.perf_counter() + START_SECONDS)
        return False
    return _prove_queues(started) if "sqs" in started.server.services else _prove_streams(started)


def _prove_queues(started: Running) -> bool:
    sqs = started.sqs()
    with started.queue("proof") as url:
        sqs.send_message(QueueUrl=url, MessageBody="héllo <&>")
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]
        if message["Body"] != "héllo <&>":
            raise RuntimeError(f"{started.server.name} changed a body to {message['Body']!r}")
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        try:
            started.sqs("a wrong secret").send_message(QueueUrl=url, MessageBody="unauthorised")
        except ClientError:
            return True
        return False


def _prove_streams(started: Running) -> bool:
    kinesis = started.client("kinesis")
    if "StreamNames" not in kinesis.list_streams():
        raise RuntimeError(f"{started.server.name} lists no streams")
    try:
        client(started.place.endpoint, "kinesis", "a wrong secret").list_streams()
    except ClientError:
        return True
    return False


def weirmq(durability: str) -> Server:
    """WeirMQ as installed beside this Python, with a configured user: every signature and policy is checked."""

    def command(place: Place) -> list[str]:
        config = place.scratch / "weirmq.toml"
        config.write_text(WEIRMQ_CONFIG.replace("KAFKA_PORT", str(place.kafka_port)))
        program = str(Path(sys.executable).with_name("weirmq"))
        port, data = str(place.port), str(place.data)
        start = [program, "serve", "--host", "127.0.0.1", "--port", port, "--data", data]
        return [*start, "--durability", durability, "--config", str(config)]

    return Server("weirmq", "this tree", command, durability=durability, services=WEIRMQ_SERVICES)

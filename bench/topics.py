"""What is measured of topics: publishing to queues, through filters and to HTTP endpoints, and waiting for a next try.

Every publish is checked for where it went: queues are counted afterwards, and so are the requests of the sink.
"""

import contextlib
import json
import math
import re
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from bench import generator, signed
from bench.measures import POOL, SETTLE_SECONDS, SMALL_BYTES, Figures, Plan, by_wrk
from bench.servers import Running
from bench.signed import REGION
from bench.sink import Sink

CONNECTIONS = 8
SLOW_PUBLISHES = 4  # at least so many are timed
SET_UP_CONNECTIONS = 4
SET_UP_SECONDS = 120
MANY_QUEUES = 100
FILTERS = (1, 200, 1_000)  # 200: what AWS allows a topic until somebody asks for more
ENDPOINTS = 10  # HTTP endpoints of a topic
WARM_UP_PUBLISHES = 100
SUBSCRIBED_AT_ONCE = 2_500  # AWS allows an account 5,000 that aren't confirmed
# All pauses are longer than the measure takes. (Together they may last an hour.)
PATIENT = {"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 600, "maxDelayTarget": 600, "numRetries": 3}}}
VISIBLE = re.compile(rb'"ApproximateNumberOfMessages"\s*:\s*"(\d+)"')
TASKS_GAUGE = re.compile(r"^weirmq_outbox_tasks (\S+)$", re.MULTILINE)


def topics(running: Running, plan: Plan, found: dict[str, Figures]) -> None:
    """CPU of Publish by what is subscribed, deliveries to a sink, and CPU of waiting. Raises RuntimeError at the end
    if some of it failed.
    """
    failures: list[str] = []

    def measure(name: str, how: Callable[[], Figures]) -> None:
        try:
            found[name] = how()
        except (RuntimeError, OSError, generator.RefusedError, ClientError, BotoCoreError) as error:
            failures.append(f"{name}: {error}")

    publishes, seconds = partial(_publishes, running), plan.seconds
    with contextlib.closing(Sink(running.place)) as sink:
        publishes("warm-up", [""], running.server.warm_up_seconds)
        measure("publish to 1 queue", partial(publishes, "one", [""], seconds))
        measure("publish to 100 queues", partial(publishes, "many", [""] * MANY_QUEUES, seconds))
        for count in FILTERS:
            kinds = [f"kind-{number:04d}" for number in range(count)]
            measure(f"publish, filters {count:,}", partial(publishes, f"filters-{count}", kinds, seconds))
        _add_growth(found)
        measure("HTTP, envelope", partial(_deliveries, running, sink, plan, is_raw=False))
        if running.server.posts_raw:
            measure("HTTP, raw", partial(_deliveries, running, sink, plan, is_raw=True))
        if not running.server.is_peer:
            measure(f"waiting, {plan.waiting:,}", partial(_waiting, running, sink, plan))
    if failures:
        raise RuntimeError("; ".join(failures))


def _add_growth(found: dict[str, Figures]) -> None:
    """What a Publish costs with many filters over what it costs with one; one subscription matches either way."""
    one = found.get("publish, filters 1")
    for count in FILTERS[1:]:
        many = found.get(f"publish, filters {count:,}")
        if one and many:
            found[f"filters, {count:,} over 1"] = {"cpu_ratio": many["cpu_us"] / one["cpu_us"]}


# Queues


def _publishes(running: Running, name: str, kinds: Sequence[str], seconds: int) -> Figures:
    """Publishes to a topic with a queue for each of `kinds`, which its filter lets through; "" is no filter.

    With filters each message goes to one queue, the next one to the next; without, to all.
    """
    with _fan_out(running, name, kinds) as (topic_arn, queue_urls):
        is_filtered = bool(kinds[0])
        recorder = running.topic_recorder
        pool = signed.publishes(recorder, topic_arn, POOL, SMALL_BYTES, kinds if is_filtered else ())
        begun = time.perf_counter()
        generator.once(running.place.port, pool[0])
        took = time.perf_counter() - begun
        connections = CONNECTIONS if took * CONNECTIONS < seconds else 1  # there is a peer to which 100 queues are many
        figures = by_wrk(running, pool, connections, max(seconds, math.ceil(SLOW_PUBLISHES * took)))
        time.sleep(max(SETTLE_SECONDS, 2 * took))  # what closed connections still had under way
        copies = 1 if is_filtered else len(kinds)
        published, held = figures["requests"] + 1, _held_in_all(running, queue_urls)
        if not published * copies <= held <= (published + connections) * copies:
            raise RuntimeError(f"{published:,.0f} publishes, {held:,} messages in {len(queue_urls):,} queues")
    return figures | {
        "cpu_us_message": figures["cpu_us"] / copies,
        "messages_per_second": figures["per_second"] * copies,
    }


@contextlib.contextmanager
def _fan_out(running: Running, name: str, kinds: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """A topic and its queues, for as long as the block lasts: the topic's ARN and the queues' URLs."""
    sns, record = running.sns(), running.recorder.record
    topic_arn = sns.create_topic(Name=name)["TopicArn"]
    account = topic_arn.split(":")[4]
    names = [f"{name}-{number}" for number in range(len(kinds))]
    arns = [f"arn:aws:sqs:{REGION}:{account}:{each}" for each in names]
    policies = [{"Policy": _queue_policy(arn, topic_arn)} for arn in arns]
    queues = [record("create_queue", QueueName=each, Attributes=own) for each, own in zip(names, policies, strict=True)]
    _send_all(running, queues)
    first_url: str = running.sqs().get_queue_url(QueueName=names[0])["QueueUrl"]
    urls = [first_url.removesuffix(names[0]) + each for each in names]
    _send_all(running, [_subscribe(running, topic_arn, arn, kind) for arn, kind in zip(arns, kinds, strict=True)])
    yield topic_arn, urls
    sns.delete_topic(TopicArn=topic_arn)
    _send_all(running, [record("delete_queue", QueueUrl=url) for url in urls])
    running.process.come_to_rest()


def _queue_policy(queue_arn: str, topic_arn: str) -> str:
    """What lets one topic, and nobody else, send to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _subscribe(running: Running, topic_arn: str, queue_arn: str, kind: str) -> bytes:
    attributes = {"FilterPolicy": json.dumps({"kind": [kind]})} if kind else {}
    return running.topic_recorder.record(
        "subscribe", TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn, Attributes=attributes
    )


def _send_all(running: Running, requests: Sequence[bytes]) -> None:
    """Sends each request once, over a few connections. Raises RefusedError, TimeoutError."""
    take = generator.counter(len(requests))
    scripts = [generator.replay(list(requests), take) for _ in range(min(SET_UP_CONNECTIONS, len(requests)))]
    totals = generator.drive(scripts, running.place.port, SET_UP_SECONDS)
    if totals.requests < len(requests):
        raise TimeoutError(f"{totals.requests:,} of {len(requests):,} requests answered in {SET_UP_SECONDS} s")


def _held_in_all(running: Running, urls: Sequence[str]) -> int:
    """Messages of all these queues together."""
    asked = "ApproximateNumberOfMessages"
    held = 0

    def script() -> generator.Script:
        nonlocal held
        for url in urls:
            answer = yield running.recorder.record("get_queue_attributes", QueueUrl=url, AttributeNames=[asked])
            counts = VISIBLE.findall(answer)
            held += int(counts[0])

    generator.drive([script()], running.place.port, SET_UP_SECONDS)
    return held


# HTTP endpoints


def _deliveries(running: Running, sink: Sink, plan: Plan, *, is_raw: bool) -> Figures:
    """Publishes to a few endpoints of the sink, from the first Publish to the last delivery. CPU is that of both."""
    kind = "raw" if is_raw else "envelope"
    topic_arn = running.sns().create_topic(Name=f"http-{kind}")["TopicArn"]
    _subscribe_sink(running, sink, topic_arn, [f"/{kind}/{number}" for number in range(ENDPOINTS)], is_raw=is_raw)
    pool = signed.publishes(running.topic_recorder, topic_arn, POOL, SMALL_BYTES)
    _publish_to_sink(running, sink, pool, WARM_UP_PUBLISHES, plan.http_seconds)
    time.sleep(SETTLE_SECONDS)
    cpu, begun = running.process.cpu_seconds(), time.perf_counter()
    delivered, ended = _publish_to_sink(running, sink, pool, plan.http_publishes, plan.http_seconds)
    cpu = running.process.cpu_seconds() - cpu
    running.sns().delete_topic(TopicArn=topic_arn)
    seconds = ended - begun
    return {
        "deliveries": delivered,
        "per_second": delivered / seconds,
        "cpu_us": cpu / delivered * 1e6,
        "cores": cpu / seconds,
    }


def _publish_to_sink(running: Running, sink: Sink, pool: list[bytes], count: int, seconds: float) -> tuple[int, float]:
    """Publishes, and waits for all deliveries. Returns how many there were, and when the last came."""
    before = sink.seen().taken
    take = generator.counter(count)
    scripts = [generator.replay(pool, take) for _ in range(SET_UP_CONNECTIONS)]
    wanted = generator.drive(scripts, running.place.port, seconds).requests * ENDPOINTS
    seen = sink.wait(lambda seen: seen.taken - before >= wanted, SET_UP_SECONDS)
    return seen.taken - before, seen.last_at


def _subscribe_sink(running: Running, sink: Sink, topic_arn: str, paths: Sequence[str], *, is_raw: bool) -> None:
    """Subscribes paths of the sink by requests that differ in nothing but the path, and confirms what must be."""
    attributes = {"RawMessageDelivery": "true"} if is_raw else {}
    path_to_be = "/a-path"
    recorded = running.topic_recorder.record(
        "subscribe", TopicArn=topic_arn, Protocol="http", Endpoint=sink.url(path_to_be), Attributes=attributes
    )
    subscribe = signed.varied(recorded, path_to_be)
    for first in range(0, len(paths), SUBSCRIBED_AT_ONCE):
        some = paths[first : first + SUBSCRIBED_AT_ONCE]
        _send_all(running, [subscribe(path) for path in some])
        if running.server.asks_endpoints:
            _confirm(running, sink, topic_arn, len(some))


def _confirm(running: Running, sink: Sink, topic_arn: str, count: int) -> None:
    """Waits until so many tokens have come to the sink, and confirms with them. Raises TimeoutError."""
    deadline = time.perf_counter() + SET_UP_SECONDS
    tokens: list[str] = []
    while len(tokens) < count:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"{len(tokens):,} of {count:,} endpoints were asked for a confirmation")
        time.sleep(SETTLE_SECONDS / 10)
        tokens += sink.tokens()
    recorded = running.topic_recorder.record("confirm_subscription", TopicArn=topic_arn, Token="a-token")  # noqa: S106
    confirm = signed.varied(recorded, "a-token")
    _send_all(running, [confirm(token) for token in tokens])


# Waiting


def _waiting(running: Running, sink: Sink, plan: Plan) -> Figures:
    """What a server that was just started uses while nothing happens but that deliveries wait for their next try."""
    running.restart(signal.SIGTERM)
    topic = {"Name": "waiting", "Attributes": {"DeliveryPolicy": json.dumps(PATIENT)}}
    topic_arn = running.sns().create_topic(**topic)["TopicArn"]
    _subscribe_sink(running, sink, topic_arn, [f"/busy/{number}" for number in range(plan.waiting)], is_raw=True)
    time.sleep(SETTLE_SECONDS)
    before = running.process.memory()
    running.sns().publish(TopicArn=topic_arn, Message="nobody takes this")
    sink.wait(lambda seen: seen.refused >= plan.waiting, SET_UP_SECONDS)
    time.sleep(SETTLE_SECONDS)
    cpu, begun = running.process.cpu_seconds(), time.perf_counter()
    time.sleep(plan.idle_seconds)
    cpu, took = running.process.cpu_seconds() - cpu, time.perf_counter() - begun
    tasks = _tasks(running)
    if tasks != plan.waiting or sink.seen().refused != plan.waiting:
        raise RuntimeError(f"{tasks:,} deliveries wait, {sink.seen()}")
    bytes_task = (running.process.memory().pss - before.pss) / plan.waiting
    return {"cpu_percent": 100 * cpu / took, "cpu_ms": 1e3 * cpu, "pss_bytes_task": bytes_task}


def _tasks(running: Running) -> int:
    """Deliveries that are not done, from /metrics."""
    with urllib.request.urlopen(f"{running.place.endpoint}/metrics", timeout=10) as answer:  # noqa: S310  loopback
        found = TASKS_GAUGE.search(answer.read().decode())
    if not found:
        raise RuntimeError("no weirmq_outbox_tasks at /metrics")
    return int(float(found[1]))

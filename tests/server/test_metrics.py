import asyncio
import json
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from weirmq.server import metrics
from weirmq.server.metrics import Family, Metrics, Sample, StallWatch


def _values(body: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(body.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def test_requests_are_counted_by_operation_and_code() -> None:
    counted = Metrics()
    counted.meter("sqs", "SendMessage").count("OK", 0.001)
    counted.meter("sqs", "SendMessage").count("OK", 0.002)
    counted.meter("sqs", "SendMessage").count("QueueDoesNotExist", 0.1)
    values = _values(counted.render())
    labels = {("service", "sqs"), ("operation", "SendMessage")}
    assert values["weirmq_requests_total", frozenset(labels | {("code", "OK")})] == 2
    assert values["weirmq_requests_total", frozenset(labels | {("code", "QueueDoesNotExist")})] == 1
    assert values["weirmq_request_seconds_count", frozenset(labels)] == 3
    assert abs(values["weirmq_request_seconds_sum", frozenset(labels)] - 0.103) < 1e-9
    # "le" means less than or equal: the request of exactly 1 ms is in.
    assert values["weirmq_request_seconds_bucket", frozenset(labels | {("le", "0.001")})] == 1
    assert values["weirmq_request_seconds_bucket", frozenset(labels | {("le", "0.0025")})] == 2
    assert values["weirmq_request_seconds_bucket", frozenset(labels | {("le", "+Inf")})] == 3


def test_sources_are_asked_at_each_scrape() -> None:
    depth = 7

    def queues() -> Iterator[Family]:
        yield Family("weirmq_depth", "gauge", "Depth.", ("queue",), [Sample(('a"b\n',), depth)])

    counted = Metrics()
    counted.add(queues)
    assert _values(counted.render())["weirmq_depth", frozenset({("queue", 'a"b\n')})] == 7
    depth = 8
    assert _values(counted.render())["weirmq_depth", frozenset({("queue", 'a"b\n')})] == 8


async def test_others_have_their_turns_while_much_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "SAMPLES_AT_ONCE", 3)

    def many() -> Iterator[Family]:
        yield Family("weirmq_none", "gauge", "Nobody has it.", ("queue",), [])
        yield Family("weirmq_depth", "gauge", "Two\nlines.", ("queue",), (Sample((f"{n}",), n) for n in range(9)))
        histogram = metrics.Histogram()
        histogram.observe(0.2)
        yield Family("weirmq_s", "histogram", "Long.", ("queue",), [Sample((f"{n}",), histogram) for n in range(4)])

    counted = Metrics()
    counted.add(many)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counted.render()  # now prometheus-client is there
    task = asyncio.create_task(other())
    body = await counted.scrape()
    counted.stalls.stop()
    task.cancel()
    assert turns > 9 / 3 + 4 / 3
    values = _values(body)
    assert [values["weirmq_depth", frozenset({("queue", f"{n}")})] for n in range(9)] == list(range(9))
    assert [values["weirmq_s_count", frozenset({("queue", f"{n}")})] for n in range(4)] == [1] * 4
    for name in (b"weirmq_none", b"weirmq_depth", b"weirmq_s"):
        assert body.count(b"# HELP " + name + b" ") == body.count(b"# TYPE " + name + b" ") == 1
    assert b"\n\n" not in body


def test_two_servers_in_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.meter("sqs", "SendMessage").count("OK", 0.001)
    assert b"SendMessage" in one.render()
    assert b"SendMessage" not in other.render()


def test_the_process_is_described() -> None:
    names = {name for name, _ in _values(Metrics().render())}
    assert "weirmq_info" in names
    assert "python_gc_collections_total" in names


async def test_the_longest_stall_since_the_scrape_before() -> None:
    now_s = 100.0
    watch = StallWatch(lambda: now_s)
    watch.watch()
    for lateness_s in (0.001, 0.06, 0.002):
        now_s += StallWatch.TICK_S + lateness_s
        watch.tick()
    (family,) = watch.families()
    assert family.name == "weirmq_loop_stall_seconds_max"
    assert [round(sample.value, 6) for sample in family.samples if isinstance(sample.value, float)] == [0.06]
    assert [list(family.samples) for family in watch.families()] == [[Sample((), 0.0)]]
    watch.stop()


async def test_nobody_watches_an_unwatched_server() -> None:
    now_s = 100.0
    watch = StallWatch(lambda: now_s)
    assert not watch.is_on
    watch.watch()
    assert watch.is_on
    now_s += StallWatch.WATCH_S + 1
    watch.tick()
    assert not watch.is_on


async def test_a_scrape_begins_to_watch() -> None:
    counted = Metrics()
    assert b"weirmq_loop_stall_seconds_max" in await counted.scrape()
    assert counted.stalls.is_on
    counted.stalls.stop()
    assert not counted.stalls.is_on


def test_health_is_what_tools_for_localstack_wait_for() -> None:
    body = json.loads(metrics.health(["sqs", "sts"]))
    assert body["services"] == {"sqs": "running", "sts": "running"}
    assert set(body) == {"services", "edition", "version"}

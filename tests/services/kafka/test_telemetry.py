"""Clients that push metrics of themselves (KIP-714), and subscriptions to them."""

from typing import Any

import pytest

from tests.services.kafka.world import Peer, World
from tests.wire.kafka.test_telemetry import attribute, gauge, inside, point, pushed, total
from weirmq.server.families import of_kafka_clients
from weirmq.services.kafka import telemetry_clients
from weirmq.services.kafka.telemetry import BYTES_MAX
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import GZIP, LZ4, SNAPPY, ZSTD, pack
from weirmq.wire.kafka.messages.api_versions_request import ApiVersionsRequest
from weirmq.wire.kafka.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from weirmq.wire.kafka.messages.get_telemetry_subscriptions_request import GetTelemetrySubscriptionsRequest
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.list_config_resources_request import ListConfigResourcesRequest
from weirmq.wire.kafka.messages.push_telemetry_request import PushTelemetryRequest

CLIENT_METRICS, SET, DELETE = 16, 0, 1
LAG = pushed(gauge("org.apache.kafka.consumer.lag", point(7, attribute("topic", inside(1, "orders")))))


def subscribe(world: World, name: str = "all", **configs: str | None) -> tuple[int, str | None]:
    """Set configs of a subscription; None takes one away."""
    changes = [
        AlterableConfig(key.replace("_", "."), DELETE if value is None else SET, value)
        for key, value in configs.items()
    ]
    resource = AlterConfigsResource(CLIENT_METRICS, name, changes)
    (answer,) = world.ask(IncrementalAlterConfigsRequest([resource])).responses
    return answer.error_code, answer.error_message


class Client:
    """A client that pushes."""

    def __init__(self, world: World, name: str = "app", peer: Peer | None = None) -> None:
        self.world, self.name, self.peer = world, name, peer or Peer()
        self.instance = bytes(16)
        self.subscription = 0

    def ask(self) -> Any:
        request = GetTelemetrySubscriptionsRequest(self.instance)
        answer = self.world.ask(request, client=self.name, peer=self.peer)
        if not answer.error_code:
            self.instance, self.subscription = answer.client_instance_id, answer.subscription_id
        return answer

    def push(self, data: bytes = LAG, codec: int = 0, **more: Any) -> int:
        request = PushTelemetryRequest(self.instance, self.subscription, False, codec, pack(codec, data))
        for name, value in more.items():
            setattr(request, name, value)
        return int(self.world.ask(request, client=self.name, peer=self.peer).error_code)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Client:
    """One that is to push all that it has, each second."""
    subscribe(world, metrics="*", interval_ms="1000")
    client = Client(world)
    client.ask()
    return client


def shown(world: World) -> dict[tuple[str, ...], float]:
    """What /metrics shows, without the cluster and the client's instance id."""
    return {
        (family.name.removeprefix("weirmq_kafka_client_"), sample.labels[1], *sample.labels[3:]): float(sample.value)  # type: ignore[arg-type]
        for family in of_kafka_clients(world.kafka)
        for sample in family.samples
    }


# What clients are told


def test_without_a_subscription_there_is_nothing_to_push(world: World) -> None:
    answer = Client(world).ask()
    assert (answer.error_code, answer.requested_metrics, answer.push_interval_ms) == (0, [], 300_000)
    assert answer.client_instance_id not in {bytes(16), bytes(15) + b"\1"}
    assert (answer.accepted_compression_types, answer.telemetry_max_bytes) == ([ZSTD, LZ4, GZIP, SNAPPY], BYTES_MAX)


def test_subscriptions_that_speak_of_a_client_add_up(world: World) -> None:
    subscribe(world, "one", metrics="org.apache.kafka.producer., a.b", interval_ms="5000", match="client_id=app.*")
    subscribe(world, "two", metrics="a.b,c.d", interval_ms="2000", match="client_id=app1, client_software_name=[a-z]+")
    subscribe(world, "three", metrics="*", interval_ms="100", match="client_source_address=10\\..*")
    peer = Peer()
    world.ask(ApiVersionsRequest("librdkafka", "2.14"), peer=peer)

    def told(name: str, peer: Peer) -> tuple[list[str], int]:
        answer = Client(world, name, peer).ask()
        return answer.requested_metrics, answer.push_interval_ms

    assert told("app1", peer) == (["a.b", "c.d", "org.apache.kafka.producer."], 2_000)
    assert told("app2", peer) == (["a.b", "org.apache.kafka.producer."], 5_000)
    assert told("other", peer) == ([], 300_000)
    far = Peer()
    far.peer = "10.0.0.1"
    assert told("app1", far) == ([""], 100)


def test_asking_again_too_soon_is_refused_unless_there_is_something_new(world: World, client: Client) -> None:
    before = client.subscription
    assert client.ask().error_code == Code.THROTTLING_QUOTA_EXCEEDED
    subscribe(world, metrics="org.apache.")
    assert client.push() == Code.UNKNOWN_SUBSCRIPTION_ID
    assert client.ask().requested_metrics == ["org.apache."]
    assert client.subscription != before
    assert client.push(compression_type=9) == Code.UNSUPPORTED_COMPRESSION_TYPE
    assert client.ask().error_code == 0
    world.clock.advance(seconds=1)
    assert client.ask().error_code == 0


# What they push


@pytest.mark.parametrize("codec", [0, GZIP, SNAPPY, LZ4, ZSTD])
def test_what_was_pushed_last_is_shown(world: World, client: Client, codec: int) -> None:
    assert client.push(codec=codec) == 0
    lag = ("value", "app", "org.apache.kafka.consumer.lag", "topic=orders")
    assert shown(world) == {lag: 7.0}
    world.clock.advance(seconds=1)
    assert client.push(pushed(total("sent", point(3))), codec=codec) == 0
    assert shown(world) == {("count_total", "app", "sent", ""): 3.0}


def test_what_nobody_has_subscribed_to_is_left_out(world: World) -> None:
    subscribe(world, metrics="a.,b", interval_ms="1000")
    client = Client(world)
    client.ask()
    assert client.push(pushed(*(gauge(name, point(1)) for name in ("a.x", "a", "bcd", "c")))) == 0
    assert [key[2] for key in shown(world)] == ["a.x", "bcd"]
    subscribe(world, metrics=None, interval_ms=None)
    client.ask()
    assert client.push(pushed(gauge("a.x", point(1)))) == 0
    assert shown(world) == {}


def test_pushes_come_at_their_interval_and_one_more_at_the_end(world: World, client: Client) -> None:
    assert client.push() == 0
    assert client.push() == Code.THROTTLING_QUOTA_EXCEEDED
    world.clock.advance(milliseconds=999)
    assert client.push() == Code.THROTTLING_QUOTA_EXCEEDED
    assert client.push(pushed(gauge("last", point(1))), terminating=True) == 0
    assert client.push() == Code.INVALID_REQUEST
    assert [key[2] for key in shown(world)] == ["last"]


@pytest.mark.parametrize(
    ("data", "codec", "code"),
    [
        (b"\x0a\x7f", 0, Code.INVALID_RECORD),
        (b"no gzip", GZIP, Code.INVALID_RECORD),
        (pack(ZSTD, bytes(5 * BYTES_MAX)), ZSTD, Code.INVALID_RECORD),
        (bytes(BYTES_MAX + 1), 0, Code.TELEMETRY_TOO_LARGE),
    ],
)
def test_what_is_refused(world: World, client: Client, data: bytes, codec: int, code: Code) -> None:
    assert client.push(metrics=data, compression_type=codec) == code
    assert shown(world) == {}


@pytest.mark.parametrize("instance", [bytes(16), bytes(15) + b"\1"])
def test_a_client_without_an_id_of_its_own(client: Client, instance: bytes) -> None:
    assert client.push(client_instance_id=instance) == Code.INVALID_REQUEST


@pytest.mark.parametrize(("interval_s", "kept_s"), [(1, 60), (30, 90)])
def test_a_silent_client_is_forgotten(world: World, interval_s: int, kept_s: int) -> None:
    subscribe(world, metrics="*", interval_ms=str(1_000 * interval_s))
    client = Client(world)
    client.ask()
    client.push()
    world.clock.advance(milliseconds=kept_s * 1_000 - 1)
    world.tick()
    assert shown(world)
    world.clock.advance(milliseconds=1)
    world.tick()
    assert list(world.kafka.telemetry) == []


def test_there_is_a_limit_to_all_of_it(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry_clients, "CLIENTS_MAX", 3)
    monkeypatch.setattr(telemetry_clients, "POINTS_MAX", 5)
    monkeypatch.setattr(telemetry_clients, "POINTS_OF_CLIENT_MAX", 2)
    clients = [Client(world, f"c{number}") for number in range(4)]
    for each in clients:
        each.ask()
        each.push(pushed(*(gauge(name * 2, point(1)) for name in "abc"), gauge("long" * 65, point(1))))
    assert [each.traits.client_id for each in world.kafka.telemetry] == ["c1", "c2", "c3"]
    assert [len(each.points) for each in world.kafka.telemetry] == [0, 2, 2]
    Client(world, "c" * 30_000).ask()
    assert [len(each.traits.client_id) for each in world.kafka.telemetry] == [2, 2, 256]
    world.kafka.telemetry.forget(0)
    assert world.kafka.telemetry.next_ms() is None


# Subscriptions


def listed(world: World, version: int) -> list[tuple[str, int]]:
    answer = world.ask(ListConfigResourcesRequest(), version=version)
    return [(each.resource_name, each.resource_type) for each in answer.config_resources]


def test_subscriptions_are_shown_and_outlive_a_restart(world: World) -> None:
    def described() -> dict[str, tuple[str, int]]:
        (found,) = world.ask(DescribeConfigsRequest([DescribeConfigsResource(CLIENT_METRICS, "s", None)])).results
        assert found.error_code == 0
        return {each.name: (each.value, each.config_source) for each in found.configs}

    assert described() == {"interval.ms": ("300000", 5), "match": ("", 5), "metrics": ("", 5)}
    assert subscribe(world, "s", metrics="a,b", match="client_id=x") == (0, None)
    world = world.restarted()
    assert described() == {"interval.ms": ("300000", 5), "match": ("client_id=x", 7), "metrics": ("a,b", 7)}
    world.topic("orders")
    assert listed(world, 0) == [("s", CLIENT_METRICS)]
    assert listed(world, 1) == [("orders", 2), ("1", 4), ("s", CLIENT_METRICS)]
    subscribe(world, "s", metrics=None, match=None)
    assert listed(world, 0) == []


@pytest.mark.parametrize(
    ("configs", "code", "word"),
    [
        ({"interval_ms": "99"}, Code.INVALID_REQUEST, "between 100 and 3600000"),
        ({"interval_ms": "3600001"}, Code.INVALID_REQUEST, "between 100 and 3600000"),
        ({"color": "red"}, Code.INVALID_REQUEST, "Unknown client metrics"),
        ({"match": "client_color=red"}, Code.INVALID_CONFIG, "client_source_address"),
        ({"match": "client_id"}, Code.INVALID_CONFIG, "NAME=REGEX"),
        ({"match": "client_id=("}, Code.INVALID_CONFIG, "missing"),
    ],
)  # fmt: skip
def test_what_may_not_be_subscribed_to(world: World, configs: dict[str, str], code: Code, word: str) -> None:
    found, message = subscribe(world, **configs)
    assert found == code
    assert word in (message or "")
    assert listed(world, 0) == []


def test_a_subscription_has_a_name(world: World) -> None:
    assert subscribe(world, "", metrics="*")[0] == Code.INVALID_REQUEST


def test_there_is_a_limit_to_subscriptions(world: World) -> None:
    for number in range(100):
        assert subscribe(world, f"s{number}", metrics="*")[0] == 0
    assert subscribe(world, "one more", metrics="*")[0] == Code.INVALID_REQUEST
    assert subscribe(world, "s7", metrics="a")[0] == 0

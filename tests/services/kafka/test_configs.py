"""The configs of topics and brokers."""

from typing import Any

import pytest

from tests.services.kafka.world import World
from weirmq.services.kafka import topic_configs
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_configs_request import AlterableConfig as Whole
from weirmq.wire.kafka.messages.alter_configs_request import AlterConfigsRequest
from weirmq.wire.kafka.messages.alter_configs_request import AlterConfigsResource as WholeResource
from weirmq.wire.kafka.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.list_config_resources_request import ListConfigResourcesRequest

TOPIC, BROKER, LOGGER = 2, 4, 8
SET, DELETE, APPEND, SUBTRACT = 0, 1, 2, 3


def described(world: World, kind: int = TOPIC, name: str = "orders", keys: list[str] | None = None) -> Any:
    request = DescribeConfigsRequest([DescribeConfigsResource(kind, name, keys)], include_synonyms=True)
    (found,) = world.ask(request).results
    return found


def altered(
    world: World, *changes: AlterableConfig, kind: int = TOPIC, name: str = "orders", trial: bool = False
) -> int:
    request = IncrementalAlterConfigsRequest([AlterConfigsResource(kind, name, list(changes))], trial)
    (found,) = world.ask(request).responses
    return int(found.error_code)


def configs(world: World) -> dict[str, str]:
    return world.kafka.machine.clusters[0].topics["orders"].configs


def test_a_topics_configs_are_told_with_their_sources(world: World) -> None:
    world.topic(retention_ms="5")
    found = {each.name: each for each in described(world).configs}
    assert set(found) == set(topic_configs.CONFIGS)
    own, kafkas = found["retention.ms"], found["cleanup.policy"]
    assert (own.value, own.config_source, [each.source for each in own.synonyms]) == ("5", 1, [1, 5])
    assert (kafkas.value, kafkas.config_source, kafkas.read_only) == ("delete", 5, False)
    (one,) = described(world, keys=["retention.ms", "no.such"]).configs
    assert one.name == "retention.ms"


def test_a_brokers_configs(world: World) -> None:
    world.topic()
    found = {each.name: each.value for each in described(world, BROKER, "1").configs}
    assert found["auto.create.topics.enable"] == "true"
    assert described(world, BROKER, "2").error_code == Code.INVALID_REQUEST
    assert described(world, LOGGER, "1").error_code == Code.INVALID_REQUEST
    assert described(world, TOPIC, "none").error_code == Code.UNKNOWN_TOPIC_OR_PARTITION


THROTTLED = "leader.replication.throttled.replicas"


def test_what_would_not_be_obeyed_is_refused(world: World) -> None:
    world.topic()
    assert altered(world, AlterableConfig("remote.storage.enable", SET, "true")) == Code.INVALID_CONFIG
    assert altered(world, AlterableConfig("remote.storage.enable", SET, "false")) == 0


def test_policies_of_cleaning_up(world: World) -> None:
    world.topic()
    for policy in ("compact", "delete,compact", "delete"):
        assert altered(world, AlterableConfig("cleanup.policy", SET, policy)) == 0
    assert altered(world, AlterableConfig("cleanup.policy", SET, "compact,shrink")) == Code.INVALID_CONFIG


def test_configs_are_set_reset_lengthened_and_shortened(world: World) -> None:
    world.topic()
    assert altered(world, AlterableConfig("retention.ms", SET, "5"), AlterableConfig(THROTTLED, APPEND, "0:1,0:1")) == 0
    assert configs(world) == {"retention.ms": "5", THROTTLED: "0:1"}
    assert altered(world, AlterableConfig(THROTTLED, APPEND, "1:1"), AlterableConfig(THROTTLED, SUBTRACT, "0:1")) == 0
    assert altered(world, AlterableConfig("retention.ms", DELETE, None)) == 0
    assert configs(world.restarted()) == {THROTTLED: "1:1"}
    assert altered(world, AlterableConfig("retention.ms", SET, "9"), trial=True) == 0
    assert "retention.ms" not in configs(world)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (AlterableConfig("no.such", SET, "1"), Code.INVALID_CONFIG),
        (AlterableConfig("retention.ms", SET, "-2"), Code.INVALID_CONFIG),
        (AlterableConfig("retention.ms", SET, "1e3"), Code.INVALID_CONFIG),
        (AlterableConfig("retention.ms", SET, str(2**63)), Code.INVALID_CONFIG),
        (AlterableConfig("max.message.bytes", SET, str(2**31)), Code.INVALID_CONFIG),
        (AlterableConfig("min.cleanable.dirty.ratio", SET, "1.1"), Code.INVALID_CONFIG),
        (AlterableConfig("min.cleanable.dirty.ratio", SET, "half"), Code.INVALID_CONFIG),
        (AlterableConfig("preallocate", SET, "yes"), Code.INVALID_CONFIG),
        (AlterableConfig("compression.type", SET, "brotli"), Code.INVALID_CONFIG),
        (AlterableConfig("remote.storage.enable", SET, "true"), Code.INVALID_CONFIG),
        (AlterableConfig("retention.ms", APPEND, "1"), Code.INVALID_CONFIG),
        (AlterableConfig("retention.ms", SET, None), Code.INVALID_REQUEST),
        (AlterableConfig("retention.ms", 9, "1"), Code.INVALID_REQUEST),
    ],
)
def test_configs_that_can_not_be(world: World, change: AlterableConfig, code: Code) -> None:
    world.topic()
    assert altered(world, change) == code
    assert configs(world) == {}


def test_brokers_are_not_configured_by_clients(world: World) -> None:
    world.topic()
    assert altered(world, AlterableConfig("num.partitions", SET, "3"), kind=BROKER, name="1") == Code.INVALID_REQUEST
    assert altered(world, kind=TOPIC, name="none") == Code.UNKNOWN_TOPIC_OR_PARTITION


def test_all_configs_at_once(world: World) -> None:
    world.topic(retention_ms="5")

    def alter(kind: int, *given: Whole) -> int:
        request = AlterConfigsRequest([WholeResource(kind, "orders" if kind == TOPIC else "1", list(given))])
        (found,) = world.ask(request).responses
        return int(found.error_code)

    assert alter(TOPIC, Whole("max.message.bytes", "7")) == 0
    assert configs(world) == {"max.message.bytes": "7"}
    assert alter(TOPIC, Whole("no.such", "7")) == Code.INVALID_CONFIG
    assert alter(BROKER, Whole("num.partitions", "7")) == Code.INVALID_REQUEST


def test_what_has_configs(world: World) -> None:
    world.topic()
    found = {
        (each.resource_type, each.resource_name) for each in world.ask(ListConfigResourcesRequest()).config_resources
    }
    assert found == {(TOPIC, "orders"), (BROKER, "1")}
    assert world.ask(ListConfigResourcesRequest([LOGGER])).config_resources == []

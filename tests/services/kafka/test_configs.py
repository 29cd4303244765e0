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


def refusal(world: World, *changes: AlterableConfig, kind: int = TOPIC, name: str = "orders") -> tuple[int, str]:
    request = IncrementalAlterConfigsRequest([AlterConfigsResource(kind, name, list(changes))])
    (found,) = world.ask(request).responses
    return found.error_code, found.error_message


def configs(world: World) -> dict[str, str]:
    return world.kafka.machine.clusters[0].topics["orders"].configs


def test_a_topics_configs_are_told_with_their_sources(world: World) -> None:
    world.topic(retention_ms="5")
    found = {each.name: each for each in described(world).configs}
    assert set(found) == set(topic_configs.CONFIGS)
    own, kafkas = found["retention.ms"], found["cleanup.policy"]
    assert (own.value, own.config_source, [each.source for each in own.synonyms]) == ("5", 1, [1])
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
    assert altered(world, AlterableConfig(THROTTLED, APPEND, "1:1")) == 0
    assert altered(world, AlterableConfig(THROTTLED, SUBTRACT, "0:1")) == 0
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


def test_synonyms_are_named_as_the_brokers_configs_that_have_the_default(world: World) -> None:
    world.topic(cleanup_policy="compact", retention_ms="5")
    found = {each.name: [(one.name, one.source) for one in each.synonyms] for each in described(world).configs}
    assert found["cleanup.policy"] == [("cleanup.policy", 1), ("log.cleanup.policy", 5)]
    assert found["local.retention.ms"] == [("log.local.retention.ms", 5)]
    assert found["compression.gzip.level"] == [("compression.gzip.level", 5)]
    assert found["retention.ms"] == [("retention.ms", 1)]  # log.retention.hours has the default
    assert found[THROTTLED] == []


def test_a_brokers_config_that_holds_for_a_topic_is_shown_as_it_stands(world: World) -> None:
    world.topic()
    world.kafka.machine.clusters[0].configure({"log.retention.hours": "2"})
    (found,) = described(world, keys=["retention.ms"]).configs
    assert (found.value, found.config_source) == ("7200000", 4)
    assert [(one.name, one.value, one.source) for one in found.synonyms] == [("log.retention.hours", "2", 4)]


def test_documentation_is_told_to_who_asks(world: World) -> None:
    world.topic()
    for kind, name in ((TOPIC, "orders"), (BROKER, "1"), (32, "g")):
        asked = DescribeConfigsRequest([DescribeConfigsResource(kind, name, None)], False, True)
        (found,) = world.ask(asked).results
        assert found.configs
        assert all(each.documentation.endswith(".") for each in found.configs)
    assert {each.documentation for each in described(world).configs} == {None}


def test_nothing_is_set_for_all_brokers(world: World) -> None:
    world.topic()
    assert described(world, BROKER, "").configs == []


def test_changes_that_kafka_refuses_in_these_words(world: World) -> None:
    world.topic()
    twice = [AlterableConfig("retention.ms", SET, "1"), AlterableConfig("retention.ms", DELETE, None)]
    assert refusal(world, *twice) == (Code.INVALID_REQUEST, "Error due to duplicate config keys")
    null = AlterableConfig("retention.ms", SET, None)
    assert refusal(world, null) == (Code.INVALID_REQUEST, "Null value not supported for : retention.ms")
    appended = refusal(world, AlterableConfig("no.such", APPEND, "1"))
    assert appended == (Code.INVALID_CONFIG, "Can't APPEND to key no.such because its type is not LIST.")
    assert refusal(world, AlterableConfig("no.such", DELETE, None)) == (0, None)
    assert refusal(world, name="") == (Code.INVALID_REQUEST, "Default topic resources are not allowed.")
    assert refusal(world, name="", kind=32) == (Code.INVALID_REQUEST, "Default group resources are not allowed.")
    assert refusal(world, name="a b")[0] == Code.INVALID_TOPIC_EXCEPTION
    assert refusal(world, kind=0) == (Code.INVALID_REQUEST, "Unknown resource type 0")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("preallocate", "maybe", "Expected value to be either true or false"),
        ("compression.gzip.level", "0", "Value must be between 1 and 9 or equal to -1"),
        ("segment.bytes", "9999999999", "Not a number of type INT"),
        ("min.cleanable.dirty.ratio", "2", "Invalid value 2.0 for"),
        (THROTTLED, "0:1,nonsense", "Invalid value [0:1, nonsense] for"),
        ("max.compaction.lag.ms", "5", "min.compaction.lag.ms (10) > max.compaction.lag.ms (5)"),
    ],
)
def test_values_that_kafka_refuses_in_these_words(world: World, name: str, value: str, why: str) -> None:
    world.topic(min_compaction_lag_ms="10")
    code, reason = refusal(world, AlterableConfig(name, SET, value))
    assert code == Code.INVALID_CONFIG
    assert why in reason


def test_spaces_around_a_number_are_left_out(world: World) -> None:
    world.topic(segment_ms=" 9 ")
    assert altered(world, AlterableConfig("retention.ms", SET, " 7000 ")) == 0
    assert configs(world) == {"segment.ms": "9", "retention.ms": "7000"}


def test_no_resources_of_an_unknown_type_are_listed(world: World) -> None:
    world.topic()
    assert world.ask(ListConfigResourcesRequest([0])).error_code == Code.UNSUPPORTED_VERSION


def test_a_resource_that_is_asked_for_many_times_is_told_once(world: World) -> None:
    world.topic()
    asked = [DescribeConfigsResource(TOPIC, "orders", keys) for keys in (None, [], None, ["retention.ms"] * 3)]
    every, one = world.ask(DescribeConfigsRequest(asked * 2)).results
    assert {each.name for each in every.configs} == set(topic_configs.CONFIGS)
    assert [each.name for each in one.configs] == ["retention.ms"]
    found = world.ask(ListConfigResourcesRequest([TOPIC, BROKER, TOPIC])).config_resources
    assert [(each.resource_type, each.resource_name) for each in found] == [(TOPIC, "orders"), (BROKER, "1")]


def test_a_resource_is_altered_once_in_a_request(world: World) -> None:
    world.topic()
    world.topic("bills")
    changes = [
        AlterConfigsResource(TOPIC, name, [AlterableConfig("retention.ms", SET, "1")])
        for name in ("orders", "bills", "orders")
    ]
    wholes = [WholeResource(TOPIC, name, [Whole("retention.ms", "2")]) for name in ("orders", "bills", "orders")]
    for request in (IncrementalAlterConfigsRequest(changes), AlterConfigsRequest(wholes)):
        found = world.ask(request).responses
        assert [each.error_code for each in found] == [Code.INVALID_REQUEST, Code.NONE, Code.INVALID_REQUEST]
        assert found[0].error_message == "Each resource must appear at most once."
        assert "retention.ms" not in world.kafka.machine.clusters[0].topics["orders"].given

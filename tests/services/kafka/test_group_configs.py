"""The configs of groups: DescribeConfigs, IncrementalAlterConfigs, AlterConfigs, ListConfigResources."""

import pytest

from tests.services.kafka.sharing import configure
from tests.services.kafka.world import World
from weirmq.services.kafka.group_configs import GROUP_CONFIGS, duration_ms, fault
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_configs_request import AlterableConfig as WholeConfig
from weirmq.wire.kafka.messages.alter_configs_request import AlterConfigsRequest
from weirmq.wire.kafka.messages.alter_configs_request import AlterConfigsResource as WholeResource
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from weirmq.wire.kafka.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.list_config_resources_request import ListConfigResourcesRequest
from weirmq.wire.kafka.messages.list_groups_request import ListGroupsRequest

GROUP, DYNAMIC_GROUP, DEFAULT, DELETE = 32, 8, 5, 1


def shown(world: World, group: str = "g") -> dict[str, tuple[str | None, int, bool]]:
    (found,) = world.ask(DescribeConfigsRequest([DescribeConfigsResource(GROUP, group, None)])).results
    assert not found.error_code
    return {each.name: (each.value, each.config_source, each.read_only) for each in found.configs}


def test_kafkas_own_defaults_are_shown_and_may_be_set(world: World) -> None:
    defaults = {name: config.default for name, config in GROUP_CONFIGS.items()}
    assert shown(world) == {name: (value, DEFAULT, False) for name, value in defaults.items()}
    assert fault(defaults) == ""


def test_configs_are_set_and_reset_and_outlive_a_restart(world: World) -> None:
    assert configure(world, share_auto_offset_reset="earliest", share_isolation_level="read_committed") == (0, None)
    assert shown(world)["share.auto.offset.reset"] == ("earliest", DYNAMIC_GROUP, False)
    world = world.restarted()
    assert shown(world)["share.isolation.level"] == ("read_committed", DYNAMIC_GROUP, False)
    listed = world.ask(ListConfigResourcesRequest([GROUP])).config_resources
    assert [(each.resource_name, each.resource_type) for each in listed] == [("g", GROUP)]
    assert world.ask(ListGroupsRequest()).groups == []  # it is no group because of that
    changes = [AlterableConfig(name, DELETE, None) for name in ("share.auto.offset.reset", "share.isolation.level")]
    world.ask(IncrementalAlterConfigsRequest([AlterConfigsResource(GROUP, "g", changes)]))
    assert shown(world)["share.auto.offset.reset"] == ("latest", DEFAULT, False)
    assert world.ask(ListConfigResourcesRequest([GROUP])).config_resources == []


def test_all_configs_are_set_at_once(world: World) -> None:
    configure(world, share_auto_offset_reset="earliest")
    whole = [WholeConfig("share.isolation.level", "read_committed")]
    (answer,) = world.ask(AlterConfigsRequest([WholeResource(GROUP, "g", whole)])).responses
    assert answer.error_code == Code.NONE
    assert [name for name, (_, source, _) in shown(world).items() if source != DEFAULT] == ["share.isolation.level"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("share_auto_offset_reset", "never"),
        ("share_auto_offset_reset", "by_duration:"),
        ("share_auto_offset_reset", "by_duration:P"),
        ("share_auto_offset_reset", "by_duration:PT"),
        ("share_auto_offset_reset", "by_duration:-PT1H"),
        ("share_record_lock_duration_ms", "14999"),
        ("share_record_lock_duration_ms", "60001"),
        ("share_isolation_level", "serializable"),
        ("share_session_timeout_ms", "44999"),
        ("share_session_timeout_ms", "60001"),
        ("share_heartbeat_interval_ms", "4999"),
        ("share_heartbeat_interval_ms", "15001"),
        ("share_heartbeat_interval_ms", "x"),
        ("share_delivery_count_limit", "1"),
        ("share_delivery_count_limit", "11"),
        ("share_partition_max_record_locks", "99"),
        ("share_partition_max_record_locks", "4001"),
        ("share_renew_acknowledge_enable", "perhaps"),
        ("consumer_session_timeout_ms", "44999"),
        ("streams_session_timeout_ms", "44999"),
        ("streams_session_timeout_ms", "60001"),
        ("streams_heartbeat_interval_ms", "4999"),
        ("streams_heartbeat_interval_ms", "15001"),
        ("streams_num_standby_replicas", "-1"),
        ("streams_num_standby_replicas", "3"),
        ("streams_initial_rebalance_delay_ms", "-1"),
        ("streams_assignment_interval_ms", "-1"),
        ("streams_assignment_interval_ms", "15001"),
        ("consumer_heartbeat_interval_ms", "15001"),
        ("consumer_nonsense", "1"),
    ],
)
def test_configs_that_are_refused(world: World, name: str, value: str) -> None:
    code, reason = configure(world, **{name: value})
    assert code == Code.INVALID_CONFIG
    assert name.replace("_", ".") in (reason or "")
    assert all(source == DEFAULT for _, source, _ in shown(world).values())


def test_a_group_has_a_name(world: World) -> None:
    assert configure(world, "", share_auto_offset_reset="earliest")[0] == Code.INVALID_REQUEST


@pytest.mark.parametrize(
    ("reset", "found_ms"),
    [
        ("by_duration:PT1H", 3_600_000),
        ("by_duration:P2DT3H4M5.006S", 183_845_006),
        ("by_duration:P1D", 86_400_000),
        ("by_duration:PT0.0015S", 1),
        ("by_duration:pt1m", 60_000),
        ("by_duration:1H", None),
        ("PT1H", None),
    ],
)
def test_durations(reset: str, found_ms: int | None) -> None:
    assert duration_ms(reset) == found_ms


def test_consumer_groups_go_by_their_configs(world: World) -> None:
    world.topic("orders")
    configure(world, consumer_session_timeout_ms="60000", consumer_heartbeat_interval_ms="15000")
    join = ConsumerGroupHeartbeatRequest("g", "m", 0, None, None, 30_000, ["orders"], topic_partitions=[])
    assert world.ask(join).heartbeat_interval_ms == 15_000
    for silent_ms, code in ((59_999, Code.NONE), (60_000, Code.UNKNOWN_MEMBER_ID)):
        world.clock.advance(milliseconds=silent_ms)
        world.tick()
        assert world.ask(ConsumerGroupHeartbeatRequest("g", "m", 1)).error_code == code


def test_bounds_of_the_brokers_are_named() -> None:
    name = "consumer.session.timeout.ms"
    assert fault({name: "0"}) == f"Invalid value 0 for configuration {name}: Value must be at least 1"
    assert fault({name: "5"}) == f"{name} must be greater than or equal to group.consumer.min.session.timeout.ms"
    assert fault({name: "60001"}) == f"{name} must be less than or equal to group.consumer.max.session.timeout.ms"
    assert fault({name: "60000"}) == ""


def test_synonyms_are_named_as_the_brokers_configs(world: World) -> None:
    asked = DescribeConfigsRequest([DescribeConfigsResource(GROUP, "g", None)], include_synonyms=True)
    found = {each.name: [one.name for one in each.synonyms] for each in world.ask(asked).results[0].configs}
    assert found["share.session.timeout.ms"] == ["group.share.session.timeout.ms"]
    assert found["share.isolation.level"] == ["share.isolation.level"]

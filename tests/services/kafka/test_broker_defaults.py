"""What the configs of a cluster's brokers say of topics, and of making and deleting them."""

from collections.abc import Mapping

import pytest

from tests.services.kafka.world import World
from weirmq.services.kafka.broker_defaults import topic_defaults
from weirmq.services.kafka.facts import BrokersConfigured
from weirmq.services.kafka.model import DEFAULT_CLUSTER
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest, MetadataRequestTopic

TOPIC = 2


def configure(world: World, **configs: str) -> None:
    """Set configs of the brokers; dots are underscores here."""
    world.ask(MetadataRequest([]))
    given = {name.replace("_", "."): value for name, value in configs.items()}
    world.kafka.commit(world.clock.now_ms(), BrokersConfigured(DEFAULT_CLUSTER, given))
    world.flush()


def told(world: World, name: str, config: str) -> tuple[str | None, int, list[tuple[str | None, int]]]:
    """A topic's config: value, source, synonyms."""
    asked = DescribeConfigsRequest([DescribeConfigsResource(TOPIC, name, [config])], True)
    [[found]] = [each.configs for each in world.ask(asked).results]
    return found.value, found.config_source, [(each.value, each.source) for each in found.synonyms]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"num.partitions": "3", "min.insync.replicas": "2"}, {}),
        ({"message.max.bytes": "5"}, {"max.message.bytes": "5"}),
        ({"log.retention.hours": "2"}, {"retention.ms": "7200000"}),
        ({"log.retention.hours": "2", "log.retention.minutes": "3"}, {"retention.ms": "180000"}),
        ({"log.retention.minutes": "3", "log.retention.ms": "4"}, {"retention.ms": "4"}),
        ({"log.retention.hours": "-1"}, {"retention.ms": "-1"}),
        (
            {"log.roll.hours": "1", "log.cleanup.policy": "compact"},
            {"segment.ms": "3600000", "cleanup.policy": "compact"},
        ),
    ],
)
def test_what_they_say(given: Mapping[str, str], found: Mapping[str, str]) -> None:
    assert topic_defaults(given) == found


def test_topics_go_by_them_at_once(world: World) -> None:
    topic_id = world.topic("orders")
    world.topic("bills", max_message_bytes="1000")
    configure(world, message_max_bytes="100")
    assert world.produce(topic_id, b"x" * 200).error_code == Code.MESSAGE_TOO_LARGE
    for each in (world, world.restarted()):
        assert told(each, "orders", "max.message.bytes") == ("100", 4, [("100", 4), ("1048588", 5)])
        assert told(each, "bills", "max.message.bytes") == ("1000", 1, [("1000", 1), ("100", 4), ("1048588", 5)])
    configure(world)
    assert told(world, "orders", "max.message.bytes")[:2] == ("1048588", 5)
    assert not world.produce(topic_id, b"x" * 200).error_code


def test_a_topic_keeps_what_was_set_alone(world: World) -> None:
    configure(world, log_retention_hours="1")
    world.topic("orders")
    change = AlterConfigsResource(TOPIC, "orders", [AlterableConfig("segment.ms", 0, "5")])
    world.ask(IncrementalAlterConfigsRequest([change]))
    assert world.kafka.machine.clusters[DEFAULT_CLUSTER].topics["orders"].given == {"segment.ms": "5"}
    assert told(world, "orders", "retention.ms")[:2] == ("3600000", 4)


def test_partitions_where_nobody_says_how_many(world: World) -> None:
    configure(world, num_partitions="3", log_retention_ms="5")
    [made] = world.ask(CreateTopicsRequest([CreatableTopic("orders", -1, -1, [], [])])).topics
    assert made.num_partitions == 3
    shown = {each.name: (each.value, each.config_source) for each in made.configs}
    assert shown["retention.ms"] == ("5", 4)
    [found] = world.ask(MetadataRequest([MetadataRequestTopic(name="bills")])).topics
    assert len(found.partitions) == 3


def test_topics_that_are_not_made_on_demand(world: World) -> None:
    configure(world, auto_create_topics_enable="false")
    [found] = world.ask(MetadataRequest([MetadataRequestTopic(name="bills")])).topics
    assert found.error_code == Code.UNKNOWN_TOPIC_OR_PARTITION


def test_topics_that_can_not_be_deleted(world: World) -> None:
    world.topic("orders")
    configure(world, delete_topic_enable="false")
    [found] = world.ask(DeleteTopicsRequest([DeleteTopicState("orders")])).responses
    assert found.error_code == Code.TOPIC_DELETION_DISABLED

"""Topics: made, told of, grown, deleted."""

import pytest

from tests.services.kafka.world import World
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_partitions_request import (
    CreatePartitionsAssignment,
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from weirmq.wire.kafka.messages.create_topics_request import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.describe_cluster_request import DescribeClusterRequest
from weirmq.wire.kafka.messages.describe_topic_partitions_request import (
    Cursor,
    DescribeTopicPartitionsRequest,
    TopicRequest,
)
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from weirmq.wire.kafka.schema import NO_UUID


def test_metadata_names_the_broker_as_the_client_reached_it(world: World) -> None:
    answer = world.ask(MetadataRequest(None))
    (broker,) = answer.brokers
    assert (broker.node_id, broker.host, broker.port, answer.controller_id) == (1, "127.0.0.1", 9092, 1)
    assert len(answer.cluster_id) == 22
    assert world.ask(DescribeClusterRequest()).cluster_id == answer.cluster_id
    assert world.ask(DescribeClusterRequest(endpoint_type=2)).error_code == Code.UNSUPPORTED_VERSION


def test_topics_are_made_on_demand_where_the_client_wants_that(world: World) -> None:
    def told(name: str, *, makes: bool) -> int:
        (topic,) = world.ask(MetadataRequest([MetadataRequestTopic(NO_UUID, name)], makes)).topics
        return int(topic.error_code)

    assert told("orders", makes=False) == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert told("orders", makes=True) == 0
    assert told("orders", makes=False) == 0
    assert told("or ders", makes=True) == Code.INVALID_TOPIC_EXCEPTION


def test_metadata_of_all_topics_and_by_id(world: World) -> None:
    topic = world.topic("orders", 2)
    world.topic("bills")
    assert {each.name for each in world.ask(MetadataRequest(None)).topics} == {"orders", "bills"}
    assert {each.name for each in world.ask(MetadataRequest([]), version=0).topics} == {"orders", "bills"}
    assert world.ask(MetadataRequest([])).topics == []
    (found,) = world.ask(MetadataRequest([MetadataRequestTopic(topic, None)])).topics
    assert (found.name, [each.leader_id for each in found.partitions]) == ("orders", [1, 1])
    (unknown,) = world.ask(MetadataRequest([MetadataRequestTopic(b"?" * 16, None)])).topics
    assert unknown.error_code == Code.UNKNOWN_TOPIC_ID


def test_metadata_of_a_topic_that_is_asked_for_twice_is_told_once(world: World) -> None:
    topic_id = world.topic("orders")
    asked = [MetadataRequestTopic(name="orders")] * 3 + [MetadataRequestTopic(topic_id)] * 2
    assert [each.name for each in world.ask(MetadataRequest(asked)).topics] == ["orders", "orders"]


def created(world: World, *topics: CreatableTopic, is_trial: bool = False) -> list[tuple[int, str | None]]:
    answer = world.ask(CreateTopicsRequest(list(topics), 1000, is_trial))
    return [(each.error_code, each.error_message) for each in answer.topics]


def test_a_new_topic_is_told_with_its_configs(world: World) -> None:
    asked = CreatableTopic("orders", 3, 1, [], [CreatableTopicConfig("retention.ms", "5")])
    (made,) = world.ask(CreateTopicsRequest([asked])).topics
    assert (made.error_code, made.num_partitions, made.replication_factor) == (0, 3, 1)
    shown = {each.name: (each.value, each.config_source) for each in made.configs}
    assert shown["retention.ms"] == ("5", 1)
    assert shown["cleanup.policy"] == ("delete", 5)


def test_a_trial_makes_nothing(world: World) -> None:
    assert created(world, CreatableTopic("orders", 1, 1), is_trial=True) == [(0, None)]
    assert world.ask(MetadataRequest(None)).topics == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (CreatableTopic("", 1, 1), Code.INVALID_TOPIC_EXCEPTION),
        (CreatableTopic("..", 1, 1), Code.INVALID_TOPIC_EXCEPTION),
        (CreatableTopic("x" * 250, 1, 1), Code.INVALID_TOPIC_EXCEPTION),
        (CreatableTopic("a/b", 1, 1), Code.INVALID_TOPIC_EXCEPTION),
        (CreatableTopic("taken", 1, 1), Code.TOPIC_ALREADY_EXISTS),
        (CreatableTopic("orders", 0, 1), Code.INVALID_PARTITIONS),
        (CreatableTopic("orders", 10_001, 1), Code.INVALID_PARTITIONS),
        (CreatableTopic("orders", 1, 2), Code.INVALID_REPLICATION_FACTOR),
        (CreatableTopic("orders", 1, 0), Code.INVALID_REPLICATION_FACTOR),
        (CreatableTopic("orders", 1, -1, [CreatableReplicaAssignment(0, [1])]), Code.INVALID_REQUEST),
        (CreatableTopic("orders", -1, -1, [CreatableReplicaAssignment(1, [1])]), Code.INVALID_REPLICA_ASSIGNMENT),
        (CreatableTopic("orders", -1, -1, [CreatableReplicaAssignment(0, [2])]), Code.INVALID_REPLICA_ASSIGNMENT),
        (CreatableTopic("orders", -1, -1, [CreatableReplicaAssignment(0, [1, 1])]), Code.INVALID_REPLICA_ASSIGNMENT),
        (CreatableTopic("orders", -1, -1, [CreatableReplicaAssignment(0, [])]), Code.INVALID_REPLICA_ASSIGNMENT),
        (CreatableTopic("orders", 1, 1, [], [CreatableTopicConfig("no.such", "1")]), Code.INVALID_CONFIG),
        (CreatableTopic("orders", 1, 1, [], [CreatableTopicConfig("retention.ms", "x")]), Code.INVALID_CONFIG),
        (CreatableTopic("orders", 1, 1, [], [CreatableTopicConfig("cleanup.policy", "x")]), Code.INVALID_CONFIG),
    ],
)
def test_topics_that_can_not_be(world: World, asked: CreatableTopic, code: Code) -> None:
    world.topic("taken")
    ((found, reason),) = created(world, asked)
    assert found == code
    assert reason
    assert {each.name for each in world.ask(MetadataRequest(None)).topics} == {"taken"}


def test_a_name_that_stands_twice(world: World) -> None:
    codes = [code for code, _ in created(world, CreatableTopic("orders", 1, 1), CreatableTopic("orders", 1, 1))]
    assert codes == [Code.INVALID_REQUEST] * 2


def test_names_that_differ_in_dots_and_underscores_alone() -> None:
    """As Apache Kafka has it: looked at is what was there before the request."""
    world = World()
    assert created(world, CreatableTopic("a.b", 1, 1), CreatableTopic("a_b", 1, 1)) == [(0, None)] * 2
    world.topic("c.d_e")
    collides = (Code.INVALID_TOPIC_EXCEPTION, "Topic 'c_d.e' collides with existing topic: c.d_e")
    assert created(world, CreatableTopic("c_d.e", 1, 1)) == [collides]
    assert created(world, CreatableTopic("c.d_e", 1, 1)) == [
        (Code.TOPIC_ALREADY_EXISTS, "Topic 'c.d_e' already exists.")
    ]
    (told,) = world.ask(MetadataRequest([MetadataRequestTopic(NO_UUID, "c.d.e")], True)).topics
    assert told.error_code == Code.UNKNOWN_TOPIC_OR_PARTITION
    world = world.restarted()
    world.ask(DeleteTopicsRequest([DeleteTopicState("a.b")]))
    assert created(world, CreatableTopic("a.b", 1, 1))[0][0] == Code.INVALID_TOPIC_EXCEPTION
    world.ask(DeleteTopicsRequest([DeleteTopicState("a_b"), DeleteTopicState("c.d_e")]))
    assert created(world, CreatableTopic("a.b", 1, 1), CreatableTopic("c_d.e", 1, 1)) == [(0, None)] * 2


def test_a_topic_with_an_assignment(world: World) -> None:
    assigned = [CreatableReplicaAssignment(index, [1]) for index in (0, 1)]
    assert created(world, CreatableTopic("orders", -1, -1, assigned)) == [(0, None)]
    (topic,) = world.ask(MetadataRequest(None)).topics
    assert len(topic.partitions) == 2


def grown(world: World, name: str, count: int, assigned: list[CreatePartitionsAssignment] | None = None) -> int:
    (found,) = world.ask(CreatePartitionsRequest([CreatePartitionsTopic(name, count, assigned)], 1000)).results
    return int(found.error_code)


def test_a_topic_grows(world: World) -> None:
    topic = world.topic("orders", 2)
    world.produce(topic, b"a", index=1)
    assert grown(world, "orders", 4) == 0
    assert world.values(topic, index=1) == [b"a"]
    assert world.produce(topic, b"b", index=3).error_code == 0
    for count in (4, 3, 10_001):
        assert grown(world, "orders", count) == Code.INVALID_PARTITIONS
    assert grown(world, "orders", 6, [CreatePartitionsAssignment([1])]) == Code.INVALID_REPLICA_ASSIGNMENT
    assert grown(world, "none", 6) == Code.UNKNOWN_TOPIC_OR_PARTITION


def test_a_deleted_topic_is_gone_with_its_records_also_when_it_is_made_again() -> None:
    world = World(SimulatedDisk())
    topic = world.topic()
    world.produce(topic, b"a")
    (answer,) = world.ask(DeleteTopicsRequest([DeleteTopicState("orders")])).responses
    assert (answer.error_code, answer.name, answer.topic_id) == (0, "orders", topic)
    again = world.topic()
    assert again != topic
    assert world.values(again) == []
    world.journal.synced(world.journal.log.sync())
    world.clock.advance(seconds=1)
    world.tick()
    (removed,) = world.streams.take_removed()
    world.streams.library.remove(removed)
    world.kafka.logs_removed([removed], world.clock.now_ms())
    assert world.kafka.machine.condemned == {}
    assert len(world.streams.library.groups()) == 0  # the new one has no record yet
    assert world.restarted().values(again) == []


def test_a_deletion_names_one_topic(world: World) -> None:
    topic = world.topic()
    asked = [DeleteTopicState("orders", topic), DeleteTopicState("none"), DeleteTopicState(None, b"?" * 16)]
    codes = [each.error_code for each in world.ask(DeleteTopicsRequest(asked)).responses]
    assert codes == [Code.INVALID_REQUEST, Code.UNKNOWN_TOPIC_OR_PARTITION, Code.UNKNOWN_TOPIC_ID]


def test_topics_and_configs_outlive_a_restart(world: World) -> None:
    topic = world.topic("orders", 3, retention_ms="5")
    world = world.restarted()
    (found,) = world.ask(MetadataRequest([MetadataRequestTopic(topic, None)])).topics
    assert len(found.partitions) == 3
    assert world.kafka.machine.clusters[0].topics["orders"].configs == {"retention.ms": "5"}


def test_topics_by_the_page(world: World) -> None:
    world.topic("a", 3)
    world.topic("b", 2)
    page = world.ask(DescribeTopicPartitionsRequest([], 4))
    assert [(each.name, len(each.partitions)) for each in page.topics] == [("a", 3), ("b", 1)]
    cursor = Cursor(page.next_cursor.topic_name, page.next_cursor.partition_index)
    rest = world.ask(DescribeTopicPartitionsRequest([TopicRequest("b"), TopicRequest("c")], 4, cursor))
    assert [(each.name, each.error_code, len(each.partitions)) for each in rest.topics] == [
        ("b", 0, 1), ("c", Code.UNKNOWN_TOPIC_OR_PARTITION, 0),
    ]  # fmt: skip
    assert rest.next_cursor is None

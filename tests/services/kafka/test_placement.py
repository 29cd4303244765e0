"""Partitions spread over brokers: who leads them, who else has them, what a wrong broker says."""

import pytest

from tests.services.kafka.world import NOW_MS, World, batch_of, fetching
from weirmq.services.kafka import facts
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.clusters import grow_cluster, make_cluster
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.listeners import PLAINTEXT
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
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

ONE = Place(1, 1)


@pytest.fixture
def world() -> World:
    world = World(SimulatedDisk())
    make_cluster(world.kafka, NOW_MS, 3, [PLAINTEXT])
    return world


def create(world: World, asked: CreatableTopic) -> int:
    (made,) = world.ask(CreateTopicsRequest([asked]), place=ONE).topics
    return int(made.error_code)


def replicas(world: World) -> list[list[int]]:
    """Of each partition of the only topic; the leader is the first of them."""
    (topic,) = world.ask(MetadataRequest(None), place=ONE).topics
    for each in topic.partitions:
        assert (each.leader_id, each.isr_nodes) == (each.replica_nodes[0], each.replica_nodes)
    return [each.replica_nodes for each in topic.partitions]


def produce(world: World, broker: int, index: int, acks: int = -1) -> tuple[int, int, list[tuple[int, int]]]:
    """The code, the leader that is named with it, and where that one is."""
    topic_id = world.kafka.machine.clusters[1].topics["orders"].id
    data = [PartitionProduceData(index, batch_of(b"a", now_ms=NOW_MS))]
    request = ProduceRequest(None, acks, 1000, [TopicProduceData("", topic_id, data)])
    answer = world.ask(request, place=Place(1, broker))
    found = answer.responses[0].partition_responses[0]
    return (
        found.error_code,
        found.current_leader.leader_id,
        [(each.node_id, each.port) for each in answer.node_endpoints],
    )


def fetched(world: World, broker: int, index: int) -> int:
    topic_id = world.kafka.machine.clusters[1].topics["orders"].id
    (topic,) = world.ask(fetching(topic_id, 0, index=index), place=Place(1, broker)).responses
    return int(topic.partitions[0].error_code)


def test_leaders_and_replicas_are_spread(world: World) -> None:
    assert create(world, CreatableTopic("orders", 6, 2)) == 0
    found = replicas(world)
    assert sorted(each[0] for each in found) == [1, 1, 2, 2, 3, 3]
    assert sorted(each[1] for each in found) == [1, 1, 2, 2, 3, 3]
    assert all(len(set(each)) == 2 for each in found)


def test_brokers_are_in_three_zones(world: World) -> None:
    racks = [each.rack for each in world.ask(MetadataRequest(None), place=ONE).brokers]
    assert racks == ["use1-az1", "use1-az2", "use1-az3"]


def test_a_factor_for_which_nothing_is_said_is_the_clusters(world: World) -> None:
    world.kafka.commit(NOW_MS, facts.BrokersConfigured(1, {"default.replication.factor": "3"}))
    assert create(world, CreatableTopic("orders", 1, -1)) == 0
    assert len(replicas(world)[0]) == 3


def test_a_factor_above_the_number_of_brokers(world: World) -> None:
    assert create(world, CreatableTopic("orders", 1, 4)) == Code.INVALID_REPLICATION_FACTOR


def test_growth_moves_nothing_not_even_over_a_restart(world: World) -> None:
    create(world, CreatableTopic("orders", 3, 3))
    before = replicas(world)
    grow_cluster(world.kafka, NOW_MS, world.kafka.machine.clusters[1], 6)
    assert replicas(world) == before
    for each in (world, world.restarted()):
        for place, port in each.kafka.machine.clusters[1].ports.items():
            each.kafka.ports[Place(1, *place)] = port
        assert replicas(each) == before
    snapshot = World(clock=world.clock)
    snapshot.journal.replay(list(world.journal.snapshot()), 0)
    assert [each.replicas for each in snapshot.kafka.machine.clusters[1].topics["orders"].partitions] == before


def test_new_partitions_are_on_new_brokers_too(world: World) -> None:
    create(world, CreatableTopic("orders", 3, 2))
    grow_cluster(world.kafka, NOW_MS, world.kafka.machine.clusters[1], 6)
    grown = CreatePartitionsTopic("orders", 9, None)
    world.ask(CreatePartitionsRequest([grown], 1000), place=ONE)
    assert {each[0] for each in replicas(world)[3:]} == {1, 2, 3, 4, 5, 6}
    assert all(len(each) == 2 for each in replicas(world))


def test_assignments(world: World) -> None:
    assigned = [CreatableReplicaAssignment(1, [3, 1]), CreatableReplicaAssignment(0, [2, 3])]
    assert create(world, CreatableTopic("orders", -1, -1, assigned)) == 0
    assert replicas(world) == [[2, 3], [3, 1]]
    grown = CreatePartitionsTopic("orders", 3, [CreatePartitionsAssignment([1, 2])])
    world.ask(CreatePartitionsRequest([grown], 1000), place=ONE)
    assert replicas(world) == [[2, 3], [3, 1], [1, 2]]
    wrong = CreatePartitionsTopic("orders", 4, [CreatePartitionsAssignment([1, 9])])
    (found,) = world.ask(CreatePartitionsRequest([wrong], 1000), place=ONE).results
    assert found.error_code == Code.INVALID_REPLICA_ASSIGNMENT
    uneven = [CreatableReplicaAssignment(0, [2, 3]), CreatableReplicaAssignment(1, [1])]
    assert create(world, CreatableTopic("bills", -1, -1, uneven)) == Code.INVALID_REPLICA_ASSIGNMENT


def test_batches_go_to_the_leader(world: World) -> None:
    create(world, CreatableTopic("orders", 1, 2))
    (leader, follower), other = replicas(world)[0], 6 - sum(replicas(world)[0])
    assert produce(world, leader, 0) == (0, -1, [])
    port = world.kafka.ports[Place(1, leader)]
    for broker in (follower, other):
        assert produce(world, broker, 0) == (Code.NOT_LEADER_OR_FOLLOWER, leader, [(leader, port)])
    assert [fetched(world, broker, 0) for broker in (leader, follower)] == [0, 0]
    assert fetched(world, other, 0) == Code.NOT_LEADER_OR_FOLLOWER


def test_as_many_replicas_as_min_insync_replicas_says(world: World) -> None:
    configs = [CreatableTopicConfig("min.insync.replicas", "2")]
    create(world, CreatableTopic("orders", -1, -1, [CreatableReplicaAssignment(0, [2])], configs))
    assert produce(world, 2, 0)[0] == Code.NOT_ENOUGH_REPLICAS
    assert produce(world, 2, 0, acks=1)[0] == 0
    create(world, CreatableTopic("bills", 1, 2, [], configs))
    leader = world.kafka.machine.clusters[1].topics["bills"].partitions[0]
    assert len(leader.replicas) == 2

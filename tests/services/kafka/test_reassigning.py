"""AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders, DescribeQuorum."""

import pytest

from tests.services.kafka.world import World
from weirmq.services.kafka.cluster_facts import BrokersAdded
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from weirmq.wire.kafka.messages.describe_quorum_request import DescribeQuorumRequest, PartitionData, TopicData
from weirmq.wire.kafka.messages.elect_leaders_request import ElectLeadersRequest, TopicPartitions
from weirmq.wire.kafka.messages.list_partition_reassignments_request import ListPartitionReassignmentsRequest


def reassign(world: World, replicas: list[int] | None, *, name: str = "orders", index: int = 0) -> Code:
    asked = [ReassignableTopic(name, [ReassignablePartition(index, replicas)])]
    answer = world.ask(AlterPartitionReassignmentsRequest(1000, len(replicas or ()) > 2, asked))
    assert answer.error_code == 0
    return Code(answer.responses[0].partitions[0].error_code)


def leaders(world: World) -> list[int]:
    return [each.leader for each in world.kafka.machine.clusters[0].topics["orders"].partitions]


def three_brokers(disk: SimulatedDisk | None = None) -> World:
    world = World(disk)
    world.topic("orders", 3)
    world.kafka.commit(world.clock.now_ms(), BrokersAdded(0, 3))
    return world


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_partition_is_moved_and_stays_there(on_disk: bool) -> None:
    world = three_brokers(SimulatedDisk() if on_disk else None)
    assert leaders(world) == [1, 1, 1]
    assert reassign(world, [3], index=1) == reassign(world, [2, 1, 3], index=2) == Code.NONE
    assert leaders(world) == [1, 3, 2]
    again = world.restarted()
    assert leaders(again) == [1, 3, 2]
    assert again.kafka.machine.clusters[0].topics["orders"].partitions[2].replicas == [2, 1, 3]
    assert world.ask(ListPartitionReassignmentsRequest()).topics == []


@pytest.mark.parametrize(
    ("replicas", "code"),
    [
        ([], Code.INVALID_REPLICA_ASSIGNMENT),
        ([9], Code.INVALID_REPLICA_ASSIGNMENT),
        ([1, 1], Code.INVALID_REPLICA_ASSIGNMENT),
        ([1, 2], Code.INVALID_REPLICATION_FACTOR),
        (None, Code.NO_REASSIGNMENT_IN_PROGRESS),
    ],
)
def test_where_a_partition_cannot_be(replicas: list[int] | None, code: Code) -> None:
    world = three_brokers()
    assert reassign(world, replicas) == code
    assert leaders(world) == [1, 1, 1]


def test_what_is_not_there_cannot_be_moved() -> None:
    world = three_brokers()
    assert reassign(world, [2], name="bills") == Code.UNKNOWN_TOPIC_OR_PARTITION
    assert reassign(world, [2], index=3) == Code.UNKNOWN_TOPIC_OR_PARTITION


def test_no_leader_needs_to_be_elected(world: World) -> None:
    world.topic()
    (result,) = world.ask(ElectLeadersRequest(0, [TopicPartitions("orders", [0, 7])])).replica_election_results
    codes = [each.error_code for each in result.partition_result]
    assert codes == [Code.ELECTION_NOT_NEEDED, Code.UNKNOWN_TOPIC_OR_PARTITION]
    assert world.ask(ElectLeadersRequest(1, None)).replica_election_results == []
    assert world.ask(ElectLeadersRequest(2, None)).error_code == Code.INVALID_REQUEST


def test_the_first_broker_speaks_for_the_metadata() -> None:
    world = three_brokers()
    asked = [TopicData("__cluster_metadata", [PartitionData(0)]), TopicData("orders", [PartitionData(0)])]
    answer = world.ask(DescribeQuorumRequest(asked))
    known, unknown = (topic.partitions[0] for topic in answer.topics)
    assert (known.error_code, known.leader_id, known.high_watermark) == (0, 1, 2)  # two facts
    assert [[each.replica_id for each in states] for states in (known.current_voters, known.observers)] == [[1], [2, 3]]
    assert [each.node_id for each in answer.nodes] == [1]
    assert unknown.error_code == Code.UNKNOWN_TOPIC_OR_PARTITION

"""What Kafka's Admin is refused, in Apache Kafka's words: clients show them as they are."""

from typing import Any

import pytest

from tests.services.kafka.world import World
from weirmq.services.kafka.offsets import EARLIEST_PENDING
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from weirmq.wire.kafka.messages.alter_replica_log_dirs_request import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirTopic,
)
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
from weirmq.wire.kafka.messages.describe_producers_request import DescribeProducersRequest, TopicRequest
from weirmq.wire.kafka.messages.describe_topic_partitions_request import DescribeTopicPartitionsRequest
from weirmq.wire.kafka.messages.describe_topic_partitions_request import TopicRequest as Described
from weirmq.wire.kafka.messages.elect_leaders_request import ElectLeadersRequest, TopicPartitions
from weirmq.wire.kafka.messages.list_offsets_request import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest, MetadataRequestTopic

UNKNOWN = "This server does not host this topic-partition."
BAD = "bad name!"
WHY_BAD = (
    f"Topic name is invalid: '{BAD}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
)


@pytest.mark.parametrize(
    ("brokers", "why"),
    [
        ([], "The manual partition assignment includes an empty replica list."),
        ([1, 1], "The manual partition assignment includes the broker 1 more than once."),
        ([7], "The manual partition assignment includes broker 7, but no such broker is registered."),
    ],
)
def test_brokers_of_a_partition(world: World, brokers: list[int], why: str) -> None:
    world.topic()
    refused = (Code.INVALID_REPLICA_ASSIGNMENT, why)
    asked = CreatableTopic("new", -1, -1, [CreatableReplicaAssignment(0, brokers)])
    (made,) = world.ask(CreateTopicsRequest([asked])).topics
    assert (made.error_code, made.error_message) == refused
    growth = CreatePartitionsTopic("orders", 2, [CreatePartitionsAssignment(brokers)])
    (grown,) = world.ask(CreatePartitionsRequest([growth], 1000)).results
    assert (grown.error_code, grown.error_message) == refused
    moves = [ReassignableTopic("orders", [ReassignablePartition(0, brokers)])]
    (moved,) = world.ask(AlterPartitionReassignmentsRequest(topics=moves)).responses[0].partitions
    assert (moved.error_code, moved.error_message) == refused


@pytest.mark.parametrize("name", [".", ".."])
def test_names_of_dots(world: World, name: str) -> None:
    (made,) = world.ask(CreateTopicsRequest([CreatableTopic(name, 1, 1)])).topics
    assert made.error_message == f"Topic name is invalid: '{name}' is not allowed"


def test_a_topics_config_without_a_value(world: World) -> None:
    configs = [CreatableTopicConfig("retention.ms", None), CreatableTopicConfig("flush.ms", None)]
    (made,) = world.ask(CreateTopicsRequest([CreatableTopic("new", 1, 1, [], configs)])).topics
    reason = "Null value not supported for topic configs: flush.ms,retention.ms"
    assert (made.error_code, made.error_message) == (Code.INVALID_CONFIG, reason)


def test_a_topic_that_is_not_there(world: World) -> None:
    world.topic()
    asked = [DeleteTopicState("nowhere"), DeleteTopicState(None, b"\1" * 16)]
    deleted = world.ask(DeleteTopicsRequest(asked)).responses
    assert [each.error_message for each in deleted] == [UNKNOWN, "This server does not host this topic ID."]
    (grown,) = world.ask(CreatePartitionsRequest([CreatePartitionsTopic("nowhere", 2)], 1000)).results
    assert grown.error_message == UNKNOWN
    moves = [ReassignableTopic(name, [ReassignablePartition(9, [1])]) for name in ("nowhere", "orders")]
    answer = world.ask(AlterPartitionReassignmentsRequest(topics=moves))
    assert [each.partitions[0].error_message for each in answer.responses] == [
        "Unable to find a topic named nowhere.",
        "Unable to find partition orders:9.",
    ]
    elected = world.ask(ElectLeadersRequest(0, [TopicPartitions(name, [9]) for name in ("nowhere", "orders")]))
    assert [each.partition_result[0].error_message for each in elected.replica_election_results] == [
        "No such topic as nowhere",
        "No such partition as orders-9",
    ]


@pytest.mark.parametrize("makes", [False, True])
def test_a_name_that_no_topic_can_have(world: World, makes: bool) -> None:
    world.topic()

    def codes(found: list[Any]) -> list[int]:
        return [each.error_code for each in found]

    invalid = [Code.INVALID_TOPIC_EXCEPTION]
    assert codes(world.ask(MetadataRequest([MetadataRequestTopic(bytes(16), BAD)], makes)).topics) == invalid
    assert codes(world.ask(DescribeTopicPartitionsRequest([Described(BAD)])).topics) == invalid
    (told,) = world.ask(DescribeProducersRequest([TopicRequest(BAD, [0])])).topics[0].partitions
    assert (told.error_code, told.error_message) == (invalid[0], WHY_BAD)


def test_times_that_stand_for_nothing(world: World) -> None:
    world.topic()

    def code(time_ms: int) -> int:
        asked = [ListOffsetsTopic("orders", [ListOffsetsPartition(0, -1, time_ms)])]
        return int(world.ask(ListOffsetsRequest(-1, 0, asked)).topics[0].partitions[0].error_code)

    assert code(EARLIEST_PENDING) == 0
    assert code(EARLIEST_PENDING - 1) == Code.UNSUPPORTED_VERSION


def test_a_folder_that_is_not_there_comes_first(world: World) -> None:
    world.topic()

    def code(path: str) -> int:
        asked = [AlterReplicaLogDir(path, [AlterReplicaLogDirTopic("nowhere", [0])])]
        return int(world.ask(AlterReplicaLogDirsRequest(asked)).results[0].partitions[0].error_code)

    assert code("/nowhere") == Code.LOG_DIR_NOT_FOUND
    assert code(world.kafka.log_dir) == Code.UNKNOWN_TOPIC_OR_PARTITION

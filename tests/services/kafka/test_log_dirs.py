"""DescribeLogDirs and AlterReplicaLogDirs: what is on the disk."""

from tests.services.kafka.world import World
from weirmq.services.kafka.cluster_facts import BrokersAdded
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_replica_log_dirs_request import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirTopic,
)
from weirmq.wire.kafka.messages.describe_log_dirs_request import DescribableLogDirTopic, DescribeLogDirsRequest


def test_partitions_are_told_with_their_size(world: World) -> None:
    topic = world.topic("orders", 2)
    world.topic("bills")
    world.produce(topic, b"x" * 1000, index=1)
    (found,) = world.ask(DescribeLogDirsRequest(None)).results
    assert (found.error_code, found.log_dir, found.total_bytes, found.usable_bytes) == (0, "/", -1, -1)
    sizes = {each.name: [one.partition_size for one in each.partitions] for each in found.topics}
    assert (sizes["orders"][0], sizes["bills"]) == (0, [0])
    assert 1000 < sizes["orders"][1] < 1200


def test_those_that_are_asked_for_and_there(world: World) -> None:
    world.topic("orders", 3)
    world.topic("bills")
    wanted = [DescribableLogDirTopic("orders", [2, 9]), DescribableLogDirTopic("nothing", [0])]
    (found,) = world.ask(DescribeLogDirsRequest(wanted)).results
    assert [(each.name, [one.partition_index for one in each.partitions]) for each in found.topics] == [("orders", [2])]


def test_a_broker_tells_of_what_is_its_own(world: World) -> None:
    world.topic("before")
    world.kafka.commit(world.clock.now_ms(), BrokersAdded(0, 3))
    topics = world.kafka.machine.clusters[0].topics
    topics["before"].partitions[0].replicas = [2]
    assert world.ask(DescribeLogDirsRequest(None)).results[0].topics == []


def test_there_is_no_other_folder(world: World) -> None:
    world.topic()

    def moved(path: str, name: str = "orders") -> Code:
        asked = [AlterReplicaLogDir(path, [AlterReplicaLogDirTopic(name, [0])])]
        return Code(world.ask(AlterReplicaLogDirsRequest(asked)).results[0].partitions[0].error_code)

    assert moved("/") == Code.NONE
    assert moved("/elsewhere") == Code.LOG_DIR_NOT_FOUND
    assert moved("/", "nothing") == Code.UNKNOWN_TOPIC_OR_PARTITION

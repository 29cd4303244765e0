"""Replicators: what they are asked for is what is copied, and what they can't do is refused."""

from typing import Any

import pytest

from tests.services.kafka.control.world import BAD, CONFLICT, NOT_FOUND, STRANGER, World, missing, refused, user
from tests.services.kafka.world import NOW_MS, batch_of, fetching
from weirmq.log.batch import records
from weirmq.services.kafka import facts
from weirmq.services.kafka.access_facts import AclsCreated
from weirmq.services.kafka.acls import Acl, Operation, PatternType, Permission, ResourceType
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.facts import Committed
from weirmq.services.kafka.model import Cluster, Topic
from weirmq.wire.kafka.batch import heads
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

Members = dict[str, Any]

IDENTICAL = {"topicNameConfiguration": {"type": "IDENTICAL"}, "startingPosition": {"type": "EARLIEST"}}
EARLIEST = {"startingPosition": {"type": "EARLIEST"}}
ROLE = "arn:aws:iam::111122223333:role/copies"


@pytest.fixture
def source(world: World) -> str:
    return world.create("here")


@pytest.fixture
def target(world: World) -> str:
    return world.create("there")


def info(source: str, target: str, topics: Members | None = None, groups: Members | None = None) -> Members:
    return {
        "sourceKafkaClusterArn": source,
        "targetKafkaClusterArn": target,
        "targetCompressionType": "NONE",
        "topicReplication": {"topicsToReplicate": [".*"], **(topics or {})},
        "consumerGroupReplication": {"consumerGroupsToReplicate": [".*"], **(groups or {})},
    }


def of(*clusters: str) -> list[Members]:
    return [{"amazonMskCluster": {"mskClusterArn": each}} for each in clusters]


def create(world: World, source: str, target: str, name: str = "r", **members: Any) -> str:
    topics, groups = members.pop("topics", EARLIEST), members.pop("groups", {})
    asked = {
        "replicatorName": name,
        "kafkaClusters": of(source, target),
        "replicationInfoList": [info(source, target, topics, groups)],
        "serviceExecutionRoleArn": ROLE,
        **members,
    }
    return str(world.do("CreateReplicator", **asked)["replicatorArn"])


def described(world: World, arn: str) -> Members:
    found: Members = world.do("DescribeReplicator", ReplicatorArn=arn)
    return found


def update(world: World, arn: str, source: str, target: str, **members: Any) -> Members:
    asked = {
        "ReplicatorArn": arn,
        "currentVersion": described(world, arn)["currentVersion"],
        "sourceKafkaClusterArn": source,
        "targetKafkaClusterArn": target,
        **members,
    }
    found: Members = world.do("UpdateReplicationInfo", **asked)
    return found


def topics_of(patterns: list[str], *, is_open: bool = True) -> Members:
    return {
        "topicsToReplicate": patterns,
        "topicsToExclude": [],
        "copyTopicConfigurations": True,
        "copyAccessControlListsForTopics": True,
        "detectAndCopyNewTopics": is_open,
    }


def served(world: World, arn: str) -> Cluster:
    return world.kafka.machine.clusters[world.managed(arn).number]


def make(world: World, arn: str, *names: str) -> None:
    for name in names:
        world.do("CreateTopic", ClusterArn=arn, topicName=name, partitionCount=1, replicationFactor=3)


def place(topic: Topic) -> Place:
    return Place(topic.cluster.number, topic.partitions[0].leader)


def produce(world: World, arn: str, name: str, *values: bytes) -> None:
    topic = served(world, arn).topics[name]
    data = [PartitionProduceData(0, batch_of(*values, now_ms=world.clock.now_ms()))]
    answer = world.ask(ProduceRequest(None, -1, 1000, [TopicProduceData("", topic.id, data)]), place=place(topic))
    assert not answer.responses[0].partition_responses[0].error_code


def copied(world: World, arn: str, name: str) -> list[bytes]:
    topic = served(world, arn).topics[name]
    found = world.ask(fetching(topic.id, 0), place=place(topic)).responses[0].partitions[0]
    assert not found.error_code
    return [each.value for _, batch in heads(memoryview(bytes(found.records or b""))) for each in records(batch.data)]


def commit(world: World, arn: str, group: str, offset: int) -> None:
    cluster = served(world, arn)
    [topic] = cluster.topics.values()
    offsets = [Committed(topic.id, 0, offset, 0, "")]
    world.kafka.commit(NOW_MS, facts.OffsetsCommitted(cluster.number, group, offsets))


def turn(world: World) -> None:
    for _ in range(3):
        world.clock.advance(seconds=1)
        world.tick()


def test_records_arrive_under_the_prefix_of_the_alias(world: World, source: str, target: str) -> None:
    make(world, source, "orders")
    produce(world, source, "orders", b"a", b"b")
    arn = create(world, source, target)
    turn(world)
    [alias] = (each["sourceKafkaClusterAlias"] for each in described(world, arn)["replicationInfoList"])
    assert alias == "here-" + source.split("/")[2][:8]
    assert copied(world, target, f"{alias}.orders") == [b"a", b"b"]
    assert len(served(world, target).topics[f"{alias}.orders"].partitions[0].replicas) == 3
    produce(world, source, "orders", b"c")
    turn(world)
    assert copied(world, target, f"{alias}.orders") == [b"a", b"b", b"c"]


def test_records_begin_with_the_latest_unless_asked_otherwise(world: World, source: str, target: str) -> None:
    make(world, source, "orders")
    produce(world, source, "orders", b"a")
    create(world, source, target, topics={"topicNameConfiguration": {"type": "IDENTICAL"}})
    turn(world)
    produce(world, source, "orders", b"b")
    turn(world)
    assert copied(world, target, "orders") == [b"b"]


def test_described(world: World, source: str, target: str) -> None:
    vpc = {"subnetIds": ["s-1"], "securityGroupIds": ["g-1"]}
    clusters = [{**each, "vpcConfig": vpc} for each in of(source, target)]
    answer = world.do(
        "CreateReplicator",
        replicatorName="r",
        description="ours",
        kafkaClusters=clusters,
        replicationInfoList=[info(source, target)],
        serviceExecutionRoleArn=ROLE,
        tags={"a": "b"},
    )
    arn = answer.pop("replicatorArn")
    assert answer == {"replicatorName": "r", "replicatorState": "CREATING"}
    assert arn.startswith("arn:aws:kafka:us-east-1:111122223333:replicator/r/")
    found = described(world, arn)
    assert described(world.restarted(), arn) == found
    assert found.pop("currentVersion").startswith("K")
    assert found.pop("creationTime")
    here, there = (f"{each.split('/')[1]}-{each.split('/')[2][:8]}" for each in (source, target))
    assert found == {
        "isReplicatorReference": False,
        "kafkaClusters": [
            {**each, "kafkaClusterAlias": alias} for each, alias in zip(clusters, (here, there), strict=True)
        ],
        "replicationInfoList": [
            {
                "sourceKafkaClusterAlias": here,
                "targetKafkaClusterAlias": there,
                "targetCompressionType": "NONE",
                "topicReplication": {
                    **topics_of([".*"]),
                    "startingPosition": {"type": "LATEST"},
                    "topicNameConfiguration": {"type": "PREFIXED_WITH_SOURCE_CLUSTER_ALIAS"},
                },
                "consumerGroupReplication": {
                    "consumerGroupsToReplicate": [".*"],
                    "consumerGroupsToExclude": [],
                    "detectAndCopyNewConsumerGroups": True,
                    "synchroniseConsumerGroupOffsets": True,
                    "consumerGroupOffsetSyncMode": "LEGACY",
                },
            }
        ],
        "replicatorArn": arn,
        "replicatorDescription": "ours",
        "replicatorName": "r",
        "replicatorResourceArn": arn,
        "replicatorState": "RUNNING",
        "serviceExecutionRoleArn": ROLE,
        "tags": {"a": "b"},
    }


def test_topics_that_are_chosen(world: World, source: str, target: str) -> None:
    make(world, source, "a1", "a2", "b")
    create(world, source, target, topics={**IDENTICAL, "topicsToReplicate": ["a.*"], "topicsToExclude": ["a2"]})
    turn(world)
    assert set(served(world, target).topics) == {"a1"}
    make(world, source, "a3")
    turn(world)
    assert set(served(world, target).topics) == {"a1", "a3"}


def test_new_topics_are_not_copied_if_not_to_be_detected(world: World, source: str, target: str) -> None:
    make(world, source, "a.b", "c")
    arn = create(world, source, target, topics={**IDENTICAL, "detectAndCopyNewTopics": False})
    make(world, source, "axb", "d")
    turn(world)
    assert set(served(world, target).topics) == {"a.b", "c"}
    groups = {
        "consumerGroupsToReplicate": ["g"],
        "consumerGroupsToExclude": [],
        "detectAndCopyNewConsumerGroups": True,
        "synchroniseConsumerGroupOffsets": True,
    }
    update(world, arn, source, target, consumerGroupReplication=groups)
    turn(world)
    assert set(served(world, target).topics) == {"a.b", "c"}
    update(world, arn, source, target, topicReplication=topics_of(["[ad].*"], is_open=False))
    turn(world)
    assert set(served(world, target).topics) == {"a.b", "c", "axb", "d"}


@pytest.mark.parametrize(
    ("groups", "arrived"),
    [
        ({}, {"g", "h", "late"}),
        ({"consumerGroupsToExclude": ["h"]}, {"g", "late"}),
        ({"consumerGroupsToReplicate": ["g"]}, {"g"}),
        ({"detectAndCopyNewConsumerGroups": False}, {"g", "h"}),
        ({"synchroniseConsumerGroupOffsets": False}, set()),
    ],
    ids=str,
)
def test_groups_that_are_chosen(world: World, source: str, target: str, groups: Members, arrived: set[str]) -> None:
    make(world, source, "orders")
    produce(world, source, "orders", b"a", b"b")
    commit(world, source, "g", 1)
    commit(world, source, "h", 1)
    create(world, source, target, groups=groups)
    commit(world, source, "late", 1)
    turn(world)
    there = served(world, target).number
    assert {group for number, group in world.kafka.machine.offsets if number == there} == arrived


def test_configs_are_copied_if_asked_for(world: World, source: str, target: str) -> None:
    configs = "cmV0ZW50aW9uLm1zPTU="  # retention.ms=5
    asked = {"partitionCount": 1, "replicationFactor": 1, "configs": configs}
    world.do("CreateTopic", ClusterArn=source, topicName="a", **asked)
    arn = create(world, source, target, topics={**IDENTICAL, "copyTopicConfigurations": False})
    turn(world)
    assert served(world, target).topics["a"].given == {}
    update(world, arn, source, target, topicReplication=topics_of([".*"]))
    turn(world)
    assert served(world, target).topics["a"].given == {"retention.ms": "5"}


def test_updated(world: World, source: str, target: str) -> None:
    make(world, source, "a", "b")
    arn = create(world, source, target, topics={**IDENTICAL, "topicsToReplicate": ["a"]})
    before = described(world, arn)
    answer = update(world, arn, source, target, topicReplication=topics_of(["b"]))
    assert answer == {"replicatorArn": arn, "replicatorState": "UPDATING"}
    world.clock.advance(seconds=1)
    world.tick()
    assert set(served(world, target).topics) == {"b"}
    after = described(world.restarted(), arn)
    assert (after["replicatorState"], after["creationTime"]) == ("RUNNING", before["creationTime"])
    [found] = after["replicationInfoList"]
    assert found["topicReplication"] == {**IDENTICAL, **topics_of(["b"])}
    with refused(BAD, after["currentVersion"], parameter="currentVersion"):
        update(world, arn, source, target, topicReplication=topics_of(["a"]), currentVersion=before["currentVersion"])


@pytest.mark.parametrize(
    ("members", "parameter"),
    [
        ({}, "topicReplication"),
        ({"topicReplication": topics_of(["("])}, "topicsToReplicate"),
        ({"sourceKafkaClusterArn": "arn:x"}, "sourceKafkaClusterArn"),
        ({"targetKafkaClusterArn": None}, "targetKafkaClusterArn"),
        ({"sourceKafkaClusterId": "x"}, "sourceKafkaClusterId"),
        ({"logDelivery": {"replicatorLogDelivery": {"s3": {"enabled": True}}}}, "logDelivery"),
    ],
    ids=str,
)
def test_updates_that_can_not_be(world: World, source: str, target: str, members: Members, parameter: str) -> None:
    arn = create(world, source, target)
    before = described(world, arn)
    with refused(BAD, parameter=parameter):
        update(world, arn, source, target, **members)
    assert described(world, arn) == before


def test_listed_by_name(world: World, source: str, target: str) -> None:
    more = [world.create(f"more{number}") for number in range(2)]
    for name, end in zip(("b", "a", "bb"), (target, *more), strict=True):
        create(world, source, end, name)
    first = world.do("ListReplicators", MaxResults=2)
    rest = world.do("ListReplicators", NextToken=first["nextToken"])
    assert [each["replicatorName"] for each in first["replicators"] + rest["replicators"]] == ["a", "b", "bb"]
    found = world.do("ListReplicators", ReplicatorNameFilter="b")["replicators"]
    assert [(each["replicatorName"], each["replicatorState"]) for each in found] == [
        ("b", "RUNNING"),
        ("bb", "RUNNING"),
    ]
    assert [each["amazonMskCluster"]["mskClusterArn"] for each in found[0]["kafkaClustersSummary"]] == [source, target]
    assert world.do("ListReplicators", region="eu-west-1")["replicators"] == []
    assert world.do("ListReplicators", caller=STRANGER)["replicators"] == []
    with refused(BAD, parameter="nextToken"):
        world.do("ListReplicators", NextToken="x")


def test_deleted(world: World, source: str, target: str) -> None:
    make(world, source, "a")
    arn = create(world, source, target, topics=IDENTICAL)
    turn(world)
    with refused(BAD, parameter="currentVersion"):
        world.do("DeleteReplicator", ReplicatorArn=arn, CurrentVersion="K")
    version = described(world, arn)["currentVersion"]
    answer = world.do("DeleteReplicator", ReplicatorArn=arn, CurrentVersion=version)
    assert answer == {"replicatorArn": arn, "replicatorState": "DELETING"}
    produce(world, source, "a", b"late")
    turn(world)
    assert copied(world, target, "a") == []
    assert not world.kafka.machine.replications.known
    with refused(NOT_FOUND, parameter="replicatorArn"):
        described(world.restarted(), arn)
    create(world, source, target)


def test_failed_once_a_cluster_is_deleted(world: World, source: str, target: str) -> None:
    arn = create(world, source, target)
    world.do("DeleteCluster", ClusterArn=target)
    found = described(world.restarted(), arn)
    assert (found["replicatorState"], found["stateInfo"]["code"]) == ("FAILED", "CLUSTER_DELETED")
    with refused(BAD, "FAILED", parameter="replicatorArn"):
        update(world, arn, source, target, topicReplication=topics_of([".*"]))
    world.do("DeleteReplicator", ReplicatorArn=arn)
    assert world.do("ListReplicators")["replicators"] == []


def test_tags(world: World, source: str, target: str) -> None:
    arn = create(world, source, target, tags={"a": "b"})
    world.do("TagResource", ResourceArn=arn, tags={"c": "d"})
    world.do("UntagResource", ResourceArn=arn, TagKeys=["a"])
    assert world.restarted().do("ListTagsForResource", ResourceArn=arn)["tags"] == {"c": "d"}


def test_both_ways_with_prefixes_alone(world: World, source: str, target: str) -> None:
    make(world, source, "a")
    make(world, target, "b")
    create(world, source, target, "to")
    create(world, target, source, "fro")
    turn(world)
    assert len(served(world, source).topics) == len(served(world, target).topics) == 2
    with refused(BAD, "one writer", parameter="replicationInfoList"):
        create(world, source, target, "again")
    with refused(BAD, "prefix", parameter="replicationInfoList"):
        create(world, source, target, "same", topics=IDENTICAL)


@pytest.mark.parametrize(
    ("members", "parameter"),
    [
        ({"serviceExecutionRoleArn": "arn:x"}, "serviceExecutionRoleArn"),
        ({"kafkaClusters": []}, "kafkaClusters"),
        ({"kafkaClusters": of("arn:x", "arn:x")}, "kafkaClusters"),
        ({"kafkaClusters": of("arn:x", "arn:y")}, "replicationInfoList"),
        ({"kafkaClusters": [{"apacheKafkaCluster": {"apacheKafkaClusterId": "x", "bootstrapBrokerString": "y"}}]},
         "kafkaClusters"),
        ({"replicationInfoList": []}, "replicationInfoList"),
        ({"tags": {"aws:a": ""}}, "tags"),
        ({"logDelivery": {"replicatorLogDelivery": {"cloudWatchLogs": {"enabled": True}}}}, "logDelivery"),
        ({"topics": {"topicsToReplicate": ["("]}}, "topicsToReplicate"),
        ({"topics": {"topicsToExclude": ["(?=a)"]}}, "topicsToExclude"),
        ({"groups": {"consumerGroupsToReplicate": ["["]}}, "consumerGroupsToReplicate"),
        ({"groups": {"consumerGroupsToExclude": ["*"]}}, "consumerGroupsToExclude"),
        ({"groups": {"consumerGroupOffsetSyncMode": "ENHANCED"}}, "consumerGroupOffsetSyncMode"),
    ],
    ids=str,
)  # fmt: skip
def test_replicators_that_can_not_be(world: World, source: str, target: str, members: Members, parameter: str) -> None:
    with refused(BAD, parameter=parameter):
        create(world, source, target, **members)
    assert world.do("ListReplicators")["replicators"] == []
    assert not world.kafka.machine.replications.known


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"targetCompressionType": "GZIP"}, "targetCompressionType"),
        ({"sourceKafkaClusterId": "x"}, "replicationInfoList"),
        ({"sourceKafkaClusterArn": None}, "replicationInfoList"),
    ],
    ids=str,
)
def test_copying_that_can_not_be(world: World, source: str, target: str, changes: Members, parameter: str) -> None:
    with refused(BAD, parameter=parameter):
        create(world, source, target, replicationInfoList=[{**info(source, target), **changes}])


def test_clusters_that_are_not_there(world: World, source: str) -> None:
    with refused(NOT_FOUND, parameter="kafkaClusters"):
        create(world, source, missing())
    with refused("AccessDeniedException"):
        create(world, source, world.create("there"), caller=STRANGER)
    with refused(NOT_FOUND, parameter="kafkaClusters"):
        create(world, source, world.create("third"), region="eu-west-1")


def test_one_of_a_name_and_fifteen_of_all(world: World, source: str) -> None:
    targets = [world.create(f"t{number}") for number in range(16)]
    for number in range(15):
        create(world, source, targets[number], f"r{number}")
    with refused(CONFLICT, parameter="replicatorName"):
        create(world, source, targets[15], "r0")
    with refused(BAD, "15", parameter="replicatorName"):
        create(world, source, targets[15], "r15")


def test_replicators_that_are_not_there(world: World) -> None:
    for operation in ("DescribeReplicator", "DeleteReplicator"):
        with refused(NOT_FOUND, parameter="replicatorArn"):
            world.do(operation, ReplicatorArn=missing("replicator"))
        with refused(BAD, parameter="replicatorArn"):
            world.do(operation, ReplicatorArn="r")
    with refused(NOT_FOUND, parameter="replicatorArn"):
        world.do("UpdateReplicationInfo", ReplicatorArn=missing("replicator"), currentVersion="K")


def test_who_may(world: World, source: str, target: str) -> None:
    with refused("AccessDeniedException", "kafka:CreateReplicator"):
        create(world, source, target, caller=user("kafka:Describe*"))
    ann = user("kafka:*", resource="arn:aws:kafka:*:*:replicator/r/*")
    with refused("AccessDeniedException", "kafka:DescribeClusterV2"):
        create(world, source, target, caller=ann)
    arn = create(world, source, target)
    assert world.do("DescribeReplicator", ReplicatorArn=arn, caller=ann)["replicatorName"] == "r"
    with refused("AccessDeniedException", "kafka:DeleteReplicator"):
        world.do("DeleteReplicator", ReplicatorArn=arn, caller=user("kafka:Describe*"))


@pytest.mark.parametrize(("topics", "name"), [(IDENTICAL, "orders"), (EARLIEST, "here-{}.orders")], ids=str)
def test_acls_are_copied_if_asked_for(world: World, source: str, target: str, topics: Members, name: str) -> None:
    read = Acl(ResourceType.TOPIC, PatternType.LITERAL, "orders", "User:a", "*", Operation.READ, Permission.ALLOW)
    world.kafka.commit(NOW_MS, AclsCreated(served(world, source).number, [read]))
    arn = create(world, source, target, topics={**topics, "copyAccessControlListsForTopics": False})
    turn(world)
    assert not served(world, target).acls
    update(world, arn, source, target, topicReplication=topics_of([".*"]))
    turn(world)
    assert [each.name for each in served(world, target).acls] == [name.format(source.split("/")[2][:8])]

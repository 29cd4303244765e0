"""Topics by AWS's API."""

import base64
from typing import Any

import pytest

from tests.services.kafka.control.world import BAD, NOT_FOUND, World, missing, refused

Members = dict[str, Any]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def arn(world: World) -> str:
    return world.create()


def make(world: World, arn: str, name: str = "orders", partitions: int = 4, **members: Any) -> Members:
    members.setdefault("replicationFactor", 3)
    asked = {"ClusterArn": arn, "topicName": name, "partitionCount": partitions, **members}
    found: Members = world.do("CreateTopic", **asked)
    return found


def described(world: World, arn: str, name: str = "orders") -> Members:
    found: Members = world.do("DescribeTopic", ClusterArn=arn, TopicName=name)
    return found


def test_a_topic(world: World, arn: str) -> None:
    answer = make(world, arn, configs=encoded("retention.ms=60000\nmax.message.bytes=1000"))
    topic_arn = arn.replace(":cluster/", ":topic/") + "/orders"
    assert answer == {"topicArn": topic_arn, "topicName": "orders", "status": "CREATING"}
    assert described(world.restarted(), arn) == {
        "topicArn": topic_arn,
        "topicName": "orders",
        "replicationFactor": 3,
        "partitionCount": 4,
        "configs": encoded("max.message.bytes=1000\nretention.ms=60000"),
        "status": "ACTIVE",
    }


def test_configs_in_json(world: World, arn: str) -> None:
    make(world, arn, configs=encoded('{"retention.ms": 60000}'))
    assert described(world, arn)["configs"] == encoded("retention.ms=60000")


def test_partitions_and_their_leaders(world: World, arn: str) -> None:
    make(world, arn)
    first = world.do("DescribeTopicPartitions", ClusterArn=arn, TopicName="orders", MaxResults=3)
    rest = world.do("DescribeTopicPartitions", ClusterArn=arn, TopicName="orders", NextToken=first["nextToken"])
    found = first["partitions"] + rest["partitions"]
    assert [each["partition"] for each in found] == [0, 1, 2, 3]
    assert all(each["replicas"] == each["isr"] and each["replicas"][0] == each["leader"] for each in found)
    assert all(sorted(each["replicas"]) == [1, 2, 3] for each in found)
    assert {each["leader"] for each in found} == {1, 2, 3}


def test_replicas_are_as_many_as_asked_for(world: World, arn: str) -> None:
    make(world, arn, "pair", replicationFactor=2)
    make(world, arn, "three")
    assert [described(world, arn, name)["replicationFactor"] for name in ("pair", "three")] == [2, 3]
    listed = world.do("ListTopics", ClusterArn=arn)["topics"]
    assert [each["replicationFactor"] for each in listed] == [2, 3]
    world.do("UpdateTopic", ClusterArn=arn, TopicName="pair", partitionCount=6)
    found = world.do("DescribeTopicPartitions", ClusterArn=arn, TopicName="pair")["partitions"]
    assert [len(each["replicas"]) for each in found] == [2] * 6


def test_listed_by_name(world: World, arn: str) -> None:
    for name in ("b", "a", "bb"):
        make(world, arn, name, 1)
    first = world.do("ListTopics", ClusterArn=arn, MaxResults=2)
    rest = world.do("ListTopics", ClusterArn=arn, NextToken=first["nextToken"])
    assert [each["topicName"] for each in first["topics"] + rest["topics"]] == ["a", "b", "bb"]
    found = world.do("ListTopics", ClusterArn=arn, TopicNameFilter="b")["topics"]
    assert [(each["topicName"], each["outOfSyncReplicaCount"]) for each in found] == [("b", 0), ("bb", 0)]


def test_changed(world: World, arn: str) -> None:
    make(world, arn, configs=encoded("retention.ms=60000"))
    answer = world.do(
        "UpdateTopic", ClusterArn=arn, TopicName="orders", partitionCount=6, configs=encoded("segment.ms=5")
    )
    assert answer["status"] == "UPDATING"
    found = described(world, arn)
    assert (found["partitionCount"], found["configs"]) == (6, encoded("retention.ms=60000\nsegment.ms=5"))
    end = world.journal.end
    world.do("UpdateTopic", ClusterArn=arn, TopicName="orders", partitionCount=6)
    assert world.journal.end == end


def test_deleted(world: World, arn: str) -> None:
    make(world, arn)
    assert world.do("DeleteTopic", ClusterArn=arn, TopicName="orders")["status"] == "DELETING"
    with refused(NOT_FOUND, parameter="topicName"):
        described(world, arn)


@pytest.mark.parametrize(
    ("members", "code", "parameter"),
    [
        ({"topicName": "a b"}, BAD, "topicName"),
        ({"topicName": "a" * 250}, BAD, "topicName"),
        ({"partitionCount": 10_001}, BAD, "partitionCount"),
        ({"replicationFactor": 4}, BAD, "replicationFactor"),
        ({"configs": encoded("no.such=1")}, BAD, "configs"),
        ({"configs": encoded("retention.ms=x")}, BAD, "configs"),
        ({"configs": encoded('{"a": [1]}')}, BAD, "configs"),
        ({"configs": "%%%"}, BAD, "configs"),
        ({"topicName": "orders"}, "TopicExistsException", "topicName"),
    ],
    ids=str,
)
def test_topics_that_can_not_be(world: World, arn: str, members: Members, code: str, parameter: str) -> None:
    make(world, arn)
    asked = {"topicName": "new", "partitionCount": 1, "replicationFactor": 1, **members}
    with refused(code, parameter=parameter):
        world.do("CreateTopic", ClusterArn=arn, **asked)


def test_changes_that_can_not_be(world: World, arn: str) -> None:
    make(world, arn)
    for members, parameter in (
        ({}, "configs"),
        ({"partitionCount": 3}, "partitionCount"),
        ({"partitionCount": 10_001}, "partitionCount"),
        ({"configs": encoded("retention.ms=x")}, "configs"),
    ):
        with refused(BAD, parameter=parameter):
            world.do("UpdateTopic", ClusterArn=arn, TopicName="orders", **members)
    for operation in ("UpdateTopic", "DeleteTopic"):
        with refused("UnknownTopicOrPartitionException"):
            world.do(operation, ClusterArn=arn, TopicName="none")
    with refused(NOT_FOUND):
        world.do("DescribeTopicPartitions", ClusterArn=arn, TopicName="none")
    with refused(NOT_FOUND, parameter="clusterArn"):
        make(world, missing())

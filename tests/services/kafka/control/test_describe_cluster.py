"""DescribeCluster, ListClusters, DeleteCluster, in both versions, and GetBootstrapBrokers."""

import pytest

from tests.services.kafka.control.test_create_cluster import SERVERLESS
from tests.services.kafka.control.world import (
    BAD,
    LOGINS,
    NOT_FOUND,
    STRANGER,
    World,
    missing,
    refused,
    user,
)
from tests.services.kafka.world import NOW_MS
from weirmq.services.kafka.clusters import make_cluster
from weirmq.services.kafka.model import DEFAULT_CLUSTER


def names(world: World, operation: str = "ListClusters", **members: object) -> list[str]:
    return [each["clusterName"] for each in world.do(operation, **members)["clusterInfoList"]]


def test_bootstrap_brokers_are_where_the_caller_is(world: World) -> None:
    arn = world.create()
    found = world.do("GetBootstrapBrokers", ClusterArn=arn, origin="http://weir.example:4566")
    assert set(found) == {"bootstrapBrokerString", "bootstrapBrokerStringTls"}
    ports = [int(each.removeprefix("weir.example:")) for each in found["bootstrapBrokerString"].split(",")]
    assert len(ports) == 3
    assert set(ports) <= set(world.opener.open_ports.values())
    found = world.do("GetBootstrapBrokers", ClusterArn=arn, origin="http://[::1]:4566")
    assert found["bootstrapBrokerString"].startswith("[::1]:")


def test_listed_by_name(world: World) -> None:
    for name in ("beta", "alpha", "bravo"):
        world.create(name, encryptionInfo=None)
    world.do("CreateClusterV2", clusterName="serverless", serverless=SERVERLESS)
    world.create("elsewhere", region="eu-west-1")
    assert names(world) == ["alpha", "beta", "bravo"]
    assert names(world, ClusterNameFilter="b") == ["beta", "bravo"]
    assert names(world, "ListClustersV2") == ["alpha", "beta", "bravo", "serverless"]
    assert names(world, "ListClustersV2", ClusterTypeFilter="SERVERLESS") == ["serverless"]
    assert names(world, region="eu-west-1") == ["elsewhere"]
    assert names(world, caller=STRANGER) == []
    with refused(BAD, parameter="clusterTypeFilter"):
        names(world, "ListClustersV2", ClusterTypeFilter="OTHER")


def test_pages(world: World) -> None:
    for name in ("a", "b", "c"):
        world.create(name, encryptionInfo=None)
    first = world.do("ListClusters", MaxResults=2)
    assert [each["clusterName"] for each in first["clusterInfoList"]] == ["a", "b"]
    assert names(world, NextToken=first["nextToken"]) == ["c"]
    for token in ("x", "YWZ0ZXI6", "é"):
        with refused(BAD, parameter="nextToken"):
            world.do("ListClusters", NextToken=token)


def test_the_default_cluster_is_nobodys(world: World) -> None:
    world.topic("orders")
    assert DEFAULT_CLUSTER in world.kafka.machine.clusters
    assert names(world) == []


def test_deleted_with_all_that_is_in_it(world: World) -> None:
    arn = world.create()
    world.do("CreateTopic", ClusterArn=arn, topicName="orders", partitionCount=1, replicationFactor=1)
    number = world.managed(arn).number
    with refused(BAD, "current version", parameter="currentVersion"):
        world.do("DeleteCluster", ClusterArn=arn, CurrentVersion="K1")
    answer = world.do("DeleteCluster", ClusterArn=arn, CurrentVersion=world.version(arn))
    assert answer == {"clusterArn": arn, "state": "DELETING"}
    assert number not in world.kafka.machine.clusters
    assert not world.opener.open_ports
    with refused(NOT_FOUND):
        world.described(arn)
    world = world.restarted()
    assert names(world) == []
    assert world.create()


@pytest.mark.parametrize("operation", ["DescribeCluster", "DescribeClusterV2", "DeleteCluster", "GetBootstrapBrokers"])
def test_clusters_that_are_not_there(world: World, operation: str) -> None:
    with refused(NOT_FOUND, "doesn't exist", parameter="clusterArn"):
        world.do(operation, ClusterArn=missing())
    for arn in ("demo", missing("configuration"), "arn:aws:kafka::1:cluster/a/b", "arn:" * 9):
        with refused(BAD, parameter="clusterArn"):
            world.do(operation, ClusterArn=arn)
    arn = world.create()
    with refused(NOT_FOUND):
        world.do(operation, ClusterArn=arn, region="eu-west-1")
    with refused("AccessDeniedException"):
        world.do(operation, ClusterArn=arn, caller=STRANGER)


def test_who_may(world: World) -> None:
    arn = world.create(tags={"team": "sales"})
    assert world.do("DescribeCluster", ClusterArn=arn, caller=user("kafka:Describe*"))
    with refused("AccessDeniedException"):
        world.do("DeleteCluster", ClusterArn=arn, caller=user("kafka:Describe*"))
    tagged = user("kafka:DescribeCluster", StringEquals={"aws:ResourceTag/team": "sales"})
    assert world.do("DescribeCluster", ClusterArn=arn, caller=tagged)
    with refused("AccessDeniedException"):
        world.do("ListClusters", caller=tagged)


def test_what_a_crash_leaves_half_done_goes_at_the_next_start(world: World) -> None:
    kept = world.create()
    half = make_cluster(world.kafka, NOW_MS, 1)
    world.flush()
    world = world.restarted()
    assert half.number not in world.kafka.machine.clusters
    assert world.described(kept)


def test_logging_in_is_asked_for(world: World) -> None:
    arn = world.create(clientAuthentication=LOGINS)
    found = world.do("GetBootstrapBrokers", ClusterArn=arn)
    assert set(found) == {"bootstrapBrokerStringSaslScram", "bootstrapBrokerStringSaslIam"}

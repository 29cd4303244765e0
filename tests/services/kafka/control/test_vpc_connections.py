"""VPC connections; and what isn't there: channels."""

import json
from typing import Any

import pytest

from tests.services.kafka.control.world import ACCOUNT, BAD, LOGINS, NOT_FOUND, STRANGER, World, refused

LINK = {"vpcConnectivity": {"clientAuthentication": {"sasl": {"iam": {"enabled": True}}}}}
ASKED = {"authentication": "SASL_IAM", "vpcId": "vpc-1", "clientSubnets": ["s-1"], "securityGroups": ["g-1"]}


@pytest.fixture
def arn(world: World) -> str:
    arn = world.create(clientAuthentication=LOGINS)
    world.change("UpdateConnectivity", arn, connectivityInfo=LINK)
    statement = {"Effect": "Allow", "Principal": {"AWS": STRANGER.account}, "Action": "kafka:*", "Resource": arn}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.do("PutClusterPolicy", ClusterArn=arn, policy=text)
    return arn


def connect(world: World, arn: str, **members: Any) -> Any:
    return world.do("CreateVpcConnection", **{"targetClusterArn": arn, "caller": STRANGER, **ASKED, **members})


def test_a_connection_of_another_account(world: World, arn: str) -> None:
    made = connect(world, arn, tags={"a": "b"})
    assert (made["state"], made["tags"]) == ("CREATING", {"a": "b"})
    whose = made["vpcConnectionArn"]
    assert whose.startswith(f"arn:aws:kafka:us-east-1:{STRANGER.account}:vpc-connection/{ACCOUNT}/demo/")
    world = world.restarted()
    found = world.do("DescribeVpcConnection", Arn=whose, caller=STRANGER)
    assert (found["state"], found["targetClusterArn"], found["subnets"]) == ("AVAILABLE", arn, ["s-1"])
    [listed] = world.do("ListVpcConnections", caller=STRANGER)["vpcConnections"]
    assert listed["vpcConnectionArn"] == whose
    assert world.do("ListVpcConnections")["vpcConnections"] == []
    [client] = world.do("ListClientVpcConnections", ClusterArn=arn)["clientVpcConnections"]
    assert (client["owner"], client["authentication"]) == (STRANGER.account, "SASL_IAM")
    operation = world.do("ListClusterOperations", ClusterArn=arn)["clusterOperationInfoList"]
    assert {each["operationType"] for each in operation} == {"UPDATE_CONNECTIVITY", "CREATE_VPC_CONNECTION"}
    assert any(each.get("vpcConnectionInfo", {}).get("vpcConnectionArn") == whose for each in operation)
    world.do("TagResource", ResourceArn=whose, tags={"c": "d"}, caller=STRANGER)
    assert world.do("ListTagsForResource", ResourceArn=whose, caller=STRANGER)["tags"] == {"a": "b", "c": "d"}


def test_rejected_and_deleted(world: World, arn: str) -> None:
    whose = connect(world, arn)["vpcConnectionArn"]
    world.do("RejectClientVpcConnection", ClusterArn=arn, vpcConnectionArn=whose)
    assert world.do("DescribeVpcConnection", Arn=whose, caller=STRANGER)["state"] == "REJECTED"
    with refused(BAD, "already"):
        world.do("RejectClientVpcConnection", ClusterArn=arn, vpcConnectionArn=whose)
    assert world.do("DeleteVpcConnection", Arn=whose, caller=STRANGER)["state"] == "DELETING"
    with refused(NOT_FOUND, parameter="arn"):
        world.do("DescribeVpcConnection", Arn=whose, caller=STRANGER)
    with refused(NOT_FOUND, parameter="vpcConnectionArn"):
        world.do("RejectClientVpcConnection", ClusterArn=arn, vpcConnectionArn=whose)


def test_they_go_with_the_cluster(world: World, arn: str) -> None:
    connect(world, arn)
    world.do("DeleteCluster", ClusterArn=arn)
    assert world.do("ListVpcConnections", caller=STRANGER)["vpcConnections"] == []


@pytest.mark.parametrize(
    ("members", "parameter"),
    [
        ({"authentication": "OTHER"}, "authentication"),
        ({"authentication": "SASL_SCRAM"}, "authentication"),
        ({"clientSubnets": []}, "clientSubnets"),
        ({"tags": {"aws:a": ""}}, "tags"),
        ({"targetClusterArn": "x"}, "targetClusterArn"),
    ],
    ids=str,
)
def test_connections_that_can_not_be(world: World, arn: str, members: dict[str, Any], parameter: str) -> None:
    with refused(BAD, parameter=parameter):
        connect(world, arn, **members)


def test_one_for_a_vpc(world: World, arn: str) -> None:
    connect(world, arn)
    with refused(BAD, "already", parameter="vpcId"):
        connect(world, arn)


def test_channels_are_not_there(world: World, arn: str) -> None:
    with refused(BAD, "not supported", parameter="icebergDestinationConfiguration"):
        world.do("CreateChannel", ClusterArn=arn, channelName="c", topicConfigurationList=[])
    assert world.do("ListChannels", ClusterArn=arn)["channels"] == []
    for operation in ("DescribeChannel", "UpdateChannel", "DeleteChannel"):
        with refused(NOT_FOUND, parameter="channelArn"):
            world.do(operation, ClusterArn=arn, ChannelArn="arn:x")

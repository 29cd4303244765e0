"""CreateCluster, CreateClusterV2."""

import re
from typing import Any

import pytest

from tests.services.kafka.control.world import (
    ACCOUNT,
    BAD,
    CONFLICT,
    LOGINS,
    NODES,
    OPEN,
    STRANGER,
    World,
    refused,
    user,
)

SERVERLESS = {
    "vpcConfigs": [{"subnetIds": ["subnet-a"]}],
    "clientAuthentication": {"sasl": {"iam": {"enabled": True}}},
}


def test_a_cluster_with_its_brokers(world: World) -> None:
    arn = world.create(tags={"team": "sales"})
    assert re.fullmatch(rf"arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/demo/[0-9a-f-]{{36}}-\d{{1,2}}", arn)
    for each in (world, world.restarted()):
        found = each.described(arn)
        assert (found["clusterName"], found["state"], found["numberOfBrokerNodes"]) == ("demo", "ACTIVE", 3)
        assert found["tags"] == {"team": "sales"}
        assert re.fullmatch("K[A-Z0-9]{13}", found["currentVersion"])
        assert found["creationTime"] == "2023-11-14T22:13:20Z"
        assert found["currentBrokerSoftwareInfo"] == {"kafkaVersion": "3.9.x.kraft"}
        assert found["brokerNodeGroupInfo"]["storageInfo"] == {"ebsStorageInfo": {"volumeSize": 100}}
        assert found["encryptionInfo"]["encryptionInTransit"] == {"clientBroker": "TLS_PLAINTEXT", "inCluster": True}
        number = each.managed(arn).number
        assert len(each.kafka.machine.clusters[number].brokers) == 3
        assert len([place for place in each.kafka.ports if place.cluster == number]) == 6  # PLAINTEXT and SSL


@pytest.mark.parametrize(
    ("encryption", "authentication", "listeners"),
    [
        (None, None, {"SSL"}),
        ("PLAINTEXT", None, {"PLAINTEXT"}),
        ("TLS_PLAINTEXT", None, {"PLAINTEXT", "SSL"}),
        ("TLS", LOGINS, {"SASL_SCRAM", "SASL_IAM"}),
        (
            "TLS_PLAINTEXT",
            {**LOGINS, "unauthenticated": {"enabled": True}},
            {"PLAINTEXT", "SSL", "SASL_SCRAM", "SASL_IAM"},
        ),
        ("TLS", {"sasl": {"iam": {"enabled": True}}, "unauthenticated": {"enabled": False}}, {"SASL_IAM"}),
    ],
)
def test_the_listeners_that_its_settings_mean(
    world: World, encryption: str | None, authentication: Any, listeners: set[str]
) -> None:
    info = {"encryptionInTransit": {"clientBroker": encryption}} if encryption else None
    arn = world.create(encryptionInfo=info, clientAuthentication=authentication)
    number = world.managed(arn).number
    assert {place.listener for place in world.kafka.ports if place.cluster == number} == listeners


def test_clients_certificates(world: World) -> None:
    mutual = {"tls": {"enabled": True, "certificateAuthorityArnList": ["arn:aws:acm-pca:us-east-1:1:x"]}}
    with refused(BAD, "[[kafka_listeners]]", parameter="clientAuthentication"):
        world.create(clientAuthentication=mutual)
    world.kafka.demands_certificates = True
    number = world.managed(world.create(clientAuthentication=mutual, encryptionInfo=None)).number
    assert {place.listener for place in world.kafka.ports if place.cluster == number} == {"SSL"}


def test_a_server_with_users_takes_nobody_unknown(world: World) -> None:
    world.kafka.is_open = False
    with refused(BAD, "without users", parameter="clientAuthentication"):
        world.create()
    world.create(clientAuthentication=LOGINS)


def test_names_are_of_an_account_in_a_region(world: World) -> None:
    world.create()
    with refused(CONFLICT, "already exists", parameter="clusterName"):
        world.create()
    world.create(region="eu-west-1")
    world.create(caller=STRANGER)


@pytest.mark.parametrize(
    ("members", "parameter"),
    [
        ({"clusterName": "a b"}, "clusterName"),
        ({"clusterName": "-a"}, "clusterName"),
        ({"numberOfBrokerNodes": 4}, "numberOfBrokerNodes"),
        ({"kafkaVersion": "1.0"}, "kafkaVersion"),
        ({"kafkaVersion": "2.8.1"}, "kafkaVersion"),
        ({"brokerNodeGroupInfo": {**NODES, "clientSubnets": ["a"]}}, "clientSubnets"),
        ({"brokerNodeGroupInfo": {**NODES, "clientSubnets": ["a", "a", "b"]}}, "clientSubnets"),
        ({"brokerNodeGroupInfo": {**NODES, "instanceType": "m5.large"}}, "instanceType"),
        (
            {
                "brokerNodeGroupInfo": {
                    **NODES,
                    "storageInfo": {"ebsStorageInfo": {"provisionedThroughput": {"enabled": True}}},
                }
            },
            "provisionedThroughput",
        ),
        (
            {
                "brokerNodeGroupInfo": {
                    **NODES,
                    "instanceType": "express.m7g.large",
                    "storageInfo": {"ebsStorageInfo": {}},
                }
            },
            "storageInfo",
        ),
        (
            {"brokerNodeGroupInfo": {**NODES, "connectivityInfo": {"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}}}},
            "connectivityInfo",
        ),
        ({"brokerNodeGroupInfo": {**NODES, "connectivityInfo": {"networkType": "DUAL"}}}, "networkType"),
        ({"storageMode": "TIERED"}, "storageMode"),
        ({"rebalancing": {"status": "ACTIVE"}}, "rebalancing"),
        ({"clientAuthentication": {"unauthenticated": {"enabled": False}}}, "clientAuthentication"),
        (
            {"clientAuthentication": LOGINS, "encryptionInfo": {"encryptionInTransit": {"clientBroker": "PLAINTEXT"}}},
            "clientBroker",
        ),
        ({"configurationInfo": {"arn": "arn:x", "revision": 1}}, "configurationInfo"),
        ({"tags": {"aws:x": "1"}}, "tags"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_be(world: World, members: dict[str, Any], parameter: str) -> None:
    asked = {
        "clusterName": "demo",
        "numberOfBrokerNodes": 3,
        "brokerNodeGroupInfo": NODES,
        "kafkaVersion": "3.9.x.kraft",
        "encryptionInfo": OPEN,
        **members,
    }
    with refused(BAD, parameter=parameter):
        world.do("CreateCluster", **asked)
    assert not world.opener.open_ports
    assert not world.kafka.machine.control.clusters


def test_ninety_brokers(world: World) -> None:
    for number in range(6):
        world.create(f"c{number}", 15, encryptionInfo=None)
    with refused(BAD, "90", parameter="numberOfBrokerNodes"):
        world.create("more")


def test_no_port_is_left(world: World) -> None:
    world.opener.free = 2
    with refused("ServiceUnavailableException"):
        world.create()
    assert not world.kafka.machine.control.clusters
    assert not world.opener.open_ports


def test_express_brokers(world: World) -> None:
    found = world.described(world.create(brokerNodeGroupInfo={**NODES, "instanceType": "express.m7g.large"}))
    assert found["rebalancing"] == {"status": "ACTIVE"}
    assert "storageInfo" not in found["brokerNodeGroupInfo"]


def test_version_two(world: World) -> None:
    provisioned = {"brokerNodeGroupInfo": NODES, "kafkaVersion": "3.9.x.kraft", "numberOfBrokerNodes": 3}
    answer = world.do("CreateClusterV2", clusterName="a", provisioned=provisioned)
    assert (answer["clusterType"], answer["state"]) == ("PROVISIONED", "CREATING")
    found = world.do("DescribeClusterV2", ClusterArn=answer["clusterArn"])["clusterInfo"]
    assert found["provisioned"]["numberOfBrokerNodes"] == 3


def test_serverless(world: World) -> None:
    arn = world.do("CreateClusterV2", clusterName="a", serverless=SERVERLESS)["clusterArn"]
    assert re.search(r"-s\d{1,2}\Z", arn)
    found = world.restarted().do("DescribeClusterV2", ClusterArn=arn)["clusterInfo"]
    assert (found["clusterType"], found["serverless"]["vpcConfigs"]) == ("SERVERLESS", SERVERLESS["vpcConfigs"])
    brokers = world.do("GetBootstrapBrokers", ClusterArn=arn)
    assert set(brokers) == {"bootstrapBrokerStringSaslIam"}
    with refused(BAD, "serverless"):
        world.described(arn)


def test_serverless_clusters_that_can_not_be(world: World) -> None:
    for members, parameter in (
        ({}, "provisioned"),
        ({"serverless": {**SERVERLESS, "clientAuthentication": None}}, "clientAuthentication"),
        ({"serverless": {**SERVERLESS, "vpcConfigs": []}}, "vpcConfigs"),
    ):
        with refused(BAD, parameter=parameter):
            world.do("CreateClusterV2", clusterName="a", **members)
    for number in range(10):
        world.do("CreateClusterV2", clusterName=f"c{number}", serverless=SERVERLESS)
    with refused(BAD, "10 serverless"):
        world.do("CreateClusterV2", clusterName="more", serverless=SERVERLESS)


def test_who_may(world: World) -> None:
    may = user("kafka:CreateCluster", resource=f"arn:aws:kafka:*:{ACCOUNT}:cluster/demo/*")
    world.create(caller=may)
    with refused("AccessDeniedException", "kafka:CreateCluster"):
        world.create("other", caller=may)
    tagged = user("kafka:CreateCluster", StringEquals={"aws:RequestTag/team": "sales"})
    world.create("tagged", caller=tagged, tags={"team": "sales"})
    with refused("AccessDeniedException"):
        world.create("untagged", caller=tagged)

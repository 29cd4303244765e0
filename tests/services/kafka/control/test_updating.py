"""Changes of a cluster's settings, and the operations that they make."""

from typing import Any

import pytest

from tests.services.kafka.control.world import BAD, LOGINS, NODES, NOT_FOUND, World, missing, refused

UNKNOWN = {"unauthenticated": {"enabled": True}}
MONITORING = {"prometheus": {"jmxExporter": {"enabledInBroker": True}, "nodeExporter": {"enabledInBroker": False}}}


def listeners(world: World, arn: str) -> set[str]:
    number = world.managed(arn).number
    return {place.listener for place in world.kafka.ports if place.cluster == number}


def test_a_change_is_an_operation_and_a_new_version(world: World) -> None:
    arn = world.create()
    before = world.version(arn)
    world.clock.advance(seconds=1)
    found = world.change("UpdateBrokerType", arn, targetInstanceType="kafka.m7g.xlarge")
    assert found["operationArn"].startswith(arn.replace(":cluster/", ":cluster-operation/") + "/")
    assert (found["operationState"], found["operationType"]) == ("UPDATE_COMPLETE", "UPDATE_BROKER_TYPE")
    assert found["creationTime"] == found["endTime"] == "2023-11-14T22:13:21Z"
    assert found["sourceClusterInfo"] == {"instanceType": "kafka.m7g.large"}
    assert found["targetClusterInfo"] == {"instanceType": "kafka.m7g.xlarge"}
    assert world.version(arn) != before
    with refused(BAD, "current version", parameter="currentVersion"):
        world.do("UpdateBrokerType", ClusterArn=arn, currentVersion=before, targetInstanceType="kafka.m7g.large")
    world = world.restarted()
    assert world.described(arn)["brokerNodeGroupInfo"]["instanceType"] == "kafka.m7g.xlarge"
    assert world.do("ListClusterOperations", ClusterArn=arn)["clusterOperationInfoList"] == [found]


def test_operations_the_newest_first(world: World) -> None:
    arn = world.create()
    for size in (200, 300, 400):
        world.clock.advance(seconds=1)
        world.change("UpdateStorage", arn, volumeSizeGB=size)
    first = world.do("ListClusterOperationsV2", ClusterArn=arn, MaxResults=2)
    rest = world.do("ListClusterOperationsV2", ClusterArn=arn, NextToken=first["nextToken"])
    found = first["clusterOperationInfoList"] + rest["clusterOperationInfoList"]
    assert [each["startTime"][-3:] for each in found] == ["23Z", "22Z", "21Z"]
    one = world.do("DescribeClusterOperationV2", ClusterOperationArn=found[0]["operationArn"])["clusterOperationInfo"]
    assert one["provisioned"]["targetClusterInfo"]["brokerEBSVolumeInfo"][0]["volumeSizeGB"] == 400
    for operation in ("DescribeClusterOperation", "DescribeClusterOperationV2"):
        with refused(NOT_FOUND, parameter="clusterOperationArn"):
            world.do(operation, ClusterOperationArn=found[0]["operationArn"] + "x")
        with refused(NOT_FOUND, parameter="clusterOperationArn"):
            world.do(operation, ClusterOperationArn=missing("cluster-operation"))
        with refused(BAD, parameter="clusterOperationArn"):
            world.do(operation, ClusterOperationArn=arn)


def test_storage(world: World) -> None:
    arn = world.create()
    volumes = [{"kafkaBrokerNodeId": "All", "volumeSizeGB": 200}]
    assert world.change("UpdateBrokerStorage", arn, targetBrokerEBSVolumeInfo=volumes)
    throughput = {"enabled": True, "volumeThroughput": 250}
    world.change("UpdateStorage", arn, provisionedThroughput=throughput)
    storage = world.described(arn)["brokerNodeGroupInfo"]["storageInfo"]
    assert storage == {"ebsStorageInfo": {"volumeSize": 200, "provisionedThroughput": throughput}}


@pytest.mark.parametrize(
    ("operation", "members", "parameter"),
    [
        ("UpdateBrokerType", {"targetInstanceType": "kafka.m7g.large"}, "targetInstanceType"),
        ("UpdateBrokerType", {"targetInstanceType": "large"}, "targetInstanceType"),
        ("UpdateBrokerType", {"targetInstanceType": "express.m7g.large"}, "targetInstanceType"),
        ("UpdateBrokerStorage", {"targetBrokerEBSVolumeInfo": []}, "targetBrokerEBSVolumeInfo"),
        ("UpdateBrokerStorage", {"targetBrokerEBSVolumeInfo": [{"kafkaBrokerNodeId": "1"}]}, "kafkaBrokerNodeId"),
        ("UpdateBrokerStorage", {"targetBrokerEBSVolumeInfo": [{"kafkaBrokerNodeId": "All"}]}, "volumeSizeGB"),
        ("UpdateStorage", {"volumeSizeGB": 99}, "volumeSizeGB"),
        ("UpdateStorage", {"volumeSizeGB": 17_000}, "volumeSizeGB"),
        ("UpdateStorage", {"storageMode": "LOCAL"}, "storageMode"),
        ("UpdateStorage", {"storageMode": "TIERED"}, "storageMode"),
        (
            "UpdateStorage",
            {"provisionedThroughput": {"enabled": False, "volumeThroughput": 300}},
            "provisionedThroughput",
        ),
        ("UpdateMonitoring", {}, "enhancedMonitoring"),
        ("UpdateRebalancing", {"rebalancing": {"status": "PAUSED"}}, "rebalancing"),
        ("UpdateSecurity", {}, "clientAuthentication"),
        ("UpdateSecurity", {"clientAuthentication": {}}, "clientAuthentication"),
        (
            "UpdateSecurity",
            {"encryptionInfo": {"encryptionAtRest": {"dataVolumeKMSKeyId": "k"}}},
            "encryptionAtRest",
        ),
        ("UpdateSecurity", {"encryptionInfo": {"encryptionInTransit": {"inCluster": False}}}, "inCluster"),
        ("UpdateConnectivity", {}, "connectivityInfo"),
        ("UpdateConnectivity", {"zookeeperAccess": {"enabled": True}}, "zookeeperAccess"),
        (
            "UpdateConnectivity",
            {"connectivityInfo": {"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}}},
            "publicAccess",
        ),
        ("UpdateConnectivity", {"connectivityInfo": {"publicAccess": {"type": "OTHER"}}}, "publicAccess"),
        ("UpdateClusterKafkaVersion", {"targetKafkaVersion": "3.9.x.kraft"}, "targetKafkaVersion"),
        ("UpdateClusterKafkaVersion", {"targetKafkaVersion": "3.9.x"}, "targetKafkaVersion"),
        ("UpdateClusterKafkaVersion", {"targetKafkaVersion": "9"}, "targetKafkaVersion"),
        ("UpdateBrokerCount", {"targetNumberOfBrokerNodes": 3}, "targetNumberOfBrokerNodes"),
        ("UpdateBrokerCount", {"targetNumberOfBrokerNodes": 4}, "targetNumberOfBrokerNodes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_changes_that_can_not_be(world: World, operation: str, members: dict[str, Any], parameter: str) -> None:
    arn = world.create()
    before = world.managed(arn).settings
    with refused(BAD, parameter=parameter):
        world.change(operation, arn, **members)
    assert world.managed(arn).settings == before
    with refused(NOT_FOUND, parameter="clusterArn"):
        world.do(operation, ClusterArn=missing(), currentVersion="K", **members)


def test_versions(world: World) -> None:
    arn = world.create()
    world.change("UpdateClusterKafkaVersion", arn, targetKafkaVersion="4.0.x.kraft")
    assert world.described(arn)["currentBrokerSoftwareInfo"]["kafkaVersion"] == "4.0.x.kraft"
    [found] = world.do("GetCompatibleKafkaVersions", ClusterArn=arn)["compatibleKafkaVersions"]
    assert found == {"sourceVersion": "4.0.x.kraft", "targetVersions": ["4.1.x.kraft"]}
    known = {each["version"]: each["status"] for each in world.do("ListKafkaVersions")["kafkaVersions"]}
    assert (known["4.1.x.kraft"], known["2.8.1"]) == ("ACTIVE", "DEPRECATED")
    targets = {
        each["sourceVersion"]: each["targetVersions"]
        for each in world.do("GetCompatibleKafkaVersions")["compatibleKafkaVersions"]
    }
    assert targets["3.8.x"] == ["3.9.x"]


def test_monitoring(world: World) -> None:
    arn = world.create()
    logs = {"brokerLogs": {"cloudWatchLogs": {"enabled": True, "logGroup": "g"}}}
    world.change("UpdateMonitoring", arn, enhancedMonitoring="PER_BROKER", openMonitoring=MONITORING, loggingInfo=logs)
    found = world.restarted().described(arn)
    assert (found["enhancedMonitoring"], found["openMonitoring"], found["loggingInfo"]) == (
        "PER_BROKER",
        MONITORING,
        logs,
    )


def test_rebalancing_of_express_brokers(world: World) -> None:
    arn = world.create(brokerNodeGroupInfo={**NODES, "instanceType": "express.m7g.large"})
    world.change("UpdateRebalancing", arn, rebalancing={"status": "PAUSED"})
    assert world.described(arn)["rebalancing"] == {"status": "PAUSED"}


def test_ports_come_and_go_with_ways_of_logging_in(world: World) -> None:
    arn = world.create()
    assert listeners(world, arn) == {"PLAINTEXT", "SSL"}
    plain = world.do("GetBootstrapBrokers", ClusterArn=arn)["bootstrapBrokerString"]
    world.change("UpdateSecurity", arn, clientAuthentication={**LOGINS, **UNKNOWN})
    assert listeners(world, arn) == {"PLAINTEXT", "SSL", "SASL_SCRAM", "SASL_IAM"}
    assert world.do("GetBootstrapBrokers", ClusterArn=arn)["bootstrapBrokerString"] == plain
    world.change("UpdateSecurity", arn, clientAuthentication=LOGINS)
    assert listeners(world, arn) == {"SASL_SCRAM", "SASL_IAM"}
    assert len(world.opener.open_ports) == 6
    assert listeners(world.restarted(), arn) == {"SASL_SCRAM", "SASL_IAM"}


def test_encryption(world: World) -> None:
    arn = world.create()
    world.change("UpdateSecurity", arn, encryptionInfo={"encryptionInTransit": {"clientBroker": "PLAINTEXT"}})
    assert listeners(world, arn) == {"PLAINTEXT"}


def test_public_access_and_other_vpcs(world: World) -> None:
    arn = world.create(clientAuthentication=LOGINS, encryptionInfo=None)
    public = {"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}}
    world.change("UpdateConnectivity", arn, connectivityInfo=public)
    link = {"vpcConnectivity": {"clientAuthentication": {"sasl": {"iam": {"enabled": True}}}}}
    world.change("UpdateConnectivity", arn, connectivityInfo=link)
    found = world.do("GetBootstrapBrokers", ClusterArn=arn)
    assert found["bootstrapBrokerStringPublicSaslScram"] == found["bootstrapBrokerStringSaslScram"]
    assert found["bootstrapBrokerStringVpcConnectivitySaslIam"] == found["bootstrapBrokerStringSaslIam"]
    assert len(found) == 5
    tls = {"vpcConnectivity": {"clientAuthentication": {"tls": {"enabled": True}}}}
    with refused(BAD, "Tls", parameter="vpcConnectivity"):
        world.change("UpdateConnectivity", arn, connectivityInfo=tls)


def test_more_brokers(world: World) -> None:
    arn = world.create()
    world.clock.advance(seconds=1)
    found = world.change("UpdateBrokerCount", arn, targetNumberOfBrokerNodes=6)
    assert found["targetClusterInfo"]["brokerCountUpdateInfo"] == {"createdBrokerIds": [4.0, 5.0, 6.0]}
    assert len(world.do("GetBootstrapBrokers", ClusterArn=arn)["bootstrapBrokerString"].split(",")) == 6
    nodes = world.do("ListNodes", ClusterArn=arn)["nodeInfoList"]
    assert [each["brokerNodeInfo"]["brokerId"] for each in nodes] == [1, 2, 3, 4, 5, 6]
    assert [each["addedToClusterTime"][-3:] for each in nodes] == ["20Z"] * 3 + ["21Z"] * 3
    assert nodes[3]["brokerNodeInfo"]["clientSubnet"] == "subnet-a"
    with refused(BAD, "taken away", parameter="targetNumberOfBrokerNodes"):
        world.change("UpdateBrokerCount", arn, targetNumberOfBrokerNodes=3)


def test_pages_of_nodes(world: World) -> None:
    arn = world.create(brokers=12)
    first = world.do("ListNodes", ClusterArn=arn, MaxResults=9)
    rest = world.do("ListNodes", ClusterArn=arn, NextToken=first["nextToken"])
    assert [each["brokerNodeInfo"]["brokerId"] for each in rest["nodeInfoList"]] == [10, 11, 12]


def test_a_broker_starts_again_at_its_ports(world: World) -> None:
    arn = world.create()
    before = dict(world.kafka.ports)
    answer = world.do("RebootBroker", ClusterArn=arn, brokerIds=["2"])
    assert world.kafka.ports == before
    number = world.managed(arn).number
    closed = [place for place in world.opener.closed if place.cluster == number]
    assert {(place.broker, place.listener) for place in closed} == {(2, "PLAINTEXT"), (2, "SSL")}
    operation = world.do("DescribeClusterOperation", ClusterOperationArn=answer["clusterOperationArn"])
    assert operation["clusterOperationInfo"]["operationType"] == "REBOOT_NODE"
    for brokers in ([], ["4"], ["1", "1"], ["x"]):
        with refused(BAD, parameter="brokerIds"):
            world.do("RebootBroker", ClusterArn=arn, brokerIds=brokers)


def test_a_broker_whose_port_somebody_took(world: World) -> None:
    arn = world.create()
    taken = next(port for place, port in world.kafka.ports.items() if place[:2] == (world.managed(arn).number, 2))
    world.opener.taken.add(taken)
    world.do("RebootBroker", ClusterArn=arn, brokerIds=["2"])
    assert taken not in world.opener.open_ports.values()
    brokers = world.do("GetBootstrapBrokers", ClusterArn=arn)
    assert brokers == world.restarted().do("GetBootstrapBrokers", ClusterArn=arn)


def test_a_broker_for_which_no_port_is_left(world: World) -> None:
    arn = world.create()
    world.opener.taken |= set(world.opener.open_ports.values())
    world.opener.free = 0
    with refused("ServiceUnavailableException"):
        world.do("RebootBroker", ClusterArn=arn, brokerIds=["1"])

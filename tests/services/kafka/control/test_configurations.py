"""Configurations and their revisions."""

import base64
from typing import Any

import pytest

from tests.services.kafka.control.world import ACCOUNT, BAD, CONFLICT, NOT_FOUND, STRANGER, World, missing, refused

TEXT = b"# ours\nauto.create.topics.enable = true\nnum.partitions=3\n\nlog.retention.hours: 2\n"


def make(world: World, text: bytes = TEXT, name: str = "ours", **members: Any) -> str:
    answer = world.do("CreateConfiguration", name=name, serverProperties=text, **members)
    return str(answer["arn"])


def test_a_configuration_and_its_revisions(world: World) -> None:
    arn = make(world, description="first", kafkaVersions=["3.9.x.kraft"])
    assert arn.startswith(f"arn:aws:kafka:us-east-1:{ACCOUNT}:configuration/ours/")
    world.clock.advance(seconds=1)
    answer = world.do("UpdateConfiguration", Arn=arn, description="second", serverProperties=b"num.partitions=5")
    assert answer["latestRevision"] == {"creationTime": "2023-11-14T22:13:21Z", "description": "second", "revision": 2}
    world = world.restarted()
    found = world.do("DescribeConfiguration", Arn=arn)
    assert found == {
        "arn": arn,
        "creationTime": "2023-11-14T22:13:20Z",
        "description": "first",
        "kafkaVersions": ["3.9.x.kraft"],
        "latestRevision": answer["latestRevision"],
        "name": "ours",
        "state": "ACTIVE",
    }
    first = world.do("DescribeConfigurationRevision", Arn=arn, Revision=1)
    assert base64.b64decode(first["serverProperties"]) == TEXT
    revisions = world.do("ListConfigurationRevisions", Arn=arn, MaxResults=1)
    assert [each["revision"] for each in revisions["revisions"]] == [2]
    revisions = world.do("ListConfigurationRevisions", Arn=arn, NextToken=revisions["nextToken"])
    assert [each["revision"] for each in revisions["revisions"]] == [1]


def test_listed_by_name(world: World) -> None:
    for name in ("b", "a", "c"):
        make(world, name=name)
    first = world.do("ListConfigurations", MaxResults=2)
    assert [each["name"] for each in first["configurations"]] == ["a", "b"]
    rest = world.do("ListConfigurations", NextToken=first["nextToken"])
    assert [each["name"] for each in rest["configurations"]] == ["c"]
    assert world.do("ListConfigurations", caller=STRANGER)["configurations"] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"no.such.property=1", "unknown"),
        (b"num.partitions", "no property"),
        (b"=1", "no property"),
        (b"num.partitions=many", "Not a number"),
        (b"num.partitions=0", "at least 1"),
        (b"auto.create.topics.enable=yes", "true or false"),
        (b"log.cleanup.policy=shrink", "one of"),
        (b"\xff", "UTF-8"),
        (b"#" * 70_000, "bytes"),
    ],
)
def test_properties_that_can_not_be(world: World, text: bytes, word: str) -> None:
    with refused(BAD, word, parameter="serverProperties"):
        make(world, text)
    arn = make(world)
    with refused(BAD, word, parameter="serverProperties"):
        world.do("UpdateConfiguration", Arn=arn, serverProperties=text)


def test_requests_that_can_not_be(world: World) -> None:
    make(world)
    with refused(CONFLICT, parameter="name"):
        make(world)
    with refused(BAD, parameter="name"):
        make(world, name="a_b")
    with refused(BAD, parameter="kafkaVersions"):
        make(world, name="b", kafkaVersions=["0.8"])
    for operation in ("DescribeConfiguration", "DeleteConfiguration", "ListConfigurationRevisions"):
        with refused(NOT_FOUND, parameter="arn"):
            world.do(operation, Arn=missing("configuration"))
        with refused(BAD, parameter="arn"):
            world.do(operation, Arn=missing())
    with refused(NOT_FOUND, parameter="revision"):
        world.do("DescribeConfigurationRevision", Arn=make(world, name="c"), Revision=2)


def test_limits(world: World) -> None:
    arn = make(world)
    for _ in range(49):
        world.do("UpdateConfiguration", Arn=arn, serverProperties=b"")
    with refused(BAD, "50 revisions"):
        world.do("UpdateConfiguration", Arn=arn, serverProperties=b"")
    for number in range(99):
        make(world, name=f"c{number}")
    with refused(BAD, "100 configurations"):
        make(world, name="more")


def test_one_that_is_used_can_not_be_deleted(world: World) -> None:
    arn = make(world)
    cluster = world.create(configurationInfo={"arn": arn, "revision": 1})
    with refused(BAD, "in use by the cluster demo"):
        world.do("DeleteConfiguration", Arn=arn)
    world.do("DeleteCluster", ClusterArn=cluster)
    assert world.do("DeleteConfiguration", Arn=arn) == {"arn": arn, "state": "DELETING"}
    with refused(NOT_FOUND):
        world.do("DescribeConfiguration", Arn=arn)


def test_brokers_go_by_it(world: World) -> None:
    arn = make(world)
    cluster = world.create(configurationInfo={"arn": arn, "revision": 1})
    served = world.kafka.machine.clusters[world.managed(cluster).number]
    assert served.configs == {"auto.create.topics.enable": "true", "num.partitions": "3", "log.retention.hours": "2"}
    assert served.topic_defaults == {"retention.ms": "7200000"}
    world.do("UpdateConfiguration", Arn=arn, serverProperties=b"num.partitions=5")
    operation = world.change("UpdateClusterConfiguration", cluster, configurationInfo={"arn": arn, "revision": 2})
    assert operation["operationType"] == "UPDATE_CLUSTER_CONFIGURATION"
    assert operation["sourceClusterInfo"] == {"configurationInfo": {"arn": arn, "revision": 1}}
    assert operation["targetClusterInfo"] == {"configurationInfo": {"arn": arn, "revision": 2}}
    assert served.configs == {"auto.create.topics.enable": "false", "num.partitions": "5"}
    found = world.restarted().described(cluster)["currentBrokerSoftwareInfo"]
    assert (found["configurationArn"], found["configurationRevision"]) == (arn, 2)
    for info in ({"arn": arn, "revision": 3}, {"arn": missing("configuration"), "revision": 1}):
        with refused(BAD, parameter="configurationInfo"):
            world.change("UpdateClusterConfiguration", cluster, configurationInfo=info)


def test_without_one_topics_are_not_made_on_demand(world: World) -> None:
    served = world.kafka.machine.clusters[world.managed(world.create()).number]
    assert served.configs == {"auto.create.topics.enable": "false"}

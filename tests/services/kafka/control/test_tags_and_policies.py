"""Tags, and the policies of clusters."""

import json

from tests.services.kafka.control.world import BAD, NOT_FOUND, STRANGER, World, missing, refused


def test_tags_come_and_go(world: World) -> None:
    arn = world.create(tags={"team": "sales"})
    assert world.do("TagResource", ResourceArn=arn, tags={"stage": "test", "team": "ops"}) == {}
    world.do("UntagResource", ResourceArn=arn, TagKeys=["stage", "never"])
    world = world.restarted()
    assert world.do("ListTagsForResource", ResourceArn=arn) == {"tags": {"team": "ops"}}
    assert world.described(arn)["tags"] == {"team": "ops"}


def test_tags_that_can_not_be(world: World) -> None:
    arn = world.create()
    for tags in (
        {"aws:x": ""},
        {"": "x"},
        {"a" * 129: ""},
        {"a": "x" * 257},
        {str(number): "" for number in range(51)},
    ):
        with refused(BAD, parameter="tags"):
            world.do("TagResource", ResourceArn=arn, tags=tags)
    with refused(NOT_FOUND, parameter="resourceArn"):
        world.do("ListTagsForResource", ResourceArn=missing())
    with refused(BAD, parameter="resourceArn"):
        world.do("ListTagsForResource", ResourceArn="x")
    with refused("AccessDeniedException"):
        world.do("TagResource", ResourceArn=arn, tags={"a": "b"}, caller=STRANGER)


def test_a_policy_lets_another_account_in(world: World) -> None:
    arn = world.create()
    statement = {"Effect": "Allow", "Principal": {"AWS": STRANGER.account}, "Action": "kafka:Get*", "Resource": arn}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with refused("AccessDeniedException"):
        world.do("GetBootstrapBrokers", ClusterArn=arn, caller=STRANGER)
    version = world.do("PutClusterPolicy", ClusterArn=arn, policy=text)["currentVersion"]
    world = world.restarted()
    assert world.do("GetBootstrapBrokers", ClusterArn=arn, caller=STRANGER)
    with refused("AccessDeniedException"):
        world.do("DeleteCluster", ClusterArn=arn, caller=STRANGER)
    assert world.do("GetClusterPolicy", ClusterArn=arn) == {"currentVersion": version, "policy": text}
    with refused(BAD, parameter="currentVersion"):
        world.do("PutClusterPolicy", ClusterArn=arn, policy=text, currentVersion="K1")
    assert world.do("PutClusterPolicy", ClusterArn=arn, policy=text, currentVersion=version) != version
    world.do("DeleteClusterPolicy", ClusterArn=arn)
    with refused("AccessDeniedException"):
        world.do("GetBootstrapBrokers", ClusterArn=arn, caller=STRANGER)


def test_policies_that_are_not_there_or_none(world: World) -> None:
    arn = world.create()
    for operation in ("GetClusterPolicy", "DeleteClusterPolicy"):
        with refused(NOT_FOUND, "no policy"):
            world.do(operation, ClusterArn=arn)
    for text in ("{", "{}", " " * 30_000):
        with refused(BAD, parameter="policy"):
            world.do("PutClusterPolicy", ClusterArn=arn, policy=text)


def test_iam_logins_go_by_the_clusters_arn_and_policy(world: World) -> None:
    arn = world.create()
    number = world.managed(arn).number
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kafka-cluster:*", "Resource": arn}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.do("PutClusterPolicy", ClusterArn=arn, policy=text)
    for each in (world, world.restarted()):
        standing = each.kafka.authorizer.standings[number]
        assert standing.arn == arn
        assert standing.policy is not None
        assert standing.policy.about("kafka-cluster:Connect")
    world.do("DeleteClusterPolicy", ClusterArn=arn)
    assert world.kafka.authorizer.standings[number].policy is None
    world.do("DeleteCluster", ClusterArn=arn)
    assert not world.kafka.authorizer.standings

"""IAM access control: callers whom AWS knows are allowed what their policies say, and ACLs say nothing of them."""

from typing import Any

import pytest

from tests.services.kafka.world import Peer, World, batch_of
from weirmq.iam.caller import Caller, root_of, user_of
from weirmq.iam.policy import Kind, read
from weirmq.services.kafka import access_facts
from weirmq.services.kafka.acls import Acl, Operation, PatternType, Permission, ResourceType
from weirmq.services.kafka.authorizer import Rules, Standing
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_acls_request import CreateAclsRequest
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.init_producer_id_request import InitProducerIdRequest
from weirmq.wire.kafka.messages.list_groups_request import ListGroupsRequest
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from weirmq.wire.kafka.schema import NO_UUID

ACCOUNT = "111122223333"
ARN = f"arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/orders/abcd-1"
TOPIC = f"arn:aws:kafka:us-east-1:{ACCOUNT}:topic/orders/abcd-1/"


def statement(action: str, resource: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": f"kafka-cluster:{action}", "Resource": resource, **more}


def caller(*statements: dict[str, Any], account: str = ACCOUNT) -> Caller:
    policy = read({"Version": "2012-10-17", "Statement": list(statements)}, Kind.IDENTITY)
    return user_of(account, "alice", policies=(policy,))


CONNECT = statement("Connect", ARN)


@pytest.fixture
def world() -> World:
    world = World()
    world.topic()
    world.kafka.authorizer.standings[0] = Standing(ARN)
    return world


def peer_of(who: Caller) -> Peer:
    peer = Peer("arn")
    peer.caller = who
    return peer


def produced(world: World, who: Caller, name: str = "orders") -> int:
    topics = [TopicProduceData(name, NO_UUID, [PartitionProduceData(0, batch_of(b"a"))])]
    answer = world.ask(ProduceRequest(None, -1, 1000, topics), version=9, peer=peer_of(who))
    return int(answer.responses[0].partition_responses[0].error_code)


def told(world: World, who: Caller) -> int:
    (topic,) = world.ask(MetadataRequest([MetadataRequestTopic(NO_UUID, "orders")], False), peer=peer_of(who)).topics
    return int(topic.error_code)


def test_a_policy_allows_an_action_on_a_resource(world: World) -> None:
    alice = caller(CONNECT, statement("WriteData", TOPIC + "orders"))
    assert produced(world, alice) == 0
    assert produced(world, alice, "bills") == Code.TOPIC_AUTHORIZATION_FAILED
    assert told(world, alice) == Code.TOPIC_AUTHORIZATION_FAILED  # no action implies another one


def test_nothing_goes_without_connect(world: World) -> None:
    assert produced(world, caller(statement("*Data", TOPIC + "*"))) == Code.TOPIC_AUTHORIZATION_FAILED


def test_a_deny_and_a_condition(world: World) -> None:
    everything = statement("*", "*")
    assert produced(world, caller(everything)) == 0
    assert produced(world, caller(everything, statement("WriteData", TOPIC + "*", "Deny"))) == 29
    from_elsewhere = {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    assert produced(world, caller(CONNECT, statement("WriteData", TOPIC + "*", **from_elsewhere))) == 29
    from_here = {"Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.1/32"}}}
    assert produced(world, caller(CONNECT, statement("WriteData", TOPIC + "*", **from_here))) == 0


def test_the_clusters_policy_lets_other_accounts_in(world: World) -> None:
    other = caller(statement("*", "*"), account="999999999999")
    assert produced(world, other) == Code.TOPIC_AUTHORIZATION_FAILED
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "kafka-cluster:*", "Resource": "*"}
        ],
    }
    world.kafka.authorizer.standings[0] = Standing(ARN, read(policy, Kind.RESOURCE))
    assert produced(world, other) == 0


def test_acls_and_iam_keep_out_of_each_others_way(world: World) -> None:
    deny = Acl(ResourceType.TOPIC, PatternType.LITERAL, "*", "User:*", "*", Operation.ALL, Permission.DENY)
    world.kafka.commit(world.clock.now_ms(), access_facts.AclsCreated(0, [deny]))
    assert produced(world, caller(statement("*", "*"))) == 0
    world.kafka.authorizer.rules = Rules(frozenset({Peer("arn").principal}))
    assert produced(world, caller(CONNECT)) == Code.TOPIC_AUTHORIZATION_FAILED


def test_the_root_of_the_account_may_do_everything(world: World) -> None:
    assert produced(world, root_of(ACCOUNT)) == 0
    assert produced(world, root_of("999999999999")) == Code.TOPIC_AUTHORIZATION_FAILED


@pytest.mark.parametrize(
    ("request_", "action", "resource"),
    [
        (CreateTopicsRequest([CreatableTopic("new", 1, 1)], 1000), "CreateTopic", TOPIC + "new"),
        (InitProducerIdRequest(None, 1000), "WriteDataIdempotently", ARN),
        (
            InitProducerIdRequest("t", 1000),
            "AlterTransactionalId",
            f"arn:aws:kafka:us-east-1:{ACCOUNT}:transactional-id/orders/abcd-1/t",
        ),
    ],
)
def test_actions_of_other_resources(world: World, request_: Any, action: str, resource: str) -> None:
    def code(who: Caller) -> int:
        answer = world.ask(request_, peer=peer_of(who))
        return int(answer.topics[0].error_code if isinstance(request_, CreateTopicsRequest) else answer.error_code)

    assert code(caller(CONNECT)) in {29, 31, 53}
    assert code(caller(CONNECT, statement(action, resource))) == 0


def test_what_no_action_stands_for_is_refused(world: World) -> None:
    assert world.kafka.authorizer.standings[0].arn == ARN
    answer = world.ask(CreateAclsRequest([]), peer=peer_of(caller(CONNECT, statement("AlterCluster", ARN))))
    assert answer.results == []
    assert world.ask(ListGroupsRequest(), peer=peer_of(caller(CONNECT))).groups == []


def test_the_default_cluster_is_in_the_account_of_whoever_asks(world: World) -> None:
    world.kafka.authorizer.standings.clear()
    allowed = "arn:aws:kafka:us-east-1:999999999999:*/default/*"
    assert produced(world, caller(statement("*", allowed), account="999999999999")) == 0
    assert produced(world, caller(statement("*", allowed))) == Code.TOPIC_AUTHORIZATION_FAILED

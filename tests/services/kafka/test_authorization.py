"""Every API asks for the right that Kafka asks for: refused without it, answered with exactly the ACLs that it takes.

`alice` has the ACLs that a row names, and nobody else has any; whatever no ACL speaks of is nobody's.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.services.kafka.world import Peer, World, batch_of, fetching
from weirmq.services.kafka import access_facts
from weirmq.services.kafka.acls import CLUSTER_NAME, Acl, Operation, PatternType, Permission, ResourceType
from weirmq.services.kafka.apis import APIS
from weirmq.services.kafka.ask import Principal
from weirmq.services.kafka.authorizer import Rules
from weirmq.wire.kafka import apis
from weirmq.wire.kafka import messages as m
from weirmq.wire.kafka.codes import Code

TOPIC, GROUP, CLUSTER, ID = (
    ResourceType.TOPIC, ResourceType.GROUP, ResourceType.CLUSTER, ResourceType.TRANSACTIONAL_ID,
)  # fmt: skip
READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE = (
    Operation.READ, Operation.WRITE, Operation.CREATE, Operation.DELETE, Operation.ALTER, Operation.DESCRIBE,
)  # fmt: skip
DESCRIBE_CONFIGS, ALTER_CONFIGS = Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS
CLUSTER_ACTION, IDEMPOTENT_WRITE = Operation.CLUSTER_ACTION, Operation.IDEMPOTENT_WRITE

Right = tuple[ResourceType, Operation]
NAMES = {TOPIC: "orders", GROUP: "*", CLUSTER: CLUSTER_NAME, ID: "t"}
NO_TOPIC, NO_GROUP, NO_CLUSTER, NO_ID = (
    Code.TOPIC_AUTHORIZATION_FAILED, Code.GROUP_AUTHORIZATION_FAILED, Code.CLUSTER_AUTHORIZATION_FAILED,
    Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
)  # fmt: skip
DENIED = {NO_TOPIC, NO_GROUP, NO_CLUSTER, NO_ID}
ALICE = Peer("alice")


def guarded(*rights: Right) -> tuple[World, bytes]:
    """A world with a topic, of which groups have offsets, where alice has these rights."""
    world = World()
    topic_id = world.topic()
    alter = message(91, "AlterShareGroupOffsetsRequestTopic")
    world.ask(
        message(91, "AlterShareGroupOffsetsRequest")(
            "s", [alter("orders", [message(91, "AlterShareGroupOffsetsRequestPartition")(0, 0)])]
        )
    )
    for group in ("g", "h"):
        asked = message(8, "OffsetCommitRequestTopic")("", topic_id, [message(8, "OffsetCommitRequestPartition")(0, 1)])
        world.ask(message(8, "OffsetCommitRequest")(group, topics=[asked]))
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    allow(world, *rights)
    return world, topic_id


def allow(world: World, *rights: Right, name: str = "") -> None:
    acls = [
        Acl(kind, PatternType.LITERAL, name or NAMES[kind], "User:alice", "*", operation, Permission.ALLOW)
        for kind, operation in rights
    ]
    world.kafka.commit(world.clock.now_ms(), access_facts.AclsCreated(0, acls))


def message(key: int, name: str) -> Any:
    """A struct of a request."""
    return getattr(__import__(f"{m.__name__}.{m.NAMES[key]}_request", fromlist=[name]), name)


def codes(answer: Any) -> set[int]:
    """All error codes in an answer."""
    found: set[int] = set()
    if isinstance(answer, list):
        return found.union(*(codes(each) for each in answer)) if answer else found
    for name in getattr(answer, "__struct_fields__", ()):
        value = getattr(answer, name)
        if name.endswith("error_code"):
            found.add(value)
        elif isinstance(value, list) or hasattr(value, "__struct_fields__"):
            found |= codes(value)
    return found


def request(key: int, topic_id: bytes) -> tuple[Any, int | None]:
    """A request of an API about `orders`, `g`, the cluster or `t`, and its version, if that isn't the last one."""

    def of(name: str, *fields: Any, **named: Any) -> Any:
        return message(key, name)(*fields, **named)

    simple: dict[int, Callable[[], Any]] = {
        1: lambda: fetching(topic_id, 0),
        8: lambda: of(
            "OffsetCommitRequest",
            "g",
            topics=[of("OffsetCommitRequestTopic", "", topic_id, [of("OffsetCommitRequestPartition", 0, 1)])],
        ),
        9: lambda: of(
            "OffsetFetchRequest",
            groups=[of("OffsetFetchRequestGroup", "g", None, -1, [of("OffsetFetchRequestTopics", "", topic_id, [0])])],
        ),
        11: lambda: of(
            "JoinGroupRequest", "g", 10_000, 10_000, "", None, "consumer", [of("JoinGroupRequestProtocol", "range")]
        ),
        12: lambda: of("HeartbeatRequest", "g", 1, "m"),
        13: lambda: of("LeaveGroupRequest", "g", "", [of("MemberIdentity", "m")]),
        14: lambda: of("SyncGroupRequest", "g", 1, "m"),
        15: lambda: of("DescribeGroupsRequest", ["g"]),
        20: lambda: of("DeleteTopicsRequest", [of("DeleteTopicState", "orders")]),
        23: lambda: of(
            "OffsetForLeaderEpochRequest",
            -1,
            [of("OffsetForLeaderTopic", "orders", [of("OffsetForLeaderPartition", 0, -1, 0)])],
        ),
        25: lambda: of("AddOffsetsToTxnRequest", "t", 1, 0, "g"),
        26: lambda: of("EndTxnRequest", "t", 1, 0, True),
        27: lambda: of(
            "WriteTxnMarkersRequest",
            [of("WritableTxnMarker", 1, 0, False, [of("WritableTxnMarkerTopic", "orders", [0])])],
        ),
        29: lambda: of("DescribeAclsRequest", 1, None, 1, None, None, 1, 1),
        30: lambda: of("CreateAclsRequest", [of("AclCreation", TOPIC, "new", 3, "User:bob", "*", READ, 3)]),
        31: lambda: of("DeleteAclsRequest", [of("DeleteAclsFilter", TOPIC, "new", 1, None, None, 1, 1)]),
        34: lambda: of(
            "AlterReplicaLogDirsRequest",
            [of("AlterReplicaLogDir", "/", [of("AlterReplicaLogDirTopic", "orders", [0])])],
        ),
        35: lambda: of("DescribeLogDirsRequest", None),
        42: lambda: of("DeleteGroupsRequest", ["g"]),
        50: lambda: of("DescribeUserScramCredentialsRequest"),
        51: lambda: of("AlterUserScramCredentialsRequest", [of("ScramCredentialDeletion", "bob", 1)]),
        55: lambda: of("DescribeQuorumRequest", [of("TopicData", "__cluster_metadata", [of("PartitionData", 0)])]),
        57: lambda: of("UpdateFeaturesRequest", 1, [of("FeatureUpdateKey", "share.version", 1)]),
        61: lambda: of("DescribeProducersRequest", [of("TopicRequest", "orders", [0])]),
        65: lambda: of("DescribeTransactionsRequest", ["t"]),
        69: lambda: of("ConsumerGroupDescribeRequest", ["g"]),
        43: lambda: of("ElectLeadersRequest", 0, [of("TopicPartitions", "orders", [0])]),
        45: lambda: of(
            "AlterPartitionReassignmentsRequest",
            topics=[of("ReassignableTopic", "orders", [of("ReassignablePartition", 0, [1])])],
        ),
        46: lambda: of("ListPartitionReassignmentsRequest"),
        48: lambda: of("DescribeClientQuotasRequest"),
        49: lambda: of("AlterClientQuotasRequest", [of("EntryData", [of("EntityData", "user", "u")])]),
        74: lambda: of("ListConfigResourcesRequest"),
        76: lambda: of("ShareGroupHeartbeatRequest", "g", "m", 0, None, ["orders"]),
        77: lambda: of("ShareGroupDescribeRequest", ["g"]),
        78: lambda: of(
            "ShareFetchRequest", "g", "m", 0, 0, topics=[of("FetchTopic", topic_id, [of("FetchPartition", 0)])]
        ),
        79: lambda: of("ShareAcknowledgeRequest", "g", "m", 1),
        88: lambda: of(
            "StreamsGroupHeartbeatRequest",
            "g",
            "m",
            rebalance_timeout_ms=1_000,
            topology=of("Topology", 0, [of("Subtopology", "0", ["orders"])]),
        ),
        89: lambda: of("StreamsGroupDescribeRequest", ["g"]),
        90: lambda: of(
            "DescribeShareGroupOffsetsRequest",
            [
                of(
                    "DescribeShareGroupOffsetsRequestGroup",
                    "g",
                    [of("DescribeShareGroupOffsetsRequestTopic", "orders", [0])],
                )
            ],
        ),
        91: lambda: of(
            "AlterShareGroupOffsetsRequest",
            "new",
            [
                of(
                    "AlterShareGroupOffsetsRequestTopic",
                    "orders",
                    [of("AlterShareGroupOffsetsRequestPartition", 0, 1)],
                )
            ],
        ),
        92: lambda: of("DeleteShareGroupOffsetsRequest", "s", [of("DeleteShareGroupOffsetsRequestTopic", "orders")]),
        75: lambda: of("DescribeTopicPartitionsRequest", [of("TopicRequest", "orders")]),
    }
    if key in simple:
        return simple[key](), None
    return other(key, topic_id)


def other(key: int, topic_id: bytes) -> tuple[Any, int | None]:
    def of(name: str, *fields: Any, **named: Any) -> Any:
        return message(key, name)(*fields, **named)

    if key == 0:
        data = of("PartitionProduceData", 0, batch_of(b"a"))
        return of("ProduceRequest", None, -1, 1000, [of("TopicProduceData", "", topic_id, [data])]), None
    if key == 2:
        asked = [of("ListOffsetsTopic", "orders", [of("ListOffsetsPartition", 0, -1, -1)])]
        return of("ListOffsetsRequest", -1, 0, asked), None
    if key == 3:
        return of("MetadataRequest", [of("MetadataRequestTopic", bytes(16), "orders")], False), None
    if key == 19:
        return of("CreateTopicsRequest", [of("CreatableTopic", "orders", 1, 1)], 1000), None
    if key == 21:
        partition = of("DeleteRecordsPartition", 0, -1)
        return of("DeleteRecordsRequest", [of("DeleteRecordsTopic", "orders", [partition])]), None
    if key == 24:
        return of("AddPartitionsToTxnRequest", [], "t", 1, 0, [of("AddPartitionsToTxnTopic", "orders", [0])]), 3
    if key == 28:
        asked = [of("TxnOffsetCommitRequestTopic", "orders", [of("TxnOffsetCommitRequestPartition", 0, 1)])]
        return of("TxnOffsetCommitRequest", "t", "g", 1, 0, topics=asked), None
    if key == 37:
        return of("CreatePartitionsRequest", [of("CreatePartitionsTopic", "orders", 3)], 1000), None
    if key == 47:
        asked = [of("OffsetDeleteRequestTopic", "orders", [of("OffsetDeleteRequestPartition", 0)])]
        return of("OffsetDeleteRequest", "g", asked), None
    assert key == 68
    return of("ConsumerGroupHeartbeatRequest", "g", "m", 0, None, None, 60_000, ["orders"], topic_partitions=[]), None


# API key, what it takes, the error without any of it
ROWS: list[tuple[int, tuple[Right, ...], Code]] = [
    (0, ((TOPIC, WRITE),), NO_TOPIC),
    (1, ((TOPIC, READ),), NO_TOPIC),
    (2, ((TOPIC, DESCRIBE),), NO_TOPIC),
    (3, ((TOPIC, DESCRIBE),), NO_TOPIC),
    (8, ((GROUP, READ), (TOPIC, READ)), NO_GROUP),
    (9, ((GROUP, DESCRIBE), (TOPIC, DESCRIBE)), NO_GROUP),
    (11, ((GROUP, READ),), NO_GROUP),
    (12, ((GROUP, READ),), NO_GROUP),
    (13, ((GROUP, READ),), NO_GROUP),
    (14, ((GROUP, READ),), NO_GROUP),
    (15, ((GROUP, DESCRIBE),), NO_GROUP),
    (19, ((TOPIC, CREATE),), NO_TOPIC),
    (20, ((TOPIC, DELETE),), NO_TOPIC),
    (21, ((TOPIC, DELETE),), NO_TOPIC),
    (23, ((TOPIC, DESCRIBE),), NO_TOPIC),
    (24, ((ID, WRITE), (TOPIC, WRITE)), NO_ID),
    (25, ((ID, WRITE), (GROUP, READ)), NO_ID),
    (26, ((ID, WRITE),), NO_ID),
    (28, ((ID, WRITE), (GROUP, READ), (TOPIC, READ)), NO_ID),
    (29, ((CLUSTER, DESCRIBE),), NO_CLUSTER),
    (30, ((CLUSTER, ALTER),), NO_CLUSTER),
    (31, ((CLUSTER, ALTER),), NO_CLUSTER),
    (34, ((CLUSTER, ALTER),), NO_CLUSTER),
    (35, ((CLUSTER, DESCRIBE),), NO_CLUSTER),
    (37, ((TOPIC, ALTER),), NO_TOPIC),
    (42, ((GROUP, DELETE),), NO_GROUP),
    (43, ((CLUSTER, ALTER),), NO_CLUSTER),
    (45, ((CLUSTER, ALTER),), NO_CLUSTER),
    (46, ((CLUSTER, DESCRIBE),), NO_CLUSTER),
    (47, ((GROUP, DELETE), (TOPIC, READ)), NO_GROUP),
    (48, ((CLUSTER, DESCRIBE_CONFIGS),), NO_CLUSTER),
    (49, ((CLUSTER, ALTER_CONFIGS),), NO_CLUSTER),
    (50, ((CLUSTER, DESCRIBE),), NO_CLUSTER),
    (51, ((CLUSTER, ALTER),), NO_CLUSTER),
    (55, ((CLUSTER, DESCRIBE),), NO_CLUSTER),
    (57, ((CLUSTER, ALTER),), NO_CLUSTER),
    (61, ((TOPIC, READ),), NO_TOPIC),
    (65, ((ID, DESCRIBE),), NO_ID),
    (68, ((GROUP, READ), (TOPIC, DESCRIBE)), NO_GROUP),
    (69, ((GROUP, DESCRIBE),), NO_GROUP),
    (74, ((CLUSTER, DESCRIBE_CONFIGS),), NO_CLUSTER),
    (75, ((TOPIC, DESCRIBE),), NO_TOPIC),
    (76, ((GROUP, READ), (TOPIC, DESCRIBE)), NO_GROUP),
    (77, ((GROUP, DESCRIBE),), NO_GROUP),
    (78, ((GROUP, READ), (TOPIC, READ)), NO_GROUP),
    (79, ((GROUP, READ),), NO_GROUP),
    (88, ((GROUP, READ), (TOPIC, DESCRIBE)), NO_GROUP),
    (89, ((GROUP, DESCRIBE),), NO_GROUP),
    (90, ((GROUP, DESCRIBE), (TOPIC, DESCRIBE)), NO_GROUP),
    (91, ((GROUP, READ), (TOPIC, READ)), NO_GROUP),
    (92, ((GROUP, DELETE), (TOPIC, READ)), NO_GROUP),
]  # fmt: skip

# Those that are about several kinds of resource, or leave out what one may not see, have tests of their own below; a
# login takes no right, nor do metrics and tokens of oneself.
APART = {10, 16, 17, 18, 22, 27, 32, 33, 36, 38, 39, 40, 41, 44, 60, 66, 71, 72}


@pytest.mark.parametrize(("key", "rights", "code"), ROWS, ids=[apis.request(row[0]).name[:-7] for row in ROWS])
def test_an_api_takes_these_rights(key: int, rights: tuple[Right, ...], code: Code) -> None:
    def asked(*given: Right) -> set[int]:
        world, topic_id = guarded(*given)
        body, version = request(key, topic_id)
        later = world.begin(body, version=version, peer=Peer("alice"))
        return codes(later.answer) & DENIED

    assert code in asked()
    assert code in asked(*((kind, other) for kind, right in rights for other in _others(kind, right)))
    for number in range(len(rights)):
        assert asked(*rights[:number], *rights[number + 1 :]) or len(rights) == 1
    assert asked(*rights) == set()


def _others(kind: ResourceType, right: Operation) -> Iterable[Operation]:
    """All other rights, but for those that imply this one."""
    implies = {DESCRIBE: {READ, WRITE, DELETE, ALTER}, DESCRIBE_CONFIGS: {ALTER_CONFIGS}}.get(right, set())
    return [each for each in Operation if each > Operation.ALL and each != right and each not in implies]


def test_every_api_is_tried() -> None:
    untried = set(APIS) - {key for key, _, _ in ROWS} - APART
    assert untried == set(), "add a row, or a test of its own"


# Those that are about several kinds of resources


def _one(key: int, name: str, *fields: Any, rights: Iterable[Right] = (), **named: Any) -> Any:
    world, _ = guarded(*rights)
    return world.ask(message(key, name)(*fields, **named), peer=Peer("alice"))


@pytest.mark.parametrize("right", [Operation.ALTER, Operation.CLUSTER_ACTION])
def test_write_txn_markers(right: Operation) -> None:
    def asked(*rights: Right) -> set[int]:
        world, topic_id = guarded(*rights)
        return codes(world.ask(request(27, topic_id)[0], peer=Peer("alice"))) & DENIED

    assert asked((TOPIC, WRITE)) == {NO_CLUSTER}
    assert asked((CLUSTER, right)) == set()


@pytest.mark.parametrize(("kind", "right", "code"), [(0, (GROUP, DESCRIBE), NO_GROUP), (1, (ID, DESCRIBE), NO_ID)])
def test_find_coordinator(kind: int, right: Right, code: Code) -> None:
    keys = [NAMES[right[0]]]
    assert codes(_one(10, "FindCoordinatorRequest", "", kind, keys)) == {0, code}
    assert codes(_one(10, "FindCoordinatorRequest", "", kind, keys, rights=[right])) == {0}


@pytest.mark.parametrize(
    ("transactional_id", "rights", "code"),
    [
        (None, [], NO_CLUSTER),
        (None, [(CLUSTER, IDEMPOTENT_WRITE)], Code.NONE),
        (None, [(TOPIC, WRITE)], Code.NONE),
        (None, [(TOPIC, READ)], NO_CLUSTER),
        ("t", [(CLUSTER, IDEMPOTENT_WRITE)], NO_ID),
        ("t", [(ID, WRITE)], Code.NONE),
    ],
)
def test_init_producer_id(transactional_id: str | None, rights: list[Right], code: Code) -> None:
    assert codes(_one(22, "InitProducerIdRequest", transactional_id, 1000, rights=rights)) == {code}


@pytest.mark.parametrize(
    ("kind", "name", "resource", "code"),
    [(2, "orders", TOPIC, NO_TOPIC), (4, "1", CLUSTER, NO_CLUSTER), (4, "", CLUSTER, NO_CLUSTER)],
)
def test_configs(kind: int, name: str, resource: ResourceType, code: Code) -> None:
    described = [message(32, "DescribeConfigsResource")(kind, name, None)]
    assert codes(_one(32, "DescribeConfigsRequest", described)) == {code}
    assert codes(_one(32, "DescribeConfigsRequest", described, rights=[(resource, DESCRIBE_CONFIGS)])) == {0}
    whole = [message(33, "AlterConfigsResource")(kind, name, [])]
    changed = [message(44, "AlterConfigsResource")(kind, name, [])]
    for key, asked in ((33, whole), (44, changed)):
        prefix = "" if key == 33 else "Incremental"
        assert codes(_one(key, f"{prefix}AlterConfigsRequest", asked, rights=[(resource, DESCRIBE_CONFIGS)])) == {code}
        assert code not in codes(_one(key, f"{prefix}AlterConfigsRequest", asked, rights=[(resource, ALTER_CONFIGS)]))


@pytest.mark.parametrize(
    ("rights", "seen"),
    [([], set()), ([(GROUP, DESCRIBE)], {"g"}), ([(GROUP, READ)], {"g"}), ([(CLUSTER, DESCRIBE)], {"g", "h", "s"})],
)
def test_groups_that_one_may_not_see_are_left_out(rights: list[Right], seen: set[str]) -> None:
    world, _ = guarded()
    allow(world, *rights, name="g" if (CLUSTER, DESCRIBE) not in rights else "")
    listed = world.ask(message(16, "ListGroupsRequest")(), peer=Peer("alice")).groups
    assert {each.group_id for each in listed} == seen


def test_topics_that_one_may_not_see_are_left_out() -> None:
    world, topic_id = guarded((TOPIC, DESCRIBE))
    world.kafka.authorizer.rules = Rules()
    world.topic("bills")
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    alice, bob = Peer("alice"), Peer("bob")
    everything, named = message(3, "MetadataRequest"), message(3, "MetadataRequestTopic")
    assert [each.name for each in world.ask(everything(None), peer=alice).topics] == ["orders"]
    assert world.ask(everything(None), peer=bob).topics == []
    (by_id,) = world.ask(everything([named(topic_id, None)]), peer=bob).topics
    assert (by_id.error_code, by_id.name) == (NO_TOPIC, None)
    (unknown,) = world.ask(everything([named(b"?" * 16, None)]), peer=bob).topics
    assert unknown.error_code == Code.UNKNOWN_TOPIC_ID
    paged = world.ask(message(75, "DescribeTopicPartitionsRequest")([]), peer=alice)
    assert [each.name for each in paged.topics] == ["orders"]


def test_making_a_topic_on_demand_takes_the_right_to_create_it() -> None:
    def told(*rights: Right) -> int:
        world, _ = guarded((TOPIC, DESCRIBE), *rights)
        world.ask(message(20, "DeleteTopicsRequest")([message(20, "DeleteTopicState")("orders")]), peer=Peer("root"))
        cluster = world.kafka.machine.clusters[0]
        cluster.remove(cluster.topics["orders"])
        asked = [message(3, "MetadataRequestTopic")(bytes(16), "orders")]
        (topic,) = world.ask(message(3, "MetadataRequest")(asked, True), peer=Peer("alice")).topics
        return int(topic.error_code)

    assert told() == NO_TOPIC
    assert told((TOPIC, CREATE)) == 0
    assert told((CLUSTER, CREATE)) == 0


def test_a_new_topics_configs_are_told_to_those_who_may_see_them() -> None:
    world, _ = guarded((CLUSTER, CREATE))
    asked = message(19, "CreateTopicsRequest")([message(19, "CreatableTopic")("new", 1, 1)], 1000)
    (made,) = world.ask(asked, peer=Peer("alice")).topics
    assert (made.error_code, made.topic_config_error_code, made.num_partitions, made.configs) == (0, NO_TOPIC, -1, [])


def test_deleting_by_id_doesnt_tell_the_name() -> None:
    asked = message(20, "DeleteTopicState")
    for rights, name in (((), None), (((TOPIC, DESCRIBE),), "orders")):
        world, topic_id = guarded(*rights)
        (told,) = world.ask(message(20, "DeleteTopicsRequest")([asked(None, topic_id)]), peer=Peer("alice")).responses
        assert (told.error_code, told.name) == (NO_TOPIC, name)


def test_transactions_that_one_may_not_see_are_left_out() -> None:
    for rights, seen in (([], []), ([(ID, DESCRIBE)], ["t"])):
        world, _ = guarded((ID, WRITE))
        world.ask(message(22, "InitProducerIdRequest")("t", 1000), peer=Peer("alice"))
        world.kafka.machine.clusters[0].acls.remove(list(world.kafka.machine.clusters[0].acls))
        allow(world, *rights)
        listed = world.ask(message(66, "ListTransactionsRequest")(), peer=Peer("alice")).transaction_states
        assert [each.transactional_id for each in listed] == seen


def test_operations_that_are_allowed_are_told_where_one_asks() -> None:
    world, _ = guarded((TOPIC, READ), (CLUSTER, DESCRIBE), (CLUSTER, ALTER), (GROUP, DELETE))
    topics = [message(3, "MetadataRequestTopic")(bytes(16), "orders")]
    asked = message(3, "MetadataRequest")(topics, include_topic_authorized_operations=True)
    (topic,) = world.ask(asked, peer=Peer("alice")).topics
    assert topic.topic_authorized_operations == 1 << READ | 1 << DESCRIBE
    of_cluster = message(60, "DescribeClusterRequest")
    told = world.ask(of_cluster(True), peer=Peer("alice"))
    assert told.cluster_authorized_operations == 1 << DESCRIBE | 1 << ALTER
    assert world.ask(of_cluster(True), peer=Peer("bob")).cluster_authorized_operations == 0
    assert world.ask(of_cluster(), peer=Peer("alice")).cluster_authorized_operations == -(2**31)
    (group,) = world.ask(message(15, "DescribeGroupsRequest")(["g"], True), version=5, peer=Peer("alice")).groups
    assert group.authorized_operations == 1 << DELETE | 1 << DESCRIBE


def test_super_users_may_do_everything() -> None:
    world, topic_id = guarded()
    deny = Acl(TOPIC, PatternType.LITERAL, "*", "User:*", "*", Operation.ALL, Permission.DENY)
    world.kafka.commit(world.clock.now_ms(), access_facts.AclsCreated(0, [deny]))
    world.kafka.authorizer.rules = Rules(frozenset({ALICE.principal}), allows_unlisted=False)
    body, _ = request(0, topic_id)
    assert codes(world.ask(body, peer=ALICE)) == {0}
    assert codes(world.ask(body, peer=Peer("bob"))) == {NO_TOPIC}
    assert codes(world.ask(message(22, "InitProducerIdRequest")(None, 1000), peer=ALICE)) == {0}


def test_rules_are_written_as_in_kafka() -> None:
    rules = Rules.of("User:alice;User:CN=bob,O=weir", requires_acls=True)
    assert rules == Rules(frozenset({Principal("User", "alice"), Principal("User", "CN=bob,O=weir")}), False)
    assert Rules.of("", requires_acls=False) == Rules()


def test_what_no_acl_speaks_of_is_everybodys_on_msk(world: World) -> None:
    topic_id = world.topic()
    body, _ = request(0, topic_id)
    assert codes(world.ask(body, peer=ALICE)) == {0}
    allow(world, (TOPIC, READ))
    assert codes(world.ask(body, peer=ALICE)) == {NO_TOPIC}
    assert codes(world.ask(message(22, "InitProducerIdRequest")(None, 1000), peer=ALICE)) == {0}

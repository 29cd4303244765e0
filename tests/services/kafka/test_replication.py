"""Replications between two clusters: records, configs, ACLs and groups' offsets get there, once, whatever crashes."""

import pytest
from msgspec.structs import replace

from tests.services.kafka.world import NOW_MS, World, batch_of, fetching
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.batch import records
from weirmq.services.kafka import facts, topics
from weirmq.services.kafka.access_facts import AclsCreated
from weirmq.services.kafka.acls import Acl, Operation, PatternType, Permission, ResourceType
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.clusters import make_cluster, remove_cluster
from weirmq.services.kafka.facts import Committed
from weirmq.services.kafka.model import Cluster, Topic
from weirmq.services.kafka.replication import progress, start_replication, stop_replication, update_replication
from weirmq.services.kafka.replication_facts import ReplicationSet
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.kafka.batch import CONTROL, heads
from weirmq.wire.kafka.listeners import PLAINTEXT
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

SOURCE, TARGET = 1, 2
ALL = ReplicationSet("r", SOURCE, TARGET, [".*"], [], [".*"], [])


def a_world(disk: SimulatedDisk | None = None, *, waits_for_sync: bool = False) -> World:
    world = World(disk, waits_for_sync=waits_for_sync)
    for _ in range(2):
        make_cluster(world.kafka, NOW_MS, 1, [PLAINTEXT])
    return world


@pytest.fixture
def world() -> World:
    return a_world()


def cluster(world: World, number: int = SOURCE) -> Cluster:
    return world.kafka.machine.clusters[number]


def made(world: World, name: str = "orders", partitions: int = 1, **configs: str) -> Topic:
    given = {key.replace("_", "."): value for key, value in configs.items()}
    return topics.make(world.kafka, NOW_MS, cluster(world), name, partitions, given)


def produce(world: World, topic: Topic, *values: bytes, index: int = 0) -> None:
    data = [PartitionProduceData(index, batch_of(*values, now_ms=world.clock.now_ms()))]
    asked = ProduceRequest(None, -1, 1000, [TopicProduceData("", topic.id, data)])
    answer = world.ask(asked, place=Place(topic.cluster.number, 1))
    assert not answer.responses[0].partition_responses[0].error_code


def turn(world: World, times: int = 3) -> None:
    for _ in range(times):
        world.clock.advance(seconds=1)
        world.tick()


def copied(world: World, name: str = "orders", index: int = 0) -> list[bytes]:
    """The values of a partition at the target."""
    topic = cluster(world, TARGET).topics[name]
    found = world.ask(fetching(topic.id, 0, index=index), place=Place(TARGET, 1)).responses[0].partitions[0]
    assert not found.error_code
    return [
        record.value
        for _, batch in heads(memoryview(bytes(found.records or b"")))
        if not batch.attributes & CONTROL
        for record in records(batch.data)
    ]


def commit(world: World, topic: Topic, offset: int, number: int = SOURCE) -> None:
    world.kafka.commit(NOW_MS, facts.OffsetsCommitted(number, "g", [Committed(topic.id, 0, offset, 0, "m")]))


def committed(world: World, name: str = "orders") -> int | None:
    topic = cluster(world, TARGET).topics[name]
    found = world.kafka.machine.offsets.get((TARGET, "g"), {}).get((topic.id, 0))
    return found and found.offset


def test_topics_are_copied_with_their_records_and_configs(world: World) -> None:
    topic = made(world, partitions=2, retention_ms="600000")
    produce(world, topic, b"a", b"b")
    start_replication(world.kafka, NOW_MS, ALL)
    turn(world)
    assert copied(world) == [b"a", b"b"]
    produce(world, topic, b"c")
    produce(world, topic, b"d", index=1)
    turn(world)
    assert (copied(world), copied(world, index=1)) == ([b"a", b"b", b"c"], [b"d"])
    assert cluster(world, TARGET).topics["orders"].given == {"retention.ms": "600000"}
    assert progress(world.kafka, "r") == [("orders", 0, 3, 3), ("orders", 1, 1, 1)]
    world.kafka.commit(NOW_MS, facts.TopicConfigured(SOURCE, topic.id, {"retention.ms": "700000"}))
    topics.grow(world.kafka, NOW_MS, topic, 3)
    turn(world)
    copy = cluster(world, TARGET).topics["orders"]
    assert (copy.given, len(copy.partitions)) == ({"retention.ms": "700000"}, 3)


def test_what_is_chosen(world: World) -> None:
    for name in ("orders", "orders-old", "bills"):
        produce(world, made(world, name), b"a")
    chosen = ReplicationSet("r", SOURCE, TARGET, ["orders.*"], [".*-old"], [], [], prefix="east.")
    start_replication(world.kafka, NOW_MS, chosen)
    turn(world)
    assert set(cluster(world, TARGET).topics) == {"east.orders"}
    assert copied(world, "east.orders") == [b"a"]
    wider = ReplicationSet("r", SOURCE, TARGET, ["orders.*"], [], [], [], prefix="east.")
    update_replication(world.kafka, NOW_MS, wider)
    turn(world)
    assert set(cluster(world, TARGET).topics) == {"east.orders", "east.orders-old"}
    assert copied(world, "east.orders") == [b"a"]


def test_from_the_latest(world: World) -> None:
    topic = made(world)
    produce(world, topic, b"old")
    start_replication(world.kafka, NOW_MS, ReplicationSet("r", SOURCE, TARGET, [".*"], [], [".*"], [], "", True))
    turn(world)
    produce(world, topic, b"new")
    commit(world, topic, 2)
    turn(world)
    assert copied(world) == [b"new"]
    assert committed(world) == 1  # translated


def test_offsets_of_groups_go_forwards_once_the_records_are_there(world: World) -> None:
    topic = made(world)
    produce(world, topic, b"a", b"b", b"c")
    commit(world, topic, 2)
    start_replication(world.kafka, NOW_MS, ALL)
    turn(world)
    assert committed(world) == 2
    commit(world, topic, 1)
    turn(world)
    assert committed(world) == 2
    commit(world, topic, 3)
    group = world.kafka.groups.make((TARGET, "g"))
    group.members["m"] = None  # type: ignore[assignment]
    turn(world)
    assert committed(world) == 2
    group.members.clear()
    turn(world)
    assert committed(world) == 3


def test_acls_of_topics_let_nobody_write_to_copies(world: World) -> None:
    def acl(user: str, operation: Operation, permission: Permission = Permission.ALLOW) -> Acl:
        return Acl(ResourceType.TOPIC, PatternType.LITERAL, "orders", f"User:{user}", "*", operation, permission)

    kept = [
        acl("a", Operation.READ),
        acl("a", Operation.DESCRIBE_CONFIGS),
        acl("b", Operation.WRITE, Permission.DENY),
        acl("b", Operation.ALL, Permission.DENY),
    ]
    of_group = replace(acl("a", Operation.READ), resource_type=ResourceType.GROUP)
    given = [*kept, of_group, acl("c", Operation.WRITE), acl("d", Operation.ALL)]
    world.kafka.commit(NOW_MS, AclsCreated(SOURCE, given))
    start_replication(world.kafka, NOW_MS, ALL)
    turn(world)
    assert list(cluster(world, TARGET).acls) == [*kept, acl("d", Operation.READ)]


def test_acls_are_those_of_the_chosen_topics_by_their_names_there(world: World) -> None:
    def acl(name: str, pattern: PatternType = PatternType.LITERAL) -> Acl:
        return Acl(ResourceType.TOPIC, pattern, name, "User:a", "*", Operation.READ, Permission.ALLOW)

    given = [acl("orders"), acl("or", PatternType.PREFIXED), acl("*"), acl("secrets")]
    world.kafka.commit(NOW_MS, AclsCreated(SOURCE, given))
    start_replication(world.kafka, NOW_MS, replace(ALL, topics_excluded=["secrets"], prefix="s."))
    turn(world, 2)
    prefixed = PatternType.PREFIXED
    assert list(cluster(world, TARGET).acls) == [acl("s.orders"), acl("s.or", prefixed), acl("s.", prefixed)]


def test_a_ring_is_refused(world: World) -> None:
    third = make_cluster(world.kafka, NOW_MS, 1, [PLAINTEXT]).number
    start_replication(world.kafka, NOW_MS, replace(ALL, prefix="1."))
    start_replication(world.kafka, NOW_MS, replace(ALL, id="on", source=TARGET, target=third, prefix="2."))
    with pytest.raises(ValueError, match="ring"):
        start_replication(world.kafka, NOW_MS, replace(ALL, id="round", source=third, target=SOURCE, prefix="3."))
    start_replication(world.kafka, NOW_MS, replace(ALL, id="back", source=third, target=TARGET, prefix="3."))
    update_replication(world.kafka, NOW_MS, replace(ALL, prefix="1.", offsets=False))


def test_acls_do_not_come_back(world: World) -> None:
    acl = Acl(ResourceType.TOPIC, PatternType.LITERAL, "a", "User:a", "*", Operation.READ, Permission.ALLOW)
    world.kafka.commit(NOW_MS, AclsCreated(SOURCE, [acl]))
    start_replication(world.kafka, NOW_MS, replace(ALL, prefix="s."))
    start_replication(world.kafka, NOW_MS, replace(ALL, id="back", source=TARGET, target=SOURCE, prefix="t."))
    turn(world, 5)
    assert [[each.name for each in cluster(world, number).acls] for number in (SOURCE, TARGET)] == [["a"], ["s.a"]]


def test_it_stops_and_leaves_the_copies(world: World) -> None:
    topic = made(world)
    produce(world, topic, b"a")
    start_replication(world.kafka, NOW_MS, ALL)
    turn(world)
    stop_replication(world.kafka, NOW_MS, "r")
    produce(world, topic, b"b")
    turn(world)
    assert copied(world) == [b"a"]
    assert world.kafka.replicator.next_ms() is None
    with pytest.raises(KeyError):
        progress(world.kafka, "r")


def test_a_removed_cluster_ends_it(world: World) -> None:
    made(world)
    start_replication(world.kafka, NOW_MS, ALL)
    turn(world)
    remove_cluster(world.kafka, NOW_MS, cluster(world))
    turn(world)
    assert world.kafka.machine.replications.known == {}


@pytest.mark.parametrize(
    "asked",
    [
        ReplicationSet("x", 1, 1, [], [], [], []),
        ReplicationSet("x", 1, 9, [], [], [], []),
        ReplicationSet("x", 1, 2, ["("], [], [], []),
        ReplicationSet("r", 1, 2, [], [], [], []),
        ReplicationSet("x", 2, 1, [".*"], [], [], [], prefix="east."),
    ],
)
def test_what_can_not_be(world: World, asked: ReplicationSet) -> None:
    start_replication(world.kafka, NOW_MS, ALL)
    with pytest.raises(ValueError):
        start_replication(world.kafka, NOW_MS, asked)
    with pytest.raises(ValueError, match="keeps"):
        update_replication(world.kafka, NOW_MS, ReplicationSet("r", 2, 1, [], [], [], []))


def test_two_clusters_that_copy_from_each_other(world: World) -> None:
    produce(world, made(world), b"a")
    start_replication(world.kafka, NOW_MS, ReplicationSet("r", 1, 2, [".*"], [], [], [], prefix="one."))
    start_replication(world.kafka, NOW_MS, ReplicationSet("s", 2, 1, [".*"], [], [], [], prefix="two."))
    turn(world, 5)
    assert set(cluster(world).topics) == {"orders"}
    assert set(cluster(world, TARGET).topics) == {"one.orders"}


@pytest.mark.parametrize("seed", range(6))
def test_each_record_once_wherever_the_power_goes(seed: int) -> None:
    entropy = SeededEntropy(seed)
    disk = SimulatedDisk()
    world = a_world(disk, waits_for_sync=True)
    topic = made(world)
    world.flush()
    start_replication(world.kafka, NOW_MS, ALL)
    world.flush()
    acknowledged = 0
    for round_ in range(12):
        disk.lose_power_at = disk.calls + 3 + entropy.take(1)[0] % 25
        try:
            for _ in range(8):
                produce(world, world.kafka.machine.clusters[SOURCE].by_id[topic.id], b"%d" % acknowledged)
                acknowledged += 1
                turn(world, 1)
        except PowerLost:
            disk.lose_power_at = None
            disk.crash(entropy)
            world = World(disk, world.clock, waits_for_sync=True)
            end = world.kafka.log(world.kafka.machine.clusters[SOURCE].by_id[topic.id].partitions[0]).end
            assert end >= acknowledged, round_
            acknowledged = end  # what was on its way may be there
    disk.lose_power_at = None
    turn(world, 5)
    source = world.ask(fetching(topic.id, 0), place=Place(SOURCE, 1)).responses[0].partitions[0]
    sent = [record.value for _, batch in heads(memoryview(bytes(source.records))) for record in records(batch.data)]
    assert copied(world) == sent
    assert len(sent) == acknowledged

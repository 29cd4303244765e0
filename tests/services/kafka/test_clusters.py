"""Clusters beside the default one: made, grown, removed; and the ports of their brokers."""

import pytest

from tests.services.kafka.world import NOW_MS, PLACE, World, fetching
from weirmq.kernel.errors import NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.services.kafka import facts
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.clusters import (
    NoPort,
    endpoints,
    grow_cluster,
    make_cluster,
    remove_cluster,
    reopen,
    set_default,
)
from weirmq.services.kafka.group_admin import GROUP, TRANSACTION
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.token_facts import DelegationTokenSet
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.kafka.listeners import PLAINTEXT
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.find_coordinator_request import FindCoordinatorRequest
from weirmq.wire.kafka.messages.list_groups_request import ListGroupsRequest
from weirmq.wire.kafka.messages.list_transactions_request import ListTransactionsRequest
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest

TWO = (PLAINTEXT, "SASL_SSL")


def made(world: World, brokers: int = 3) -> Cluster:
    return make_cluster(world.kafka, NOW_MS, brokers, TWO)


def test_a_new_cluster_has_a_port_for_each_listener_of_each_broker(world: World) -> None:
    one, two = made(world), made(world, 1)
    assert (one.number, two.number) == (1, 2)
    assert len(one.id) == 22
    assert one.id != two.id
    assert one.listeners == list(TWO)
    assert endpoints(world.kafka, one, PLAINTEXT) == [(1, 20_000), (2, 20_002), (3, 20_004)]
    assert endpoints(world.kafka, one, "SASL_SSL") == [(1, 20_001), (2, 20_003), (3, 20_005)]
    assert endpoints(world.kafka, two, "SSL") == []
    assert len(world.opener.open_ports) == 8
    answer = world.ask(MetadataRequest(None), place=Place(1, 2, "SASL_SSL"))
    assert [(each.node_id, each.port) for each in answer.brokers] == endpoints(world.kafka, one, "SASL_SSL")
    assert answer.cluster_id == one.id


def test_clusters_know_nothing_of_each_other(world: World) -> None:
    cluster = made(world)
    place = Place(cluster.number, 1)
    for each in (PLACE, place):
        world.ask(CreateTopicsRequest([CreatableTopic("orders", 1, -1)]), place=each)
    assert world.ask(MetadataRequest(None)).topics[0].topic_id != cluster.topics["orders"].id
    assert world.ask(MetadataRequest(None)).cluster_id != cluster.id


def test_a_cluster_that_can_not_be(world: World) -> None:
    for brokers, listeners in ((0, TWO), (1, ())):
        with pytest.raises(ValueError, match="at least"):
            make_cluster(world.kafka, NOW_MS, brokers, listeners)
    world.opener.free = 5
    with pytest.raises(NoPort, match="broker 3: no port is free"):
        made(world)
    assert world.opener.open_ports == {}
    assert set(world.kafka.ports) == {PLACE}
    assert world.kafka.machine.clusters == {}
    world.kafka.opener = None
    with pytest.raises(NoPort, match="closed"):
        made(world)


def test_without_room_on_the_disk_no_port_stays_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NoRoom("full")

    monkeypatch.setattr(world.kafka, "commit", refuse)
    with pytest.raises(NoRoom):
        made(world)
    assert (world.opener.open_ports, set(world.kafka.ports)) == ({}, {PLACE})


@pytest.mark.parametrize("is_on_disk", [True, False])
def test_clusters_have_the_same_ports_after_a_restart(*, is_on_disk: bool) -> None:
    world = World(SimulatedDisk() if is_on_disk else None)
    made(world)
    removed = made(world, 1)
    remove_cluster(world.kafka, NOW_MS, removed)
    kept = made(world, 2)
    grow_cluster(world.kafka, NOW_MS, kept, 3)
    before = {place: port for place, port in world.kafka.ports.items() if place != PLACE}
    world.flush()
    world = world.restarted()
    assert reopen(world.kafka, NOW_MS) == []
    assert world.opener.open_ports == before
    assert made(world).number == 4  # a number is never used again


def test_a_port_that_was_taken_meanwhile_gives_way_to_another_one(world: World) -> None:
    made(world, 2)
    world = world.restarted()
    world.opener.taken = {20_000}
    assert reopen(world.kafka, NOW_MS) == [Place(1, 1, PLAINTEXT)]
    cluster = world.kafka.machine.clusters[1]
    assert endpoints(world.kafka, cluster, PLAINTEXT) == [(1, 20_004), (2, 20_002)]
    world = world.restarted()
    assert reopen(world.kafka, NOW_MS) == []
    assert endpoints(world.kafka, world.kafka.machine.clusters[1], PLAINTEXT) == [(1, 20_004), (2, 20_002)]


def test_a_cluster_grows(world: World) -> None:
    cluster = made(world, 1)
    before = endpoints(world.kafka, cluster, PLAINTEXT)
    grow_cluster(world.kafka, NOW_MS, cluster, 3)
    assert endpoints(world.kafka, cluster, PLAINTEXT) == [*before, (2, 20_002), (3, 20_004)]
    grow_cluster(world.kafka, NOW_MS, cluster, 3)
    with pytest.raises(ValueError, match="has 3 brokers"):
        grow_cluster(world.kafka, NOW_MS, cluster, 2)
    world.opener.free = 7
    with pytest.raises(NoPort):
        grow_cluster(world.kafka, NOW_MS, cluster, 5)
    assert len(cluster.brokers) == 3
    assert len(world.opener.open_ports) == 6


def test_how_many_brokers_the_default_cluster_has_is_an_option(world: World) -> None:
    set_default(world.kafka, NOW_MS, 2)
    for broker in (2, 3):
        world.kafka.ports[Place(0, broker)] = 9090 + broker
    assert len(world.ask(MetadataRequest(None)).brokers) == 2
    set_default(world.kafka, NOW_MS, 3)
    assert len(world.ask(MetadataRequest(None)).brokers) == 3
    with pytest.raises(ValueError, match="has 3 brokers"):
        set_default(world.kafka, NOW_MS, 2)
    default = world.kafka.machine.clusters[0]
    with pytest.raises(ValueError, match="option"):
        grow_cluster(world.kafka, NOW_MS, default, 4)
    with pytest.raises(ValueError, match="can't be removed"):
        remove_cluster(world.kafka, NOW_MS, default)


def test_a_removed_cluster_leaves_nothing() -> None:
    world = World(SimulatedDisk())
    cluster = made(world, 1)
    place = Place(1, 1)
    world.ask(CreateTopicsRequest([CreatableTopic("orders", 2, -1)]), place=place)
    topic = cluster.topics["orders"]
    commit = facts.OffsetsCommitted(1, "g", [facts.Committed(topic.id, 0, 1, 0, "")])
    world.kafka.commit(NOW_MS, commit, facts.ProducerInitialized(1, "t", 0, 0, -1, -1, 1000))
    world.kafka.commit(
        NOW_MS, facts.PartitionsEnlisted(1, "t", [(topic.id, 0)], 2), facts.GroupEnlisted(1, "t", "g", 2)
    )
    waiting = world.begin(fetching(topic.id, 0, wait_ms=1000), place=place)
    remove_cluster(world.kafka, NOW_MS, cluster)
    world.settle()
    assert waiting.answer is None or waiting.answer.error_code
    for _ in range(2):
        machine = world.kafka.machine
        assert (machine.clusters, machine.offsets, machine.committed_ms, machine.coordinator.ids) == ({}, {}, {}, {})
        assert list(machine.coordinator.of_group(1, "g")) == []
        assert set(machine.condemned) == {each.log for each in topic.partitions}
        assert world.opener.open_ports == {}
        world.tick()
        world = world.restarted()


def test_what_a_prepared_transaction_leaves_is_not_completed_in_a_removed_cluster(world: World) -> None:
    cluster = made(world, 1)
    kafka = world.kafka
    kafka.commit(NOW_MS, facts.ProducerInitialized(1, "t", 0, 0, -1, -1, 1000))
    kafka.commit(NOW_MS, facts.GroupEnlisted(1, "t", "g", 2))
    kafka.completions.fence(kafka.machine.coordinator.ids[1, "t"], NOW_MS)
    remove_cluster(kafka, NOW_MS, cluster)
    world.settle()
    world.clock.advance(seconds=1)
    world.tick()
    assert kafka.machine.coordinator.prepared == {}


def test_tokens_go_with_their_cluster(world: World) -> None:
    cluster = made(world, 1)
    token = DelegationTokenSet(1, "id", b"digest", "ann", "ann", [], NOW_MS, NOW_MS, NOW_MS)
    world.kafka.commit(NOW_MS, token)
    remove_cluster(world.kafka, NOW_MS, cluster)
    assert world.kafka.machine.tokens_due.next_ms() is None


def test_groups_and_transactions_are_listed_by_their_coordinators_alone(world: World) -> None:
    made(world)
    names = [f"g{number}" for number in range(9)]
    for name in names:
        world.kafka.groups.make((1, name))
        world.kafka.commit(NOW_MS, facts.ProducerInitialized(1, name, 0, 0, -1, -1, 1000))
    listed = {}
    for broker in (1, 2, 3):
        place = Place(1, broker)
        listed[broker] = [each.group_id for each in world.ask(ListGroupsRequest(), place=place).groups]
        transactions = world.ask(ListTransactionsRequest(), place=place).transaction_states
        assert [each.transactional_id for each in transactions] == listed[broker]
        for kind in (GROUP, TRANSACTION):
            asked = FindCoordinatorRequest(key_type=kind, coordinator_keys=listed[broker])
            assert {each.node_id for each in world.ask(asked, place=Place(1, 1)).coordinators} == {broker}
    assert sorted(name for found in listed.values() for name in found) == names


def test_members_of_a_removed_cluster_are_forgotten(world: World) -> None:
    cluster = made(world, 1)
    group = world.kafka.groups.make((1, "g"))
    world.kafka.groups.expect(group, "", NOW_MS + 5)
    world.kafka.consumer_groups.make((1, "c"))
    remove_cluster(world.kafka, NOW_MS, cluster)
    assert list(world.kafka.groups.of(1)) == list(world.kafka.consumer_groups.of(1)) == []
    assert world.kafka.groups.next_ms() is None


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_at_any_disk_call_leaves_a_whole_cluster_or_none(seed: int) -> None:
    entropy = SeededEntropy(seed)
    for call in range(1, 40):
        disk = SimulatedDisk()
        world = World(disk, waits_for_sync=True)
        known = endpoints(world.kafka, made(world, 1), PLAINTEXT)
        world.flush()
        disk.lose_power_at = disk.calls + call
        is_acknowledged = False
        try:
            made(world)
            world.flush()
            is_acknowledged = True
        except PowerLost:
            pass
        disk.lose_power_at = None
        disk.crash(entropy)
        world = World(disk, world.clock, waits_for_sync=True)
        clusters = world.kafka.machine.clusters
        assert reopen(world.kafka, NOW_MS) == []
        assert endpoints(world.kafka, clusters[1], PLAINTEXT) == known
        assert 2 in clusters or not is_acknowledged
        if 2 in clusters:
            assert len(clusters[2].ports) == len(endpoints(world.kafka, clusters[2], PLAINTEXT)) * len(TWO) == 6
        if is_acknowledged:
            return
    pytest.fail("it never came to its end")

"""What members of Kafka Streams applications may not do: too much, too long, or hear of what isn't theirs."""

import pytest

from tests.services.kafka.streaming import STATUS, Thread, subtopology, topology
from tests.services.kafka.test_streams_groups import RIVERS, allow, described, quick, wait
from tests.services.kafka.world import Peer, World
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.authorizer import Rules
from weirmq.services.kafka.streams_membership import SAID_LETTERS
from weirmq.services.kafka.streams_topology import CONFIGS_MAX, TOPICS_MAX
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import CopartitionGroup, Endpoint, KeyValue

SESSION_MS = 45_000


@pytest.fixture
def rivers(world: World) -> bytes:
    quick(world)
    return world.topic("rivers", 4)


def test_a_member_of_whatever_name_is_gone_when_it_is_silent(world: World, rivers: bytes) -> None:
    assert Thread(world.ask, "a\0nn", group="g\0", of=RIVERS).join().error_code == Code.NONE
    assert Thread(world.ask, "bob", of=RIVERS).join().error_code == Code.NONE
    wait(world, SESSION_MS)
    assert [described(world, group).group_state for group in ("g\0", "g")] == ["Empty", "Empty"]


def test_a_topology_of_too_many_topics_is_refused_before_rights_are_looked_at(world: World, rivers: bytes) -> None:
    much = topology(subtopology("0", "rivers", *(f"t{number}" for number in range(TOPICS_MAX))))
    answer = Thread(world.ask, "ann", of=much).join()
    assert (answer.error_code, answer.error_message) == (
        Code.STREAMS_INVALID_TOPOLOGY,
        "The topology names 2001 topics; there may be 2000 here.",
    )
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    mallory = Thread(lambda request: world.ask(request, peer=Peer("mallory")), "mal", of=much)
    assert mallory.join().error_code == Code.GROUP_AUTHORIZATION_FAILED


def test_a_topology_says_so_much_of_its_topics_at_most(world: World, rivers: bytes) -> None:
    """Every heartbeat would look through it, as long as an internal topic can't be made."""
    of = topology(subtopology("0", "rivers", stores=["counts"]))
    of.subtopologies[0].copartition_groups = [CopartitionGroup([0]), *[CopartitionGroup()] * TOPICS_MAX]
    refused = Thread(world.ask, "ann", of=of).join()
    assert (refused.error_code, refused.error_message) == (
        Code.STREAMS_INVALID_TOPOLOGY,
        "The topology copartitions 2001 topics; there may be 2000 here.",
    )
    of.subtopologies[0].copartition_groups.pop()
    (counts,) = of.subtopologies[0].state_changelog_topics
    counts.topic_configs = [KeyValue("cleanup.policy", "compact")] * (CONFIGS_MAX + 1)
    refused = Thread(world.ask, "ann", of=of).join()
    assert (refused.error_code, refused.error_message) == (
        Code.STREAMS_INVALID_TOPOLOGY,
        "The topology's internal topics have 20001 configs; there may be 20000 here.",
    )
    counts.topic_configs.pop()
    assert Thread(world.ask, "ann", of=of).join().error_code == Code.NONE


def test_a_member_says_so_much_of_itself_at_most(world: World, rivers: bytes) -> None:
    ann = Thread(world.ask, "ann", "p", of=RIVERS)
    tag = KeyValue("zone", "z" * (SAID_LETTERS - len("annpzonehost")))
    assert ann.join(client_tags=[tag], user_endpoint=Endpoint("host", 80)).error_code == Code.NONE
    (member,) = described(world).members
    assert len(member.client_tags[0].value) == len(tag.value)
    refused = ann.join(client_tags=[tag], user_endpoint=Endpoint("hosts", 80))
    assert (refused.error_code, refused.error_message) == (
        Code.INVALID_REQUEST,
        "The member says 8193 letters of itself; there may be 8192 here.",
    )


def test_of_many_internal_topics_that_cannot_be_made_a_few_are_told(world: World, rivers: bytes) -> None:
    of = topology(subtopology("0", "rivers", stores=[f"c{number}" for number in range(10)]))
    for store in of.subtopologies[0].state_changelog_topics:
        store.replication_factor = 2
    (status,) = Thread(world.ask, "ann", of=of).join().status
    assert STATUS[status.status_code] == "MISSING_INTERNAL_TOPICS"
    assert status.status_detail.count("Unable to replicate the partition 2 time(s)") == 3
    assert status.status_detail.endswith(" and 7 more.")


def test_who_may_not_create_hears_of_a_few_topics(world: World, rivers: bytes) -> None:
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    stores = [f"c{number}" for number in range(5)]
    described_topics = [(ResourceType.TOPIC, name, Operation.DESCRIBE) for name in ("rivers", *stores)]
    allow(world, (ResourceType.GROUP, "g", Operation.READ), *described_topics)
    ann = Thread(
        lambda request: world.ask(request, peer=Peer("alice")),
        "ann",
        of=topology(subtopology("0", "rivers", stores=stores)),
    )
    (status,) = ann.join().status
    assert status.status_detail.endswith("Unauthorized to CREATE on topics c0, c1, c2 and 2 more.")


def test_an_older_topology_lets_nobody_hear_of_topics_of_the_newer_one(world: World, rivers: bytes) -> None:
    world.topic("brooks", 2)
    newer = topology(subtopology("0", "rivers", "secret"), epoch=1)
    assert Thread(world.ask, "ann", of=newer).join().status[0].status_detail == "Source topics are missing: secret."
    world.kafka.authorizer.rules = Rules(allows_unlisted=False)
    allow(world, (ResourceType.GROUP, "g", Operation.READ), (ResourceType.TOPIC, "brooks", Operation.DESCRIBE))
    older = topology(subtopology("0", "brooks"))
    alice = Thread(lambda request: world.ask(request, peer=Peer("alice")), "alice", of=older)
    answer = alice.join()
    assert (answer.error_code, answer.status) == (Code.TOPIC_AUTHORIZATION_FAILED, [])
    allow(world, *((ResourceType.TOPIC, name, Operation.DESCRIBE) for name in ("rivers", "secret")))
    assert [STATUS[each.status_code] for each in alice.join().status] == ["STALE_TOPOLOGY", "MISSING_SOURCE_TOPICS"]


def test_an_endpoint_has_the_partitions_that_are_there_of_each_topic(world: World, rivers: bytes) -> None:
    world.topic("brooks", 2)
    ann = Thread(world.ask, "ann", of=topology(subtopology("0", "rivers", "brooks"), subtopology("1", "brooks")))
    ann.endpoint = Endpoint("host", 80)
    ann.join()
    ann.endpoints_epoch = -1
    (found,) = ann.owns().partitions_by_user_endpoint
    assert [(each.topic, each.partitions) for each in found.active_partitions] == [
        ("rivers", [0, 1, 2, 3]),
        ("brooks", [0, 1]),
    ]

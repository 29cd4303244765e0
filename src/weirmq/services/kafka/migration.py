"""A group goes from one protocol to the other, with its members (KIP-848, Migration).

    classic group ---- a member of the new protocol joins ---------------> group of the new protocol
                  <--- only members of the classic protocol are left ----

A group is of one protocol at a time, and what it has committed stays. In one of the new protocol members of the classic
one go on as they are used to: classic_members.py.

Rules:
1. Up: members take along what they have. That is what they were assigned, or where they have joined since, what they
   said that they own. The classic generation is the first epoch.
2. Only a group goes up whose members are consumers: what those say of themselves can be read.
3. Down: the epoch is the generation, and a rebalance begins, for now members assign among themselves.
"""

from weirmq.services.kafka import groups
from weirmq.services.kafka.assignors import Partition, by_topic
from weirmq.services.kafka.consumer_groups import CONSUMER, Classic, ConsumerGroup, Key, Member
from weirmq.services.kafka.group_access import Refused
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.rebalancing import rebalance
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka import consumer_protocol
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.messages.consumer_protocol_assignment import ConsumerProtocolAssignment
from weirmq.wire.kafka.messages.consumer_protocol_assignment import TopicPartition as Assigned
from weirmq.wire.kafka.messages.consumer_protocol_subscription import ConsumerProtocolSubscription
from weirmq.wire.kafka.messages.consumer_protocol_subscription import TopicPartition as Owned
from weirmq.wire.kafka.messages.join_group_response import JoinGroupResponse
from weirmq.wire.kafka.messages.sync_group_response import SyncGroupResponse

# Up


def to_consumer_group(kafka: Kafka, key: Key, now_ms: int) -> ConsumerGroup:
    """The group as one of the new protocol: it is, or becomes one, or is made. Raises Refused where it can't."""
    classic = kafka.groups.get(key)
    if classic is None:
        return kafka.consumer_groups.make(key)
    members = [_moved_up(kafka.machine.clusters[key[0]], classic, each) for each in classic.members.values()]
    group = kafka.consumer_groups.make(key)
    group.epoch = classic.generation
    taken: set[Partition] = set()
    for member in members:
        group.add(member)
        member.assigned -= taken  # members may have assigned something twice
        taken |= member.assigned
        group.target[member.id] = member.assigned
    for each in classic.members.values():
        kafka.consumer_groups.expect(group, group.members[each.id], now_ms + each.session_ms)
        if each.joining is not None:
            each.joining(JoinGroupResponse(error_code=Code.REBALANCE_IN_PROGRESS, member_id=each.id))
        if each.syncing is not None:
            each.syncing(SyncGroupResponse(error_code=Code.REBALANCE_IN_PROGRESS))
    kafka.groups.drop(key)
    return group


def _moved_up(cluster: Cluster, group: groups.Group, member: groups.Member) -> Member:
    cannot = f"Cannot upgrade classic group {group.key[1]} to consumer group because"
    if group.protocol_type != CONSUMER:
        raise Refused(Code.GROUP_ID_NOT_FOUND, f"{cannot} its members are of protocol type {group.protocol_type}.")
    metadata = member.metadata(group.protocol) or member.protocols[0][1]
    try:
        wanted = consumer_protocol.subscription(metadata)
        assigned = consumer_protocol.assignment(member.assignment).assigned_partitions if member.assignment else None
    except Malformed as error:
        raise Refused(Code.GROUP_ID_NOT_FOUND, f"{cannot} what its members say can't be read: {error}.") from None
    has = wanted.owned_partitions if member.joining is not None or assigned is None else assigned
    return Member(
        member.id,
        member.instance,
        wanted.rack_id,
        member.client_id,
        member.host,
        member.rebalance_ms,
        wanted.topics,
        None,
        group.generation,
        group.generation,
        partitions(cluster, has),
        classic=Classic(member.session_ms, member.protocols),
    )


def partitions(cluster: Cluster, named: list[Assigned] | list[Owned]) -> frozenset[Partition]:
    """Those that are there, of partitions that are named."""
    topics = cluster.topics
    return frozenset(
        (topics[each.topic].id, index)
        for each in named
        if each.topic in topics
        for index in each.partitions
        if 0 <= index < len(topics[each.topic].partitions)
    )


def owned(cluster: Cluster, wanted: ConsumerProtocolSubscription) -> frozenset[Partition]:
    """What a member says that it has."""
    return partitions(cluster, wanted.owned_partitions)


# Down


def goes_down(group: ConsumerGroup) -> bool:
    """Whether only members of the classic protocol are left."""
    return bool(group.members) and all(each.classic is not None for each in group.members.values())


def to_classic_group(kafka: Kafka, key: Key) -> groups.Group:
    """The group as a classic one: it is, or becomes one where it has no members, or is made."""
    group = kafka.groups.make(key)
    for kind in (kafka.consumer_groups, kafka.streams_groups):
        before = kind.get(key)
        if before is not None:
            kind.drop(key)
            group.empty_ms = before.empty_ms
    return group


def go_down(kafka: Kafka, group: ConsumerGroup, now_ms: int) -> None:
    """The group becomes a classic one, and its members are to join it anew."""
    made = to_classic_group(kafka, group.key)
    made.state, made.generation, made.protocol_type = groups.STABLE, group.epoch, CONSUMER
    for member in group.members.values():
        if member.classic is not None:
            made.add(_moved_down(kafka.machine.clusters[group.key[0]], member, member.classic))
            kafka.groups.expect(made, member.id, now_ms + member.classic.session_ms)
    made.protocol = made.elected()
    rebalance(kafka.groups, made, now_ms)


def _moved_down(cluster: Cluster, member: Member, classic: Classic) -> groups.Member:
    return groups.Member(
        member.id,
        member.instance,
        member.client_id,
        member.host,
        classic.session_ms,
        member.rebalance_ms,
        classic.protocols,
        assignment(cluster, member, classic),
    )


def assignment(cluster: Cluster, member: Member, classic: Classic) -> bytes:
    """What a member may have, as one of the classic protocol reads it."""
    told = [
        Assigned(cluster.by_id[topic_id].name, indexes)
        for topic_id, indexes in by_topic(member.assigned)
        if topic_id in cluster.by_id
    ]
    version = consumer_protocol.version(classic.protocols[0][1])
    return consumer_protocol.encoded(ConsumerProtocolAssignment(told), version)

"""Replications: one cluster's topics, configs, ACLs and groups' offsets copied to another one of the same process.

    source log -> batches as they are -> target log; how far that is -> journal, once the target's log is durable

Rules:
1. Nobody else writes to a copy. So after a crash the end of its log says how far copying was: one goes on from the
   position in the journal, and counts batches until the target's end is reached. Each record is copied exactly once.
2. Batches are copied with the markers of transactions, so readers of committed records get the same ones.
3. Offsets in a copy are the source's where that began at 0 and has no gaps. Else a group's are translated; where
   compaction left gaps, to an earlier one, so that nothing is passed over.
4. A group's offset is copied while it has no members at the target, and only forwards.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from weirmq.engine.machine import Fact
from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka import facts, topic_patterns, topics
from weirmq.services.kafka.access_facts import AclsCreated
from weirmq.services.kafka.acls import WILDCARD, Acl, Operation, PatternType, Permission, ResourceType
from weirmq.services.kafka.facts import Committed
from weirmq.services.kafka.model import LEADER_EPOCH, Cluster, Partition, Topic
from weirmq.services.kafka.partition_logs import adopt
from weirmq.services.kafka.replication_facts import ReplicationEnded, ReplicationMoved, ReplicationSet
from weirmq.services.kafka.replication_progress import PartitionKey, Position
from weirmq.wire.kafka import batch as batches

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

NAP_MS: Final = 100  # between two looks at the sources
SLICE_MS: Final = 10  # where there is more to be copied
SLICE_BYTES: Final = 2 * 1024 * 1024  # copied at a time
LOOK_MS: Final = 1_000  # for new topics, configs, ACLs, offsets; and for positions to be noted


def start_replication(kafka: "Kafka", now_ms: int, asked: ReplicationSet, *others: Fact) -> None:
    """Begin to copy; `others` are facts that are so or not together with it. Raises ValueError, NoRoom."""
    if asked.id in kafka.machine.replications.known:
        raise ValueError(f"there is a replication {asked.id} already")
    _set(kafka, now_ms, asked, *others)


def update_replication(kafka: "Kafka", now_ms: int, asked: ReplicationSet, *others: Fact) -> None:
    """Go on like this. What was copied stays, and so does how far it is. Raises ValueError, NoRoom, KeyError."""
    known = kafka.machine.replications.known[asked.id]
    if (known.source, known.target, known.prefix) != (asked.source, asked.target, asked.prefix):
        raise ValueError("a replication keeps its clusters and its names")
    _set(kafka, now_ms, asked, *others)


def stop_replication(kafka: "Kafka", now_ms: int, replication: str, *others: Fact) -> None:
    """Copy nothing more; the copies stay. Raises NoRoom, KeyError."""
    _ = kafka.machine.replications.known[replication]
    kafka.commit(now_ms, ReplicationEnded(replication), *others)


def progress(kafka: "Kafka", replication: str) -> list[tuple[str, int, int, int]]:
    """Of each partition of the source: topic, index, up to where it is copied, where it ends. Raises KeyError."""
    known = kafka.machine.replications.known[replication]
    by_id = kafka.machine.clusters[known.source].by_id
    return [
        (by_id[topic_id].name, index, position[0], kafka.log(by_id[topic_id].partitions[index]).readable)
        for topic_id, index in kafka.machine.replications.positions[replication]
        if topic_id in by_id and (position := kafka.replicator.position(replication, (topic_id, index)))
    ]


def _set(kafka: "Kafka", now_ms: int, asked: ReplicationSet, *others: Fact) -> None:
    clusters = kafka.machine.clusters
    if asked.source == asked.target or not {asked.source, asked.target} <= set(clusters):
        raise ValueError("a replication has two clusters")
    for pattern in (*asked.topics, *asked.topics_excluded, *asked.groups, *asked.groups_excluded):
        if reason := topic_patterns.fault(pattern):
            raise ValueError(f"{pattern} is no regular expression: {reason}")
    for other in kafka.machine.replications.known.values():
        if (other.source, other.target) == (asked.target, asked.source) and not (other.prefix and asked.prefix):
            raise ValueError("two clusters that copy from each other need a prefix each, or they would never end")
        if other.id != asked.id and (other.target, other.prefix) == (asked.target, asked.prefix):
            raise ValueError("another replication writes topics of such names there, and a copy has one writer")
    links = {(other.source, other.target) for other in kafka.machine.replications.known.values()}
    if _comes_round(links - {(asked.target, asked.source)}, asked):
        raise ValueError("clusters that copy from each other in a ring would never end")
    kafka.commit(now_ms, asked, *others)


def _comes_round(links: set[tuple[int, int]], asked: ReplicationSet) -> bool:
    """Whether links lead from the target back to the source."""
    reached, left = {asked.target}, [asked.target]
    while left:
        at = left.pop()
        new = {target for source, target in links if source == at} - reached
        reached |= new
        left += new
    return asked.source in reached


def _of_copies(acl: Acl, prefix: str) -> Acl:
    """What an ACL says of topics, said of their copies, which nobody else may write to."""
    if acl.permission == Permission.ALLOW and acl.operation == Operation.ALL:
        acl = replace(acl, operation=Operation.READ)
    if prefix and acl.name == WILDCARD:
        return replace(acl, pattern_type=PatternType.PREFIXED, name=prefix)
    return replace(acl, name=prefix + acl.name)


def chosen(name: str, patterns: list[str], excluded: list[str]) -> bool:
    """Whether a pattern fits a name in whole, and none of those excluded does."""
    return any(_fits(each, name) for each in patterns) and not any(_fits(each, name) for each in excluded)


def _fits(pattern: str, name: str) -> bool:
    return _compiled(pattern).fullmatch(name) is not None


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> Any:
    return topic_patterns.compiled(pattern)


class Replicator:
    """Copies, a slice at a time."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka
        self._at: dict[tuple[str, PartitionKey], Position] = {}  # ahead of what the journal has
        self._begun: dict[tuple[str, PartitionKey], int] = {}  # up to where the journal must be durable before
        self._due_ms = 0
        self._looked_ms = 0

    def next_ms(self) -> int | None:
        """When `run` wants to be called."""
        return self._due_ms if self._kafka.machine.replications.known else None

    def position(self, replication: str, key: PartitionKey) -> Position | None:
        """How far a partition is; None where it hasn't begun."""
        ahead = self._at.get((replication, key))
        return ahead or self._kafka.machine.replications.positions[replication].get(key)

    def run(self, now_ms: int) -> None:
        """Do a slice."""
        known = self._kafka.machine.replications.known
        if not known or now_ms < self._due_ms:
            return
        looks = now_ms >= self._looked_ms + LOOK_MS
        if looks:
            self._looked_ms = now_ms
            self._at = {key: at for key, at in self._at.items() if key[0] in known}
        left = SLICE_BYTES
        try:
            for each in list(known.values()):
                left = self._replicate(each, now_ms, left, looks=looks)
        except NoRoom:
            left = SLICE_BYTES  # try again after a nap
        self._due_ms = now_ms + (NAP_MS if left > 0 else SLICE_MS)

    def _replicate(self, asked: ReplicationSet, now_ms: int, left: int, *, looks: bool) -> int:
        source, target = (self._kafka.machine.clusters[each] for each in (asked.source, asked.target))
        if looks:
            self._look(asked, source, target, now_ms)
        for key in list(self._kafka.machine.replications.positions[asked.id]):
            partition, copy = self._pair(asked, source, target, key)
            if left > 0 and partition is not None and copy is not None:
                left -= self._copy(asked, partition, copy, now_ms, left)
        return left

    def _pair(
        self, asked: ReplicationSet, source: Cluster, target: Cluster, key: PartitionKey
    ) -> tuple[Partition | None, Partition | None]:
        """A partition and its copy, if both are there and it is to be copied."""
        topic = source.by_id.get(key[0])
        if topic is None or not self._is_wanted(asked, topic.name):
            return None, None
        copy = target.topics.get(asked.prefix + topic.name)
        if copy is None or key[1] >= len(copy.partitions):
            return topic.partitions[key[1]], None
        return topic.partitions[key[1]], copy.partitions[key[1]]

    def _is_wanted(self, asked: ReplicationSet, name: str) -> bool:
        """Whether a topic is chosen, and isn't itself a copy of what the target has."""
        for other in self._kafka.machine.replications.known.values():
            if (other.source, other.target) == (asked.target, asked.source) and name.startswith(other.prefix):
                return False
        return chosen(name, asked.topics, asked.topics_excluded)

    # Records

    def _copy(self, asked: ReplicationSet, partition: Partition, copy: Partition, now_ms: int, most: int) -> int:
        """Copy what is there, up to `most` bytes or one batch. Returns how many bytes that were."""
        kafka = self._kafka
        at = (asked.id, (partition.topic.id, partition.index))
        if self._begun.get(at, 0) > kafka.journal.durable:
            return 0
        stream = kafka.log(partition)
        offset, _ = self._at.get(at) or self._recovered(partition, copy, *at)
        offset = max(offset, kafka.start(partition))
        found = stream.read(offset, most) if offset < stream.readable else b""
        size = 0
        for base, batch in batches.heads(memoryview(found)):
            size += len(batch.data)
            adopt(kafka, copy, batch, now_ms)
            offset = base + batch.span
        self._at[at] = (offset, kafka.log(copy).end)
        return size

    def _recovered(self, partition: Partition, copy: Partition, replication: str, key: PartitionKey) -> Position:
        """How far copying was before a crash: the copy's log has more than the position in the journal says."""
        offset, reached = self._kafka.machine.replications.positions[replication][key]
        stream, end = self._kafka.log(partition), self._kafka.log(copy).end
        offset = max(offset, stream.start)
        while reached < end and offset < stream.readable:
            for base, batch in batches.heads(stream.read(offset, SLICE_BYTES)):
                if reached >= end:
                    break
                offset, reached = base + batch.span, reached + batch.span
        return offset, reached

    # Everything else

    def _look(self, asked: ReplicationSet, source: Cluster, target: Cluster, now_ms: int) -> None:
        for topic in list(source.topics.values()):
            if self._is_wanted(asked, topic.name):
                self._prepare(asked, topic, target, now_ms)
        self._note(asked, source, target, now_ms)
        if asked.acls:
            self._copy_acls(asked, source, target, now_ms)
        if asked.offsets:
            self._copy_offsets(asked, source, target, now_ms)

    def _prepare(self, asked: ReplicationSet, topic: Topic, target: Cluster, now_ms: int) -> None:
        """Have a copy of a topic with its partitions and configs, and a position for each partition."""
        kafka, name = self._kafka, asked.prefix + topic.name
        copy = target.topics.get(name)
        if copy is None:
            if not asked.new_topics or topics.name_fault(name) or topics.alike(target, name):
                return
            factor = min(len(topic.partitions[0].replicas), len(target.brokers))
            configs = dict(topic.given) if asked.configs else {}
            copy = topics.make(kafka, now_ms, target, name, len(topic.partitions), configs, factor)
        if asked.new_topics and len(copy.partitions) < len(topic.partitions):
            topics.grow(kafka, now_ms, copy, len(topic.partitions))
        if asked.configs and copy.given != topic.given:
            kafka.commit(now_ms, facts.TopicConfigured(target.number, copy.id, dict(topic.given)))
        known = kafka.machine.replications.positions[asked.id]
        begun = []
        for partition, its in zip(topic.partitions, copy.partitions, strict=False):
            if (topic.id, partition.index) not in known:
                log = kafka.log(partition)
                first = log.readable if asked.from_latest else kafka.start(partition)
                begun.append((topic.id, partition.index, first, kafka.log(its).end))
        if begun:
            kafka.commit(now_ms, ReplicationMoved(asked.id, begun))
            for topic_id, index, *_ in begun:
                self._begun[asked.id, (topic_id, index)] = kafka.journal.end

    def _note(self, asked: ReplicationSet, source: Cluster, target: Cluster, now_ms: int) -> None:
        """Record how far it is, where the copies are durable so far."""
        known = self._kafka.machine.replications.positions[asked.id]
        moved = []
        for key in known:
            at = self._at.get((asked.id, key))
            copy = self._pair(asked, source, target, key)[1]
            if at is not None and at != known[key] and copy is not None and self._kafka.log(copy).readable >= at[1]:
                moved.append((*key, *at))
        if moved:
            self._kafka.commit(now_ms, ReplicationMoved(asked.id, moved), urgent=False)

    def _copy_acls(self, asked: ReplicationSet, source: Cluster, target: Cluster, now_ms: int) -> None:
        """ACLs of the topics that are chosen. Of those that let somebody write, nothing is left; of those that let
        somebody do all, that they may read.
        """
        found = [
            _of_copies(acl, asked.prefix)
            for acl in source.acls
            if acl.resource_type == ResourceType.TOPIC
            and not (acl.permission == Permission.ALLOW and acl.operation == Operation.WRITE)
            and self._is_wanted(asked, acl.name)
        ]
        there = set(target.acls)
        missing = [acl for acl in found if acl not in there]
        if missing:
            self._kafka.commit(now_ms, AclsCreated(target.number, missing))

    def _copy_offsets(self, asked: ReplicationSet, source: Cluster, target: Cluster, now_ms: int) -> None:
        machine = self._kafka.machine
        for (cluster, group), offsets in list(machine.offsets.items()):
            if cluster != source.number or not chosen(group, asked.groups, asked.groups_excluded):
                continue
            if self._has_members((target.number, group)):
                continue
            there = machine.offsets.get((target.number, group), {})
            moved = []
            for key, each in offsets.items():
                found = self._translated(asked, source, target, key, each)
                if found is not None and found.offset > getattr(
                    there.get((found.topic_id, found.partition)), "offset", -1
                ):
                    moved.append(found)
            if moved:
                self._kafka.commit(now_ms, facts.OffsetsCommitted(target.number, group, moved))

    def _has_members(self, key: tuple[int, str]) -> bool:
        return any((group := kind.get(key)) is not None and group.members for kind in self._kafka.offset_groups)

    def _translated(
        self, asked: ReplicationSet, source: Cluster, target: Cluster, key: PartitionKey, committed: Committed
    ) -> Committed | None:
        """A group's offset in the copy; None where the records before it aren't there yet."""
        copy = self._pair(asked, source, target, key)[1]
        at = self._at.get((asked.id, key))
        if copy is None or at is None or committed.offset > at[0]:
            return None
        offset = max(self._kafka.start(copy), at[1] - (at[0] - committed.offset))
        return Committed(copy.topic.id, copy.index, offset, LEADER_EPOCH, committed.metadata)

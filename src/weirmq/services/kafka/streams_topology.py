"""What a Kafka Streams application reads, writes and keeps, and what that asks of topics (KIP-1071).

A topology is made of subtopologies, each of which is run as so many tasks as the largest of its source topics has
partitions. Between subtopologies are repartition topics, and behind the stores of each its changelog topics: both are
internal, and made by the broker:

    a repartition topic:  as many partitions as it says; else as the largest source of who writes to it; else, where it
                          is copartitioned with others, as many as these
    a changelog topic:    as many as its subtopology has tasks

Source: KIP-1071, RepartitionTopics, CopartitionedTopicsEnforcer and ChangelogTopics of Apache Kafka 4.3.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from weirmq.services.kafka.group_access import Refused
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreatableTopicConfig
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import CopartitionGroup, Subtopology, TopicInfo
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import Topology as Sent
from weirmq.wire.kafka.messages.streams_group_heartbeat_response import Status

# StreamsGroupHeartbeatResponse.Status
STALE_TOPOLOGY, MISSING_SOURCES, MISPARTITIONED, MISSING_INTERNAL, SHUTDOWN, DELAYED = range(6)
# Of an application, our own: more would keep everybody waiting while they are assigned, looked for or made.
TASKS_MAX: Final = 10_000
TOPICS_MAX: Final = 2_000  # each as often as it is named; and as many in copartition groups
CONFIGS_MAX: Final = 20_000  # of internal topics
LETTERS_MAX: Final = 1_000_000  # of ids and configs, which memory keeps
INTERNAL_MAX: Final = 50_000  # partitions of its internal topics
TOLD: Final = 3  # topics that a status speaks of; of the others it says how many

Sizes = Mapping[str, int]
"""How many partitions the topics have that are there."""


class _Misfit(Exception):  # noqa: N818 - says what is so
    """The topics that are there aren't as the topology needs them."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = Status(status, detail)


class Topology(msgspec.Struct, frozen=True):
    """A topology as members sent it: its subtopologies by id.

    `readers` are the subtopologies by what they read, `topics` all topics that must be there.
    """

    epoch: int
    subtopologies: dict[str, Subtopology] = {}
    readers: dict[str, str] = {}
    topics: frozenset[str] = frozenset()


class Layout(msgspec.Struct, frozen=True):
    """What comes of a topology with the topics that are there.

    `tasks` are the numbers of tasks by subtopology, `partitions` those of partitions by internal topic, `missing` the
    internal topics that aren't there. `status` says what keeps the application from being run; None for nothing.
    """

    tasks: dict[str, int] = {}
    partitions: dict[str, int] = {}
    missing: list[CreatableTopic] = []
    status: Status | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the application can be run."""
        return self.status is None


def sources(subtopology: Subtopology) -> list[str]:
    """All that a subtopology reads."""
    return [*subtopology.source_topics, *(each.name for each in subtopology.repartition_source_topics)]


def named(subtopologies: Iterable[Subtopology]) -> list[str]:
    """All topics that a topology names, each once."""
    return list(dict.fromkeys(name for each in subtopologies for name in _all_names(each)))


def _all_names(subtopology: Subtopology) -> list[str]:
    changelogs = _names(subtopology.state_changelog_topics)
    return [*sources(subtopology), *subtopology.repartition_sink_topics, *changelogs]


def check_size(sent: Sent) -> None:
    """Look no further at a topology that is too large. Raises Refused."""
    count = sum(len(_all_names(each)) or 1 for each in sent.subtopologies)
    if count > TOPICS_MAX:
        raise _invalid(f"The topology names {count} topics; there may be {TOPICS_MAX} here.")
    together = sum(_members(group) or 1 for each in sent.subtopologies for group in each.copartition_groups)
    if together > TOPICS_MAX:
        raise _invalid(f"The topology copartitions {together} topics; there may be {TOPICS_MAX} here.")
    configs = sum(len(topic.topic_configs) for each in sent.subtopologies for topic in _internal(each))
    if configs > CONFIGS_MAX:
        raise _invalid(f"The topology's internal topics have {configs} configs; there may be {CONFIGS_MAX} here.")
    letters = sum(len(each.subtopology_id) + _config_letters(each) for each in sent.subtopologies)
    if letters > LETTERS_MAX:
        reason = f"The topology's ids and configs have {letters} letters; there may be {LETTERS_MAX} here."
        raise _invalid(reason)


def _members(group: CopartitionGroup) -> int:
    return len(group.source_topics) + len(group.source_topic_regex) + len(group.repartition_source_topics)


def _internal(subtopology: Subtopology) -> list[TopicInfo]:
    return [*subtopology.repartition_source_topics, *subtopology.state_changelog_topics]


def _config_letters(subtopology: Subtopology) -> int:
    configs = [config for each in _internal(subtopology) for config in each.topic_configs]
    return sum(len(config.key) + len(config.value) for config in configs)


def _names(topics: Iterable[TopicInfo]) -> list[str]:
    return [each.name for each in topics]


def _invalid(reason: str) -> Refused:
    return Refused(Code.STREAMS_INVALID_TOPOLOGY, reason)


def topology_of(sent: Sent) -> Topology:
    """The topology that a member sent. Raises Refused where it contradicts itself."""
    if sent.epoch < 0:
        raise Refused(Code.STREAMS_INVALID_TOPOLOGY_EPOCH, f"The topology's epoch is {sent.epoch}, and can't be.")
    found = {each.subtopology_id: each for each in sent.subtopologies}
    if len(found) < len(sent.subtopologies):
        raise _invalid("Two subtopologies have the same id.")
    for each in sent.subtopologies:
        for topic in each.state_changelog_topics:
            if topic.partitions:
                raise _invalid(f"Changelog topic {topic.name} can't say that it has {topic.partitions} partitions.")
        for topic in each.repartition_source_topics:
            if topic.partitions < 0:
                raise _invalid(f"Repartition topic {topic.name} can't have {topic.partitions} partitions.")
        _copartitioned(each)
    readers = {topic: each.subtopology_id for each in sent.subtopologies for topic in sources(each)}
    changelogs = frozenset(topic.name for each in sent.subtopologies for topic in each.state_changelog_topics)
    return Topology(sent.epoch, found, readers, changelogs.union(readers))


def _copartitioned(subtopology: Subtopology) -> list[set[str]]:
    """The names of topics that are to have equally many partitions."""
    external, internal = subtopology.source_topics, _names(subtopology.repartition_source_topics)
    found = []
    for group in subtopology.copartition_groups:
        names = set()
        for topics, indexes in ((external, group.source_topics), (internal, group.repartition_source_topics)):
            for index in indexes:
                if not 0 <= index < len(topics):
                    raise _invalid(f"Subtopology {subtopology.subtopology_id} has no source topic of number {index}.")
                names.add(topics[index])
        found.append(names)
    return found


# What it needs


def laid_out(topology: Topology, sizes: Sizes) -> Layout:
    """What comes of a topology with these topics. Raises Refused where nothing could."""
    subtopologies = topology.subtopologies.values()
    try:
        counts = _repartitioned(topology, sizes)
        said = {topic.name: topic.partitions for each in subtopologies for topic in each.repartition_source_topics}
        for group in [group for each in subtopologies for group in _copartitioned(each)]:
            counts.update(_enforced(group, said, sizes, counts))
        tasks = {each.subtopology_id: _tasks(each, sizes, counts) for each in subtopologies}
        if sum(tasks.values()) > TASKS_MAX:
            raise _invalid(f"The topology has {sum(tasks.values())} tasks; there may be {TASKS_MAX} here.")
        for each in subtopologies:
            counts.update(dict.fromkeys(_names(each.state_changelog_topics), tasks[each.subtopology_id]))
        if (internal := sum(counts.values())) > INTERNAL_MAX:
            raise _invalid(f"The internal topics have {internal} partitions; there may be {INTERNAL_MAX} here.")
        missing = _missing(topology, sizes, counts)
    except _Misfit as misfit:
        return Layout(status=misfit.status)
    status = None
    if missing:
        names = summary(each.name for each in missing)
        status = Status(MISSING_INTERNAL, f"Internal topics are missing: {names}.")
    return Layout(tasks, counts, missing, status)


def summary(topics: Iterable[str]) -> str:
    """The first few of some topics, or of what is to be said of each, and how many more there are."""
    found = sorted(topics)
    more = f" and {len(found) - TOLD} more" if len(found) > TOLD else ""
    return ", ".join(found[:TOLD]) + more


def _repartitioned(topology: Topology, sizes: Sizes) -> dict[str, int]:
    """How many partitions each repartition topic has by itself, from the sources on."""
    subtopologies = topology.subtopologies.values()
    if gone := {name for each in subtopologies for name in each.source_topics if name not in sizes}:
        raise _Misfit(MISSING_SOURCES, f"Source topics are missing: {summary(gone)}.")
    counts = {
        topic.name: topic.partitions
        for each in subtopologies
        for topic in each.repartition_source_topics
        if topic.partitions
    }
    _spread(topology, sizes, counts)
    for each in subtopologies:
        for name in (*each.repartition_sink_topics, *_names(each.repartition_source_topics)):
            if name not in counts:
                raise _invalid(
                    f"How many partitions {name} is to have can't be told: nobody writes to it, or subtopologies read "
                    "from each other in a circle."
                )
    return counts


def _spread(topology: Topology, sizes: Sizes, counts: dict[str, int]) -> None:
    """Find the sizes of what subtopologies write, once those of all that they read are known; in a circle, of some."""
    readers: dict[str, list[Subtopology]] = {}
    waits: Counter[str] = Counter()
    done: set[str] = set()
    ready: deque[Subtopology] = deque()
    partly: deque[Subtopology] = deque()
    for each in topology.subtopologies.values():
        for name in _names(each.repartition_source_topics):
            if name not in counts:
                readers.setdefault(name, []).append(each)
                waits[each.subtopology_id] += 1
        (partly if waits[each.subtopology_id] else ready).append(each)
    while ready or partly:
        writer = ready.popleft() if ready else partly.popleft()
        if writer.subtopology_id in done or not (known := _known(writer, sizes, counts)):
            continue
        done.add(writer.subtopology_id)
        for name in writer.repartition_sink_topics:
            if name in counts:
                continue
            counts[name] = max(known)
            for each in readers.get(name, ()):
                waits[each.subtopology_id] -= 1
                (partly if waits[each.subtopology_id] else ready).append(each)


def _known(writer: Subtopology, sizes: Sizes, counts: Mapping[str, int]) -> list[int]:
    """The sizes of a subtopology's sources, as far as they are known."""
    found = [counts[topic.name] for topic in writer.repartition_source_topics if topic.name in counts]
    return found + [sizes[name] for name in writer.source_topics if name in sizes]


def _size(name: str, sizes: Sizes, counts: Mapping[str, int]) -> int:
    """How many partitions a source has, or will have."""
    return sizes[name] if name in sizes else counts[name]


def _tasks(subtopology: Subtopology, sizes: Sizes, counts: Mapping[str, int]) -> int:
    found = [_size(name, sizes, counts) for name in sources(subtopology)]
    if not found:
        raise _invalid(f"Subtopology {subtopology.subtopology_id} has no source topics.")
    return max(found)


def _enforced(group: set[str], said: Sizes, sizes: Sizes, counts: Sizes) -> dict[str, int]:
    """The sizes of the repartition topics of a group that must be copartitioned. `said` are those of the topology."""
    internal = {name: said[name] for name in group if name in said}
    fixed = {name: partitions for name, partitions in internal.items() if partitions}
    leading = {name: _size(name, sizes, counts) for name in group - internal.keys() or fixed}
    if len(set(leading.values())) > 1:
        told = ", ".join(f"{name} has {count}" for name, count in sorted(leading.items()))
        raise _Misfit(MISPARTITIONED, f"Topics that are copartitioned have different numbers of partitions: {told}.")
    wanted = max(leading.values(), default=0) or max((_size(name, sizes, counts) for name in internal), default=0)
    for name, partitions in sorted(fixed.items()):
        if partitions != wanted:
            raise _Misfit(
                MISPARTITIONED,
                f"Repartition topic {name} is to have {partitions} partitions, but its copartitioned sources {wanted}.",
            )
    return dict.fromkeys(internal, wanted)


def _missing(topology: Topology, sizes: Sizes, counts: Mapping[str, int]) -> list[CreatableTopic]:
    """The internal topics that are to be made."""
    found = {topic.name: topic for each in topology.subtopologies.values() for topic in _internal(each)}
    for name in sorted(found.keys() & sizes.keys()):
        if sizes[name] != counts[name]:
            raise _Misfit(
                MISPARTITIONED, f"Topic {name} has {sizes[name]} partitions, where {counts[name]} are needed."
            )
    return [
        CreatableTopic(
            name,
            counts[name],
            topic.replication_factor or -1,
            [],
            [CreatableTopicConfig(each.key, each.value) for each in topic.topic_configs],
        )
        for name, topic in sorted(found.items())
        if name not in sizes
    ]

"""Who gets which partitions: the assignors that Kafka's brokers have.

Source: KIP-848, UniformAssignor and RangeAssignor; KIP-932, SimpleAssignor.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from math import lcm
from typing import Final

Partition = tuple[bytes, int]
"""Topic id and index."""

Subscriptions = Mapping[str, frozenset[bytes]]
"""The topics of each member."""

Sizes = Mapping[bytes, int]
"""How many partitions each topic has."""

Held = Mapping[str, frozenset[Partition]]
"""What each member has, or is to have."""


def uniform(members: Subscriptions, sizes: Sizes, held: Held) -> dict[str, frozenset[Partition]]:
    """All get as many as the others, give or take one, where their subscriptions allow that; and keep what they may."""
    wanted: dict[str, set[Partition]] = {member: set() for member in members}
    free = [(topic, index) for topic in sorted(sizes) for index in range(sizes[topic])]
    least = len(free) // len(members) if members else 0
    surplus = len(free) - least * len(members) if members else 0
    kept: set[Partition] = set()
    for member in sorted(members):
        mine = sorted(each for each in held.get(member, ()) if _may(members[member], sizes, each) and each not in kept)
        most = least
        if len(mine) > least and surplus:
            most, surplus = least + 1, surplus - 1
        wanted[member].update(mine[:most])
        kept.update(mine[:most])
    for each in free:
        takers = [member for member in members if each[0] in members[member]]
        if each not in kept and takers:
            wanted[min(takers, key=lambda member: (len(wanted[member]), member))].add(each)
    return {member: frozenset(partitions) for member, partitions in wanted.items()}


def _may(topics: frozenset[bytes], sizes: Sizes, partition: Partition) -> bool:
    return partition[0] in topics and partition[1] < sizes.get(partition[0], 0)


def ranged(members: Subscriptions, sizes: Sizes, held: Held) -> dict[str, frozenset[Partition]]:  # noqa: ARG001
    """Each topic in runs of neighbours, so that partitions of one number of two topics come to one member."""
    wanted: dict[str, set[Partition]] = {member: set() for member in members}
    for topic, size in sizes.items():
        takers = sorted(member for member in members if topic in members[member])
        first = 0
        for place, member in enumerate(takers):
            count = size // len(takers) + (place < size % len(takers))
            wanted[member].update((topic, index) for index in range(first, first + count))
            first += count
    return {member: frozenset(partitions) for member, partitions in wanted.items()}


def simple(members: Subscriptions, sizes: Sizes, held: Held) -> dict[str, frozenset[Partition]]:
    """For share groups, whose members may have the same partitions: each has its share of them, one at least, and each
    partition has about as many members as the others; members keep what they may.
    """
    takers = {topic: sum(topic in topics for topics in members.values()) for topic in sizes}
    load = {(topic, index): 0 for topic in sizes if takers[topic] for index in range(sizes[topic])}
    parts = lcm(*(count for count in takers.values() if count))  # of a partition, so that shares are whole numbers
    most = {
        member: -(-sum(sizes[each] * parts // takers[each] for each in topics) // parts)
        for member, topics in members.items()
    }
    crowd = max(1, sum(most.values()) // len(load)) if load else 0
    wanted: dict[str, set[Partition]] = {member: set() for member in members}
    for member in sorted(members):
        for each in sorted(held.get(member, ())):
            if _may(members[member], sizes, each) and len(wanted[member]) < most[member] and load[each] < crowd:
                wanted[member].add(each)
                load[each] += 1
    loads = sorted((count, each) for each, count in load.items())
    for member in sorted(members):
        aside = []
        while loads and len(wanted[member]) < most[member]:
            count, each = heappop(loads)
            if each[0] in members[member] and each not in wanted[member]:
                wanted[member].add(each)
                count += 1
            aside.append((count, each))
        for found in aside:
            heappush(loads, found)
    for each in [each for count, each in loads if not count]:  # where subscriptions differ much
        takers_of = [member for member in members if each[0] in members[member]]
        wanted[min(takers_of, key=lambda member: (len(wanted[member]), member))].add(each)
    return {member: frozenset(partitions) for member, partitions in wanted.items()}


def by_topic(partitions: Iterable[Partition]) -> list[tuple[bytes, list[int]]]:
    """Partitions as answers name them: by topic, in order."""
    found: dict[bytes, list[int]] = {}
    for topic, index in sorted(partitions):
        found.setdefault(topic, []).append(index)
    return list(found.items())


Assignor = Callable[[Subscriptions, Sizes, Held], dict[str, frozenset[Partition]]]

ASSIGNORS: Final[dict[str, Assignor]] = {"uniform": uniform, "range": ranged}
DEFAULT: Final = "uniform"


def elected(preferred: Sequence[str | None]) -> str:
    """The assignor that most members want; the default one where none says."""
    names = [name for name in preferred if name]
    return max(sorted(set(names)), key=names.count) if names else DEFAULT

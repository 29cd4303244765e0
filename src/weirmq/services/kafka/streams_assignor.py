"""Who runs which tasks of a Kafka Streams application: the sticky assignor, the one that Kafka 4.3 has (KIP-1071).

Active tasks come first, each to one member: to who had it, to one that had it as a standby, to the process with the
least load. Standby tasks, of subtopologies with stores, go to other processes than the active one, as many for each as
the group wants and as there are processes. A member keeps what it had only up to its share.

Source: StickyTaskAssignor of Apache Kafka 4.3. Warm-up tasks it has none.
"""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

import msgspec

Task = tuple[str, int]
"""Subtopology and partition."""


def by_subtopology(tasks: Iterable[Task]) -> dict[str, list[int]]:
    """The partitions of tasks by their subtopologies, in order."""
    found: dict[str, list[int]] = {}
    for name, index in sorted(tasks):
        found.setdefault(name, []).append(index)
    return found


class Tasks(msgspec.Struct, frozen=True):
    """Those of a member."""

    active: frozenset[Task] = frozenset()
    standby: frozenset[Task] = frozenset()


NO_TASKS: Final = Tasks()


class Had(msgspec.Struct, frozen=True):
    """A member: the process that it is a thread of, and what it was to have so far."""

    process: str
    tasks: Tasks = NO_TASKS


class _Share:
    """How many tasks a member is to have at most, so that all have as many as the others, give or take one."""

    def __init__(self, tasks: int, members: int) -> None:
        self.tasks, self.members = tasks, members

    @property
    def most(self) -> int:
        return -(-self.tasks // self.members) if self.members else 0

    def reached(self, count: int) -> None:
        """A member has so many. One that has its share is left out of what follows."""
        if count == self.most:
            self.tasks, self.members = self.tasks - count, self.members - 1


class _Process:
    """The members of one process. Of these no two have the same task."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}  # of tasks, by member
        self.tasks: set[Task] = set()
        self._by_count: list[tuple[int, str]] = []  # a heap; a count may be one that a member had before

    def add(self, member: str) -> None:
        self.counts[member] = 0
        heappush(self._by_count, (0, member))

    @property
    def load(self) -> float:
        return len(self.tasks) / len(self.counts)

    def idlest(self) -> str:
        while (found := self._by_count[0])[0] != self.counts[found[1]]:
            heapreplace(self._by_count, (self.counts[found[1]], found[1]))
        return found[1]


class _Assigning:
    def __init__(self, members: Mapping[str, Had], active: int, total: int) -> None:
        self.of = {member: had.process for member, had in members.items()}
        self.processes: dict[str, _Process] = {}
        for member in sorted(members):
            self.processes.setdefault(self.of[member], _Process()).add(member)
        self.active: dict[str, set[Task]] = {member: set() for member in members}
        self.standby: dict[str, set[Task]] = {member: set() for member in members}
        self.share, self.total = _Share(active, len(members)), _Share(total, len(members))

    def give(self, task: Task, member: str, *, is_active: bool) -> None:
        process = self.processes[self.of[member]]
        process.tasks.add(task)
        process.counts[member] += 1
        (self.active if is_active else self.standby)[member].add(task)
        if is_active:
            self.share.reached(process.counts[member])
        self.total.reached(process.counts[member])

    def keep(self, task: Task, member: str | None) -> bool:
        """Give an active task to a member that knows it, unless it has its share; whether that was done."""
        is_kept = member is not None and self.count(member) < self.share.most
        if member is not None and is_kept:
            self.give(task, member, is_active=True)
        return is_kept

    def count(self, member: str) -> int:
        return self.processes[self.of[member]].counts[member]

    def runs(self, member: str, task: Task) -> bool:
        """Whether the member's process has the task."""
        return task in self.processes[self.of[member]].tasks

    def idlest(self, members: Iterable[str]) -> str | None:
        """The member with the least load of its process, and of itself."""
        return min(
            members, key=lambda member: (self.processes[self.of[member]].load, self.count(member), member), default=None
        )

    def by_load(self) -> list[tuple[float, str]]:
        """A heap of the processes."""
        found = [(process.load, name) for name, process in self.processes.items()]
        heapify(found)
        return found

    def to_idlest(self, heap: list[tuple[float, str]], task: Task, *, is_active: bool) -> bool:
        """Give a task to the process of a heap with the least load that hasn't got it; whether there is one."""
        aside = []
        while heap and task in self.processes[heap[0][1]].tasks:
            aside.append(heappop(heap))
        is_found = bool(heap)
        if is_found:
            _, name = heappop(heap)
            self.give(task, self.processes[name].idlest(), is_active=is_active)
            heappush(heap, (self.processes[name].load, name))
        for each in aside:
            heappush(heap, each)
        return is_found


def sticky(members: Mapping[str, Had], tasks: Mapping[str, int], stateful: set[str], replicas: int) -> dict[str, Tasks]:
    """Assign all tasks, so many of each subtopology; those of `stateful` ones have so many standby replicas.

    Without members nobody has anything.
    """
    if not members:
        return {}
    every = [(name, index) for name, count in tasks.items() for index in range(count)]
    copied = [each for each in every if each[0] in stateful] if replicas else []
    found = _Assigning(members, len(every), len(every) + len(copied) * replicas)
    ran = {task: member for member in sorted(members) for task in members[member].tasks.active}
    kept: dict[Task, list[str]] = {}
    for member in sorted(members):
        for task in members[member].tasks.standby:
            kept.setdefault(task, []).append(member)
    _assign_active(found, every, ran, kept)
    _assign_standby(found, copied, ran, kept, replicas)
    return {member: Tasks(frozenset(found.active[member]), frozenset(found.standby[member])) for member in members}


def _assign_active(
    found: _Assigning, every: list[Task], ran: Mapping[Task, str], kept: Mapping[Task, list[str]]
) -> None:
    # Partition by partition: where not all can be kept, those of one number stay together.
    left = sorted(every, key=_by_partition)
    left = [task for task in left if not found.keep(task, ran.get(task))]
    left = [task for task in left if not found.keep(task, found.idlest(kept.get(task, ())))]
    heap = found.by_load()
    for task in sorted(left):
        found.to_idlest(heap, task, is_active=True)


def _by_partition(task: Task) -> tuple[int, str]:
    return task[1], task[0]


def _assign_standby(
    found: _Assigning, copied: list[Task], ran: Mapping[Task, str], kept: Mapping[Task, list[str]], replicas: int
) -> None:
    left: list[tuple[Task, int]] = []
    for task in sorted(copied, key=_by_partition, reverse=True):
        for done in range(replicas):
            runner = ran.get(task)
            if runner is None or found.runs(runner, task) or found.count(runner) >= found.total.most:
                runner = found.idlest(member for member in kept.get(task, ()) if not found.runs(member, task))
            if runner is None or found.count(runner) >= found.total.most:
                left.append((task, replicas - done))
                break
            found.give(task, runner, is_active=False)
    heap = found.by_load()
    for task, count in sorted(left, reverse=True):
        for _ in range(count):
            if not found.to_idlest(heap, task, is_active=False):
                break  # there are fewer processes than replicas are wanted

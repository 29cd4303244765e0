"""Groups of Kafka Streams applications: the broker assigns tasks, and members get there at their own pace (KIP-1071).

A member is a thread of a process, a task a partition of a subtopology. An active task is with one member; standby tasks
of it keep copies of its stores in other processes. The group has a target: who is to run what. It is made anew, with
the next epoch, when members come, go or change, when topics do, and when the group's configs say something else. From
heartbeat to heartbeat a member goes on towards it:

    STABLE     at the target's epoch, and has all that it is to have
    UNREVOKED  was told to give something up, and hasn't said yet that it has
    UNRELEASED at the target's epoch, and is to have what others, or other members of its process, still have

Rules:
1. No active task is with two members at a time, and no task twice in a process, not even while it is given up.
2. A member that names another epoch than its own is fenced: it gives up everything and joins anew. (The epoch before is
   taken from one that didn't get the last answer.) It may commit with an older epoch what it has run since then.
3. A member is gone that isn't heard of for the group's session timeout, or doesn't give up in its rebalance timeout
   what it is told to.
4. A target isn't made while an empty group waits for more members after the first one, nor soon after the last target.
5. Nothing of this is durable: after a restart members join anew. What they have committed is.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from weirmq.services.kafka.groups import Key
from weirmq.services.kafka.member_groups import MemberGroups
from weirmq.services.kafka.streams_assignor import NO_TASKS, Had, Task, Tasks, sticky
from weirmq.services.kafka.streams_topology import Layout, Topology
from weirmq.wire.kafka.codes import Code

STABLE, UNREVOKED, UNRELEASED = "Stable", "Unrevoked", "Unreleased"
FIRST_EPOCH: Final = 1  # of a group that nobody has joined yet
NO_TOPOLOGY: Final = Topology(-1)  # of one that is being made
NOT_VALIDATED: Final = -1


class Member(msgspec.Struct):
    """One member. `active` are the tasks that it runs, with the epochs at which it got them, `standby` those that it
    keeps copies of; the revoking ones it was told to give up and hasn't yet.
    """

    id: str
    rack: str | None = None
    client_id: str = ""
    host: str = ""
    rebalance_ms: int = -1
    topology_epoch: int = -1
    process: str = ""
    endpoint: tuple[str, int] | None = None
    tags: dict[str, str] = {}
    epoch: int = 0
    epoch_before: int = 0
    state: str = STABLE
    active: dict[Task, int] = {}
    standby: frozenset[Task] = frozenset()
    revoking: dict[Task, int] = {}
    revoking_standby: frozenset[Task] = frozenset()
    revoke_by_ms: int = 0

    @property
    def tasks(self) -> Tasks:
        """What it is told to have."""
        return Tasks(frozenset(self.active), self.standby)


class StreamsGroup(msgspec.Struct):
    """One group. `target` is who is to have what, made at `assigned_epoch`; what has changed since begins an epoch.

    `sizes` are the ids of the topics that the layout was made for, and how many partitions they had.
    """

    key: Key
    topology: Topology = NO_TOPOLOGY
    epoch: int = FIRST_EPOCH
    members: dict[str, Member] = {}
    sizes: dict[str, tuple[bytes, int]] = {}
    layout: Layout = Layout()
    validated: int = NOT_VALIDATED  # the epoch of the topology for which the topics are as they should be
    replicas: int = 0
    assigned_epoch: int = FIRST_EPOCH
    assigned_ms: int = 0
    target: dict[str, Tasks] = {}
    waits_until_ms: int = 0  # for more members
    endpoints_epoch: int = 0
    shutdown_by: str = ""  # the member that wants all to end
    empty_ms: int = 0  # when its last member left

    @property
    def state(self) -> str:
        """As StreamsGroupDescribe names it."""
        if not self.members:
            return "Empty"
        if self.validated != self.topology.epoch:
            return "NotReady"
        if self.epoch > self.assigned_epoch:
            return "Assigning"
        return "Stable" if all(self.is_there(each) for each in self.members.values()) else "Reconciling"

    def is_there(self, member: Member) -> bool:
        """Whether a member has reached the target."""
        return member.state == STABLE and member.epoch == self.assigned_epoch

    def aim(self, now_ms: int) -> None:
        """Decide anew who is to have what."""
        members = {each.id: Had(each.process, self.target.get(each.id, NO_TASKS)) for each in self.members.values()}
        tasks: Mapping[str, int] = self.layout.tasks if self.layout.is_ready else {}
        stateful = {name for name, each in self.topology.subtopologies.items() if each.state_changelog_topics}
        self.target = sticky(members, tasks, stateful, self.replicas)
        self.assigned_epoch, self.assigned_ms = self.epoch, now_ms

    def advance(self, member: Member, owned: Tasks | None, now_ms: int) -> None:
        """Bring a member as near to the target as the others allow. `owned` is what it says that it has, if it does."""
        if self.is_there(member):
            return
        if member.state == UNREVOKED and (owned is None or _overlaps(owned, member.revoking, member.revoking_standby)):
            return
        target = self.target.get(member.id, NO_TASKS)
        kept = {task: epoch for task, epoch in member.active.items() if task in target.active}
        surplus = {task: epoch for task, epoch in member.active.items() if task not in target.active}
        surplus_standby = member.standby - target.standby
        if (surplus or surplus_standby) and (owned is None or _overlaps(owned, surplus, surplus_standby)):
            has_given_up = member.state == UNREVOKED  # what it was told before
            member.epoch_before, member.epoch = member.epoch, member.epoch + has_given_up
            member.state, member.revoking, member.revoking_standby = UNREVOKED, surplus, surplus_standby
            member.active, member.standby = kept, member.standby & target.standby
            member.revoke_by_ms = now_ms + member.rebalance_ms
            return
        missing, missing_standby = target.active - kept.keys(), target.standby - member.standby
        free, free_standby = self._free(member, missing, missing_standby)
        member.active = kept | dict.fromkeys(free, self.assigned_epoch)
        member.standby = (member.standby & target.standby) | free_standby
        member.revoking, member.revoking_standby, member.revoke_by_ms = {}, frozenset(), 0
        member.state = STABLE if (free, free_standby) == (missing, missing_standby) else UNRELEASED
        member.epoch_before, member.epoch = member.epoch, self.assigned_epoch

    def _free(
        self, member: Member, active: frozenset[Task], standby: frozenset[Task]
    ) -> tuple[frozenset[Task], frozenset[Task]]:
        """Those of some tasks that a member may have at once: no other runs them, or has them in the same process."""
        if active or standby:
            for each in self.members.values():
                if each is not member:
                    active = active.difference(each.active, each.revoking)
                    if each.process == member.process:
                        active = active.difference(each.standby, each.revoking_standby)
                        standby = standby.difference(each.active, each.revoking, each.standby, each.revoking_standby)
        return active, standby

    def remove(self, member: Member, now_ms: int) -> None:
        """A member is gone: the others are to share its tasks."""
        del self.members[member.id]
        self.target.pop(member.id, None)
        self.epoch += 1
        self.endpoints_epoch += member.endpoint is not None
        if not self.members:
            self.shutdown_by, self.empty_ms = "", now_ms

    def commit_fault(self, member_id: str, epoch: int, places: Iterable[tuple[str, int]]) -> Code:
        """Whether a member may commit offsets of these partitions, by topic, with an epoch.

        One that is behind may, where it had got the tasks by then.
        """
        member = self.members.get(member_id)
        if member is None:
            return Code.UNKNOWN_MEMBER_ID
        if epoch == member.epoch:
            return Code.NONE
        readers, runs = self.topology.readers, member.revoking | member.active
        had = [runs.get((readers.get(topic, ""), index)) for topic, index in places]
        is_own = epoch < member.epoch and all(each is not None and each <= epoch for each in had)
        return Code.NONE if is_own else Code.STALE_MEMBER_EPOCH

    def fetch_fault(self, member_id: str, epoch: int) -> Code:
        """Whether a member may ask for offsets with an epoch."""
        member = self.members.get(member_id)
        if member is None:
            return Code.UNKNOWN_MEMBER_ID
        return Code.NONE if epoch == member.epoch else Code.STALE_MEMBER_EPOCH


def _overlaps(owned: Tasks, active: Iterable[Task], standby: frozenset[Task]) -> bool:
    return bool(owned.active.intersection(active) or owned.standby & standby)


class StreamsGroups(MemberGroups[StreamsGroup]):
    """All groups of Kafka Streams applications."""

    def __init__(self) -> None:
        super().__init__(StreamsGroup)

    def expect(self, group: StreamsGroup, member: Member, due_ms: int) -> None:
        """The same; one that is to give something up is looked at by when it must have."""
        is_revoking = member.state == UNREVOKED
        super().expect(group, member, min(due_ms, member.revoke_by_ms) if is_revoking else due_ms)

"""Consumer groups of the new protocol: the broker assigns, and each member gets there at its own pace (KIP-848).

The group has a target: who is to have what. It is made anew, with the next epoch, when members come, go or subscribe to
something else, or when topics change. From heartbeat to heartbeat a member goes on towards it:

    what it has and isn't to have -> it is told to give that up -> it says that it has -> others may have it
    what it is to have, once nobody else holds it               -> it is told to take it, and is at the target's epoch

Rules:
1. No partition is assigned to two members at a time, not even while one of them gives it up.
2. A member that names another epoch than its own is fenced: it gives up everything and joins anew. (The epoch before is
   taken from one that didn't get the last answer.)
3. A member is gone that isn't heard of for the group's session timeout, or doesn't give up in its rebalance timeout
   what it is told to.
4. Nothing of this is durable: after a restart members join anew. What they have committed is.
5. Members of the classic protocol may be among the others: classic_members.py. The group came from there, or goes
   there: migration.py.
"""

from typing import Final

import msgspec

from weirmq.services.kafka.assignors import ASSIGNORS, Held, Partition, Sizes, elected
from weirmq.services.kafka.member_groups import Gathered, MemberGroups

NOTHING: Final[frozenset[Partition]] = frozenset()

CONSUMER: Final = "consumer"  # the protocol type of a classic group whose members are consumers

Key = tuple[int, str]
"""Cluster and group."""


class Classic(msgspec.Struct):
    """What a member of the classic protocol has besides. `act_by_ms` is when it must have joined, or synced; 0: nothing
    is asked of it.
    """

    session_ms: int
    protocols: list[tuple[str, bytes]]
    act_by_ms: int = 0


class Member(msgspec.Struct):
    """One member. `assigned` is what it may have, `revoking` what it was told to give up and hasn't yet.

    `matched` are the topics that its regular expression named when the cluster's topics had changed so often.
    """

    id: str
    instance: str | None
    rack: str | None
    client_id: str
    host: str
    rebalance_ms: int
    topics: list[str]
    assignor: str | None
    epoch: int = 0
    epoch_before: int = 0
    assigned: frozenset[Partition] = NOTHING
    revoking: frozenset[Partition] = NOTHING
    revoke_by_ms: int = 0
    told: frozenset[Partition] | None = None  # the assignment that it was sent last
    regex: str = ""
    matched: frozenset[str] = frozenset()
    matched_at: int = -1
    classic: Classic | None = None

    @property
    def wanted(self) -> frozenset[str]:
        """The names of the topics that it subscribes to."""
        return self.matched.union(self.topics)

    @property
    def holds(self) -> frozenset[Partition]:
        """What nobody else may have."""
        return self.assigned | self.revoking

    def due_ms(self, silent_ms: int) -> int:
        """When it is gone that isn't heard of any more, and would be for its silence then."""
        found = [silent_ms]
        if self.revoking:
            found.append(self.revoke_by_ms)
        if self.classic is not None and self.classic.act_by_ms:
            found.append(self.classic.act_by_ms)
        return min(found)


class ConsumerGroup(msgspec.Struct):
    """One group. `target` is who is to have what at `epoch`."""

    key: Key
    epoch: int = 0
    assignor: str = ""
    members: dict[str, Member] = {}
    instances: dict[str, str] = {}  # instance id -> member id
    target: dict[str, frozenset[Partition]] = {}
    sizes: dict[bytes, int] = {}  # of the topics that the target was made for
    empty_ms: int = 0  # when its last member left
    gathered: Gathered = msgspec.field(default_factory=Gathered)

    @property
    def wanted(self) -> frozenset[str]:
        """The names of all topics that members subscribe to."""
        return self.gathered.of([names for each in self.members.values() for names in (each.topics, each.matched)])

    @property
    def state(self) -> str:
        """As ConsumerGroupDescribe names it."""
        if not self.members:
            return "Empty"
        is_there = all(
            each.epoch == self.epoch and each.holds == self.target[each.id] for each in self.members.values()
        )
        return "Stable" if is_there else "Reconciling"

    def retarget(self, sizes: Sizes, ids: dict[str, bytes]) -> None:
        """Decide anew who is to have what. `ids` are the topics by name."""
        self.epoch += 1
        self.sizes = dict(sizes)
        self.assignor = elected([each.assignor for each in self.members.values()])
        members = {
            each.id: frozenset(ids[name] for name in each.wanted if name in ids) for each in self.members.values()
        }
        held: Held = {each.id: self.target.get(each.id, NOTHING) for each in self.members.values()}
        self.target = ASSIGNORS[self.assignor](members, sizes, held)

    def advance(self, member: Member, owned: frozenset[Partition] | None, now_ms: int) -> None:
        """Bring a member as near to the target as the others allow. `owned` is what it says that it has, if it does."""
        if member.revoking:
            if owned is None or owned & member.revoking:
                return
            member.revoking = NOTHING
        target = self.target[member.id]
        surplus = member.assigned - target
        if surplus:
            member.assigned, member.revoking = member.assigned & target, surplus
            member.revoke_by_ms = now_ms + member.rebalance_ms
            return
        member.assigned |= target - self._held_by_others(member)
        if member.epoch != self.epoch:
            member.epoch_before, member.epoch = member.epoch, self.epoch

    def _held_by_others(self, member: Member) -> frozenset[Partition]:
        return frozenset[Partition]().union(*(each.holds for each in self.members.values() if each is not member))

    def has_news(self, member: Member) -> bool:
        """Whether a member that must join to hear of something has something to hear of: a new epoch, that others have
        given up all that it is to have; or it has something to give up.
        """
        if member.epoch != self.epoch or member.revoking:
            return True
        missing = self.target[member.id] - member.assigned
        return bool(missing) and not missing & self._held_by_others(member)

    def static(self, instance: str | None) -> Member | None:
        """The member with an instance id."""
        return self.members.get(self.instances.get(instance, "")) if instance is not None else None

    def add(self, member: Member) -> None:
        """A member is there, or is another than it was."""
        self.members[member.id] = member
        if member.instance is not None:
            self.instances[member.instance] = member.id

    def remove(self, member: Member) -> None:
        """A member is gone."""
        del self.members[member.id]
        self.target.pop(member.id, None)
        if member.instance is not None and self.instances.get(member.instance) == member.id:
            del self.instances[member.instance]


class ConsumerGroups(MemberGroups[ConsumerGroup]):
    """All groups of the new protocol."""

    def __init__(self) -> None:
        super().__init__(lambda key: ConsumerGroup(key, members={}, instances={}, target={}, sizes={}))

    def expect(self, group: ConsumerGroup, member: Member, due_ms: int) -> None:
        """The same; one that is to do something is looked at by when it must have."""
        super().expect(group, member, member.due_ms(due_ms))

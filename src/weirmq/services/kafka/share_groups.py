"""Share groups: members, and which partitions each is to fetch from (KIP-932).

A partition may be with several members: what keeps them apart is who has acquired which of its records
(share_partitions.py). So a member goes on to each new assignment at once, and nothing has to be given up before.

Rules:
1. A change of members, of their subscriptions or of topics begins an epoch. A member that names neither its epoch nor
   the one before is fenced, and joins anew.
2. A member is gone that isn't heard of for share.session.timeout.ms.
3. Who is a member isn't durable: after a restart members join anew. How far the group is in its partitions is durable.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kafka.assignors import Partition, Sizes, simple
from weirmq.services.kafka.groups import Key

MEMBERS_MAX: Final = 200  # group.share.max.size
NOTHING: Final[frozenset[Partition]] = frozenset()


class Member(msgspec.Struct):
    """One member. `told` is the assignment that it was sent last."""

    id: str
    rack: str | None
    client_id: str
    host: str
    topics: list[str]
    epoch: int = 0
    epoch_before: int = 0
    told: frozenset[Partition] | None = None


class ShareGroup(msgspec.Struct):
    """One group. `target` is who fetches from what at `epoch`, and `ids` are the topics that it was made for."""

    key: Key
    epoch: int = 0
    members: dict[str, Member] = {}
    target: dict[str, frozenset[Partition]] = {}
    sizes: dict[bytes, int] = {}

    @property
    def state(self) -> str:
        """As ShareGroupDescribe names it."""
        return "Stable" if self.members else "Empty"

    def retarget(self, sizes: Sizes, ids: dict[str, bytes]) -> None:
        """Decide anew who fetches from what. `ids` are the topics by name."""
        self.epoch += 1
        self.sizes = dict(sizes)
        members = {
            each.id: frozenset(ids[name] for name in each.topics if name in ids) for each in self.members.values()
        }
        self.target = simple(members, sizes, {each: self.target.get(each, NOTHING) for each in self.members})


class ShareGroups:
    """All share groups that have, or had, members."""

    def __init__(self) -> None:
        self._groups: dict[Key, ShareGroup] = {}
        self._due: Deadlines[str] = Deadlines()  # of members, by cluster, group and id

    def get(self, key: Key) -> ShareGroup | None:
        """The group, if it has or had members."""
        return self._groups.get(key)

    def make(self, key: Key) -> ShareGroup:
        """The group, which is made if it isn't there."""
        return self._groups.setdefault(key, ShareGroup(key, members={}, target={}, sizes={}))

    def drop(self, key: Key) -> None:
        """Forget a group without members."""
        self._groups.pop(key, None)

    def forget(self, cluster: int) -> None:
        """A cluster is gone."""
        for group in list(self.of(cluster)):
            for member in group.members.values():
                self.relax(group, member)
            self.drop(group.key)

    def of(self, cluster: int) -> Iterator[ShareGroup]:
        """The groups of a cluster."""
        return (group for (number, _), group in self._groups.items() if number == cluster)

    def expect(self, group: ShareGroup, member: Member, due_ms: int) -> None:
        """A member was heard of; it is gone then, should it be silent."""
        self._due.put(_due_key(group, member), due_ms)

    def relax(self, group: ShareGroup, member: Member) -> None:
        """It is gone."""
        self._due.drop(_due_key(group, member))

    def next_ms(self) -> int | None:
        """When `expired` has something."""
        return self._due.next_ms()

    def expired(self, now_ms: int) -> Iterator[tuple[ShareGroup, Member]]:
        """Those whose time is up."""
        while (found := self._due.pop_due(now_ms)) is not None:
            cluster, name, member_id = found.split("\0")
            group = self._groups.get((int(cluster), name))
            member = group.members.get(member_id) if group is not None else None
            if group is not None and member is not None:
                yield group, member


def _due_key(group: ShareGroup, member: Member) -> str:
    cluster, name = group.key
    return f"{cluster}\0{name}\0{member.id}"

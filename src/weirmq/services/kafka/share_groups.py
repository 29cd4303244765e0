"""Share groups: members, and which partitions each is to fetch from (KIP-932).

A partition may be with several members: what keeps them apart is who has acquired which of its records
(share_partitions.py). So a member goes on to each new assignment at once, and nothing has to be given up before.

Rules:
1. A change of members, of their subscriptions or of topics begins an epoch. A member that names neither its epoch nor
   the one before is fenced, and joins anew.
2. A member is gone that isn't heard of for share.session.timeout.ms.
3. Who is a member isn't durable: after a restart members join anew. How far the group is in its partitions is durable.
"""

from typing import Final

import msgspec

from weirmq.services.kafka.assignors import Partition, Sizes, simple
from weirmq.services.kafka.groups import Key
from weirmq.services.kafka.member_groups import Gathered, MemberGroups

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
    gathered: Gathered = msgspec.field(default_factory=Gathered)

    @property
    def wanted(self) -> frozenset[str]:
        """The names of all topics that members subscribe to."""
        return self.gathered.of([each.topics for each in self.members.values()])

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


class ShareGroups(MemberGroups[ShareGroup]):
    """All share groups that have, or had, members."""

    def __init__(self) -> None:
        super().__init__(lambda key: ShareGroup(key, members={}, target={}, sizes={}))

"""Consumer groups of the classic protocol: members, generations, and the rebalances between them.

           a member joins              all have joined, or time is up             the leader's sync
    EMPTY -----------------> PREPARING ------------------------------> COMPLETING ------------------> STABLE
      ^                        |   ^                                        |                            |
      +------------------------+   +----------------------------------------+----------------------------+
        the last one has left                    a member joins, leaves or is silent for too long

Rules (https://cwiki.apache.org/confluence/display/KAFKA/Kafka+Client-side+Assignment+Proposal, KIP-345, KIP-394):
1. Each rebalance begins a generation. A request that names another one is refused.
2. Members assign partitions among themselves: the leader gets all their metadata, and hands in all assignments.
3. A member is gone that isn't heard of for its session timeout, or doesn't join again within the rebalance timeout.
4. A static member (with an instance id) may go and come back under a new member id without a rebalance.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from weirmq.kernel.deadlines import Deadlines
from weirmq.kernel.ids import Entropy, uuid4

EMPTY, PREPARING, COMPLETING, STABLE, DEAD = (
    "Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead",
)  # fmt: skip

Key = tuple[int, str]
"""Cluster and group."""

ID_FIRST: Final = 4  # the version of JoinGroup that has a member come back with the id it was given (KIP-394)


class Member(msgspec.Struct):
    """One member. `joining` and `syncing` are the answers that it waits for."""

    id: str
    instance: str | None
    client_id: str
    host: str
    session_ms: int
    rebalance_ms: int
    protocols: list[tuple[str, bytes]]
    assignment: bytes = b""
    joining: Callable[[Any], None] | None = None
    syncing: Callable[[Any], None] | None = None

    def metadata(self, protocol: str) -> bytes:
        """What it says of itself under a protocol."""
        return next((metadata for name, metadata in self.protocols if name == protocol), b"")


class Group(msgspec.Struct):
    """One group with members, or one that had some."""

    key: Key
    state: str = EMPTY
    generation: int = 0
    protocol_type: str = ""
    protocol: str = ""
    leader: str = ""
    members: dict[str, Member] = {}
    instances: dict[str, str] = {}  # instance id -> member id
    pending: dict[str, None] = {}  # ids that were given out, and not used yet
    empty_ms: int = 0  # when its last member left

    def common(self) -> set[str]:
        """The protocols that all members support."""
        names = [{name for name, _ in member.protocols} for member in self.members.values()]
        return set.intersection(*names) if names else set()

    def elected(self) -> str:
        """The protocol that most members like best among those that all support."""
        common = self.common()
        votes: dict[str, int] = {}
        for member in self.members.values():
            name = next(name for name, _ in member.protocols if name in common)
            votes[name] = votes.get(name, 0) + 1
        return max(votes, key=lambda name: votes[name])

    def add(self, member: Member) -> None:
        """A member is there; the first one leads."""
        self.members[member.id] = member
        self.pending.pop(member.id, None)
        if member.instance is not None:
            self.instances[member.instance] = member.id
        self.leader = self.leader or member.id

    def remove(self, member: Member) -> None:
        """A member is gone; another one leads."""
        del self.members[member.id]
        if member.instance is not None and self.instances.get(member.instance) == member.id:
            del self.instances[member.instance]
        if self.leader == member.id:
            joined = (each.id for each in self.members.values() if each.joining is not None)
            self.leader = next(joined, next(iter(self.members), ""))


class Groups:
    """All groups that have, or had, members. Nothing of it is durable.

    `on_member_due` and `on_rebalance_due` are called when a member was silent for its session timeout, and when a
    rebalance has taken as long as it may.
    """

    def __init__(self, entropy: Entropy) -> None:
        self.on_member_due: Callable[[Group, str, int], None]
        self.on_rebalance_due: Callable[[Group, int], None]
        self._entropy = entropy
        self._groups: dict[Key, Group] = {}
        self._due: Deadlines[tuple[int, str, str]] = Deadlines()  # of members, by cluster, group, id; "": a rebalance

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._groups)

    def get(self, key: Key) -> Group | None:
        """The group, if it has or had members."""
        return self._groups.get(key)

    def make(self, key: Key) -> Group:
        """The group, which is made if it isn't there."""
        return self._groups.setdefault(key, Group(key, members={}, instances={}, pending={}))

    def drop(self, key: Key) -> None:
        """Forget a group, and that its members must be heard of."""
        group = self._groups.pop(key, None)
        if group is not None:
            for member in ("", *group.members, *group.pending):
                self.relax(group, member)

    def forget(self, cluster: int) -> None:
        """A cluster is gone."""
        for group in list(self.of(cluster)):
            self.drop(group.key)

    def of(self, cluster: int) -> Iterator[Group]:
        """The groups of a cluster."""
        return (group for (number, _), group in self._groups.items() if number == cluster)

    def new_id(self, client_id: str) -> str:
        """An id for a member, as Kafka makes them."""
        return f"{client_id}-{uuid4(self._entropy)}"

    # Time

    def expect(self, group: Group, member: str, due_ms: int) -> None:
        """Look at a member, or with "" at a rebalance, then."""
        self._due.put(_due_key(group, member), due_ms)

    def relax(self, group: Group, member: str) -> None:
        """There is nothing to look at any more."""
        self._due.drop(_due_key(group, member))

    def next_ms(self) -> int | None:
        """When `expire` wants to be called."""
        return self._due.next_ms()

    def expire(self, now_ms: int) -> None:
        """Look at those whose time has come."""
        while (found := self._due.pop_due(now_ms)) is not None:
            cluster, name, member = found
            group = self._groups.get((cluster, name))
            if group is None:
                continue
            if member:
                self.on_member_due(group, member, now_ms)
            else:
                self.on_rebalance_due(group, now_ms)


def _due_key(group: Group, member: str) -> tuple[int, str, str]:
    return *group.key, member

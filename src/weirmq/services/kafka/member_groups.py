"""Groups of members that must be heard of: what all have in common but those of the classic protocol."""

from collections.abc import Callable, Collection, Iterator, Mapping
from operator import is_not
from typing import Any, Generic, Protocol, TypeVar

from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kafka.groups import Key


class _Member(Protocol):
    id: str


class _Group(Protocol):
    key: Key

    @property
    def members(self) -> Mapping[str, Any]: ...


class Gathered:
    """What members want together, which heartbeats ask for: gathered anew only where one of them wants something else.
    What a member wants is replaced then, and never changed.
    """

    __slots__ = ("_names", "_parts")

    def __init__(self) -> None:
        self._parts: list[Collection[str]] = []
        self._names: frozenset[str] = frozenset()

    def of(self, parts: list[Collection[str]]) -> frozenset[str]:
        """All the names that are in some of these."""
        if len(parts) != len(self._parts) or any(map(is_not, parts, self._parts)):
            self._parts, self._names = parts, frozenset().union(*parts)
        return self._names


G = TypeVar("G", bound=_Group)


class MemberGroups(Generic[G]):
    """All groups of a kind that have, or had, members."""

    def __init__(self, make: Callable[[Key], G]) -> None:
        """`make` makes a group without members."""
        self._make = make
        self._groups: dict[Key, G] = {}
        self._due: Deadlines[tuple[int, str, str]] = Deadlines()  # of members, by cluster, group and id

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._groups)

    def get(self, key: Key) -> G | None:
        """The group, if it has or had members."""
        return self._groups.get(key)

    def make(self, key: Key) -> G:
        """The group, which is made if it isn't there."""
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = self._make(key)
        return found

    def drop(self, key: Key) -> None:
        """Forget a group, and that its members must be heard of."""
        group = self._groups.pop(key, None)
        if group is not None:
            for member in group.members.values():
                self.relax(group, member)

    def forget(self, cluster: int) -> None:
        """A cluster is gone."""
        for group in list(self.of(cluster)):
            self.drop(group.key)

    def of(self, cluster: int) -> Iterator[G]:
        """The groups of a cluster."""
        return (group for (number, _), group in self._groups.items() if number == cluster)

    def expect(self, group: G, member: Any, due_ms: int) -> None:
        """A member was heard of; look at it again then, should it be silent."""
        self._due.put(_due_key(group, member), due_ms)

    def relax(self, group: G, member: Any) -> None:
        """It is gone."""
        self._due.drop(_due_key(group, member))

    def next_ms(self) -> int | None:
        """When `expired` has something."""
        return self._due.next_ms()

    def expired(self, now_ms: int) -> Iterator[tuple[G, Any]]:
        """Those whose time is up."""
        while (found := self._due.pop_due(now_ms)) is not None:
            cluster, name, member_id = found
            group = self._groups.get((cluster, name))
            member = group.members.get(member_id) if group is not None else None
            if group is not None and member is not None:
                yield group, member


def _due_key(group: _Group, member: _Member) -> tuple[int, str, str]:
    return *group.key, member.id

"""Client quotas: how much users, clients and addresses may ask of a cluster.

A quota belongs to an entity: a user, a client id, both, or an IP address; None in place of a name is the default for
all who have no quota of their own. Of several that a client falls under the most special one counts, each kind of quota
for itself (KIP-55, KIP-546).

Source: https://kafka.apache.org/documentation/#design_quotas (4.3)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

USER, CLIENT_ID, IP = "user", "client-id", "ip"

PRODUCER: Final = "producer_byte_rate"
CONSUMER: Final = "consumer_byte_rate"
REQUEST: Final = "request_percentage"  # of the time of one core
MUTATION: Final = "controller_mutation_rate"
CONNECTION: Final = "connection_creation_rate"

Entity = tuple[tuple[str, str | None], ...]
"""(type, name) of each of its parts, in the order of the types."""

_LOOKED_UP: Final = 10_000  # clients whose quotas are remembered


class Quota(NamedTuple):
    """How much, and who shares it: all clients that fall under it with the same user, client id or address."""

    bound: float
    shared_by: tuple[str, str]


class Quotas:
    """All quotas of a cluster."""

    def __init__(self) -> None:
        self._of: dict[Entity, dict[str, float]] = {}
        self._found: dict[tuple[str, str, str], Quota | None] = {}

    def __len__(self) -> int:
        return len(self._of)

    def items(self) -> Iterator[tuple[Entity, Mapping[str, float]]]:
        """Entities and their quotas."""
        return iter(self._of.items())

    def get(self, entity: Entity) -> Mapping[str, float]:
        """The quotas of an entity itself."""
        return self._of.get(entity, {})

    def set(self, entity: Entity, values: dict[str, float]) -> None:
        """An entity has these quotas, and no others."""
        self._found.clear()
        if values:
            self._of[entity] = values
        else:
            self._of.pop(entity, None)

    def of_client(self, kind: str, user: str, client: str) -> Quota | None:
        """The quota that a client falls under; None where there is none."""
        key = (kind, user, client)
        if key not in self._found:
            if len(self._found) >= _LOOKED_UP:
                self._found.clear()
            self._found[key] = self._look_up(kind, _levels(user, client))
        return self._found[key]

    def of_address(self, address: str) -> Quota | None:
        """The quota of an address."""
        return self._look_up(CONNECTION, [(entity(ip=address), ("", address)), (entity(ip=None), ("", address))])

    def _look_up(self, kind: str, levels: Sequence[tuple[Entity, tuple[str, str]]]) -> Quota | None:
        for level, shared_by in levels:
            bound = self._of.get(level, {}).get(kind)
            if bound is not None:
                return Quota(bound, shared_by)
        return None


def entity(**parts: str | None) -> Entity:
    """An entity; `client_id`, `ip` and `user` name its parts."""
    return tuple(sorted((kind.replace("_", "-"), name) for kind, name in parts.items()))


def _levels(user: str, client: str) -> list[tuple[Entity, tuple[str, str]]]:
    """The entities that a client may be, the most special one first, and who shares the quota there."""
    both, of_user, of_client = (user, client), (user, ""), ("", client)
    return [
        (entity(user=user, client_id=client), both),
        (entity(user=user, client_id=None), both),
        (entity(user=user), of_user),
        (entity(user=None, client_id=client), both),
        (entity(user=None, client_id=None), both),
        (entity(user=None), of_user),
        (entity(client_id=client), of_client),
        (entity(client_id=None), of_client),
    ]

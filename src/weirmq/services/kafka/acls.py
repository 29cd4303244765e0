"""Access control lists: who may do what to which resources, from where.

Rules (KIP-11, KIP-290, KIP-801):
1. An ACL speaks of one resource by its name, of all of a type by `*`, or (PREFIXED) of those whose names begin alike.
2. It speaks of one principal, or with `User:*` of everybody; of one IP address, or with `*` of all.
3. A DENY that fits decides; then an ALLOW that fits. ALLOW of READ, WRITE, DELETE and ALTER allows DESCRIBE too, and
   ALTER_CONFIGS allows DESCRIBE_CONFIGS; a DENY goes no further than it says.
4. Where ACLs speak of a resource and none of them fits, the answer is no. Where none does, the configuration decides.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Final

import msgspec


class ResourceType(IntEnum):
    """What ACLs protect."""

    UNKNOWN, ANY, TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID, DELEGATION_TOKEN, USER = range(8)


class PatternType(IntEnum):
    """How the name of an ACL is meant; ANY and MATCH are for filters."""

    UNKNOWN, ANY, MATCH, LITERAL, PREFIXED = range(5)


class Operation(IntEnum):
    """What somebody does to a resource."""

    UNKNOWN, ANY, ALL, READ, WRITE, CREATE, DELETE, ALTER = range(8)
    DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE = range(8, 13)
    CREATE_TOKENS, DESCRIBE_TOKENS, TWO_PHASE_COMMIT = range(13, 16)


class Permission(IntEnum):
    """What an ACL says of it."""

    UNKNOWN, ANY, DENY, ALLOW = range(4)


WILDCARD: Final = "*"
EVERYBODY: Final = "User:*"
CLUSTER_NAME: Final = "kafka-cluster"  # of the only resource of type CLUSTER
DECIDED: Final = 65_536  # decisions remembered

_IMPLY: Final = {
    Operation.DESCRIBE: frozenset(
        {Operation.DESCRIBE, Operation.READ, Operation.WRITE, Operation.DELETE, Operation.ALTER}
    ),
    Operation.DESCRIBE_CONFIGS: frozenset({Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS}),
}


class Acl(msgspec.Struct, array_like=True, frozen=True):
    """One entry of the list."""

    resource_type: int
    pattern_type: int
    name: str
    principal: str
    host: str
    operation: int
    permission: int

    def fits(self, principal: str, host: str, operation: int) -> bool:
        """Whether it says something of what somebody does to its resource."""
        return self.is_of(principal, host) and (
            self.operation in {operation, Operation.ALL}
            or (self.permission == Permission.ALLOW and self.operation in _IMPLY.get(Operation(operation), ()))
        )

    def is_of(self, principal: str, host: str) -> bool:
        """Whether it speaks of somebody at an address."""
        return self.principal in {principal, EVERYBODY} and self.host in {host, WILDCARD}


class AclFilter(msgspec.Struct, frozen=True):
    """A choice of ACLs: None and ANY stand for all."""

    resource_type: int = ResourceType.ANY
    pattern_type: int = PatternType.ANY
    name: str | None = None
    principal: str | None = None
    host: str | None = None
    operation: int = Operation.ANY
    permission: int = Permission.ANY

    def takes(self, acl: Acl) -> bool:
        """Whether an ACL is among those chosen."""
        return (
            self.resource_type in {ResourceType.ANY, acl.resource_type}
            and self._takes_name(acl)
            and self.principal in {None, acl.principal}
            and self.host in {None, acl.host}
            and self.operation in {Operation.ANY, acl.operation}
            and self.permission in {Permission.ANY, acl.permission}
        )

    def _takes_name(self, acl: Acl) -> bool:
        if self.pattern_type != PatternType.MATCH:
            return self.pattern_type in {PatternType.ANY, acl.pattern_type} and self.name in {None, acl.name}
        if self.name is None:
            return True
        if acl.pattern_type == PatternType.PREFIXED:
            return self.name.startswith(acl.name)
        return acl.name in {self.name, WILDCARD}


class Acls:
    """All ACLs of a cluster. Finding those of a resource costs a look-up for each length that a prefix has; what was
    decided once is remembered until they change.
    """

    def __init__(self) -> None:
        self._all: dict[Acl, None] = {}
        self._literal: dict[tuple[int, str], dict[Acl, None]] = {}  # by type and name
        self._prefixed: dict[tuple[int, str], dict[Acl, None]] = {}
        self._lengths: dict[tuple[int, int], int] = {}  # how many prefixes of a type have a length
        self._decided: dict[tuple[str, str, int, int, str], bool | None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Acl]:
        return iter(self._all)

    def __contains__(self, acl: Acl) -> bool:
        return acl in self._all

    def add(self, acls: Iterable[Acl]) -> None:
        """Have these too."""
        for acl in acls:
            if acl not in self._all:
                self._all[acl] = None
                key = (acl.resource_type, acl.name)
                if acl.pattern_type == PatternType.LITERAL:
                    self._literal.setdefault(key, {})[acl] = None
                    continue
                if key not in self._prefixed:
                    self._count(acl, 1)
                self._prefixed.setdefault(key, {})[acl] = None
        self._decided.clear()

    def remove(self, acls: Iterable[Acl]) -> None:
        """Have these no more."""
        for acl in acls:
            if acl in self._all:
                del self._all[acl]
                is_literal = acl.pattern_type == PatternType.LITERAL
                by_key = self._literal if is_literal else self._prefixed
                found = by_key[acl.resource_type, acl.name]
                del found[acl]
                if not found:
                    del by_key[acl.resource_type, acl.name]
                    if not is_literal:
                        self._count(acl, -1)
        self._decided.clear()

    def _count(self, acl: Acl, more: int) -> None:
        key = (acl.resource_type, len(acl.name))
        self._lengths[key] = self._lengths.get(key, 0) + more
        if not self._lengths[key]:
            del self._lengths[key]

    def of(self, resource_type: int, name: str) -> Iterator[Acl]:
        """Those that speak of a resource."""
        yield from self._literal.get((resource_type, name), ())
        if name != WILDCARD:
            yield from self._literal.get((resource_type, WILDCARD), ())
        for kind, length in self._lengths:
            if kind == resource_type and length <= len(name):
                yield from self._prefixed.get((resource_type, name[:length]), ())

    def may(self, principal: str, host: str, operation: int, resource_type: int, name: str) -> bool | None:
        """Whether somebody may; None where nothing is said of the resource."""
        key = (principal, host, operation, resource_type, name)
        try:
            return self._decided[key]
        except KeyError:
            if len(self._decided) >= DECIDED:
                self._decided.clear()
            found = self._decided[key] = self._decide(*key)
            return found

    def _decide(self, principal: str, host: str, operation: int, resource_type: int, name: str) -> bool | None:
        found: bool | None = None
        for acl in self.of(resource_type, name):
            fits = acl.fits(principal, host, operation)
            if fits and acl.permission == Permission.DENY:
                return False
            found = bool(found) or fits
        return found

    def may_any(self, principal: str, host: str, operation: int, resource_type: int) -> bool:
        """Whether somebody may do that to some resource of a type (KIP-679)."""
        allowed: list[Acl] = []
        denied: set[tuple[int, str]] = set()
        for acl in self._all:
            if (
                acl.resource_type == resource_type
                and acl.is_of(principal, host)
                and acl.operation in {operation, Operation.ALL}
            ):
                if acl.permission == Permission.ALLOW:
                    allowed.append(acl)
                else:
                    denied.add((acl.pattern_type, acl.name))
        if (PatternType.LITERAL, WILDCARD) in denied:
            return False
        return any(not _is_dominated(acl, denied) for acl in allowed)


def _is_dominated(acl: Acl, denied: set[tuple[int, str]]) -> bool:
    """Whether all that an ACL allows is denied."""
    if acl.pattern_type == PatternType.LITERAL:
        if acl.name == WILDCARD:
            return False
        if (PatternType.LITERAL, acl.name) in denied:
            return True
    return any((PatternType.PREFIXED, acl.name[:length]) in denied for length in range(1, len(acl.name) + 1))

"""Lease tables as a state machine.

Rules:
1. Whether a write is allowed is decided before its fact is made: a fact says how an item is from now on, and depends on
   nothing.
2. The facts of one transaction are of one commit: a crash leaves all or none.
3. A transaction's token is forgotten by time alone, when the next one comes.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from weirmq.engine.machine import Fact
from weirmq.services.dynamodb import parts
from weirmq.services.dynamodb.facts import (
    IndexCreated,
    IndexDeleted,
    ItemDeleted,
    ItemPut,
    LeaseFact,
    ProtectionSet,
    TableCreated,
    TableDeleted,
    TransactionMade,
)
from weirmq.services.dynamodb.limits import TOKEN_MS
from weirmq.services.dynamodb.model import Index, Table
from weirmq.services.dynamodb.values import content_of

Name = tuple[str, str, str]
"""Account, region, and the name of a table or a token."""


class LeaseMachine:
    """All tables of all accounts and regions."""

    name: ClassVar[str] = "dynamodb"
    facts: ClassVar[Any] = LeaseFact
    # Items aren't read back from the log. But like what is, they leave the last of a disk to the facts that make room.
    payloads: ClassVar[tuple[type[Fact], ...]] = (ItemPut,)
    parts: ClassVar[Any] = parts.LeasePart

    def __init__(self) -> None:
        self.tables: dict[int, Table] = {}
        self.by_name: dict[Name, Table] = {}
        self.next_table = 1
        self.transactions: dict[Name, tuple[bytes, int]] = {}  # by token: digest, and when; in the order of time
        self._appliers: dict[type[Fact], Callable[[Any, int], None]] = {
            TableCreated: self._table_created,
            TableDeleted: self._table_deleted,
            IndexCreated: self._index_created,
            IndexDeleted: self._index_deleted,
            ProtectionSet: self._protection_set,
            ItemPut: self._item_put,
            ItemDeleted: self._item_deleted,
            TransactionMade: self._transaction_made,
        }

    def apply(self, fact: Any, _offset: int, now_ms: int) -> None:
        """Change the state as `fact` says."""
        self._appliers[type(fact)](fact, now_ms)

    def _table_created(self, fact: TableCreated, now_ms: int) -> None:
        table = Table(fact.number, fact.account, fact.region, fact.name, fact.table_id, now_ms, fact.key)
        table.kinds, table.throughput = fact.kinds, fact.throughput
        table.is_protected, table.tags = fact.is_protected, fact.tags
        self.adopt(table)

    def adopt(self, table: Table) -> None:
        """Let a table be found."""
        self.next_table = max(self.next_table, table.number + 1)
        self.tables[table.number] = table
        self.by_name[table.account, table.region, table.name] = table

    def _table_deleted(self, fact: TableDeleted, _now_ms: int) -> None:
        table = self.tables.pop(fact.number)
        del self.by_name[table.account, table.region, table.name]

    def _index_created(self, fact: IndexCreated, _now_ms: int) -> None:
        table = self.tables[fact.number]
        table.kinds = fact.kinds
        table.add_index(Index(fact.name, fact.hash, fact.range, fact.kinds, fact.throughput))

    def _index_deleted(self, fact: IndexDeleted, _now_ms: int) -> None:
        table = self.tables[fact.number]
        del table.indexes[fact.name]
        used = {table.key, *(name for index in table.indexes.values() for name in index.names)}
        table.kinds = {name: kind for name, kind in table.kinds.items() if name in used}

    def _protection_set(self, fact: ProtectionSet, _now_ms: int) -> None:
        self.tables[fact.number].is_protected = fact.is_protected

    def _item_put(self, fact: ItemPut, _now_ms: int) -> None:
        self.tables[fact.number].put(fact.item)

    def _item_deleted(self, fact: ItemDeleted, _now_ms: int) -> None:
        self.tables[fact.number].remove(content_of(fact.key))

    def _transaction_made(self, fact: TransactionMade, now_ms: int) -> None:
        known = self.transactions
        while known and next(iter(known.values()))[1] <= now_ms - TOKEN_MS:
            del known[next(iter(known))]
        name = (fact.account, fact.region, fact.token)
        known.pop(name, None)  # one that has expired
        known[name] = (fact.digest, now_ms)

    # What the engine asks

    def holds(self, _fact: Any, _offset: int) -> bool:
        """No fact is read back."""
        return False

    def relocate(self, _fact: Any, _offset: int) -> None:
        """No fact is moved."""

    def next_due_ms(self) -> int | None:
        """Nothing happens by time alone."""
        return None

    def due(self, _now_ms: int) -> Sequence[Fact]:
        """Nothing happens by time alone."""
        return ()

    def snapshot(self) -> Iterable[Any]:
        """The whole state as a sequence of parts."""
        return parts.of(self)

    def restore(self, part: Any) -> None:
        """Take up one part of a snapshot."""
        parts.restore(self, part)

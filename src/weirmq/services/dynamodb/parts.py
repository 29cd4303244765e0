"""What a snapshot of lease tables consists of. Like facts: added to, never edited."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from weirmq.services.dynamodb.model import Index, Table, Throughput

if TYPE_CHECKING:
    from weirmq.services.dynamodb.machine import LeaseMachine


class ServicePart(msgspec.Struct, array_like=True, tag=0):
    """What belongs to no table. `transactions` is (account, region, token, digest, ms), in the order of time."""

    next_table: int
    transactions: list[tuple[str, str, str, bytes, int]]


class IndexPart(msgspec.Struct, array_like=True):
    """An index; see model.Index."""

    name: str
    hash: str
    range: str
    throughput: Throughput


class TablePart(msgspec.Struct, array_like=True, tag=1):
    """A table without its items; see model.Table."""

    number: int
    account: str
    region: str
    name: str
    table_id: str
    created_ms: int
    key: str
    kinds: dict[str, str]
    throughput: Throughput
    is_protected: bool
    tags: dict[str, str]
    indexes: list[IndexPart]


class ItemPart(msgspec.Struct, array_like=True, tag=2):
    """An item of the table that came before."""

    number: int
    item: dict[str, dict[str, Any]]


LeasePart = ServicePart | TablePart | ItemPart


def of(machine: "LeaseMachine") -> Iterator[Any]:
    """The parts of a machine's state."""
    transactions = [(*name, digest, ms) for name, (digest, ms) in machine.transactions.items()]
    yield ServicePart(machine.next_table, transactions)
    for table in machine.tables.values():
        yield _part_of(table)
        for item in table.items.values():
            yield ItemPart(table.number, item)


def _part_of(table: Table) -> TablePart:
    indexes = [IndexPart(index.name, index.hash, index.range, index.throughput) for index in table.indexes.values()]
    return TablePart(
        table.number, table.account, table.region, table.name, table.id, table.created_ms, table.key, table.kinds,
        table.throughput, table.is_protected, table.tags, indexes,
    )  # fmt: skip


def restore(machine: "LeaseMachine", part: Any) -> None:
    """Take up one part."""
    if isinstance(part, ItemPart):
        machine.tables[part.number].put(part.item)
    elif isinstance(part, TablePart):
        machine.adopt(_table_of(part))
    else:
        machine.next_table = max(machine.next_table, part.next_table)
        machine.transactions = {
            (account, region, token): (d, ms) for account, region, token, d, ms in part.transactions
        }


def _table_of(part: TablePart) -> Table:
    table = Table(part.number, part.account, part.region, part.name, part.table_id, part.created_ms, part.key)
    table.kinds, table.throughput = part.kinds, part.throughput
    table.is_protected, table.tags = part.is_protected, part.tags
    for index in part.indexes:
        table.add_index(Index(index.name, index.hash, index.range, part.kinds, index.throughput))
    return table

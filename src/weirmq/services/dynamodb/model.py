"""Tables, their indexes and items, as the machine knows them."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec

from weirmq.kernel import arn
from weirmq.services.dynamodb.order import Order
from weirmq.services.dynamodb.values import Item, content_of, kind_of, size_of, sortable

Key = str | bytes
"""The content of an item's key: text, bytes, or a number's one form."""

PLACES: Final = 2**64  # a Scan goes by the hash of the key, as DynamoDB's does: so segments are of equal size


class Throughput(msgspec.Struct, array_like=True, frozen=True):
    """Capacity units a second, as they were asked for; both 0 on demand."""

    read: int = 0
    write: int = 0


ON_DEMAND: Final = Throughput()


class Index:
    """A global secondary index: the items that have its attributes, by the first of them, ordered by the second."""

    __slots__ = ("entries", "hash", "kinds", "name", "names", "range", "throughput")

    def __init__(
        self, name: str, hash_name: str, range_name: str, kinds: Mapping[str, str], throughput: Throughput
    ) -> None:
        self.name = name
        self.hash = hash_name
        self.range = range_name  # empty for none
        self.names = (hash_name, range_name) if range_name else (hash_name,)
        self.kinds = kinds  # of these two, and maybe of more
        self.throughput = throughput
        self.entries: dict[Key, Order] = {}

    def entry(self, key: Key, item: Item) -> tuple[Any, Key] | None:
        """Where an item stands among those of its first attribute; None where it isn't in the index: an attribute is
        missing, or was of another kind before there was an index.
        """
        if any(name not in item or kind_of(item[name]) != self.kinds[name] for name in self.names):
            return None
        return (sortable(item[self.range]) if self.range else 0), key

    def add(self, key: Key, item: Item) -> None:
        """Take up an item, if it belongs here."""
        entry = self.entry(key, item)
        if entry is not None:
            self.entries.setdefault(content_of(item[self.hash]), Order()).add(entry)

    def remove(self, key: Key, item: Item) -> None:
        """Let go of an item, if it is here."""
        entry = self.entry(key, item)
        if entry is not None:
            order = self.entries[content_of(item[self.hash])]
            order.remove(entry)
            if not order:
                del self.entries[content_of(item[self.hash])]


class Table:
    """A table. `kinds` is what its key and its indexes' attributes hold: S, N or B."""

    __slots__ = (
        "account", "arn", "created_ms", "id", "indexes", "is_protected", "items", "key", "kinds", "name", "number",
        "order", "region", "size", "tags", "throughput",
    )  # fmt: skip

    def __init__(
        self, number: int, account: str, region: str, name: str, table_id: str, created_ms: int, key: str
    ) -> None:
        self.number = number
        self.account = account
        self.region = region
        self.name = name
        self.arn = arn_of(account, region, name)
        self.id = table_id
        self.created_ms = created_ms
        self.key = key  # the name of the key attribute
        self.kinds: dict[str, str] = {}
        self.throughput = ON_DEMAND
        self.is_protected = False
        self.tags: dict[str, str] = {}
        self.indexes: dict[str, Index] = {}
        self.items: dict[Key, Item] = {}
        self.order = Order()  # of (place, key)
        self.size = 0  # bytes of all items

    def put(self, item: Item) -> None:
        """Take up an item in the place of one that has the same key."""
        key: Key = content_of(item[self.key])
        self.remove(key)
        self.items[key] = item
        self.order.add((place_of(key), key))
        self.size += size_of(item)
        for index in self.indexes.values():
            index.add(key, item)

    def remove(self, key: Key) -> None:
        """Let go of an item, if it is there."""
        item = self.items.pop(key, None)
        if item is None:
            return
        self.order.remove((place_of(key), key))
        self.size -= size_of(item)
        for index in self.indexes.values():
            index.remove(key, item)

    def add_index(self, index: Index) -> None:
        """Make an index of all items."""
        self.indexes[index.name] = index
        for key, item in self.items.items():
            index.add(key, item)


def arn_of(account: str, region: str, name: str) -> str:
    """A table's ARN."""
    return arn.build("dynamodb", region, account, f"table/{name}")


def place_of(key: Key) -> int:
    """Where a Scan meets a key."""
    data = key if isinstance(key, bytes) else key.encode()
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")

"""Keys of items: what a table and its indexes ask of them.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from collections.abc import Mapping

from weirmq.services.dynamodb import errors, values
from weirmq.services.dynamodb.limits import ITEM_BYTES, KEY_BYTES, RANGE_BYTES
from weirmq.services.dynamodb.model import Index, Key, Table
from weirmq.services.dynamodb.values import Item, Value, content_of, kind_of, size_of
from weirmq.wire.aws.types.dynamodb import AttributeValue


def read(table: Table, given: Mapping[str, AttributeValue]) -> Key:
    """The key that a request names. Raises Validation."""
    found = values.read_item(given)
    if found.keys() != {table.key} or kind_of(found[table.key]) != table.kinds[table.key]:
        raise errors.wrong_key()
    return _checked(table, found[table.key])


def of(table: Table, item: Item) -> Key:
    """The key of a whole item. Raises Validation."""
    if table.key not in item:
        raise errors.invalid(f"Missing the key {table.key} in the item")
    value, kind = item[table.key], table.kinds[table.key]
    if kind_of(value) != kind:
        raise errors.invalid(f"Type mismatch for key {table.key} expected: {kind} actual: {kind_of(value)}")
    return _checked(table, value)


def _checked(table: Table, value: Value) -> Key:
    key: Key = content_of(value)
    if not key:
        raise errors.empty_key(table.key)
    if len(key if isinstance(key, bytes) else key.encode()) > KEY_BYTES:
        raise errors.invalid(f"Size of hashkey has exceeded the maximum size limit of{KEY_BYTES} bytes")
    return key


def item_of(table: Table, key: Key) -> Item:
    """An item that is nothing but its key."""
    return {table.key: {table.kinds[table.key]: key}}


def check_item(table: Table, item: Item, too_large: str) -> None:
    """Whether an item may be kept, in table and indexes. Raises Validation, with `too_large` for its size."""
    if size_of(item) > ITEM_BYTES:
        raise errors.validation(too_large)
    for index in table.indexes.values():
        for name in index.names:
            if name in item:
                _check_indexed(index, name, item[name])


def _check_indexed(index: Index, name: str, value: Value) -> None:
    kind, content = kind_of(value), content_of(value)
    if kind != index.kinds[name]:
        raise errors.invalid(
            f"Type mismatch for Index Key {name} Expected: {index.kinds[name]} Actual: {kind} IndexName: {index.name}"
        )
    if not content:
        raise errors.validation(
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported."
            " The AttributeValue for a key attribute cannot contain an empty string value."
            f" IndexName: {index.name}, IndexKey: {name}"
        )
    most, noun = (KEY_BYTES, "hashkey") if name == index.hash else (RANGE_BYTES, "rangekey")
    if size_of({"": value}) > most:
        raise errors.invalid(f"Size of {noun} has exceeded the maximum size limit of{most} bytes")


def index_key(table: Table, index: Index, item: Item) -> Item:
    """What a KEYS_ONLY index has of an item: the index's key, and the table's."""
    return {name: item[name] for name in dict.fromkeys((*index.names, table.key))}

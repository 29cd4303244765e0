"""Query and Scan.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html and API_Scan.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from weirmq.engine.service import Call
from weirmq.services.dynamodb import errors, expressions, keys, values
from weirmq.services.dynamodb.expressions import Condition
from weirmq.services.dynamodb.limits import PAGE_BYTES
from weirmq.services.dynamodb.model import PLACES, Index, Key, Table, place_of
from weirmq.services.dynamodb.placeholders import Placeholders
from weirmq.services.dynamodb.service import LeaseTables, refuse
from weirmq.services.dynamodb.values import Item, content_of, kind_of, shown_item, size_of
from weirmq.wire.aws.types.dynamodb import AttributeValue, QueryInput, QueryOutput, ScanInput, ScanOutput

_MISSING = (
    "AttributesToGet", "ConditionalOperator", "ProjectionExpression", "ReturnConsumedCapacity", "Select",
)  # fmt: skip


class _Page(NamedTuple):
    """What was looked at, what of it was wanted, and where the next page begins."""

    looked_at: int
    items: list[Item]
    last: Item | None


def query(service: LeaseTables, call: Call, request: QueryInput) -> QueryOutput:
    """The items with one partition key, of a table or an index; an index has their keys only.

    Raises Validation, ResourceNotFound.
    """
    refuse(request, *_MISSING, "KeyConditions", "QueryFilter")
    if request.ScanIndexForward is False:
        raise errors.unsupported("A Query from the end")
    table = service.find(call, request.TableName, "dynamodb:Query", index=request.IndexName or "")
    index = _index(table, request.IndexName, is_consistent=bool(request.ConsistentRead))
    if request.KeyConditionExpression is None:
        raise errors.validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    placeholders = Placeholders(
        request.ExpressionAttributeNames, request.ExpressionAttributeValues, has_expressions=True
    )
    name, value = expressions.key(request.KeyConditionExpression, placeholders)
    condition = _filter(request.FilterExpression, placeholders)
    wanted = index.hash if index else table.key
    if name != wanted:
        raise errors.validation(f"Query condition missed key schema element: {wanted}")
    if kind_of(value) != table.kinds[wanted]:
        raise errors.invalid("Condition parameter type does not match schema type")
    found = _queried(table, index, content_of(value), request.ExclusiveStartKey)
    page = _page(found, condition, request.Limit, lambda item: keys.index_key(table, index, item) if index else item)
    return QueryOutput(
        Items=[shown_item(item) for item in page.items],
        Count=len(page.items),
        ScannedCount=page.looked_at,
        LastEvaluatedKey=_shown_key(table, index, page.last),
    )


def _index(table: Table, name: str | None, *, is_consistent: bool) -> Index | None:
    if name is None:
        return None
    index = table.indexes.get(name)
    if index is None:
        raise errors.no_such_index(name)
    if is_consistent:
        raise errors.validation("Consistent reads are not supported on global secondary indexes")
    return index


def _queried(
    table: Table, index: Index | None, content: Key, start: Mapping[str, AttributeValue] | None
) -> Iterator[Item]:
    """The items of one partition, from `start` on."""
    begin = None if start is None else _start(table, index, start)
    if index is None:
        return iter([table.items[content]] if content in table.items and begin is None else [])
    if begin is not None and content_of(begin[index.hash]) != content:
        raise _bad_start()
    order = index.entries.get(content)
    after = None if begin is None else index.entry(content_of(begin[table.key]), begin)
    return (table.items[key] for _, key in order.after(after)) if order else iter(())


def scan(service: LeaseTables, call: Call, request: ScanInput) -> ScanOutput:
    """A page of a table's items, or of those of a segment. Raises Validation, ResourceNotFound."""
    refuse(request, *_MISSING, "IndexName", "ScanFilter")
    table = service.find(call, request.TableName, "dynamodb:Scan")
    placeholders = Placeholders(
        request.ExpressionAttributeNames,
        request.ExpressionAttributeValues,
        has_expressions=request.FilterExpression is not None,
    )
    condition = _filter(request.FilterExpression, placeholders)
    page = _page(_scanned(table, request), condition, request.Limit, lambda item: item)
    return ScanOutput(
        Items=[shown_item(item) for item in page.items],
        Count=len(page.items),
        ScannedCount=page.looked_at,
        LastEvaluatedKey=_shown_key(table, None, page.last),
    )


def _scanned(table: Table, request: ScanInput) -> Iterator[Item]:
    """The items of a segment from ExclusiveStartKey on: a segment is a range of places."""
    segment, of = request.Segment, request.TotalSegments
    if (segment is None) != (of is None):
        missing, other = ("Segment", "TotalSegments") if segment is None else ("TotalSegments", "Segment")
        raise errors.validation(
            f"The {missing} parameter is required but was not present in the request when {other} is present"
        )
    segment, of = segment or 0, of or 1
    if segment >= of:
        raise errors.validation(
            f"The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment}"
            f" is not less than TotalSegments: {of}"
        )
    first, end = -(-segment * PLACES // of), -(-(segment + 1) * PLACES // of)
    after: tuple[Any, ...] = (first,)
    if request.ExclusiveStartKey is not None:
        key = content_of(_start(table, None, request.ExclusiveStartKey)[table.key])
        after = (place_of(key), key)
        if not first <= after[0] < end:
            raise errors.validation(
                "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with"
                f" correct Segment. TotalSegments: {of} Segment: {segment}"
            )
    for place, key in table.order.after(after):
        if place >= end:
            return
        yield table.items[key]


def _start(table: Table, index: Index | None, given: Mapping[str, AttributeValue]) -> Item:
    """The key that a page begins after. Raises Validation."""
    found = values.read_item(given)
    names = {table.key, *(index.names if index else ())}
    if found.keys() != names or any(kind_of(found[name]) != table.kinds[name] for name in names):
        raise _bad_start()
    return found


def _bad_start() -> Exception:
    return errors.validation("The provided starting key is invalid")


def _filter(text: str | None, placeholders: Placeholders) -> Condition | None:
    """A FilterExpression, the last of a request's expressions. Raises Validation."""
    found = None if text is None else expressions.condition("FilterExpression", text, placeholders)
    placeholders.check_used()
    return found


def _page(items: Iterable[Item], condition: Condition | None, limit: int | None, seen: Any) -> _Page:
    """Look at items until there are `limit`, or a page is full. `seen` gives what can be seen of one."""
    looked_at = size = 0
    found: list[Item] = []
    for item in items:
        looked_at += 1
        size += size_of(item)
        part = seen(item)
        if condition is None or condition(part):
            found.append(part)
        if looked_at == limit or size >= PAGE_BYTES:
            return _Page(looked_at, found, item)
    return _Page(looked_at, found, None)


def _shown_key(table: Table, index: Index | None, last: Item | None) -> dict[str, AttributeValue] | None:
    if last is None:
        return None
    return shown_item(keys.index_key(table, index, last) if index else {table.key: last[table.key]})

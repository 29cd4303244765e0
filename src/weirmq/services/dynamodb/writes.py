"""Writes: which item, under what condition, and what becomes of it. An operation makes one, a transaction many.

The condition and the change are decided at once, in one turn of the loop: of several writers that race for a lease, one
gets it.
"""

from collections.abc import Callable, Iterator

import msgspec

from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.services.dynamodb import errors, expressions, facts, keys, legacy, values
from weirmq.services.dynamodb.expressions import Change, Condition
from weirmq.services.dynamodb.model import Key, Table
from weirmq.services.dynamodb.placeholders import Placeholders
from weirmq.services.dynamodb.service import LeaseTables
from weirmq.services.dynamodb.values import Item
from weirmq.wire.aws.types.dynamodb import (
    AttributeValue,
    ConditionCheck,
    Delete,
    DeleteItemInput,
    Put,
    PutItemInput,
    Update,
    UpdateItemInput,
)

_TOO_LARGE = "Item size has exceeded the maximum allowed size"
_TOO_LARGE_UPDATED = "Item size to update has exceeded the maximum allowed size"

Conditional = PutItemInput | Put | DeleteItemInput | Delete | UpdateItemInput | Update | ConditionCheck


class Write(msgspec.Struct):
    """One write. `after` gives the item as it is to be by what it was, None for no item; `shows_item` says that a
    refusal shows the item as it is. `names` are the attributes that an update is about.
    """

    table: Table
    key: Key
    condition: Condition | None
    shows_item: bool
    after: Callable[[Item | None], Item | None]
    names: tuple[str, ...] = ()

    @property
    def before(self) -> Item | None:
        """The item as it is."""
        return self.table.items.get(self.key)

    @property
    def holds(self) -> bool:
        """Whether the item is as it must be."""
        return self.condition is None or self.condition(self.before or {})

    @property
    def shown(self) -> dict[str, AttributeValue] | None:
        """The item as a refusal shows it."""
        return values.shown_item(self.before) if self.shows_item and self.before else None

    def facts(self) -> Iterator[Fact]:
        """What is to be recorded: nothing, where nothing changes. Raises Validation."""
        before = self.before
        after = self.after(before)
        if after == before:
            return
        if after is None:
            yield facts.ItemDeleted(self.table.number, keys.item_of(self.table, self.key)[self.table.key])
        else:
            yield facts.ItemPut(self.table.number, after)


def perform(service: LeaseTables, call: Call, write: Write) -> None:
    """Do one write. Raises ConditionalCheckFailed, Validation."""
    if not write.holds:
        raise errors.condition_failed(write.shown)
    found = list(write.facts())
    if found:
        service.commit(call.now_ms, *found)


def _conditions(
    request: Conditional, *, also_legacy: bool = False, update: str | None = None
) -> tuple[Condition | None, Placeholders]:
    """The condition of a request, and its placeholders, for there may be another expression. Raises Validation."""
    expected = getattr(request, "Expected", None)
    legacy.mixed(
        {"Expected": expected, "AttributeUpdates": also_legacy or None},
        {"UpdateExpression": update, "ConditionExpression": request.ConditionExpression},
    )
    text = request.ConditionExpression
    placeholders = Placeholders(
        request.ExpressionAttributeNames,
        request.ExpressionAttributeValues,
        has_expressions=text is not None or update is not None,
    )
    if text is not None:
        return expressions.condition("ConditionExpression", text, placeholders), placeholders
    return (legacy.condition(expected) if expected else None), placeholders


def put_of(service: LeaseTables, call: Call, request: PutItemInput | Put) -> Write:
    """An item in the place of one that has the same key. Raises Validation, ResourceNotFound."""
    table = service.find(call, request.TableName, "dynamodb:PutItem")
    item = values.read_item(request.Item)
    key = keys.of(table, item)
    keys.check_item(table, item, _TOO_LARGE)
    condition, placeholders = _conditions(request)
    placeholders.check_used()
    return Write(table, key, condition, _shows_item(request), lambda _before: item)


def delete_of(service: LeaseTables, call: Call, request: DeleteItemInput | Delete) -> Write:
    """No item, whether there is one or not. Raises Validation, ResourceNotFound."""
    table = service.find(call, request.TableName, "dynamodb:DeleteItem")
    key = keys.read(table, request.Key)
    condition, placeholders = _conditions(request)
    placeholders.check_used()
    return Write(table, key, condition, _shows_item(request), lambda _before: None)


def check_of(service: LeaseTables, call: Call, request: ConditionCheck) -> Write:
    """The item as it is. Raises Validation, ResourceNotFound."""
    table = service.find(call, request.TableName, "dynamodb:ConditionCheckItem")
    key = keys.read(table, request.Key)
    condition, placeholders = _conditions(request)
    placeholders.check_used()
    return Write(table, key, condition, _shows_item(request), lambda before: before)


def update_of(service: LeaseTables, call: Call, request: UpdateItemInput | Update) -> Write:
    """An item changed, or made. Raises Validation, ResourceNotFound."""
    table = service.find(call, request.TableName, "dynamodb:UpdateItem")
    key = keys.read(table, request.Key)
    updates = request.AttributeUpdates if isinstance(request, UpdateItemInput) else None
    text = request.UpdateExpression
    condition, placeholders = _conditions(request, also_legacy=updates is not None, update=text)
    changes = expressions.update(text, placeholders) if text is not None else legacy.changes(updates or {})
    placeholders.check_used()
    for name, _ in changes:
        if name == table.key:
            raise errors.invalid(f"Cannot update attribute {name}. This attribute is part of the key")
    makes_none = updates is not None and legacy.only_deletes(updates)

    def after(before: Item | None) -> Item | None:
        if before is None and makes_none:
            return None
        return _changed(table, before or keys.item_of(table, key), changes)

    return Write(table, key, condition, _shows_item(request), after, tuple(name for name, _ in changes))


def _changed(table: Table, before: Item, changes: list[Change]) -> Item:
    """An item with changes made, all by what it was before."""
    after = dict(before)
    for name, value in changes:
        found = value(before)
        if found is None:
            after.pop(name, None)
        else:
            after[name] = found
    keys.check_item(table, after, _TOO_LARGE_UPDATED)
    return after


def _shows_item(request: Conditional) -> bool:
    return request.ReturnValuesOnConditionCheckFailure == "ALL_OLD"

"""GetItem, PutItem, UpdateItem, DeleteItem.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from collections.abc import Iterable

from weirmq.engine.service import Call
from weirmq.services.dynamodb import errors, keys, writes
from weirmq.services.dynamodb.service import LeaseTables, refuse
from weirmq.services.dynamodb.values import Item, shown_item
from weirmq.wire.aws.types.dynamodb import (
    AttributeValue,
    DeleteItemInput,
    DeleteItemOutput,
    GetItemInput,
    GetItemOutput,
    PutItemInput,
    PutItemOutput,
    UpdateItemInput,
    UpdateItemOutput,
)

_METERING = ("ReturnConsumedCapacity", "ReturnItemCollectionMetrics")


def get_item(service: LeaseTables, call: Call, request: GetItemInput) -> GetItemOutput:
    """An item, always as it is now. Raises Validation, ResourceNotFound."""
    refuse(request, "AttributesToGet", "ProjectionExpression", "ExpressionAttributeNames", "ReturnConsumedCapacity")
    table = service.find(call, request.TableName, "dynamodb:GetItem")
    item = table.items.get(keys.read(table, request.Key))
    return GetItemOutput(Item=None if item is None else shown_item(item))


def put_item(service: LeaseTables, call: Call, request: PutItemInput) -> PutItemOutput:
    """Put an item in the place of one with its key. Raises ConditionalCheckFailed, Validation, ResourceNotFound."""
    refuse(request, *_METERING, "ConditionalOperator")
    write = writes.put_of(service, call, request)
    return PutItemOutput(Attributes=_replaced(service, call, write, request.ReturnValues))


def delete_item(service: LeaseTables, call: Call, request: DeleteItemInput) -> DeleteItemOutput:
    """Delete an item, if it is there. Raises ConditionalCheckFailed, Validation, ResourceNotFound."""
    refuse(request, *_METERING, "ConditionalOperator")
    write = writes.delete_of(service, call, request)
    return DeleteItemOutput(Attributes=_replaced(service, call, write, request.ReturnValues))


def _replaced(
    service: LeaseTables, call: Call, write: writes.Write, wanted: str | None
) -> dict[str, AttributeValue] | None:
    """Do a write that leaves nothing of the item before; returns that, if it is wanted."""
    if wanted not in {None, "NONE", "ALL_OLD"}:
        raise errors.validation("ReturnValues can only be ALL_OLD or NONE")
    before = write.before
    writes.perform(service, call, write)
    return shown_item(before) if before and wanted == "ALL_OLD" else None


def update_item(service: LeaseTables, call: Call, request: UpdateItemInput) -> UpdateItemOutput:
    """Change an item, or make one. Raises ConditionalCheckFailed, Validation, ResourceNotFound."""
    refuse(request, *_METERING, "ConditionalOperator")
    write = writes.update_of(service, call, request)
    before = write.before or {}
    writes.perform(service, call, write)
    after = write.before or {}
    wanted = request.ReturnValues or "NONE"
    item = {"OLD": before, "NEW": after}.get(wanted.rpartition("_")[2], {})
    found = _only(item, write.names) if wanted.startswith("UPDATED") else item
    return UpdateItemOutput(Attributes=shown_item(found) if found else None)


def _only(item: Item, names: Iterable[str]) -> Item:
    return {name: item[name] for name in names if name in item}

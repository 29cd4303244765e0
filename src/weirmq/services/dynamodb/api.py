"""Which function answers which operation."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NoReturn

from weirmq.engine.service import Call, Operation
from weirmq.services.dynamodb import errors, items, reading, tables, transactions
from weirmq.services.dynamodb.service import LeaseTables
from weirmq.wire.aws.model import load

_THERE: Final[Mapping[str, Operation]] = {
    "CreateTable": tables.create_table,
    "DeleteItem": items.delete_item,
    "DeleteTable": tables.delete_table,
    "DescribeTable": tables.describe_table,
    "GetItem": items.get_item,
    "ListTables": tables.list_tables,
    "ListTagsOfResource": tables.list_tags_of_resource,
    "PutItem": items.put_item,
    "Query": reading.query,
    "Scan": reading.scan,
    "TransactWriteItems": transactions.transact_write_items,
    "UpdateItem": items.update_item,
    "UpdateTable": tables.update_table,
}


def _refuse(name: str, _service: LeaseTables, _call: Call, _request: Any) -> NoReturn:
    raise errors.no_such_operation(name)


OPERATIONS: Final[Mapping[str, Operation]] = {
    name: _THERE.get(name) or partial(_refuse, name) for name in load("dynamodb").operations
}

"""The service: its machine, and what every operation needs."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.engine.service import Call, Operation
from weirmq.iam import authorize
from weirmq.kernel.ids import Entropy
from weirmq.services.dynamodb import errors
from weirmq.services.dynamodb.machine import LeaseMachine
from weirmq.services.dynamodb.model import Table, arn_of

_ARN: Final = re.compile(r"arn:[^:]*:dynamodb:([^:]*):([0-9]{12}):table/([^/]*)")
_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
# What a parameter says that changes nothing.
_NOTHING: Final = frozenset({None, False, "NONE"})


class LeaseTables:
    """Tables that the Kinesis Client Library keeps its leases in."""

    name = "dynamodb"
    unsigned: frozenset[str] = frozenset()

    def __init__(self, journal: Journal, entropy: Entropy) -> None:
        self.journal = journal
        self.entropy = entropy
        self.machine = LeaseMachine()

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of DynamoDB, those that are refused included. (Their modules name this class, so they are
        imported when it stands.)
        """
        from weirmq.services.dynamodb.api import OPERATIONS

        return OPERATIONS

    def commit(self, now_ms: int, *found: Fact) -> None:
        """Record facts and let them take effect."""
        self.journal.commit(self.machine, found, now_ms)

    def find(self, call: Call, name: str, action: str, *, index: str = "", is_named: bool = False) -> Table:
        """The table of that name or ARN, if the caller may do this with it, or with its index.

        Raises Validation, AccessDenied, ResourceNotFound, which says the table's name if `is_named`.
        """
        account, region, name = where(call, name)
        table = self.machine.by_name.get((account, region, name))
        own_arn = table.arn if table else arn_of(account, region, name)
        authorize(call, action, f"{own_arn}/index/{index}" if index else own_arn)
        if table is None:
            raise errors.no_such_table(name if is_named else "")
        return table


def where(call: Call, name: str) -> tuple[str, str, str]:
    """Account, region and name of a table, by its name or its ARN. Raises Validation."""
    account, region = call.caller.account, call.region
    if name.startswith("arn:"):
        found = _ARN.fullmatch(name)
        if found is None:
            raise errors.validation(f"Invalid table ARN: {name}")
        region, account, name = found.groups()
    if not _NAME.fullmatch(name):
        raise errors.validation(
            "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain"
            " only the characters a-z, A-Z, 0-9, '_', '-', and '.'"
        )
    return account, region, name


def refuse(request: msgspec.Struct, *parameters: str) -> None:
    """Refuse a request that has any of these parameters. Raises Validation."""
    for parameter in parameters:
        value = getattr(request, parameter)
        if isinstance(value, (list, dict, msgspec.Struct)) or value not in _NOTHING:
            raise errors.unsupported(f"The parameter {parameter}")

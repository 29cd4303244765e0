"""What the log holds of lease tables. Added to, never edited: logs of every version must replay for ever."""

from typing import Any

from weirmq.engine.machine import Fact
from weirmq.services.dynamodb.model import Throughput


class TableCreated(Fact, tag=0):
    """`key` is the name of the key attribute, `kinds` says S, N or B of it and of others."""

    number: int
    account: str
    region: str
    name: str
    table_id: str
    key: str
    kinds: dict[str, str]
    throughput: Throughput
    is_protected: bool
    tags: dict[str, str]


class TableDeleted(Fact, tag=1):
    """With all its items."""

    number: int


class IndexCreated(Fact, tag=2):
    """`kinds` are those of all attributes that the table defines from now on; `range` is empty for none."""

    number: int
    name: str
    hash: str
    range: str
    kinds: dict[str, str]
    throughput: Throughput


class IndexDeleted(Fact, tag=3):
    """It is gone."""

    number: int
    name: str


class ProtectionSet(Fact, tag=4):
    """Whether the table can't be deleted."""

    number: int
    is_protected: bool


class ItemPut(Fact, tag=5):
    """An item as it is from now on; see values.py."""

    number: int
    item: dict[str, dict[str, Any]]


class ItemDeleted(Fact, tag=6):
    """It is gone; `key` as in values.py."""

    number: int
    key: dict[str, Any]


class TransactionMade(Fact, tag=7):
    """The digest of the request that came with this ClientRequestToken. What it did stands in facts beside this one."""

    account: str
    region: str
    token: str
    digest: bytes


LeaseFact = (
    TableCreated | TableDeleted | IndexCreated | IndexDeleted | ProtectionSet | ItemPut | ItemDeleted | TransactionMade
)

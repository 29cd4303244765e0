"""CreateTable, DescribeTable, UpdateTable, DeleteTable, ListTables, ListTagsOfResource.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, Literal, cast

from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.ids import uuid4
from weirmq.services.dynamodb import errors, facts
from weirmq.services.dynamodb.limits import LISTED, TABLES, TAGS
from weirmq.services.dynamodb.model import ON_DEMAND, Index, Table, Throughput, arn_of
from weirmq.services.dynamodb.service import LeaseTables, refuse, where
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.dynamodb import (
    AttributeDefinition,
    BillingModeSummary,
    CreateGlobalSecondaryIndexAction,
    CreateTableInput,
    CreateTableOutput,
    DeleteTableInput,
    DeleteTableOutput,
    DescribeTableInput,
    DescribeTableOutput,
    GlobalSecondaryIndexDescription,
    GlobalSecondaryIndexUpdate,
    KeySchemaElement,
    ListTablesInput,
    ListTablesOutput,
    ListTagsOfResourceInput,
    ListTagsOfResourceOutput,
    Projection,
    ProvisionedThroughput,
    ProvisionedThroughputDescription,
    TableDescription,
    Tag,
    UpdateTableInput,
    UpdateTableOutput,
)

_STATUS: Final = "ACTIVE"  # of every table and index: none takes any time
_NOT_CREATED: Final = (
    "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "StreamSpecification", "SSESpecification", "TableClass",
    "WarmThroughput", "ResourcePolicy", "OnDemandThroughput", "GlobalTableSourceArn",
    "GlobalTableSettingsReplicationMode", "VectorIndexes",
)  # fmt: skip
_NOT_UPDATED: Final = (
    "BillingMode", "ProvisionedThroughput", "StreamSpecification", "SSESpecification", "ReplicaUpdates", "TableClass",
    "MultiRegionConsistency", "GlobalTableWitnessUpdates", "OnDemandThroughput", "WarmThroughput",
    "GlobalTableSettingsReplicationMode", "DisassociationProtectionEnabled", "VectorIndexUpdates",
)  # fmt: skip


def create_table(service: LeaseTables, call: Call, request: CreateTableInput) -> CreateTableOutput:
    """A new table, ready at once. Raises Validation, ResourceInUse, LimitExceeded."""
    refuse(request, *_NOT_CREATED)
    account, region, name = where(call, request.TableName)
    authorize(call, "dynamodb:CreateTable", arn_of(account, region, name))
    hash_name, range_name = _schema(request.KeySchema or [])
    if range_name:
        raise errors.unsupported("A sort key of a table")
    kinds = _kinds(request.AttributeDefinitions or [], {}, {hash_name})
    throughput = _throughput(request.BillingMode, request.ProvisionedThroughput)
    tags = {tag.Key: tag.Value for tag in request.Tags or []}
    if len(tags) > TAGS:
        raise errors.validation(f"Too many tags: a table can have at most {TAGS}.")
    machine = service.machine
    if (account, region, name) in machine.by_name:
        raise errors.table_exists(name)
    if sum(table.account == account and table.region == region for table in machine.tables.values()) >= TABLES:
        raise errors.too_many_tables(TABLES)
    number = machine.next_table
    service.commit(
        call.now_ms,
        facts.TableCreated(
            number, account, region, name, uuid4(service.entropy), hash_name, kinds, throughput,
            bool(request.DeletionProtectionEnabled), tags,
        ),
    )  # fmt: skip
    return CreateTableOutput(TableDescription=_described(machine.tables[number]))


def describe_table(service: LeaseTables, call: Call, request: DescribeTableInput) -> DescribeTableOutput:
    """A table. Raises ResourceNotFound."""
    table = service.find(call, request.TableName, "dynamodb:DescribeTable", is_named=True)
    return DescribeTableOutput(Table=_described(table))


def delete_table(service: LeaseTables, call: Call, request: DeleteTableInput) -> DeleteTableOutput:
    """Delete a table with all its items, at once. Raises ResourceNotFound, Validation for one that is protected."""
    table = service.find(call, request.TableName, "dynamodb:DeleteTable", is_named=True)
    if table.is_protected:
        raise errors.validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection"
            " first."
        )
    service.commit(call.now_ms, facts.TableDeleted(table.number))
    described = _described(table)
    described.TableStatus = "DELETING"
    return DeleteTableOutput(TableDescription=described)


def update_table(service: LeaseTables, call: Call, request: UpdateTableInput) -> UpdateTableOutput:
    """Make or delete an index, protect the table from deletion or no longer. Raises ResourceNotFound, Validation."""
    refuse(request, *_NOT_UPDATED)
    table = service.find(call, request.TableName, "dynamodb:UpdateTable", is_named=True)
    found: list[Fact] = []
    updates = request.GlobalSecondaryIndexUpdates or []
    if len(updates) > 1:
        raise errors.validation("Only 1 online index can be created or deleted simultaneously per table")
    if updates:
        found.append(_index_update(table, updates[0], request.AttributeDefinitions or []))
    if request.DeletionProtectionEnabled is not None:
        found.append(facts.ProtectionSet(table.number, request.DeletionProtectionEnabled))
    if not found:
        raise errors.validation("At least one of GlobalSecondaryIndexUpdates and DeletionProtectionEnabled is required")
    service.commit(call.now_ms, *found)
    return UpdateTableOutput(TableDescription=_described(table))


def _index_update(table: Table, update: GlobalSecondaryIndexUpdate, defined: Sequence[AttributeDefinition]) -> Fact:
    if update.Update is not None:
        raise errors.unsupported("An index's update")
    if (update.Create is None) == (update.Delete is None):
        raise errors.invalid("One of GlobalSecondaryIndexUpdate's Create and Delete must be given")
    if update.Create is not None:
        return _new_index(table, update.Create, defined)
    assert update.Delete is not None, "one of the two is there"  # noqa: S101
    if update.Delete.IndexName not in table.indexes:
        raise errors.index_not_found()
    return facts.IndexDeleted(table.number, update.Delete.IndexName)


def _new_index(
    table: Table, asked: CreateGlobalSecondaryIndexAction, defined: Sequence[AttributeDefinition]
) -> facts.IndexCreated:
    refuse(asked, "OnDemandThroughput", "WarmThroughput")
    if asked.IndexName in table.indexes:
        raise errors.validation("Attempting to create an index which already exists")
    if table.indexes:
        raise errors.unsupported("A second index of a table")
    if asked.Projection.ProjectionType != "KEYS_ONLY":
        raise errors.unsupported("An index with a projection other than KEYS_ONLY")
    hash_name, range_name = _schema(asked.KeySchema)
    kinds = _kinds(defined, table.kinds, {table.key, hash_name, *([range_name] if range_name else [])})
    throughput = ON_DEMAND if asked.ProvisionedThroughput is None else _units(asked.ProvisionedThroughput)
    return facts.IndexCreated(table.number, asked.IndexName, hash_name, range_name, kinds, throughput)


def _schema(schema: Sequence[KeySchemaElement]) -> tuple[str, str]:
    """Names of the partition and sort key, the latter empty for none. Raises Validation."""
    kinds = [element.KeyType for element in schema]
    if kinds not in (["HASH"], ["HASH", "RANGE"]):
        raise errors.invalid("Invalid KeySchema: The first KeySchemaElement must be a HASH key, the second a RANGE key")
    names = [element.AttributeName for element in schema]
    if len(set(names)) < len(names):
        raise errors.invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    return names[0], names[1] if len(names) > 1 else ""


def _kinds(defined: Sequence[AttributeDefinition], before: Mapping[str, str], used: set[str]) -> dict[str, str]:
    """What all attributes of keys hold: those of `before`, and new ones, which are all `used`. Raises Validation."""
    given: dict[str, str] = {each.AttributeName: each.AttributeType for each in defined}
    if len(given) < len(defined):
        raise errors.invalid("Cannot have two attributes with the same name")
    for name, kind in given.items():
        if before.get(name, kind) != kind:
            raise errors.invalid(f"Attribute {name} is defined as {before[name]}, and can't become {kind}")
    found = {**before, **given}
    missing = sorted(used - found.keys())
    if missing:
        raise errors.invalid(
            "Some index key attributes are not defined in AttributeDefinitions. Keys:"
            f" [{', '.join(missing)}], AttributeDefinitions: [{', '.join(given)}]"
        )
    surplus = sorted(found.keys() - used - before.keys())
    if surplus:
        raise errors.invalid(
            "Some AttributeDefinitions are not used. AttributeDefinitions:"
            f" [{', '.join(given)}], keys used: [{', '.join(sorted(used))}]"
        )
    return found


def _throughput(mode: str | None, given: ProvisionedThroughput | None) -> Throughput:
    """What a table was made with; nobody is held to it. Raises Validation."""
    if mode == "PAY_PER_REQUEST":
        if given is not None:
            raise errors.invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
            )
        return ON_DEMAND
    if given is None:
        raise errors.invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    return _units(given)


def _units(given: ProvisionedThroughput) -> Throughput:
    return Throughput(given.ReadCapacityUnits, given.WriteCapacityUnits)


def _described(table: Table) -> TableDescription:
    is_on_demand = table.throughput == ON_DEMAND
    return TableDescription(
        TableName=table.name,
        TableArn=table.arn,
        TableId=table.id,
        TableStatus=_STATUS,
        CreationDateTime=Timestamp(table.created_ms),
        AttributeDefinitions=[
            AttributeDefinition(AttributeName=name, AttributeType=cast("Literal['S', 'N', 'B']", kind))
            for name, kind in sorted(table.kinds.items())
        ],
        KeySchema=[KeySchemaElement(AttributeName=table.key, KeyType="HASH")],
        ProvisionedThroughput=_shown_units(table.throughput),
        BillingModeSummary=BillingModeSummary(BillingMode="PAY_PER_REQUEST") if is_on_demand else None,
        ItemCount=len(table.items),
        TableSizeBytes=table.size,
        DeletionProtectionEnabled=table.is_protected,
        GlobalSecondaryIndexes=[_described_index(table, index) for index in table.indexes.values()] or None,
    )


def _described_index(table: Table, index: Index) -> GlobalSecondaryIndexDescription:
    schema = [KeySchemaElement(AttributeName=index.hash, KeyType="HASH")]
    if index.range:
        schema.append(KeySchemaElement(AttributeName=index.range, KeyType="RANGE"))
    return GlobalSecondaryIndexDescription(
        IndexName=index.name,
        IndexArn=f"{table.arn}/index/{index.name}",
        KeySchema=schema,
        Projection=Projection(ProjectionType="KEYS_ONLY"),
        IndexStatus=_STATUS,
        ProvisionedThroughput=_shown_units(index.throughput),
    )


def _shown_units(throughput: Throughput) -> ProvisionedThroughputDescription:
    return ProvisionedThroughputDescription(
        NumberOfDecreasesToday=0, ReadCapacityUnits=throughput.read, WriteCapacityUnits=throughput.write
    )


def list_tables(service: LeaseTables, call: Call, request: ListTablesInput) -> ListTablesOutput:
    """The caller's tables in the region, by name."""
    authorize(call, "dynamodb:ListTables", "*")
    here = (call.caller.account, call.region)
    names = sorted(name for *place, name in service.machine.by_name if tuple(place) == here)
    start = bisect_right(names, request.ExclusiveStartTableName) if request.ExclusiveStartTableName else 0
    page = names[start : start + (request.Limit or LISTED)]
    return ListTablesOutput(
        TableNames=page, LastEvaluatedTableName=page[-1] if page and page[-1] != names[-1] else None
    )


def list_tags_of_resource(
    service: LeaseTables, call: Call, request: ListTagsOfResourceInput
) -> ListTagsOfResourceOutput:
    """The tags that a table was created with. Raises ResourceNotFound."""
    table = service.find(call, request.ResourceArn, "dynamodb:ListTagsOfResource", is_named=True)
    return ListTagsOfResourceOutput(Tags=[Tag(Key=key, Value=value) for key, value in table.tags.items()])

from tests.services.dynamodb.world import ACCOUNT, ARN, REGION, ROOT, STRANGER, World, item, refused
from weirmq.iam.caller import user_of
from weirmq.iam.policy import Kind, read
from weirmq.wire.aws.model import load


def test_a_table_goes_with_all_its_items(world: World) -> None:
    world.table()
    world.put("a")
    gone = world.ask("DeleteTable", TableName="leases")["TableDescription"]
    assert gone["TableStatus"] == "DELETING"
    for operation in ("DescribeTable", "DeleteTable"):
        with refused("ResourceNotFoundException", "Requested resource not found: Table: leases not found"):
            world.ask(operation, TableName="leases")
    with refused("ResourceNotFoundException", "Requested resource not found"):
        world.get("a")
    world.table()
    assert world.scan() == []


def test_a_table_goes_by_its_arn_too(world: World) -> None:
    world.table()
    world.put("a")
    assert world.ask("DescribeTable", TableName=ARN)["Table"]["ItemCount"] == 1
    assert world.ask("GetItem", TableName=ARN, Key=item("a"))["Item"] == item("a")
    for wrong in ("arn:aws:sqs:us-east-1:111122223333:leases", f"{ARN}/index/x"):
        with refused("ValidationException", "Invalid table ARN"):
            world.ask("DescribeTable", TableName=wrong)


def test_others_see_nothing_of_it(world: World) -> None:
    world.table()
    with refused("AccessDeniedException", "dynamodb:DescribeTable", ARN):
        world.ask("DescribeTable", TableName=ARN, caller=STRANGER)
    with refused("ResourceNotFoundException"):
        world.ask("DescribeTable", TableName="leases", caller=STRANGER)


def test_tables_are_listed_by_name(world: World) -> None:
    for name in ("tables", "leases", "states"):
        world.table(name)
    assert world.ask("ListTables") == {"TableNames": ["leases", "states", "tables"]}
    page = world.ask("ListTables", Limit=2)
    assert page == {"TableNames": ["leases", "states"], "LastEvaluatedTableName": "states"}
    assert world.ask("ListTables", ExclusiveStartTableName="states") == {"TableNames": ["tables"]}
    assert world.ask("ListTables", caller=STRANGER) == {"TableNames": []}


def test_size_and_count_are_those_of_the_items(world: World) -> None:
    world.table()
    world.put("a", note="four")
    world.put("b", number=12345)
    described = world.ask("DescribeTable", TableName="leases")["Table"]
    # leaseKey 8 + "a" 1; note 4 + 4; number 6 + 3 for five digits and one more byte.
    assert (described["ItemCount"], described["TableSizeBytes"]) == (2, 9 + 8 + 9 + 6 + 4)
    world.put("a")
    world.ask("DeleteItem", TableName="leases", Key=item("b"))
    described = world.ask("DescribeTable", TableName="leases")["Table"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (1, 9)


def test_policies_are_asked(world: World) -> None:
    world.table()
    world.table("others")
    world.index()
    statement = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": ARN}
    reader = user_of(
        ACCOUNT, "reader", policies=(read({"Version": "2012-10-17", "Statement": statement}, Kind.IDENTITY),)
    )
    assert world.ask("GetItem", TableName="leases", Key=item("a"), caller=reader) == {}
    with refused("AccessDeniedException", "dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/others"):
        world.ask("GetItem", TableName="others", Key=item("a"), caller=reader)
    with refused("AccessDeniedException", "dynamodb:PutItem"):
        world.ask("PutItem", TableName="leases", Item=item("a"), caller=reader)
    with refused("AccessDeniedException", "dynamodb:ListTables"):
        world.ask("ListTables", caller=reader)
    with refused("AccessDeniedException", "dynamodb:Query", f"{ARN}/index/LeaseOwnerToLeaseKeyIndex"):
        world.ask("Query", TableName="leases", IndexName="LeaseOwnerToLeaseKeyIndex", caller=reader)
    with refused("AccessDeniedException", "dynamodb:ConditionCheckItem"):
        check = {"TableName": "leases", "Key": item("a"), "ConditionExpression": "attribute_exists(a)"}
        world.ask("TransactWriteItems", TransactItems=[{"ConditionCheck": check}], caller=reader)


def test_all_other_operations_say_what_this_is(world: World) -> None:
    there = {
        "CreateTable", "DeleteItem", "DeleteTable", "DescribeTable", "GetItem", "ListTables", "ListTagsOfResource",
        "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem", "UpdateTable",
    }  # fmt: skip
    others = set(load("dynamodb").operations) - there
    assert {"BatchGetItem", "DescribeEndpoints", "UpdateContinuousBackups"} <= others
    for name in others:
        with refused("UnsupportedOperation", name, "these are lease tables", "not DynamoDB"):
            world.ask(name, TableName="leases", caller=ROOT)

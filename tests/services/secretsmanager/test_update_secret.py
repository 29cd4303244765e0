"""UpdateSecret, DescribeSecret."""

from tests.services.secretsmanager.world import NOT_FOUND, PARAMETER, World, refused
from weirmq.testing.disk import SimulatedDisk

ONE, TWO = "1" * 32, "2" * 32


def test_what_is_said_of_a_secret() -> None:
    world = World(SimulatedDisk())
    arn = world.secret(Description="d", KmsKeyId="k", ClientRequestToken=ONE, Tags=[{"Key": "a", "Value": "b"}])
    for each in (world, world.restarted()):
        assert each.ask("DescribeSecret", SecretId=arn) == {
            "ARN": arn,
            "Name": "AmazonMSK_a",
            "Description": "d",
            "KmsKeyId": "k",
            "LastChangedDate": each.clock.now_ms() / 1000,
            "CreatedDate": each.clock.now_ms() / 1000,
            "Tags": [{"Key": "a", "Value": "b"}],
            "VersionIdsToStages": {ONE: ["AWSCURRENT"]},
        }


def test_description_and_key(world: World) -> None:
    arn = world.secret(Description="d")
    assert "VersionId" not in world.ask("UpdateSecret", SecretId=arn, KmsKeyId="k")
    world.clock.advance(milliseconds=1000)
    world.ask("UpdateSecret", SecretId=arn, Description="e")
    found = world.ask("DescribeSecret", SecretId=arn)
    assert (found["Description"], found["KmsKeyId"]) == ("e", "k")
    assert found["LastChangedDate"] * 1000 == world.clock.now_ms()
    assert world.changed == [arn]


def test_a_new_value(world: World) -> None:
    arn = world.secret()
    assert world.ask("UpdateSecret", SecretId=arn, SecretString="two", ClientRequestToken=TWO)["VersionId"] == TWO
    assert (world.value(), world.value(VersionStage="AWSPREVIOUS"), world.changed) == ("two", "one", [arn, arn])


def test_refusals(world: World) -> None:
    world.secret()
    with refused(NOT_FOUND):
        world.ask("UpdateSecret", SecretId="never")
    with refused(PARAMETER, "Type"):
        world.ask("UpdateSecret", SecretId="AmazonMSK_a", Type="x")
    with refused(PARAMETER, "both"):
        world.ask("UpdateSecret", SecretId="AmazonMSK_a", SecretString="x", SecretBinary="AAE=")

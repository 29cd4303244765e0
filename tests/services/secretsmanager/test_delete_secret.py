"""DeleteSecret, RestoreSecret."""

from typing import Any

import pytest

from tests.services.secretsmanager.world import NOT_FOUND, PARAMETER, REQUEST, World, refused
from weirmq.kernel.clock import DAY_MS


def test_gone_after_the_recovery_window(world: World) -> None:
    arn = world.secret()
    answer = world.ask("DeleteSecret", SecretId=arn, RecoveryWindowInDays=7)
    assert answer["DeletionDate"] * 1000 == world.clock.now_ms() + 7 * DAY_MS
    assert "DeletedDate" in world.ask("DescribeSecret", SecretId=arn)
    world = world.restarted()
    world.clock.advance(milliseconds=7 * DAY_MS - 1)
    world.tick()
    assert world.ask("DescribeSecret", SecretId=arn)
    world.clock.advance(milliseconds=1)
    world.tick()
    with refused(NOT_FOUND):
        world.ask("DescribeSecret", SecretId=arn)
    assert world.secret()


def test_thirty_days_where_nothing_is_said(world: World) -> None:
    answer = world.ask("DeleteSecret", SecretId=world.secret())
    assert answer["DeletionDate"] * 1000 == world.clock.now_ms() + 30 * DAY_MS


def test_restored(world: World) -> None:
    arn = world.secret()
    world.ask("DeleteSecret", SecretId=arn)
    world.ask("RestoreSecret", SecretId=arn)
    world.ask("RestoreSecret", SecretId=arn)
    world.clock.advance(milliseconds=31 * DAY_MS)
    world.tick()
    assert world.value() == "one"
    assert world.changed == [arn] * 3


def test_at_once(world: World) -> None:
    arn = world.secret()
    world.ask("DeleteSecret", SecretId=arn, ForceDeleteWithoutRecovery=True)
    with refused(NOT_FOUND):
        world.value()
    assert world.ask("DeleteSecret", SecretId=arn, ForceDeleteWithoutRecovery=True)["ARN"] == arn
    assert world.ask("DeleteSecret", SecretId="never", ForceDeleteWithoutRecovery=True)["Name"] == "never"


def test_at_once_while_it_waits(world: World) -> None:
    arn = world.secret()
    world.ask("DeleteSecret", SecretId=arn)
    world.ask("DeleteSecret", SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert world.secrets.machine.next_due_ms() is None


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("GetSecretValue", {}),
        ("PutSecretValue", {"SecretString": "s"}),
        ("UpdateSecret", {"Description": "d"}),
        ("TagResource", {"Tags": []}),
        ("UntagResource", {"TagKeys": []}),
        ("GetResourcePolicy", {}),
        ("PutResourcePolicy", {"ResourcePolicy": "{}"}),
        ("DeleteResourcePolicy", {}),
        ("UpdateSecretVersionStage", {"VersionStage": "x"}),
    ],
)
def test_nothing_else_is_done_with_one_that_waits(world: World, operation: str, members: dict[str, Any]) -> None:
    arn = world.secret()
    world.ask("DeleteSecret", SecretId=arn)
    with refused(REQUEST, "marked for deletion"):
        world.ask(operation, SecretId=arn, **members)


def test_requests_that_can_not_be(world: World) -> None:
    arn = world.secret()
    for days in (6, 31):
        with refused(PARAMETER, "between 7 and 30"):
            world.ask("DeleteSecret", SecretId=arn, RecoveryWindowInDays=days)
    with refused(PARAMETER, "in conjunction"):
        world.ask("DeleteSecret", SecretId=arn, RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)
    with refused(NOT_FOUND):
        world.ask("DeleteSecret", SecretId="never")
    with refused(NOT_FOUND):
        world.ask("RestoreSecret", SecretId="never")
    world.ask("DeleteSecret", SecretId=arn)
    with refused(REQUEST, "already scheduled"):
        world.ask("DeleteSecret", SecretId=arn)

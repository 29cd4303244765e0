from typing import Any

import pytest

from tests.services.sns.world import ACCOUNT, STRANGER, World, refused
from weirmq.iam.caller import user_of


def change(world: World, **attributes: str) -> None:
    world.ask("SetSMSAttributes", attributes=attributes)


def shown(world: World, *names: str, **more: Any) -> dict[str, str]:
    found: dict[str, str] = world.ask("GetSMSAttributes", attributes=list(names), **more).attributes
    return found


def test_they_are_kept(world: World) -> None:
    assert shown(world) == {"MonthlySpendLimit": "1"}
    change(world, DefaultSMSType="Transactional", DefaultSenderID="Weir1", MonthlySpendLimit="25")
    change(world, DefaultSenderID="", UsageReportS3Bucket="reports")
    expected = {"DefaultSMSType": "Transactional", "MonthlySpendLimit": "25", "UsageReportS3Bucket": "reports"}
    for other in (world, world.restarted(), world.restored()):
        assert shown(other) == expected
    assert shown(world, "MonthlySpendLimit", "DefaultSenderID") == {"MonthlySpendLimit": "25"}


def test_each_account_and_region_has_its_own(world: World) -> None:
    change(world, DefaultSMSType="Transactional")
    assert shown(world, caller=STRANGER) == shown(world, region="eu-west-1") == {"MonthlySpendLimit": "1"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("InvalidAttribute", "x", "InvalidAttribute is not a valid attribute"),
        ("DefaultSendID", "x", "DefaultSendID is not a valid attribute"),
        ("DefaultSMSType", "invalid", "DefaultSMSType is invalid"),
        ("DefaultSenderID", "12345678901", "DefaultSenderID is invalid"),
        ("DefaultSenderID", "Toolongname1", "DefaultSenderID is invalid"),
        ("DefaultSenderID", "a b", "DefaultSenderID is invalid"),
        ("MonthlySpendLimit", "-1", "MonthlySpendLimit is invalid"),
        ("MonthlySpendLimit", "1.5", "MonthlySpendLimit is invalid"),
        ("DeliveryStatusSuccessSamplingRate", "101", "DeliveryStatusSuccessSamplingRate is invalid"),
        ("DeliveryStatusIAMRole", "role", "DeliveryStatusIAMRole is invalid"),
        ("UsageReportS3Bucket", "A B", "UsageReportS3Bucket is invalid"),
    ],
)
def test_what_is_refused(world: World, name: str, value: str, message: str) -> None:
    with refused("InvalidParameter", message):
        change(world, **{"DefaultSMSType": "Promotional", name: value})
    assert shown(world) == {"MonthlySpendLimit": "1"}


def test_a_name_that_is_none(world: World) -> None:
    with refused("InvalidParameter", "Colour is not a valid attribute"):
        shown(world, "Colour")


def test_they_need_a_permission(world: World) -> None:
    bob = user_of(ACCOUNT, "bob")
    with refused("AuthorizationError", status=403):
        world.ask("SetSMSAttributes", caller=bob, attributes={})
    with refused("AuthorizationError", status=403):
        world.ask("GetSMSAttributes", caller=bob)

from tests.services.sns.devices import application, endpoint
from tests.services.sns.world import ACCOUNT, REGION, World, refused

BAD = "Invalid parameter: Attributes Reason: "


def change(world: World, arn: str, **attributes: str) -> None:
    world.ask("SetPlatformApplicationAttributes", PlatformApplicationArn=arn, Attributes=attributes)


def test_it_changes_what_is_named(world: World) -> None:
    arn = application(world, SuccessFeedbackSampleRate="5")
    change(world, arn, EventDeliveryFailure=f"arn:aws:sns:{REGION}:{ACCOUNT}:events", SuccessFeedbackSampleRate="")
    found = world.restarted().ask("GetPlatformApplicationAttributes", PlatformApplicationArn=arn).Attributes
    assert found == {"Enabled": "true", "EventDeliveryFailure": f"arn:aws:sns:{REGION}:{ACCOUNT}:events"}


def test_credentials_change_together(world: World) -> None:
    arn = application(world)
    with refused("InvalidParameter", f"{BAD}PlatformCredential attribute provided without PlatformPrincipal"):
        change(world, arn, PlatformCredential="x")
    with refused("InvalidParameter", f"{BAD}PlatformPrincipal attribute provided without PlatformCredential"):
        change(world, arn, PlatformPrincipal="x")
    with refused("InvalidParameter"):
        change(world, arn, PlatformPrincipal="", PlatformCredential="")
    change(world, arn, PlatformPrincipal="other", PlatformCredential="one")
    kept = world.sns.machine.devices.applications[arn].attributes
    assert (kept["PlatformPrincipal"], kept["PlatformCredential"]) == ("other", "one")


def test_a_disabled_application_sends_nothing(world: World) -> None:
    arn = application(world)
    target = endpoint(world, arn)
    change(world, arn, Enabled="FALSE")
    with refused("PlatformApplicationDisabled"):
        world.ask("Publish", TargetArn=target, Message="hello")
    change(world, arn, Enabled="true")
    world.ask("Publish", TargetArn=target, Message="hello")


def test_what_is_refused(world: World) -> None:
    arn = application(world)
    with refused("InvalidParameter", f"{BAD}Invalid attribute name: InvalidKey"):
        change(world, arn, InvalidKey="x")
    with refused("NotFound", "PlatformApplication does not exist", 404):
        change(world, f"{arn}2", Enabled="false")

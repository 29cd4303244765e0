import json

import pytest

from tests.services.sns.devices import application, certificate, key
from tests.services.sns.world import ACCOUNT, REGION, World, refused
from weirmq.iam.caller import user_of

LETTERS = "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"
BAD = "Invalid parameter: Attributes Reason: "
CREDENTIALS = f"{BAD}Platform credentials are invalid"


def test_its_arn(world: World) -> None:
    assert application(world, "shop") == f"arn:aws:sns:{REGION}:{ACCOUNT}:app/ADM/shop"


def test_the_same_again(world: World) -> None:
    arn = application(world)
    assert application(world) == arn
    assert application(world, Enabled="true", EventEndpointCreated="") == arn
    assert len(world.sns.machine.devices.applications) == 1
    with refused("InvalidParameter", f"{BAD}An application with the same name but different properties already exists"):
        application(world, Enabled="false")
    assert application(world, platform="WNS") != arn


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Invalid parameter:  Reason: cannot be empty"),
        (
            "@name",
            f"Invalid parameter: @name Reason: {LETTERS}",
        ),
        ("a" * 257, f"Invalid parameter: {'a' * 257} Reason: must be at most 256 characters long"),
        ("a/b", ""),
        ("a\n", ""),
    ],
)
def test_a_name_that_cannot_be_one(world: World, name: str, message: str) -> None:
    with refused("InvalidParameter", message):
        application(world, name)


def test_the_longest_name(world: World) -> None:
    assert application(world, "a" * 256).endswith("a")


def test_a_platform_that_there_is_not(world: World) -> None:
    with refused("InvalidParameter", "Invalid parameter: Platform Reason: AAA is not supported"):
        application(world, platform="AAA")


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"PlatformCredential": "x"}, f"{BAD}PlatformCredential attribute provided without PlatformPrincipal"),
        ({"PlatformPrincipal": "x"}, f"{BAD}PlatformPrincipal attribute provided without PlatformCredential"),
        ({"InvalidKey": "x"}, f"{BAD}Invalid attribute name: InvalidKey"),
        ({"Enabled": "true"}, f"{BAD}Invalid value for attribute: PlatformPrincipal: cannot be empty"),
    ],
)
def test_attributes_that_cannot_be_so(world: World, attributes: dict[str, str], message: str) -> None:
    with refused("InvalidParameter", message):
        world.ask("CreatePlatformApplication", Name="shop", Platform="ADM", Attributes=attributes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Enabled", "maybe"),
        ("Enabled", ""),
        ("EventEndpointCreated", "nobody"),
        ("EventDeliveryFailure", "arn:aws:sqs:us-east-1:111122223333:q"),
        ("EventEndpointUpdated", "arn:aws:sns:us-east-1:111122223333:app/ADM/shop"),
        ("SuccessFeedbackRoleArn", "arn:aws:iam::1:role/x"),
        ("SuccessFeedbackSampleRate", "101"),
        ("SuccessFeedbackSampleRate", "-1"),
        ("PlatformCredential", "x" * 16_385),
    ],
)
def test_values_that_cannot_be_so(world: World, name: str, value: str) -> None:
    with refused("InvalidParameter"):
        application(world, **{name: value})


def test_apple_with_a_certificate(world: World) -> None:
    pem, private = certificate()
    assert application(world, platform="APNS", PlatformPrincipal=pem, PlatformCredential=private)
    for principal, credential in ((pem, key()), (pem, "x"), (pem[:-60], private), (pem, "")):
        with refused("InvalidParameter"):
            application(world, "b", "APNS", PlatformPrincipal=principal, PlatformCredential=credential)


def test_apple_with_a_token(world: World) -> None:
    token = {
        "PlatformPrincipal": "KEY4567890",
        "PlatformCredential": key(),
        "ApplePlatformTeamID": "TEAM567890",
        "ApplePlatformBundleID": "com.example.shop",
    }
    for platform in ("APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX"):
        assert application(world, platform=platform, **token)
    bare = "".join(line for line in key().splitlines() if not line.startswith("-"))
    assert application(world, "bare", "APNS", **{**token, "PlatformCredential": bare})
    for name in ("ApplePlatformTeamID", "ApplePlatformBundleID"):
        with refused("InvalidParameter", f"{BAD}Invalid value for attribute: {name}: cannot be empty"):
            application(world, "c", "APNS", **{**token, name: ""})
        with refused("InvalidParameter"):
            application(world, "c", "APNS", **{**token, name: "no such id"})
    for name in ("PlatformPrincipal", "PlatformCredential"):
        with refused("InvalidParameter", CREDENTIALS):
            application(world, "c", "APNS", **{**token, name: "foo"})


def test_google(world: World) -> None:
    account = {"client_email": "push@example.iam", "project_id": "shop", "private_key": key()}
    good = json.dumps(account)
    for platform in ("GCM", "FCM"):
        assert application(world, platform=platform, PlatformPrincipal="", PlatformCredential=good)
    assert application(world, "old", "GCM", PlatformPrincipal="", PlatformCredential="an API key")
    for bad in ("{", "{}", json.dumps({**account, "private_key": "x"}), json.dumps({**account, "project_id": 1})):
        with refused("InvalidParameter", CREDENTIALS):
            application(world, "bad", "GCM", PlatformCredential=bad)
    with refused("InvalidParameter", f"{BAD}Invalid value for attribute: PlatformCredential: cannot be empty"):
        application(world, "bad", "GCM", PlatformCredential="")


@pytest.mark.parametrize("platform", ["ADM", "BAIDU", "WNS"])
def test_platforms_with_two_texts(world: World, platform: str) -> None:
    assert application(world, platform=platform)


def test_microsoft_with_a_certificate(world: World) -> None:
    pem, private = certificate()
    assert application(world, platform="MPNS", PlatformPrincipal=pem, PlatformCredential=private)
    with refused("InvalidParameter", CREDENTIALS):
        application(world, "b", "MPNS")


def test_it_needs_a_permission(world: World) -> None:
    with refused("AuthorizationError", status=403):
        world.ask(
            "CreatePlatformApplication",
            caller=user_of(ACCOUNT, "bob"),
            Name="shop",
            Platform="ADM",
            Attributes={"PlatformPrincipal": "a", "PlatformCredential": "b"},
        )


def test_it_survives(world: World) -> None:
    arn = application(world, SuccessFeedbackSampleRate="7")
    for other in (world.restarted(), world.restored()):
        found = other.ask("GetPlatformApplicationAttributes", PlatformApplicationArn=arn).Attributes
        assert found == {"Enabled": "true", "SuccessFeedbackSampleRate": "7"}

import json
from typing import Any

import pytest

from tests.services.sns.devices import application, certificate, key
from tests.services.sns.world import ACCOUNT, REGION, STRANGER, World, refused


def shown(world: World, arn: str, **more: Any) -> dict[str, str]:
    found: dict[str, str] = world.ask("GetPlatformApplicationAttributes", PlatformApplicationArn=arn, **more).Attributes
    return found


def test_credentials_are_not_shown(world: World) -> None:
    arn = application(world, EventEndpointCreated=f"arn:aws:sns:{REGION}:{ACCOUNT}:events")
    assert shown(world, arn) == {"Enabled": "true", "EventEndpointCreated": f"arn:aws:sns:{REGION}:{ACCOUNT}:events"}


def test_how_it_authenticates(world: World) -> None:
    pem, private = certificate()
    arn = application(world, platform="APNS", PlatformPrincipal=pem, PlatformCredential=private)
    assert shown(world, arn) == {
        "Enabled": "true",
        "AuthenticationMethod": "certificate",
        "AppleCertificateExpirationDate": "2030-05-06T07:08:09Z",
    }
    account = json.dumps({"client_email": "a@b", "project_id": "shop", "private_key": key()})
    token = application(world, platform="GCM", PlatformPrincipal="", PlatformCredential=account)
    assert shown(world, token)["AuthenticationMethod"] == "token"
    api_key = application(world, "b", "GCM", PlatformPrincipal="", PlatformCredential="AIza")
    assert shown(world, api_key)["AuthenticationMethod"] == "key"


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        (
            "nothing",
            "Invalid parameter: PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1",
        ),
        ("", "Invalid parameter: PlatformApplicationArn Reason: no value for required parameter"),
        (
            f"arn:aws:sns:{REGION}:{ACCOUNT}:topic",
            "Invalid parameter: PlatformApplicationArn Reason: Wrong number of slashes in relative portion of the ARN.",
        ),
        (f"arn:aws:sns:eu-west-1:{ACCOUNT}:app/ADM/shop", "Invalid parameter: PlatformApplicationArn"),
        (f"arn:aws:sns:{REGION}:{ACCOUNT}:apps/ADM/shop", ""),
    ],
)
def test_an_arn_that_cannot_be_one(world: World, arn: str, message: str) -> None:
    with refused("InvalidParameter", message):
        shown(world, arn)


def test_an_application_that_there_is_not(world: World) -> None:
    with refused("NotFound", "PlatformApplication does not exist", 404):
        shown(world, f"arn:aws:sns:{REGION}:{ACCOUNT}:app/ADM/shop")


def test_another_accounts_application(world: World) -> None:
    arn = application(world)
    with refused("AuthorizationError", status=403):
        shown(world, arn, caller=STRANGER)

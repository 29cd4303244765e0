from typing import Any

import pytest

from tests.services.sns.devices import TOKEN, application, endpoint
from tests.services.sns.world import ACCOUNT, REGION, STRANGER, World, refused

BAD = "Invalid parameter: Attributes Reason: "


def shown(world: World, arn: str) -> dict[str, str]:
    found: dict[str, str] = world.ask("GetEndpointAttributes", EndpointArn=arn).Attributes
    return found


def change(world: World, arn: str, **attributes: str) -> None:
    world.ask("SetEndpointAttributes", EndpointArn=arn, Attributes=attributes)


def test_they_change(world: World) -> None:
    owner = application(world)
    arn = endpoint(world, owner)
    change(world, arn, Enabled="False", CustomUserData="x", Token="new")
    assert shown(world, arn) == {"Enabled": "false", "CustomUserData": "x", "Token": "new"}
    assert endpoint(world, owner, "new", CustomUserData="x") == arn
    assert endpoint(world, owner, TOKEN) != arn


def test_a_token_that_another_has(world: World) -> None:
    owner = application(world)
    first, second = endpoint(world, owner, "one"), endpoint(world, owner, "two")
    with refused(
        "InvalidParameter",
        f"Invalid parameter: Token Reason: Endpoint {first} already exists with the same Token, but different"
        " attributes.",
    ):
        change(world, second, Token="one")
    change(world, first, Token="one")


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"InvalidKey": "x"}, f"{BAD}Invalid attribute name: InvalidKey"),
        ({"PlatformPrincipal": "x"}, f"{BAD}Invalid attribute name: PlatformPrincipal"),
        ({"Enabled": "yes"}, ""),
        ({"Token": ""}, ""),
        (
            {"CustomUserData": "x" * 2_049},
            f"{BAD}Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 encoding",
        ),
    ],
)
def test_attributes_that_cannot_be_so(world: World, attributes: dict[str, str], message: str) -> None:
    arn = endpoint(world, application(world))
    with refused("InvalidParameter", message):
        change(world, arn, **attributes)


@pytest.mark.parametrize("operation", ["GetEndpointAttributes", "SetEndpointAttributes", "DeleteEndpoint"])
def test_an_arn_that_cannot_be_one(world: World, operation: str) -> None:
    more: Any = {"Attributes": {"Enabled": "true"}} if operation.startswith("Set") else {}
    for arn, message in (
        ("x", "Invalid parameter: EndpointArn Reason: An ARN must have at least 6 elements, not 1"),
        (
            application(world),
            "Invalid parameter: EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.",
        ),
        (f"arn:aws:sns:eu-west-1:{ACCOUNT}:endpoint/ADM/shop/x", "Invalid parameter: EndpointArn"),
    ):
        with refused("InvalidParameter", message):
            world.ask(operation, EndpointArn=arn, **more)
    with refused("AuthorizationError", status=403):
        world.ask(operation, EndpointArn=endpoint(world, application(world)), caller=STRANGER, **more)


@pytest.mark.parametrize("operation", ["GetEndpointAttributes", "SetEndpointAttributes"])
def test_an_endpoint_that_there_is_not(world: World, operation: str) -> None:
    more: Any = {"Attributes": {"Enabled": "true"}} if operation.startswith("Set") else {}
    with refused("NotFound", "Endpoint does not exist", 404):
        world.ask(operation, EndpointArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/ADM/shop/x", **more)


def test_deleted(world: World) -> None:
    owner = application(world)
    arn = endpoint(world, owner)
    world.ask("DeleteEndpoint", EndpointArn=arn)
    world.ask("DeleteEndpoint", EndpointArn=arn)
    again = endpoint(world, owner)
    assert again != arn
    found = world.restarted().ask("ListEndpointsByPlatformApplication", PlatformApplicationArn=owner).Endpoints
    assert [each.EndpointArn for each in found] == [again]


def test_listed_page_by_page(world: World) -> None:
    owner = application(world)
    arns = [endpoint(world, owner, f"token-{number}") for number in range(101)]
    endpoint(world, application(world, "other"))
    first = world.ask("ListEndpointsByPlatformApplication", PlatformApplicationArn=owner)
    assert [each.EndpointArn for each in first.Endpoints] == arns[:100]
    assert first.Endpoints[7].Attributes == {"Enabled": "true", "Token": "token-7"}
    rest = world.ask("ListEndpointsByPlatformApplication", PlatformApplicationArn=owner, NextToken=first.NextToken)
    assert ([each.EndpointArn for each in rest.Endpoints], rest.NextToken) == (arns[100:], None)
    with refused("NotFound", "PlatformApplication does not exist", 404):
        world.ask("ListEndpointsByPlatformApplication", PlatformApplicationArn=f"{owner}2")

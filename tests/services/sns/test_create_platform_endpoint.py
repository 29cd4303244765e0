import json

import pytest

from tests.services.sns.devices import TOKEN, application, certificate, endpoint
from tests.services.sns.world import ACCOUNT, REGION, STRANGER, World, refused


def taken(arn: str) -> str:
    return (
        f"Invalid parameter: Token Reason: Endpoint {arn} already exists with the same Token, but different attributes."
    )


def test_its_arn(world: World) -> None:
    arn = endpoint(world, application(world, "shop"))
    start, _, name = arn.rpartition("/")
    assert start == f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/ADM/shop"
    assert len(name) == 36


def test_the_same_again(world: World) -> None:
    owner = application(world)
    arn = endpoint(world, owner)
    assert endpoint(world, owner) == arn
    assert endpoint(world, owner, CustomUserData="") == arn
    assert endpoint(world, owner, Attributes={"Enabled": "True"}) == arn
    assert endpoint(world, owner, "other") != arn
    assert endpoint(world, application(world, "other")) != arn


def test_the_same_token_with_other_attributes(world: World) -> None:
    owner = application(world)
    arn = endpoint(world, owner, CustomUserData="mine")
    assert endpoint(world, owner, CustomUserData="mine") == arn
    assert endpoint(world, owner, Attributes={"CustomUserData": "mine"}) == arn
    for members in ({}, {"CustomUserData": "yours"}, {"CustomUserData": "mine", "Attributes": {"Enabled": "false"}}):
        with refused("InvalidParameter", taken(arn)):
            endpoint(world, owner, **members)


def test_a_disabled_endpoint_is_found_by_its_token(world: World) -> None:
    owner = application(world)
    arn = endpoint(world, owner, Attributes={"Enabled": "false"})
    assert endpoint(world, owner) == arn
    assert world.ask("GetEndpointAttributes", EndpointArn=arn).Attributes["Enabled"] == "false"


def test_user_data_has_an_end(world: World) -> None:
    owner = application(world)
    endpoint(world, owner, "a", CustomUserData="é" * 1_024)
    with refused("InvalidParameter"):
        endpoint(world, owner, "b", CustomUserData="é" * 1_025)
    with refused(
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: Invalid value for attribute: CustomUserData: must be at most 2048 bytes"
        " long in UTF-8 encoding",
    ):
        endpoint(world, owner, "b", Attributes={"CustomUserData": "x" * 2_049})


def test_what_is_refused(world: World) -> None:
    owner = application(world)
    with refused(
        "InvalidParameter", "Invalid parameter: Attributes Reason: Invalid attribute name: PlatformCredential"
    ):
        endpoint(world, owner, Attributes={"PlatformCredential": "x"})
    with refused("InvalidParameter"):
        endpoint(world, owner, Attributes={"Enabled": "1"})
    with refused("InvalidParameter"):
        endpoint(world, owner, "")
    with refused("InvalidParameter"):
        endpoint(world, owner, "x" * 4_097)
    with refused("NotFound", "PlatformApplication does not exist", 404):
        endpoint(world, f"{owner}2")
    with refused(
        "InvalidParameter",
        "Invalid parameter: PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1",
    ):
        endpoint(world, "x")
    with refused("AuthorizationError", status=403):
        endpoint(world, owner, caller=STRANGER)


@pytest.mark.parametrize("token", ["xyz", "a" * 401, "a b", "ab\n"])
def test_apples_tokens(world: World, token: str) -> None:
    pem, private = certificate()
    owner = application(world, platform="APNS", PlatformPrincipal=pem, PlatformCredential=private)
    assert endpoint(world, owner, "aB" * 200)
    with refused(
        "InvalidParameter",
        "Invalid parameter: Token Reason: iOS device tokens must be no more than 400 hexadecimal characters",
    ):
        endpoint(world, owner, token)


def test_a_topic_hears_of_it(world: World) -> None:
    events, queue = world.topic("events"), world.queue("events")
    world.subscribe(events, queue)
    owner = application(world, EventEndpointCreated=events, EventEndpointUpdated=events, EventEndpointDeleted=events)
    arn = endpoint(world, owner)
    world.ask("SetEndpointAttributes", EndpointArn=arn, Attributes={"Enabled": "false"})
    world.ask("DeleteEndpoint", EndpointArn=arn)
    told = [json.loads(message) for message in world.messages(queue)]
    assert [event["EventType"] for event in told] == ["EndpointCreated", "EndpointUpdated", "EndpointDeleted"]
    assert {(event["EndpointArn"], event["Resource"], event["Service"]) for event in told} == {(arn, owner, "SNS")}


def test_it_survives(world: World) -> None:
    owner = application(world)
    arn = endpoint(world, owner, CustomUserData="mine")
    for other in (world.restarted(), world.restored()):
        found = other.ask("GetEndpointAttributes", EndpointArn=arn).Attributes
        assert found == {"Enabled": "true", "Token": TOKEN, "CustomUserData": "mine"}
        assert endpoint(other, owner, CustomUserData="mine") == arn

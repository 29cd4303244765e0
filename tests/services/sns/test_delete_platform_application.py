from tests.services.sns.devices import application, endpoint
from tests.services.sns.world import STRANGER, World, refused


def test_its_endpoints_go_with_it(world: World) -> None:
    arn = application(world)
    target = endpoint(world, arn)
    kept = endpoint(world, application(world, "other"))
    world.ask("DeletePlatformApplication", PlatformApplicationArn=arn)
    for other in (world, world.restarted(), world.restored()):
        with refused("NotFound", "Endpoint does not exist", 404):
            other.ask("GetEndpointAttributes", EndpointArn=target)
        assert other.ask("GetEndpointAttributes", EndpointArn=kept).Attributes
    assert application(world) == arn
    assert world.ask("ListEndpointsByPlatformApplication", PlatformApplicationArn=arn).Endpoints == []


def test_one_that_is_gone_is_not_missed(world: World) -> None:
    arn = application(world)
    world.ask("DeletePlatformApplication", PlatformApplicationArn=arn)
    world.ask("DeletePlatformApplication", PlatformApplicationArn=arn)


def test_what_is_refused(world: World) -> None:
    arn = application(world)
    with refused("AuthorizationError", status=403):
        world.ask("DeletePlatformApplication", PlatformApplicationArn=arn, caller=STRANGER)
    with refused(
        "InvalidParameter",
        "Invalid parameter: PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1",
    ):
        world.ask("DeletePlatformApplication", PlatformApplicationArn="x")

from tests.services.sns.devices import application
from tests.services.sns.world import STRANGER, World, refused


def test_page_by_page(world: World) -> None:
    arns = [application(world, f"a{number:03}") for number in range(105)]
    world.ask("DeletePlatformApplication", PlatformApplicationArn=arns.pop(50))
    first = world.ask("ListPlatformApplications")
    assert [found.PlatformApplicationArn for found in first.PlatformApplications] == arns[:100]
    assert first.PlatformApplications[0].Attributes == {"Enabled": "true"}
    other = world.restored()
    rest = other.ask("ListPlatformApplications", NextToken=first.NextToken)
    assert [found.PlatformApplicationArn for found in rest.PlatformApplications] == arns[100:]
    assert rest.NextToken is None


def test_only_the_callers_in_the_region(world: World) -> None:
    application(world)
    assert world.ask("ListPlatformApplications", region="eu-west-1").PlatformApplications == []
    assert world.ask("ListPlatformApplications", caller=STRANGER).PlatformApplications == []


def test_a_token_that_is_none(world: World) -> None:
    with refused("InvalidParameter", "Invalid parameter: NextToken"):
        world.ask("ListPlatformApplications", NextToken="x")

"""ListSecrets."""

from typing import Any

import pytest

from tests.services.secretsmanager.world import PARAMETER, STRANGER, World, refused


@pytest.fixture(autouse=True)
def secrets(world: World) -> None:
    for name, description, tags in (
        ("beta", "The Second one", {"team": "sales"}),
        ("alpha", "first", {"stage": "live"}),
        ("gamma", "", {}),
    ):
        world.secret(name, Description=description, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
        world.clock.advance(milliseconds=1000)


def names(world: World, **members: Any) -> list[str]:
    return [each["Name"] for each in world.ask("ListSecrets", **members)["SecretList"]]


def filtered(world: World, key: str, *values: str) -> list[str]:
    return names(world, Filters=[{"Key": key, "Values": list(values)}])


def test_in_the_order_of_their_making(world: World) -> None:
    assert names(world) == ["beta", "alpha", "gamma"]
    assert names(world, SortOrder="desc") == ["gamma", "alpha", "beta"]
    assert names(world, SortBy="name") == ["alpha", "beta", "gamma"]
    world.ask("UpdateSecret", SecretId="beta", SecretString="x")
    assert names(world, SortBy="last-changed-date", SortOrder="desc")[0] == "beta"


def test_of_the_account_in_the_region(world: World) -> None:
    assert names(world, caller=STRANGER) == names(world, region="eu-west-1") == []


def test_pages(world: World) -> None:
    first = world.ask("ListSecrets", MaxResults=2)
    assert len(first["SecretList"]) == 2
    assert names(world, NextToken=first["NextToken"]) == ["gamma"]
    with refused("InvalidNextTokenException"):
        world.ask("ListSecrets", NextToken="from")


@pytest.mark.parametrize(
    ("key", "values", "found"),
    [
        ("name", ["al"], ["alpha"]),
        ("name", ["Al"], []),
        ("name", ["al", "be"], ["beta", "alpha"]),
        ("name", ["!al"], ["beta", "gamma"]),
        ("description", ["SECOND"], ["beta"]),
        ("tag-key", ["team"], ["beta"]),
        ("tag-value", ["live"], ["alpha"]),
        ("all", ["sale"], ["beta"]),
        ("all", ["FIRST"], ["alpha"]),
        ("owning-service", ["rds"], []),
    ],
)
def test_filters(world: World, key: str, values: list[str], found: list[str]) -> None:
    assert filtered(world, key, *values) == found


def test_all_filters_must_pass(world: World) -> None:
    both = [{"Key": "name", "Values": ["a", "b"]}, {"Key": "tag-key", "Values": ["team"]}]
    assert names(world, Filters=both) == ["beta"]
    with refused(PARAMETER):
        names(world, Filters=[{"Key": "name"}])


def test_those_that_are_to_be_gone(world: World) -> None:
    world.ask("DeleteSecret", SecretId="beta")
    assert names(world) == ["alpha", "gamma"]
    assert names(world, IncludePlannedDeletion=True) == ["beta", "alpha", "gamma"]

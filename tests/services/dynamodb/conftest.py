import pytest

from tests.services.dynamodb.world import World


@pytest.fixture
def world() -> World:
    return World()

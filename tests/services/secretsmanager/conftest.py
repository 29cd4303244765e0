import pytest

from tests.services.secretsmanager.world import World


@pytest.fixture
def world() -> World:
    return World()

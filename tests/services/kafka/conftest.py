import pytest

from tests.services.kafka.world import World


@pytest.fixture
def world() -> World:
    return World()

import pytest

from tests.services.kafka.control.world import World


@pytest.fixture
def world() -> World:
    return World()

import pytest

from tests.services.kinesis.world import World


@pytest.fixture
def world() -> World:
    return World()

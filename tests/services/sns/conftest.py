import pytest

from tests.services.sns.world import World


@pytest.fixture
def world() -> World:
    return World()

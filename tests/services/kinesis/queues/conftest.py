import pytest

from tests.services.kinesis.queues.desk import Desk
from tests.services.kinesis.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)

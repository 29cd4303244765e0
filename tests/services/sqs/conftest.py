from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.services.sqs import world as worlds
from tests.services.sqs.world import ACCOUNT, NOW_MS, ORIGIN, OTHER, REGION, World, arn

__all__ = ["ACCOUNT", "NOW_MS", "ORIGIN", "OTHER", "REGION", "Refused", "World", "arn"]

Refused = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def refused() -> Refused:
    """As a fixture, for tests that take it as one."""
    return worlds.refused

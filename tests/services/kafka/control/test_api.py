"""Every operation of the model is there."""

from weirmq.services.kafka.control.api import OPERATIONS
from weirmq.wire.aws.model import load


def test_every_operation_is_answered() -> None:
    assert set(OPERATIONS) == set(load("kafka").operations)

"""The words that the log holds are those of AWS's model."""

from typing import Any, get_args

import pytest

from weirmq.services.kinesis import model
from weirmq.services.kinesis.queues import facts
from weirmq.wire.aws.types import kinesis as types


@pytest.mark.parametrize(
    ("ours", "aws"),
    [(model.MetricsName, types.MetricsName), (facts.Start, types.QueueStartingPositionType)],
    ids=["metrics", "starts"],
)
def test_they_are_aws_words(ours: Any, aws: Any) -> None:
    assert get_args(ours) == get_args(aws)

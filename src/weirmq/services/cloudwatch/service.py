"""The service. What it is told it shows at /metrics, and forgets when the server stops."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

from weirmq.engine.service import Call, Operation
from weirmq.services.cloudwatch import errors
from weirmq.services.cloudwatch.limits import SERIES
from weirmq.services.cloudwatch.model import Metric, Statistics
from weirmq.wire.aws.model import load


class CloudWatch:
    """Keeps the metrics that were written to last."""

    name = "cloudwatch"
    unsigned: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.metrics: dict[Metric, Statistics] = {}  # the one written to last is the last

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of CloudWatch, those that are refused included. (Their modules name this class, so they are
        imported when it stands.)
        """
        from weirmq.services.cloudwatch.data import put_metric_data

        missing = {name: partial(_refuse, name) for name in load("cloudwatch").operations}
        return {**missing, "PutMetricData": put_metric_data}

    def take(self, metric: Metric, statistics: Statistics) -> None:
        """Add samples to a metric. With too many metrics, the one that got none for the longest time goes."""
        known = self.metrics.pop(metric, None)
        self.metrics[metric] = known.plus(statistics) if known else statistics
        if len(self.metrics) > SERIES:
            del self.metrics[next(iter(self.metrics))]


def _refuse(name: str, _service: CloudWatch, _call: Call, _request: Any) -> NoReturn:
    raise errors.no_such_operation(name)

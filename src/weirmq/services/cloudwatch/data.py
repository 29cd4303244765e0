"""PutMetricData.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

import math
from collections.abc import Iterator

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.cloudwatch import errors
from weirmq.services.cloudwatch.limits import DATA, FUTURE_MS, LARGEST, PAST_MS, RESOLUTIONS_S, VALUES
from weirmq.services.cloudwatch.model import Metric, Statistics
from weirmq.services.cloudwatch.service import CloudWatch
from weirmq.wire.aws.types.cloudwatch import MetricDatum, PutMetricDataInput

Named = tuple[str, MetricDatum]
"""A datum, and what an error calls it."""


def put_metric_data(service: CloudWatch, call: Call, request: PutMetricDataInput) -> None:
    """Take all data, or none. Raises InvalidParameterValue, InvalidParameterCombination, MissingParameter."""
    authorize(call, "cloudwatch:PutMetricData", "*", keys={"cloudwatch:namespace": request.Namespace})
    named = list(_data_of(request))
    if not named:
        raise errors.missing("MetricData")
    if len(named) > DATA:
        raise errors.too_many("MetricData", DATA)
    found = [(_metric_of(call, request.Namespace, datum), _statistics_of(call, name, datum)) for name, datum in named]
    for metric, statistics in found:
        service.take(metric, statistics)


def _data_of(request: PutMetricDataInput) -> Iterator[Named]:
    """All data, those of entities too."""
    for number, datum in enumerate(request.MetricData or [], 1):
        yield f"MetricData.member.{number}", datum
    for entity, part in enumerate(request.EntityMetricData or [], 1):
        for number, datum in enumerate(part.MetricData or [], 1):
            yield f"EntityMetricData.member.{entity}.MetricData.member.{number}", datum


def _metric_of(call: Call, namespace: str, datum: MetricDatum) -> Metric:
    dimensions = sorted((each.Name, each.Value) for each in datum.Dimensions or [])
    return Metric(
        call.caller.account, call.region, namespace, datum.MetricName, tuple(dimensions), datum.Unit or "None"
    )


def _statistics_of(call: Call, name: str, datum: MetricDatum) -> Statistics:
    """What a datum says, in one of three ways. Raises ServiceError."""
    _check(call, name, datum)
    given = [each for each in ("Value", "StatisticValues", "Values") if getattr(datum, each) is not None]
    if len(given) > 1:
        raise errors.both(f"{name}.{given[0]}", f"{name}.{given[1]}")
    if not given:
        raise errors.missing(f"{name}.Value")
    if datum.StatisticValues is not None:
        return _set_of(f"{name}.StatisticValues", datum)
    values = [datum.Value] if datum.Value is not None else datum.Values or []
    counts = [1.0] * len(values) if datum.Counts is None else datum.Counts
    if len(values) > VALUES:
        raise errors.too_many(f"{name}.Values", VALUES)
    if not values:
        raise errors.missing(f"{name}.Values")
    if len(values) != len(counts):
        raise errors.unequal(f"{name}.Values", f"{name}.Counts")
    for number, (value, count) in enumerate(zip(values, counts, strict=True), 1):
        _check_number(value, f"{name}.{given[0]}" if given == ["Value"] else f"{name}.Values.member.{number}")
        _check_count(count, f"{name}.Counts.member.{number}")
    total = sum(value * count for value, count in zip(values, counts, strict=True))
    return Statistics(sum(counts), total, min(values), max(values))


def _set_of(name: str, datum: MetricDatum) -> Statistics:
    given = datum.StatisticValues
    assert given is not None, "the caller looked"  # noqa: S101
    for part in ("Sum", "Minimum", "Maximum"):
        _check_number(getattr(given, part), f"{name}.{part}")
    _check_count(given.SampleCount, f"{name}.SampleCount")
    if given.Minimum > given.Maximum:
        raise errors.invalid(given.Minimum, f"{name}.Minimum", "It is greater than Maximum.")
    return Statistics(given.SampleCount, given.Sum, given.Minimum, given.Maximum)


def _check(call: Call, name: str, datum: MetricDatum) -> None:
    if datum.StorageResolution is not None and datum.StorageResolution not in RESOLUTIONS_S:
        raise errors.invalid(datum.StorageResolution, f"{name}.StorageResolution", "It must be 1 or 60.")
    names = [each.Name for each in datum.Dimensions or []]
    if len(set(names)) < len(names):
        raise errors.invalid(names, f"{name}.Dimensions", "A dimension can be given once.")
    when_ms = datum.Timestamp
    if when_ms is not None and not call.now_ms - PAST_MS <= when_ms <= call.now_ms + FUTURE_MS:
        raise errors.invalid(
            when_ms / 1000, f"{name}.Timestamp", "It must be no more than two weeks ago, and two hours ahead."
        )


def _check_number(value: float, name: str) -> None:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise errors.invalid(value, name)


def _check_count(value: float, name: str) -> None:
    _check_number(value, name)
    if value <= 0:
        raise errors.invalid(value, name, "It must be positive.")

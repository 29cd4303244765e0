from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from weirmq.engine.service import Call
from weirmq.iam.caller import Caller, root_of, user_of
from weirmq.iam.policy import Kind, read
from weirmq.kernel.clock import DAY_MS, HOUR_MS
from weirmq.kernel.errors import ServiceError
from weirmq.server.families import of_cloudwatch
from weirmq.services.cloudwatch.limits import SERIES
from weirmq.services.cloudwatch.model import Metric, Statistics
from weirmq.services.cloudwatch.service import CloudWatch
from weirmq.wire.aws.model import load
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.cloudwatch import Dimension, EntityMetricData, MetricDatum, PutMetricDataInput, StatisticSet

ACCOUNT = "111122223333"
NOW_MS = 1_700_000_000_000
ROOT = root_of(ACCOUNT)


def put(service: CloudWatch, *data: MetricDatum, caller: Caller = ROOT, **members: Any) -> None:
    call = Call(caller, "us-east-1", NOW_MS, "http://localhost:4566", "id")
    request = PutMetricDataInput(Namespace="app", MetricData=list(data), **members)
    service.operations["PutMetricData"](service, call, request)


@contextmanager
def refused(code: str, *words: str) -> Iterator[None]:
    with pytest.raises(ServiceError) as caught:
        yield
    assert caught.value.code == code
    for word in words:
        assert word in caught.value.message


def metric(name: str = "m", *dimensions: tuple[str, str], unit: str = "None") -> Metric:
    return Metric(ACCOUNT, "us-east-1", "app", name, dimensions, unit)


def test_samples_of_a_metric_are_summed_up() -> None:
    service = CloudWatch()
    put(service, MetricDatum(MetricName="m", Value=5), MetricDatum(MetricName="m", Value=-1))
    put(service, MetricDatum(MetricName="m", Values=[2, 3], Counts=[10, 1]))
    put(service, MetricDatum(MetricName="m", Values=[4]))
    statistics = StatisticSet(SampleCount=2, Sum=20, Minimum=8, Maximum=12)
    put(service, MetricDatum(MetricName="m", StatisticValues=statistics))
    assert service.metrics == {metric(): Statistics(16, 51, -1, 12)}


def test_dimensions_and_units_make_different_metrics() -> None:
    service = CloudWatch()
    both = [Dimension(Name="Shard", Value="1"), Dimension(Name="Operation", Value="Get")]
    put(service, MetricDatum(MetricName="m", Value=1, Dimensions=both, Unit="Count"))
    put(service, MetricDatum(MetricName="m", Value=1, Dimensions=both[::-1], Unit="Count"))
    put(service, MetricDatum(MetricName="m", Value=1, Dimensions=both[:1]))
    assert service.metrics == {
        metric("m", ("Operation", "Get"), ("Shard", "1"), unit="Count"): Statistics(2, 2, 1, 1),
        metric("m", ("Shard", "1")): Statistics(1, 1, 1, 1),
    }


def test_data_of_entities_are_data() -> None:
    service = CloudWatch()
    entity = EntityMetricData(MetricData=[MetricDatum(MetricName="m", Value=1)])
    put(service, MetricDatum(MetricName="m", Value=2), EntityMetricData=[entity])
    assert service.metrics == {metric(): Statistics(2, 3, 1, 2)}
    with refused("InvalidParameterValueException", "EntityMetricData.member.1.MetricData.member.2.Value"):
        bad = [MetricDatum(MetricName="m", Value=1), MetricDatum(MetricName="m", Value=float("nan"))]
        put(service, EntityMetricData=[EntityMetricData(MetricData=bad)])


ONE = StatisticSet(SampleCount=1, Sum=1, Minimum=1, Maximum=1)


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({}, "MissingRequiredParameterException", "The parameter MetricData.member.2.Value is required."),
        ({"Values": []}, "MissingRequiredParameterException", "MetricData.member.2.Values"),
        ({"Value": 1, "Values": [1]}, "InvalidParameterCombinationException", "are mutually exclusive"),
        ({"Value": 1, "StatisticValues": ONE}, "InvalidParameterCombinationException", "member.2.StatisticValues"),
        ({"Value": float("nan")}, "InvalidParameterValueException", "The value nan for parameter MetricData.member.2"),
        ({"Value": float("inf")}, "InvalidParameterValueException", "The value inf"),
        ({"Value": 2.0**361}, "InvalidParameterValueException", "MetricData.member.2.Value"),
        ({"Values": [1, -(2.0**361)]}, "InvalidParameterValueException", "MetricData.member.2.Values.member.2"),
        ({"Values": [1, 2], "Counts": [1]}, "InvalidParameterValueException", "must be of equal size"),
        ({"Values": [1], "Counts": [0]}, "InvalidParameterValueException", "MetricData.member.2.Counts.member.1"),
        ({"Values": [1.0] * 151}, "InvalidParameterValueException", "size greater than 150"),
        (
            {"StatisticValues": StatisticSet(SampleCount=0, Sum=1, Minimum=1, Maximum=1)},
            "InvalidParameterValueException", "StatisticValues.SampleCount",
        ),
        (
            {"StatisticValues": StatisticSet(SampleCount=1, Sum=1, Minimum=2, Maximum=1)},
            "InvalidParameterValueException", "greater than Maximum",
        ),
        ({"Value": 1, "StorageResolution": 5}, "InvalidParameterValueException", "StorageResolution"),
        ({"Value": 1, "Timestamp": Timestamp(NOW_MS - 14 * DAY_MS - 1)}, "InvalidParameterValueException", "Timestamp"),
        ({"Value": 1, "Timestamp": Timestamp(NOW_MS + 2 * HOUR_MS + 1)}, "InvalidParameterValueException", "Timestamp"),
        (
            {"Value": 1, "Dimensions": [Dimension(Name="a", Value="1"), Dimension(Name="a", Value="2")]},
            "InvalidParameterValueException", "Dimensions",
        ),
    ],
)  # fmt: skip
def test_all_or_nothing(members: dict[str, Any], code: str, words: str) -> None:
    service = CloudWatch()
    with refused(code, words):
        put(service, MetricDatum(MetricName="good", Value=1), MetricDatum(MetricName="m", **members))
    assert not service.metrics


def test_how_many() -> None:
    service = CloudWatch()
    put(service, *[MetricDatum(MetricName="m", Value=1)] * 1_000)
    with refused("InvalidParameterValueException", "The collection MetricData must not have a size greater than 1000."):
        put(service, *[MetricDatum(MetricName="m", Value=1)] * 1_001)
    with refused("MissingRequiredParameterException", "The parameter MetricData is required."):
        put(service)


def test_timestamps_at_the_limits() -> None:
    service = CloudWatch()
    for when_ms in (NOW_MS - 14 * DAY_MS, NOW_MS + 2 * HOUR_MS):
        put(service, MetricDatum(MetricName="m", Value=1, Timestamp=Timestamp(when_ms)))
    assert service.metrics[metric()].count == 2


def test_the_metric_that_got_nothing_for_the_longest_time_goes() -> None:
    service = CloudWatch()
    for number in range(SERIES):
        put(service, MetricDatum(MetricName=str(number), Value=1))
    put(service, MetricDatum(MetricName="0", Value=1))
    put(service, MetricDatum(MetricName="new", Value=1))
    assert len(service.metrics) == SERIES
    names = {each.name for each in service.metrics}
    assert {"0", "new"} <= names
    assert "1" not in names


def test_they_are_shown() -> None:
    service = CloudWatch()
    put(
        service,
        MetricDatum(MetricName="m", Values=[1, 3], Dimensions=[Dimension(Name="Shard", Value="1")], Unit="Bytes"),
    )
    shown = {family.name: list(family.samples) for family in of_cloudwatch(service)}
    labels = (ACCOUNT, "us-east-1", "app", "m", "Shard=1", "Bytes")
    assert {name: [tuple(sample) for sample in samples] for name, samples in shown.items()} == {
        "weirmq_cloudwatch_metric_samples_total": [(labels, 2)],
        "weirmq_cloudwatch_metric_sum": [(labels, 4)],
        "weirmq_cloudwatch_metric_minimum": [(labels, 1)],
        "weirmq_cloudwatch_metric_maximum": [(labels, 3)],
    }


def test_policies_are_asked_for_the_namespace() -> None:
    service = CloudWatch()
    statement = {
        "Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "app"}},
    }  # fmt: skip
    policy = read({"Version": "2012-10-17", "Statement": statement}, Kind.IDENTITY)
    datum = MetricDatum(MetricName="m", Value=1)
    put(service, datum, caller=user_of(ACCOUNT, "app", policies=(policy,)))
    with refused("AccessDeniedException", "cloudwatch:PutMetricData"):
        put(service, datum, caller=user_of(ACCOUNT, "nobody"))
    call = Call(user_of(ACCOUNT, "app", policies=(policy,)), "us-east-1", NOW_MS, "", "id")
    with refused("AccessDeniedException"):
        service.operations["PutMetricData"](service, call, PutMetricDataInput(Namespace="other", MetricData=[datum]))
    assert service.metrics[metric()].count == 1


def test_all_other_operations_say_what_this_is() -> None:
    service = CloudWatch()
    call = Call(ROOT, "us-east-1", NOW_MS, "", "id")
    others = set(load("cloudwatch").operations) - {"PutMetricData"}
    assert {"GetMetricData", "ListMetrics", "PutMetricAlarm"} <= others
    for name in others:
        with refused("UnsupportedOperation", name, "/metrics"):
            service.operations[name](service, call, msgspec.Struct())

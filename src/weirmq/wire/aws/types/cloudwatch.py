"""Amazon CloudWatch: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from weirmq.wire.aws.scalars import Timestamp

DimensionName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
DimensionValue: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1024)]
EntityAttributesMapKeyString: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)]
EntityAttributesMapValueString: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2048)]
EntityKeyAttributesMapKeyString: TypeAlias = Annotated[str, Meta(min_length=1, max_length=32)]
EntityKeyAttributesMapValueString: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2048)]
MetricName_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
Namespace_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255, pattern="(?a)\\A(?:[^:].*)\\Z")]
StandardUnit: TypeAlias = Literal[
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
]
StorageResolution_: TypeAlias = Annotated[int, Meta(ge=1, le=2147483647)]


class Dimension(Struct, kw_only=True, omit_defaults=True, gc=False):
    Name: DimensionName
    Value: DimensionValue


class Entity(Struct, kw_only=True, omit_defaults=True, gc=False):
    KeyAttributes: (
        Annotated[
            dict[EntityKeyAttributesMapKeyString, EntityKeyAttributesMapValueString], Meta(min_length=2, max_length=4)
        ]
        | None
    ) = None
    Attributes: (
        Annotated[dict[EntityAttributesMapKeyString, EntityAttributesMapValueString], Meta(min_length=0, max_length=10)]
        | None
    ) = None


class EntityMetricData(Struct, kw_only=True, omit_defaults=True, gc=False):
    Entity: Entity_ | None = None
    MetricData: list[MetricDatum] | None = None


class MetricDatum(Struct, kw_only=True, omit_defaults=True, gc=False):
    MetricName: MetricName_
    Dimensions: Annotated[list[Dimension], Meta(max_length=30)] | None = None
    Timestamp: Timestamp | None = None
    Value: float | None = None
    StatisticValues: StatisticSet | None = None
    Values: list[float] | None = None
    Counts: list[float] | None = None
    Unit: StandardUnit | None = None
    StorageResolution: StorageResolution_ | None = None


class PutMetricDataInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Namespace: Namespace_
    MetricData: list[MetricDatum] | None = None
    EntityMetricData: list[EntityMetricData_] | None = None
    StrictEntityValidation: bool | None = None


class StatisticSet(Struct, kw_only=True, omit_defaults=True, gc=False):
    SampleCount: float
    Sum: float
    Minimum: float
    Maximum: float


Entity_: TypeAlias = Entity
EntityMetricData_: TypeAlias = EntityMetricData
RENAMED: dict[str, str] = {}

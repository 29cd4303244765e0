"""What clients push of themselves (KIP-714): the numbers in a MetricsData of OpenTelemetry, which is protobuf.

    MetricsData     1 resource_metrics*
    ResourceMetrics 1 resource (1 attributes*), 2 scope_metrics*
    ScopeMetrics    2 metrics*
    Metric          1 name, 5 gauge (1 points*), 7 sum (1 points*, 2 temporality, 3 is_monotonic)
    point           4 as_double, 6 as_int, 7 attributes*
    attribute       1 key, 2 value (1 string, 2 bool, 3 int, 4 double)

Kafka's clients push gauges and sums; of other kinds there is nothing here. What isn't named above is skipped.

Source: opentelemetry/proto/metrics/v1/metrics.proto; https://protobuf.dev/programming-guides/encoding
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from weirmq.wire.kafka.errors import Malformed

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types
CUMULATIVE: Final = 2  # AggregationTemporality
VARINT_BYTES_MAX: Final = 10
SIGN: Final = 1 << 63

_DOUBLE: Final = struct.Struct("<d")
_INT64: Final = struct.Struct("<q")

Attributes = dict[str, str]
_Field = tuple[int, int, int, memoryview]  # number, wire type, the varint, the bytes


class Point(NamedTuple):
    """One number. A counter only grows, from when its client began to count."""

    metric: str
    attributes: Attributes
    value: float
    is_counter: bool


def points(data: bytes) -> Iterator[Point]:
    """The numbers of a MetricsData. Raises Malformed."""
    try:
        for resource in _inside(memoryview(data), 1):
            yield from _of_resource(resource)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise Malformed(f"metrics: {error}") from None


def _of_resource(data: memoryview) -> Iterator[Point]:
    shared = {name: value for resource in _inside(data, 1) for name, value in _attributes(resource, 1).items()}
    for scope in _inside(data, 2):
        for metric in _inside(scope, 2):
            yield from _of_metric(metric, shared)


def _of_metric(data: memoryview, shared: Attributes) -> Iterator[Point]:
    name = "".join(str(each, "utf-8") for each in _inside(data, 1))
    for gauge in _inside(data, 5):
        yield from (_point(name, each, shared, is_counter=False) for each in _inside(gauge, 1))
    for found in _inside(data, 7):
        numbers = {number: value for number, kind, value, _ in _fields(found) if kind == VARINT}
        is_counter = numbers.get(2) == CUMULATIVE and bool(numbers.get(3))
        yield from (_point(name, each, shared, is_counter=is_counter) for each in _inside(found, 1))


def _point(metric: str, data: memoryview, shared: Attributes, *, is_counter: bool) -> Point:
    value = 0.0
    for number, kind, _, inside in _fields(data):
        if (number, kind) == (4, FIXED64):
            (value,) = _DOUBLE.unpack(inside)
        elif (number, kind) == (6, FIXED64):
            (value,) = _INT64.unpack(inside)
    return Point(metric, shared | _attributes(data, 7), float(value), is_counter)


def _attributes(data: memoryview, field: int) -> Attributes:
    found = {}
    for attribute in _inside(data, field):
        name = "".join(str(each, "utf-8") for each in _inside(attribute, 1))
        found[name] = "".join(_text(*each) for value in _inside(attribute, 2) for each in _fields(value))
    return found


def _text(number: int, kind: int, value: int, inside: memoryview) -> str:
    match number, kind:
        case 1, 2:
            return str(inside, "utf-8")
        case 2, 0:
            return "true" if value else "false"
        case 3, 0:
            return str(value - 2 * SIGN if value >= SIGN else value)
        case 4, 1:
            return str(_DOUBLE.unpack(inside)[0])
    return ""


def _inside(data: memoryview, field: int) -> Iterator[memoryview]:
    """What is in the fields of a number, of those that hold bytes."""
    return (inside for number, kind, _, inside in _fields(data) if (number, kind) == (field, BYTES))


def _fields(data: memoryview) -> Iterator[_Field]:
    at, nothing = 0, data[:0]
    while at < len(data):
        key, at = _varint(data, at)
        number, kind, value, size = key >> 3, key & 7, 0, 0
        if kind == VARINT:
            value, at = _varint(data, at)
        elif kind == BYTES:
            size, at = _varint(data, at)
        elif kind in {FIXED64, FIXED32}:
            size = 8 if kind == FIXED64 else 4
        else:
            raise Malformed(f"metrics: a field of wire type {kind}")
        if size > len(data) - at:
            raise Malformed(f"metrics: a field of {size} bytes, where {len(data) - at} are left")
        yield number, kind, value, data[at : at + size] if size else nothing
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    found = 0
    for place in range(VARINT_BYTES_MAX):
        byte = data[at + place]
        found |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return found, at + place + 1
    raise Malformed("metrics: a varint of more than ten bytes")

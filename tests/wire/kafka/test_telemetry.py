"""What clients push of themselves, byte by byte."""

import struct

import pytest

from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.telemetry import Point, points


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def inside(field: int, data: bytes | str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def attribute(name: str, value: bytes) -> bytes:
    return inside(1, name) + inside(2, value)


def point(value: float, *attributes: bytes) -> bytes:
    return double(4, value) + b"".join(inside(7, each) for each in attributes)


def gauge(name: str, *of: bytes) -> bytes:
    return inside(1, name) + inside(2, "a description") + inside(5, b"".join(inside(1, each) for each in of))


def total(name: str, *of: bytes, temporality: int = 2, is_monotonic: int = 1) -> bytes:
    how = number(2, temporality) + number(3, is_monotonic)
    return inside(1, name) + inside(7, b"".join(inside(1, each) for each in of) + how)


def pushed(*metrics: bytes, resource: bytes = b"") -> bytes:
    """A MetricsData."""
    scope = inside(1, inside(1, "scope")) + b"".join(inside(2, each) for each in metrics)
    return inside(1, inside(1, resource) + inside(2, scope))


def test_gauges_and_counters() -> None:
    topic = attribute("topic", inside(1, "orders"))
    data = pushed(gauge("lag", point(2.5, topic), point(3)), total("bytes", point(7)))
    assert list(points(data)) == [
        Point("lag", {"topic": "orders"}, 2.5, False),
        Point("lag", {}, 3.0, False),
        Point("bytes", {}, 7.0, True),
    ]


@pytest.mark.parametrize(("temporality", "is_monotonic"), [(1, 1), (2, 0), (0, 1)])
def test_what_is_no_counter(temporality: int, is_monotonic: int) -> None:
    (found,) = points(pushed(total("sum", point(7), temporality=temporality, is_monotonic=is_monotonic)))
    assert not found.is_counter


def test_integers_may_be_negative() -> None:
    (found,) = points(pushed(gauge("lag", varint(6 << 3 | 1) + struct.pack("<q", -3))))
    assert found.value == -3.0


def test_attributes_of_every_type_and_of_the_resource() -> None:
    values = [("s", inside(1, "é")), ("b", number(2, 1)), ("i", number(3, 2**64 - 5)), ("d", double(4, 0.5))]
    resource = inside(1, attribute("group_id", inside(1, "g")))
    data = pushed(gauge("m", point(1, *(attribute(*each) for each in values))), resource=resource)
    (found,) = points(data)
    assert found.attributes == {"group_id": "g", "s": "é", "b": "true", "i": "-5", "d": "0.5"}


def test_what_is_unknown_is_skipped() -> None:
    histogram = inside(1, "h") + inside(9, inside(1, b"what ever"))
    fixed = varint(15 << 3 | 5) + b"four"
    assert [each.metric for each in points(pushed(histogram, gauge("g", point(1)) + fixed))] == ["g"]
    assert list(points(b"")) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",
        b"\x0a\x05abc",
        b"\x0b",
        b"\xff" * 11,
        b"\x09abc",
        pushed(inside(1, b"\xff") + inside(5, inside(1, point(1)))),
        pushed(inside(5, inside(1, varint(4 << 3 | 1) + b"12345678") + inside(1, b"\x0a\x7f"))),
    ],
)
def test_what_cannot_be_read(data: bytes) -> None:
    with pytest.raises(Malformed):
        list(points(data))

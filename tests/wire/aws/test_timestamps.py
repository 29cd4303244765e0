"""Timestamps in every form that AWS's protocols write them in."""

import contextlib
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.wire.aws import timestamps

TIMES = st.integers(timestamps.MIN_MS, timestamps.MAX_MS)


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2015-01-25T08:00:00.5Z", 1_422_172_800_500),
        ("2015-01-25T10:00:00+02:00", 1_422_172_800_000),
        ("2015-01-25t05:30:00.123456789-0230", 1_422_172_800_123),
        ("Sun, 25 Jan 2015 08:00:00 GMT", 1_422_172_800_000),
        ("Sun, 25 Jan 2015 08:00:00.456 GMT", 1_422_172_800_456),
        ("1422172800", 1_422_172_800_000),
        ("1422172800.25", 1_422_172_800_250),
        ("-1", -1_000),
    ],
)
def test_parse(text: str, time_ms: int) -> None:
    assert timestamps.parse(text) == time_ms


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "nan", "inf", "1e30", "2015-13-01T00:00:00Z", "2015-01-25", "2015-01-25T08:00:00", "0" * 100),
        *("Sun, 25 Foo 2015 08:00:00 GMT", "Sun, 99 Jan 2015 08:00:00 GMT", "2015-01-25T08:00:00+99:00", "٢٠١٥"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        timestamps.parse(text)


@given(TIMES)
def test_iso_is_what_the_standard_library_reads(time_ms: int) -> None:
    text = timestamps.iso_of(time_ms)
    date = datetime.fromisoformat(text)
    assert date.tzinfo == UTC
    assert timestamps.parse(text) == time_ms


@given(st.integers(0, timestamps.MAX_MS))
def test_http_date_has_the_fields_of_the_time(time_ms: int) -> None:
    text = timestamps.http_of(time_ms)
    assert time.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")[:6] == time.gmtime(time_ms // 1000)[:6]
    assert timestamps.parse(text) == time_ms // 1000 * 1000


@given(TIMES)
def test_seconds_come_back(time_ms: int) -> None:
    assert timestamps.from_seconds(timestamps.seconds_of(time_ms)) == time_ms


@given(st.text(max_size=80))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert timestamps.MIN_MS <= timestamps.parse(text) <= timestamps.MAX_MS

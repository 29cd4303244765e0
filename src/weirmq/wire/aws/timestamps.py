"""Timestamps as AWS's protocols write them: seconds since the epoch, ISO 8601, HTTP dates.

Source: https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from weirmq.wire.aws.scalars import EpochSeconds, HttpDate, Iso8601, Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
# What Python's datetime can hold, so that every timestamp can be written in every format.
MIN_MS = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MS
MAX_MS = (datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC) - _EPOCH) // _MS

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):?(\d\d))", re.ASCII
)
_HTTP = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? GMT", re.ASCII
)
_TEXT_MAX = 64  # longer than any date that means something
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

OF_FORMAT: dict[str | None, type[Timestamp]] = {
    None: Timestamp,
    "iso8601": Iso8601,
    "rfc822": HttpDate,
    "unixTimestamp": EpochSeconds,
}


def from_seconds(seconds: float) -> int:
    """Milliseconds since the epoch. Raises ValueError where they are no date."""
    if not MIN_MS / 1000 <= seconds <= MAX_MS / 1000:
        raise ValueError(f"{seconds!r} is not a time between the years 1 and 9999")
    return round(seconds * 1000)


def parse(text: str) -> int:
    """Milliseconds since the epoch, of an ISO 8601 or HTTP date or a number of seconds. Raises ValueError."""
    if len(text) > _TEXT_MAX or not text.isascii():
        raise ValueError("not a timestamp")
    if found := _ISO.fullmatch(text):
        return from_seconds(_parse_iso(found) / 1000)
    try:
        seconds = float(text)
    except ValueError:
        return _parse_http(text)
    return from_seconds(seconds)


def _parse_iso(found: re.Match[str]) -> int:
    year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    fraction, sign, zone_hours, zone_minutes = found.group(7, 8, 9, 10)
    offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    return (datetime(year, month, day, hour, minute, second, tzinfo=zone) - _EPOCH) // _MS + _ms_of(fraction)


def _parse_http(text: str) -> int:
    found = _HTTP.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        raise ValueError("not a timestamp")
    month = _MONTHS.index(found[2]) + 1
    hour, minute, second = map(int, found.group(4, 5, 6))
    date = datetime(int(found[3]), month, int(found[1]), hour, minute, second, tzinfo=UTC)
    return (date - _EPOCH) // _MS + _ms_of(found[7])


def _ms_of(fraction: str | None) -> int:
    return int(((fraction or "0") + "00")[:3])


def seconds_of(time_ms: int) -> int | float:
    """Seconds since the epoch: a whole number where it is one."""
    seconds, ms = divmod(time_ms, 1000)
    return time_ms / 1000 if ms else seconds


def iso_of(time_ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds where there are any."""
    text = _date(time_ms).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return f"{text}.{time_ms % 1000:03d}Z" if time_ms % 1000 else f"{text}Z"


def http_of(time_ms: int) -> str:
    """An HTTP date (RFC 9110, 5.6.7), without fractions of a second. Names are English whatever the locale."""
    date = _date(time_ms)
    day, month = _DAYS[date.weekday()], _MONTHS[date.month - 1]
    return f"{day}, {date.day:02d} {month} {date.year:04d} {date:%H:%M:%S} GMT"


def _date(time_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=time_ms - time_ms % 1000)

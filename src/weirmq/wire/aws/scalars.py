"""The scalar types of AWS's shapes that Python has no type for.

Source: https://smithy.io/2.0/spec/simple-types.html and https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait
"""

from typing import Annotated, TypeAlias

from msgspec import Meta

Byte: TypeAlias = Annotated[int, Meta(ge=-(2**7), le=2**7 - 1)]
Short: TypeAlias = Annotated[int, Meta(ge=-(2**15), le=2**15 - 1)]
Integer: TypeAlias = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Long: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class Timestamp(int):
    """A point in time, milliseconds since the Unix epoch; written as the protocol in use writes time."""

    __slots__ = ()


class EpochSeconds(Timestamp):
    """A timestamp whose member is always written as seconds since the epoch, a number."""

    __slots__ = ()


class Iso8601(Timestamp):
    """A timestamp whose member is always written as an ISO 8601 string in UTC."""

    __slots__ = ()


class HttpDate(Timestamp):
    """A timestamp whose member is always written as an HTTP date (RFC 9110, 5.6.7)."""

    __slots__ = ()

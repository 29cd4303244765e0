"""Requests that a client compressed: PutMetricData, by today's SDKs, when it is longer than 10 KiB.

Source: https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
"""

import zlib
from typing import Final

from weirmq.kernel.errors import ServiceError
from weirmq.wire.http import Request

# What the one operation that is compressed takes; a bomb costs no more than this either.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
MOST_BYTES: Final = 1_048_576
_GZIP: Final = 16 + zlib.MAX_WBITS


def inflate(request: Request) -> None:
    """Put the body as it was in the place of the one that came, which goes to `sent`: signatures are made over that.

    Raises ServiceError, and leaves the request as it is, for a body that isn't what its Content-Encoding says.
    """
    encoding = request.headers.get(b"content-encoding", b"").strip().lower()
    if encoding != b"gzip" or not request.body:  # `aws-chunked` and its like are of other services
        return
    inflater = zlib.decompressobj(_GZIP)
    try:
        body = inflater.decompress(request.body, MOST_BYTES + 1)
    except zlib.error:
        raise _malformed() from None
    if len(body) > MOST_BYTES:
        raise ServiceError(
            "RequestEntityTooLargeException", f"The request has more than {MOST_BYTES} bytes.", status=413
        )
    if not inflater.eof or inflater.unused_data:
        raise _malformed()
    request.sent, request.body = request.body, body


def _malformed() -> ServiceError:
    return ServiceError("SerializationException", "The request body is not what its Content-Encoding says.")

import gzip
import zlib

import pytest

from tests.wire.aws.services import request_of
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.compression import MOST_BYTES, inflate

BODY = b"Action=PutMetricData&Version=2010-08-01"


def test_a_body_is_as_it_was_before() -> None:
    packed = gzip.compress(BODY)
    for name in ("gzip", " GZIP "):
        request = request_of(packed, content_encoding=name)
        inflate(request)
        assert (request.body, request.sent) == (BODY, packed)


@pytest.mark.parametrize(("body", "encoding"), [(BODY, "aws-chunked"), (b"", "gzip")])
def test_what_is_not_compressed_is_left_alone(body: bytes, encoding: str) -> None:
    request = request_of(body, content_encoding=encoding)
    inflate(request)
    assert (request.body, request.sent) == (body, None)


@pytest.mark.parametrize(
    "body",
    [
        BODY, gzip.compress(BODY)[:-1], gzip.compress(BODY) + b"more", gzip.compress(BODY) * 2,
        zlib.compress(BODY), gzip.compress(BODY)[:-8] + bytes(8),
    ],
)  # fmt: skip
def test_what_is_no_gzip(body: bytes) -> None:
    request = request_of(body, content_encoding="gzip")
    with pytest.raises(ServiceError) as caught:
        inflate(request)
    assert caught.value.code == "SerializationException"
    assert (request.body, request.sent) == (body, None)


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    request = request_of(gzip.compress(bytes(MOST_BYTES)), content_encoding="gzip")
    inflate(request)
    assert len(request.body) == MOST_BYTES
    bomb = gzip.compress(bytes(100 * MOST_BYTES))
    with pytest.raises(ServiceError) as caught:
        inflate(request_of(bomb, content_encoding="gzip"))
    assert (caught.value.code, caught.value.status) == ("RequestEntityTooLargeException", 413)

"""What many servers never need isn't loaded with them."""

import subprocess
import sys

import crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.kernel import crc
from weirmq.kernel.lazy import LazyModule

NEEDED_LATER = {
    "cbor2", "cramjam", "crc32c", "email", "importlib.metadata", "re2", "weirmq.server.http2",
    "weirmq.services.sns.api", "weirmq.wire.aws.types.dynamodb", "weirmq.wire.aws.types.kinesis",
    "weirmq.wire.aws.types.sns", "weirmq.wire.aws.types.sts",
}  # fmt: skip


def test_a_server_comes_up_without_what_it_may_never_need() -> None:
    code = "import sys, weirmq.cli.serve, weirmq.server.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "weirmq.services.sns.machine" in loaded
    assert NEEDED_LATER.isdisjoint(loaded)


def test_a_lazy_module_has_what_the_module_has() -> None:
    json = LazyModule("json")
    assert json.loads("[1]") == [1]
    assert "loads" in vars(json)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = json.nothing


@given(st.binary(max_size=1_000), st.integers(0, 2**32 - 1))
def test_the_crc_is_that_of_the_package(data: bytes, before: int) -> None:
    assert crc.crc32c(memoryview(data), before) == crc32c.crc32c(data, before)


def test_the_crc_is_that_of_the_standard() -> None:
    """RFC 3720, B.4: 32 bytes of zeros, of ones, and growing ones."""
    assert crc.crc32c(bytes(32)) == 0x8A9136AA
    assert crc.crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc.crc32c(bytes(range(32))) == 0x46DD794E
